/**
 * Where text stops being text. Text has no length of its own: in unallocated space a file of text ends at the zeros that fill its last
 * sector, or where the bytes of something else begin.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { CarveWindow } from "../carve-window.ts";
import { peek } from "../peek.ts";

const tab = 9;
const lineFeed = 10;
const formFeed = 12;
const carriageReturn = 13;
const escape = 27;

/** 1 where a byte can stand in text of any encoding of one byte or of UTF-8; ESC is in Japanese mail. */
const textBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte !== 0x7f) || [tab, lineFeed, formFeed, carriageReturn, escape].includes(byte) ? 1 : 0,
);

export const isTextByte = (byte: number): boolean => textBytes[byte] === 1;

/** Whether what stands at `at` is text for at least `count` bytes (at most 64). */
export function beginsAsText(source: ByteSource, at: number, end: number, count: number): boolean {
  const head = peek(source, at, end);
  for (let i = 0; i < count; i++) if (textBytes[head[i]!] === 0) return false;
  return true;
}

const stretchBytes = 1 << 14;

/** Byte after byte of a long text: as the window of a carver, and several times as fast, since it holds a stretch of its own. */
export class TextBytes {
  readonly #window: CarveWindow;
  readonly #bytes = new Uint8Array(stretchBytes);
  #from = 0;
  #count = 0;

  constructor(window: CarveWindow) {
    this.#window = window;
  }

  /** Zero behind the end. */
  u8(at: number): number {
    const place = at - this.#from;
    return place >= 0 && place < this.#count ? this.#bytes[place]! : this.#load(at);
  }

  #load(at: number): number {
    const count = Math.max(0, Math.min(stretchBytes, this.#window.end - at));
    if (count === 0) return 0;
    // A little of what was before stays: marks are looked at from their ends.
    this.#from = Math.max(0, at - 64);
    this.#count = Math.min(stretchBytes, this.#window.end - this.#from);
    this.#window.source.readInto(this.#bytes.subarray(0, this.#count), this.#from);
    return this.#bytes[at - this.#from]!;
  }
}

/** Blank bytes behind a mark that are taken for its file's. */
const longestTail = 64;

/**
 * Behind the line end that follows a closing mark, or behind up to `most` of them; and behind all space where zeros or nothing come next.
 */
export function behindLineEnds(window: CarveWindow, at: number, most = 1): number {
  let lines = at;
  for (let i = 0; i < most && isLineEnd(window.u8(lines)); i++) {
    lines += window.u8(lines) === carriageReturn && window.u8(lines + 1) === lineFeed ? 2 : 1;
  }
  let blanks = lines;
  while (isBlank(window.u8(blanks)) && blanks - at < longestTail) blanks++;
  return Math.min(isPadded(window, blanks) ? blanks : lines, Math.max(at, window.end));
}

const isLineEnd = (byte: number): boolean => byte === lineFeed || byte === carriageReturn;
const isBlank = (byte: number): boolean =>
  byte === lineFeed || byte === carriageReturn || byte === 0x20 || byte === tab;

/** Whether nothing but zeros, or nothing at all, stands behind a place: the rest of a sector whose file has ended. */
export const isPadded = (window: CarveWindow, at: number): boolean => !window.has(at, 1) || window.u8(at) === 0;

/** One line at a time; the fields are those of the line last read. */
export class Line {
  start = 0;
  /** Without CR and LF. */
  end = 0;
  /** Behind CR and LF. */
  to = 0;
  /** It ends in LF; else a byte that is no text, or the end, or its own length cut it off. */
  isWhole = false;
  readonly window: CarveWindow;

  readonly #bytes: TextBytes;

  constructor(window: CarveWindow) {
    this.window = window;
    this.#bytes = new TextBytes(window);
  }

  /** Reads the line at `at`; false where nothing of one is there. */
  read(at: number): boolean {
    const bytes = this.#bytes;
    const last = Math.min(this.window.end, at + longestLine);
    let place = at;
    let byte = 0;
    while (place < last && textBytes[(byte = bytes.u8(place))] === 1 && byte !== lineFeed) place++;
    this.start = at;
    this.isWhole = place < last && byte === lineFeed;
    this.to = this.isWhole ? place + 1 : place;
    this.end = this.isWhole && place > at && bytes.u8(place - 1) === carriageReturn ? place - 1 : place;
    return this.to > at;
  }

  get length(): number {
    return this.end - this.start;
  }

  get isBlank(): boolean {
    for (let at = this.start; at < this.end; at++) if (!isBlank(this.window.u8(at))) return false;
    return true;
  }

  /** Whether the line begins with the text, ASCII letters in either case. */
  startsWith(text: string): boolean {
    if (text.length > this.length) return false;
    for (let i = 0; i < text.length; i++) {
      const byte = this.window.u8(this.start + i);
      const wanted = text.charCodeAt(i);
      if (byte !== wanted && (byte ^ 0x20) !== wanted) return false;
      if (byte !== wanted && !isLetter(byte)) return false;
    }
    return true;
  }

  /** At most 1,000 characters, one per byte. */
  text(): string {
    return Buffer.from(this.window.bytes(this.start, Math.min(this.length, 1000))).toString("latin1");
  }
}

const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/** A line without end is one of a file without lines. */
const longestLine = 1 << 20;
