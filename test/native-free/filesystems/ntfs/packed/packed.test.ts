import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  MemorySource,
  readRange,
  type ByteSource,
  type Run,
  type RunKind,
} from "../../../../../native-free/bytes/byte-source.ts";
import { ExtentSource } from "../../../../../native-free/filesystems/extent-source.ts";
import type { FileExtent } from "../../../../../native-free/filesystems/file-system.ts";
import { Lznt1Source, WofSource, type WofAlgorithm } from "../../../../../native-free/filesystems/ntfs/packed/index.ts";
import { unpackXpress } from "../../../../../native-free/filesystems/ntfs/packed/xpress.ts";
import { noise, packLznt1, packLzx, packWof, packXpress, type LzxBlock } from "./encoders.ts";

const CLUSTER = 4096;
const UNIT = 16 * CLUSTER;
const text = (length: number): Uint8Array =>
  Buffer.from(
    "Wer reitet so spät durch Nacht und Wind? Es ist der Vater mit seinem Kind. ".repeat(length / 60 + 1),
  ).subarray(0, length);

/** What there is to a reader: bytes that come with the kinds of their runs. */
function kindsOf(source: ByteSource): (readonly [RunKind, number])[] {
  let at = 0;
  return Array.from(source.runsIn(0, source.size), ({ kind, start, length }: Run) => {
    expect(start).toBe(at);
    at += length;
    return [kind, length] as const;
  });
}
const all = (source: ByteSource): Buffer => Buffer.from(readRange(source, 0, source.size));

/** Stores units as NTFS does; returns the volume, the extents and what Lznt1Source makes of them. */
function stored(units: readonly (Uint8Array | "hole")[], unitBytes = UNIT): { volume: Buffer; extents: FileExtent[] } {
  const parts: Buffer[] = [];
  const extents: FileExtent[] = [];
  let end = 0;
  for (const unit of units) {
    const packed = unit === "hole" ? Buffer.alloc(0) : packLznt1(unit);
    const clusters = Math.ceil(packed.length / CLUSTER) * CLUSTER;
    const plain = clusters >= unitBytes;
    const bytes = plain
      ? Buffer.from(unit as Uint8Array)
      : Buffer.concat([packed, Buffer.alloc(clusters - packed.length, 0xee)]);
    if (bytes.length > 0) extents.push({ start: end, length: bytes.length, state: "intact" });
    if (bytes.length < unitBytes) extents.push({ start: null, length: unitBytes - bytes.length, state: "intact" });
    parts.push(bytes);
    end += bytes.length;
  }
  return { volume: Buffer.concat(parts), extents };
}

describe("LZNT1", () => {
  it("gives the example of [MS-XCA] 3.3", () => {
    const packed =
      "38b08846232000204720410010a24701a045204400084501507900c045200524138805b4024a44ef0358028c091601484500be009e000401189000";
    const tune =
      "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D\0";
    const bytes = Buffer.alloc(CLUSTER);
    bytes.set(Buffer.from(packed, "hex"));
    const extents: FileExtent[] = [
      { start: 0, length: CLUSTER, state: "intact" },
      { start: null, length: UNIT - CLUSTER, state: "intact" },
    ];
    const source = new Lznt1Source(new ExtentSource(new MemorySource(bytes), extents), tune.length, UNIT, tune.length);
    expect(all(source).toString("latin1")).toBe(tune);
    expect(kindsOf(source)).toEqual([["data", tune.length]]);
  });

  it("reads packed units, plain ones, holes, and zeros behind what was written", () => {
    const content = [text(UNIT), noise(UNIT, 1), "hole", "hole", text(3000), Buffer.alloc(UNIT), "hole"] as const;
    const padded = content.map((unit) =>
      unit === "hole" ? unit : Buffer.concat([unit, Buffer.alloc(UNIT - unit.length)]),
    );
    const { volume, extents } = stored(padded);
    const expected = Buffer.concat(padded.map((unit) => (unit === "hole" ? Buffer.alloc(UNIT) : unit)));
    const run = new ExtentSource(new MemorySource(volume), extents);
    const source = new Lznt1Source(run, expected.length - 77, UNIT, 5 * UNIT + 10);
    expect(all(source).equals(expected.subarray(0, -77))).toBe(true);
    expect(kindsOf(source)).toEqual([
      ["data", UNIT],
      ["data", UNIT],
      ["sparse", 2 * UNIT],
      ["data", UNIT],
      ["data", 10],
      ["sparse", 2 * UNIT - 87],
    ]);
    // The bytes behind the valid length are zeros whatever the unit holds.
    const cut = new Lznt1Source(run, UNIT, UNIT, 100);
    expect(all(cut).equals(Buffer.concat([expected.subarray(0, 100), Buffer.alloc(UNIT - 100)]))).toBe(true);
    const places = Array.from(source.runsIn(0, 2 * UNIT), ({ place }) => [place.offset, place.exact]);
    expect(places).toEqual([
      [0, false],
      [extents[2]!.start, true],
    ]);
  });

  it("takes sparse runs of the volume for zeros of the file, where it has the extents", () => {
    class Zeros extends MemorySource {
      override *runsIn(at: number, length: number): Iterable<Run> {
        for (const run of super.runsIn(at, length)) yield { ...run, kind: "sparse" };
      }
    }
    const extents: FileExtent[] = [{ start: 0, length: UNIT, state: "intact" }];
    const run = new ExtentSource(new Zeros(Buffer.alloc(UNIT)), extents);
    const source = new Lznt1Source(run, UNIT, UNIT, UNIT, extents);
    expect(all(source).equals(Buffer.alloc(UNIT))).toBe(true);
    const packed = packLznt1(text(UNIT));
    const held = Math.ceil(packed.length / CLUSTER) * CLUSTER;
    class Tail extends MemorySource {
      override *runsIn(at: number, length: number): Iterable<Run> {
        for (const each of super.runsIn(at, length)) {
          const first = Math.max(0, Math.min(each.length, packed.length - each.start));
          if (first > 0) yield { ...each, length: first };
          if (first < each.length)
            yield { ...each, start: each.start + first, length: each.length - first, kind: "sparse" };
        }
      }
    }
    const both: FileExtent[] = [
      { start: 0, length: held, state: "intact" },
      { start: null, length: UNIT - held, state: "intact" },
    ];
    const tail = new ExtentSource(new Tail(Buffer.concat([packed, Buffer.alloc(held - packed.length)])), both);
    expect(all(new Lznt1Source(tail, UNIT, UNIT, UNIT, both)).equals(text(UNIT))).toBe(true);
  });

  it("gives what came out of a damaged chunk, and the chunks behind it", () => {
    const raw = text(UNIT);
    const { volume, extents } = stored([raw]);
    const second = 2 + ((volume[0]! | (volume[1]! << 8)) & 0xfff) + 1;
    const damaged = Buffer.from(volume);
    // A first token that reaches before its chunk.
    damaged.set([0xff, 0xff, 0xff], second + 2);
    const source = new Lznt1Source(new ExtentSource(new MemorySource(damaged), extents), UNIT, UNIT, UNIT);
    expect(kindsOf(source)).toEqual([["data", UNIT]]);
    const got = all(source);
    expect(kindsOf(source)).toEqual([
      ["data", 4096],
      ["unreadable", 4096],
      ["data", UNIT - 8192],
    ]);
    const expected = Buffer.from(raw).fill(0, 4096, 8192);
    expect(got.equals(expected)).toBe(true);
    // No chunk header: nothing says where the next one is.
    damaged[second + 1] = 0;
    const lost = new Lznt1Source(new ExtentSource(new MemorySource(damaged), extents), UNIT, UNIT, UNIT);
    all(lost);
    expect(kindsOf(lost)).toEqual([
      ["data", 4096],
      ["unreadable", UNIT - 4096],
    ]);
  });

  it("names what the volume lacks without being read first", () => {
    const raw = Buffer.concat([text(6000), noise(6000, 2), text(UNIT - 12_000)]);
    const { volume, extents } = stored([raw]);
    const short = new MemorySource(volume.subarray(0, 4096));
    const source = new Lznt1Source(new ExtentSource(short, extents), UNIT, UNIT, UNIT);
    const runs = kindsOf(source);
    expect(runs.map(([kind]) => kind)).toEqual(["data", "missing"]);
    const good = runs[0]![1];
    expect(good).toBeGreaterThan(4096);
    expect(all(source).equals(Buffer.concat([raw.subarray(0, good), Buffer.alloc(UNIT - good)]))).toBe(true);
  });

  it("keeps the truth when more units are damaged than it remembers", () => {
    const unit = 4 * CLUSTER;
    const extents: FileExtent[] = Array.from({ length: 4200 }, () => [
      { start: 0, length: CLUSTER, state: "intact" } as const,
      { start: null, length: unit - CLUSTER, state: "intact" } as const,
    ]).flat();
    const source = new Lznt1Source(
      new ExtentSource(new MemorySource(Buffer.alloc(CLUSTER, 0xff)), extents),
      4200 * unit,
      unit,
      4200 * unit,
    );
    const some = new Uint8Array(1 << 20);
    for (let at = 0; at < source.size; at += some.length) source.readInto(some, at);
    expect(kindsOf(source).filter(([kind]) => kind === "data")).toEqual([]);
  });

  it("takes units that begin with a hole and go on for damage, and absurd units, too", () => {
    const extents: FileExtent[] = [
      { start: null, length: CLUSTER, state: "intact" },
      { start: 0, length: UNIT - CLUSTER, state: "intact" },
    ];
    const run = new ExtentSource(new MemorySource(Buffer.alloc(UNIT, 7)), extents);
    expect(kindsOf(new Lznt1Source(run, UNIT, UNIT, UNIT))).toEqual([["unreadable", UNIT]]);
    const swapped = new ExtentSource(new MemorySource(Buffer.alloc(UNIT, 7)), extents.toReversed());
    expect(kindsOf(new Lznt1Source(swapped, UNIT, 2 ** 40, UNIT))).toEqual([["unreadable", UNIT]]);
    expect(kindsOf(new Lznt1Source(run, 3 * UNIT, UNIT, 3 * UNIT))).toEqual([
      ["unreadable", UNIT],
      ["missing", 2 * UNIT],
    ]);
  });

  it("gives back whatever was packed", () => {
    const units = fc.array(
      fc.oneof(
        fc.constant("hole" as const),
        fc.tuple(fc.nat(200), fc.nat(255), fc.nat(7)).map(([seed, fill, kind]) => {
          const bytes = Buffer.alloc(4 * CLUSTER, fill);
          if (kind > 1) bytes.set(noise(Math.floor(bytes.length / kind), seed), seed);
          if (kind > 3) bytes.set(text(3000), 9000);
          return bytes;
        }),
      ),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(units, fc.nat(9000), fc.nat(9000), (each, at, length) => {
        const { volume, extents } = stored(each, 4 * CLUSTER);
        const expected = Buffer.concat(each.map((unit) => (unit === "hole" ? Buffer.alloc(4 * CLUSTER) : unit)));
        const run = new ExtentSource(new MemorySource(volume), extents);
        const source = new Lznt1Source(run, expected.length, 4 * CLUSTER, expected.length);
        expect(Buffer.from(readRange(source, at, length)).equals(expected.subarray(at, at + length))).toBe(true);
        expect(all(source).equals(expected)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

const packers: readonly (readonly [name: string, WofAlgorithm, number, (chunk: Uint8Array) => Uint8Array])[] = [
  ["XPRESS4K", 0, 4096, packXpress],
  ["XPRESS8K", 2, 8192, packXpress],
  ["XPRESS16K", 3, 16_384, packXpress],
  ...(["verbatim", "aligned", "stored"] as const).map(
    (kind) => [`LZX, ${kind} block`, 1, 32_768, (chunk: Uint8Array) => packLzx(chunk, [kind], 32_768)] as const,
  ),
  [
    "LZX, blocks of all kinds",
    1,
    32_768,
    (chunk) =>
      packLzx(
        chunk,
        ["verbatim", "stored", "aligned", "aligned", "verbatim", "stored", "stored"] satisfies LzxBlock[],
        3001,
      ),
  ],
];

function sample(seed: number): Buffer {
  const calls = Buffer.from(text(20_000));
  for (let at = seed; at < calls.length - 5; at += 50) {
    calls[at] = 0xe8;
    calls.writeInt32LE(((at * 977 * seed) % 13_000_000) - 30_000, at + 1);
  }
  return Buffer.concat([text(50_000 + seed), Buffer.alloc(40_000), noise(35_000, seed), calls, Buffer.alloc(9, 0xe8)]);
}

describe("the Windows Overlay Filter", () => {
  it("reads the examples of [MS-XCA] 3.2", () => {
    const alphabet = Buffer.alloc(276);
    alphabet.set(Buffer.from("5055555555555555555555454404", "hex"), 0x30);
    alphabet[0x80] = 4;
    alphabet.set(Buffer.from("d8523ed794115be9195ff9d67cdf8d04", "hex"), 256);
    const letters = Buffer.alloc(26);
    expect(unpackXpress(alphabet, letters)).toBe(26);
    expect(letters.toString()).toBe("abcdefghijklmnopqrstuvwxyz");
    const match = Buffer.alloc(263);
    match.set([0x30, 0x23], 0x30);
    match[0x80] = 0x02;
    match[0x8f] = 0x20;
    match.set(Buffer.from("a8dc0000ff2601", "hex"), 256);
    const repeated = Buffer.alloc(300);
    expect(unpackXpress(match, repeated)).toBe(300);
    expect(repeated.toString()).toBe("abc".repeat(100));
  });

  it.each(packers)("%s gives back what was packed", (name, algorithm, chunkBytes, pack) => {
    for (const raw of [
      sample(1),
      sample(7),
      Buffer.from("x"),
      Buffer.alloc(chunkBytes),
      text(chunkBytes + 1),
      noise(2 * chunkBytes, 8),
    ]) {
      const packed = packWof(raw, chunkBytes, pack);
      const source = new WofSource(new MemorySource(packed), raw.length, algorithm);
      expect(all(source).equals(raw), `${raw.length} bytes`).toBe(true);
      expect(kindsOf(source).every(([kind]) => kind === "data")).toBe(true);
      const part = Buffer.from(readRange(source, chunkBytes - 5, 3000));
      expect(part.equals(raw.subarray(chunkBytes - 5, chunkBytes + 2995))).toBe(true);
    }
    if (!name.includes("stored")) expect(packWof(sample(1), chunkBytes, pack).length).toBeLessThan(100_000);
  });

  it("has 64-bit offsets from 4 GiB on", () => {
    const size = 2 ** 32 + 5;
    const chunks = Math.ceil(size / 32_768);
    const table = Buffer.alloc((chunks - 1) * 8);
    const last = Buffer.from("Hello");
    for (let index = 0; index < chunks - 1; index++)
      table.writeBigUInt64LE(BigInt(index === chunks - 2 ? 4096 : 0), index * 8);
    const source = new WofSource(new MemorySource(Buffer.concat([table, Buffer.alloc(4096), last])), size, 1);
    expect(Buffer.from(readRange(source, size - 5, 10)).toString()).toBe("Hello");
    expect(Array.from(source.runsIn(0, 1))[0]!.kind).toBe("unreadable");
  });

  it("gives what came out before the damage", () => {
    const raw = text(60_000);
    for (const [, algorithm, chunkBytes, pack] of packers.filter(([name]) => !name.includes("stored"))) {
      const packed = packWof(raw, chunkBytes, pack);
      const cut = packed.subarray(0, packed.length - 9);
      const source = new WofSource(new MemorySource(cut), raw.length, algorithm);
      const got = all(source);
      const runs = kindsOf(source);
      expect(runs.at(-1)![0]).toBe("unreadable");
      const good = raw.length - runs.at(-1)![1];
      expect(good).toBeGreaterThan(raw.length - (raw.length % chunkBytes || chunkBytes));
      expect(got.subarray(0, good).equals(raw.subarray(0, good))).toBe(true);
    }
  });

  it("names what the stream lacks without being read first", () => {
    const raw = text(60_000);
    const packed = packWof(raw, 4096, packXpress);
    const extents: FileExtent[] = [
      { start: 0, length: 1000, state: "intact" },
      { start: 1000, length: 1, state: "missing" },
      { start: 1001, length: packed.length - 1001, state: "intact" },
    ];
    const source = new WofSource(new ExtentSource(new MemorySource(packed), extents), raw.length, 0);
    const runs = kindsOf(source);
    expect(runs.filter(([kind]) => kind === "missing").length).toBe(1);
    let at = 0;
    for (const [kind, length] of runs) {
      const here = Buffer.from(readRange(source, at, length));
      expect(here.equals(kind === "data" ? raw.subarray(at, at + length) : Buffer.alloc(length))).toBe(true);
      at += length;
    }
  });

  it("does not go through the chunks of absurd contents", () => {
    const size = 2 ** 53 - 1;
    const short = new WofSource(new MemorySource(Buffer.alloc(100)), size, 0);
    expect(kindsOf(short).map(([kind]) => kind)).toEqual(["unreadable", "missing"]);
    const hole: FileExtent[] = [{ start: null, length: 2 ** 40, state: "intact" }];
    const empty = new WofSource(new ExtentSource(new MemorySource(Buffer.alloc(1)), hole), size, 0);
    expect(kindsOf(empty).map(([kind]) => kind)).toEqual(["unreadable", "missing"]);
    expect(readRange(empty, size - 9, 20)).toEqual(new Uint8Array(9));
  });

  it("ends for whatever bytes, and says what is not true", () => {
    const raw = Buffer.concat([text(20_000), noise(3000, 1), sample(3).subarray(0, 10_000)]);
    const streams = packers.map(
      ([, algorithm, chunkBytes, pack]) => [algorithm, packWof(raw, chunkBytes, pack)] as const,
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...streams),
        fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), { maxLength: 6 }),
        (each, changes) => {
          const packed = Buffer.from(each[1]);
          for (const [at, value] of changes) packed[at % packed.length] = value;
          const source = new WofSource(new MemorySource(packed), raw.length, each[0]);
          expect(all(source).length).toBe(raw.length);
          expect(kindsOf(source).reduce((sum, [, length]) => sum + length, 0)).toBe(raw.length);
        },
      ),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        fc.constantFrom<WofAlgorithm>(0, 1, 2, 3),
        fc.nat(70_000),
        (bytes, algorithm, size) => {
          const source = new WofSource(new MemorySource(bytes), size, algorithm);
          expect(all(source).length).toBe(size);
          expect(kindsOf(source).reduce((sum, [, length]) => sum + length, 0)).toBe(size);
          const extents: FileExtent[] = [
            { start: 0, length: bytes.length, state: "intact" },
            { start: null, length: UNIT, state: "intact" },
          ];
          const lznt1 = new Lznt1Source(new ExtentSource(new MemorySource(bytes), extents), size, 16_384, size);
          expect(all(lznt1).length).toBe(size);
          expect(kindsOf(lznt1).reduce((sum, [, length]) => sum + length, 0)).toBe(size);
        },
      ),
      { numRuns: 200 },
    );
  });
});
