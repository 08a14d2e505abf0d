/** LZ4 blocks: what is encoded comes back, keeps the rules of the format, and damage never leaves the buffers. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeLz4Block, encodeLz4Block, lz4Bound } from "../../../native-free/kernels/lz4-block.ts";
import { mixedMedium, noise } from "../../fixtures/ewf-set.ts";

function encoded(raw: Uint8Array, limit?: number): Uint8Array {
  const target = new Uint8Array(lz4Bound(raw.length));
  return target.slice(0, encodeLz4Block(raw, target, limit));
}

function decoded(block: Uint8Array, room: number): Uint8Array | null {
  const target = new Uint8Array(room);
  const length = decodeLz4Block(block, target);
  return length === -1 ? null : target.slice(0, length);
}

/** Walks a block by the text of the specification and checks its three end conditions. */
function checkRules(block: Uint8Array, size: number): void {
  let [at, out] = [0, 0];
  const length = (start: number): number => {
    let total = start;
    for (let more = 255; start === 15 && more === 255;) total += more = block[at++]!;
    return total;
  };
  for (;;) {
    const token = block[at++]!;
    const literals = length(token >>> 4);
    at += literals;
    out += literals;
    if (at === block.length) {
      expect(literals).toBeGreaterThanOrEqual(Math.min(5, size));
      break;
    }
    const offset = block[at]! | (block[at + 1]! << 8);
    at += 2;
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThanOrEqual(out);
    expect(out).toBeLessThanOrEqual(size - 12);
    out += length(token & 15) + 4;
    expect(out).toBeLessThanOrEqual(size - 5);
  }
  expect(out).toBe(size);
}

/** Stretches that repeat at all distances, and some that do not. */
const media = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(400)).map(([unit, count]) => {
        return Uint8Array.from({ length: unit.length * count }, (_, at) => unit[at % unit.length]!);
      }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe("an LZ4 block", () => {
  it("comes back, whatever is in it", () => {
    fc.assert(
      fc.property(media, (raw) => {
        const block = encoded(raw);
        checkRules(block, raw.length);
        expect(Buffer.compare(decoded(block, raw.length)!, raw)).toBe(0);
        expect(encoded(raw)).toEqual(block);
      }),
      { numRuns: 300 },
    );
  });

  it.each([0, 1, 4, 5, 12, 13, 14, 15, 16, 269, 270, 271, 65_535, 65_536])("of %i bytes comes back", (size) => {
    for (const raw of [new Uint8Array(size), noise(size), mixedMedium(size)]) {
      const block = encoded(raw);
      checkRules(block, size);
      expect(Buffer.compare(decoded(block, size)!, raw)).toBe(0);
    }
  });

  it("reaches back to its first byte", () => {
    const part = noise(200);
    const raw = new Uint8Array(Buffer.concat([part, new Uint8Array(65_536 - 420), part, noise(20, 3)]));
    const block = encoded(raw);
    expect(block.length).toBeLessThan(200 + 300 + 50);
    checkRules(block, raw.length);
    expect(Buffer.compare(decoded(block, raw.length)!, raw)).toBe(0);
  });

  it("can be read out of the middle of a larger buffer", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(5000));
    shared.set(mixedMedium(5000));
    const raw = shared.subarray(1001, 4003);
    expect(Buffer.compare(decoded(encoded(raw), raw.length)!, raw)).toBe(0);
  });

  it("is given up when it would pass the limit, and only then", () => {
    for (const raw of [noise(1000), mixedMedium(65_536), new Uint8Array(1000)]) {
      const { length } = encoded(raw);
      expect(encoded(raw, length)).toHaveLength(length);
      expect(encoded(raw, length - 1)).toHaveLength(0);
    }
    expect(() => encodeLz4Block(new Uint8Array(100), new Uint8Array(100))).toThrow(RangeError);
    expect(() => encoded(new Uint8Array(65_537))).toThrow(RangeError);
  });

  it("is as specified: literals, offset, match, literals", () => {
    const raw = Buffer.from("abcdefgh".repeat(4) + "12345");
    expect(
      Buffer.from(decoded(Uint8Array.from([0x8f, ...raw.subarray(0, 8), 8, 0, 5, 0x50, ...raw.subarray(32)]), 37)!),
    ).toEqual(raw);
  });

  it("that is damaged gives -1 or bytes, never more than there is room for", () => {
    const block = encoded(mixedMedium(90_000).subarray(30_000, 50_000));
    const random = noise(3000, 5);
    for (let turn = 0; turn < 1000; turn++) {
      const copy = block.slice(
        0,
        turn % 3 === 0 ? ((random[3 * turn]! << 8) | random[3 * turn + 1]!) % block.length : undefined,
      );
      if (copy.length > 0)
        copy[((random[3 * turn + 1]! << 8) | random[3 * turn + 2]!) % copy.length] = random[3 * turn]!;
      const target = new Uint8Array(20_000);
      const length = decodeLz4Block(copy, target);
      expect(length).toBeGreaterThanOrEqual(-1);
      expect(length).toBeLessThanOrEqual(20_000);
    }
    for (const wrong of [
      [],
      [0x10],
      [0xf0],
      [0xf0, 255],
      [0x10, 1, 0, 0],
      [0x10, 1, 2, 0],
      [0x1f, 1, 1, 0],
      [0x1f, 1, 1, 0, 255],
    ]) {
      expect(decoded(Uint8Array.from(wrong), 100)).toBeNull();
    }
    expect(decoded(encoded(new Uint8Array(100)), 99)).toBeNull();
  });
});
