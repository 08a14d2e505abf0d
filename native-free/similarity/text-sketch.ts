/**
 * Near-duplicate texts: a sketch of 64 numbers by one-permutation MinHash (Li, Owen, Zhang 2012) over runs of four words of the folded text,
 * empty bins filled by rotation (Shrivastava, Li 2014). The share of equal numbers of two sketches estimates the share of runs
 * that the texts have in common (Jaccard), with a standard error of about 0.06.
 */

/** Numbers of a sketch. */
export const sketchBins = 64;
const binBits = 6;
/** Words of a run. */
const runWords = 4;
/** A text of fewer runs is too short to say what it resembles. */
const fewestRuns = 12;
const empty = 0xffffffff;
const prime = 0x01000193;

const isWordUnit = new Uint8Array(128);
for (const char of "abcdefghijklmnopqrstuvwxyz0123456789") isWordUnit[char.charCodeAt(0)] = 1;

/** Takes in folded text block by block; a run that is given twice counts once, so that blocks may overlap. */
export class TextSketcher {
  readonly #bins = new Uint32Array(sketchBins).fill(empty);
  readonly #words = new Uint32Array(runWords);
  #count = 0;
  #hash = 0;
  #inWord = false;
  #runs = 0;

  add(folded: string): void {
    if (this.#inWord) this.#endWord();
    for (let at = 0; at < folded.length; at++) {
      const unit = folded.charCodeAt(at);
      if (unit >= 128 || isWordUnit[unit] === 1) {
        if (!this.#inWord) this.#hash = 0x811c9dc5;
        this.#inWord = true;
        this.#hash = Math.imul(this.#hash ^ unit, prime);
      } else if (this.#inWord) this.#endWord();
    }
  }

  /** 64 numbers of 32 bits; null where the text is too short. */
  finish(): Uint32Array | null {
    if (this.#inWord) this.#endWord();
    if (this.#runs < fewestRuns) return null;
    return densified(this.#bins);
  }

  #endWord(): void {
    this.#inWord = false;
    const words = this.#words;
    words[this.#count % runWords] = this.#hash;
    this.#count += 1;
    if (this.#count < runWords) return;
    let hash = 0x9747b28c;
    for (let back = runWords; back > 0; back--) hash = mixed(hash ^ (words[(this.#count - back) % runWords] as number));
    hash = mixed(hash);
    this.#runs += 1;
    const bin = hash >>> (32 - binBits);
    // The other bits decide within the bin; never the mark of an empty one.
    const value = (hash << binBits) >>> 0;
    if (value < (this.#bins[bin] as number)) this.#bins[bin] = value;
  }
}

/** Finaliser of MurmurHash3 (Appleby, public domain): every bit of the input changes every bit of the result. */
function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** An empty bin takes the number of the next full one, with its distance mixed in. */
function densified(bins: Uint32Array): Uint32Array {
  const full = new Uint32Array(sketchBins);
  for (let bin = 0; bin < sketchBins; bin++) {
    let distance = 0;
    while (bins[(bin + distance) % sketchBins] === empty) distance += 1;
    const value = bins[(bin + distance) % sketchBins] as number;
    full[bin] = distance === 0 ? value : mixed(value + Math.imul(distance, 0x9e3779b9));
  }
  return full;
}

/** Estimated share of runs of words in common, 0 to 1. */
export function likeness(a: Uint32Array, b: Uint32Array): number {
  let equal = 0;
  for (let bin = 0; bin < sketchBins; bin++) if (a[bin] === b[bin]) equal += 1;
  return equal / sketchBins;
}
