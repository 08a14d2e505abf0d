/**
 * LZ4 blocks, encoded and decoded. A block is a row of sequences: token, literals, offset, match; the last has literals only.
 * Specification: lz4, "LZ4 Block Format Description" (2022-07-31). Not here: the frame format, dictionaries.
 * The encoder is greedy with one hash table, as the format's fast mode is; the same input gives the same block on every machine.
 */
import { copyBytes } from "../bytes/copy-bytes.ts";

const MIN_MATCH = 4;
/** "End of block conditions" 2: the last bytes are always literals. */
const LAST_LITERALS = 5;
/** The same, 3: no match begins behind this place from the end. */
const MATCH_LIMIT = 12;
/** Longest input of the encoder: no offset is too long for the format. */
export const MOST_LZ4_INPUT = 0x1_0000;
const HASH = 0x9e37_79b1 | 0;
const TABLE_BITS = 12;
const HASH_SHIFT = 32 - TABLE_BITS;
/** Places without a match after which the step grows by one. */
const SKIP_SHIFT = 5;
/** Shorter stretches are copied in steps, longer ones by the runtime. */
const LONG_COPY = 96;
/** What steps of four bytes may write behind the end of a block. */
const SLACK = 16;

/** The last place of each hash. Place 0 stands for none, too: it is compared like any other. */
const table = new Uint16Array(1 << TABLE_BITS);

class Views {
  #buffer: ArrayBufferLike | null = null;
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** One view per buffer, since blocks lie in the slots of one ring. */
  of({ buffer }: Uint8Array): DataView {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#view = new DataView(buffer);
    }
    return this.#view;
  }
}

const sources = new Views();
const targets = new Views();

/** Bytes that the target of a block of `length` bytes must have. */
export function lz4Bound(length: number): number {
  return length + Math.ceil(length / 255) + SLACK;
}

/** Bytes that are equal from `a` and `b` on; `b` is the later place and stays below `end`. Places of the view. */
function equalBytes(words: DataView, a: number, b: number, end: number): number {
  const start = b;
  while (b <= end - 4) {
    const differ = words.getInt32(a, true) ^ words.getInt32(b, true);
    if (differ !== 0) return b - start + ((31 - Math.clz32(differ & -differ)) >>> 3);
    a += 4;
    b += 4;
  }
  while (b < end && words.getUint8(a) === words.getUint8(b)) {
    a++;
    b++;
  }
  return b - start;
}

/** Writes what exceeds 15 of a length; returns the place behind it. */
function writeLength(target: DataView, at: number, rest: number): number {
  for (; rest >= 255; rest -= 255) target.setUint8(at++, 255);
  target.setUint8(at++, rest);
  return at;
}

/** The last sequence, which has literals only, from `from` of the source on; places in `packed`, returns the one behind it. */
function writeLast(source: Uint8Array, from: number, target: Uint8Array, packed: DataView, at: number): number {
  const count = source.length - from;
  packed.setUint8(at++, count < 15 ? count << 4 : 0xf0);
  if (count >= 15) at = writeLength(packed, at, count - 15);
  copyBytes(source, from, count, target, at - target.byteOffset);
  return at + count;
}

/**
 * Encodes `source`, up to 65,536 bytes, into `target`, which has `lz4Bound(source.length)` and shares no buffer with it; returns
 * the length of the block. Bytes behind it are undefined. Gives up with 0 as soon as the block would pass `limit` bytes.
 */
export function encodeLz4Block(source: Uint8Array, target: Uint8Array, limit = Infinity): number {
  const length = source.length;
  if (length > MOST_LZ4_INPUT) throw new RangeError(`${length} bytes are more than ${MOST_LZ4_INPUT}`);
  if (target.length < lz4Bound(length)) throw new RangeError(`no room for a block of ${length} bytes`);
  const words = sources.of(source);
  const packed = targets.of(target);
  const origin = source.byteOffset;
  const begin = target.byteOffset;
  const end = origin + length;
  const last = begin + limit;
  table.fill(0);
  let anchor = origin;
  let at = origin + 1;
  let out = begin;
  let misses = 1 << SKIP_SHIFT;
  while (at <= end - MATCH_LIMIT) {
    const word = words.getInt32(at, true);
    const slot = Math.imul(word, HASH) >>> HASH_SHIFT;
    let match = table[slot]! + origin;
    table[slot] = at - origin;
    if (words.getInt32(match, true) !== word) {
      at += misses++ >>> SKIP_SHIFT;
      continue;
    }
    misses = 1 << SKIP_SHIFT;
    while (at > anchor && match > origin && words.getUint8(at - 1) === words.getUint8(match - 1)) {
      at--;
      match--;
    }
    const literals = at - anchor;
    // Literals, offset and one byte of length at least must still be below the limit.
    if (out + literals + 3 > last) break;
    const extra = equalBytes(words, match + MIN_MATCH, at + MIN_MATCH, end - LAST_LITERALS);
    packed.setUint8(out++, ((literals < 15 ? literals : 15) << 4) | (extra < 15 ? extra : 15));
    if (literals >= 15) out = writeLength(packed, out, literals - 15);
    if (literals > LONG_COPY) {
      copyBytes(source, anchor - origin, literals, target, out - begin);
    } else {
      // The last step may copy up to three bytes too many, which the next sequence overwrites.
      for (let step = 0; step < literals; step += 4)
        packed.setInt32(out + step, words.getInt32(anchor + step, true), true);
    }
    out += literals;
    packed.setUint16(out, at - match, true);
    out += 2;
    if (extra >= 15) out = writeLength(packed, out, extra - 15);
    at += MIN_MATCH + extra;
    anchor = at;
    // The place two back is likely to come again, and costs nothing to remember.
    table[Math.imul(words.getInt32(at - 2, true), HASH) >>> HASH_SHIFT] = at - 2 - origin;
  }
  const left = end - anchor;
  if (out + 1 + left + (left < 15 ? 0 : Math.ceil((left - 14) / 255)) > last) return 0;
  return writeLast(source, anchor - origin, target, packed, out) - begin;
}

/**
 * Decodes the block in `source` into `target`; returns the bytes written. -1 where the block is damaged or holds more than
 * `target`, whose content is then undefined.
 */
export function decodeLz4Block(source: Uint8Array, target: Uint8Array): number {
  const [end, room] = [source.length, target.length];
  let [at, out] = [0, 0];
  while (at < end) {
    const token = source[at++]!;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (at >= end) return -1;
        more = source[at++]!;
        literals += more;
      }
    }
    if (literals > end - at || literals > room - out) return -1;
    if (literals > LONG_COPY) {
      copyBytes(source, at, literals, target, out);
      at += literals;
      out += literals;
    } else for (const stop = at + literals; at < stop;) target[out++] = source[at++]!;
    if (at === end) return out;
    if (at + 2 > end) return -1;
    const offset = source[at]! | (source[at + 1]! << 8);
    at += 2;
    let count = (token & 15) + MIN_MATCH;
    if ((token & 15) === 15) {
      let more = 255;
      while (more === 255) {
        if (at >= end) return -1;
        more = source[at++]!;
        count += more;
      }
    }
    if (offset === 0 || offset > out || count > room - out) return -1;
    out = copyMatch(target, out, offset, count);
  }
  return -1;
}

/** Copies from earlier output, which may overlap what is being written; returns the place behind it. */
export function copyMatch(target: Uint8Array, out: number, offset: number, count: number): number {
  let from = out - offset;
  const stop = out + count;
  if (count > LONG_COPY) {
    if (offset === 1) {
      target.fill(target[from]!, out, stop);
      return stop;
    }
    // What is there already repeats: each copy doubles what the next can take.
    while (out < stop) {
      const step = Math.min(out - from, stop - out);
      target.copyWithin(out, from, from + step);
      out += step;
    }
    return stop;
  }
  while (out < stop) target[out++] = target[from++]!;
  return stop;
}
