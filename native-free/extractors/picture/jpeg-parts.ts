/** Marker segments of a JPEG up to its first scan (ITU-T T.81 annex B), with the packets of metadata that they carry. */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { stretchChild } from "../part-child.ts";
import { addText, damage, truncated } from "./part-damage.ts";
import { type Collected, nothing, type PictureParts } from "./picture-parts.ts";
import { Tiff } from "./tiff-tags.ts";

const maxTailBytes = 65_536;
const pieceBytes = 1 << 20;

/**
 * Whether EOI (FF D9) stands anywhere behind the start of the scan: coded data cannot hold it (ITU-T T.81, F.1.2.3), but
 * cameras append other matter. The end is looked at first, the whole only where nothing is found there.
 */
function hasEndOfImage(source: ByteSource, scan: number): boolean {
  const tail = Math.max(scan, source.size - maxTailBytes);
  if (holdsEndOfImage(readRange(source, tail, maxTailBytes))) return true;
  for (let at = scan; at < tail; at += pieceBytes) {
    if (holdsEndOfImage(readRange(source, at, pieceBytes + 1))) return true;
  }
  return false;
}

function holdsEndOfImage(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes("\xff\xd9", 0, "latin1");
}

/** Segments in the order of the file. */
export function jpegParts(source: ByteSource, limitBytes: number): PictureParts {
  const parts = nothing(limitBytes);
  const profile: Buffer[] = [];
  const longXmp = new Map<number, Buffer>();
  let at = 2;
  for (;;) {
    const head = readRange(source, at, 4);
    if (head.length < 4 || head[0] !== 0xff) {
      damage(parts, "JPEG", head.length < 4 ? "ends before the picture" : "marker expected", at);
      break;
    }
    const marker = head[1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xda && !hasEndOfImage(source, at + 4)) truncated(parts, "JPEG", source.size);
    if (marker === 0xda || marker === 0xd9) break;
    const length = 2 + ((head[2]! << 8) | head[3]!);
    if (length < 4 || at + length > source.size) {
      damage(parts, "JPEG", "segment longer than the file", at);
      break;
    }
    if (marker === 0xfe) addText(parts, Buffer.from(readRange(source, at + 4, length - 4)), "comment");
    else if (marker === 0xe1) exifOrXmp(parts, source, at, length, longXmp);
    else if (marker === 0xe2) profileOrPictures(parts, source, at, length, profile);
    else if (marker === 0xed) photoshop(parts, source, at, length);
    at += length;
  }
  if (profile.length > 0) parts.packets.icc.push(Buffer.concat(profile));
  const places = [...longXmp.keys()].sort((a, b) => a - b);
  if (places.length > 0) parts.packets.xmp.push(Buffer.concat(places.map((place) => longXmp.get(place)!)));
  return parts;
}

const xmpMark = "http://ns.adobe.com/xap/1.0/\0";
const longXmpMark = "http://ns.adobe.com/xmp/extension/\0";
const longXmpHead = longXmpMark.length + 40;
const longestMark = 40;

/** Extended XMP comes in pieces: mark, identifier of 32 bytes, whole length, place of the piece (XMP part 3, 1.1.3.1). */
function exifOrXmp(
  parts: Collected,
  source: ByteSource,
  at: number,
  length: number,
  pieces: Map<number, Buffer>,
): void {
  const mark = Buffer.from(readRange(source, at + 4, longestMark)).toString("latin1");
  const body = (skip: number): Buffer => {
    const taken = parts.packets.take(length - 4 - skip);
    return Buffer.from(readRange(source, at + 4 + skip, taken));
  };
  if (mark.startsWith("Exif\0")) parts.exif.push(at + 10);
  else if (mark.startsWith(xmpMark)) parts.packets.xmp.push(body(xmpMark.length));
  else if (mark.startsWith(longXmpMark) && length > longXmpHead + 4) {
    pieces.set(Buffer.from(readRange(source, at + longXmpHead, 4)).readUInt32BE(0), body(longXmpHead));
  }
}

/** ICC profiles are numbered pieces of one (ICC.1 B.4); multi-picture files have an index of their others (CIPA DC-007). */
function profileOrPictures(parts: Collected, source: ByteSource, at: number, length: number, profile: Buffer[]): void {
  const mark = Buffer.from(readRange(source, at + 4, 14)).toString("latin1");
  if (mark.startsWith("ICC_PROFILE\0") && length > 18) {
    profile.push(Buffer.from(readRange(source, at + 18, parts.packets.take(length - 18))));
  } else if (mark.startsWith("MPF\0")) otherPictures(parts, source, at + 8);
}

const pictureTable = 0xb002;
const pictureEntryBytes = 16;
const mostPictures = 16;

function otherPictures(parts: Collected, source: ByteSource, base: number): void {
  const tiff = new Tiff(source, base);
  const table = tiff.first?.bytes(pictureTable, mostPictures * pictureEntryBytes);
  if (!table) return;
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  for (let entry = 0; entry + pictureEntryBytes <= table.length; entry += pictureEntryBytes) {
    const [size, offset] = [view.getUint32(entry + 4, tiff.little), view.getUint32(entry + 8, tiff.little)];
    // The first is this picture itself.
    if (offset === 0 || size === 0 || base + offset >= source.size) continue;
    parts.children.push(stretchChild(source, `mpf/${entry / pictureEntryBytes}`, "picture.jpg", base + offset, size));
  }
}

function photoshop(parts: Collected, source: ByteSource, at: number, length: number): void {
  const mark = "Photoshop 3.0\0";
  if (Buffer.from(readRange(source, at + 4, mark.length)).toString("latin1") !== mark) return;
  const from = at + 4 + mark.length;
  const taken = parts.packets.take(length - 4 - mark.length);
  const bytes = Buffer.from(readRange(source, from, taken));
  const last = parts.packets.photoshop.pop();
  // Resources longer than one segment go on in the next.
  const goesOn = last && !bytes.subarray(0, 4).equals(Buffer.from("8BIM"));
  if (last && !goesOn) parts.packets.photoshop.push(last);
  parts.packets.photoshop.push(goesOn ? Buffer.concat([last, bytes]) : bytes);
}
