/** Pictures: a baseline JPEG (ITU-T T.81) of flat 8 × 8 tiles with an EXIF segment, and a PNG with text chunks. */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { zlibFixed } from "./deflate.ts";

/** Value of an EXIF tag: ASCII text, unsigned shorts, unsigned rationals or bytes. */
export type TagValue =
  | { readonly ascii: string }
  | { readonly short: number }
  | { readonly rational: readonly (readonly [number, number])[] }
  | { readonly bytes: readonly number[] };

export type Tags = Readonly<Record<number, TagValue>>;

function encodeTag(value: TagValue): { type: number; count: number; data: Buffer } {
  if ("ascii" in value) {
    const data = Buffer.from(`${value.ascii}\0`, "latin1");
    return { type: 2, count: data.length, data };
  }
  if ("bytes" in value) return { type: 1, count: value.bytes.length, data: Buffer.from(value.bytes) };
  if ("short" in value) {
    const data = Buffer.alloc(2);
    data.writeUInt16LE(value.short);
    return { type: 3, count: 1, data };
  }
  const data = Buffer.alloc(value.rational.length * 8);
  for (const [index, [upper, lower]] of value.rational.entries()) {
    data.writeUInt32LE(upper, index * 8);
    data.writeUInt32LE(lower, index * 8 + 4);
  }
  return { type: 5, count: value.rational.length, data };
}

/** One image file directory (TIFF 6.0 section 2) that starts at `at`; `pointers` are tags that hold an offset. */
function directory(tags: Tags, at: number, pointers: Readonly<Record<number, number>> = {}): Buffer {
  const ids = [...Object.keys(tags), ...Object.keys(pointers)].map(Number).sort((a, b) => a - b);
  const table = Buffer.alloc(2 + ids.length * 12 + 4);
  table.writeUInt16LE(ids.length, 0);
  const beyond: Buffer[] = [];
  let next = at + table.length;
  for (const [index, id] of ids.entries()) {
    const row = 2 + index * 12;
    table.writeUInt16LE(id, row);
    const value = tags[id];
    const { type, count, data } = value ? encodeTag(value) : { type: 4, count: 1, data: Buffer.alloc(4) };
    if (!value) data.writeUInt32LE(pointers[id] ?? 0);
    table.writeUInt16LE(type, row + 2);
    table.writeUInt32LE(count, row + 4);
    if (data.length <= 4) data.copy(table, row + 8);
    else {
      table.writeUInt32LE(next, row + 8);
      beyond.push(data.length % 2 ? Buffer.concat([data, Buffer.alloc(1)]) : data);
      next += data.length + (data.length % 2);
    }
  }
  return Buffer.concat([table, ...beyond]);
}

/** The TIFF structure of an EXIF segment, little-endian: main, Exif and GPS directories. */
function exifBody(main: Tags, exif: Tags, gps: Tags): Buffer {
  const exifTag = 0x8769;
  const gpsTag = 0x8825;
  const mainLength = directory(main, 8, { [exifTag]: 0, [gpsTag]: 0 }).length;
  const exifAt = 8 + mainLength;
  const exifPart = directory(exif, exifAt);
  const gpsAt = exifAt + exifPart.length;
  return Buffer.concat([
    Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]),
    directory(main, 8, { [exifTag]: exifAt, [gpsTag]: gpsAt }),
    exifPart,
    directory(gps, gpsAt),
  ]);
}

function segment(marker: number, body: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** Code lengths of the usual luminance DC table (T.81 table K.3). */
const dcCounts = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];

function dcCodes(): { code: number; length: number }[] {
  const codes: { code: number; length: number }[] = [];
  let code = 0;
  for (const [index, count] of dcCounts.entries()) {
    for (let n = 0; n < count; n++) codes.push({ code: code++, length: index + 1 });
    code <<= 1;
  }
  return codes;
}

/** Entropy-coded data of tiles of one brightness each; every AC part is a bare end of block (one zero bit). */
function scanOf(tiles: readonly number[]): Buffer {
  const codes = dcCodes();
  let bits = "";
  let before = 0;
  for (const tile of tiles) {
    const difference = tile - 128 - before;
    before = tile - 128;
    const size = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
    const { code, length } = codes[size]!;
    bits += code.toString(2).padStart(length, "0");
    if (size > 0) bits += (difference < 0 ? difference + 2 ** size - 1 : difference).toString(2).padStart(size, "0");
    bits += "0";
  }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  const out: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = Number.parseInt(bits.slice(at, at + 8), 2);
    out.push(byte, ...(byte === 0xff ? [0] : []));
  }
  return Buffer.from(out);
}

/** A grey JPEG of `columns` × `rows` tiles; `tile` gives the brightness (0 to 255) of each. */
export function jpeg(
  columns: number,
  rows: number,
  tile: (x: number, y: number) => number,
  exif: { main: Tags; exif: Tags; gps: Tags },
): Uint8Array {
  const size = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  size.writeUInt16BE(rows * 8, 1);
  size.writeUInt16BE(columns * 8, 3);
  // A step of 8 for the mean makes its coded value equal the brightness: the mean is an eighth of the DC coefficient.
  const steps = Buffer.alloc(65, 8);
  steps[0] = 0;
  const dcTable = Buffer.from([0x00, ...dcCounts, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const acTable = Buffer.from([0x10, 1, ...new Array<number>(15).fill(0), 0]);
  const tiles = Array.from({ length: columns * rows }, (_, index) =>
    tile(index % columns, Math.floor(index / columns)),
  );
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), exifBody(exif.main, exif.exif, exif.gps)])),
    segment(0xdb, steps),
    segment(0xc0, size),
    segment(0xc4, dcTable),
    segment(0xc4, acTable),
    segment(0xda, Buffer.from([1, 1, 0x00, 0, 63, 0])),
    scanOf(tiles),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function chunk(type: string, body: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(body.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}

/** A grey PNG with `tEXt` chunks (Latin-1). */
export function png(
  width: number,
  height: number,
  pixel: (x: number, y: number) => number,
  texts: Readonly<Record<string, string>>,
): Uint8Array {
  const size = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = pixel(x, y);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", size),
    ...Object.entries(texts).map(([key, text]) => chunk("tEXt", Buffer.from(`${key}\0${text}`, "latin1"))),
    chunk("IDAT", zlibFixed(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
