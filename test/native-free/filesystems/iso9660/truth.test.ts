/** ISO 9660 volumes of published images against TSK, 7-Zip and their authors. Differences are explained in test/differential/iso9660.md. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { iso9660Format } from "../../../../native-free/filesystems/iso9660/format.ts";
import { hasPublished } from "../../../fixtures/filesystems/published.ts";
import { codes, sha256Of, walk } from "../../../fixtures/filesystems/walked.ts";

const data = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));
const volumes = [
  "images/libcdio/test/data/copying-rr.iso",
  "images/libcdio/test/data/copying.iso",
  "images/libcdio/test/data/joliet.iso",
  "images/libcdio/test/data/multi_extent_8k.iso",
  "images/libcdio/test/data/test-udf1.iso",
  "images/sleuthkit/test/data/image.iso",
  "images/util-linux/tests/ts/blkid/images-fs/iso-different-iso-joliet-label.img.xz",
  "images/util-linux/tests/ts/blkid/images-fs/iso-rr-joliet.img.xz",
  "images/util-linux/tests/ts/blkid/images-fs/iso-unicode-long-label.img.xz",
  "images/util-linux/tests/ts/blkid/images-fs/udf-cd-nero-6.img.xz",
];

function medium(image: string, member?: string): Uint8Array {
  const options = { maxBuffer: 1 << 26 };
  if (member) return execFileSync("unzip", ["-p", data + image, member], options);
  return image.endsWith(".xz") ? execFileSync("xz", ["-dc", data + image], options) : readFileSync(data + image);
}

const opened = (image: string, member?: string): FileSystem =>
  iso9660Format.open(new MemorySource(Uint8Array.from(medium(image, member))))!;

/** `sha256 size path` of what an independent tool exports. */
function listed(image: string, file: string): string[] {
  const at = `${data}truth/${image.replaceAll("/", "__")}/vol0@0/${file}`;
  return existsSync(at) ? readFileSync(at, "utf8").split("\n").filter(Boolean) : [];
}

function files(fs: FileSystem): Set<string> {
  const found = walk(fs).filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated");
  return new Set(
    found.map(({ path, entry }) => `${sha256Of(fs.open(entry))}\t${entry.size}\t${path.replace(/^\//, "")}`),
  );
}

/** Rows of test/differential/iso9660.md: lines of TSK that are not ours. */
const explained: Readonly<Record<string, RegExp>> = {
  // Symbolic links, exported as files of no bytes.
  "images/libcdio/test/data/copying-rr.iso": /\t0\t/,
  // The first extent alone.
  "images/libcdio/test/data/multi_extent_8k.iso": /multi_extent_file$/i,
};

const named = (line: string): string =>
  line.replace(/\t\/?([^\t]*)$/, (_, path: string) => `\t${path.replace(/;\d+$/, "")}`);

describe.skipIf(!hasPublished)("agreement with TSK and 7-Zip (skipped where ../shared/data is absent)", () => {
  it.each(volumes)("%s", (image) => {
    const fs = opened(image);
    const ours = files(fs);
    const theirs = listed(image, "tsk_alloc.sha256").map(named);
    expect(theirs.filter((line) => !ours.has(line) && !explained[image]?.test(line))).toEqual([]);
    const hashes = new Set(Array.from(ours, (line) => line.split("\t")[0]));
    const second = listed(image, "second_opinion.sha256").map((line) => line.split(/\s/)[0]!);
    const none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(second.filter((hash) => /^[0-9a-f]{64}$/.test(hash) && hash !== none && !hashes.has(hash))).toEqual([]);
    let at = 0;
    for (const range of fs.account()) {
      expect(range.start).toBe(at);
      expect(range.class).not.toBe("not-understood");
      at += range.length;
    }
    expect(at).toBe(medium(image).length);
  });

  it("opens a volume whose root is damaged", () => {
    const fs = opened("images/libcdio/test/data/bad-dir.iso");
    expect(Array.from(fs.entries(), codes).flat()).toEqual(["filesystem/outside-volume", "filesystem/time-invalid"]);
    expect(codes(fs)).toContain("filesystem/directory-damaged");
  });

  it("joins the extents that libcdio's authors join", () => {
    const fs = opened("images/libcdio/test/data/multi_extent_8k.iso");
    const { entry } = walk(fs).find(({ path }) => path === "/multi_extent_file")!;
    expect([entry.size, entry.attributes.sections]).toEqual([54_305, "7"]);
  });
});

describe.skipIf(!hasPublished)("DFTT 14, interpretations of ISO 9660 (skipped where ../shared/data is absent)", () => {
  const image = "images/sleuthkit_test_data/from_brian/14-iso9660-1.zip";
  const text = (fs: FileSystem, path: string): string => {
    const { entry } = walk(fs).find((each) => each.path === path)!;
    return Buffer.from(readRange(fs.open(entry), 0, entry.size)).toString("latin1");
  };

  it.each(["*dirtree1.iso", "*dirtree2.iso"])("%s: both files, whichever tree names them", (member) => {
    const fs = opened(image, member);
    expect(text(fs, "/File1.txt")).toBe("Hello. I am file #1.\n");
    expect(text(fs, "/File2.txt")).toBe("Goodbye. I am file #2. \n");
    expect(Array.from(fs.entries(), codes).flat()).toEqual(["iso9660/only-in-tree"]);
  });

  it("tells that the two byte orders lead to two contents, and gives both", () => {
    const fs = opened(image, "*endian.iso");
    const { entry } = walk(fs).find(({ path }) => path === "/File1.txt")!;
    expect(codes(entry)).toEqual(["iso9660/byte-orders-differ"]);
    const others = walk(fs).filter((each) => each.entry.origin === "unallocated");
    expect([text(fs, "/File1.txt"), ...others.map(({ path }) => text(fs, path))].join("")).toMatch(/little[^]*big/i);
  });
});
