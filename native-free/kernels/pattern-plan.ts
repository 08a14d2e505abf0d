/**
 * Where to look for many patterns: of each the rarest windows of two to eight bytes, so that a look at every second or fourth place of the
 * data finds each occurrence exactly once. A pattern is entered with one window for each remainder of its place by the step.
 */

/** Bytes to find. The first and the last are fixed. */
export interface ScanPattern {
  /** Null stands for any byte. */
  readonly bytes: readonly (number | null)[];
  /** ASCII letters match in either case. Default false. */
  readonly fold?: boolean;
}

/** Patterns as bytes: those of pattern `i` from `starts[i]` on, padded to a multiple of eight with bytes that do not count. */
export interface PatternBytes {
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  /** A byte matches where it is equal to `values` in the bits of `masks`. */
  readonly values: Uint8Array;
  readonly masks: Uint8Array;
}

export type TierName = "pairsOne" | "pairsTwo" | "threes" | "fours" | "eights" | "eightsApart";

/** A set of windows that is asked at every `stride`-th place. */
export interface Tier {
  readonly name: TierName;
  readonly stride: number;
  /** Bits of the first and of the second four bytes at a place that make the key of its entries. */
  readonly mask: number;
  readonly maskHigh: number;
  /** Bit set: of pairs of bytes by their value (then `mapShift` is 0), of others by the high bits of the key times `mapFactors`. */
  readonly map: Uint32Array;
  readonly mapShift: number;
  /** Of entries, by the high bits of the key times `slotFactors`; one more than there are slots. */
  readonly heads: Uint32Array;
  readonly slotShift: number;
  /** Of each entry the pattern, and where in it the window lies. */
  readonly patterns: Uint32Array;
  readonly offsets: Uint32Array;
  readonly leastOffset: number;
  readonly mostOffset: number;
}

export interface PatternPlan {
  readonly count: number;
  /** Bytes of the longest pattern; 0 without any. */
  readonly longest: number;
  readonly bytes: PatternBytes;
  readonly tiers: readonly Tier[];
}

/** What the two halves of a key are multiplied with; the sum of both, of which the high 32 − shift bits count. */
type Factors = readonly [low: number, high: number];
export const mapFactors: Factors = [0x9e3779b1, 0xc2b2ae35];
export const slotFactors: Factors = [0x85ebca6b, 0x27d4eb2f];

export function hashOf(low: number, high: number, factors: Factors, shift: number): number {
  return (Math.imul(low, factors[0]) + Math.imul(high, factors[1])) >>> shift;
}
/** Windows are chosen from so many bytes of a pattern. */
const windowReach = 48;
const leastMapBits = 10;
const mostMapBits = 22;
/** Of up to so many patterns pairs of bytes tell enough; of fewer where letters match in either case, which are terms of texts. */
const fewPatterns = 2000;
const fewFolded = 100;
/** Pairs that are commoner than one in 2^11 by the estimate are left to longer windows, but for a few down to one in 2^7. */
const leastPairBits = 11;
const commonPairBits = 7;
const mostCommonPairs = 1 / 20;
const smallTier = 64;
const mostPatterns = 1 << 20;
const foldMask = 0xdfdfdfdf;

const tierShapes: Readonly<Record<TierName, { width: number; stride: number }>> = {
  pairsOne: { width: 1, stride: 1 },
  pairsTwo: { width: 2, stride: 2 },
  threes: { width: 3, stride: 2 },
  fours: { width: 4, stride: 2 },
  eights: { width: 8, stride: 2 },
  eightsApart: { width: 8, stride: 4 },
};

/** How rare a byte is in ordinary data, in bits; rough, since only the order of windows depends on it. */
const rarity: Float64Array = Float64Array.from({ length: 256 }, (_, code) => {
  if (code === 0) return 2;
  if (code === 0xff) return 4.5;
  if (code === 0x20 || "etaoinsr".includes(String.fromCharCode(code))) return 5;
  if (code >= 0x61 && code <= 0x7a) return 6;
  if ((code >= 0x30 && code <= 0x39) || code === 0x0a || code < 9) return 6.5;
  return code >= 0x41 && code <= 0x5a ? 7 : 8.5;
});

const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;

/** Throws RangeError for a pattern that is empty or does not begin and end with a byte, and for more than 2^20 patterns. */
export function planOf(patterns: readonly ScanPattern[]): PatternPlan {
  if (patterns.length > mostPatterns) throw new RangeError(`${patterns.length} patterns are more than ${mostPatterns}`);
  const bytes = bytesOf(patterns);
  const builders = new Map<TierName, TierBuilder>();
  const rare = new Float64Array(windowReach);
  const folded = patterns.filter(({ fold }) => fold).length;
  let common = 0;
  const wanted = patterns.map(({ fold }, index): TierName => {
    rarityOf(bytes, index, rare);
    const pairs = worstRarity(rare, "pairsTwo");
    if (fold ? folded > fewFolded : patterns.length - folded > fewPatterns) return longTier(rare);
    if (pairs >= leastPairBits) return "pairsTwo";
    if (pairs < commonPairBits || common + 2 ** -pairs > mostCommonPairs) return longTier(rare);
    common += 2 ** -pairs;
    return "pairsTwo";
  });
  const choices = withoutSmallTiers(wanted);
  // One window in four bytes is enough where all patterns of the set are long.
  const isApart = choices.every((choice, index) => choice !== "eights" || fits(bytes, index, "eightsApart"));
  choices.forEach((choice, index) => {
    const name = choice === "eights" && isApart ? "eightsApart" : choice;
    const builder = builders.get(name) ?? new TierBuilder(name, bytes);
    builders.set(name, builder);
    rarityOf(bytes, index, rare);
    builder.add(index, rare);
  });
  const tiers = Array.from(builders.values(), (builder) => builder.build());
  return { count: patterns.length, longest: bytes.lengths.reduce((a, b) => Math.max(a, b), 0), bytes, tiers };
}

function bytesOf(patterns: readonly ScanPattern[]): PatternBytes {
  const starts = new Uint32Array(patterns.length);
  const lengths = new Uint32Array(patterns.length);
  let size = 0;
  patterns.forEach(({ bytes }, index) => {
    if (bytes.length === 0 || bytes[0] === null || bytes.at(-1) === null)
      throw new RangeError(`pattern ${index} does not begin and end with a byte`);
    starts[index] = size;
    lengths[index] = bytes.length;
    size += (bytes.length + 7) & ~7;
  });
  const values = new Uint8Array(size);
  const masks = new Uint8Array(size);
  patterns.forEach(({ bytes, fold }, index) => {
    bytes.forEach((byte, at) => {
      if (byte === null) return;
      const mask = fold && isLetter(byte) ? 0xdf : 0xff;
      values[starts[index]! + at] = byte & mask;
      masks[starts[index]! + at] = mask;
    });
  });
  return { starts, lengths, values, masks };
}

/** Of each byte of a pattern; -1 for any byte, and behind its end. */
function rarityOf({ starts, lengths, values, masks }: PatternBytes, index: number, rare: Float64Array): void {
  const start = starts[index]!;
  const length = Math.min(lengths[index]!, windowReach);
  rare.fill(-1);
  for (let at = 0; at < length; at++) {
    const mask = masks[start + at]!;
    if (mask === 0) continue;
    const value = values[start + at]!;
    // The same byte again says little new.
    const isAgain = at > 0 && masks[start + at - 1] === mask && values[start + at - 1] === value;
    rare[at] = isAgain ? 1 : rarity[mask === 0xdf ? value | 0x20 : value]!;
  }
}

/** Rarity of a window in bits; -1 where it has a byte that is not fixed. */
function windowRarity(rare: Float64Array, at: number, width: number): number {
  let sum = 0;
  for (let place = at; place < at + width; place++) {
    if (place >= windowReach || rare[place]! < 0) return -1;
    sum += rare[place]!;
  }
  return sum;
}

/** The rarest window of each remainder is at least so rare; -1 where one has none. */
function worstRarity(rare: Float64Array, name: TierName): number {
  const { width, stride } = tierShapes[name];
  let worst = Infinity;
  for (let remainder = 0; remainder < stride; remainder++) {
    let best = -1;
    for (let at = remainder; at <= windowReach - width; at += stride)
      best = Math.max(best, windowRarity(rare, at, width));
    worst = Math.min(worst, best);
  }
  return worst;
}

function fits(bytes: PatternBytes, index: number, name: TierName): boolean {
  const rare = new Float64Array(windowReach);
  rarityOf(bytes, index, rare);
  return worstRarity(rare, name) >= 0;
}

/** The longest windows that a pattern has at every place, unless they are as common as zeros are. */
function longTier(rare: Float64Array): TierName {
  const names: readonly TierName[] = ["eights", "fours", "threes", "pairsTwo"];
  return names.find((name) => worstRarity(rare, name) >= commonPairBits) ?? "pairsOne";
}

/** A few patterns are not worth a look of their own at every place where shorter windows are looked at anyway. */
function withoutSmallTiers(choices: readonly TierName[]): TierName[] {
  let merged = choices.slice();
  for (const [name, shorter] of [
    ["eights", "fours"],
    ["eights", "threes"],
    ["fours", "threes"],
    ["threes", "pairsOne"],
  ] as const) {
    const count = merged.filter((choice) => choice === name).length;
    if (count <= smallTier && merged.includes(shorter))
      merged = merged.map((choice) => (choice === name ? shorter : choice));
  }
  return merged;
}

/** Collects the windows of a tier. */
class TierBuilder {
  readonly #name: TierName;
  readonly #bytes: PatternBytes;
  readonly #width: number;
  readonly #stride: number;
  #mask: number;
  readonly #maskHigh: number;
  /** Two numbers of each entry, low and high. */
  readonly #keys: number[] = [];
  readonly #patterns: number[] = [];
  readonly #offsets: number[] = [];
  /** How often each key was taken. */
  readonly #taken = new Map<number, number>();
  readonly #pairs = new Uint32Array(2048);

  constructor(name: TierName, bytes: PatternBytes) {
    this.#name = name;
    this.#bytes = bytes;
    this.#width = tierShapes[name].width;
    this.#stride = tierShapes[name].stride;
    this.#mask = foldMask >>> (32 - 8 * Math.min(4, Math.max(2, this.#width)));
    this.#maskHigh = this.#width > 4 ? foldMask : 0;
  }

  add(index: number, rare: Float64Array): void {
    // Two bytes for every place where they are there.
    const width = this.#name === "pairsOne" && worstPair(rare) >= 0 ? 2 : this.#width;
    for (let remainder = 0; remainder < this.#stride; remainder++) {
      let [best, chosen] = [-Infinity, -1];
      for (let at = remainder; at <= windowReach - width; at += this.#stride) {
        const bits = windowRarity(rare, at, width);
        if (bits < 0) continue;
        const crowd = Math.log2(1 + (this.#taken.get(this.#name64(index, at, width)) ?? 0));
        if (bits - crowd > best) [best, chosen] = [bits - crowd, at];
      }
      this.#enter(index, chosen, width);
    }
  }

  /** Four bytes of a pattern from `at` on, or as many as the window has there. */
  #key(index: number, at: number, width: number): number {
    const { starts, values } = this.#bytes;
    let key = 0;
    for (let place = Math.min(4, width) - 1; place >= 0; place--)
      key = (key << 8) | values[starts[index]! + at + place]!;
    return (key & foldMask) >>> 0;
  }

  /** Equal for equal windows; hardly ever for others. */
  #name64(index: number, at: number, width: number): number {
    const high = width > 4 ? this.#key(index, at + 4, width - 4) : 0;
    return this.#key(index, at, width) + (hashOf(0, high, mapFactors, 11) + 1) * 2 ** 32;
  }

  #enter(index: number, at: number, width: number): void {
    const name = this.#name64(index, at, width);
    this.#taken.set(name, (this.#taken.get(name) ?? 0) + 1);
    this.#keys.push(this.#key(index, at, width), width > 4 ? this.#key(index, at + 4, width - 4) : 0);
    this.#patterns.push(index);
    this.#offsets.push(at);
    if (this.#width > 2) return;
    const start = this.#bytes.starts[index]! + at;
    const [value, mask] = [this.#bytes.values, this.#bytes.masks];
    const isPair = width === 2;
    for (const first of valuesOf(value[start]!, mask[start]!)) {
      for (const second of isPair ? valuesOf(value[start + 1]!, mask[start + 1]!) : allBytes) {
        const pair = first | (second << 8);
        this.#pairs[pair >>> 5]! |= 1 << (pair & 31);
      }
    }
    // The set holds a single byte with every byte that may follow; keys are of first bytes only then.
    if (!isPair) this.#mask = foldMask & 0xff;
  }

  build(): Tier {
    const count = this.#patterns.length;
    const slotBits = Math.min(20, Math.max(4, Math.ceil(Math.log2(count)) + 1));
    const slotShift = 32 - slotBits;
    const heads = new Uint32Array((1 << slotBits) + 1);
    const keys = this.#keys;
    const slots = Uint32Array.from(this.#patterns, (_, entry) =>
      hashOf(keys[entry * 2]! & this.#mask, keys[entry * 2 + 1]!, slotFactors, slotShift),
    );
    for (const slot of slots) heads[slot + 1]!++;
    for (let slot = 0; slot < 1 << slotBits; slot++) heads[slot + 1]! += heads[slot]!;
    const next = heads.slice();
    const [patterns, offsets] = [new Uint32Array(count), new Uint32Array(count)];
    slots.forEach((slot, entry) => {
      const place = next[slot]!++;
      patterns[place] = this.#patterns[entry]!;
      offsets[place] = this.#offsets[entry]!;
    });
    const { map, mapShift } = this.#map(count);
    const leastOffset = offsets.reduce((a, b) => Math.min(a, b), windowReach);
    const mostOffset = offsets.reduce((a, b) => Math.max(a, b), 0);
    const shape = { name: this.#name, stride: this.#stride, mask: this.#mask, maskHigh: this.#maskHigh };
    return { ...shape, map, mapShift, heads, slotShift, patterns, offsets, leastOffset, mostOffset };
  }

  #map(count: number): { map: Uint32Array; mapShift: number } {
    if (this.#width <= 2) return { map: this.#pairs, mapShift: 0 };
    const bits = Math.min(mostMapBits, Math.max(leastMapBits, Math.ceil(Math.log2(count)) + 4));
    const map = new Uint32Array(2 ** (bits - 5));
    for (let entry = 0; entry < count; entry++) {
      const hash = hashOf(this.#keys[entry * 2]!, this.#keys[entry * 2 + 1]!, mapFactors, 32 - bits);
      map[hash >>> 5]! |= 1 << (hash & 31);
    }
    return { map, mapShift: 32 - bits };
  }
}

const allBytes: readonly number[] = Array.from({ length: 256 }, (_, code) => code);

const valuesOf = (value: number, mask: number): readonly number[] => (mask === 0xff ? [value] : [value, value | 0x20]);

/** Of the rarest pair anywhere; -1 where no two fixed bytes are together. */
function worstPair(rare: Float64Array): number {
  let best = -1;
  for (let at = 0; at < windowReach - 1; at++) best = Math.max(best, windowRarity(rare, at, 2));
  return best;
}
