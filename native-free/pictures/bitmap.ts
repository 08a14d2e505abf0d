/**
 * Decoding of Windows bitmaps (MS-WMF 2.2.2.3 to 2.2.2.9, and the BITMAPFILEHEADER of the Windows API) into RGB: headers of 12 to
 * 124 bytes, 1, 4, 8, 16, 24 and 32 bits a pixel, masks, run-length coding, rows from below or above. Not supported:
 * JPEG and PNG inside of a bitmap, alpha (ignored).
 */
import { EvidenceError } from "../model/errors.ts";
import { unpackRuns } from "./run-length.ts";

export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  /** width × height × 3 bytes, rows from the top. */
  readonly pixels: Uint8Array;
}

const FILE_HEADER = 14;
const CORE_HEADER = 12;
const UNCOMPRESSED = 0;
/** By the bits of a pixel. */
const RUN_LENGTHS: Readonly<Record<number, number>> = { 8: 1, 4: 2 };
const BITFIELDS = 3;

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly fromTop: boolean;
  readonly bits: number;
  readonly hasRuns: boolean;
  readonly masks: readonly number[];
  readonly palette: Uint8Array;
  readonly paletteStep: number;
  readonly dataAt: number;
}

/** Rows that the file does not hold are black. Throws EvidenceError `picture/undecodable`. */
export function decodeBitmap(bytes: Uint8Array, limitPixels: number): RgbPicture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < FILE_HEADER + CORE_HEADER) throw refused("header");
  const layout = layoutOf(view, bytes);
  const { width, height } = layout;
  if (width < 1 || height < 1) throw refused("size");
  if (width * height > limitPixels) throw refused("too-large");
  if (!layout.hasRuns) return decodeRows(layout, view);
  if (layout.dataAt >= bytes.length) throw refused("no-rows");
  const indices = unpackRuns(bytes.subarray(layout.dataAt), width, height, layout.bits as 4 | 8);
  const pixels = new Uint8Array(width * height * 3);
  const plain = { ...layout, bits: 8 };
  const rows = new DataView(indices.buffer);
  for (let row = 0; row < height; row++) decodeRow(plain, rows, row * width, pixels, (height - 1 - row) * width * 3);
  return { width, height, pixels };
}

function decodeRows(layout: Layout, view: DataView): RgbPicture {
  const { width, height, bits, fromTop, dataAt } = layout;
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (dataAt + stride > view.byteLength) throw refused("no-rows");
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const at = dataAt + row * stride;
    if (at + stride > view.byteLength) break;
    decodeRow(layout, view, at, pixels, (fromTop ? row : height - 1 - row) * width * 3);
  }
  return { width, height, pixels };
}

function layoutOf(view: DataView, bytes: Uint8Array): Layout {
  const header = view.getUint32(FILE_HEADER, true);
  const isCore = header === CORE_HEADER;
  if (!isCore && (header < 40 || FILE_HEADER + 40 > bytes.length)) throw refused("header");
  const at = FILE_HEADER;
  const width = isCore ? view.getUint16(at + 4, true) : view.getInt32(at + 4, true);
  const height = isCore ? view.getUint16(at + 6, true) : view.getInt32(at + 8, true);
  const bits = view.getUint16(at + (isCore ? 10 : 14), true);
  const compression = isCore ? UNCOMPRESSED : view.getUint32(at + 16, true);
  const hasRuns = compression !== UNCOMPRESSED && compression === RUN_LENGTHS[bits];
  if (!hasRuns && compression !== UNCOMPRESSED && compression !== BITFIELDS) throw refused("compression");
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw refused("depth");
  const hasMasks = compression === BITFIELDS && at + 52 <= bytes.length;
  const masks = hasMasks ? [40, 44, 48].map((offset) => view.getUint32(at + offset, true)) : defaultMasks(bits);
  const paletteAt = at + header + (hasMasks && header === 40 ? 12 : 0);
  const dataAt = view.getUint32(10, true);
  const palette = bytes.subarray(Math.min(paletteAt, bytes.length), Math.max(paletteAt, dataAt));
  return {
    ...{ width, height: Math.abs(height), fromTop: height < 0, bits, hasRuns, masks },
    ...{ palette, paletteStep: isCore ? 3 : 4, dataAt },
  };
}

function defaultMasks(bits: number): number[] {
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
}

function decodeRow(layout: Layout, view: DataView, at: number, out: Uint8Array, to: number): void {
  const { width, bits, masks, palette, paletteStep } = layout;
  for (let x = 0; x < width; x++) {
    const target = to + x * 3;
    if (bits === 24) {
      for (let channel = 0; channel < 3; channel++) out[target + channel] = view.getUint8(at + x * 3 + 2 - channel);
    } else if (bits > 8) {
      const value = bits === 16 ? view.getUint16(at + x * 2, true) : view.getUint32(at + x * 4, true);
      for (let channel = 0; channel < 3; channel++) out[target + channel] = masked(value, masks[channel] as number);
    } else {
      const byte = view.getUint8(at + ((x * bits) >>> 3));
      const index = (byte >>> (8 - bits - ((x * bits) & 7))) & ((1 << bits) - 1);
      for (let channel = 0; channel < 3; channel++) {
        out[target + channel] = palette[index * paletteStep + 2 - channel] ?? 0;
      }
    }
  }
}

/** The bits under a mask, stretched to 0 … 255. */
function masked(value: number, mask: number): number {
  if (mask === 0) return 0;
  const shift = 31 - Math.clz32(mask & -mask);
  return Math.round((((value & mask) >>> shift) * 255) / (mask >>> shift));
}

function refused(problem: string): EvidenceError {
  return new EvidenceError("picture/undecodable", { problem });
}
