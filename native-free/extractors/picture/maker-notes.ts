/**
 * Serial numbers, lenses and owners in maker notes whose layout is a directory of tags like EXIF's: Canon, Nikon, Olympus,
 * Panasonic, Fujifilm, Sony, Pentax, Apple. Layouts as the tag tables published for ExifTool list them. Not read: encrypted
 * parts, settings of the camera, other makers.
 */
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { tagText } from "../plausible.ts";
import { Tiff, type Directory } from "./tiff-tags.ts";
import { readRange } from "../../bytes/byte-source.ts";

interface Maker {
  /** First bytes of the note. */
  readonly mark: RegExp;
  /** Where the directory is behind the start of the note, and what its offsets count from. */
  readonly at: number;
  readonly base: "file" | "note" | number;
  readonly tags: Readonly<Record<number, FieldName>>;
}

const makers: readonly Maker[] = [
  { mark: /^Nikon\0[\x02\x03]/, at: 18, base: 10, tags: { 0x1d: "cameraSerial" } },
  { mark: /^OLYMPUS\0(?:II|MM)/, at: 12, base: "note", tags: {} },
  { mark: /^OLYMP\0/, at: 8, base: "file", tags: { 0x0207: "software" } },
  { mark: /^Panasonic\0/, at: 12, base: "file", tags: { 0x25: "cameraSerial", 0x51: "lens" } },
  { mark: /^FUJIFILM/, at: 12, base: "note", tags: { 0x10: "cameraSerial" } },
  { mark: /^SONY DSC /, at: 12, base: "file", tags: {} },
  { mark: /^AOC\0/, at: 6, base: "file", tags: { 0x0229: "cameraSerial" } },
  { mark: /^Apple iOS\0/, at: 14, base: "note", tags: { 0x11: "documentId", 0x15: "documentId" } },
];
const canonTags: Readonly<Record<number, FieldName>> = {
  0x06: "description",
  0x07: "software",
  0x09: "author",
  0x95: "lens",
};
const canonSerial = 0x0c;

export function* makerFields(exif: Directory, camera: string): Generator<Extraction> {
  const note = exif.place(0x927c);
  if (!note || note.length < 32) return;
  const { tiff } = exif;
  const head = Buffer.from(readRange(tiff.source, note.at, 16)).toString("latin1");
  if (/^canon/i.test(camera)) {
    const directory = new Tiff(tiff.source, tiff.base).directoryAt(0, note.at);
    if (directory) yield* canonFields(directory);
    return;
  }
  const maker = makers.find(({ mark }) => mark.test(head));
  if (!maker) return;
  const base = maker.base === "file" ? tiff.base : note.at + (maker.base === "note" ? 0 : maker.base);
  // Byte order marks stand where the offsets count from; without one the order is the file's.
  const own = new Tiff(
    tiff.source,
    maker.base === "file" || !/^(?:II|MM)/.test(orderAt(tiff, base)) ? tiff.base : base,
  );
  const reader =
    own.base === base ? own : new OffsetTiff(tiff.source, base, maker.mark.source.includes("FUJI") || tiff.little);
  const directory = reader.directoryAt(0, note.at + maker.at);
  if (directory) yield* texts(directory, maker.tags);
}

export function* canonFields(directory: Directory): Generator<Extraction> {
  yield* texts(directory, canonTags);
  const serial = directory.number(canonSerial);
  if (serial) yield { what: "field", name: "cameraSerial", value: String(serial), source: "maker note" };
}

const orderAt = (tiff: Tiff, at: number): string => Buffer.from(readRange(tiff.source, at, 2)).toString("latin1");

/** Offsets from a place that has no mark of the byte order. */
class OffsetTiff extends Tiff {
  override readonly little: boolean;

  constructor(source: Tiff["source"], base: number, little: boolean) {
    super(source, base);
    this.little = little;
  }
}

function* texts(directory: Directory, tags: Readonly<Record<number, FieldName>>): Generator<Extraction> {
  for (const [tag, name] of Object.entries(tags)) {
    const value = tagText(directory.text(Number(tag)) ?? "", 512);
    if (value !== null && /[0-9A-Za-z]/.test(value)) yield { what: "field", name, value, source: "maker note" };
  }
}
