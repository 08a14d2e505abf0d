/** NTFS volumes of published images against TSK, 7-Zip and their authors. Differences are explained in test/differential/ntfs.md. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource, readRange, type ByteSource } from "../../../../native-free/bytes/byte-source.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import { ntfsFormat } from "../../../../native-free/filesystems/ntfs/format.ts";
import { Slice } from "../../../../native-free/volumes/slice.ts";
import { findImage, openFoundImage } from "../../../../src/source/image-files.ts";
import { hasPublished, publishedVolumes, type Listed } from "../../../fixtures/filesystems/published.ts";
import { publishedData, publishedMedium } from "../../../fixtures/published-media.ts";

const volumes = publishedVolumes(["NTFS"], "ntfs", /^[^!]+$/);
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-ntfs-truth-"));
});
const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
  rmSync(folder, { recursive: true, force: true });
});

/** The medium of an image: of a container through the reader of its format. */
function mediumOf(image: string): ByteSource {
  if (/\.(?:dd|img)\.?(?:xz|bz2)?$/.test(image)) return new MemorySource(publishedMedium(image));
  if (image.endsWith(".zip") && !image.includes(".vhdx")) return new MemorySource(publishedMedium(image, ["*.dd"]));
  let file = publishedData + image;
  if (/\.(?:xz|zip)$/.test(image)) {
    file = path.join(folder, path.basename(image).replace(/\.(?:xz|zip)$/, ""));
    writeFileSync(file, publishedMedium(image));
  }
  const opened = openFoundImage(findImage(file)!);
  closing.push(() => opened.close());
  return opened.image;
}

function opened(image: string, offset: number): FileSystem {
  // Large, and the volume is at its end.
  if (image.endsWith(".multiple.xz")) {
    const words = ["-c", 'xz -dc "$0" | tail -c "+$1"', publishedData + image, String(offset + 1)];
    return ntfsFormat.open(new MemorySource(execFileSync("bash", words, { maxBuffer: 1 << 27 })))!;
  }
  const medium = mediumOf(image);
  return ntfsFormat.open(new Slice(medium, offset, medium.size - offset))!;
}

function digest(source: ByteSource): string {
  const hash = createHash("sha256");
  for (let at = 0; at < source.size; at += 4 << 20) hash.update(readRange(source, at, 4 << 20));
  return hash.digest("hex");
}

interface Found {
  readonly path: string;
  readonly entry: FileSystemEntry;
}

/** As TSK writes paths: streams behind a colon, orphans in a directory of their own, records without name by their number. */
function walk(fs: FileSystem): Found[] {
  const above = new Map<string, string>();
  return Array.from(fs.entries(), (entry) => {
    const orphan = entry.nameClaim === "orphan" ? "$OrphanFiles/" : "";
    const before = entry.parent === null ? orphan : (above.get(entry.parent) ?? orphan);
    const at = before + entry.name.text.replace(/^record (\d+)-\d+$/, "OrphanFile-$1");
    above.set(entry.key, at + (entry.kind === "directory" ? "/" : ":"));
    return { path: at, entry };
  });
}

/** Rows of test/differential/ntfs.md: what TSK lists and we do not, by its path. */
const explained: Readonly<Record<string, readonly string[]>> = {};

/** Lines of `fls` that no entry has with its times. View indices are no files, and no entries. */
function unlikeBody(body: readonly string[], all: readonly Found[]): string[] {
  const byPath = new Map<string, FileSystemEntry[]>();
  for (const { path: at, entry } of all) byPath.set(at, [...(byPath.get(at) ?? []), entry]);
  return body.flatMap((line) => {
    const [, name = "", inode = "", mode = "", , , , a, m, c, b] = line.split("|");
    const at = name.slice(1).replace(/ \(deleted(?:-realloc)?\)$/, "");
    if (mode.startsWith("V/") || at.endsWith("($FILE_NAME)") || inode.includes("-144-")) return [];
    const own = (byPath.get(at) ?? []).filter(
      ({ attributes }) => (attributes.inode ?? inode.split("-")[0]) === inode.split("-")[0],
    );
    const times = own.map((entry) =>
      ["a", "m", "c", "b"]
        .map((kind) => entry.times.find((time) => time.kind === kind && time.source !== "$FN")?.value)
        .map((value) => (value === undefined ? "0" : String(Math.floor(Date.parse(value) / 1000))))
        .join(),
    );
    // What TSK makes of a time of 0, which is none.
    const theirs = [a, m, c, b].map((time) => (time === "3373865674" ? "0" : time)).join();
    // A stream has no times of its own, and TSK gives it those of its file.
    return times.includes(theirs) || own.some(({ times: none }) => none.length === 0)
      ? []
      : [`${name} (${inode}): ${times.join("; ")}`];
  });
}

/** MD5s that the authors of DFTT 7 state. */
const authors: Readonly<Record<string, string>> = {
  "res1.dat": "9036637712b491904cd0bfbdbe648453",
  "sing1.dat": "59b20779f69ff9f0ac5fcd2c38835a79",
  "mult1.dat": "ffd27bd782bdce67750b6b9ee069d2ef",
  "mult1.dat:ADS": "ba1b9eedb1c091ddca253d35dde8f616",
  "frag1.dat": "7a3bc5b763bef201202108f4ba128149",
  "frag2.dat": "0e80ab84ef0087e60dfc67b88a1cf13e",
  "dir1/mult2.dat": "59cf0e9cd107bc1e75afb7374f6e05bb",
  "dir1/dir2/frag3.dat": "21121699487f3fbbdb9a4b3391b6d3e0",
  "$OrphanFiles/sing2.dat": "c229626f6a71b167ad7e50c4f2fccdb1",
};

const named = ({ path: at, size, sha256 }: Listed): string => `${at.replace(/^\//, "")}\t${size}\t${sha256}`;

describe.skipIf(!hasPublished)("agreement with TSK (skipped where ../shared/data is absent)", () => {
  it("covers the volumes", () => expect(volumes.length).toBeGreaterThanOrEqual(13));

  it.each(volumes.map((volume) => [volume.image, volume.offset, volume] as const))(
    "%s at %i",
    (image, offset, { truth }) => {
      const fs = opened(image, offset);
      const all = walk(fs);
      const sizes = new Set([...truth.allocated, ...truth.deleted].map(({ size }) => size));
      const lines = (of: readonly Found[]): Set<string> =>
        new Set(
          of
            .filter(({ entry }) => entry.kind !== "directory" && sizes.has(entry.size))
            .map(({ path: at, entry }) => `${at}\t${entry.size}\t${digest(fs.open(entry))}`),
        );
      const allocated = lines(all.filter(({ entry }) => entry.nameClaim === "allocated"));
      const deleted = lines(all.filter(({ entry }) => entry.nameClaim !== "allocated"));
      expect(truth.allocated.map(named).filter((line) => !allocated.has(line))).toEqual([]);
      const missing = truth.deleted.filter((line) => !deleted.has(named(line))).map(({ path: at }) => at);
      expect(missing.toSorted()).toEqual([...(explained[path.basename(image)] ?? [])].toSorted());
      // Of content there is nothing more than what TSK exports, but for metadata.
      const theirs = new Set(truth.allocated.map(({ path: at }) => at.replace(/^\//, "")));
      const more = all.filter(
        ({ path: at, entry }) =>
          entry.nameClaim === "allocated" && entry.kind === "file" && entry.size > 0 && !theirs.has(at),
      );
      expect(more.map(({ path: at }) => at)).toEqual([]);
      let at = 0;
      const kinds = new Set<string>();
      for (const range of fs.account()) {
        expect(range.start).toBe(at);
        at += range.length;
        kinds.add(range.class);
      }
      expect(kinds).not.toContain("not-understood");
      expect(unlikeBody(truth.body, all)).toEqual([]);
    },
  );

  it("reads the volumes of DFTT 10, which hold a second file system, as 7-Zip does", () => {
    const image = "images/sleuthkit_test_data/from_brian/10b-ntfs-autodetect.zip";
    const medium = new MemorySource(publishedMedium(image, ["*10-ntfs-disk.dd"]));
    for (const [offset, sectors, volume] of [
      [32_256, 96_327, "vol0"],
      [49_351_680, 96_390, "vol1"],
    ] as const) {
      const fs = ntfsFormat.open(new Slice(medium, offset, sectors * 512))!;
      const found = walk(fs)
        .filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated")
        .map(({ path: at, entry }) => `${digest(fs.open(entry))}\t${entry.size}\t${at}`);
      const truth = readFileSync(
        `${publishedData}truth/${image.replaceAll("/", "__")}/${volume}@${offset}/second_opinion.sha256`,
        "utf8",
      );
      expect(found.toSorted()).toEqual(
        truth
          .split("\n")
          .filter((line) => line !== "")
          .toSorted(),
      );
      for (const range of fs.account()) expect(range.class).not.toBe("not-understood");
    }
  });

  it("recovers the files of DFTT 7 with the hashes that their authors state", () => {
    const fs = opened("images/sleuthkit_test_data/from_brian/7-undel-ntfs.zip", 0);
    const all = walk(fs);
    for (const [at, md5] of Object.entries(authors)) {
      const found = all.find((each) => each.path === at);
      expect(found, at).toBeDefined();
      const { entry } = found!;
      expect(
        [
          entry.nameClaim === "allocated",
          createHash("md5")
            .update(readRange(fs.open(entry), 0, entry.size))
            .digest("hex"),
        ],
        at,
      ).toEqual([false, md5]);
    }
  });
});
