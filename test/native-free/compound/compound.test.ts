import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../native-free/bytes/byte-source.ts";
import { type Compound, openCompound } from "../../../native-free/compound/compound.ts";
import { fileTimeText } from "../../../native-free/compound/file-time.ts";
import { readOlePackage } from "../../../native-free/compound/ole-package.ts";
import { rebuildStorage } from "../../../native-free/compound/rebuild.ts";
import { writeCompound } from "../../fixtures/compound-writer.ts";
import { olePackage } from "../../fixtures/office-writer.ts";

const opened = (bytes: Uint8Array): Compound => openCompound(new MemorySource(bytes));

function contentOf(compound: Compound, path: string): Buffer {
  const stream = compound.open(compound.find(path)!);
  return Buffer.from(readRange(stream, 0, stream.size));
}

const pattern = (length: number, seed: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + seed + (i >>> 8)) & 255));

describe("compound files", () => {
  it.each([3, 4] as const)("of version %i give every stream back", (version) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 6 }), (sizes) => {
        const entries = sizes.map((size, i) => ({ path: i % 2 ? `s${i}` : `Folder/s${i}`, bytes: pattern(size, i) }));
        const compound = opened(writeCompound(entries, version));
        expect(compound.version).toBe(version);
        for (const { path, bytes } of entries) expect(contentOf(compound, path).equals(bytes), path).toBe(true);
        expect(compound.takeFindings()).toEqual([]);
        expect(compound.entries.filter(({ kind }) => kind === "stream").length).toBe(entries.length);
      }),
      { numRuns: 25 },
    );
  });

  it("say where bytes of a stream lie", () => {
    const bytes = writeCompound([{ path: "long", bytes: pattern(5000, 1) }]);
    const compound = opened(bytes);
    const stream = compound.open(compound.find("LONG")!);
    const [run] = [...stream.runsIn(600, 10)];
    expect(run).toMatchObject({ start: 600, length: 10, kind: "data" });
    const found = Buffer.from(bytes).subarray(run!.place.offset, run!.place.offset + 10);
    expect(found.equals(pattern(5000, 1).subarray(600, 610))).toBe(true);
  });

  it("whose chain loops are cut there, and say so", () => {
    const bytes = writeCompound([{ path: "long", bytes: pattern(6000, 1) }]);
    const table = 512 * (1 + Buffer.from(bytes).readUInt32LE(76));
    Buffer.from(bytes.buffer, bytes.byteOffset).writeUInt32LE(1, table + 4 * 3);
    const compound = opened(bytes);
    const stream = compound.open(compound.find("long")!);
    expect(stream.size).toBe(6000);
    expect(Buffer.from(readRange(stream, 0, 2048)).equals(pattern(6000, 1).subarray(0, 2048))).toBe(true);
    expect([...stream.runsIn(0, 6000)].map(({ kind, length }) => [kind, length])).toEqual([
      ["data", 2048],
      ["missing", 3952],
    ]);
    expect(compound.takeFindings()).toMatchObject([
      { code: "compound/chain-broken", params: { problem: "loop", bytes: 2048 } },
    ]);
  });

  it("list what no tree leads to as orphans, and free records with a name as deleted", () => {
    const bytes = writeCompound([
      { path: "a", bytes: pattern(5000, 1) },
      { path: "bb", bytes: pattern(100, 2) },
      { path: "ccc", bytes: pattern(70, 3) },
    ]);
    const view = Buffer.from(bytes.buffer, bytes.byteOffset);
    const directory = 512 * (1 + view.readUInt32LE(48));
    // "bb" loses its follower, and "a" is marked as free.
    view.writeUInt32LE(0xffff_ffff, directory + 128 * 2 + 72);
    view[directory + 128 + 66] = 0;
    view.writeUInt32LE(2, directory + 76);
    const compound = opened(bytes);
    const states = Object.fromEntries(compound.entries.map(({ name, state }) => [name, state]));
    expect(states).toEqual({ "Root Entry": "listed", a: "deleted", bb: "listed", ccc: "orphan" });
    for (const [name, seed, size] of [
      ["a", 1, 5000],
      ["ccc", 3, 70],
    ] as const) {
      const stream = compound.open(compound.entries.find((entry) => entry.name === name)!);
      expect(Buffer.from(readRange(stream, 0, size)).equals(pattern(size, seed)), name).toBe(true);
    }
  });

  it("whose directory is lost are searched for it", () => {
    const bytes = writeCompound([{ path: "long", bytes: pattern(5000, 1) }]);
    Buffer.from(bytes.buffer, bytes.byteOffset).writeUInt32LE(0x1234, 48);
    const compound = opened(bytes);
    expect(contentOf(compound, "long").equals(pattern(5000, 1))).toBe(true);
    expect(compound.takeFindings()).toMatchObject([{ code: "compound/damaged", params: { part: "directory" } }]);
  });

  it("without a header are refused", () => {
    expect(() => opened(Buffer.alloc(4096))).toThrow("compound/no-header");
    expect(() => opened(Buffer.from("d0cf11e0a1b11ae1", "hex"))).toThrow("compound/no-header");
  });

  it("make files of their own from storages", () => {
    const files = [
      { path: "Pool/_1/Contents", bytes: pattern(9000, 1) },
      { path: "Pool/_1/small", bytes: pattern(33, 2) },
      { path: "Pool/_1/Deep/er", bytes: pattern(4096, 3) },
      { path: "Pool/_1/empty", bytes: Buffer.alloc(0) },
    ];
    const outer = opened(writeCompound([{ path: "Pool/_1", classId: "01".repeat(16) }, ...files]));
    const inner = openCompound(rebuildStorage(outer, outer.find("Pool/_1")!)!);
    for (const { path, bytes } of files) expect(contentOf(inner, path.slice(8)).equals(bytes), path).toBe(true);
    expect(inner.entries.find(({ kind }) => kind === "root")?.classId).toBe("01".repeat(16));
    expect(inner.takeFindings()).toEqual([]);
  });
});

describe("times and packages", () => {
  it("are read to the last digit", () => {
    expect(fileTimeText(0n)).toBeNull();
    expect(fileTimeText(1n)).toBe("1601-01-01T00:00:00.0000001Z");
    expect(fileTimeText(116_444_736_000_000_000n)).toBe("1970-01-01T00:00:00.0000000Z");
    expect(fileTimeText(133_485_408_001_234_567n)).toBe("2024-01-01T00:00:00.1234567Z");
    expect(fileTimeText(2n ** 63n)).toBeNull();
  });

  it("give file and path back, whole or cut", () => {
    const bytes = olePackage("a.txt", "C:\\x\\a.txt", "content of it");
    const whole = readOlePackage(new MemorySource(bytes))!;
    expect([whole.label, whole.path, whole.temporaryPath]).toEqual(["a.txt", "C:\\x\\a.txt", "C:\\x\\a.txt"]);
    expect(Buffer.from(readRange(whole.data, 0, 99)).toString()).toBe("content of it");
    const cut = readOlePackage(new MemorySource(bytes.subarray(0, -6)))!;
    expect(Buffer.from(readRange(cut.data, 0, 99)).toString()).toBe("content");
    expect(readOlePackage(new MemorySource(bytes.subarray(0, 12)))).toBeNull();
  });
});
