/** Inflating chunk after chunk: both ways say the same of good and of bad streams, and the first failure is forgotten. */
import { Buffer } from "node:buffer";
import { createInflateRaw, deflateRawSync, deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inflateBlock } from "../../../native-free/kernels/inflate-block.ts";
import {
  inflateAnew,
  inflateInto,
  inflateRawInto,
  isReliable,
  reusedInflate,
} from "../../../native-free/kernels/inflate-into.ts";
import { noise } from "../../fixtures/ewf-set.ts";

const text = Buffer.from("bill of lading 2402-20; ".repeat(1000));

describe.each([
  ["a stream used again", reusedInflate() ?? inflateAnew],
  ["a stream for each call", inflateAnew],
  ["the chosen way", inflateInto],
])("%s", (_, inflate) => {
  it("is reliable here", () => {
    expect(isReliable(inflate)).toBe(true);
  });

  it("gives back what was deflated, at any level and with anything behind it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(9), fc.uint8Array(), (raw, level, behind) => {
        const into = Buffer.alloc(raw.length + 1 + behind.length);
        expect(inflate(Buffer.concat([deflateSync(raw, { level }), behind]), into)).toBe(raw.length);
        expect(Buffer.compare(into.subarray(0, raw.length), raw)).toBe(0);
      }),
      { examples: [[new Uint8Array(0), 1, new Uint8Array(0)]] },
    );
  });

  it("says -1 of a stream that is damaged, cut, too long or none, and then reads on", () => {
    const [packed, into] = [deflateSync(text), Buffer.alloc(text.length + 1)];
    const damaged = Buffer.from(packed);
    damaged[packed.length >> 1]! ^= 0x40;
    const dictionary = deflateSync(text, { dictionary: Buffer.from("lading") });
    const bad = [damaged, packed.subarray(0, -1), Buffer.alloc(0), noise(100), deflateRawSync(text), dictionary];
    for (const stream of [...bad, deflateSync(Buffer.alloc(10 * text.length))]) {
      expect(inflate(stream, into)).toBe(-1);
      expect(inflate(packed, into)).toBe(text.length);
      expect(Buffer.compare(into.subarray(0, text.length), text)).toBe(0);
    }
    expect(inflate(packed, into.subarray(0, text.length))).toBe(-1);
  });
});

describe.each([
  ["a stream used again", reusedInflate(createInflateRaw())!],
  ["a stream for each call", (packed: Uint8Array, into: Uint8Array) => inflateAnew(packed, into, "raw")],
  ["the chosen way", inflateRawInto],
])("bare streams by %s", (_, inflate) => {
  it("are unpacked as well, and bad ones told", () => {
    expect(isReliable(inflate, "raw")).toBe(true);
    const [packed, into] = [deflateRawSync(text), Buffer.alloc(text.length + 1)];
    for (const stream of [packed.subarray(0, -1), Buffer.alloc(0), Buffer.from([7]), deflateRawSync(noise(100_000))]) {
      expect(inflate(stream, into)).toBe(-1);
      expect(inflate(packed, into)).toBe(text.length);
      expect(Buffer.compare(into.subarray(0, text.length), text)).toBe(0);
    }
  });
});

describe("a block of known size", () => {
  it.each([false, true])("is filled whether or not the stream is longer than is wanted; bare: %s", (raw) => {
    const packed = raw ? deflateRawSync(text) : deflateSync(text);
    for (const length of [text.length, 1, 0]) {
      const target = new Uint8Array(length);
      expect(inflateBlock(packed, target, { most: text.length, raw })).toBe(text.length);
      expect(Buffer.compare(target, text.subarray(0, length))).toBe(0);
    }
    expect(inflateBlock(packed, new Uint8Array(text.length + 5), { raw })).toBe(text.length);
    expect(inflateBlock(packed, new Uint8Array(text.length - 1), { raw })).toBe(-1);
    expect(inflateBlock(packed.subarray(0, 40), new Uint8Array(text.length), { raw })).toBe(-1);
  });
});

describe("the parts of Node that are not documented", () => {
  it("are there on the pinned runtime", () => {
    expect(reusedInflate()).not.toBeNull();
  });

  it("are left alone where they are missing or do something else", () => {
    expect(reusedInflate({})).toBeNull();
    expect(reusedInflate({ _handle: null, _writeState: new Uint32Array(2) })).toBeNull();
    const other = { _handle: { reset: () => undefined, writeSync: () => undefined }, _writeState: new Uint32Array(2) };
    expect(isReliable(reusedInflate(other)!)).toBe(false);
    const angry = { ...other, _handle: { ...other._handle, reset: () => expect.unreachable() } };
    expect(isReliable(reusedInflate(angry)!)).toBe(false);
  });
});
