/** Lists of strings in the table stream of a Word document (MS-DOC 2.2.4 and 2.9.349). */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { decodeCodePage } from "../../compound/code-page.ts";

const mostBytes = 4 << 20;

/** An STTB: in UTF-16 where it begins with 0xffff, else one byte a character; extra data of each string are left out. */
export function readStringTable(table: ByteSource, at: number, length: number): string[] {
  const bytes = readRange(table, at, Math.min(length, mostBytes));
  if (bytes.length < 6) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const wide = view.getUint16(0, true) === 0xffff;
  const head = wide ? 2 : 0;
  const count = view.getUint16(head, true);
  const extra = view.getUint16(head + 2, true);
  const strings: string[] = [];
  for (let i = 0, place = head + 4; i < count && place + (wide ? 2 : 1) <= bytes.length; i++) {
    const chars = wide ? view.getUint16(place, true) : bytes[place]!;
    const from = place + (wide ? 2 : 1);
    const to = from + chars * (wide ? 2 : 1);
    if (to > bytes.length) break;
    strings.push(textOf(bytes.subarray(from, to), wide));
    place = to + extra;
  }
  return strings;
}

/** Strings with their lengths one after the other (MS-DOC 2.9.353). */
export function readStringList(table: ByteSource, at: number, length: number): string[] {
  const bytes = readRange(table, at, Math.min(length, mostBytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const strings: string[] = [];
  for (let place = 0; place + 2 <= bytes.length;) {
    const end = place + 2 + 2 * view.getUint16(place, true);
    if (end > bytes.length) break;
    strings.push(textOf(bytes.subarray(place + 2, end), true));
    place = end;
  }
  return strings;
}

function textOf(bytes: Uint8Array, wide: boolean): string {
  const text = wide ? Buffer.from(bytes).toString("utf16le") : decodeCodePage(bytes, 1252);
  return text.replaceAll("\0", "").toWellFormed();
}
