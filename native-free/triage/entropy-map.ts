/**
 * How full a medium is and of what: blocks of zeros are counted, and one block of 4 KiB in every 64 KiB is measured, at a
 * place that follows from its number, so that the same medium gives the same map and no pattern of a format hides from it.
 */

export const mapCells = 64;
export const blockBytes = 4096;
const stretchBytes = 16 * blockBytes;
/** Bits per byte; 4 KiB of random bytes measure 7.95. */
export const highEntropy = 7.9;

const zeros = Buffer.alloc(256 * 1024);

/** n·log2(n) for all counts that one block can have. */
const weights = Float64Array.from({ length: blockBytes + 1 }, (_, n) => (n === 0 ? 0 : n * Math.log2(n)));
const bitsOfBlock = Math.log2(blockBytes);

export interface EntropySummary {
  /** Bytes of the medium that a cell stands for. */
  readonly cellBytes: number;
  /** Mean entropy in bits per byte, two digits, of the blocks measured in each cell; null where none was. */
  readonly cells: readonly (number | null)[];
  /** Blocks that were measured. */
  readonly measured: number;
  /** Of those, above 7.9 bits per byte: compressed or encrypted. */
  readonly high: number;
}

export class EntropyMap {
  /** Blocks of 4 KiB, a shorter last one of a slot included. */
  blocks = 0;
  empty = 0;
  measured = 0;
  high = 0;
  readonly #fixed: boolean;
  readonly #sums = new Float64Array(mapCells);
  readonly #counts = new Uint32Array(mapCells);
  readonly #histogram = new Uint32Array(256);
  #cellBytes: number;

  /** `size` null: cells grow as the medium turns out to be larger. */
  constructor(size: number | null) {
    this.#fixed = size !== null;
    this.#cellBytes = size === null ? stretchBytes : cellBytesOf(size);
  }

  /** Allocates nothing. */
  look(bytes: Uint8Array, at: number): void {
    const count = Math.ceil(bytes.length / blockBytes);
    this.blocks += count;
    const allZero = isZero(bytes, 0, bytes.length);
    this.empty += allZero ? count : emptyBlocks(bytes);
    for (let start = 0; start + blockBytes <= bytes.length; start += stretchBytes) {
      const whole = Math.floor(Math.min(stretchBytes, bytes.length - start) / blockBytes);
      const place = start + blockBytes * (mixed((at + start) / stretchBytes) % whole);
      this.#add(at + place, allZero ? 0 : this.#entropy(bytes, place));
    }
  }

  summary(): EntropySummary {
    const cells = Array.from(this.#sums, (sum, cell) => {
      const count = this.#counts[cell] ?? 0;
      return count === 0 ? null : Math.round((sum / count) * 100) / 100;
    });
    return { cellBytes: this.#cellBytes, cells, measured: this.measured, high: this.high };
  }

  #add(at: number, entropy: number): void {
    while (!this.#fixed && at >= this.#cellBytes * mapCells) this.#widen();
    const cell = Math.min(mapCells - 1, Math.floor(at / this.#cellBytes));
    this.#sums[cell]! += entropy;
    this.#counts[cell]! += 1;
    this.measured += 1;
    if (entropy > highEntropy) this.high += 1;
  }

  /** Two cells become one. */
  #widen(): void {
    for (let cell = 0; cell < mapCells; cell++) {
      const from = cell * 2;
      this.#sums[cell] = from < mapCells ? this.#sums[from]! + this.#sums[from + 1]! : 0;
      this.#counts[cell] = from < mapCells ? this.#counts[from]! + this.#counts[from + 1]! : 0;
    }
    this.#cellBytes *= 2;
  }

  #entropy(bytes: Uint8Array, from: number): number {
    const histogram = this.#histogram;
    histogram.fill(0);
    for (let at = from; at < from + blockBytes; at += 4) {
      histogram[bytes[at]!]!++;
      histogram[bytes[at + 1]!]!++;
      histogram[bytes[at + 2]!]!++;
      histogram[bytes[at + 3]!]!++;
    }
    let sum = 0;
    for (let value = 0; value < 256; value++) sum += weights[histogram[value]!]!;
    return bitsOfBlock - sum / blockBytes;
  }
}

/** Whole blocks, so that the cells cover the medium. */
function cellBytesOf(size: number): number {
  return Math.max(1, Math.ceil(size / mapCells / blockBytes)) * blockBytes;
}

/** A number from a number, without pattern (the finaliser of MurmurHash3). */
function mixed(value: number): number {
  let n = Math.floor(value) | 0;
  n = Math.imul(n ^ (n >>> 16), 0x85eb_ca6b);
  n = Math.imul(n ^ (n >>> 13), 0xc2b2_ae35);
  return (n ^ (n >>> 16)) >>> 0;
}

function emptyBlocks(bytes: Uint8Array): number {
  let empty = 0;
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const end = Math.min(bytes.length, at + blockBytes);
    // Most blocks with content show it at once; only the others are worth a call.
    if (bytes[at] === 0 && bytes[end - 1] === 0 && bytes[(at + end) >> 1] === 0 && isZero(bytes, at, end)) empty += 1;
  }
  return empty;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += zeros.length) {
    const end = Math.min(to, at + zeros.length);
    if (zeros.compare(bytes, at, end, 0, end - at) !== 0) return false;
  }
  return true;
}
