/** ext volumes of published images against TSK and the kernel. Differences are explained in test/differential/ext.md. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { extFormat } from "../../../../native-free/filesystems/ext/format.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { Slice } from "../../../../native-free/volumes/slice.ts";
import { hasPublished, mediumOf, publishedVolumes } from "../../../fixtures/filesystems/published.ts";
import { codes, sha256Of, walk } from "../../../fixtures/filesystems/walked.ts";

const volumes = publishedVolumes(["Ext2", "Ext3", "Ext4"], "ext4").filter(
  ({ image }) => !image.includes("velociraptor"),
);
const opened = (image: string, offset: number): FileSystem => {
  const medium = new MemorySource(mediumOf(image));
  return extFormat.open(new Slice(medium, offset, medium.size - offset))!;
};

describe.skipIf(!hasPublished)("published ext volumes (skipped where ../shared/data is absent)", () => {
  it.each(volumes.map((each) => [each.image, each] as const))("%s", (image, { offset, truth, kind }) => {
    const fs = opened(image, offset);
    expect(fs.variant).toBe(kind.toLowerCase());
    const all = walk(fs);
    const found = new Map(
      all.flatMap(({ path, entry }) => (entry.nameClaim === "allocated" ? [[path.slice(1), entry] as const] : [])),
    );
    for (const { path, sha256 } of truth.allocated) {
      const entry = found.get(path);
      expect(entry, path).toBeDefined();
      // TSK exports what the link leads to.
      if (entry!.kind !== "symlink") expect(sha256Of(fs.open(entry!)), path).toBe(sha256);
    }
    const ranges = Array.from(fs.account());
    expect(ranges.filter((range) => range.class === "not-understood")).toEqual([]);
    expect(all.filter(({ entry }) => entry.nameClaim === "allocated").flatMap(({ entry }) => codes(entry))).toEqual([]);
  });

  it("has the times, sizes and inodes of fls", () => {
    let compared = 0;
    for (const { image, offset, truth } of volumes) {
      const fs = opened(image, offset);
      const lines = new Map(truth.body.map((line) => [line.split("|")[1]!.replace(/ -> .*/, ""), line.split("|")]));
      for (const { path, entry } of walk(fs)) {
        const fields = lines.get(path);
        if (!fields || entry.nameClaim !== "allocated") continue;
        const seconds = (kind: string): string => {
          const time = entry.times.find((each) => each.kind === kind);
          return time === undefined ? "0" : String(Math.floor(Date.parse(time.value) / 1000));
        };
        expect(
          [entry.attributes.inode, String(entry.size), seconds("a"), seconds("m"), seconds("c"), seconds("b")],
          path,
        ).toEqual([fields[2]!, ...fields.slice(6)].map((each) => each));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(20);
  });
});
