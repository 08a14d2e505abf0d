/** exFAT volumes of published images against TSK. Differences are explained in test/differential/exfat.md. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { exfatFormat } from "../../../../native-free/filesystems/exfat/format.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { Slice } from "../../../../native-free/volumes/slice.ts";
import { hasPublished, mediumOf, publishedVolumes } from "../../../fixtures/filesystems/published.ts";
import { codes, sha256Of, walk } from "../../../fixtures/filesystems/walked.ts";

const volumes = publishedVolumes(["exFAT"], "exfat", /\.(img\.xz|exfat)$|fs\.multiple\.xz$/);
const opened = (image: string, offset: number): FileSystem => {
  const medium = new MemorySource(mediumOf(image));
  return exfatFormat.open(new Slice(medium, offset, medium.size - offset))!;
};
const ourName: Readonly<Record<string, string>> = { $ALLOC_BITMAP: "$Bitmap", $UPCASE_TABLE: "$UpCase" };

describe.skipIf(!hasPublished)("agreement with TSK (skipped where ../shared/data is absent)", () => {
  it("covers the volumes", () => expect(volumes).toHaveLength(3));

  it.each(volumes.map((volume) => [volume.image, volume.offset, volume] as const))(
    "%s at %i",
    (image, offset, volume) => {
      const fs = opened(image, offset);
      const all = walk(fs);
      const lines = (deleted: boolean): Set<string> =>
        new Set(
          all
            .filter(({ entry }) => entry.kind !== "directory" && (entry.nameClaim === "allocated") !== deleted)
            .map(({ path, entry }) => `${path.slice(1)}\t${entry.size}\t${sha256Of(fs.open(entry))}`),
        );
      const { truth } = volume;
      const allocated = truth.allocated.map(({ path, size, sha256 }) => `${ourName[path] ?? path}\t${size}\t${sha256}`);
      if (truth.body.length > 0) {
        expect([...lines(false)].filter((line) => !line.includes("\t0\t")).toSorted()).toEqual(allocated.toSorted());
      }
      const deleted = lines(true);
      const missing = truth.deleted.filter(({ path, size, sha256 }) => !deleted.has(`${path}\t${size}\t${sha256}`));
      // Its cluster is of another file now: a row of test/differential/exfat.md.
      expect(missing.map(({ path }) => path)).toEqual(image.includes("go-exfat") ? ["testdirectory2/file1"] : []);
      let at = 0;
      for (const range of fs.account()) {
        expect(range.start).toBe(at);
        expect(range.class).not.toBe("not-understood");
        at += range.length;
      }
      expect(at).toBe(mediumOf(image).length - offset);
    },
  );

  it("gives every time that TSK gives", () => {
    let compared = 0;
    for (const { image, offset, truth } of volumes) {
      const byPath = new Map(walk(opened(image, offset)).map(({ path, entry }) => [path, entry]));
      for (const line of truth.body) {
        const [, name = "", , , , , size, accessed, modified, , born] = line.split("|");
        const entry = byPath.get(name.replace(/ \(deleted\)$/, ""));
        if (!entry || entry.times.length === 0) continue;
        expect(String(entry.size), name).toBe(size);
        // TSK takes the times as they stand, without their zone; hundredths are left out.
        const [m, a, b] = entry.times.map(({ value }) => Date.parse(`${value.slice(0, 19)}Z`) / 1000);
        const whole = b! - (b! % 2);
        expect([String(m! - (m! % 2)), String(a), String(whole)], name).toEqual(
          [modified, accessed, born].map((time) => String(Number(time) - (Number(time) % 2))),
        );
        compared++;
      }
    }
    expect(compared).toBe(15);
  });

  it("reads what no other tool here opens, and finds the entry of the table that is too many", () => {
    const { image, offset } = volumes.find((volume) => volume.image.endsWith("exfat.img.xz"))!;
    const fs = opened(image, offset);
    const files = walk(fs).filter(({ entry }) => entry.kind === "file");
    expect(files).toHaveLength(100);
    for (const { entry } of files) expect(entry.findings).toEqual([]);
    expect(fs.label).toBe("Новый том");
    expect(codes(fs)).toEqual(["fat/bad-clusters", "filesystem/hidden-data"]);
  });
});
