/**
 * Windows and OS/2 bitmaps. Nothing in them is checked: the lengths of the two headers must agree, run-length data must decode to the size
 * of the picture, and plain samples must look like those of a picture; one of noise or of one colour is not given out.
 *
 * Spec: MS-WMF 2.2.2.9 (DIB), 2.2.2.3 to 2.2.2.5 (headers), 3.1.6 (run-length); BITMAPFILEHEADER of the Windows API.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { looksLikePixels, repeatsItself } from "./pixels.ts";

const headBytes = 64;
const fileHeaderBytes = 14;
const coreHeader = 12;
const v5Header = 124;
const sideLimit = 1 << 17;
/** Writers round the length of the file up, or leave two bytes behind the samples. */
const slackBytes = 8;
const head = new FirstBytes(headBytes);

const plain = 0;
const runs8 = 1;
const runs4 = 2;
const bitFields = 3;
const alphaBitFields = 6;

export const bmpCarver: Carver = {
  id: "bmp",
  family: "carver",
  name: "Windows bitmaps",
  spec: "MS-WMF 2.2.2",
  level: "partial",
  kinds: [{ id: "bmp", name: "Windows bitmap", extension: "bmp" }],
  signatures: ["0c", "28", "34", "38", "40", "6c", "7c"].map((size) =>
    signature(`42 4d ?? ?? ?? ?? 00 00 00 00 ?? ?? 00 00 ${size} 00 00 00`),
  ),
  limitBytes: 2 ** 31,
  unchecked: "plain",

  carve(source: ByteSource, at: number, end: number): Carved | null {
    if (!head.read(source, at, end)) return null;
    const bitmap = bitmapOf();
    if (bitmap === null) return null;
    const window = new CarveWindow(source, end);
    const { dataAt, stride, used, rows, runs } = bitmap;
    if (repeatsItself(window, at, 18, at + headBytes - 10, end)) return null;
    if (runs > 0) {
      const runsEnd = walkRuns(window, at + dataAt, bitmap);
      if (runsEnd < 0 || runsEnd > at + bitmap.fileBytes) return null;
      return carvedAs("bmp", "complete", bitmap.fileBytes);
    }
    const there = Math.min(rows, Math.floor((window.end - at - dataAt) / stride));
    if (!looksLikePixels(window, { at: at + dataAt, stride, used, rows: there })) return null;
    if (!window.has(at, bitmap.fileBytes)) return carvedAs("bmp", "truncated", window.end - at);
    return carvedAs("bmp", "complete", bitmap.fileBytes);
  },
};

interface Bitmap {
  readonly dataAt: number;
  readonly stride: number;
  readonly used: number;
  readonly width: number;
  readonly rows: number;
  /** Bits of a sample where it is run-length coded, else 0. */
  readonly runs: number;
  readonly fileBytes: number;
}

/** What `head` says; null where it contradicts itself. */
function bitmapOf(): Bitmap | null {
  const size = head.u32(14);
  const core = size === coreHeader;
  const width = core ? head.u16(18) : head.view.getInt32(18, true);
  const rows = Math.abs(core ? head.u16(20) : head.view.getInt32(22, true));
  const bits = head.u16(core ? 24 : 28);
  const compression = core ? plain : head.u32(30);
  const imageBytes = core ? 0 : head.u32(34);
  const dataAt = head.u32(10);
  if (width <= 0 || rows === 0 || width > sideLimit || rows > sideLimit || head.u16(core ? 22 : 26) !== 1) return null;
  if (![1, 4, 8, 16, 24, 32].includes(bits) || dataAt < fileHeaderBytes + size || dataAt > 4096) return null;
  const runs = compression === runs8 && bits === 8 ? 8 : compression === runs4 && bits === 4 ? 4 : 0;
  const masked = (compression === bitFields || compression === alphaBitFields) && (bits === 16 || bits === 32);
  if (runs === 0 && compression !== plain && !masked) return null;
  const used = Math.ceil((width * bits) / 8);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (imageBytes !== 0 && runs === 0 && Math.abs(imageBytes - stride * rows) > slackBytes) return null;
  const samples = runs > 0 ? imageBytes : stride * rows;
  const fileBytes = fileLength(dataAt + samples, size);
  if (fileBytes < 0 || (runs > 0 && imageBytes === 0)) return null;
  return { dataAt, stride, used, width, rows, runs, fileBytes };
}

/** Of the length in the file header and the one that the picture needs; -1 where they disagree. */
function fileLength(needed: number, headerSize: number): number {
  const said = head.u32(2);
  if (said >= needed && said <= needed + slackBytes) return said;
  // Version 5 may have a colour profile behind the samples: the header has no room for where in `head`, the length says it.
  if (headerSize === v5Header && said > needed && said < needed + (1 << 24)) return said;
  return said === 0 ? needed : -1;
}

/** MS-WMF 3.1.6: where the end-of-bitmap code ends; -1 where a run leaves the picture. */
function walkRuns(window: CarveWindow, from: number, { width, rows, runs }: Bitmap): number {
  let at = from;
  let x = 0;
  let y = 0;
  let drawn = 0;
  while (window.has(at, 2) && y < rows) {
    const count = window.u8(at);
    const value = window.u8(at + 1);
    at += 2;
    if (count > 0) x += count;
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) return drawn > 0 ? at : -1;
    else if (value === 2) {
      if (!window.has(at, 2)) return -1;
      [x, y] = [x + window.u8(at), y + window.u8(at + 1)];
      at += 2;
    } else {
      x += value;
      at += Math.ceil((value * runs) / 16) * 2;
    }
    // Writers of four-bit runs round the last one of a line up.
    if (x > width + 1) return -1;
    drawn++;
  }
  return window.has(at, 2) && y === rows && window.u16(at) === 0x100 ? at + 2 : -1;
}
