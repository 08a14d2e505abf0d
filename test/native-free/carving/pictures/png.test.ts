import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { pngCarver } from "../../../../native-free/carving/pictures/png.ts";
import { numbersFrom } from "../../../fixtures/carving/jpeg-writer.ts";
import { writePng } from "../../../fixtures/carving/picture-samples.ts";

const blockBytes = 512;

function noise(length: number, seed: number): Uint8Array {
  const next = numbersFrom(seed);
  return Uint8Array.from({ length }, () => next(256));
}
const carve = (bytes: Uint8Array) => pngCarver.carve(new MemorySource(bytes), 0, bytes.length);
const join = (bytes: Uint8Array) => pngCarver.carveInPieces!(new MemorySource(bytes), 0, bytes.length, blockBytes);

describe("a damaged PNG", () => {
  const file = writePng(200, 160, { dataBytes: 4000 });

  it("is cut with any byte of a chunk changed", () => {
    for (let at = 40; at < file.length; at += 997) {
      const damaged = Uint8Array.from(file);
      damaged[at]! ^= 4;
      expect(carve(damaged)?.verdict ?? "none").not.toBe("complete");
    }
  });

  it("holds about as far as its data inflate", () => {
    const single = writePng(200, 160, { dataBytes: 1 << 20 });
    const found = carve(Buffer.concat([single.subarray(0, 9000), noise(20_000, 1)]));
    expect(found).toMatchObject({ verdict: "truncated" });
    expect(found!.length).toBeGreaterThan(8900);
    expect(found!.length).toBeLessThan(12_000);
  });

  it("is not whole where the data are shorter than the header says", () => {
    const small = writePng(50, 40);
    const other = writePng(50, 41);
    // The header of one with the data of the other: all sums hold.
    const mixed = Buffer.concat([other.subarray(0, 33), small.subarray(33)]);
    expect(carve(mixed)?.verdict).toBe("truncated");
  });
});

describe("a PNG in two pieces", () => {
  it.each([
    { dataBytes: 1 << 20, boundary: 30, blocks: 1 },
    { dataBytes: 1 << 20, boundary: 3, blocks: 700 },
    { dataBytes: 4000, boundary: 17, blocks: 5 },
    { dataBytes: 500, boundary: 9, blocks: 64 },
    { dataBytes: 463, boundary: 1, blocks: 4 },
  ])("is put together: %o", ({ dataBytes, boundary, blocks }) => {
    const file = writePng(200, 160, { dataBytes });
    const first = boundary * blockBytes;
    const gap = blocks * blockBytes;
    const bytes = Buffer.concat([file.subarray(0, first), noise(gap, 3), file.subarray(first), noise(2000, 4)]);
    const found = join(bytes);
    expect(found).toMatchObject({ kind: "png", verdict: "complete", length: file.length });
    const joined = Buffer.concat(found!.pieces!.map(({ start, length }) => bytes.subarray(start, start + length)));
    expect(joined.equals(file)).toBe(true);
  });

  it("is nothing where the rest is not there, and where it is whole", () => {
    const file = writePng(200, 160);
    expect(join(Buffer.concat([file.subarray(0, 12_000), noise(200_000, 5)]))).toBeNull();
    expect(join(file)).toBeNull();
  });
});
