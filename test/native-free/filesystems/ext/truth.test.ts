/** ext volumes of published images against TSK and the kernel. Differences are explained in test/differential/ext.md. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { extFormat } from "../../../../native-free/filesystems/ext/format.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { openEvidence } from "../../../../src/source/evidence.ts";
import { Slice } from "../../../../native-free/volumes/slice.ts";
import { hasPublished, mediumOf, publishedVolumes } from "../../../fixtures/filesystems/published.ts";
import { codes, sha256Of, walk } from "../../../fixtures/filesystems/walked.ts";

const kinds = ["Ext2", "Ext3", "Ext4"];
const volumes = publishedVolumes(kinds, "ext4", /\.(img\.xz|dd|dmg|zip|raw|ext4)$/).filter(
  ({ image }) => !image.includes("velociraptor"),
);
/** Read through the readers of images. */
const contained = publishedVolumes(kinds, "ext4", /\.(E01|qcow2?|vhd|vmdk)$/);
const pathOf = (image: string): string =>
  fileURLToPath(new URL(`../../../../../shared/data/${image}`, import.meta.url));
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

  it.each(contained.map((each) => [each.image, each] as const))("%s", async (image, { offset, truth }) => {
    const evidence = await openEvidence(pathOf(image), { limitBytes: 2 ** 28 });
    try {
      const { image: medium } = evidence.medium;
      const fs = extFormat.open(new Slice(medium, offset, medium.size - offset))!;
      const found = new Map(walk(fs).map(({ path, entry }) => [path.slice(1), entry]));
      for (const { path, sha256 } of truth.allocated) {
        const entry = found.get(path);
        expect(entry, path).toMatchObject({ nameClaim: "allocated" });
        if (entry!.kind !== "symlink") expect(sha256Of(fs.open(entry!)), path).toBe(sha256);
      }
      for (const range of fs.account()) expect(range.class).not.toBe("not-understood");
    } finally {
      evidence.close();
    }
  });

  it("lists the names that TSK gives the content of another file", () => {
    const each = volumes.find(({ image }) => image.endsWith("hierarchy_64.ext4"))!;
    const all = walk(opened(each.image, each.offset));
    expect(each.truth.deleted.length).toBe(5);
    for (const { path } of each.truth.deleted) {
      const entry = all.find((one) => one.path === `/${path}`)!.entry;
      expect(entry, path).toMatchObject({ nameClaim: "deleted", contentClaim: "none" });
      // Its inode is in use under the name that the file was given.
      const number = entry.attributes.inode;
      const now = all.find((one) => one.entry.nameClaim === "allocated" && one.entry.attributes.inode === number);
      expect(now?.entry.kind, path).toBe("file");
    }
  });

  it("lists the names without inode that fls lists", async () => {
    const evidence = await openEvidence(pathOf("images/plaso/test_data/image.E01"), { limitBytes: 2 ** 28 });
    try {
      const fs = extFormat.open(evidence.medium.image)!;
      const gone = walk(fs).filter(({ entry }) => codes(entry).includes("ext/name-without-inode"));
      expect(gone.map(({ path }) => path).sort()).toEqual([
        "/a_directory/.another_file.swp",
        "/a_directory/another_file~",
        "/passwords.txt~",
      ]);
      for (const { entry } of gone)
        expect(entry).toMatchObject({ nameClaim: "deleted", contentClaim: "none", size: 0 });
    } finally {
      evidence.close();
    }
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
