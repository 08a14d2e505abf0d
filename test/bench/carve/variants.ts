/** Files that differ from one another, made from whole ones by changes that their formats allow. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { LayoutFile } from "../../fixtures/carving/layout-types.ts";

const joined = (bytes: Uint8Array, at: number, added: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);

function numbered(seed: number): Buffer {
  const text = Buffer.alloc(8, "variant");
  text.writeUInt32BE(seed >>> 0, 4);
  return text;
}

/** A comment behind the first segment. */
function jpegOf(bytes: Buffer, seed: number): Buffer {
  return joined(bytes, 4 + bytes.readUInt16BE(4), Buffer.concat([Buffer.from([0xff, 0xfe, 0, 10]), numbered(seed)]));
}

/** A text behind the header. */
function pngOf(bytes: Buffer, seed: number): Buffer {
  const chunk = Buffer.alloc(4 + 4 + 10 + 4);
  chunk.writeUInt32BE(10, 0);
  chunk.write("tEXtv\0", 4, "latin1");
  numbered(seed).copy(chunk, 10);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 18)), 18);
  return joined(bytes, 33, chunk);
}

/** A comment behind the table of colours. */
function gifOf(bytes: Buffer, seed: number): Buffer {
  const flags = bytes[10]!;
  const table = flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
  const comment = Buffer.concat([Buffer.from([0x21, 0xfe, 8]), numbered(seed), Buffer.from([0])]);
  return joined(bytes, 13 + table, comment);
}

/** Another day of the first member. Null where its entry in the directory is not found. */
function zipOf(bytes: Buffer, seed: number): Buffer | null {
  const entry = bytes.indexOf("PK\x01\x02", 0, "latin1");
  if (entry < 0 || bytes.readUInt32LE(entry + 42) !== 0) return null;
  const changed = Buffer.from(bytes);
  for (const at of [10, entry + 12]) changed.writeUInt32LE((0x21 + (seed << 16)) >>> 0, at);
  return changed;
}

/** A sample or a point of colour in the middle. */
function middleOf(bytes: Buffer, seed: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt16LE(seed & 0xffff, (bytes.length >> 1) & ~1);
  return changed;
}

/** A box of free space behind the others. */
function mp4Of(bytes: Buffer, seed: number): Buffer {
  return Buffer.concat([bytes, Buffer.from([0, 0, 0, 16]), Buffer.from("free"), numbered(seed)]);
}

const changes: Readonly<Record<string, (bytes: Buffer, seed: number) => Buffer | null>> = {
  ...{ jpeg: jpegOf, png: pngOf, gif: gifOf, zip: zipOf, docx: zipOf, wav: middleOf, bmp: middleOf, mp4: mp4Of },
};

/** Seed 0 is the file itself; null where the format allows no change that is known here. Seeds up to 65,535. */
export function variantOf(file: LayoutFile, seed: number): LayoutFile | null {
  if (seed === 0) return file;
  const bytes = changes[file.type]?.(Buffer.from(file.bytes), seed);
  return bytes ? { ...file, bytes, sha256: createHash("sha256").update(bytes).digest("hex") } : null;
}
