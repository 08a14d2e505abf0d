/** Tokens of Rich Text Format (RTF 1.9.1, "RTF syntax"), read in windows: groups, control words, bytes of text, binary data. */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";

export type TokenKind = "open" | "close" | "word" | "symbol" | "text" | "binary" | "end";

const windowBytes = 1 << 18;
/** A control word and its number are never longer than this. */
const mostWordBytes = 64;

const [openBrace, closeBrace, backslash, lineFeed, carriageReturn, space, minus, quote] = [
  0x7b, 0x7d, 0x5c, 0x0a, 0x0d, 0x20, 0x2d, 0x27,
];

const isLetter = (byte: number): boolean => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

export class Tokens {
  kind: TokenKind = "end";
  /** Of a control word, without the backslash. */
  word = "";
  /** Its number; null where it has none. */
  value: number | null = null;
  /** Text, or the one byte of a symbol (`\'hh`: the byte that is meant). Borrowed until the next token. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the token starts in the source, and of binary data where the data start. */
  at = 0;
  /** Bytes of binary data. */
  length = 0;
  /** True where a symbol stands for a byte of text. */
  isByte = false;
  readonly #source: ByteSource;
  #window: Uint8Array = new Uint8Array(0);
  #base = 0;
  #place = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  next(): TokenKind {
    this.#fill();
    this.at = this.#base + this.#place;
    if (this.#place >= this.#window.length) return (this.kind = "end");
    const byte = this.#window[this.#place]!;
    if (byte === openBrace || byte === closeBrace) {
      this.#place++;
      return (this.kind = byte === openBrace ? "open" : "close");
    }
    return byte === backslash ? this.#control() : this.#text();
  }

  /** Moves on to a byte of the source. */
  #seek(at: number): void {
    this.#base = Math.min(this.#source.size, at);
    this.#place = 0;
    this.#window = readRange(this.#source, this.#base, windowBytes);
  }

  #fill(): void {
    const left = this.#window.length - this.#place;
    if (left < mostWordBytes && this.#base + this.#window.length < this.#source.size)
      this.#seek(this.#base + this.#place);
  }

  /** Ends of lines belong to the file, not to the text. */
  #text(): TokenKind {
    let end = this.#place;
    const window = this.#window;
    while (end < window.length) {
      const byte = window[end]!;
      if (byte === backslash || byte === openBrace || byte === closeBrace) break;
      if (byte === lineFeed || byte === carriageReturn) break;
      end++;
    }
    this.bytes = window.subarray(this.#place, end);
    if (end < window.length && (window[end] === lineFeed || window[end] === carriageReturn)) end++;
    this.#place = end;
    return (this.kind = "text");
  }

  #control(): TokenKind {
    const window = this.#window;
    const first = window[this.#place + 1] ?? space;
    if (!isLetter(first)) return this.#symbol(first);
    let at = this.#place + 1;
    const stop = Math.min(window.length, at + 32);
    while (at < stop && isLetter(window[at]!)) at++;
    this.word = String.fromCharCode(...window.subarray(this.#place + 1, at));
    const sign = window[at] === minus ? 1 : 0;
    let end = at + sign;
    while (end < window.length && end < at + 12 && isDigit(window[end]!)) end++;
    const hasValue = end > at + sign;
    this.value = hasValue ? Number(String.fromCharCode(...window.subarray(at, end))) : null;
    if (!hasValue) end = at;
    if (window[end] === space) end++;
    this.#place = end;
    return this.word === "bin" && (this.value ?? 0) > 0 ? this.#binary(this.value!) : (this.kind = "word");
  }

  #binary(length: number): TokenKind {
    this.at = this.#base + this.#place;
    this.length = Math.min(length, this.#source.size - this.at);
    this.#seek(this.at + this.length);
    return (this.kind = "binary");
  }

  #symbol(byte: number): TokenKind {
    this.isByte = byte === quote;
    if (byte === quote) {
      const hex = String.fromCharCode(...this.#window.subarray(this.#place + 2, this.#place + 4));
      this.isByte = /^[0-9a-f]{2}$/i.test(hex);
      this.bytes = Uint8Array.of(this.isByte ? Number.parseInt(hex, 16) : 0);
      this.#place += this.isByte ? 4 : 2;
    } else {
      this.bytes = Uint8Array.of(byte);
      this.#place += 2;
    }
    return (this.kind = "symbol");
  }
}
