/** What can be had of sound, damaged and cut deflate streams, by both ways and both wrappings. */
import { createInflate, createInflateRaw, deflateRawSync, deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  inflateSome,
  inflateSomeAnew,
  reusedInflateSome,
  type InflateSome,
} from "../../../native-free/kernels/inflate-some.ts";
import { grain } from "../../fixtures/carving/laid-out.ts";

const wrappings = { zlib: [deflateSync, createInflate], raw: [deflateRawSync, createInflateRaw] } as const;
const ways = (["zlib", "raw"] as const).flatMap((wrapping) => {
  const [deflate, stream] = wrappings[wrapping];
  const reused = reusedInflateSome(stream());
  return [
    ...(reused ? [{ name: `${wrapping} by a stream used again`, deflate, inflate: reused }] : []),
    {
      name: `${wrapping} by a stream for each call`,
      deflate,
      inflate: ((packed, into) => inflateSomeAnew(packed, into, wrapping)) as InflateSome,
    },
    {
      name: `${wrapping} as chosen`,
      deflate,
      inflate: ((packed, into) => inflateSome(packed, into, wrapping)) as InflateSome,
    },
  ];
});

const words = Buffer.from(Array.from({ length: 4000 }, (_, index) => `crate ${(index * 7919) % 4001} `).join(""));

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe.each(ways)("$name", ({ deflate, inflate }) => {
  const arbitrary = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.tuple(fc.nat(20_000), fc.nat(99)).map(([length, seed]) => grain(length, seed)),
    fc.nat(words.length).map((length) => words.subarray(0, length)),
  );

  it("gives back what was deflated, and where it ends", () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(9), fc.uint8Array({ maxLength: 100 }), (bytes, level, behind) => {
        const packed = deflate(bytes, { level });
        const into = new Uint8Array(bytes.length + 10);
        const { written, consumed, ended } = inflate(Buffer.concat([packed, behind]), into);
        expect([written, consumed, ended]).toEqual([bytes.length, packed.length, behind.length > 0]);
        expect(same(into.subarray(0, written), bytes)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("gives what comes before a cut, and most of it", () => {
    fc.assert(
      fc.property(fc.nat(words.length), fc.double({ min: 0.2, max: 1, noNaN: true }), (length, share) => {
        const bytes = words.subarray(0, length);
        const packed = deflate(bytes);
        const cut = packed.subarray(0, Math.floor(packed.length * share));
        const into = new Uint8Array(bytes.length + 1);
        const { written, ended } = inflate(cut, into);
        expect(ended).toBe(false);
        expect(same(into.subarray(0, written), bytes.subarray(0, written))).toBe(true);
        if (length > 10_000) expect(written).toBeGreaterThan(bytes.length * (share - 0.15));
      }),
      { numRuns: 40 },
    );
  });

  it("gives what comes before damage to within a few bytes of the packed stream, and reads on afterwards", () => {
    const packed = deflate(words);
    for (const place of [0.1, 0.3, 0.5, 0.9].map((share) => Math.floor(packed.length * share))) {
      // A stored block whose length and its complement do not agree, at a boundary that a flush makes.
      const head = deflate(words.subarray(0, place), { finishFlush: 2 });
      const damaged = Buffer.concat([head, Buffer.from([0, 1, 2, 3, 4]), grain(5000, place)]);
      const into = new Uint8Array(words.length);
      const { written, ended } = inflate(damaged, into);
      expect(ended).toBe(false);
      expect(written).toBeGreaterThan(place - 200);
      expect(same(into.subarray(0, Math.min(written, place)), words.subarray(0, Math.min(written, place)))).toBe(true);
    }
    expect(inflate(packed, new Uint8Array(words.length + 1)).written).toBe(words.length);
  });

  it("stops where there is no more room, with the bytes that fit", () => {
    const bomb = deflate(Buffer.alloc(8 << 20, "x"));
    const into = new Uint8Array(100_000);
    const { written, ended } = inflate(bomb, into);
    expect(ended).toBe(false);
    expect(written).toBeGreaterThan(0);
    expect(into.subarray(0, written).every((byte) => byte === 0x78)).toBe(true);
  });

  it("gives nothing of what is no stream", () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(100).fill(0xff), Uint8Array.of(7)]) {
      expect(inflate(bytes, new Uint8Array(100))).toMatchObject({ written: 0, ended: false });
    }
  });
});
