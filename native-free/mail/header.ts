/**
 * Header of a message or of a MIME part (RFC 5322 2.2, RFC 6532): fields with their place, unfolded, in the order of the
 * bytes. Lines may end in CRLF, LF or CR. A line that is no field is told; where no field follows it, the body begins.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";

export interface HeaderField {
  /** As written, without the colon. */
  readonly name: string;
  readonly lowerName: string;
  /** Unfolded, trimmed, one character per byte. */
  readonly raw: string;
}

export interface Header {
  readonly fields: readonly HeaderField[];
  /** Where the body begins; the end of the range where there is none. */
  readonly bodyAt: number;
  /** Lines in the header that are no fields. */
  readonly strayLines: number;
  /** True where the header is longer than is read. */
  readonly isCut: boolean;
}

/** Reading grows to the next of these until the header has ended. */
const stepBytes = [4096, 65_536, 1 << 20];
/** Bytes of one value that are kept. */
const valueLimit = 1 << 18;
const fieldLimit = 20_000;

const emptyHeader: Header = { fields: [], bodyAt: 0, strayLines: 0, isCut: false };

/** The header that begins at `start`; nothing at or behind `end` is looked at. */
export function readHeader(source: ByteSource, start: number, end: number): Header {
  for (const step of stepBytes) {
    const length = Math.min(step, end - start);
    const text = Buffer.from(readRange(source, start, length)).toString("latin1");
    const header = parseHeader(text, length === end - start || step === stepBytes.at(-1));
    if (header) return { ...header, bodyAt: start + header.bodyAt };
  }
  return { ...emptyHeader, bodyAt: start };
}

const fieldPattern = /^([!-9;-~\u0080-\u00ff]{1,200})[ \t]*:/;
const separatorPattern = /^>?From \S/;
const datedSeparator = /^From \S.{0,300}\d:\d\d/;

/** Null where the text ends inside the header and more may follow. */
export function parseHeader(text: string, isAll: boolean): Header | null {
  const parser = new HeaderParser();
  let at = 0;
  while (at < text.length) {
    const { end, next } = lineEnd(text, at);
    if (end === at) return parser.finish(next, false);
    const line = text.slice(at, end);
    // The next message of a mailbox ends a header that no blank line ends.
    if (at > 0 && datedSeparator.test(line)) return parser.finish(at, false);
    if (!parser.take(line, at === 0)) {
      if (!followedByField(text, next)) return parser.finish(at, false);
      parser.strayLines += 1;
    }
    if (parser.isFull) return parser.finish(next, true);
    at = next;
  }
  return isAll ? parser.finish(text.length, text.length >= stepBytes.at(-1)!) : null;
}

class HeaderParser {
  strayLines = 0;
  readonly #fields: HeaderField[] = [];
  #name = "";
  #pieces: string[] | null = null;
  #chars = 0;

  get isFull(): boolean {
    return this.#fields.length >= fieldLimit;
  }

  /** False where the line is neither a field nor the going on of one. */
  take(line: string, isFirst: boolean): boolean {
    if ((line.startsWith(" ") || line.startsWith("\t")) && this.#pieces !== null) {
      if (this.#chars < valueLimit) this.#pieces.push(line);
      this.#chars += line.length;
      return true;
    }
    const match = fieldPattern.exec(line);
    if (!match) return isFirst && separatorPattern.test(line);
    this.#close();
    this.#name = match[1]!;
    this.#pieces = [line.slice(match[0].length)];
    this.#chars = line.length;
    return true;
  }

  #close(): void {
    if (this.#pieces === null) return;
    const raw = this.#pieces.join("").trim().slice(0, valueLimit);
    this.#fields.push({ name: this.#name, lowerName: this.#name.toLowerCase(), raw });
    this.#pieces = null;
  }

  finish(bodyAt: number, isCut: boolean): Header {
    this.#close();
    return { fields: this.#fields, bodyAt, strayLines: this.strayLines, isCut };
  }
}

/** Whether one of the next few lines is a field, before any blank line. */
function followedByField(text: string, from: number): boolean {
  let at = from;
  for (let lines = 0; lines < 3 && at < text.length; lines++) {
    const { end, next } = lineEnd(text, at);
    if (end === at) return false;
    const name = fieldPattern.exec(text.slice(at, Math.min(end, at + 220)))?.[1];
    if (name !== undefined && /^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/.test(name)) return true;
    at = next;
  }
  return false;
}

/** End of the line at a place, without and with its line end. */
function lineEnd(text: string, at: number): { end: number; next: number } {
  const feed = text.indexOf("\n", at);
  const stop = feed < 0 ? text.length : feed;
  // A bare CR ends lines only where there is no LF near: old Macintosh programs.
  const carriage = text.indexOf("\r", at);
  if (carriage >= 0 && carriage < stop - 1 && feed < 0) return { end: carriage, next: carriage + 1 };
  const end = stop > at && text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop;
  return { end, next: feed < 0 ? text.length : feed + 1 };
}

/** The first value of a field, or null. */
export function valueOf(header: Header, lowerName: string): string | null {
  return header.fields.find((field) => field.lowerName === lowerName)?.raw ?? null;
}
