/** UTF-16 among other bytes: kernel and definition find the same runs, and texts that were put there. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DefinedAnchors, forEachWideRun, type AnchorFinder } from "../../../native-free/kernels/wide-runs.ts";
import { noise } from "../../fixtures/ewf-set.ts";

interface Run {
  readonly text: string;
  readonly start: number;
  readonly encoding: string;
}

function runsOf(
  bytes: Uint8Array,
  options: { minimum?: number; from?: number; to?: number; finder?: AnchorFinder } = {},
): Run[] {
  const { minimum = 4, from = 0, to = bytes.length, finder } = options;
  const runs: Run[] = [];
  forEachWideRun(
    bytes,
    from,
    to,
    minimum,
    (squeezed, start, encoding) => {
      const text = Buffer.from(squeezed.bytes.subarray(squeezed.from, squeezed.to)).toString("latin1");
      runs.push({ text, start, encoding });
    },
    finder,
  );
  return runs;
}

const big = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const little = (text: string): Buffer => Buffer.from(text, "utf16le");
const around = (text: Buffer, before = 4): Uint8Array =>
  new Uint8Array(Buffer.concat([Buffer.alloc(before, 0xee), text, Buffer.alloc(9, 0xee)]));

const pieces = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ maxLength: 12 }).map(little),
    fc.string({ maxLength: 12 }).map(big),
    fc.constantFrom("Привет, мир", "Zürich №", "ab\u0080cd", "été 7").map(little),
    fc.constantFrom("Привет, мир", "Ωmega abcd", "日本 text").map(big),
    fc.nat(9).map((count) => Buffer.alloc(count)),
    fc.array(fc.constantFrom(0, 0x41, 0x7f, 1, 0x20, 0x0a, 4), { maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  ),
  { maxLength: 25 },
);

describe("runs of UTF-16", () => {
  it("are the same by kernel and definition", () => {
    fc.assert(
      fc.property(pieces, fc.nat(30), fc.nat(30), fc.integer({ min: 1, max: 7 }), (parts, from, behind, minimum) => {
        const bytes = new Uint8Array(Buffer.concat(parts));
        const options = { minimum, from: Math.min(from, bytes.length), to: Math.max(0, bytes.length - behind) };
        const runs = runsOf(bytes, options);
        expect(runs).toEqual(runsOf(bytes, { ...options, finder: new DefinedAnchors() }));
        for (const { start, text } of runs) {
          expect(start).toBeGreaterThanOrEqual(options.from);
          expect(start + 2 * text.length).toBeLessThanOrEqual(options.to);
          expect(text).toMatch(new RegExp(`[\\t\\n\\r -~]{${minimum}}`));
        }
        for (const [index, { start }] of runs.entries())
          if (index > 0)
            expect(start).toBeGreaterThanOrEqual(runs[index - 1]!.start + 2 * runs[index - 1]!.text.length);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["utf-16le", little],
    ["utf-16be", big],
  ])("in %s are found at any place, told from the other order", (encoding, encode) => {
    for (let before = 0; before < 140; before++)
      expect(runsOf(around(encode("MSKU 907032-3"), before))).toEqual([
        { text: "MSKU 907032-3", start: before, encoding },
      ]);
  });

  it("keep the places of letters that are not ASCII", () => {
    expect(runsOf(around(little("Größe: 12,5 м, łódź")))).toEqual([
      { text: "Gr\x80\x80e: 12,5 \x80, \x80\x80d\x80", start: 4, encoding: "utf-16le" },
    ]);
    expect(runsOf(around(little("Груз 4711")))).toEqual([
      { text: "\x80\x80\x80\x80 4711", start: 4, encoding: "utf-16le" },
    ]);
    expect(runsOf(around(little("Груз 471")))).toHaveLength(1);
    expect(runsOf(around(little("Груз47")))).toEqual([]);
  });

  it("between zeros begin at an even place", () => {
    for (const encode of [little, big]) {
      const bytes = new Uint8Array(Buffer.concat([Buffer.alloc(20), encode("address"), Buffer.alloc(20)]));
      expect(runsOf(bytes)).toEqual([
        { text: "address", start: 20, encoding: encode === little ? "utf-16le" : "utf-16be" },
      ]);
    }
  });

  it("need the characters asked for", () => {
    const bytes = around(little("abcdef"));
    expect(runsOf(bytes, { minimum: 6 })).toHaveLength(1);
    expect(runsOf(bytes, { minimum: 7 })).toHaveLength(0);
    expect(runsOf(bytes, { from: 5 })[0]).toEqual({ text: "bcdef", start: 6, encoding: "utf-16le" });
  });

  it("are not seen in noise, zeros and plain text", () => {
    expect(runsOf(Uint8Array.from(noise(500_000)))).toEqual([]);
    expect(runsOf(new Uint8Array(200_000))).toEqual([]);
    expect(runsOf(new Uint8Array(200_000).fill(0x61))).toEqual([]);
  });

  it("may be longer than what the kernel takes at once, and lie across its edge", () => {
    const text = "a bill of lading; ".repeat(10_000);
    const bytes = new Uint8Array(
      Buffer.concat([Buffer.alloc(65_531, 0xee), big(text), Buffer.alloc(70_001, 0xee), little("a box")]),
    );
    expect(runsOf(bytes)).toEqual([
      { text, start: 65_531, encoding: "utf-16be" },
      { text: "a box", start: 65_531 + 2 * text.length + 70_001, encoding: "utf-16le" },
    ]);
  });
});
