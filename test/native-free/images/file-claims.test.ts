/** Claims on places of a file: gaps and overlaps, whatever their number and order. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { checkClaims, ClaimedPart } from "../../../native-free/images/file-claims.ts";

type Stretch = readonly [start: number, length: number];

function gapsOf(size: number, claims: readonly Stretch[], most: number): { gaps: number[][]; parts: number } {
  const gaps: number[][] = [];
  let parts = 0;
  for (let from = 0; from < size; parts++) {
    const part = new ClaimedPart(from, size, most);
    for (const [start, length] of claims) part.add(start, length);
    part.finish((start, end) => gaps.push([start, end]));
    expect(part.end).toBeGreaterThan(from);
    from = part.end;
  }
  return { gaps, parts };
}

function claimedBytes(size: number, gaps: readonly number[][]): boolean[] {
  const claimed = Array.from({ length: size }, () => true);
  for (const [start = 0, end = 0] of gaps) claimed.fill(false, start, end);
  return claimed;
}

describe("claims on a file", () => {
  it("leave the gaps that looking at every byte finds", () => {
    const stretch = fc.tuple(fc.nat(400), fc.nat(30));
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 60 }), (claims) => {
        const expected = Array.from({ length: 300 }, (_, at) =>
          claims.some(([start, length]) => at >= start && at < start + length),
        );
        expect(claimedBytes(300, gapsOf(300, claims, 1 << 20).gaps)).toEqual(expected);
      }),
    );
  });

  it("are gone through in parts where there are more than are kept", () => {
    // None touches the next, in an order of its own.
    const claims = Array.from({ length: 5000 }, (_, index): Stretch => [((index * 1237) % 5000) * 10, 4]);
    const { gaps, parts } = gapsOf(50_000, claims, 1024);
    expect(parts).toBeGreaterThan(4);
    expect(gaps.length).toBeGreaterThanOrEqual(5000);
    const expected = Array.from({ length: 50_000 }, (_, at) => at % 10 < 4);
    expect(claimedBytes(50_000, gaps)).toEqual(expected);
    // Those that touch are one, however many they are.
    const touching = Array.from({ length: 5000 }, (_, index): Stretch => [((index * 1237) % 5000) * 10, 10]);
    expect(gapsOf(50_000, touching, 1024).gaps).toEqual([]);
  });

  it("that overlap are counted, and data that none claims is told of", () => {
    const bytes = new Uint8Array(60_000);
    bytes[100] = 1;
    bytes[45_000] = 1;
    const file = { name: "f", source: new MemorySource(bytes) };
    const found = checkClaims(file, bytes.length, (claim) => {
      claim(0, 200);
      claim(150, 100);
      claim(240, 5000);
      claim(59_000, 1e9);
      claim(2 ** 60, 5);
    });
    expect(found.map(({ code, params }) => [code, params])).toEqual([
      ["image/claimed-twice", { blocks: 2 }],
      ["image/unclaimed", { bytes: 4096, segment: "f", at: expect.any(Number) as number }],
    ]);
    expect(checkClaims(file, 0, () => expect.unreachable())).toEqual([]);
  });
});
