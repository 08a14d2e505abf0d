/** The deflate kernel, at both levels: the bytes of its definition, streams that every inflater reads, sizes like those of zlib. */
import { spawnSync } from "node:child_process";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { deflateSync, inflateRawSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { DeflateLevel } from "../../../native-free/kernels/deflate.ts";
import { definedKernel, deflateKernel, type DeflateKernel } from "../../../native-free/kernels/deflate-kernel.ts";
import { sourceHash } from "../../../native-free/kernels/deflate-wasm.ts";
import { buildKernel, hashOfSources, kernelFile } from "../../../scripts/build-kernels.ts";
import { chunksOf, evidenceCorpus } from "../../bench/deflate/corpus.ts";
import { noise } from "../../fixtures/ewf-set.ts";

const CHUNK = 32_768;
const kernel = deflateKernel();
const definition = definedKernel();
const python = spawnSync("python3", ["--version"]).status === 0;

const levels = [1, 9] as const;

function zlibOf(by: DeflateKernel, raw: Uint8Array, level: DeflateLevel = 1): Buffer | null {
  const length = by.zlib(raw, false, level);
  return length === 0 ? null : Buffer.from(by.output.slice(0, length));
}

function rawOf(by: DeflateKernel, raw: Uint8Array, level: DeflateLevel): Buffer | null {
  const length = by.raw(raw, level);
  return length === 0 ? null : Buffer.from(by.output.slice(by.rawFrom, by.rawFrom + length));
}

/** Both write the same, and it inflates to `raw`; null only where zlib's own could not be much smaller than `raw`. */
function agreeAt(level: DeflateLevel, raw: Uint8Array): void {
  const packed = rawOf(kernel, raw, level);
  const defined = rawOf(definition, raw, level);
  expect(packed === null || defined === null ? packed === defined : packed.equals(defined)).toBe(true);
  if (packed) {
    expect(packed.length).toBeLessThan(raw.length);
    expect(Buffer.compare(inflateRawSync(packed), raw)).toBe(0);
  }
  const wrapped = zlibOf(kernel, raw, level);
  expect(wrapped?.toString("hex")).toBe(zlibOf(definition, raw, level)?.toString("hex"));
  if (wrapped) {
    expect(wrapped.length).toBeLessThan(raw.length);
    expect(Buffer.compare(inflateSync(wrapped), raw)).toBe(0);
  }
}

function agree(raw: Uint8Array, at: readonly DeflateLevel[] = levels): void {
  for (const level of at) agreeAt(level, raw);
  expect(kernel.adler32(raw)).toBe(definition.adler32(raw));
  expect(kernel.looksIncompressible(raw)).toBe(definition.looksIncompressible(raw));
}

/** Data with what deflate looks for: runs, repeats at any distance, few or many different bytes. */
const structured = fc
  .array(
    fc.oneof(
      fc.record({ kind: fc.constant("run" as const), byte: fc.nat(255), length: fc.nat(600) }),
      fc.record({ kind: fc.constant("noise" as const), mask: fc.constantFrom(1, 7, 31, 255), length: fc.nat(3000) }),
      fc.record({ kind: fc.constant("again" as const), back: fc.nat(70_000), length: fc.nat(900) }),
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((parts) => {
    const bytes: number[] = [];
    let state = 1;
    for (const part of parts) {
      for (let left = part.length; left > 0; left--) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        if (part.kind === "run") bytes.push(part.byte);
        else if (part.kind === "noise") bytes.push((state >>> 16) & part.mask);
        else bytes.push(bytes[Math.max(0, bytes.length - 1 - part.back)] ?? 0);
      }
    }
    return Uint8Array.from(bytes);
  });

const alphabet = (length: number, mask: number): Uint8Array => noise(length).map((byte) => byte & mask);

describe("the kernel", () => {
  it("runs as WebAssembly here", () => {
    expect(kernel.zlib.toString()).not.toBe(definition.zlib.toString());
  });

  it("writes what its definition writes, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (raw) => agree(raw)),
      { numRuns: 200 },
    );
  });

  it("writes what its definition writes, for bytes with structure", () => {
    fc.assert(
      fc.property(structured, (raw) => agree(raw)),
      { numRuns: 120 },
    );
  });

  it("writes what its definition writes, of every length up to 700", () => {
    const [text, few] = [Buffer.from("a bill of lading, a bill of sale; ".repeat(21)), alphabet(700, 3)];
    for (let length = 0; length <= 700; length++) {
      // The definition of level 9 takes its time.
      const at = length < 300 || length % 16 === 0 ? levels : ([1] as const);
      for (const raw of [text, few, Buffer.alloc(700, 9)]) agree(raw.subarray(0, length), at);
    }
  });

  it("is right where a match, a segment or the window ends", () => {
    for (const edge of [258, 259, 260, 261, 516, 32_768, 65_536, 98_304, 262_144]) {
      for (const length of [edge - 2, edge - 1, edge, edge + 1, edge + 2]) {
        if (length > kernel.mostInput) continue;
        const at = length < 70_000 || length === edge ? levels : ([1] as const);
        agree(Buffer.alloc(length, 255), at);
        agree(alphabet(length, 15), at);
        // A repeat at the farthest distance and one beyond it.
        const far = noise(length);
        far.copyWithin(Math.min(length, 32_768), 0);
        agree(far, at);
        const beyond = noise(length);
        beyond.copyWithin(Math.min(length, 32_769), 0);
        agree(beyond, at);
      }
    }
  });

  it("stores the segments that do not compress, among others", () => {
    const raw = Buffer.concat([noise(CHUNK), Buffer.alloc(CHUNK, "text "), noise(CHUNK), alphabet(CHUNK, 7)]);
    agree(raw);
    expect(kernel.raw(raw)).toBeLessThan(2.5 * CHUNK);
  });

  it("limits code lengths where frequencies grow like Fibonacci's numbers", () => {
    const bytes: number[] = [];
    for (let [byte, count, before] = [0, 1, 1]; bytes.length + count < CHUNK; byte++) {
      for (let left = count; left > 0; left--) bytes.push(byte);
      [count, before] = [count + before, count];
    }
    // Shuffled, so that no match hides the frequencies.
    for (let at = bytes.length - 1, state = 1; at > 0; at--) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      const other = state % (at + 1);
      [bytes[at], bytes[other]] = [bytes[other]!, bytes[at]!];
    }
    agree(Uint8Array.from(bytes));
  });

  it.each(levels)("has nothing left over from the chunk before, at level %i", (level) => {
    const [one, other] = [alphabet(CHUNK, 31), Buffer.alloc(100_000, "another chunk ")];
    const first = zlibOf(kernel, one, level);
    for (const before of levels) {
      kernel.zlib(other, false, before);
      kernel.zlib(noise(200_000), false, before);
      expect(zlibOf(kernel, one, level)).toEqual(first);
    }
  });

  it("cuts a segment where the data changes, at level 9", () => {
    const [low, high] = [alphabet(CHUNK / 2, 63), alphabet(CHUNK / 2, 63).map((byte) => byte + 128)];
    const together = Uint8Array.from([...low, ...high]);
    agreeAt(9, together);
    const apart = [low, high].reduce((sum, part) => sum + rawOf(kernel, part, 9)!.length, 0);
    expect(rawOf(kernel, together, 9)!.length).toBeLessThan(apart + 100);
    expect(rawOf(kernel, together, 9)!.length).toBeLessThan(0.9 * rawOf(kernel, together, 1)!.length);
  });

  it("takes memory that threads share", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(CHUNK));
    shared.set(alphabet(CHUNK, 15));
    expect(Buffer.compare(inflateSync(zlibOf(kernel, shared)!), shared)).toBe(0);
  });

  it("says 0 where nothing is gained, and refuses more than it can hold", () => {
    expect(kernel.zlib(noise(CHUNK))).toBe(0);
    expect(kernel.zlib(alphabet(CHUNK, 127))).toBeGreaterThan(0);
    expect(kernel.zlib(noise(CHUNK), true)).toBe(0);
    for (const each of [kernel, definition]) {
      expect(() => each.zlib(new Uint8Array(each.mostInput + 1))).toThrow(RangeError);
      expect(() => each.raw(new Uint8Array(each.mostInput + 1))).toThrow(RangeError);
    }
  });

  it("gives way to its definition where there is no WebAssembly", async () => {
    const raw = alphabet(CHUNK, 15);
    const packed = zlibOf(kernel, raw);
    vi.resetModules();
    vi.stubGlobal("WebAssembly", undefined);
    try {
      const { deflateKernel: again } = await import("../../../native-free/kernels/deflate-kernel.ts");
      expect(again().zlib.toString()).toBe(definition.zlib.toString());
      expect(zlibOf(again(), raw)).toEqual(packed);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("takes the Adler-32 of more than it can hold", () => {
    const long = noise(3 * kernel.mostInput + 17);
    expect(kernel.adler32(long)).toBe(definition.adler32(long));
    expect(kernel.adler32(Buffer.from("Wikipedia"))).toBe(0x11e60398);
    expect(kernel.adler32(new Uint8Array(kernel.mostInput).fill(255))).toBe(
      definition.adler32(new Uint8Array(kernel.mostInput).fill(255)),
    );
  });
});

describe("its streams", () => {
  it("are read by Python's zlib", ({ skip }) => {
    skip(!python, "python3 is absent");
    const script = [
      "import sys, zlib, struct",
      "data = sys.stdin.buffer.read(); at = 0; count = 0",
      "while at < len(data):",
      "    packed, raw = struct.unpack_from('<II', data, at); at += 8",
      "    d = zlib.decompressobj(); got = d.decompress(data[at:at + packed]); at += packed",
      "    assert d.eof and d.unused_data == b'' and got == data[at:at + raw]; at += raw; count += 1",
      "print(count)",
    ].join("\n");
    const raws = [1, 2, 3, 4, 15, 63].flatMap((mask) => [3000, CHUNK, 131_073].map((length) => alphabet(length, mask)));
    const input = raws.flatMap((raw, index) => {
      const packed = zlibOf(kernel, raw, levels[index % 2])!;
      const sizes = Buffer.alloc(8);
      sizes.writeUInt32LE(packed.length);
      sizes.writeUInt32LE(raw.length, 4);
      return [sizes, packed, raw];
    });
    const { stdout, stderr } = spawnSync("python3", ["-c", script], {
      input: Buffer.concat(input),
      maxBuffer: 1 << 26,
    });
    expect([String(stdout).trim(), String(stderr)]).toEqual([`${raws.length}`, ""]);
  });

  it.each(levels)("are together at most a hundredth larger than those of zlib at level %i", (level) => {
    const stored = CHUNK + 4;
    let [ours, theirs] = [0, 0];
    for (const [name, bytes] of evidenceCorpus(400_000)) {
      let [own, other] = [0, 0];
      for (const chunk of chunksOf(bytes, CHUNK)) {
        own += kernel.zlib(chunk, true, level) || stored;
        other += Math.min(stored, deflateSync(chunk, { level }).length);
      }
      expect(own / other, name).toBeLessThan(1.02);
      ours += own;
      theirs += other;
    }
    expect(ours / theirs).toBeLessThan(level === 1 ? 1.01 : 1);
  });
});

describe("the committed module", () => {
  it("names its sources", () => {
    expect(sourceHash, "run: npm run kernels").toBe(hashOfSources());
  });

  it("is what its sources build", async () => {
    const built = await buildKernel();
    expect(built === readFileSync(kernelFile, "utf8"), "run: npm run kernels").toBe(true);
  });
});
