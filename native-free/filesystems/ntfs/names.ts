/** Texts of $FILE_NAME attributes. */
import type { Buffer } from "node:buffer";
import type { EvidenceName } from "../../model/item.ts";
import * as layout from "./layouts.ts";
import type { Records } from "./records.ts";
import { wideName } from "./reparse.ts";

const { nameLength: nameLengthAt } = layout.fileName.offsets;
const firstSurrogate = 0xd800;
const mostUnits = 255;
/** An array for each length: they are handed over whole. */
const units = Array.from({ length: mostUnits + 1 }, (_, length) => new Array<number>(length).fill(0));

/** The name in the value at `at` of the current record, which must hold all of it. */
export function namedAt({ view, offset, text }: Records, at: number): EvidenceName {
  const start = offset + at;
  return nameFrom(view, text, start + layout.fileName.size, view.getUint8(start + nameLengthAt));
}

/** `length` UTF-16 units at `from`; `text` is the same memory as `view`. */
export function nameFrom(view: DataView, text: Buffer, from: number, length: number): EvidenceName {
  const codes = units[length]!;
  let highest = 0;
  for (let i = 0, next = from; i < length; i++, next += 2) {
    const code = view.getUint16(next, true);
    codes[i] = code;
    if (code > highest) highest = code;
  }
  if (highest < firstSurrogate) return { text: String.fromCharCode(...codes), bytes: null };
  return wideName(text.subarray(from, from + 2 * length));
}
