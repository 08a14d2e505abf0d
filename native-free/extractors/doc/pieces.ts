/** The piece table of a Word document (MS-DOC 2.4.1, 2.8.35 and 2.9.38): where each stretch of characters lies. */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";

/** Characters `start` to `end` of the document, at byte `at`, one or two bytes each. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly at: number;
  readonly width: 1 | 2;
}

const mostBytes = 64 << 20;
const pcdBytes = 8;

/** `wide`: pieces say whether their characters take one byte or two (Word 97 on). Empty where there is no table. */
export function readPieces(table: ByteSource, at: number, length: number, wide: boolean): Piece[] {
  const bytes = readRange(table, at, Math.min(length, mostBytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let place = 0;
  // Formatting that pieces refer to stands before the table.
  while (place + 3 <= bytes.length && bytes[place] === 1) place += 3 + view.getUint16(place + 1, true);
  if (bytes[place] !== 2 || place + 5 > bytes.length) return [];
  const size = Math.min(view.getUint32(place + 1, true), bytes.length - place - 5);
  return piecesOf(view, place + 5, Math.floor((size - 4) / (4 + pcdBytes)), wide);
}

function piecesOf(view: DataView, at: number, count: number, wide: boolean): Piece[] {
  const pieces: Piece[] = [];
  const records = at + 4 * (count + 1);
  for (let i = 0; i < count; i++) {
    const start = view.getUint32(at + 4 * i, true);
    const end = view.getUint32(at + 4 * i + 4, true);
    const place = view.getUint32(records + pcdBytes * i + 2, true);
    if (end <= start) continue;
    const narrow = !wide || (place & 0x4000_0000) !== 0;
    const offset = place & 0x3fff_ffff;
    pieces.push({ start, end, at: wide && narrow ? offset >>> 1 : offset, width: narrow ? 1 : 2 });
  }
  return pieces;
}
