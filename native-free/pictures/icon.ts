/**
 * Windows icons and cursors: the largest of their pictures as a file of its own (Windows, "Icons": ICONDIR, ICONDIRENTRY; PNG since
 * Windows Vista). Not supported: the mask of bitmaps, so that what is transparent has the colour that lies under it.
 */
import { EvidenceError } from "../model/errors.ts";

export interface IconPicture {
  readonly type: "png" | "bmp";
  readonly bytes: Uint8Array;
}

const HEADER = 6;
const ENTRY = 16;
const FILE_HEADER = 14;
const BITMAP_HEADER = 40;
const PNG = 0x8950_4e47;

/** Of equal sizes the one of more colours. Throws EvidenceError `picture/undecodable`. */
export function largestOf(bytes: Uint8Array): IconPicture {
  const icon = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = icon.length < HEADER ? 0 : Math.min(icon.readUInt16LE(4), Math.floor((icon.length - HEADER) / ENTRY));
  let best: { readonly weight: number; readonly data: Buffer } | null = null;
  for (let index = 0; index < count; index++) {
    const entry = icon.subarray(HEADER + index * ENTRY, HEADER + (index + 1) * ENTRY);
    const at = entry.readUInt32LE(12);
    const data = icon.subarray(at, at + entry.readUInt32LE(8));
    const weight = sideOf(entry[0]) * sideOf(entry[1]) * 64 + Math.min(63, entry.readUInt16LE(6));
    if (data.length > BITMAP_HEADER && weight > (best?.weight ?? -1)) best = { weight, data };
  }
  if (best === null) throw new EvidenceError("picture/undecodable", { problem: "header" });
  const { data } = best;
  return data.readUInt32BE(0) === PNG ? { type: "png", bytes: data } : { type: "bmp", bytes: bitmapOf(data) };
}

const sideOf = (byte: number | undefined): number => byte || 256;

/** The height counts the rows of the mask as well. */
function bitmapOf(data: Buffer): Buffer {
  const bits = data.readUInt16LE(14);
  const colours = bits > 8 ? 0 : data.readUInt32LE(32) || 1 << bits;
  const head = Buffer.alloc(FILE_HEADER);
  head.write("BM", 0, "latin1");
  head.writeUInt32LE(FILE_HEADER + data.length, 2);
  head.writeUInt32LE(Math.min(0xffff_ffff, FILE_HEADER + data.readUInt32LE(0) + colours * 4), 10);
  const bitmap = Buffer.concat([head, data]);
  bitmap.writeInt32LE(Math.trunc(data.readInt32LE(8) / 2), FILE_HEADER + 8);
  return bitmap;
}
