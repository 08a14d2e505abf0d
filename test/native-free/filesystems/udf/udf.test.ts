/** Corners of UDF on volumes of our own writer, damaged by name. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { udfFormat } from "../../../../native-free/filesystems/udf/format.ts";
import { nameOf, targetOf } from "../../../../native-free/filesystems/udf/names.ts";
import { crcOf } from "../../../../native-free/filesystems/udf/tag.ts";
import { stampOf } from "../../../../native-free/filesystems/udf/times.ts";
import { sealTag, timeBytes } from "../../../fixtures/filesystems/udf-bytes.ts";
import {
  metadata,
  plain,
  sparse,
  streamed,
  told,
  UdfTree,
  versioned,
  virtualTree,
} from "../../../fixtures/filesystems/udf-volume.ts";
import { partitionStart } from "../../../fixtures/filesystems/udf-writer.ts";
import { allCodes, contentOf, edit, entryAt, open } from "../../../fixtures/filesystems/udf-read.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

describe("pieces", () => {
  it("computes the CRC of ECMA-167 3/7.2.6", () => {
    expect(crcOf(Uint8Array.of(0x70, 0x6a, 0x77), 0, 3)).toBe(0x3299);
  });

  it("reads names of 8 and 16 bits, and keeps the bytes of odd ones", () => {
    expect(nameOf(Uint8Array.of(8, 0x47, 0xfc))).toEqual({ text: "Gü", bytes: null });
    expect(nameOf(Uint8Array.of(16, 0x03, 0x95))).toEqual({ text: "Ε", bytes: null });
    expect(nameOf(Uint8Array.of(255, 0x03, 0x95)).text).toBe("Ε");
    expect(nameOf(Uint8Array.of(16, 0xd8, 0x00)).bytes).toBe("ENgA");
    expect(nameOf(Uint8Array.of(16, 0x03, 0x95, 0x41)).bytes).not.toBeNull();
    expect(nameOf(Uint8Array.of(9, 0x41)).bytes).toBe("CUE=");
  });

  it("reads path components of links", () => {
    expect(targetOf(Uint8Array.of(2, 0, 0, 0, 5, 2, 0, 0, 8, 0x61))!.text).toBe("/a");
    expect(targetOf(Uint8Array.of(3, 0, 0, 0, 4, 0, 0, 0))!.text).toBe("../.");
    expect(targetOf(Uint8Array.of(5, 9, 0, 0, 8))).toBeNull();
    expect(targetOf(Uint8Array.of(77, 0, 0, 0))).toBeNull();
  });

  it("reads times to the microsecond, with the zone where it is known", () => {
    const bytes = timeBytes();
    expect(stampOf(bytes)).toEqual({ value: "2024-05-17T13:37:22.123456+02:00", zone: "offset" });
    bytes.writeUInt16LE(0x1000 + (0x1000 - 330), 0);
    expect(stampOf(bytes)!.value).toBe("2024-05-17T13:37:22.123456-05:30");
    bytes.writeUInt16LE(0x1000 + (0x1000 - 2047), 0);
    expect(stampOf(bytes)).toEqual({ value: "2024-05-17T13:37:22.123456", zone: "local-unknown" });
    bytes.writeUInt16LE(0, 0);
    expect(stampOf(bytes)).toEqual({ value: "2024-05-17T13:37:22.123456Z", zone: "utc" });
    bytes[4] = 13;
    expect(stampOf(bytes)).toBeUndefined();
    bytes.set([2, 30], 4);
    expect(stampOf(bytes)).toBeUndefined();
    expect(stampOf(new Uint8Array(12))).toBeNull();
  });
});

describe("what is there", () => {
  it("opens nothing else", () => {
    expect(udfFormat.open(new MemorySource(new Uint8Array(0)))).toBeNull();
    expect(udfFormat.open(new MemorySource(told(600_000, 1)))).toBeNull();
  });

  it("tells modes, owners, links, targets and times", () => {
    const fs = open(plain().finish().bytes);
    expect(fs.label).toBe("Test volume");
    expect(fs.variant).toBe("UDF 1.02");
    const file = entryAt(fs, "/README.TXT");
    expect(file.attributes).toMatchObject({ mode: "0100554", uid: "1000", gid: "100", links: "2" });
    expect(file.times.map(({ kind, value }) => [kind, value.slice(17, 19)])).toEqual([
      ["m", "24"],
      ["a", "23"],
      ["c", "26"],
    ]);
    expect(entryAt(fs, "/folder/second name").findings).toEqual([]);
    expect(entryAt(fs, "/link").target!.text).toBe("../folder/deep.dat");
    expect(allCodes(fs)).toEqual([]);
  });

  it("gives streams below their file, those of the volume as metadata, and holes as zeros", () => {
    const fs = open(streamed().finish().bytes);
    const second = Array.from(fs.entries()).find(({ name }) => name.text === "second")!;
    expect(second).toMatchObject({ kind: "stream", parent: entryAt(fs, "/with streams").key });
    expect(contentOf(fs, second)).toEqual(told(600, 32));
    expect(entryAt(fs, "/*UDF Backup").kind).toBe("metadata");
    const holed = entryAt(fs, "/sparse");
    expect(fs.extentsOf(holed)).toMatchObject([{ length: 512 }, { start: null, length: 512, state: "intact" }, {}]);
    expect(contentOf(fs, holed)).toEqual(sparse(told(1600, 34)));
    expect(fs.extentsOf(entryAt(fs, "/with streams"))[0]!.start).toBeGreaterThan((partitionStart + 200) * 512);
    expect(allCodes(fs)).toEqual([]);
  });

  it("recovers deleted files, and directories with what was in them", () => {
    const fs = open(plain().finish().bytes);
    const gone = entryAt(fs, "/Deleted later.bin");
    expect(gone).toMatchObject({ nameClaim: "deleted", contentClaim: "unallocated", size: 1800 });
    expect(contentOf(fs, gone)).toEqual(told(1800, 4));
    const other = open(streamed().finish().bytes);
    const inside = entryAt(other, "/Deleted/in it.bin");
    expect(inside).toMatchObject({ nameClaim: "deleted", contentClaim: "unallocated" });
    expect(contentOf(other, inside)).toEqual(told(600, 35));
  });

  it("shows what earlier states of a disc show and the last does not", () => {
    const fs = open(virtualTree(0x201).finish().bytes);
    const gone = entryAt(fs, "/goes.txt");
    expect(gone).toMatchObject({ nameClaim: "deleted", contentClaim: "unallocated" });
    expect(contentOf(fs, gone)).toEqual(told(1300, 22));
    expect(codes(gone)).toEqual(["udf/earlier-version"]);
    expect(codes(fs)).toEqual(["udf/earlier-states"]);
    expect(walk(fs).filter(({ entry }) => entry.nameClaim !== "allocated" && entry.kind !== "metadata")).toHaveLength(
      1,
    );
  });

  it("keeps earlier versions of strategy 4096", () => {
    const fs = open(versioned().finish().bytes);
    const all = walk(fs).filter(({ path }) => path === "/report");
    expect(all.map(({ entry }) => [entry.nameClaim, entry.size])).toEqual([
      ["allocated", 300],
      ["deleted", 100],
      ["deleted", 200],
    ]);
    expect(contentOf(fs, all[1]!.entry)).toEqual(told(100, 42));
    expect(codes(all[1]!.entry)).toEqual(["udf/earlier-version"]);
  });

  it("finds entries whose names are gone, with what is below", () => {
    const tree = new UdfTree({ revision: 0x201 }, [
      { name: "lost", children: [{ name: "inside", data: told(700, 51) }], deleted: true, unlinked: true },
      { name: "gone", data: told(900, 52), deleted: true, unlinked: true },
    ]);
    const fs = open(tree.finish().bytes);
    expect(entryAt(fs, "/gone")).toMatchObject({ nameClaim: "deleted", contentClaim: "none", size: 0 });
    const orphans = walk(fs).filter(({ entry }) => entry.nameClaim === "orphan");
    expect(orphans.map(({ path }) => path)).toEqual([
      expect.stringMatching(/^\/entry@\d+$/),
      expect.stringMatching(/^\/entry@\d+\/inside$/),
      expect.stringMatching(/^\/entry@\d+$/),
    ]);
    expect(contentOf(fs, orphans[1]!.entry)).toEqual(told(700, 51));
    expect(contentOf(fs, orphans[2]!.entry)).toEqual(told(900, 52));
    const some = Array.from(fs.entries({ searchUnallocated: false }));
    expect(some.filter(({ nameClaim }) => nameClaim === "orphan")).toEqual([]);
  });

  it("reads names behind the end of a directory", () => {
    const tree = new UdfTree({ revision: 0x102 }, [
      { name: "a", data: told(10, 1) },
      { name: "b", data: told(20, 2) },
    ]);
    const writer = tree.finish();
    // The last name is cut off: parent and "a" remain.
    edit(writer, "/", (bytes, at) => bytes.writeBigUInt64LE(80n, at + 56));
    const fs = open(writer.bytes);
    expect(entryAt(fs, "/b")).toMatchObject({ nameClaim: "deleted", contentClaim: "allocated", size: 20 });
    expect(contentOf(fs, entryAt(fs, "/b"))).toEqual(told(20, 2));
  });

  it("reads extended attributes and devices", () => {
    const attributes = Buffer.alloc(24 + 24 + 48 + 8 + 32);
    attributes.writeUInt32LE(12, 24);
    attributes.writeUInt32LE(24, 24 + 8);
    attributes.writeUInt32LE(8, 24 + 16);
    attributes.writeUInt32LE(3, 24 + 20);
    attributes.writeUInt32LE(2048, 48);
    attributes.writeUInt32LE(56, 48 + 8);
    attributes.writeUInt32LE(8, 48 + 12);
    attributes.write("*UDF Mac FinderInfo", 48 + 17, "latin1");
    attributes.write("\0\0TEXTed", 48 + 48, "latin1");
    attributes.writeUInt32LE(5, 104);
    attributes.writeUInt32LE(32, 112);
    attributes.writeUInt32LE(12, 116);
    attributes.writeUInt32LE(4, 120);
    timeBytes().copy(attributes, 124);
    sealTag(attributes, 0, 262, 0, 8);
    const fs = open(new UdfTree({ revision: 0x102 }, [{ name: "device", type: 7, attributes }]).finish().bytes);
    const device = entryAt(fs, "/device");
    expect(device.kind).toBe("special");
    expect(device.attributes).toMatchObject({
      device: "8:3",
      "xattr.*UDF Mac FinderInfo": "TEXTed",
      "deleted-at": "2024-05-17T13:37:22.123456+02:00",
    });
    attributes[60] = 255;
    const damaged = open(
      new UdfTree({ revision: 0x102 }, [{ name: "device", type: 7, attributes: attributes.subarray(0, 70) }]).finish()
        .bytes,
    );
    expect(codes(entryAt(damaged, "/device"))).toEqual(["udf/attributes-damaged"]);
  });
});

describe("damage", () => {
  const files = plain().finish().bytes;
  const damaged = (change: (bytes: Buffer) => void, from: Uint8Array = files): FileSystem => {
    const bytes = Buffer.from(from);
    change(bytes);
    return open(bytes);
  };
  const whole = (fs: FileSystem): void => expect(contentOf(fs, entryAt(fs, "/README.TXT"))).toEqual(told(700, 1));

  it.each([
    ["the recognition sequence", (b: Buffer) => b.fill(0, 32768, 40000), "udf/recognition-damaged"],
    ["the first anchor", (b: Buffer) => b.fill(1, 256 * 512 + 4, 256 * 512 + 12), "filesystem/structure-damaged"],
    [
      "both anchors",
      (b: Buffer) => void (b.fill(0, 256 * 512, 257 * 512), b.fill(0, b.length - 512)),
      "udf/anchors-missing",
    ],
    ["the main sequence", (b: Buffer) => b.fill(0x55, 97 * 512, 99 * 512), "filesystem/structure-replaced"],
    ["one descriptor of the copy", (b: Buffer) => b.fill(0x55, 138 * 512, 139 * 512), "filesystem/structure-damaged"],
    ["integrity", (b: Buffer) => b.fill(0x55, 120 * 512 + 20, 121 * 512), "filesystem/structure-damaged"],
    ["bytes behind the volume", (b: Buffer) => b.fill(0x55, 20_000, 20_010), "filesystem/hidden-data"],
  ])("goes on without %s", (_, change, code) => {
    const fs = damaged(change);
    whole(fs);
    expect(allCodes(fs)).toContain(code);
  });

  it("says that copies differ, and that a volume was not closed", () => {
    const fs = damaged((bytes) => {
      bytes[138 * 512 + 90] = 0x41;
      sealTag(bytes, 138 * 512, 6, 138, 430);
    });
    expect(codes(fs)).toContain("filesystem/structures-differ");
    const opened = new UdfTree({ revision: 0x102, open: true }, [{ name: "a" }]);
    expect(codes(open(opened.finish().bytes))).toEqual(["filesystem/not-clean"]);
  });

  it("finds files where the root or the set descriptor is gone", () => {
    const fs = damaged((bytes) => bytes.fill(0, 260 * 512, 262 * 512));
    expect(codes(fs)).toContain("udf/root-missing");
    const contents = walk(fs).map(({ entry }) => Buffer.from(contentOf(fs, entry)));
    expect(contents.some((each) => each.equals(Buffer.from(told(700, 1))))).toBe(true);
    expect(fs.extentsOf(null)).toEqual([]);
  });

  it("uses the mirror of the metadata file", () => {
    const bytes = metadata().finish().bytes;
    const fs = damaged((each) => each.fill(0, 260 * 512, 261 * 512), bytes);
    whole(fs);
    expect(codes(fs)).toContain("filesystem/structure-replaced");
  });

  it("says that the virtual table is missing", () => {
    const writer = virtualTree(0x150).finish();
    for (let block = partitionStart; block < writer.total - 1; block++) {
      const at = writer.at(block);
      if (writer.bytes.readUInt16LE(at) === 261 && writer.bytes[at + 27] === 0) writer.bytes.fill(0, at, at + 512);
    }
    const fs = open(writer.bytes);
    expect(codes(fs)).toContain("udf/virtual-table-missing");
    expect(Array.from(fs.entries()).some(({ nameClaim }) => nameClaim === "orphan")).toBe(true);
  });

  it("names partitions that are missing or unknown", () => {
    const typed = (change: (bytes: Buffer, at: number) => void): FileSystem => {
      const writer = metadata().finish();
      for (const block of [98, 138]) {
        change(writer.bytes, writer.at(block));
        sealTag(writer.bytes, writer.at(block), 6, block, 424 + 70, 3);
      }
      return open(writer.bytes);
    };
    expect(codes(typed((bytes, at) => bytes.write("*UDF Strange", at + 451, "latin1")))).toContain(
      "udf/partition-unknown",
    );
    expect(codes(typed((bytes, at) => bytes.writeUInt16LE(7, at + 444)))).toContain("udf/partition-missing");
  });

  it("reads the last of several sessions", () => {
    const first = virtualTree(0x201).finish();
    const second = new UdfTree({ revision: 0x201, kind: "virtual", label: "Second" }, [
      { name: "late", data: told(90, 3) },
    ]);
    second.table(0xffff_ffff);
    const later = second.finish();
    // Moved to where the first one ends: descriptors of the volume name their blocks anew.
    const shift = first.total;
    const bytes = Buffer.concat([first.bytes, later.bytes]);
    const reseal = (block: number, id: number, length: number): void =>
      sealTag(bytes, (shift + block) * 512, id, shift + block, length, 3);
    for (const start of [96, 136]) {
      bytes.writeUInt32LE(shift + partitionStart, (shift + start + 1) * 512 + 188);
      bytes.writeUInt32LE(shift + 120, (shift + start + 2) * 512 + 436);
      for (const [index, id] of [1, 5, 6, 7, 8].entries())
        reseal(start + index, id, id === 6 ? 494 : id === 7 ? 8 : 496);
    }
    reseal(120, 9, 64 + 16 + 46);
    for (const [index, start] of [96, 136].entries()) {
      for (const block of [256, later.total - 1]) {
        bytes.writeUInt32LE(shift + start, (shift + block) * 512 + 20 + index * 8);
      }
    }
    for (const block of [256, later.total - 1]) reseal(block, 2, 496);
    // Without the anchor at the end, as media that are not closed have it.
    bytes.fill(0, bytes.length - 512);
    const fs = open(bytes);
    expect(fs.label).toBe("Second");
    expect(codes(fs)).toContain("udf/earlier-sessions");
    expect(contentOf(fs, entryAt(fs, "/late"))).toEqual(told(90, 3));
  });
});
