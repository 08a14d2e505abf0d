/**
 * Finds text in UTF-16 among other bytes, and squeezes it into one byte for each character, as those see it who look for identifiers.
 *
 * A narrow character is printable ASCII, tab, line feed or carriage return. A run holds so many of them in a row and goes on to both
 * sides over narrow characters and letters below U+0700. Not found: text of other scripts only, and of characters above that.
 */
import { copyBytes } from "../bytes/copy-bytes.ts";
import type { TextView } from "../entities/entity.ts";
import { kernelExports, type KernelMemory, type KernelNumber } from "./scan-module.ts";
import { wideRunsBase64 } from "./scan-wasm.ts";

export type WideEncoding = "utf-16le" | "utf-16be";

/**
 * `squeezed` is valid during the call only and begins with 0: its place `i` is that of the byte `start + 2·i`. A character that is not
 * ASCII is 0x80 there.
 */
type OnRun = (squeezed: TextView, start: number, encoding: WideEncoding) => void;

/** Rows of narrow characters are looked for in this length at most; longer ones are counted then. */
const mostRow = 4;

/** A run ends where so many letters stand in a row without a narrow character: words are shorter, binary data are not. */
const mostLetters = 40;

/** The least and the most low byte of what is accepted, by the high byte from 0 to 6. Narrow characters are accepted besides. */
const letterRanges = [0xa0, 0xff, 0, 0xff, 0, 0x4f, 0x70, 0xff, 0, 0xff, 0, 0xf4, 0x0c, 0xff];

const narrow = Uint8Array.from({ length: 256 }, (_, code) =>
  (code >= 0x20 && code <= 0x7e) || code === 9 || code === 10 || code === 13 ? 1 : 0,
);

function isAccepted(high: number, low: number): boolean {
  if (high === 0 && narrow[low] === 1) return true;
  return high <= 6 && low >= letterRanges[high * 2]! && low <= letterRanges[high * 2 + 1]!;
}

/** Finds where narrow characters stand in a row. */
export interface AnchorFinder {
  /** Sets the bytes; those from `to` on are not looked at. */
  begin(bytes: Uint8Array, to: number): void;
  /** The first place at or behind `from` where `count` (1 to 4) stand in a row, in either order of bytes; `to` where none do. */
  next(from: number, count: number): number;
}

/** How many narrow characters stand in a row from `at` on, up to `most`. */
function rowFrom(bytes: Uint8Array, at: number, to: number, isBig: boolean, most: number): number {
  let count = 0;
  for (let place = at; count < most && place + 1 < to; place += 2, count++) {
    const high = bytes[isBig ? place : place + 1]!;
    if (high !== 0 || narrow[bytes[isBig ? place + 1 : place]!] === 0) break;
  }
  return count;
}

/** The definition. */
export class DefinedAnchors implements AnchorFinder {
  #bytes: Uint8Array = new Uint8Array(0);
  #to = 0;

  begin(bytes: Uint8Array, to: number): void {
    this.#bytes = bytes;
    this.#to = to;
  }

  next(from: number, count: number): number {
    const bytes = this.#bytes;
    const to = this.#to;
    for (let at = from; at + 1 < to; at++) {
      const isBig = bytes[at] === 0;
      if (isBig === (bytes[at + 1] === 0)) continue;
      if (rowFrom(bytes, at, to, isBig, count) === count) return at;
    }
    return to;
  }
}

interface Exports {
  readonly memory: KernelMemory;
  readonly inputAt: KernelNumber;
  readonly mostInput: KernelNumber;
  anchor(from: number, length: number, count: number): number;
}

class WasmAnchors implements AnchorFinder {
  readonly #exports: Exports;
  readonly #memory: Uint8Array;
  #bytes: Uint8Array = new Uint8Array(0);
  #to = 0;
  /** What of the bytes lies in the input. */
  #loadedFrom = 0;
  #loadedTo = 0;

  constructor(exports: Exports) {
    this.#exports = exports;
    this.#memory = new Uint8Array(exports.memory.buffer);
  }

  begin(bytes: Uint8Array, to: number): void {
    this.#bytes = bytes;
    this.#to = to;
    this.#loadedFrom = 0;
    this.#loadedTo = 0;
  }

  next(from: number, count: number): number {
    const shared = 2 * count - 1;
    for (let at = from; at < this.#to;) {
      if (at < this.#loadedFrom || (at + shared >= this.#loadedTo && this.#loadedTo < this.#to)) this.#load(at);
      if (at >= this.#loadedTo) this.#load(at);
      const length = this.#loadedTo - this.#loadedFrom;
      const found = this.#exports.anchor(at - this.#loadedFrom, length, count);
      if (found < length) return this.#loadedFrom + found;
      if (this.#loadedTo === this.#to) break;
      at = this.#loadedTo - shared;
    }
    return this.#to;
  }

  #load(at: number): void {
    const length = Math.min(this.#exports.mostInput.value, this.#to - at);
    copyBytes(this.#bytes, at, length, this.#memory, this.#exports.inputAt.value);
    this.#loadedFrom = at;
    this.#loadedTo = at + length;
  }
}

let made: AnchorFinder | undefined;

function anchors(): AnchorFinder {
  const exports = made ? null : (kernelExports(wideRunsBase64) as Exports | null);
  made ??= exports ? new WasmAnchors(exports) : new DefinedAnchors();
  return made;
}

interface Reading {
  readonly start: number;
  readonly end: number;
  readonly isBig: boolean;
  /** Narrow characters in it. */
  readonly narrow: number;
  /** Whether it has letters from U+0100 on. */
  readonly isMixed: boolean;
}

/**
 * Calls for every run of UTF-16 text with at least `minimum` narrow characters in a row that lies wholly in [from, to), in the order of
 * their places; runs do not overlap. `found` must not call this function.
 */
export function forEachWideRun(
  bytes: Uint8Array,
  from: number,
  to: number,
  minimum: number,
  found: OnRun,
  finder: AnchorFinder = anchors(),
): void {
  const count = Math.max(1, Math.min(mostRow, minimum));
  finder.begin(bytes, to);
  for (let floor = from; floor < to;) {
    const at = finder.next(floor, count);
    if (at >= to) return;
    const isBig = bytes[at] === 0;
    const first = readingAt(bytes, at, floor, to, isBig);
    let run = hasRow(bytes, first, minimum) ? first : null;
    // Followed only where it counts, so that no byte is read often.
    if (rowFrom(bytes, at + 1, to, !isBig, minimum) === minimum) {
      const other = readingAt(bytes, at + 1, floor, to, !isBig);
      if (!run || isLikelier(other, run)) run = other;
    }
    if (run) {
      found(squeeze(bytes, run), run.start, run.isBig ? "utf-16be" : "utf-16le");
    }
    floor = (run ?? first).end;
  }
}

function readingAt(bytes: Uint8Array, at: number, floor: number, to: number, isBig: boolean): Reading {
  const [high, low] = isBig ? [0, 1] : [1, 0];
  let [start, end, count, isMixed, letters] = [at, at, 0, false, 0];
  for (let place = at - 2; place >= floor && letters < mostLetters; place -= 2) {
    const code = bytes[place + low]!;
    if (!isAccepted(bytes[place + high]!, code)) break;
    const isNarrow = bytes[place + high] === 0 && code < 0x80;
    letters = isNarrow ? 0 : letters + 1;
    if (isNarrow) count++;
    if (bytes[place + high] !== 0) isMixed = true;
    start = place;
  }
  letters = 0;
  for (let place = at; place + 1 < to && letters < mostLetters; place += 2) {
    const code = bytes[place + low]!;
    if (!isAccepted(bytes[place + high]!, code)) break;
    const isNarrow = bytes[place + high] === 0 && code < 0x80;
    letters = isNarrow ? 0 : letters + 1;
    if (isNarrow) count++;
    if (bytes[place + high] !== 0) isMixed = true;
    end = place + 2;
  }
  return { start, end, isBig, narrow: count, isMixed };
}

/**
 * Text whose other neighbour is a zero reads the same in both orders, one byte apart. The reading with more narrow characters is taken,
 * unless letters of other scripts, which look like narrow ones in the wrong order, make that unsure; text lies at even places where
 * nothing else speaks.
 */
function isLikelier(a: Reading, b: Reading): boolean {
  const isUnsure = a.narrow === b.narrow || (a.isMixed && b.isMixed);
  return isUnsure ? (a.start & 1) === 0 : a.narrow > b.narrow;
}

function hasRow(bytes: Uint8Array, { start, end, isBig }: Reading, minimum: number): boolean {
  if (minimum <= mostRow) return true;
  for (let at = start; at < end;) {
    const count = rowFrom(bytes, at, end, isBig, minimum);
    if (count >= minimum) return true;
    at += 2 * count + 2;
  }
  return false;
}

let buffer = new Uint8Array(1 << 14);

function squeeze(bytes: Uint8Array, { start, end, isBig }: Reading): TextView {
  const length = (end - start) >> 1;
  if (length > buffer.length) buffer = new Uint8Array(2 ** Math.ceil(Math.log2(length)));
  const out = buffer;
  const [high, low] = isBig ? [0, 1] : [1, 0];
  for (let i = 0, at = start; i < length; i++, at += 2) {
    const code = bytes[at + low]!;
    out[i] = bytes[at + high] === 0 && code < 0x80 ? code : 0x80;
  }
  return { bytes: out, from: 0, to: length };
}
