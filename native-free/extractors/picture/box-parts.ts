/**
 * Pictures in boxes: HEIF, AVIF (ISO/IEC 23008-12), Canon CR3, JPEG 2000 (ISO/IEC 15444-1 annex I) and JPEG XL (ISO/IEC
 * 18181-2). Size, EXIF, XMP, colour profile, thumbnails and previews. Not read: protected items, metadata that is compressed.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { stretchChild } from "../part-child.ts";
import { boxesIn, type IsoBox } from "../iso-boxes.ts";
import { jxlSize } from "./header-size.ts";
import { itemsIn } from "./heif-items.ts";
import { damage } from "./part-damage.ts";
import { type Collected, nothing, type PictureParts } from "./picture-parts.ts";

export interface BoxParts extends PictureParts {
  readonly size: { readonly width: number; readonly height: number } | null;
}

interface BoxRun extends Collected {
  size: { width: number; height: number } | null;
}

const uuid = {
  xmp: "be7acfcb97a942e89c71999491e3afac",
  exif: "4a706754696666457869662d3e4a5032",
  canon: "85c0b687820f11e08111f4ce462b6a48",
  preview: "eaf42b5e1c984b88b9fbb7dc406e4d16",
};
/** Boxes that hold boxes, with the bytes before the first. */
const nested: Readonly<Record<string, number>> = {
  moov: 0,
  meta: 4,
  iprp: 0,
  ipco: 0,
  jp2h: 0,
  trak: 0,
  mdia: 0,
  minf: 0,
  stbl: 0,
};
const mostBoxes = 10_000;
const deepest = 8;

export function boxParts(source: ByteSource, limitBytes: number): BoxParts {
  const run: BoxRun = { ...nothing(limitBytes), size: null };
  walk(run, source, 0, source.size, 0, { left: mostBoxes });
  return run;
}

function walk(
  run: BoxRun,
  source: ByteSource,
  from: number,
  to: number,
  depth: number,
  budget: { left: number },
): void {
  for (const box of boxesIn(source, from, to)) {
    if (budget.left-- <= 0) return;
    if (box.isCut) {
      if (depth === 0) damage(run, "box", "longer than the file", box.at);
      if (box.kind !== "meta" && box.kind !== "moov") return;
    }
    readBox(run, source, box);
    const skip = nested[box.kind] ?? uuidSkip(source, box);
    if (skip !== null && depth < deepest) walk(run, source, box.bodyAt + skip, box.end, depth + 1, budget);
  }
}

/** Canon's boxes hold boxes of their own; the preview's has eight bytes before them. */
function uuidSkip(source: ByteSource, box: IsoBox): number | null {
  if (box.kind !== "uuid") return null;
  const id = idOf(source, box);
  return id === uuid.canon ? 16 : id === uuid.preview ? 24 : null;
}

const idOf = (source: ByteSource, box: IsoBox): string =>
  Buffer.from(readRange(source, box.bodyAt, 16)).toString("hex");

function readBox(run: BoxRun, source: ByteSource, box: IsoBox): void {
  const { kind, bodyAt, end } = box;
  if (kind === "ispe") takeSize(run, source, bodyAt + 4, false);
  else if (kind === "ihdr") takeSize(run, source, bodyAt, true);
  else if (kind === "colr") colour(run, source, box);
  else if (kind === "meta") for (const item of itemsIn(source, box)) takeItem(run, source, item);
  else if (kind === "CMT1") run.exif.push(bodyAt);
  else if (kind === "CMT2") run.directories.push({ at: bodyAt, role: "exif" });
  else if (kind === "CMT3") run.directories.push({ at: bodyAt, role: "canon" });
  else if (kind === "CMT4") run.directories.push({ at: bodyAt, role: "gps" });
  else if (kind === "jxlc") takeCodestream(run, source, bodyAt);
  else if (kind === "jxlp") takeCodestream(run, source, bodyAt + 4);
  else if (kind === "Exif") exifItem(run, source, bodyAt, end - bodyAt);
  else if (kind === "xml ") takePacket(run, source, bodyAt, end - bodyAt);
  else if (kind === "THMB" || kind === "PRVW") canonPicture(run, source, box);
  else if (kind === "uuid") {
    const id = idOf(source, box);
    if (id === uuid.xmp) takePacket(run, source, bodyAt + 16, end - bodyAt - 16);
    else if (id === uuid.exif) run.exif.push(bodyAt + 16);
  }
}

/** The largest of all: pictures of tiles give the size of a tile as well. */
function takeSize(run: BoxRun, source: ByteSource, at: number, heightFirst: boolean): void {
  const bytes = Buffer.from(readRange(source, at, 8));
  if (bytes.length < 8) return;
  const [first, second] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
  const size = heightFirst ? { width: second, height: first } : { width: first, height: second };
  if (!run.size || size.width * size.height > run.size.width * run.size.height) run.size = size;
}

function takeCodestream(run: BoxRun, source: ByteSource, at: number): void {
  run.size ??= jxlSize(readRange(source, at, 16));
}

/** HEIF has a four-letter kind before the profile, JPEG 2000 a method of 2. */
function colour(run: BoxRun, source: ByteSource, { bodyAt, end }: IsoBox): void {
  const head = Buffer.from(readRange(source, bodyAt, 4));
  const kind = head.toString("latin1");
  const skip = kind === "prof" || kind === "rICC" ? 4 : head[0] === 2 ? 3 : 0;
  if (skip > 0) run.packets.icc.push(packet(run, source, bodyAt + skip, end - bodyAt - skip));
}

const packet = (run: BoxRun, source: ByteSource, at: number, length: number): Buffer =>
  Buffer.from(readRange(source, at, run.packets.take(length)));

function takePacket(run: BoxRun, source: ByteSource, at: number, length: number): void {
  run.packets.xmp.push(packet(run, source, at, length));
}

function takeItem(
  run: BoxRun,
  source: ByteSource,
  item: { kind: string; mime: string; at: number; length: number; id: number },
): void {
  if (item.kind === "Exif") exifItem(run, source, item.at, item.length);
  else if (item.kind === "mime" && item.mime === "application/rdf+xml") takePacket(run, source, item.at, item.length);
  else if (item.kind === "jpeg") {
    run.children.push(stretchChild(source, `item/${item.id}`, "thumbnail.jpg", item.at, item.length));
  }
}

/** Four bytes say how far behind them the TIFF header is. */
function exifItem(run: BoxRun, source: ByteSource, at: number, length: number): void {
  const head = Buffer.from(readRange(source, at, 4));
  if (head.length < 4) return;
  const skip = head.readUInt32BE(0);
  if (skip + 12 < length) run.exif.push(at + 4 + skip);
}

/** A JPEG behind sizes: it begins at its own mark. */
function canonPicture(run: BoxRun, source: ByteSource, { kind, bodyAt, end }: IsoBox): void {
  const start = Buffer.from(readRange(source, bodyAt, 64)).indexOf(Buffer.from([0xff, 0xd8, 0xff]));
  if (start < 0) return;
  const name = kind === "THMB" ? "thumbnail.jpg" : "preview.jpg";
  run.children.push(stretchChild(source, `canon/${bodyAt}`, name, bodyAt + start, end - bodyAt - start));
}
