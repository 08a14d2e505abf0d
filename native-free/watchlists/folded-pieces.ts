/**
 * A text folded in pieces, so that the way back from a hit is made for its surroundings only: making it costs several times the fold.
 * A piece begins with an ASCII letter or digit behind an ASCII space, where the fold of what is before and of what is behind do not
 * depend on each other.
 */
import { fold, foldWithMap, originalRange, type FoldedText } from "../model/fold.ts";

/** UTF-16 units of a piece, at least. */
const pieceUnits = 1024;

/** The fold of ASCII is lower case, place by place. U+0000 becomes a space. */
const ascii = /^[\u0000-\u007f]*$/;

export class FoldedPieces {
  readonly folded: string;
  readonly #text: string;
  /** Where each piece begins in the text and in its fold; ends with the lengths. */
  readonly #from: number[] = [0];
  readonly #foldedFrom: number[] = [0];
  #mapped = -1;
  #map: FoldedText | null = null;

  constructor(text: string) {
    this.#text = text;
    const parts: string[] = [];
    for (let at = 0; at < text.length;) {
      const end = pieceEnd(text, at + pieceUnits);
      const part = fold(at === 0 && end === text.length ? text : text.slice(at, end));
      parts.push(part);
      this.#from.push(end);
      this.#foldedFrom.push((this.#foldedFrom.at(-1) as number) + part.length);
      at = end;
    }
    this.folded = parts.length === 1 ? (parts[0] as string) : parts.join("");
  }

  /** Offsets in the text of a stretch of the fold (not empty). */
  original(from: number, to: number): { start: number; end: number } {
    const first = this.#pieceAt(from);
    const last = this.#pieceAt(to - 1);
    const { start } = this.#rangeIn(first, from, first === last ? to : from + 1);
    const { end } = this.#rangeIn(last, first === last ? from : to - 1, to);
    return { start, end };
  }

  #rangeIn(piece: number, from: number, to: number): { start: number; end: number } {
    const before = this.#foldedFrom[piece] as number;
    const start = this.#from[piece] as number;
    const map = this.#mapOf(piece);
    if (map === null) return { start: from - before + start, end: to - before + start };
    const range = originalRange(map, from - before, to - before);
    return { start: range.start + start, end: range.end + start };
  }

  /** Null for a piece of ASCII. */
  #mapOf(piece: number): FoldedText | null {
    if (this.#mapped !== piece) {
      const text = this.#text.slice(this.#from[piece], this.#from[piece + 1]);
      this.#map = ascii.test(text) ? null : foldWithMap(text);
      this.#mapped = piece;
    }
    return this.#map;
  }

  #pieceAt(at: number): number {
    let low = 0;
    let high = this.#foldedFrom.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#foldedFrom[middle] as number) <= at) low = middle;
      else high = middle;
    }
    return low;
  }
}

function pieceEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const before = text.charCodeAt(at - 1);
    if (before !== 0x20 && before !== 0x0a) continue;
    const unit = text.charCodeAt(at);
    if ((unit >= 0x30 && unit <= 0x39) || ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a && unit < 0x80)) return at;
  }
  return text.length;
}
