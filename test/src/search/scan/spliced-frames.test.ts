import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameSplicer, separatorBytes } from "../../../../src/search/scan/spliced-frames.ts";

const separator = Buffer.alloc(separatorBytes, 0xff);

function batchOf(frames: readonly Uint8Array[]): { bytes: Buffer; ends: number[] } {
  let end = 0;
  return { bytes: Buffer.concat(frames), ends: frames.map((frame) => (end += frame.length)) };
}

function joined(frames: readonly Uint8Array[]): Buffer | null {
  const { bytes, ends } = batchOf(frames);
  const frame = new FrameSplicer().join(bytes, ends, ends.length);
  return frame && zstdDecompressSync(frame);
}

const frameOf = (text: Buffer, level = 1, more: Record<number, number> = {}): Buffer =>
  zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: level, ...more } });

/** Texts that are compressed with offsets of before, as a run of one byte, raw, in one block and in several. */
const part = fc.oneof(
  fc.tuple(fc.string({ maxLength: 12 }), fc.integer({ min: 0, max: 400 })).map(([unit, times]) => unit.repeat(times)),
  fc.string({ maxLength: 60 }),
  fc.constantFrom("a", "ab", "abcd", "abcdefgh").map((unit) => unit.repeat(5000)),
  fc
    .array(fc.constantFrom("container ", "invoice ", "of ", "lading ", "12345 "), { maxLength: 3000 })
    .map((words) => words.join("")),
);

describe("joined frames", () => {
  it("are their texts, each with a separator behind it", () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), fc.constantFrom(1, 3, 19), (texts, level) => {
        const bytes = texts.map((text) => Buffer.from(text));
        const expected = Buffer.concat(bytes.flatMap((text) => [text, separator]));
        const found = joined(bytes.map((text) => frameOf(text, level)));
        expect(found?.equals(expected)).toBe(true);
      }),
      { numRuns: 80 },
    );
  });

  it("may have checksums, several blocks and bytes that cannot be compressed", () => {
    const noise = Buffer.from(Uint32Array.from({ length: 100_000 }, (_, at) => (at * 2654435761) >>> 3).buffer);
    const large = Buffer.from("all the words of a long text that repeats itself now and then ".repeat(20_000));
    const frames = [
      frameOf(Buffer.from("abc".repeat(100)), 1, { [constants.ZSTD_c_checksumFlag]: 1 }),
      frameOf(noise),
      frameOf(large),
      frameOf(Buffer.from("z")),
    ];
    const texts = [Buffer.from("abc".repeat(100)), noise, large, Buffer.from("z")];
    expect(joined(frames)?.equals(Buffer.concat(texts.flatMap((text) => [text, separator])))).toBe(true);
  });

  it("are refused where one is cut off, is no frame, or goes on behind its end", () => {
    const frame = frameOf(Buffer.from("a text of some words, and of some more words"));
    const wrong = [
      frame.subarray(0, -2),
      Buffer.from("no frame at all"),
      Buffer.concat([frame, frame]),
      Buffer.alloc(0),
    ];
    for (const each of wrong) {
      const { bytes, ends } = batchOf([frame, each, frame]);
      expect(new FrameSplicer().join(bytes, ends, ends.length)).toBeNull();
    }
  });
});
