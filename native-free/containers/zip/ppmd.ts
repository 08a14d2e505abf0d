/**
 * PPMd, version I revision 1: ZIP method 98 (APPNOTE 6.3.10, 5.10), decoded by 7-Zip's WebAssembly over an archive of one entry that is
 * made for it. Both sides are held in memory: entries of more than 256 MiB are not decoded.
 */
import { Buffer } from "node:buffer";
import type { SevenZipModuleFactory } from "7z-wasm";
import { readRange } from "../../bytes/byte-source.ts";
import { PIECE_BYTES, type UnpackedLater } from "../../unpack/byte-feed.ts";
import type { PackedData } from "./entry-data.ts";

const MOST_BYTES = 256 * 1024 * 1024;
const METHOD = 98;
const NAME = "entry";
const VERSION = 63;
/** Flag 3, sizes behind the data, does not hold for an archive that is made anew; the others are not the method's. */
const FLAGS = 0;

export async function* unppmd(data: PackedData): UnpackedLater {
  const end = data.at + data.packedSize;
  if (data.size === null || data.size > MOST_BYTES || data.packedSize > MOST_BYTES) {
    return { problem: "unsupported-size", end: data.at };
  }
  if (end > data.source.size) return { problem: "truncated", end: data.at };
  const bytes = await unpack(archiveOf(data));
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.slice(at, at + PIECE_BYTES);
  return { problem: bytes.length < data.size ? "ppmd" : null, end };
}

/** A ZIP of one entry (APPNOTE 4.3). */
function archiveOf({ source, at, packedSize, size, crc }: PackedData): Uint8Array {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(VERSION, 0);
  facts.writeUInt16LE(FLAGS, 2);
  facts.writeUInt16LE(METHOD, 4);
  facts.writeUInt32LE(crc ?? 0, 10);
  facts.writeUInt32LE(packedSize, 14);
  facts.writeUInt32LE(size ?? 0, 18);
  facts.writeUInt16LE(NAME.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), facts, Buffer.from(NAME)]);
  const record = Buffer.concat([
    Buffer.from("PK\x01\x02", "latin1"),
    Buffer.from([VERSION, 0]),
    facts,
    Buffer.alloc(14),
    Buffer.from(NAME),
  ]);
  const tail = Buffer.alloc(22);
  tail.write("PK\x05\x06", 0, "latin1");
  tail.writeUInt16LE(1, 8);
  tail.writeUInt16LE(1, 10);
  tail.writeUInt32LE(record.length, 12);
  tail.writeUInt32LE(local.length + packedSize, 16);
  return Buffer.concat([local, readRange(source, at, packedSize), record, tail]);
}

/** What of the entry could be decoded. */
async function unpack(archive: Uint8Array): Promise<Uint8Array> {
  // The package is CommonJS under declarations of a module.
  const { default: loaded } = await import("7z-wasm");
  const make = loaded as unknown as SevenZipModuleFactory;
  const silent = (): void => undefined;
  const seven = await make({ print: silent, printErr: silent, quit: silent });
  try {
    seven.FS.writeFile("/in.zip", archive);
    seven.callMain(["e", "/in.zip", "-o/out", "-y", "-bd"]);
    return seven.FS.readFile(`/out/${NAME}`);
  } catch {
    // Whatever 7-Zip stumbled over, there is no file.
    return new Uint8Array(0);
  }
}
