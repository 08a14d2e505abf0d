/** Many patterns in one pass: kernel, walk and a search for each pattern alone find the same. */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { definedPatterns, PatternScanner, type ScanPattern } from "../../../native-free/kernels/pattern-scan.ts";
import { sourceHash } from "../../../native-free/kernels/scan-wasm.ts";
import { buildScanKernels, hashOfScanSources, scanFile } from "../../../scripts/build-kernels.ts";
import { noise } from "../../fixtures/ewf-set.ts";

type Hit = readonly [pattern: number, at: number];

const isEqual = (byte: number, wanted: number | null, fold: boolean): boolean => {
  if (wanted === null || byte === wanted) return true;
  const isLetter = (wanted >= 0x41 && wanted <= 0x5a) || (wanted >= 0x61 && wanted <= 0x7a);
  return fold && isLetter && (byte ^ 0x20) === wanted;
};

/** Each pattern at each place, as the words say. */
function naively(patterns: readonly ScanPattern[], bytes: Uint8Array, from: number, to: number): Hit[] {
  const hits: Hit[] = [];
  for (let at = from; at < Math.min(to, bytes.length); at++) {
    patterns.forEach((pattern, index) => {
      if (at + pattern.bytes.length > bytes.length) return;
      if (pattern.bytes.every((wanted, i) => isEqual(bytes[at + i]!, wanted, pattern.fold ?? false)))
        hits.push([index, at]);
    });
  }
  return hits;
}

function hitsOf(scanner: PatternScanner, bytes: Uint8Array, from = 0, to = bytes.length): Hit[] {
  const hits: Hit[] = [];
  scanner.scan(bytes, from, to, (pattern, at) => hits.push([pattern, at]));
  return hits;
}

const both = (patterns: readonly ScanPattern[]): PatternScanner[] => [
  new PatternScanner(patterns),
  new PatternScanner(patterns, definedPatterns),
];

/** Few byte values, so that patterns occur and overlap. */
const alphabets = [
  [0, 1],
  [0, 0x41, 0x61, 0xff],
  Array.from(Buffer.from("aAbB\0 ")),
  Array.from(Buffer.from("eton@`[{EN\0")),
];
const byteOf = (alphabet: readonly number[]): fc.Arbitrary<number> => fc.constantFrom(...alphabet);

const patternOf = (alphabet: readonly number[], most: number): fc.Arbitrary<ScanPattern> =>
  fc
    .tuple(
      byteOf(alphabet),
      fc.array(fc.oneof({ weight: 6, arbitrary: byteOf(alphabet) }, fc.constant(null)), { maxLength: most }),
      byteOf(alphabet),
      fc.boolean(),
    )
    .map(([first, middle, last, fold]) => ({ bytes: [first, ...middle, last], fold }));

const scene = fc.constantFrom(...alphabets).chain((alphabet) =>
  fc.record({
    patterns: fc.array(patternOf(alphabet, 12), { minLength: 1, maxLength: 30 }),
    data: fc.array(byteOf(alphabet), { maxLength: 400 }).map((bytes) => Uint8Array.from(bytes)),
    from: fc.nat(50),
    size: fc.nat(400),
  }),
);

/** Terms as watch-lists give them: words in several encodings, many with the same beginning. */
function terms(count: number): ScanPattern[] {
  const words = Array.from(
    { length: count },
    (_, index) => `${index % 7 ? "container" : "box"} ${(index * 7919) % 100_003}`,
  );
  return words.flatMap((word, index): ScanPattern[] => {
    const bytes = Array.from(Buffer.from(word));
    if (index % 3 === 0) return [{ bytes: bytes.flatMap((byte) => [byte, 0]), fold: true }];
    if (index % 3 === 1) return [{ bytes: bytes.flatMap((byte) => [0, byte]), fold: true }];
    return [{ bytes, fold: true }];
  });
}

describe("patterns", () => {
  it("are found where a search for each alone finds them", () => {
    fc.assert(
      fc.property(scene, ({ patterns, data, from, size }) => {
        const wanted = naively(patterns, data, from, from + size);
        for (const scanner of both(patterns)) expect(hitsOf(scanner, data, from, from + size)).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });

  it("are found by the larger tables of many patterns as well", () => {
    const filler: ScanPattern[] = Array.from({ length: 2100 }, (_, index) => ({
      bytes: [0xf0, 0xe0 | (index & 15), 0xd0 | ((index >> 4) & 15), 0xc0 | (index >> 8), 0xb0],
    }));
    fc.assert(
      fc.property(scene, ({ patterns, data, from, size }) => {
        const all = [...patterns, ...filler];
        const wanted = naively(patterns, data, from, from + size);
        for (const scanner of both(all)) expect(hitsOf(scanner, data, from, from + size)).toEqual(wanted);
      }),
      { numRuns: 12 },
    );
  });

  it("that are long are found wherever they begin", () => {
    const words = ["bill of lading", "certificate", "certification", "bill of sale"];
    const patterns = words.map((word) => ({
      bytes: Array.from(Buffer.from(word, "utf16le").subarray(0, -1)),
      fold: true,
    }));
    const text = Buffer.from("A BILL of lading, CERTIFICATION, certificate", "utf16le");
    for (let before = 0; before < 9; before++) {
      const data = new Uint8Array(Buffer.concat([Buffer.alloc(before, 7), text, Buffer.alloc(5)]));
      const wanted = naively(patterns, data, 0, data.length);
      expect(wanted).toHaveLength(3);
      for (const scanner of both(patterns)) expect(hitsOf(scanner, data)).toEqual(wanted);
    }
  });

  it("of single bytes, of two and with gaps are found everywhere", () => {
    const patterns: ScanPattern[] = [
      { bytes: [7] },
      { bytes: [7, null, 7] },
      { bytes: [7, 8] },
      { bytes: [0x41], fold: true },
      { bytes: [0, 0] },
    ];
    const data = Uint8Array.from([7, 7, 7, 8, 0x61, 0x41, 0, 0, 0, 7, 9, 7]);
    for (const scanner of both(patterns))
      expect(hitsOf(scanner, data)).toEqual(naively(patterns, data, 0, data.length));
  });

  it("are found once at every edge of pieces and blocks", () => {
    const patterns = [
      { bytes: Array.from(Buffer.from("needle")) },
      { bytes: Array.from(Buffer.from("le")), fold: true },
    ];
    const data = new Uint8Array(150_000).fill(0x2e);
    const places = [0, 15, 63, 32_762, 32_767, 65_530, 65_533, 65_535, 98_303, 131_070, 149_994];
    for (const at of places) data.set(Buffer.from("needLE"), at);
    for (const at of [10_000, 65_600, 149_900]) data.set(Buffer.from("needle"), at);
    for (const scanner of both(patterns))
      expect(hitsOf(scanner, data)).toEqual(naively(patterns, data, 0, data.length));
  });

  it("by the ten thousand are found in noise around them, each at its place", () => {
    const patterns = terms(10_000);
    const data = Uint8Array.from(noise(100_000));
    const wanted: Hit[] = [];
    for (let at = 100, index = 3; at < data.length - 100; at += 997, index = (index + 61) % patterns.length) {
      data.set(patterns[index]!.bytes as number[], at);
    }
    const last = patterns.map(({ bytes }) => Buffer.from(bytes as number[]).toString("latin1"));
    const text = Buffer.from(data).toString("latin1");
    last.forEach((term, index) => {
      for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1)) wanted.push([index, at]);
    });
    wanted.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
    expect(wanted.length).toBeGreaterThan(95);
    for (const scanner of both(patterns)) expect(hitsOf(scanner, data)).toEqual(wanted);
  });

  it("that occur more often than the list has room for are all handed out", () => {
    const patterns: ScanPattern[] = Array.from({ length: 40 }, () => ({ bytes: [0, 0, 0] }));
    const data = new Uint8Array(3000);
    for (const scanner of both(patterns)) {
      const hits = hitsOf(scanner, data);
      expect(hits).toHaveLength(40 * 2998);
      expect(hits.every(([pattern, at], index) => pattern === index % 40 && at === Math.floor(index / 40))).toBe(true);
    }
  });

  it("are found in the scanner's own memory without a copy", () => {
    const patterns = [{ bytes: [1, 2, 3] }];
    for (const scanner of both(patterns)) {
      expect(scanner.input.length).toBeGreaterThanOrEqual(1 << 20);
      scanner.input.fill(0);
      scanner.input.set([1, 2, 3, 0, 1, 2, 3], 40);
      scanner.input.set([1, 2, 3], 998);
      const hits: number[] = [];
      scanner.scanInput(1000, 41, 1000, (_, at) => hits.push(at));
      expect(hits).toEqual([44]);
      scanner.scanInput(1001, 0, 1000, (_, at) => hits.push(at));
      expect(hits).toEqual([44, 40, 44, 998]);
    }
  });

  it("take memory that threads share, and none at all", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(100));
    shared.set([9, 9, 9, 9], 50);
    for (const scanner of both([{ bytes: [9, 9, 9, 9] }])) expect(hitsOf(scanner, shared)).toEqual([[0, 50]]);
    for (const scanner of both([])) expect(hitsOf(scanner, shared)).toEqual([]);
  });

  it("that do not begin and end with a byte are refused", () => {
    for (const bytes of [[], [null, 1], [1, null]]) {
      expect(() => new PatternScanner([{ bytes }])).toThrow(RangeError);
    }
  });
});

describe("the kernels that scan", () => {
  it("run as WebAssembly here, and give way where there is none", async () => {
    const { kernelExports } = await import("../../../native-free/kernels/scan-module.ts");
    const built = await import("../../../native-free/kernels/scan-wasm.ts");
    const modules = [built.patternScanBase64, built.histogramBase64, built.triggersBase64, built.wideRunsBase64];
    for (const base64 of modules) expect(kernelExports(base64)).not.toBeNull();
    vi.stubGlobal("WebAssembly", undefined);
    try {
      for (const base64 of modules) expect(kernelExports(base64)).toBeNull();
      expect(hitsOf(new PatternScanner([{ bytes: [1, 2] }]), Uint8Array.of(0, 1, 2))).toEqual([[0, 1]]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("name their sources", () => {
    expect(sourceHash, "run: npm run kernels").toBe(hashOfScanSources());
  });

  it("are what their sources build", async () => {
    const built = await buildScanKernels();
    expect(built === readFileSync(scanFile, "utf8"), "run: npm run kernels").toBe(true);
  });
});
