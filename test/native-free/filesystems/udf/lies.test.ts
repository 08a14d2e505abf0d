/** Volumes that contradict themselves: findings, no throw, and never bytes of another file. */
import { describe, expect, it } from "vitest";
import { sealTag } from "../../../fixtures/filesystems/udf-bytes.ts";
import { allCodes, contentOf, edit, entryAt, open } from "../../../fixtures/filesystems/udf-read.ts";
import { told, UdfTree } from "../../../fixtures/filesystems/udf-volume.ts";
import { partitionStart, type UdfVolumeWriter } from "../../../fixtures/filesystems/udf-writer.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { codes } from "../../../fixtures/filesystems/walked.ts";

describe("lies", () => {
  const two = (): { tree: UdfTree; writer: UdfVolumeWriter } => {
    const tree = new UdfTree({ revision: 0x102 }, [
      { name: "one", data: told(1500, 61) },
      { name: "two", data: told(1500, 62) },
      { name: "chain", data: told(1500, 63), chained: true },
      { name: "dir", children: [{ name: "deep", data: told(30, 64) }] },
      { name: "gone", data: told(1000, 65), deleted: true },
    ]);
    return { tree, writer: tree.finish() };
  };
  const changed = (path: string, change: (bytes: Buffer, at: number, writer: UdfVolumeWriter) => void): FileSystem => {
    const { writer } = two();
    edit(writer, path, (bytes, at) => change(bytes, at, writer));
    return open(writer.bytes);
  };

  it("names blocks that two files claim, on both", () => {
    const fs = changed("/two", (bytes, at, writer) => {
      bytes.writeUInt32LE(writer.content.get("/one")![0]! - partitionStart, at + 180);
    });
    expect(codes(entryAt(fs, "/one"))).toContain("filesystem/cross-linked");
    expect(codes(entryAt(fs, "/two"))).toContain("filesystem/cross-linked");
  });

  it("gives no bytes of an allocated file as those of a deleted one", () => {
    const fs = changed("/gone", (bytes, at, writer) => {
      bytes.writeUInt32LE(writer.content.get("/one")![0]! - partitionStart, at + 180);
    });
    const gone = entryAt(fs, "/gone");
    expect(gone.contentClaim).toBe("overwritten");
    expect(contentOf(fs, gone)).toEqual(new Uint8Array(1000));
    expect(Array.from(fs.open(gone).runsIn(0, 1000), ({ kind }) => kind)).toEqual(["missing"]);
  });

  it("names extents beyond the volume, and sizes that are none", () => {
    const outside = changed("/one", (bytes, at) => bytes.writeUInt32LE(70_000, at + 180));
    expect(codes(entryAt(outside, "/one"))).toContain("filesystem/outside-volume");
    const short = changed("/one", (bytes, at) => bytes.writeBigUInt64LE(9000n, at + 56));
    expect(codes(entryAt(short, "/one"))).toEqual(["filesystem/content-short"]);
    expect(short.extentsOf(entryAt(short, "/one")).at(-1)).toEqual({ start: null, length: 7500, state: "missing" });
    const long = changed("/one", (bytes, at) => bytes.writeBigUInt64LE(10n, at + 56));
    expect(codes(entryAt(long, "/one"))).toEqual(["filesystem/content-long"]);
    expect(long.slackOf(entryAt(long, "/one")).map(({ what, length }) => [what, length])).toEqual([
      ["file entry slack", 512 - 176 - 8],
      ["ram slack", 502],
      ["drive slack", 1024],
    ]);
    const huge = changed("/one", (bytes, at) => bytes.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, at + 56));
    expect(entryAt(huge, "/one").size).toBe(0);
    expect(codes(entryAt(huge, "/one"))).toContain("filesystem/size-beyond-volume");
  });

  it("ends chains of descriptors that lead to themselves or to nothing", () => {
    const { writer } = two();
    const at = writer.at(writer.entries.get("/chain")!);
    const first = writer.bytes.readUInt32LE(at + 176 + 12);
    const extent = writer.at(partitionStart + first);
    writer.bytes.writeUInt32LE(first, extent + 24 + 12);
    sealTag(writer.bytes, extent, 258, first, 24);
    expect(codes(entryAt(open(writer.bytes), "/chain"))).toContain("filesystem/loop");
    const cut = changed("/chain", (bytes, place) => bytes.writeUInt32LE(3, place + 176 + 12));
    expect(codes(entryAt(cut, "/chain"))).toContain("filesystem/chain-cut");
  });

  it("ends directories that lead to themselves, and tells wrong kinds, parents and counts of names", () => {
    const { writer } = two();
    const root = writer.at(writer.entries.get("/")!);
    const directory = writer.bytes.readUInt32LE(root + 180) + partitionStart;
    const at = writer.at(directory);
    const names = writer.bytes.subarray(at, at + 512);
    const place = (name: string): number => names.indexOf(Buffer.from(`\u0008${name}`)) - 38;
    const target = (name: string, block: number): void => {
      names.writeUInt32LE(block, place(name) + 24);
      sealTag(names, place(name), 257, 1, names.readUInt16LE(place(name) + 10));
    };
    const own = (path: string): number => writer.entries.get(path)! - partitionStart;
    target("dir", own("/"));
    let fs = open(writer.bytes);
    expect(codes(entryAt(fs, "/dir"))).toContain("filesystem/directory-loop");
    target("dir", own("/two"));
    fs = open(writer.bytes);
    expect(codes(entryAt(fs, "/two"))).toContain("udf/link-count");
    expect(codes(entryAt(fs, "/dir"))).toContain("udf/kind-mismatch");
    target("dir", 150);
    fs = open(writer.bytes);
    expect(codes(entryAt(fs, "/dir"))).toEqual(["udf/no-entry"]);
    expect(allCodes(fs)).toContain("udf/counts-differ");
  });

  it("tells another parent than the directory names", () => {
    const tree = new UdfTree({ revision: 0x102 }, [{ name: "a", children: [{ name: "b", children: [] }] }]);
    const writer = tree.finish();
    const at = writer.at(writer.entries.get("/a/b")!);
    const names = writer.at(writer.bytes.readUInt32LE(at + 180) + partitionStart);
    writer.bytes.writeUInt32LE(writer.root.block, names + 24);
    sealTag(writer.bytes, names, 257, 0, 24);
    expect(codes(entryAt(open(writer.bytes), "/a/b"))).toContain("filesystem/parent-mismatch");
  });

  it("tells a deleted name whose entry describes another file", () => {
    const fs = changed("/gone", (bytes, at) => bytes.writeBigUInt64LE(999n, at + 160));
    expect(entryAt(fs, "/gone")).toMatchObject({ size: 0, contentClaim: "overwritten" });
    const tree = new UdfTree({ revision: 0x102 }, [{ name: "gone", data: told(10, 1), deleted: true }]);
    const writer = tree.finish();
    edit(writer, "/gone", (bytes, at) => bytes.writeBigUInt64LE(999n, at + 160));
    expect(codes(entryAt(open(writer.bytes), "/gone"))).toEqual(["udf/entry-reused"]);
  });

  it("compares the bitmap and the counts with what it finds", () => {
    const { writer } = two();
    const bitmap = writer.bytes.readUInt32LE(writer.at(97) + 68) + partitionStart;
    writer.bytes.fill(0xff, writer.at(bitmap) + 24, writer.at(bitmap) + 26);
    writer.bytes.fill(0, writer.at(bitmap) + 40, writer.at(bitmap) + 42);
    const found = allCodes(open(writer.bytes));
    for (const code of ["udf/free-in-use", "filesystem/lost-chains"]) expect(found).toContain(code);
    writer.bytes[writer.at(bitmap) + 40] = 0xff;
    expect(allCodes(open(writer.bytes))).toContain("filesystem/free-count");
  });

  it("names times that cannot be, and tags that do not hold", () => {
    const odd = changed("/one", (bytes, at) => (bytes[at + 72 + 4] = 99));
    expect(codes(entryAt(odd, "/one"))).toEqual(["filesystem/time-invalid"]);
    const { writer } = two();
    writer.bytes[writer.at(writer.entries.get("/one")!) + 40]! ^= 1;
    const fs = open(writer.bytes);
    expect(codes(entryAt(fs, "/one"))).toEqual(["filesystem/structure-damaged"]);
    expect(contentOf(fs, entryAt(fs, "/one"))).toEqual(told(1500, 61));
  });

  it("names what an image that ends early does not hold", () => {
    const { writer } = two();
    const fs = open(writer.bytes.subarray(0, writer.at(partitionStart + 100)));
    expect(codes(fs)).toContain("filesystem/truncated");
    let at = 0;
    for (const { start, length } of fs.account()) {
      expect(start).toBe(at);
      at += length;
    }
    expect(at).toBe(writer.at(partitionStart + 100));
  });
});
