/** FAT volumes of published images against TSK, 7-Zip and their authors. Differences are explained in test/differential/fat.md. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { fatFormat } from "../../../../native-free/filesystems/fat/format.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { Slice } from "../../../../native-free/volumes/slice.ts";
import { hasPublished, mediumOf, publishedVolumes, type Listed } from "../../../fixtures/filesystems/published.ts";
import { sha256Of, walk } from "../../../fixtures/filesystems/walked.ts";

const volumes = publishedVolumes(["FAT12", "FAT16", "FAT32"], "vfat");
const opened = (image: string, offset: number): FileSystem => {
  const medium = new MemorySource(mediumOf(image));
  return fatFormat.open(new Slice(medium, offset, medium.size - offset))!;
};

/** Rows of test/differential/fat.md: what TSK lists and we do not, by its path. */
const explained: Readonly<Record<string, readonly string[]>> = {
  "1mb_fat32.dmg": [
    ".Trashes/505/Downloaded from github.com/._ntfs-lastaccess.raw.gz",
    ...["Downloaded from github.com", "_NTITL~1"].flatMap((folder) =>
      ["._ntfs-lastaccess.raw.gz", "License.txt", "ReadMe.md"].map((name) => `${folder}/${name}`),
    ),
  ],
  "6-undel-fat.zip": ["System Volume Information/_restore{A25F48CA-6632-4143-8EF8-3586A84AB5AF}/_P1/frag3.dat"],
};

function ours(fs: FileSystem): { allocated: Set<string>; deleted: Set<string> } {
  const out = { allocated: new Set<string>(), deleted: new Set<string>() };
  for (const { path, entry } of walk(fs)) {
    if (entry.kind === "directory" || entry.key.startsWith("$")) continue;
    const into = entry.nameClaim === "allocated" ? out.allocated : out.deleted;
    into.add(`${path.slice(1)}\t${entry.size}\t${sha256Of(fs.open(entry))}`);
  }
  return out;
}

const named = ({ path, size, sha256 }: Listed): string =>
  `${path
    .replace(/^\//, "")
    .replace(/ {0,}\(Volume Label Entry\)$/, "")
    .trimEnd()}\t${size}\t${sha256}`;

describe.skipIf(!hasPublished)("agreement with TSK (skipped where ../shared/data is absent)", () => {
  it("covers the volumes", () => expect(volumes.length).toBeGreaterThanOrEqual(22));

  it.each(volumes.map((volume) => [volume.image, volume.offset, volume] as const))(
    "%s at %i",
    (image, offset, volume) => {
      const fs = opened(image, offset);
      if (volume.kind !== "") expect(fs.variant).toBe(volume.kind);
      const known = explained[image.split("/").at(-1)!] ?? [];
      const { allocated, deleted } = ours(fs);
      expect(volume.truth.allocated.map(named).filter((line) => !allocated.has(line))).toEqual([]);
      // What TSK does not export has no content, or is a label.
      const theirs = new Set(volume.truth.allocated.map(named));
      const more = [...allocated].filter((line) => !theirs.has(line) && !line.includes("\t0\t"));
      expect(more).toEqual([]);
      const missing = volume.truth.deleted.filter((line) => !deleted.has(named(line)));
      expect(missing.map(({ path }) => path).toSorted()).toEqual([...known].toSorted());
      let at = 0;
      const kinds = new Set<string>();
      for (const range of fs.account()) {
        expect(range.start).toBe(at);
        at += range.length;
        kinds.add(range.class);
      }
      expect(at).toBe(mediumOf(image).length - offset);
      expect(kinds).not.toContain("not-understood");
    },
  );

  it("gives every time that TSK gives", () => {
    const { image, offset, truth } = volumes.find((volume) => volume.image.endsWith("1mb_fat32.dmg"))!;
    const fs = opened(image, offset);
    const lines = new Map(truth.body.map((line) => [line.split("|")[1]!, line.split("|")]));
    let compared = 0;
    for (const { path, entry } of walk(fs)) {
      const fields = lines.get(path);
      if (!fields || entry.nameClaim !== "allocated" || entry.times.length < 3) continue;
      const [m, a, b] = entry.times.map(({ value }) =>
        Math.floor(Date.parse(`${value.length === 10 ? `${value}T00:00` : value}Z`) / 1000),
      );
      expect([a, m, b].map(String), path).toEqual([fields[7], fields[8], fields[10]]);
      compared++;
    }
    expect(compared).toBeGreaterThan(40);
  });

  it("recovers the files of DFTT 6 with the hashes that their authors state", () => {
    const fs = opened("images/sleuthkit_test_data/from_brian/6-undel-fat.zip", 0);
    const found = new Map(
      walk(fs).map(({ path, entry }) => [
        path,
        createHash("md5")
          .update(readRange(fs.open(entry), 0, entry.size))
          .digest("hex"),
      ]),
    );
    expect(found.get("/_ing.dat")).toBe("59b20779f69ff9f0ac5fcd2c38835a79");
    expect(found.get("/_ult1.dat")).toBe("ffd27bd782bdce67750b6b9ee069d2ef");
    expect(found.get("/_ir1/mult2.dat")).toBe("59cf0e9cd107bc1e75afb7374f6e05bb");
    // Fragmented: what the authors state for a tool that takes the clusters in a row.
    expect(found.get("/_rag1.dat")).toBe("c4f3b9a0f17d464f4fc61b94ecf6cc21");
    expect(found.get("/_rag2.dat")).toBe("965370acfa85aa7e26ab04bbd45cdcae");
    expect(found.get("/_ir1/dir2/frag3.dat")).toBe("a7a14ac62f79fdea4056ed5e8bcf97ef");
    for (const path of ["/_rag1.dat", "/_rag2.dat", "/_ir1/dir2/frag3.dat"]) {
      const { entry } = walk(fs).find((each) => each.path === path)!;
      expect(entry.contentClaim).toBe("partly-overwritten");
    }
  });
});
