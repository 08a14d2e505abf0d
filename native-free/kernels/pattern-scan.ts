/**
 * Finds many patterns in one pass: signatures, and the terms of watch-lists in every encoding. The kernel is WebAssembly; without it the
 * same tables are walked in TypeScript, with the same results.
 */
import { copyBytes } from "../bytes/copy-bytes.ts";
import { planOf, type PatternPlan, type ScanPattern, type Tier } from "./pattern-plan.ts";
import { DefinedPatterns } from "./pattern-walk.ts";
import { growTo, kernelExports, type KernelMemory, type KernelNumber } from "./scan-module.ts";
import { patternScanBase64 } from "./scan-wasm.ts";

export type { ScanPattern } from "./pattern-plan.ts";

type OnFound = (pattern: number, at: number) => void;

/** What walks the tables, over bytes that lie in its `input`. */
export interface PatternEngine {
  readonly input: Uint8Array;
  /** (place − from)·2^20 + pattern of each hit of the last `run`, in any order. */
  readonly hits: Float64Array;
  /**
   * Occurrences in the first `length` bytes of the input that begin in [from, to); their number, or more than `hits` has room for: then
   * some are missing. It has room for one place at least.
   */
  run(length: number, from: number, to: number): number;
}

/** Bytes of `input` beside what the longest pattern needs. */
const inputBytes = (1 << 20) + (1 << 16);
/** What `scan` takes at a time, so that it stays near the processor. */
const pieceBytes = 1 << 16;
const blockBytes = 1 << 15;
const patternFactor = 1 << 20;
const leastHits = 1 << 14;
/** Bytes that the kernel may read behind the input, and believes nothing of. */
const slackBytes = 256;

interface Exports {
  readonly memory: KernelMemory;
  readonly pairsOneAt: KernelNumber;
  readonly pairsTwoAt: KernelNumber;
  readonly tablesAt: KernelNumber;
  prepare(patterns: number, hits: number, capacity: number): void;
  start(from: number, to: number, end: number): void;
  found(): number;
  pairsOne: PairKernel;
  pairsTwo: PairKernel;
  bytesTwo: WindowKernel;
  bytesFour: WindowKernel;
  bits: WindowKernel;
}

type PairKernel = (from: number, to: number, heads: number, mask: number, maskHigh: number, slotShift: number) => void;

type WindowKernel = (
  from: number,
  to: number,
  heads: number,
  mask: number,
  maskHigh: number,
  slotShift: number,
  map: number,
  mapShift: number,
  stride: number,
) => void;

/** One per thread and set of patterns. */
export class PatternScanner {
  /**
   * Where bytes can be read to, so that `scanInput` scans them without a copy: 1 MiB and 64 KiB, and the length of the longest
   * pattern. `scan` overwrites it.
   */
  readonly input: Uint8Array;
  /** Bytes of the longest pattern: pages of data share so many less one. */
  readonly longest: number;
  readonly #engine: PatternEngine;

  /** Patterns are named by their index. Throws RangeError where one does not begin and end with a fixed byte, and above 2^20 patterns. */
  constructor(patterns: readonly ScanPattern[], makeEngine: (plan: PatternPlan) => PatternEngine = engineFor) {
    const plan = planOf(patterns);
    this.longest = plan.longest;
    this.#engine = makeEngine(plan);
    this.input = this.#engine.input;
  }

  /**
   * Calls for every occurrence that begins in [from, to) and lies wholly in `bytes`, overlapping ones too, in the order of places and
   * then of patterns. `found` must not call this scanner.
   */
  scan(bytes: Uint8Array, from: number, to: number, found: OnFound): void {
    const end = Math.min(to, bytes.length);
    for (let at = Math.max(0, from); at < end; at += pieceBytes) {
      const places = Math.min(pieceBytes, end - at);
      const length = Math.min(bytes.length - at, places + this.longest);
      copyBytes(bytes, at, length, this.input, 0);
      this.#scan(length, 0, places, at, found);
    }
  }

  /** The same over the first `length` bytes of `input`. */
  scanInput(length: number, from: number, to: number, found: OnFound): void {
    const end = Math.min(length, this.input.length);
    this.#scan(end, Math.max(0, from), Math.min(to, end), 0, found);
  }

  #scan(length: number, from: number, to: number, base: number, found: OnFound): void {
    const { hits } = this.#engine;
    let size = blockBytes;
    for (let at = from; at < to;) {
      const end = Math.min(to, at + size);
      const count = this.#engine.run(length, at, end);
      if (count > hits.length) {
        // Nothing of it was handed out. So many hits are hardly ever.
        size = Math.max(1, (end - at) >> 1);
        continue;
      }
      if (count > 1) sortHits(hits, count);
      for (let hit = 0; hit < count; hit++) {
        const place = Math.floor(hits[hit]! / patternFactor);
        found(hits[hit]! - place * patternFactor, base + at + place);
      }
      at = end;
      size = Math.min(blockBytes, size * 2);
    }
  }
}

function sortHits(hits: Float64Array, count: number): void {
  for (let hit = 1; hit < count; hit++) {
    if (hits[hit - 1]! <= hits[hit]!) continue;
    hits.subarray(0, count).sort();
    return;
  }
}

function engineFor(plan: PatternPlan): PatternEngine {
  const exports = kernelExports(patternScanBase64) as Exports | null;
  const capacity = Math.max(leastHits, plan.count);
  const size = inputBytes + plan.longest;
  return exports ? new WasmPatterns(plan, exports, size, capacity) : new DefinedPatterns(plan, size, capacity);
}

/** Without the kernel. */
export function definedPatterns(plan: PatternPlan): PatternEngine {
  return new DefinedPatterns(plan, inputBytes + plan.longest, Math.max(leastHits, plan.count));
}

const entryBytes = 24;

/** Maps of up to so many bits are kept as bytes, which are faster to ask as long as they stay near the processor. */
const mostByteMapBits = 18;

interface PlacedTier {
  readonly tier: Tier;
  readonly heads: number;
  readonly entries: number;
  readonly map: number;
}

const isInBytes = (tier: Tier): boolean => tier.map.length <= 2 ** (mostByteMapBits - 5);

/** Bytes of the map in the kernel's memory. */
const mapBytes = (tier: Tier): number => tier.map.length * (isInBytes(tier) ? 32 : 4);

class WasmPatterns implements PatternEngine {
  readonly input: Uint8Array;
  readonly hits: Float64Array;
  readonly #exports: Exports;
  readonly #tiers: readonly PlacedTier[];
  readonly #inputAt: number;

  constructor(plan: PatternPlan, exports: Exports, inputSize: number, capacity: number) {
    this.#exports = exports;
    let end = exports.tablesAt.value;
    const place = (bytes: number): number => {
      const at = end;
      end += (bytes + 63) & ~63;
      return at;
    };
    const records = place(plan.count * 8);
    const rest = place(plan.bytes.values.length * 2);
    const tiers = plan.tiers.map((tier) => {
      const heads = place(tier.heads.length * 4);
      const entries = place(tier.patterns.length * entryBytes);
      const own = { pairsOne: exports.pairsOneAt, pairsTwo: exports.pairsTwoAt }[tier.name as string];
      return { tier, heads, entries, map: own?.value ?? place(mapBytes(tier)) };
    });
    const hits = place(capacity * 8);
    this.#inputAt = place(inputSize + slackBytes);
    growTo(exports.memory, end);
    const view = new DataView(exports.memory.buffer);
    writePatterns(view, plan, records, rest);
    for (const tier of tiers) writeTier(view, plan, tier);
    exports.prepare(records, hits, capacity);
    this.#tiers = tiers;
    this.hits = new Float64Array(exports.memory.buffer, hits, capacity);
    this.input = new Uint8Array(exports.memory.buffer, this.#inputAt, inputSize);
  }

  run(length: number, from: number, to: number): number {
    const input = this.#inputAt;
    const exports = this.#exports;
    exports.start(input + from, input + to, input + length);
    for (const { tier, heads, map } of this.#tiers) {
      const first = input + from + tier.leastOffset;
      const last = input + Math.min(length, to + tier.mostOffset);
      const { mask, maskHigh: high, slotShift, mapShift, stride } = tier;
      if (tier.name === "pairsOne") exports.pairsOne(first, last, heads, mask, high, slotShift);
      else if (tier.name === "pairsTwo") exports.pairsTwo(first, last, heads, mask, high, slotShift);
      else if (!isInBytes(tier)) exports.bits(first, last, heads, mask, high, slotShift, map, mapShift, stride);
      else if (stride === 2) exports.bytesTwo(first, last, heads, mask, high, slotShift, map, mapShift, stride);
      else exports.bytesFour(first, last, heads, mask, high, slotShift, map, mapShift, stride);
    }
    return exports.found();
  }
}

/** Of each pattern its length and where the bytes from the ninth on are, eight values and eight masks in turn. */
function writePatterns(view: DataView, { count, bytes }: PatternPlan, records: number, rest: number): void {
  for (let index = 0; index < count; index++) {
    const start = bytes.starts[index]!;
    view.setUint32(records + index * 8, bytes.lengths[index]!, true);
    view.setUint32(records + index * 8 + 4, rest + (start + 8) * 2, true);
  }
  for (let at = 0; at < bytes.values.length; at++) {
    const place = rest + (at >> 3) * 16 + (at & 7);
    view.setUint8(place, bytes.values[at]!);
    view.setUint8(place + 8, bytes.masks[at]!);
  }
}

function writeTier(view: DataView, { bytes }: PatternPlan, { tier, heads, entries, map }: PlacedTier): void {
  tier.heads.forEach((entry, slot) => view.setUint32(heads + slot * 4, entries + entry * entryBytes, true));
  tier.patterns.forEach((pattern, entry) => {
    const at = entries + entry * entryBytes;
    const start = bytes.starts[pattern]!;
    for (let place = 0; place < 8; place++) {
      view.setUint8(at + place, bytes.values[start + place]!);
      view.setUint8(at + 8 + place, bytes.masks[start + place]!);
    }
    view.setUint32(at + 16, pattern, true);
    view.setUint32(at + 20, tier.offsets[entry]!, true);
  });
  if (!isInBytes(tier)) {
    tier.map.forEach((word, index) => view.setUint32(map + index * 4, word, true));
    return;
  }
  // The size of an item in the kernel's list of candidates.
  for (let bit = 0; bit < tier.map.length * 32; bit++)
    if (((tier.map[bit >>> 5]! >>> (bit & 31)) & 1) === 1) view.setUint8(map + bit, 4);
}
