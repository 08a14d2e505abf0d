/** BLAKE2b: what node:crypto computes, whichever of the two computes it, into the memory that it is given. */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { blake2b, BLAKE2B_BYTES, definedBlake2b, type Blake2b } from "../../../native-free/kernels/blake2b.ts";
import { sourceHash } from "../../../native-free/kernels/digest-wasm.ts";
import { buildDigestKernels, digestFile, hashOfDigestSources } from "../../../scripts/build-kernels.ts";
import { noise } from "../../fixtures/ewf-set.ts";

const kernel = blake2b();
const both = [
  ["the kernel", kernel],
  ["its definition", definedBlake2b],
] as const;

function digestBy(by: Blake2b, bytes: Uint8Array): string {
  const target = new Uint8Array(BLAKE2B_BYTES + 7).fill(0xee);
  by.digest(bytes, target, 3);
  const around = [...target.subarray(0, 3), ...target.subarray(3 + BLAKE2B_BYTES)];
  expect(around).toEqual(new Array(7).fill(0xee));
  return Buffer.from(target.subarray(3, 3 + BLAKE2B_BYTES)).toString("hex");
}

describe("BLAKE2b", () => {
  it("runs as WebAssembly here", () => {
    expect(kernel.digest.toString()).not.toBe(definedBlake2b.digest.toString());
  });

  it.each(both)("%s gives the answer of RFC 7693, appendix A", (_, by) => {
    expect(digestBy(by, Buffer.from("abc"))).toBe(
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1" +
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    );
  });

  it.each(both)("%s agrees with node:crypto on any bytes", (_, by) => {
    const agree = (bytes: Uint8Array): void => {
      expect(digestBy(by, bytes)).toBe(hash("blake2b512", bytes));
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 700 }), agree), { numRuns: 200 });
  });

  it.each(both)("%s agrees with it where a block or the kernel's memory ends", (_, by) => {
    for (const edge of [0, 128, 256, 384, 32_768, 65_536, 98_304]) {
      for (const length of [edge - 1, edge, edge + 1].filter((each) => each >= 0)) {
        const bytes = noise(length, edge + 1);
        expect(digestBy(by, bytes), `${length}`).toBe(hash("blake2b512", bytes));
      }
    }
  });

  it("has nothing left over from what it hashed before, and takes memory that threads share", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(32_768));
    shared.set(noise(32_768));
    digestBy(kernel, noise(40_000, 5));
    expect(digestBy(kernel, shared)).toBe(hash("blake2b512", Uint8Array.from(shared)));
    expect(digestBy(kernel, new Uint8Array(0))).toBe(hash("blake2b512", ""));
  });

  it.each(both)("%s refuses where there is no room", (_, by) => {
    for (const at of [-1, 1, 64]) expect(() => by.digest(noise(9), new Uint8Array(64), at)).toThrow(RangeError);
  });

  it("gives way to its definition where there is no WebAssembly", async () => {
    vi.resetModules();
    vi.stubGlobal("WebAssembly", undefined);
    try {
      const { blake2b: again } = await import("../../../native-free/kernels/blake2b.ts");
      expect(again().digest.toString()).toBe(definedBlake2b.digest.toString());
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe("the committed module", () => {
  it("names its sources", () => {
    expect(sourceHash, "run: npm run kernels").toBe(hashOfDigestSources());
  });

  it("is what its sources build", async () => {
    const built = await buildDigestKernels();
    expect(built === readFileSync(digestFile, "utf8"), "run: npm run kernels").toBe(true);
  });
});
