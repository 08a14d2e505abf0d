import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GreyPicture } from "../../../native-free/pictures/grey.ts";
import { hammingDistance, perceptualHash } from "../../../native-free/pictures/perceptual-hash.ts";

/** The definition, term by term. */
function defined({ width, height, pixels }: GreyPicture): string {
  const field = (u: number, v: number): number => {
    let sum = 0;
    let area = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const share =
          Math.max(0, Math.min(x + 1, ((u + 1) * width) / 32) - Math.max(x, (u * width) / 32)) *
          Math.max(0, Math.min(y + 1, ((v + 1) * height) / 32) - Math.max(y, (v * height) / 32));
        sum += share * (pixels[y * width + x] as number);
        area += share;
      }
    }
    return sum / area;
  };
  const fields = Array.from({ length: 32 }, (_, y) => Array.from({ length: 32 }, (__, x) => field(x, y)));
  const low: number[] = [];
  for (let v = 0; v < 8; v++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      fields.forEach((row, y) =>
        row.forEach((value, x) => {
          sum += value * Math.cos(((2 * x + 1) * u * Math.PI) / 64) * Math.cos(((2 * y + 1) * v * Math.PI) / 64);
        }),
      );
      low.push(sum);
    }
  }
  const median = low.slice(1).sort((a, b) => a - b)[31] as number;
  const bits = low.map((value) => (value > median + 1e-3 ? "1" : "0")).join("");
  return BigInt(`0b${bits}`).toString(16).padStart(16, "0");
}

const pictures = fc
  .record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }), seed: fc.integer() })
  .map(({ width, height, seed }) => ({
    ...{ width, height },
    pixels: Uint8Array.from({ length: width * height }, (_, at) => (Math.imul(at + seed, 0x9e3779b1) >>> 13) & 0xff),
  }));

/** A landscape of waves, at any size. */
const waves = (width: number, height: number, light = 0): GreyPicture => ({
  ...{ width, height },
  pixels: Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [(at % width) / width, Math.floor(at / width) / height];
    return 110 + light + 60 * Math.sin(7 * x + 3 * y * y) + 40 * Math.cos(11 * y - 5 * x * x);
  }),
});

describe("perceptual hash", () => {
  it("is what its definition says", () => {
    fc.assert(
      fc.property(pictures, (picture) => hammingDistance(perceptualHash(picture) as string, defined(picture)) <= 1),
      { numRuns: 12 },
    );
    expect(perceptualHash(waves(37, 51))).toBe(defined(waves(37, 51)));
  });

  it("stays near when a picture is scaled or made lighter, and is far from that of another picture", () => {
    const hash = perceptualHash(waves(400, 300)) as string;
    expect(hammingDistance(hash, perceptualHash(waves(123, 91)) as string)).toBeLessThanOrEqual(4);
    expect(hammingDistance(hash, perceptualHash(waves(400, 300, 30)) as string)).toBeLessThanOrEqual(4);
    const other = waves(400, 300);
    const turned = { ...other, pixels: other.pixels.toReversed() };
    expect(hammingDistance(hash, perceptualHash(turned) as string)).toBeGreaterThan(16);
  });

  it("is none for a picture without pixels, and 64 bits for a plain one", () => {
    expect(perceptualHash({ width: 0, height: 5, pixels: new Uint8Array(0) })).toBeNull();
    expect(perceptualHash({ width: 3, height: 2, pixels: new Uint8Array(6).fill(9) })).toBe("8000000000000000");
  });
});
