/** Deleted files of FAT: what of them is given out, and how sure it is. */
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { fatFormat } from "../../../../native-free/filesystems/fat/format.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import {
  fatDate,
  FatVolumeWriter,
  someFiles,
  told,
  type FatFile,
  type FatOptions,
} from "../../../fixtures/filesystems/fat-volume.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const small: FatOptions = { bits: 12, clusters: 60 };
const opened = (bytes: Uint8Array): FileSystem => fatFormat.open(new MemorySource(bytes))!;

function made(
  options: FatOptions,
  files: readonly FatFile[],
  damage: (volume: FatVolumeWriter) => void = () => {},
): FileSystem {
  const volume = new FatVolumeWriter(options, files);
  damage(volume);
  return opened(volume.bytes);
}

function entryOf(fs: FileSystem, path: string): FileSystemEntry {
  const found = walk(fs).find((each) => each.path === path);
  if (!found)
    throw new Error(
      `no ${path} among ${walk(fs)
        .map((each) => each.path)
        .join(" ")}`,
    );
  return found.entry;
}

const contentOf = (fs: FileSystem, entry: FileSystemEntry): Uint8Array => readRange(fs.open(entry), 0, entry.size);
const two = told(2 * 512, 1);

describe("deleted files", () => {
  it("gives name and content where nothing took its place", () => {
    const fs = made(small, someFiles(512));
    const gone = entryOf(fs, "/DIR1/Gone but here.bin");
    expect(gone).toMatchObject({ nameClaim: "deleted", contentClaim: "unallocated", size: 1015 });
    expect(gone.attributes["short-name"]).toBe("GONE.BIN");
    expect(contentOf(fs, gone)).toEqual(told(1015, 5));
    expect(codes(gone)).toEqual(["filesystem/reconstructed"]);
    expect(entryOf(fs, "/_LDDIR")).toMatchObject({
      nameClaim: "deleted",
      kind: "directory",
      contentClaim: "unallocated",
    });
    expect(contentOf(fs, entryOf(fs, "/_LDDIR/_NOLD.TXT"))).toEqual(told(77, 6));
  });

  it("goes on past clusters in use", () => {
    const fs = made(small, [
      { short: "OLD", data: told(1024, 1), deleted: true, clusters: [2, 4] },
      { short: "MID", data: told(512, 2), clusters: [3] },
    ]);
    expect(contentOf(fs, entryOf(fs, "/_LD"))).toEqual(told(1024, 1));
  });

  it("takes clusters in use for overwritten where their file was made later", () => {
    const old = told(1536, 1);
    const files: FatFile[] = [
      { short: "OLD", data: old, deleted: true, clusters: [2, 3, 4] },
      { short: "NEW", data: told(512, 2), clusters: [3] },
    ];
    const fs = made(small, files, (v) => v.bytes.writeUInt16LE(fatDate + 1, v.entries.get("/NEW")! + 16));
    expect(fs.extentsOf(entryOf(fs, "/_LD")).map(({ state }) => state)).toEqual(["intact", "overwritten", "intact"]);
    expect(contentOf(fs, entryOf(fs, "/_LD"))).toEqual(old.fill(0, 512, 1024));
  });

  it("never gives out what an allocated file owns", () => {
    const fs = made(small, [
      { short: "OLD", data: told(1536, 1), deleted: true, clusters: [2, 3, 4] },
      { short: "NEW", data: told(1024, 2), clusters: [2, 3] },
    ]);
    const old = entryOf(fs, "/_LD");
    expect(old.contentClaim).toBe("partly-overwritten");
    expect(fs.extentsOf(old).map(({ state, length }) => [state, length])).toEqual([
      ["overwritten", 1024],
      ["intact", 512],
    ]);
    expect(contentOf(fs, old)).toEqual(told(1536, 1).fill(0, 0, 1024));
    expect(Array.from(fs.open(old).runsIn(0, 1536), ({ kind }) => kind)).toEqual(["missing", "data"]);
  });

  it("says where two deleted files claim a cluster, and that a moved one does not", () => {
    const fs = made(small, [
      { short: "ONE", data: told(1536, 1), deleted: true, clusters: [2, 3, 4] },
      { short: "TWO", data: told(512, 2), deleted: true, clusters: [4] },
      { short: "MOVED", data: told(512, 2), deleted: true, clusters: [4] },
    ]);
    expect(fs.extentsOf(entryOf(fs, "/_NE")).map(({ state }) => state)).toEqual(["intact", "partly overwritten"]);
    const moved = made(small, [
      { short: "TWO", data: told(512, 2), deleted: true, clusters: [4] },
      { short: "MOVED", data: told(512, 2), deleted: true, clusters: [4] },
    ]);
    expect(entryOf(moved, "/_OVED").contentClaim).toBe("unallocated");
  });

  it("follows a chain that is still there and nobody's", () => {
    const fs = made(small, [{ short: "OLD", data: told(1024, 1), deleted: true, clusters: [2, 9] }], (v) => {
      v.set(2, 9);
      v.set(9, 0xfff);
    });
    expect(entryOf(fs, "/_LD").contentClaim).toBe("allocated");
    expect(contentOf(fs, entryOf(fs, "/_LD"))).toEqual(told(1024, 1));
  });

  it("shows entries behind the end mark as slack", () => {
    const fs = made(small, [{ short: "A" }, { short: "B" }, { short: "C", data: two }], (v) => {
      v.bytes.fill(0, v.entries.get("/B")!, v.entries.get("/B")! + 32);
    });
    expect(entryOf(fs, "/C")).toMatchObject({ nameClaim: "deleted", origin: "slack" });
  });
});
