/**
 * How far a TIFF file reaches: to the furthest byte of its directories, of their values, and of the strips, tiles and pictures that they
 * name. Spec: TIFF 6.0 sections 2, 8, 15, 22; EXIF 2.32 section 4.6.3; TIFF Tech Note 1 (SubIFDs); DNG 1.7.
 *
 * Not followed: directories inside of maker notes (the notes themselves are values, and counted); data that only they name.
 */
import type { TiffDirectory, TiffEntry, TiffReader } from "./tiff-ifd.ts";

const directoryLimit = 4096;
const stripLimit = 1 << 20;

export const tiffTags = {
  width: 0x100,
  height: 0x101,
  bits: 0x102,
  compression: 0x103,
  photometric: 0x106,
  make: 0x10f,
  stripOffsets: 0x111,
  samples: 0x115,
  rowsPerStrip: 0x116,
  stripLengths: 0x117,
  /** Panasonic: where the raw data begin. */
  rawOffset: 0x118,
  freeOffsets: 0x120,
  freeLengths: 0x121,
  tileOffsets: 0x144,
  tileLengths: 0x145,
  subDirectories: 0x14a,
  jpegOffset: 0x201,
  jpegLength: 0x202,
  exif: 0x8769,
  gps: 0x8825,
  interoperability: 0xa005,
  /** DNG, and the private directory of Sony. */
  dngVersion: 0xc612,
  dngPrivate: 0xc634,
} as const;

const directoryTags: readonly number[] = [
  tiffTags.subDirectories,
  tiffTags.exif,
  tiffTags.gps,
  tiffTags.interoperability,
];

/** Where data stand and how long they are. */
const dataTags = [
  [tiffTags.stripOffsets, tiffTags.stripLengths],
  [tiffTags.tileOffsets, tiffTags.tileLengths],
  [tiffTags.jpegOffset, tiffTags.jpegLength],
  [tiffTags.freeOffsets, tiffTags.freeLengths],
  [tiffTags.rawOffset, tiffTags.stripLengths],
] as const;

export interface TiffExtent {
  readonly first: TiffDirectory;
  readonly all: readonly TiffDirectory[];
  /** Exclusive; may be behind the end of the stretch. */
  readonly end: number;
  /** Directories that could not be read. */
  readonly broken: number;
  /** Pictures that have data. */
  readonly pictures: number;
}

/** Null where the first directory, or the data of any picture, cannot be. */
export function tiffExtent(reader: TiffReader, at: number): TiffExtent | null {
  const first = reader.directory(reader.first);
  if (first === null) return null;
  const all: TiffDirectory[] = [];
  const waiting = [reader.first];
  const seen = new Set<number>();
  let end = at;
  let broken = 0;
  let pictures = 0;
  for (let offset = waiting.pop(); offset !== undefined; offset = waiting.pop()) {
    if (offset === 0 || seen.has(offset) || seen.size >= directoryLimit) continue;
    seen.add(offset);
    const directory = reader.directory(offset);
    if (directory === null) {
      broken++;
      continue;
    }
    all.push(directory);
    waiting.push(directory.next, ...pointersOf(reader, directory));
    const data = dataEnd(reader, directory);
    if (data > 0) pictures++;
    end = Math.max(end, directory.end, valuesEnd(directory), data);
  }
  return pictures === 0 ? null : { first, all, end, broken, pictures };
}

export const entryOf = (directory: TiffDirectory, tag: number): TiffEntry | undefined =>
  directory.entries.find((one) => one.tag === tag);

function pointersOf(reader: TiffReader, directory: TiffDirectory): number[] {
  const found: number[] = [];
  for (const entry of directory.entries) {
    if (!directoryTags.includes(entry.tag)) continue;
    for (let i = 0; i < Math.min(entry.count, 64); i++) found.push(reader.number(entry, i));
  }
  return found;
}

function valuesEnd(directory: TiffDirectory): number {
  let end = 0;
  for (const { valueAt, bytes } of directory.entries) end = Math.max(end, valueAt + bytes);
  return end;
}

/** 0 without data. */
function dataEnd(reader: TiffReader, directory: TiffDirectory): number {
  let end = 0;
  for (const [offsetTag, lengthTag] of dataTags) {
    const offsets = entryOf(directory, offsetTag);
    const lengths = entryOf(directory, lengthTag);
    if (offsets === undefined || lengths === undefined) continue;
    const count = Math.min(offsets.count, lengths.count, stripLimit);
    for (let i = 0; i < count; i++) {
      const offset = reader.number(offsets, i);
      const length = reader.number(lengths, i);
      // Panasonic writes all ones where another tag says it.
      if (length > 0 && offset > 0 && offset !== 0xffffffff) end = Math.max(end, reader.base + offset + length);
    }
  }
  return end;
}
