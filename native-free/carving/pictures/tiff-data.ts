/**
 * Whether what stands where a TIFF directory says that picture data are can be such data: of the first strip or tile, as far as its coding
 * lets it be told. Spec: TIFF 6.0 sections 9, 13, 22; TIFF Technical Note 2 (JPEG); Adobe PhotoshopTIFF (Deflate).
 */
import { inflateSync } from "node:zlib";
import type { CarveWindow } from "../carve-window.ts";
import { entryOf, tiffTags } from "./tiff-extent.ts";
import type { TiffReader, TiffDirectory } from "./tiff-ifd.ts";

const none = 1;
const lzw = 5;
const jpeg = 7;
const deflate = 8;
const oldDeflate = 32946;
const packBits = 32773;
const lossyJpeg = 34892;
const inflateLimit = 1 << 22;

/** Where data stand that cannot be what the directory says; -1 where none do. */
export function misfitAt(window: CarveWindow, reader: TiffReader, directory: TiffDirectory): number {
  const offsets = entryOf(directory, tiffTags.stripOffsets) ?? entryOf(directory, tiffTags.tileOffsets);
  const lengths = entryOf(directory, tiffTags.stripLengths) ?? entryOf(directory, tiffTags.tileLengths);
  if (offsets === undefined || lengths === undefined) return -1;
  const at = reader.base + reader.number(offsets);
  const strips = offsets.tag === tiffTags.stripOffsets;
  const length = reader.number(lengths);
  return !window.has(at, length) || stripFits(window, reader, directory, at, length, strips) ? -1 : at;
}

function stripFits(
  window: CarveWindow,
  reader: TiffReader,
  directory: TiffDirectory,
  at: number,
  length: number,
  strips: boolean,
): boolean {
  const of = (tag: number, otherwise: number): number => {
    const entry = entryOf(directory, tag);
    return entry === undefined ? otherwise : reader.number(entry);
  };
  switch (of(tiffTags.compression, none)) {
    case none:
      return plainFits(of, strips, length);
    case lzw:
      // The first code clears the table: nine bits, from either end of the byte.
      return (
        (window.u8(at) === 0x80 && window.u8(at + 1) < 0x80) || (window.u8(at) === 0 && (window.u8(at + 1) & 1) === 1)
      );
    case jpeg:
    case lossyJpeg:
      return window.u16be(at) === 0xffd8;
    case deflate:
    case oldDeflate:
      return inflates(window, at, length);
    case packBits:
      return unpacks(window, at, length);
    default:
      return true;
  }
}

/** A strip without compression is not shorter than its lines. */
function plainFits(of: (tag: number, otherwise: number) => number, strips: boolean, length: number): boolean {
  const width = of(tiffTags.width, 0);
  const height = of(tiffTags.height, 0);
  const rows = Math.min(height, of(tiffTags.rowsPerStrip, height));
  // Sub-sampled colours need less; the smallest ratio is one and a half samples of three.
  const needed = (rows * width * of(tiffTags.bits, 1)) / 8;
  return width > 0 && height > 0 && (!strips || length >= Math.floor(needed));
}

function inflates(window: CarveWindow, at: number, length: number): boolean {
  if (window.u16be(at) % 31 !== 0 || (window.u8(at) & 15) !== 8) return false;
  if (length > inflateLimit) return true;
  try {
    inflateSync(window.bytes(at, length), { maxOutputLength: inflateLimit * 8 });
    return true;
  } catch (error) {
    // More than is kept came out: it was no noise.
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
  }
}

/** The last run ends with the strip. */
function unpacks(window: CarveWindow, from: number, length: number): boolean {
  const to = from + length;
  let at = from;
  while (at < to) {
    const code = window.u8(at);
    at += code < 128 ? code + 2 : code > 128 ? 2 : 1;
  }
  // Some writers pad a strip to whole words.
  return at === to || at === to + 1;
}
