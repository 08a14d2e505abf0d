/**
 * The eighth image of Digital Forensics Tool Testing, an NTFS volume with ten JPEG pictures and three decoys, against the MD5 values that its
 * author gives in the archive: by carving alone, and by the readers of the file system and of the archives.
 */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../native-free/bytes/byte-source.ts";
import { containerFor } from "../../native-free/containers/index.ts";
import { fileSystemFormats } from "../../native-free/filesystems/index.ts";
import { carvedFiles, hashOf, memoryOf } from "../fixtures/carving/carved-files.ts";
import { publishedData, publishedDataPresent, publishedMedium } from "../fixtures/published-media.ts";

const absent = publishedDataPresent ? null : "needs the published data beside the project";
const image = "images/sleuthkit_test_data/from_brian/8-jpeg-search.zip";

/** The rows of the author's table in their order, the MD5 of the image in front of them. */
const names = [
  ...["image", "file1.jpg", "file2.dat", "file3.jpg", "file4.jpg", "file5.rtf", "file6.jpg", "file7.hmm"],
  ...["file8.zip", "file8.jpg", "file9.boo", "file9.jpg", "file10.tar.gz", "file10.jpg"],
  ...["file11.dat", "file12.doc", "file13.dll:here"],
] as const;

function truth(): Record<(typeof names)[number], string> {
  const page = execFileSync("unzip", ["-p", publishedData + image, "*/index.html"], { encoding: "latin1" });
  const found = page.match(/\b[0-9a-f]{32}\b/g) ?? [];
  expect(found).toHaveLength(names.length);
  return Object.fromEntries(names.map((name, index) => [name, found[index]])) as Record<(typeof names)[number], string>;
}

const medium = publishedDataPresent ? publishedMedium(image, ["*.dd"]) : Buffer.alloc(0);
const files = carvedFiles(medium);
/** Random bytes in front of the picture in file11.dat. */
const randomBytes = 1572;

/** MD5 of all members, also of those in members. */
async function membersOf(type: string, bytes: Uint8Array): Promise<string[]> {
  const context = { passwords: [], beside: null, wholeLimitBytes: 1 << 26, textLimitChars: 1 << 24 };
  const hashes: string[] = [];
  for await (const found of containerFor(type)!.extract(new MemorySource(bytes), context)) {
    if (found.what !== "child" || !("open" in found.child.content)) continue;
    const pieces: Uint8Array[] = [];
    for await (const piece of found.child.content.open()) pieces.push(piece.slice());
    const member = Buffer.concat(pieces);
    hashes.push(hashOf("md5", member), ...(type === "gzip" ? await membersOf("tar", member) : []));
  }
  return hashes;
}

describe("the JPEG search image", () => {
  it("is the author's", ({ skip }) => {
    if (absent !== null) return skip(absent);
    expect(hashOf("md5", medium)).toBe(truth()["image"]);
  });

  it("gives by carving every picture in one piece, and none of the decoys", ({ skip }) => {
    if (absent !== null) return skip(absent);
    const md5 = truth();
    const raw = files.filter(({ inside }) => inside === "");
    const whole = raw.filter(({ verdict }) => verdict === "complete");
    const pictures = whole.filter(({ kind }) => kind === "jpeg");
    const behindRandom = pictures.find(({ offset, length }) => {
      return hashOf("md5", medium.subarray(offset - randomBytes, offset + length)) === md5["file11.dat"];
    });
    const expected = (["file1.jpg", "file7.hmm", "file6.jpg", "file2.dat"] as const).map((name) => md5[name]);
    expect(pictures.map((file) => file.md5)).toEqual([...expected, behindRandom?.md5]);
    for (const name of ["file8.zip", "file9.boo", "file10.tar.gz", "file12.doc"] as const)
      expect(whole.filter((file) => file.md5 === md5[name])).toHaveLength(1);
    // The alternate stream lies in five pieces, not in their order: its beginning is found.
    const cut = raw.filter(({ kind, verdict }) => kind === "jpeg" && verdict === "truncated");
    expect(cut).toHaveLength(1);
    const alternate = alternateStream(md5["file13.dll:here"]);
    expect(medium.subarray(cut[0]!.offset, cut[0]!.offset + cut[0]!.length)).toEqual(
      alternate.subarray(0, cut[0]!.length),
    );
  });

  it("gives the pictures inside of archives that were carved", async ({ skip }) => {
    if (absent !== null) return skip(absent);
    const md5 = truth();
    const archives = [
      ["file8.zip", "file8.jpg"],
      ["file9.boo", "file9.jpg"],
      ["file10.tar.gz", "file10.jpg"],
    ] as const;
    for (const [archive, picture] of archives) {
      const { offset, length, kind } = files.find((file) => file.md5 === md5[archive])!;
      const bytes = readRange(memoryOf(medium), offset, length);
      expect(await membersOf(kind, bytes)).toContain(md5[picture]);
    }
  });

  it("gives by its file system all files, the deleted ones and the alternate stream too", ({ skip }) => {
    if (absent !== null) return skip(absent);
    const md5 = truth();
    const found = contentsOf();
    const inside = ["image", "file8.jpg", "file9.jpg", "file10.jpg"];
    for (const name of names) if (!inside.includes(name)) expect(found.has(md5[name]), name).toBe(true);
  });
});

/** MD5 and bytes of everything that the file system lists. */
function contentsOf(): Map<string, Buffer> {
  const ntfs = fileSystemFormats.find(({ registration }) => registration.id === "ntfs")!.open(memoryOf(medium))!;
  const contents = new Map<string, Buffer>();
  for (const entry of ntfs.entries()) {
    if (entry.kind === "directory" || entry.size === 0) continue;
    const bytes = Buffer.from(readRange(ntfs.open(entry), 0, entry.size));
    contents.set(hashOf("md5", bytes), bytes);
  }
  return contents;
}

function alternateStream(md5: string): Buffer {
  const found = contentsOf().get(md5);
  expect(found).toBeDefined();
  return found!;
}
