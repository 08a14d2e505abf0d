/**
 * The matrix of string-search.test.ts over volumes that other programs make: mkfs and mtools for FAT, ntfs-3g for NTFS, the kernel for ext4. What
 * they wrote and deleted must be found as in the volumes that are written from the specifications. With VESTIGE_CAMPAIGN=1; needs root.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTestCase, processTestExhibit } from "../fixtures/case-desk.ts";
import { putImageExhibit } from "../fixtures/image-exhibit.ts";
import { limitOf } from "../fixtures/string-search/limits.ts";
import { cellsOfVolume, everyHit, outcomeOf, Texts } from "../fixtures/string-search/outcomes.ts";
import { groups, sheets, written, type Location, type Sheet } from "../fixtures/string-search/targets.ts";

const campaign = process.env.VESTIGE_CAMPAIGN === "1";
const run = (program: string, ...args: readonly string[]): void =>
  void execFileSync(program, args, { stdio: "pipe", timeout: 60_000 });
const missing = ["mkfs.vfat", "mcopy", "mkntfs", "ntfs-3g", "mkfs.ext4"].filter(
  (tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).error !== undefined,
);
const reason = !campaign
  ? "of the campaign"
  : missing.length > 0
    ? `needs ${missing.join(", ")}`
    : process.getuid?.() === 0
      ? null
      : "needs root";

const nameOf = (sheet: Sheet, location: Location): string => `${location}-${sheet.group.name}-${sheet.key}.txt`;
const both = ["active", "deleted"] as const;

/** Through mtools: each file by name. */
function writeFat(bits: string, megabytes: number): (image: string, folder: string, volume: number) => void {
  return (image, folder, volume) => {
    truncateSync(image, megabytes << 20);
    run("mkfs.vfat", "-F", bits, image);
    const file = join(folder, "sheet");
    for (const sheet of sheets) {
      for (const location of both) {
        writeFileSync(file, written(volume, sheet, location));
        run("mcopy", "-i", image, file, `::${nameOf(sheet, location)}`);
      }
    }
    for (const sheet of sheets) run("mdel", "-i", image, `::${nameOf(sheet, "deleted")}`);
  };
}

/** Through a file system that is mounted, twice: what is deleted was on the medium before. */
function writeMounted(make: readonly string[], mount: readonly string[]) {
  return (image: string, folder: string, volume: number): void => {
    truncateSync(image, 24 << 20);
    run(make[0]!, ...make.slice(1), image);
    const at = join(folder, "at");
    mkdirSync(at, { recursive: true });
    const mounted = (work: () => void): void => {
      run(mount[0]!, ...mount.slice(1), image, at);
      try {
        work();
      } finally {
        run("sync");
        run("umount", at);
      }
    };
    mounted(() => {
      for (const sheet of sheets)
        for (const location of both) writeFileSync(join(at, nameOf(sheet, location)), written(volume, sheet, location));
    });
    mounted(() => {
      for (const sheet of sheets) rmSync(join(at, nameOf(sheet, "deleted")));
    });
  };
}

const volumes = [
  { name: "FAT16 by mtools", keeps: true, write: writeFat("16", 16) },
  { name: "FAT32 by mtools", keeps: true, write: writeFat("32", 40) },
  { name: "NTFS by ntfs-3g", keeps: true, write: writeMounted(["mkntfs", "-F", "-Q", "-q"], ["ntfs-3g"]) },
  { name: "ext4 by the kernel", keeps: false, write: writeMounted(["mkfs.ext4", "-q", "-F"], ["mount", "-o", "loop"]) },
];

describe.each(volumes.map((volume, index) => ({ ...volume, index })))("$name", ({ keeps, write, index }) => {
  it("every string is found in files, deleted files or what they left", async ({ skip }) => {
    skip(reason !== null, reason ?? "");
    const base = mkdtempSync(join(tmpdir(), "vestige-drivers-"));
    try {
      const image = join(base, "volume.dd");
      writeFileSync(image, "");
      write(image, base, index);
      const desk = await openTestCase(base);
      putImageExhibit(desk, "M01", { segments: [readFileSync(image)] });
      await processTestExhibit(desk);
      const texts = new Texts(desk.theCase, "M01");
      const cells = cellsOfVolume(index).filter(({ location }) => location === "active" || location === "deleted");
      for (const target of groups.flatMap(({ targets }) => targets)) {
        const { found } = outcomeOf(everyHit(desk.theCase, `"${target.text}"`), target.text, texts);
        const missed = cells.filter((cell) => {
          if (cell.target !== target) return false;
          if (cell.location === "active") return !found.get("allocated")?.has(cell.id);
          if (found.get("deleted")?.has(cell.id)) return false;
          return keeps || (limitOf(cell, "unallocated", false) === null && !found.get("unallocated")?.has(cell.id));
        });
        expect(missed.map(({ id, encoding, location }) => `${id} ${encoding} ${location}`)).toEqual([]);
      }
      texts.close();
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  }, 300_000);
});
