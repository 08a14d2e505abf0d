/** Where a JSON object ends: strings, nesting and separators are looked at, values of other kinds by their characters. RFC 8259. */
import type { CarveWindow } from "../carve-window.ts";

const quote = 0x22;
const backslash = 0x5c;
const deepest = 64;

/** Bits of what may come next. */
const value = 1;
const key = 2;
const colon = 4;
const comma = 8;
const close = 16;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
/** Numbers, true, false, null. */
const isBare = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x2d ||
  byte === 0x2b ||
  byte === 0x2e ||
  byte === 0x45;

/** Offset behind the string that begins at `at`; -1 where it does not end or has control characters. */
function afterString(window: CarveWindow, at: number, to: number): number {
  for (let place = at + 1; place < to; place++) {
    const byte = window.u8(place);
    if (byte === quote) return place + 1;
    if (byte < 0x20) return -1;
    if (byte === backslash) place++;
  }
  return -1;
}

/** Offset behind the object that begins at `at`; -1 where it is none or does not end before `to`. */
export function afterObject(window: CarveWindow, at: number, to: number): number {
  const nesting: boolean[] = [];
  let expected = value;
  let place = at;
  while (place < to) {
    const byte = window.u8(place);
    if (isSpace(byte)) {
      place++;
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) {
      if (!(expected & value) || nesting.length >= deepest) return -1;
      nesting.push(byte === 0x7b);
      expected = byte === 0x7b ? key | close : value | close;
      place++;
    } else if (byte === 0x7d || byte === 0x5d) {
      if (!(expected & close) || nesting.pop() !== (byte === 0x7d)) return -1;
      place++;
      if (nesting.length === 0) return place;
      expected = comma | close;
    } else if (byte === quote) {
      if (!(expected & (value | key))) return -1;
      place = afterString(window, place, to);
      if (place < 0) return -1;
      expected = expected & key ? colon : comma | close;
    } else if (byte === 0x3a) {
      if (expected !== colon) return -1;
      expected = value;
      place++;
    } else if (byte === 0x2c) {
      if (!(expected & comma)) return -1;
      expected = nesting.at(-1) ? key : value;
      place++;
    } else {
      if (!(expected & value) || !isBare(byte)) return -1;
      while (place < to && isBare(window.u8(place))) place++;
      expected = comma | close;
    }
  }
  return -1;
}
