/**
 * Pictures: dimensions from their own headers; EXIF, GPS, serial numbers of maker notes, IPTC, XMP and ICC; comments of
 * JPEG, GIF and PNG; thumbnails, previews and further pictures as children. Own readers, since libraries return plausible
 * values from garbage: what cannot be is a finding, not a field. Not read: Photoshop layers, most of maker notes.
 */
import { type ByteSource, MemorySource, readRange } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { type Finding, finding } from "../../model/findings.ts";
import { withFieldText } from "../field-text.ts";
import { stretchChild } from "../part-child.ts";
import { pixels, tagText } from "../plausible.ts";
import { boxParts } from "./box-parts.ts";
import { gifParts, pngParts, webpParts } from "./container-parts.ts";
import { headerSize } from "./header-size.ts";
import { profileName } from "./icc-name.ts";
import { iptcFields, resourcesOf, resourceThumbnail } from "./iptc-fields.ts";
import { jpegParts } from "./jpeg-parts.ts";
import { Packets, type PictureParts } from "./picture-parts.ts";
import { codestreamParts, psdParts, rafParts } from "./raw-parts.ts";
import { singleDirectory, tiffExtractions } from "./tiff-picture.ts";
import { xmpExtractions } from "./xmp-fields.ts";

type Parts = (source: ByteSource, limitBytes: number) => PictureParts;

const types = {
  parts: [
    "jpeg",
    "png",
    "apng",
    "gif",
    "webp",
    "heic",
    "heif",
    "avif",
    "cr3",
    "jp2",
    "jpx",
    "jpm",
    "jxl",
    "raf",
    "psd",
  ],
  tags: ["tiff", "dng", "nef", "cr2", "arw", "pef", "srw", "orf", "rw2"],
  sizeOnly: ["bmp", "ico", "cur", "jls", "qoi", "tga", "pcx", "jxr", "xcf"],
};
/** Packets of metadata of one picture together; far above what any has. */
const mostPacketBytes = 64 << 20;

export const pictureExtractor: Extractor = {
  id: "picture",
  family: "extractor",
  name: "Pictures: dimensions, EXIF, GPS, IPTC, XMP, ICC, comments, previews",
  spec: "Exif 3.0; IIM 4.2; XMP part 1; PNG 3; ICC.1:2022; ISO/IEC 23008-12; TIFF 6.0",
  level: "partial",
  types: [...types.parts, ...types.tags, ...types.sizeOnly],
  extract: (source, context) => withFieldText(extractPicture(source, context)),
};

async function* extractPicture(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const head = Buffer.from(readRange(source, 0, 64)).toString("latin1");
  const run = new PictureRun(source);
  const limit = Math.min(context.wholeLimitBytes, mostPacketBytes);
  let size = headerSize(source);
  const partsOf = containerOf(head);
  const parts = partsOf?.(source, limit) ?? null;
  if (parts && "size" in parts) size ??= parts.size as typeof size;
  if (size) yield* sizeFields(size.width, size.height);
  const packets = parts?.packets ?? new Packets(limit);
  if (parts) yield* partExtractions(parts);
  const places = parts ? parts.exif : isTiff(head) ? [0] : [];
  for (const [index, base] of places.entries()) yield* run.tags(source, base, size === null, packets, `exif/${index}`);
  for (const [index, bytes] of (parts?.decodedExif ?? []).entries()) {
    yield* run.tags(new MemorySource(bytes), 0, size === null, packets, `profile/${index}`);
  }
  for (const { at, role } of parts?.directories ?? []) yield* singleDirectory(source, at, role, run.report);
  yield* packetExtractions(run, packets);
  yield* run.end();
}

class PictureRun {
  readonly #source: ByteSource;
  readonly #problems: Finding[] = [];
  #isDamaged = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  readonly report = (what: string): void => {
    if (!this.#problems.some((each) => each.params["what"] === what))
      this.#problems.push(finding("picture/implausible", { what }));
  };

  *tags(source: ByteSource, base: number, wantsSize: boolean, packets: Packets, key: string): Generator<Extraction> {
    const isWhole = yield* tiffExtractions(source, base, { wantsSize, packets, report: this.report, key });
    if (!isWhole) this.#isDamaged = true;
  }

  /** A film behind the picture, as telephones keep a moment's movement: the packet counts from the end of the file. */
  *motion(xmp: string): Generator<Extraction> {
    const length = Number(/MicroVideoOffset[=">]+(\d{1,12})/.exec(xmp)?.[1] ?? 0);
    if (length < 16 || length >= this.#source.size) return;
    yield {
      what: "child",
      child: stretchChild(this.#source, "motion", "motion.mp4", this.#source.size - length, length),
    };
  }

  *end(): Generator<Extraction> {
    if (this.#isDamaged) {
      yield { what: "finding", finding: finding("picture/metadata-damaged", {}) };
      yield { what: "status", status: "partial", reason: "damaged" };
    }
    for (const problem of this.#problems) yield { what: "finding", finding: problem };
  }
}

function containerOf(head: string): Parts | null {
  if (head.startsWith("\xff\xd8\xff")) return jpegParts;
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return pngParts;
  if (/^GIF8[79]a/.test(head)) return gifParts;
  if (/^RIFF[^]{4}WEBP/.test(head)) return webpParts;
  if (head.startsWith("FUJIFILMCCD-RAW")) return rafParts;
  if (head.startsWith("8BPS")) return psdParts;
  if (head.startsWith("\xff\x4f\xff\x51")) return codestreamParts;
  return /^[^]{4}(?:ftyp|jP {2}|JXL )/.test(head) ? boxParts : null;
}

/** TIFF and the raws that only differ in the number behind the byte order. */
const isTiff = (head: string): boolean => /^(?:II\*\0|MM\0\*|IIRO|IIRS|MMOR|IIU\0|II\xbc[\0\x01])/.test(head);

function* sizeFields(width: number, height: number): Generator<Extraction> {
  const [wide, high] = [pixels(width), pixels(height)];
  if (wide && high) {
    yield { what: "field", name: "width", value: wide, source: "header" };
    yield { what: "field", name: "height", value: high, source: "header" };
  } else yield { what: "finding", finding: finding("picture/implausible", { what: "dimensions" }) };
}

function* partExtractions(parts: PictureParts): Generator<Extraction> {
  for (const found of parts.findings) yield { what: "finding", finding: found };
  if (parts.damaged) yield { what: "status", status: "partial", reason: "damaged" };
  for (const { name, value, source } of parts.fields) yield { what: "field", name, value, source };
  for (const { text, label } of parts.texts) yield { what: "text", text: `${text}\n`, label };
  for (const child of parts.children) yield { what: "child", child };
}

/** Photoshop's resources hold packets of the other kinds: they come first. */
async function* packetExtractions(run: PictureRun, packets: Packets): AsyncGenerator<Extraction> {
  for (const resource of packets.photoshop.flatMap(resourcesOf)) {
    if (resource.id === 0x0404) packets.iptc.push(resource.data);
    else if (resource.id === 0x040f) packets.icc.push(resource.data);
    else if (resource.id === 0x0424) packets.xmp.push(resource.data);
    else if (resource.id === 0x0422) yield* run.tags(new MemorySource(resource.data), 0, false, packets, "8bim/exif");
    else yield* resourceThumbnail(resource);
  }
  for (const bytes of packets.iptc) yield* iptcFields(bytes, run.report);
  for (const bytes of packets.xmp) {
    const packet = bytes.toString("utf8");
    yield* xmpExtractions(packet, run.report);
    yield* run.motion(packet);
  }
  for (const profile of packets.icc) {
    const value = tagText(profileName(profile) ?? "", 256);
    if (value !== null) yield { what: "field", name: "colorProfile", value, source: "icc" };
  }
  if (packets.isCut) yield { what: "finding", finding: finding("picture/head-only", { limit: packets.limitBytes }) };
}
