import { constants, crc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { inflateAt } from "../../../../native-free/carving/archives/inflate.ts";
import { proseOf } from "../../../fixtures/carving/archive-samples.ts";
import { coded } from "../../../fixtures/carving/sample-bytes.ts";

const strategies = [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE];

describe("inflateAt", () => {
  it("ends where zlib's streams end, with their length and CRC-32", () => {
    const contents = [new Uint8Array(0), proseOf(10), proseOf(200_000), coded(150_000, 2), new Uint8Array(300_000)];
    for (const content of contents) {
      for (const level of [0, 1, 6, 9]) {
        for (const strategy of strategies) {
          const packed = deflateRawSync(content, { level, strategy });
          const bytes = Buffer.concat([coded(11, 1), packed, coded(100, 3)]);
          const found = inflateAt(new MemorySource(bytes), 11, bytes.length, 1e9);
          expect(found).toMatchObject({
            stop: "end",
            end: 11 + packed.length,
            outputBytes: content.length,
            crc: crc32(content),
          });
        }
      }
    }
  });

  it("agrees with zlib on any content", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 0, max: 9 }), (content, level) => {
        const packed = deflateRawSync(content, { level });
        const found = inflateAt(new MemorySource(packed), 0, packed.length, 1e6);
        expect([found.stop, found.end, found.crc]).toEqual(["end", packed.length, crc32(content)]);
      }),
      { numRuns: 200 },
    );
  });

  it("says that it is cut, wherever that is", () => {
    for (const content of [proseOf(40_000), new Uint8Array(100_000), coded(20_000, 9)]) {
      const packed = deflateRawSync(content);
      for (let length = 0; length < packed.length; length += 1 + Math.floor(packed.length / 40)) {
        expect(inflateAt(new MemorySource(packed.subarray(0, length)), 0, length, 1e9).stop).toBe("cut");
      }
    }
  });

  it("ends at any bytes, and at the limit of its output", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const found = inflateAt(new MemorySource(bytes), 0, bytes.length, 1e6);
        expect(found.end).toBeLessThanOrEqual(bytes.length);
      }),
    );
    const bomb = deflateRawSync(new Uint8Array(5_000_000));
    expect(inflateAt(new MemorySource(bomb), 0, bomb.length, 100_000).stop).toBe("limit");
  });

  it("counts blocks behind which another proves itself", () => {
    const packed = deflateRawSync(proseOf(400_000));
    const found = inflateAt(new MemorySource(packed), 0, Math.floor(packed.length * 0.8), 1e9);
    expect(found.stop).toBe("cut");
    expect(found.soundBlocks).toBeGreaterThan(0);
    expect(found.soundEnd).toBeLessThan(packed.length * 0.8);
  });
});
