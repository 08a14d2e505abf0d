/**
 * Strings of workbooks (MS-XLS 2.5.240, 2.5.293 and 2.5.294): one or two bytes a character, with runs of formatting and phonetic data
 * behind, and cut by the borders of records, after which a new flag says how the characters go on.
 */
import { Buffer } from "node:buffer";
import { decodeCodePage } from "../../compound/code-page.ts";

/** Data of a record and of those that continue it. */
export type Segments = readonly Uint8Array[];

const flag = { wide: 1, phonetic: 4, rich: 8 } as const;

export class StringReader {
  readonly #segments: Segments;
  #segment = 0;
  #at: number;

  constructor(segments: Segments, at = 0) {
    this.#segments = segments;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    this.#advance();
    return this.#segment >= this.#segments.length;
  }

  byte(): number {
    this.#advance();
    return this.#segments[this.#segment]?.[this.#at++] ?? 0;
  }

  u16(): number {
    return this.byte() | (this.byte() << 8);
  }

  u32(): number {
    return this.u16() + this.u16() * 65_536;
  }

  /** A string with its length in front. */
  rich(): string {
    const chars = this.u16();
    const flags = this.byte();
    const runs = (flags & flag.rich) !== 0 ? this.u16() : 0;
    const phonetic = (flags & flag.phonetic) !== 0 ? this.u32() : 0;
    const text = this.chars(chars, (flags & flag.wide) !== 0);
    this.skip(4 * runs + phonetic);
    return text;
  }

  /** Characters alone; where a record ends among them, the next begins with a flag of its own. */
  chars(count: number, wide: boolean): string {
    let text = "";
    let [left, isWide] = [count, wide];
    while (left > 0) {
      const segment = this.#segments[this.#segment];
      if (!segment) break;
      const width = isWide ? 2 : 1;
      const take = Math.min(left, Math.floor((segment.length - this.#at) / width));
      const bytes = segment.subarray(this.#at, this.#at + take * width);
      text += Buffer.from(bytes).toString(isWide ? "utf16le" : "latin1");
      this.#at += take * width;
      left -= take;
      if (left === 0) break;
      this.#segment++;
      this.#at = 0;
      isWide = (this.#segments[this.#segment]?.[this.#at++] ?? 0) === 1;
    }
    return text.replaceAll("\0", "").toWellFormed();
  }

  skip(count: number): void {
    let left = count;
    while (left > 0 && this.#segment < this.#segments.length) {
      const here = Math.min(left, this.#segments[this.#segment]!.length - this.#at);
      this.#at += here;
      left -= here;
      if (left > 0) this.#next();
    }
  }

  #next(): void {
    this.#segment++;
    this.#at = 0;
  }

  #advance(): void {
    while (this.#segment < this.#segments.length && this.#at >= this.#segments[this.#segment]!.length) this.#next();
  }
}

/** A string of a record of BIFF 8 (with a flag) or older (bytes of the code page), its length in one byte or two. */
export function stringAt(data: Uint8Array, at: number, lengthBytes: 1 | 2, form: TextForm): string {
  if (at + lengthBytes > data.length) return "";
  const count = data[at]! | (lengthBytes === 2 ? data[at + 1]! << 8 : 0);
  return charsAt(data, at + lengthBytes, count, form);
}

/** How a workbook keeps text. */
export interface TextForm {
  /** BIFF 8: strings have a flag that says how wide they are. */
  readonly hasFlags: boolean;
  readonly codePage: number;
}

export function charsAt(data: Uint8Array, at: number, count: number, form: TextForm): string {
  if (!form.hasFlags) return decodeCodePage(data.subarray(at, at + count), form.codePage).replaceAll("\0", "");
  const wide = ((data[at] ?? 0) & flag.wide) !== 0;
  return new StringReader([data], at + 1).chars(count, wide);
}
