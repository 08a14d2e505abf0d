/**
 * Images of ISO 9660 volumes, with or without Joliet and UDF beside: the end is the volume space that the primary descriptor states.
 * ECMA-119, 8 and 9. Not supported: pure UDF, raw sectors of 2,352 bytes, what programs add behind the volume space.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { u16be, u32be } from "../../bytes/field-types.ts";
import { ascii, struct, u16, u32, u8 } from "../../bytes/struct.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const sectorBytes = 2048;
const firstDescriptorAt = 16 * sectorBytes;
const mostDescriptors = 64;
const lastDescriptor = 255;
const limitBytes = 2 ** 40;

const primary = struct("iso9660.primary", 190, {
  type: [0, u8],
  volumeName: [40, ascii(32)],
  blocks: [80, u32],
  blocksBig: [84, u32be],
  blockBytes: [128, u16],
  blockBytesBig: [130, u16be],
  pathTableBytes: [132, u32],
  pathTable: [140, u32, "block of the little-endian path table"],
  rootLength: [156, u8],
  root: [158, u32, "block of the root directory"],
  rootBig: [162, u32be],
  rootBytes: [166, u32],
});
const cursor = primary.cursor();
const head = new FirstBytes(primary.size);

/** Descriptors follow each other to the one that ends them. */
function descriptorsEnd(window: CarveWindow, at: number): number {
  for (let i = 0; i < mostDescriptors; i++) {
    const place = at + firstDescriptorAt + i * sectorBytes;
    if (!window.isText(place + 1, "CD001")) return -1;
    if (window.u8(place) === lastDescriptor) return place + sectorBytes - at;
  }
  return -1;
}

/** The root directory names itself first, and the path table begins with it. */
function rootHolds(window: CarveWindow, at: number, root: number, blockBytes: number, pathTable: number): boolean {
  const place = at + root * blockBytes;
  const table = at + pathTable * blockBytes;
  if (window.u8(place) < 34 || window.u32(place + 2) !== root || window.u8(place + 32) !== 1) return false;
  return window.u8(place + 33) === 0 && window.u8(table) === 1 && window.u32(table + 2) === root;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at + firstDescriptorAt, end)) return null;
  const fields = cursor.over(head.bytes);
  const { type, blocks, blockBytes, root, rootBytes } = fields;
  if (type !== 1 || blocks === 0 || blocks !== fields.blocksBig || blockBytes !== fields.blockBytesBig) return null;
  if (![512, 1024, 2048].includes(blockBytes) || fields.rootLength !== 34 || root !== fields.rootBig) return null;
  const length = blocks * blockBytes;
  if (root * blockBytes >= length || rootBytes === 0 || fields.pathTableBytes === 0) return null;
  const title = fields.volumeName.trim() || null;
  const table = fields.pathTable;
  const window = new CarveWindow(source, end);
  const described = descriptorsEnd(window, at);
  if (described < 0 || described > length || !rootHolds(window, at, root, blockBytes, table)) return null;
  const whole = window.has(at, length);
  return carvedAs("iso9660", whole ? "complete" : "truncated", whole ? length : end - at, title);
}

export const iso9660Carver: Carver = {
  id: "iso9660",
  family: "carver",
  name: "ISO 9660 image",
  spec: "ECMA-119 (4th edition), sections 8 and 9",
  level: "partial",
  kinds: [{ id: "iso9660", name: "ISO 9660 image", extension: "iso" }],
  signatures: [signature("01 43 44 30 30 31 01", firstDescriptorAt)],
  limitBytes,
  carve,
};
