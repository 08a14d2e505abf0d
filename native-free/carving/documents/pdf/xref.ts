/** Cross-reference tables and streams of PDF (ISO 32000-2, 7.5.4 and 7.5.8): where each object is said to stand. */
import { inflateSync } from "node:zlib";
import type { CarveWindow } from "../../carve-window.ts";
import { isDigit, isSpace, readInteger, skipSpace } from "./lexer.ts";

const mostEntries = 1 << 20;
const mostPackedBytes = 1 << 24;
const mostBytes = 1 << 26;
/** Ten digits, five digits, type, end of line (7.5.4). */
const entryBytes = 20;

/** Number and place of each object in use, places in bytes from the header, one list beside the other. */
export interface XrefEntries {
  readonly numbers: number[];
  readonly places: number[];
}

export interface XrefTable {
  /** Behind the last entry. */
  readonly end: number;
}

/** The table whose word `xref` stands at `at`; its entries are added to `entries`. Null where it is none. */
export function readXrefTable(window: CarveWindow, at: number, entries: XrefEntries): XrefTable | null {
  let next = skipSpace(window, at + 4);
  while (isDigit(window.u8(next))) {
    const first = readInteger(window, next);
    const countAt = skipSpace(window, first.end);
    const count = readInteger(window, countAt);
    if (count.end === countAt) return null;
    next = skipSpace(window, count.end);
    for (let i = 0; i < count.value; i++) {
      const end = readEntry(window, next, first.value + i, entries);
      if (end < 0) return null;
      next = end;
    }
  }
  return { end: next };
}

/** Behind the entry; -1 where it is none. Lines of 19 bytes, which some write, are read as well. */
function readEntry(window: CarveWindow, at: number, number: number, entries: XrefEntries): number {
  if (!window.has(at, entryBytes - 2)) return -1;
  const place = readInteger(window, at);
  const generation = readInteger(window, at + 11);
  if (place.end !== at + 10 || generation.end !== at + 16) return -1;
  const type = window.u8(at + 17);
  if (type !== 0x6e && type !== 0x66) return -1;
  if (type === 0x6e) add(entries, number, place.value);
  let end = at + 18;
  while (end < at + 22 && end < window.end && isSpace(window.u8(end))) end++;
  return end;
}

function add(entries: XrefEntries, number: number, place: number): void {
  // Objects that are declared and never written stand at 0.
  if (place === 0 || entries.numbers.length >= mostEntries) return;
  entries.numbers.push(number);
  entries.places.push(place);
}

const numbersOf = (text: string | undefined): number[] => (text ?? "").trim().split(/\s+/).map(Number);

/** Adds the entries of the cross-reference stream with the dictionary; false where it cannot be read. */
export function readXrefStream(
  window: CarveWindow,
  dictionary: string,
  at: number,
  length: number,
  entries: XrefEntries,
): boolean {
  const widths = numbersOf(/\/W\s*\[([\d\s]+)\]/.exec(dictionary)?.[1]);
  if (widths.length !== 3 || widths.some((width) => !(width >= 0 && width <= 8))) return false;
  const rowBytes = widths[0]! + widths[1]! + widths[2]!;
  const rows = rowBytes > 0 ? decode(window, dictionary, at, length) : null;
  if (rows === null) return false;
  const size = Number(/\/Size\s+(\d+)/.exec(dictionary)?.[1] ?? 0);
  const index = /\/Index\s*\[([\d\s]+)\]/.exec(dictionary)?.[1];
  const ranges = index === undefined ? [0, size] : numbersOf(index);
  let row = 0;
  for (let range = 0; range + 1 < ranges.length; range += 2) {
    for (let i = 0; i < ranges[range + 1]! && row + rowBytes <= rows.length; i++, row += rowBytes) {
      const type = widths[0] === 0 ? 1 : field(rows, row, widths[0]!);
      if (type === 1) add(entries, ranges[range]! + i, field(rows, row + widths[0]!, widths[1]!));
    }
  }
  return true;
}

function field(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + bytes[at + i]!;
  return value;
}

function decode(window: CarveWindow, dictionary: string, at: number, length: number): Uint8Array | null {
  if (length > mostPackedBytes) return null;
  const packed = window.bytes(at, length);
  if (!/\/Filter/.test(dictionary)) return packed;
  if (!/\/Filter\s*\[?\s*\/(FlateDecode|Fl)\b/.test(dictionary)) return null;
  try {
    const rows = inflateSync(packed, { maxOutputLength: mostBytes });
    const predictor = Number(/\/Predictor\s+(\d+)/.exec(dictionary)?.[1] ?? 1);
    if (predictor < 10) return predictor === 1 ? rows : null;
    return unpredict(rows, Number(/\/Columns\s+(\d+)/.exec(dictionary)?.[1] ?? 1));
  } catch {
    // A damaged stream says nothing of any object: the caller counts it as damage.
    return null;
  }
}

/** PNG predictors of one byte a pixel (7.4.4.4; PNG 9.2), in place of the rows; null for a filter that there is none of. */
function unpredict(rows: Uint8Array, columns: number): Uint8Array | null {
  if (!(columns > 0 && columns <= 64)) return null;
  const count = Math.floor(rows.length / (columns + 1));
  const output = new Uint8Array(count * columns);
  for (let row = 0; row < count; row++) {
    const filter = rows[row * (columns + 1)]!;
    if (filter > 4) return null;
    for (let i = 0; i < columns; i++) {
      const to = row * columns + i;
      const left = i > 0 ? output[to - 1]! : 0;
      const up = row > 0 ? output[to - columns]! : 0;
      const corner = i > 0 && row > 0 ? output[to - columns - 1]! : 0;
      output[to] = rows[row * (columns + 1) + 1 + i]! + predicted(filter, left, up, corner);
    }
  }
  return output;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}
