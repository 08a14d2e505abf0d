/**
 * A TIFF, the EXIF of a picture, or a camera raw that is built like one: fields of its directories, thumbnails and previews as
 * children, and the packets of other kinds that it holds.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { Extraction } from "../../model/extraction.ts";
import { stretchChild } from "../part-child.ts";
import { dateFields, exifFields, gpsFields, mainFields, sizeFields } from "./exif-fields.ts";
import { canonFields, makerFields } from "./maker-notes.ts";
import type { Packets } from "./picture-parts.ts";
import { type Directory, Tiff } from "./tiff-tags.ts";

const tag = {
  width: 0x100,
  height: 0x101,
  compression: 0x103,
  strips: 0x111,
  stripBytes: 0x117,
  subDirectories: 0x14a,
  jpegAt: 0x201,
  jpegBytes: 0x202,
  xmp: 0x2bc,
  iptc: 0x83bb,
  photoshop: 0x8649,
  exif: 0x8769,
  icc: 0x8773,
  gps: 0x8825,
  rawPanasonic: 0x2e,
  exifWidth: 0xa002,
  exifHeight: 0xa003,
};
const mostDirectories = 32;
const mostPreviews = 16;

export interface TiffOptions {
  /** Whether width and height are to come from the tags. */
  readonly wantsSize: boolean;
  readonly packets: Packets;
  readonly report: (what: string) => void;
  /** Prefix of the keys of children. */
  readonly key: string;
}

/** True at the end where all of it could be read. */
export function* tiffExtractions(
  source: ByteSource,
  base: number,
  options: TiffOptions,
): Generator<Extraction, boolean> {
  const tiff = new Tiff(source, base);
  const main = tiff.first;
  if (!main) return false;
  const exif = tiff.directory(main.number(tag.exif) ?? 0);
  yield* mainFields(main);
  if (exif) yield* exifFields(exif);
  yield* dateFields(main, exif, options.report);
  if (exif) yield* makerFields(exif, main.text(0x10f) ?? "");
  const gps = tiff.directory(main.number(tag.gps) ?? 0);
  if (gps) yield* gpsFields(gps, options.report);
  const { damaged } = tiff;
  const directories = [main, ...belowOf(tiff, main)];
  for (const directory of directories) collect(directory, options.packets);
  if (options.wantsSize) yield* largest(directories, exif, options.report);
  yield* previews(source, base, directories, options.key);
  // Directories beyond the first are often overwritten by editors that keep only the first: no loss of the picture's own.
  tiff.damaged = damaged;
  return !tiff.damaged;
}

/** One of Canon's structures: its first directory is that of EXIF, of the maker's tags or of positions. */
export function* singleDirectory(
  source: ByteSource,
  at: number,
  role: "exif" | "gps" | "canon",
  report: TiffOptions["report"],
): Generator<Extraction> {
  const directory = new Tiff(source, at).first;
  if (!directory) return;
  if (role === "gps") yield* gpsFields(directory, report);
  else if (role === "canon") yield* canonFields(directory);
  else {
    yield* exifFields(directory);
    yield* dateFields(directory, directory, report);
  }
}

/** Directories behind the first, and those below any of them. */
function belowOf(tiff: Tiff, main: Directory): Directory[] {
  const found: Directory[] = [];
  const pending = [main];
  while (pending.length > 0 && found.length < mostDirectories) {
    const from = pending.shift()!;
    const offsets = [...from.numbers(tag.subDirectories, 16), from.next];
    for (const offset of offsets) {
      const directory = offset > 0 ? tiff.directory(offset) : null;
      if (!directory) continue;
      found.push(directory);
      pending.push(directory);
    }
  }
  return found;
}

function collect(directory: Directory, packets: Packets): void {
  for (const [kind, number] of [
    ["xmp", tag.xmp],
    ["iptc", tag.iptc],
    ["photoshop", tag.photoshop],
    ["icc", tag.icc],
  ] as const) {
    const place = directory.place(number);
    if (!place) continue;
    const taken = packets.take(place.length);
    if (taken > 0) packets[kind].push(Buffer.from(readRange(directory.tiff.source, place.at, taken)));
  }
}

/** The largest of the pictures; cameras say the size of the finished one in EXIF. */
function* largest(
  directories: readonly Directory[],
  exif: Directory | null,
  report: TiffOptions["report"],
): Generator<Extraction> {
  let best: [number, number] | null = null;
  for (const directory of directories) {
    const [width, height] = [directory.number(tag.width), directory.number(tag.height)];
    if (width !== null && height !== null && (!best || width * height > best[0] * best[1])) best = [width, height];
  }
  const finished = [exif?.number(tag.exifWidth) ?? null, exif?.number(tag.exifHeight) ?? null] as const;
  yield* sizeFields(best?.[0] ?? finished[0], best?.[1] ?? finished[1], report);
}

/** Whole JPEG pictures: thumbnails by their own two tags, previews of raws as single strips. */
function* previews(
  source: ByteSource,
  base: number,
  directories: readonly Directory[],
  key: string,
): Generator<Extraction> {
  const seen = new Set<number>();
  for (const [index, directory] of directories.entries()) {
    for (const [at, length] of placesOf(directory, base)) {
      const mark = readRange(source, at, 3);
      if (
        seen.has(at) ||
        seen.size >= mostPreviews ||
        length < 4 ||
        mark[0] !== 0xff ||
        mark[1] !== 0xd8 ||
        mark[2] !== 0xff
      )
        continue;
      seen.add(at);
      const name = length < 65_536 ? "thumbnail.jpg" : "preview.jpg";
      yield { what: "child", child: stretchChild(source, `${key}/${index}/${at - base}`, name, at, length) };
    }
  }
}

function placesOf(directory: Directory, base: number): [at: number, length: number][] {
  const places: [number, number][] = [];
  const [at, length] = [directory.number(tag.jpegAt), directory.number(tag.jpegBytes)];
  if (at !== null && length !== null) places.push([base + at, length]);
  const compression = directory.number(tag.compression);
  if ((compression === 6 || compression === 7 || compression === 99) && directory.count(tag.strips) === 1) {
    places.push([base + (directory.number(tag.strips) ?? 0), directory.number(tag.stripBytes) ?? 0]);
  }
  const raw = directory.place(tag.rawPanasonic);
  if (raw && raw.length > 1024) places.push([raw.at, raw.length]);
  return places;
}
