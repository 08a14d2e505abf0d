/**
 * The lexical layer of PDF (ISO 32000-2, 7.2 and 7.3), as far as it is needed to find where an object ends. Strict: a byte or a word that
 * no object can hold ends it, which noise soon has. Nothing is kept of what is read.
 */
import type { CarveWindow } from "../../carve-window.ts";

const longestString = 1 << 18;
const longestHex = 1 << 22;
const longestObject = 1 << 24;
const longestWord = 32;
const deepest = 256;

/** 0 regular, 1 white space (table 1), 2 delimiter (table 2), 3 what no file has outside strings and streams. */
const classes = new Uint8Array(256).fill(3, 0, 33).fill(3, 127);
for (const space of [0, 9, 10, 12, 13, 32]) classes[space] = 1;
for (const delimiter of "()<>[]{}/%") classes[delimiter.charCodeAt(0)] = 2;

const backslash = 0x5c;
const open = 0x28;
const close = 0x29;
const less = 0x3c;
const greater = 0x3e;
const slash = 0x2f;
const percent = 0x25;
const openArray = 0x5b;
const closeArray = 0x5d;

export const isSpace = (byte: number): boolean => classes[byte] === 1;
export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

export function skipSpace(window: CarveWindow, at: number): number {
  let next = at;
  while (next < window.end && classes[window.u8(next)] === 1) next++;
  return next;
}

/** Behind the end of the line that begins at `at`, or where the source ends. */
export function skipLine(window: CarveWindow, at: number): number {
  let next = at;
  const to = Math.min(window.end, at + longestString);
  while (next < to && window.u8(next) !== 10 && window.u8(next) !== 13) next++;
  return next;
}

/** Decimal number at a place; `end` equals the place where there is none. Up to 15 digits. */
export interface Integer {
  readonly value: number;
  readonly end: number;
}

export function readInteger(window: CarveWindow, at: number): Integer {
  let value = 0;
  let next = at;
  for (; next < at + 15 && next < window.end && isDigit(window.u8(next)); next++)
    value = value * 10 + window.u8(next) - 48;
  return { value, end: next };
}

/** Head of an indirect object, `12 0 obj` (7.3.10). */
export interface ObjectHead {
  readonly number: number;
  /** Behind `obj`. */
  readonly bodyAt: number;
}

export function readObjectHead(window: CarveWindow, at: number): ObjectHead | null {
  const number = readInteger(window, at);
  if (number.end === at || !isSpace(window.u8(number.end))) return null;
  const generationAt = skipSpace(window, number.end);
  const generation = readInteger(window, generationAt);
  if (generation.end === generationAt || generation.value > 65_535) return null;
  const wordAt = skipSpace(window, generation.end);
  if (!window.isText(wordAt, "obj") || number.value > 2 ** 31) return null;
  return { number: number.value, bodyAt: wordAt + 3 };
}

/** What ended a body: `dictionary` where its outermost dictionary closed and nothing more was wanted. */
export interface BodyEnd {
  /** Behind the word, or behind `>>`. */
  readonly end: number;
  readonly word: "endobj" | "stream" | "dictionary";
}

/** The end of the object's body at `at`, or, with `dictionaryOnly`, of the dictionary there; null where what is there cannot be one. */
export function bodyEnd(window: CarveWindow, at: number, dictionaryOnly: boolean): BodyEnd | null {
  let depth = 0;
  const to = Math.min(window.end, at + longestObject);
  for (let next = at; next < to;) {
    const byte = window.u8(next);
    const kind = classes[byte]!;
    if (kind === 1) next++;
    else if (kind === 3) return null;
    else if (kind === 0) {
      const word = readWord(window, next);
      if (word === null) return null;
      if (word.ends !== null) return depth === 0 ? { end: word.end, word: word.ends } : null;
      next = word.end;
    } else {
      const double = byte === window.u8(next + 1);
      if (byte === less && double) depth++;
      else if ((byte === greater && double) || byte === closeArray) depth--;
      else if (byte === openArray) depth++;
      const end = afterDelimiter(window, next, byte, double);
      if (end < 0 || depth < 0 || depth > deepest) return null;
      next = end;
      if (dictionaryOnly && depth === 0 && byte === greater) return { end: next, word: "dictionary" };
    }
  }
  return null;
}

/** Behind what the delimiter begins; -1 where it begins nothing. */
function afterDelimiter(window: CarveWindow, at: number, byte: number, double: boolean): number {
  if (byte === openArray || byte === closeArray) return at + 1;
  if (byte === slash) return afterName(window, at + 1);
  if (byte === percent) return window.isText(at, "%PDF-") ? -1 : skipLine(window, at);
  if (byte === open) return afterString(window, at + 1);
  if (byte === less) return double ? at + 2 : afterHex(window, at + 1);
  return byte === greater && double ? at + 2 : -1;
}

function afterName(window: CarveWindow, at: number): number {
  let next = at;
  const to = Math.min(window.end, at + 1024);
  // Names may hold bytes above 126, unescaped, in files of old writers.
  while (next < to && (classes[window.u8(next)] === 0 || window.u8(next) > 126)) next++;
  return next;
}

function afterString(window: CarveWindow, at: number): number {
  const to = Math.min(window.end, at + longestString);
  let depth = 1;
  for (let next = at; next < to; next++) {
    const byte = window.u8(next);
    if (byte === backslash) next++;
    else if (byte === open) depth++;
    else if (byte === close && --depth === 0) return next + 1;
  }
  return -1;
}

function afterHex(window: CarveWindow, at: number): number {
  const to = Math.min(window.end, at + longestHex);
  for (let next = at; next < to; next++) {
    const byte = window.u8(next);
    if (byte === greater) return next + 1;
    const low = byte | 0x20;
    if (!isDigit(byte) && !(low >= 0x61 && low <= 0x66) && classes[byte] !== 1) return -1;
  }
  return -1;
}

interface Word {
  readonly end: number;
  readonly ends: "endobj" | "stream" | null;
}

/** Numbers, `true`, `false`, `null` and `R` go on, `endobj` and `stream` end; nothing else is a word of an object. */
function readWord(window: CarveWindow, at: number): Word | null {
  let end = at;
  while (end < window.end && end < at + longestWord && classes[window.u8(end)] === 0) end++;
  const first = window.u8(at);
  if (first === 0x52 && end === at + 1) return { end, ends: null };
  if (isDigit(first) || first === 0x2b || first === 0x2d || first === 0x2e) return afterNumber(window, at, end);
  if (window.isText(at, "endobj")) return { end: at + 6, ends: "endobj" };
  if (window.isText(at, "stream")) return { end: at + 6, ends: "stream" };
  for (const word of ["true", "false", "null"])
    if (window.isText(at, word)) return { end: at + word.length, ends: null };
  return null;
}

/** Old writers put `endobj` or `R` directly behind a number. */
function afterNumber(window: CarveWindow, at: number, end: number): Word | null {
  let next = at + 1;
  while (next < end && (isDigit(window.u8(next)) || window.u8(next) === 0x2e || window.u8(next) === 0x2d)) next++;
  const byte = window.u8(next);
  return next === end || byte === 0x65 || byte === 0x52 ? { end: next, ends: null } : null;
}
