/** Huffman tables of JPEG as tables to look bits up in. Spec: ITU-T T.81 annex C and F.2.2. */

/** Bits that are looked up at once; longer codes are searched by their length. */
const quickBits = 10;
export const quickShift = 32 - quickBits;

/** An entry is 0 where no code begins with the bits, else bits in its low byte and a meaning above. */
export interface HuffmanTable {
  /** By the next bits: bits of the code, and the byte that it stands for. 0 also for longer codes. */
  readonly quick: Uint16Array;
  /** The same for AC coefficients: bits of code and value, and by how many coefficients it leads on. */
  readonly quickSkip: Uint16Array;
  /** The same for as many as two of them, where the first one does not end the block. */
  readonly quickPair: Uint16Array;
  /** By length: behind the last code of it, as the first 16 bits. */
  readonly ends: Int32Array;
  /** By length: what is added to a code to get the index of its symbol. */
  readonly offsets: Int32Array;
  readonly symbols: Uint8Array;
}

/** More than all coefficients of a block: tells its end from a run that leaves the block. */
export const endOfBlock = 128;

const codeBits = 16;
const zeroRun = 0xf0;

/** Of the counts of codes per length 1 to 16 and the symbols in order; null where they are no prefix code. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable | null {
  const quick = new Uint16Array(1 << quickBits);
  const quickSkip = new Uint16Array(1 << quickBits);
  const ends = new Int32Array(codeBits + 1);
  const offsets = new Int32Array(codeBits + 1);
  let at = 0;
  let next = 0;
  for (let bits = 1; bits <= codeBits; bits++) {
    const width = 1 << (codeBits - bits);
    offsets[bits] = next - at / width;
    for (let i = counts[bits - 1] as number; i > 0; i--) {
      const value = symbols[next++] as number;
      if (bits <= quickBits) {
        const [from, to] = [at >> (codeBits - quickBits), (at + width) >> (codeBits - quickBits)];
        quick.fill((value << 8) | bits, from, to);
        quickSkip.fill(skipOf((value << 8) | bits), from, to);
      }
      at += width;
    }
    if (at > 1 << codeBits) return null;
    ends[bits] = at;
  }
  if (next === 0) return null;
  return { quick, quickSkip, quickPair: pairsOf(quick, quickSkip), ends, offsets, symbols: symbols.slice() };
}

function pairsOf(quick: Uint16Array, quickSkip: Uint16Array): Uint16Array {
  const pairs = quickSkip.slice();
  for (let i = 0; i < pairs.length; i++) {
    const first = quickSkip[i] as number;
    const used = first & 0xff;
    if (first === 0 || first >>> 8 >= endOfBlock || used >= quickBits) continue;
    const rest = (i << used) & (pairs.length - 1);
    const second = quickSkip[rest] as number;
    // All bits of the second code must be among those that were looked up.
    if (second > 0 && ((quick[rest] as number) & 0xff) <= quickBits - used) pairs[i] = first + second;
  }
  return pairs;
}

/** Code and byte that the bits of `word` begin with, the first one on top; 0 where they are none. */
export function symbolOf(table: HuffmanTable, word: number): number {
  const entry = table.quick[word >>> quickShift] as number;
  return entry !== 0 ? entry : longSymbol(table, word >>> codeBits);
}

function longSymbol({ ends, offsets, symbols }: HuffmanTable, peek: number): number {
  for (let bits = quickBits + 1; bits <= codeBits; bits++) {
    if (peek >= (ends[bits] as number)) continue;
    const index = (peek >>> (codeBits - bits)) + (offsets[bits] as number);
    return ((symbols[index] as number) << 8) | bits;
  }
  return 0;
}

/** The same for a code too long for `quickSkip`. */
export const longSkip = (table: HuffmanTable, word: number): number => skipOf(longSymbol(table, word >>> codeBits));

/** Symbols of AC coefficients: run of zeros in the high four bits, bits of the value in the low ones. */
function skipOf(entry: number): number {
  const value = entry >>> 8;
  const bits = entry & 0xff;
  const size = value & 15;
  if (size > 0) return (((value >> 4) + 1) << 8) | (bits + size);
  if (value === zeroRun) return (16 << 8) | bits;
  return value === 0 && bits > 0 ? (endOfBlock << 8) | bits : 0;
}
