/** Parts of a multipart body by their delimiter lines (RFC 2046 5.1.1), found without reading line by line. */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";

const windowBytes = 1 << 18;
/** A boundary has 70 characters at most (RFC 2046 5.1.1); real ones have had more. */
export const longestBoundary = 250;

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export interface Multipart {
  readonly preamble: Stretch;
  readonly parts: readonly Stretch[];
  /** What follows the closing delimiter; null where there is none, or no closing delimiter. */
  readonly epilogue: Stretch | null;
  readonly isClosed: boolean;
  /** True where there are more parts than `partLimit`. */
  readonly isCut: boolean;
}

interface Delimiter {
  /** Of the line, its line end before it included, which belongs to it. */
  readonly start: number;
  /** Behind its own line end. */
  readonly next: number;
  readonly isClosing: boolean;
}

/** Parts between the delimiter lines of `boundary` (one character per byte) in `start` to `end`; null where there is none. */
export function splitMultipart(
  source: ByteSource,
  start: number,
  end: number,
  boundary: string,
  partLimit: number,
): Multipart | null {
  const parts: Stretch[] = [];
  let open: number | null = null;
  let preamble: Stretch | null = null;
  for (const delimiter of delimiters(source, start, end, boundary)) {
    preamble ??= { start, end: delimiter.start };
    if (open !== null) parts.push({ start: open, end: Math.max(open, delimiter.start) });
    if (delimiter.isClosing) {
      const epilogue = delimiter.next < end ? { start: delimiter.next, end } : null;
      return { preamble, parts, epilogue, isClosed: true, isCut: false };
    }
    open = delimiter.next;
    if (parts.length >= partLimit) return { preamble, parts, epilogue: null, isClosed: false, isCut: true };
  }
  if (preamble === null || open === null) return null;
  if (open < end) parts.push({ start: open, end });
  return { preamble, parts, epilogue: null, isClosed: false, isCut: false };
}

function* delimiters(source: ByteSource, start: number, end: number, boundary: string): Generator<Delimiter> {
  const needle = Buffer.from(`--${boundary}`, "latin1");
  // Behind the needle: two hyphens, blanks, a line end.
  const overlap = needle.length + 128;
  for (let base = start; base < end; base += windowBytes) {
    const window = Buffer.from(readRange(source, base, Math.min(windowBytes + overlap, end - base)));
    for (let at = window.indexOf(needle); at >= 0 && at < windowBytes; at = window.indexOf(needle, at + 1)) {
      const place = base + at;
      const before = place === start ? 10 : at > 0 ? window[at - 1]! : readRange(source, place - 1, 1)[0]!;
      if (before !== 10 && before !== 13) continue;
      const line = delimiterLine(window, at + needle.length, base + window.length >= end);
      if (line)
        yield { start: place - lineEndBytes(source, start, place), next: base + line.next, isClosing: line.isClosing };
    }
  }
}

/** What follows the boundary on its line; null where it is part of a longer word. */
function delimiterLine(window: Buffer, from: number, isLast: boolean): { next: number; isClosing: boolean } | null {
  const isClosing = window[from] === 0x2d && window[from + 1] === 0x2d;
  let at = isClosing ? from + 2 : from;
  while (window[at] === 32 || window[at] === 9) at++;
  if (at >= window.length) return isLast ? { next: window.length, isClosing } : null;
  if (window[at] === 13) return { next: window[at + 1] === 10 ? at + 2 : at + 1, isClosing };
  return window[at] === 10 ? { next: at + 1, isClosing } : null;
}

/** Bytes of the line end that stands before a delimiter line. */
function lineEndBytes(source: ByteSource, start: number, place: number): number {
  const before = readRange(source, Math.max(start, place - 2), Math.min(2, place - start));
  const last = before.at(-1);
  if (last === 10) return before.length === 2 && before[0] === 13 ? 2 : 1;
  return last === 13 ? 1 : 0;
}

/** A delimiter line that header fields follow, for bodies whose header names no boundary or another one. */
export function guessBoundary(source: ByteSource, start: number, end: number): string | null {
  const head = Buffer.from(readRange(source, start, Math.min(65_536, end - start))).toString("latin1");
  return /(?:^|[\r\n])--([^\s-][^\r\n]{0,249}?)[ \t]*\r?\n(?=Content-[A-Za-z-]+:)/i.exec(head)?.[1] ?? null;
}
