/** The walk over the tables of `pattern-plan.ts` that the kernel of `pattern-scan.ts` does, in TypeScript. */
import { hashOf, mapFactors, slotFactors, type PatternPlan, type Tier } from "./pattern-plan.ts";

const patternFactor = 1 << 20;
/** Windows at the end are read beyond it. */
const slackBytes = 8;

export class DefinedPatterns {
  readonly input: Uint8Array;
  readonly hits: Float64Array;
  readonly #plan: PatternPlan;
  /** The input and what may be read behind it. */
  readonly #bytes: Uint8Array;
  #count = 0;
  #length = 0;
  #from = 0;
  #to = 0;

  constructor(plan: PatternPlan, inputSize: number, capacity: number) {
    this.#plan = plan;
    this.#bytes = new Uint8Array(inputSize + slackBytes);
    this.input = this.#bytes.subarray(0, inputSize);
    this.hits = new Float64Array(capacity);
  }

  run(length: number, from: number, to: number): number {
    this.#count = 0;
    this.#length = length;
    this.#from = from;
    this.#to = to;
    for (const tier of this.#plan.tiers) this.#walk(tier);
    return this.#count;
  }

  #walk(tier: Tier): void {
    const { stride, map, mapShift, mask, maskHigh, heads, slotShift } = tier;
    const bytes = this.#bytes;
    const arePairs = mapShift === 0;
    const last = Math.min(this.#length, this.#to + tier.mostOffset);
    for (let at = Math.ceil((this.#from + tier.leastOffset) / stride) * stride; at < last; at += stride) {
      const pair = bytes[at]! | (bytes[at + 1]! << 8);
      let bit = pair;
      const low = wordAt(bytes, at) & mask;
      const high = maskHigh === 0 ? 0 : wordAt(bytes, at + 4) & maskHigh;
      if (!arePairs) bit = hashOf(low, high, mapFactors, mapShift);
      if (((map[bit >>> 5]! >>> (bit & 31)) & 1) === 0) continue;
      const slot = hashOf(low, high, slotFactors, slotShift);
      for (let entry = heads[slot]!; entry < heads[slot + 1]!; entry++)
        this.#verify(tier.patterns[entry]!, at - tier.offsets[entry]!);
    }
  }

  #verify(pattern: number, place: number): void {
    const { starts, lengths, values, masks } = this.#plan.bytes;
    const [start, length] = [starts[pattern]!, lengths[pattern]!];
    if (place < this.#from || place >= this.#to || place + length > this.#length) return;
    for (let at = 0; at < length; at++)
      if ((this.#bytes[place + at]! & masks[start + at]!) !== values[start + at]!) return;
    if (this.#count < this.hits.length) this.hits[this.#count] = (place - this.#from) * patternFactor + pattern;
    this.#count++;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
