/**
 * Pictures: dimensions from their own headers, EXIF, GPS, IPTC, XMP and ICC through exifr, comments of JPEG, GIF and PNG.
 * Exifr can return plausible looking values from garbage; values that cannot be are findings, not fields.
 * Not read: maker notes, Photoshop layers, thumbnails.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { type Finding, finding } from "../../model/findings.ts";
import { callQuietly } from "../library-call.ts";
import { pixels } from "../plausible.ts";
import { gifParts, jpegParts, pngParts, webpParts } from "./container-parts.ts";
import { exifExtractions, type ExifGroups } from "./exif-fields.ts";
import { headerSize } from "./header-size.ts";
import type { PictureParts } from "./picture-parts.ts";
import { xmpExtractions } from "./xmp-fields.ts";

/** Types of which exifr reads a head of the file; metadata of TIFF and its raws may lie anywhere. */
const readByPackage = ["tiff", "dng", "nef", "cr2", "arw", "pef", "srw", "heic", "heif", "avif"];
const ownParts: Readonly<Record<string, (source: ByteSource) => PictureParts>> = {
  jpeg: jpegParts,
  png: pngParts,
  apng: pngParts,
  gif: gifParts,
  webp: webpParts,
};
const sizeOnly = ["bmp", "psd", "ico", "cur", "jls", "qoi", "tga", "pcx", "jp2", "jxr", "orf", "rw2", "raf", "cr3"];
const maxPackageBytes = 64 << 20;

export const pictureExtractor: Extractor = {
  id: "picture",
  family: "extractor",
  name: "Pictures: dimensions, EXIF, GPS, IPTC, XMP, ICC, comments",
  spec: "Exif 3.0; IIM 4.2; XMP part 1; PNG 3; ICC.1:2022",
  level: "partial",
  types: [...Object.keys(ownParts), ...readByPackage, ...sizeOnly],
  extract: extractPicture,
};

async function* extractPicture(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const head = readRange(source, 0, 64);
  const size = headerSize(source);
  if (size) {
    const [width, height] = [pixels(size.width), pixels(size.height)];
    if (width && height) {
      yield { what: "field", name: "width", value: width, source: "header" };
      yield { what: "field", name: "height", value: height, source: "header" };
    } else yield implausible("dimensions");
  }
  const kind = containerOf(head);
  if (kind) {
    const parts = ownParts[kind]!(source);
    yield* partExtractions(parts);
    for (const packet of parts.xmp) yield* xmpExtractions(packet);
    if (parts.exif) yield* exifOf(parts.exif, size !== null);
    if (parts.segments) yield* exifOf(parts.segments, size !== null);
  } else if (isTiffOrHeif(head)) {
    const limit = Math.min(context.wholeLimitBytes, maxPackageBytes);
    if (source.size > limit) yield { what: "finding", finding: finding("picture/head-only", { limit }) };
    yield* exifOf(readRange(source, 0, limit), false);
  }
}

function containerOf(head: Uint8Array): string | null {
  const text = Buffer.from(head.subarray(0, 12)).toString("latin1");
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (/^GIF8[79]a/.test(text)) return "gif";
  return /^RIFF[^]{4}WEBP/.test(text) ? "webp" : null;
}

function isTiffOrHeif(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 8)).toString("latin1");
  return /^(II\*\0|MM\0\*)/.test(text) || text.slice(4) === "ftyp";
}

function* partExtractions(parts: PictureParts): Generator<Extraction> {
  for (const found of parts.findings) yield { what: "finding", finding: found };
  if (parts.damaged) yield { what: "status", status: "partial", reason: "damaged" };
  for (const { name, value, source } of parts.fields) yield { what: "field", name, value, source };
  for (const { text, label } of parts.texts) yield { what: "text", text: `${text}\n`, label };
}

const options = {
  tiff: true,
  ifd0: {},
  ifd1: false,
  exif: true,
  gps: true,
  interop: false,
  xmp: true,
  iptc: true,
  icc: true,
  jfif: false,
  ihdr: false,
  makerNote: false,
  userComment: true,
  mergeOutput: false,
  sanitize: true,
  reviveValues: false,
  translateKeys: true,
  translateValues: true,
  multiSegment: true,
} as const;

/** Metadata of a TIFF, a HEIF or the segments of a JPEG; exifr's exceptions say that there is something but not readable. */
async function* exifOf(bytes: Uint8Array, sizeKnown: boolean): AsyncGenerator<Extraction> {
  const { default: exifr } = await import("exifr");
  let groups: (ExifGroups & { errors?: readonly unknown[] }) | undefined;
  try {
    groups = (await callQuietly(() => exifr.parse(bytes, options as never))) as typeof groups;
  } catch {
    // Whatever exifr throws (RangeError, TypeError, "Unknown file format") comes from the bytes it was given.
    yield { what: "finding", finding: finding("picture/metadata-damaged", {}) };
    yield { what: "status", status: "partial", reason: "damaged" };
    return;
  }
  if (!groups) return;
  if (groups.errors && groups.errors.length > 0) {
    yield { what: "finding", finding: finding("picture/metadata-damaged", {}) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
  const problems: Finding[] = [];
  yield* exifExtractions(groups, sizeKnown, (what) => problems.push(finding("picture/implausible", { what })));
  for (const problem of problems) yield { what: "finding", finding: problem };
}

function implausible(what: string): Extraction {
  return { what: "finding", finding: finding("picture/implausible", { what }) };
}
