/** Packed streams: whole ones give back the text, cut ones its beginning, changed ones are not called sound. */
import { Buffer } from "node:buffer";
import { deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import type { Unpacked, UnpackedLater } from "../../../native-free/unpack/byte-feed.ts";
import { bunzip2 } from "../../../native-free/unpack/bzip2.ts";
import { gunzipMember, readGzipHeader } from "../../../native-free/unpack/gzip.ts";
import { inflateSteps } from "../../../native-free/unpack/inflate.ts";
import { inflateStream } from "../../../native-free/unpack/inflate-stream.ts";
import { unlz4 } from "../../../native-free/unpack/lz4.ts";
import { unlzip, unlzma, unlzmaZip } from "../../../native-free/unpack/lzma.ts";
import { uncompress } from "../../../native-free/unpack/lzw.ts";
import { unsnappy } from "../../../native-free/unpack/snappy.ts";
import { unxz } from "../../../native-free/unpack/xz.ts";
import { unzstd } from "../../../native-free/unpack/zstd.ts";
import { snappyFrames } from "../../fixtures/archive-writer.ts";
import { packedAs, packedText } from "../../fixtures/packed-streams.ts";

type Unpack = (source: MemorySource) => Unpacked | UnpackedLater;

async function unpackAll(
  bytes: Uint8Array,
  unpack: Unpack,
): Promise<{ bytes: Buffer; problem: string | null; end: number }> {
  const pieces: Uint8Array[] = [];
  const steps = unpack(new MemorySource(bytes));
  for (let step = await steps.next(); ; step = await steps.next()) {
    if (step.done) return { bytes: Buffer.concat(pieces), ...step.value };
    pieces.push(step.value);
  }
}

const gunzip: Unpack = (source) => gunzipMember(source, readGzipHeader(source, 0)!);

/** Name, bytes, how they are unpacked, whether a changed byte must be noticed by a checksum. */
const streams: readonly (readonly [string, Buffer, Unpack, boolean])[] = [
  ["gzip", gzipSync(packedText), gunzip, true],
  ["bzip2", packedAs("bzip2"), (source) => bunzip2(source, 0), true],
  ["xz", packedAs("xz"), (source) => unxz(source, 0), true],
  ["xz in blocks", packedAs("xzBlocks"), (source) => unxz(source, 0), true],
  ["xz with filters", packedAs("xzFiltered"), (source) => unxz(source, 0), true],
  ["lzma", packedAs("lzma"), (source) => unlzma(source, 0), false],
  ["lzip", packedAs("lzip"), (source) => unlzip(source, 0), true],
  ["zstd", zstdCompressSync(packedText, { params: { 201: 1 } }), (source) => unzstd(source, 0), true],
  ["lz4", packedAs("lz4"), (source) => unlz4(source, 0), true],
  ["lz4 legacy", packedAs("lz4Legacy"), (source) => unlz4(source, 0), false],
  ["compress", packedAs("compress"), (source) => uncompress(source, 0), false],
  ["deflate64", packedAs("deflate64"), (source) => inflateSteps(source, 0, source.size, true), false],
  ["lzma of ZIP", packedAs("lzmaZip"), (source) => unlzmaZip(source, 0, source.size, null), false],
];

describe.each(streams)("%s", (_name, packed, unpack) => {
  it("gives back the text and says where it ends", async () => {
    const { bytes, problem, end } = await unpackAll(packed, unpack);
    expect(problem).toBeNull();
    expect(bytes.equals(packedText)).toBe(true);
    expect(end).toBe(packed.length);
  });

  it("gives the beginning of the text wherever it is cut", async () => {
    for (let length = 1; length < packed.length; length += 7) {
      const cut = packed.subarray(0, length);
      if (_name === "gzip" && !readGzipHeader(new MemorySource(cut), 0)) continue;
      const { bytes, problem } = await unpackAll(cut, unpack);
      if (bytes.length < packedText.length)
        expect([length, problem]).not.toEqual([length, _name === "compress" ? "" : null]);
      // A last code of LZW may be cut in the middle of a string.
      expect(packedText.subarray(0, bytes.length).equals(bytes), `${length}`).toBe(true);
    }
  });
});

describe.each(streams.filter(([, , , isChecked]) => isChecked))("%s", (_name, packed, unpack) => {
  it("never calls a changed stream sound unless it gives the text", async () => {
    for (let at = 0; at < packed.length; at += 3) {
      const changed = Buffer.from(packed);
      changed[at] = changed[at]! ^ 0x10;
      if (_name === "gzip" && !readGzipHeader(new MemorySource(changed), 0)) continue;
      const { bytes, problem } = await unpackAll(changed, unpack);
      if (problem === null) expect(bytes.equals(packedText), `byte ${at}`).toBe(true);
    }
  });
});

describe("deflate", () => {
  const pieces = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.string({ maxLength: 40 }).map((text) => Buffer.from(text.repeat(30))),
    ),
    { maxLength: 12 },
  );

  it("is decoded alike by both decoders, wherever the stream lies", async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(20), fc.integer({ min: 0, max: 9 }), async (parts, before, level) => {
        const plain = Buffer.concat(parts);
        const packed = deflateRawSync(plain, { level });
        const bytes = Buffer.concat([Buffer.alloc(before, 7), packed, Buffer.alloc(5, 9)]);
        for (const unpack of [
          (source: MemorySource) => inflateSteps(source, before, source.size, false),
          (source: MemorySource) => inflateStream(source, before, source.size),
          (source: MemorySource) => inflateStream(source, before, packed.length),
        ]) {
          const got = await unpackAll(bytes, unpack);
          expect(got.problem).toBeNull();
          expect(got.end).toBe(before + packed.length);
          expect(got.bytes.equals(plain)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is cut as far as it goes by both decoders", async () => {
    const plain = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * at * 31 + (at >> 3)) & 0xff));
    const packed = deflateRawSync(plain);
    for (const length of [0, 1, 10, packed.length >> 1, packed.length - 1]) {
      const cut = packed.subarray(0, length);
      const fast = await unpackAll(cut, (source) => inflateStream(source, 0, source.size));
      expect(fast.problem).toBe("truncated");
      expect(plain.subarray(0, fast.bytes.length).equals(fast.bytes)).toBe(true);
      const slow = await unpackAll(cut, (source) => inflateSteps(source, 0, source.size, false));
      expect(slow.problem).toBe("truncated");
      expect(slow.bytes.equals(fast.bytes)).toBe(true);
    }
  });
});

describe("frames and members one behind the other", () => {
  it("are joined", async () => {
    const twice = Buffer.concat([packedText, packedText]);
    const skippable = Buffer.from("502a4d180300000061626300".slice(0, 22), "hex");
    for (const [bytes, unpack] of [
      [Buffer.concat([packedAs("bzip2"), packedAs("bzip2")]), (source: MemorySource) => bunzip2(source, 0)],
      [
        Buffer.concat([packedAs("xz"), Buffer.alloc(8), packedAs("xzBlocks")]),
        (source: MemorySource) => unxz(source, 0),
      ],
      [Buffer.concat([packedAs("lzip"), packedAs("lzip")]), (source: MemorySource) => unlzip(source, 0)],
      [
        Buffer.concat([skippable, packedAs("lz4"), skippable, packedAs("lz4Legacy")]),
        (source: MemorySource) => unlz4(source, 0),
      ],
      [
        Buffer.concat([zstdCompressSync(packedText), skippable, zstdCompressSync(packedText)]),
        (source: MemorySource) => unzstd(source, 0),
      ],
    ] as const) {
      const got = await unpackAll(bytes, unpack);
      expect(got.problem).toBeNull();
      expect(got.bytes.equals(twice)).toBe(true);
      expect(got.end).toBe(bytes.length);
    }
  });

  it("end before bytes that are none", async () => {
    const bytes = Buffer.concat([packedAs("bzip2"), Buffer.from("not bzip2")]);
    expect((await unpackAll(bytes, (source) => bunzip2(source, 0))).end).toBe(packedAs("bzip2").length);
  });

  it("of Snappy are checked", async () => {
    const text = "a text of some length, and then more";
    const whole = await unpackAll(snappyFrames(text), (source) => unsnappy(source, 0));
    expect(whole).toMatchObject({ problem: null });
    expect(whole.bytes.toString()).toBe(`${text}${text.slice(0, 8)}${text}`);
    const changed = snappyFrames(text);
    changed[changed.length - 1]! ^= 1;
    expect((await unpackAll(changed, (source) => unsnappy(source, 0))).problem).toBe("checksum");
  });
});
