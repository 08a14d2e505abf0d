/** BLAKE3: what hash-wasm computes, whichever of the two computes it and however the stream is cut. */
import fc from "fast-check";
import { createBLAKE3 } from "hash-wasm";
import { describe, expect, it, vi } from "vitest";
import { DefinedBlake3, newBlake3, type Blake3 } from "../../../native-free/kernels/blake3.ts";

const reference = await createBLAKE3();
const both = [
  ["the kernel", newBlake3],
  ["its definition", () => new DefinedBlake3()],
] as const;

/** The bytes of the published test vectors. */
const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at % 251);

function digestBy(hash: Blake3, parts: readonly Uint8Array[]): string {
  for (const part of parts) hash.update(part);
  return Buffer.from(hash.digest()).toString("hex");
}

const expected = (bytes: Uint8Array): string => reference.init().update(bytes).digest("hex");

describe("BLAKE3", () => {
  it("runs as WebAssembly here", () => {
    expect(newBlake3()).not.toBeInstanceOf(DefinedBlake3);
  });

  it.each(both)("%s gives the published answers for nothing and for 1,024 bytes", (_, make) => {
    expect(digestBy(make(), [])).toBe("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    expect(digestBy(make(), [counting(1024)])).toBe("42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7");
  });

  it.each(both)("%s agrees where a block, a chunk, a subtree or the kernel's memory ends", (_, make) => {
    for (const edge of [64, 1024, 2048, 3072, 4096, 7168, 8192, 32_768, 65_536]) {
      for (const length of [edge - 1, edge, edge + 1]) {
        expect(digestBy(make(), [counting(length)]), `${length}`).toBe(expected(counting(length)));
      }
    }
  });

  it.each(both)("%s agrees on a stream however it is cut", (_, make) => {
    const parts = fc.array(fc.integer({ min: 0, max: 2500 }), { maxLength: 12 });
    const agree = (lengths: readonly number[]): void => {
      const whole = counting(lengths.reduce((sum, length) => sum + length, 0));
      let at = 0;
      const cut = lengths.map((length) => whole.subarray(at, (at += length)));
      expect(digestBy(make(), cut)).toBe(expected(whole));
    };
    fc.assert(fc.property(parts, agree), { numRuns: 60 });
  });

  it("keeps two streams apart, and takes memory that threads share", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(5000));
    shared.set(counting(5000));
    const [one, other] = [newBlake3(), newBlake3()];
    one.update(shared.subarray(0, 3000));
    other.update(counting(100));
    one.update(shared.subarray(3000));
    expect(digestBy(other, [])).toBe(expected(counting(100)));
    expect(digestBy(one, [])).toBe(expected(counting(5000)));
  });

  it("gives way to its definition where there is no WebAssembly", async () => {
    vi.resetModules();
    vi.stubGlobal("WebAssembly", undefined);
    try {
      const again = await import("../../../native-free/kernels/blake3.ts");
      expect(again.newBlake3()).toBeInstanceOf(again.DefinedBlake3);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
