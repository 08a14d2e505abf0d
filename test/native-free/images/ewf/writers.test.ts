/** Every variant that the ewf-tools write is read, and libewf reads the same out of it. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findImage, openFoundImage } from "../../../../src/source/image-files.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";

const medium = Uint8Array.from([...noise(1_200_000, 5), ...mixedMedium(900_000)]).subarray(0, 4101 * 512);
const md5 = createHash("md5").update(medium).digest("hex");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-ewf-writers-"));
  writeFileSync(path.join(folder, "medium.raw"), medium);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const absent = (tool: string): boolean => Boolean(spawnSync(tool, ["-V"]).error);

function run(tool: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(tool, args, {
    cwd: folder,
    encoding: "utf8",
    env: { TZ: "UTC", ...process.env },
  });
  expect(status, `${tool}: ${stdout}${stderr}`).toBe(0);
  return stdout;
}

const formats = [
  ...["ewf", "smart", "ftk", "encase2", "encase3", "encase4", "encase5", "encase6", "encase7"],
  ...["linen5", "linen6", "linen7", "ewfx"],
];
const details = ["-C", "2026-0042", "-D", "a disk", "-E", "M01", "-e", "Muster", "-N", "none"];

describe("ewfacquire", () => {
  for (const format of formats) {
    it(`writes what is read: ${format}`, ({ skip }) => {
      if (absent("ewfacquire") || absent("ewfexport") || absent("ewfinfo")) skip("ewf-tools are absent");
      const options = ["-u", "-q", "-c", "fast", "-f", format, "-S", "1MiB", "-b", "64", "-d", "sha1", ...details];
      const said = run("ewfacquire", ...options, "-t", format, "medium.raw");
      // A version that lacks a format writes another and says so.
      if (said.includes("Unsupported EWF format")) skip("this ewfacquire does not write it");
      const names = readdirSync(folder).filter((name) => name.startsWith(`${format}.`));
      const found = findImage(path.join(folder, names.sort().at(-1)!))!;
      expect([found.format, found.names.length]).toEqual(["ewf", names.length]);
      const { image, close } = openFoundImage(found);
      const content = new Uint8Array(image.size);
      image.readInto(content, 0);
      image.check?.();
      expect(createHash("md5").update(content).digest("hex")).toBe(md5);
      expect(image.findings).toEqual([]);
      expect(image.storedHashes["md5"]).toBe(md5);
      const facts = Object.fromEntries(image.facts.map(({ name, value }) => [name, value]));
      expect(facts).toMatchObject({ "case-number": "2026-0042", "evidence-number": "M01", examiner: "Muster" });
      const info = run("ewfinfo", found.names[0]!);
      expect(info).toContain(`MD5:\t\t\t${md5}`);
      expect(info).toMatch(new RegExp(`Case number:\\s+${facts["case-number"]}`));
      run("ewfexport", "-u", "-q", "-f", "raw", "-t", `${format}-out`, found.names[0]!);
      const exported = `${format}-out.raw`;
      expect(existsSync(path.join(folder, exported))).toBe(true);
      expect(readFileSync(path.join(folder, exported)).equals(content)).toBe(true);
      close();
    });
  }
});
