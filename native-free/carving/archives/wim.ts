/**
 * Windows imaging files (Windows Imaging File Format, Microsoft 2007), packed or not, parts of a set too: header, the table of resources, the XML data;
 * the end is behind whatever lies last. An integrity table is compared piece by piece (SHA-1); without one, what is stored unpacked is
 * compared with the SHA-1 of its entry. Packed resources are not decoded.
 */
import { createHash } from "node:crypto";
import { wide } from "../../bytes/field-types.ts";
import { bytes, struct, u16, u32 } from "../../bytes/struct.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carved, type Carver, signature } from "../carver.ts";
import { complete, damagedInside, firstBytes, truncated, typedKind } from "./verdict.ts";

const header = struct("carve.wim.header", 208, {
  signature: [0, bytes(8)],
  headerBytes: [8, u32, "208"],
  version: [12, u32],
  flags: [16, u32],
  chunkBytes: [20, u32],
  id: [24, bytes(16)],
  part: [40, u16],
  parts: [42, u16],
  images: [44, u32],
  table: [48, bytes(24), "resource"],
  xml: [72, bytes(24), "resource"],
  boot: [96, bytes(24), "resource"],
  bootIndex: [120, u32],
  integrity: [124, bytes(24), "resource"],
});
/** A resource in the file, and in the table what follows it. */
const resource = struct("carve.wim.resource", 50, {
  size: [0, wide, "bytes in the file; the highest byte are flags"],
  place: [8, wide],
  unpacked: [16, wide],
  part: [24, u16],
  references: [26, u32],
  sha1: [30, bytes(20)],
});
const tableFlags = 6;
const flagsAt = 7;
const packedFlag = 4;
const solidFlag = 16;
const solidMark = 2 ** 32;
const sha1Bytes = 20;
const integrityHeaderBytes = 12;
const mostEntries = 1 << 20;
const mostHashed = 2 ** 36;
const chunk = 1 << 16;
const byteOrder = 0xfeff;

export const wimCarver: Carver = {
  id: "wim",
  family: "carver",
  name: "Windows imaging",
  spec: "Windows Imaging File Format, 2007",
  level: "partial",
  kinds: [typedKind("wim")],
  signatures: [signature("4d 53 57 49 4d 00 00 00 d0 00 00 00")],
  limitBytes: 2 ** 40,
  carve(source, at, end) {
    if (firstBytes(source, at, end, 64) === null) return null;
    const window = new CarveWindow(source, end);
    return window.has(at, header.size) ? carveWim(window, at) : null;
  },
};

interface Resource {
  readonly at: number;
  readonly size: number;
  readonly isPacked: boolean;
}

/** Places from the beginning of the file. */
function readResource(window: CarveWindow, at: number): Resource {
  const size = window.u32(at) + window.u16(at + 4) * 2 ** 32 + window.u8(at + tableFlags) * 2 ** 48;
  return { size, at: window.u64(at + resource.offsets.place), isPacked: (window.u8(at + flagsAt) & packedFlag) !== 0 };
}

function carveWim(window: CarveWindow, at: number): Carved | null {
  const [table, xml, integrity] = (["table", "xml", "integrity"] as const).map((name) =>
    readResource(window, at + header.offsets[name]),
  ) as [Resource, Resource, Resource];
  const inside = (one: Resource): boolean => one.size > 0 && one.at >= header.size && window.has(at + one.at, one.size);
  if (!inside(xml) || window.u16(at + xml.at) !== byteOrder || window.u16(at + xml.at + 2) !== 0x3c) return null;
  let last = Math.max(xml.at + xml.size, integrity.at + integrity.size);
  // A part without a table of its own, and one whose table is packed with what it names, end behind their XML.
  if (table.size > 0 && !table.isPacked) {
    if (!inside(table) || table.size > mostEntries * resource.size) return null;
    last = Math.max(last, table.at + table.size);
  }
  const read = table.size > 0 && !table.isPacked ? readTable(window, at, table) : { last: 0, damagedAt: null };
  last = Math.max(last, read.last);
  if (!window.has(at, last)) return truncated("wim", window.end - at);
  const damagedAt = integrity.size > 0 ? checkPieces(window, at, table, integrity) : read.damagedAt;
  return damagedAt === null ? complete("wim", last) : damagedInside("wim", last, damagedAt);
}

/** End of the resource that lies last, and the first unpacked one that does not agree with its SHA-1. */
function readTable(window: CarveWindow, at: number, table: Resource): { last: number; damagedAt: number | null } {
  let last = 0;
  let damagedAt: number | null = null;
  let left = mostHashed;
  const part = window.u16(at + header.offsets.part);
  for (let entry = at + table.at; entry + resource.size <= at + table.at + table.size; entry += resource.size) {
    if (window.u16(entry + resource.offsets.part) !== part) continue;
    const one = readResource(window, entry);
    // What lies in a solid resource has its place in there; only the resource itself, marked by its size, has one in the file.
    const isSolid = (window.u8(entry + flagsAt) & solidFlag) !== 0;
    if (isSolid && window.u64(entry + resource.offsets.unpacked) !== solidMark) continue;
    last = Math.max(last, one.at + one.size);
    if (one.isPacked || isSolid || damagedAt !== null || one.size > left || !window.has(at + one.at, one.size))
      continue;
    left -= one.size;
    const expected = Buffer.from(window.view(entry + resource.offsets.sha1, sha1Bytes)).toString("hex");
    if (sha1(window, at + one.at, one.size) !== expected) damagedAt = one.at;
  }
  return { last, damagedAt };
}

/** Place of the first piece between header and end of the table that disagrees; null where none does. */
function checkPieces(window: CarveWindow, at: number, table: Resource, integrity: Resource): number | null {
  const from = at + integrity.at;
  const count = window.u32(from + 4);
  const pieceBytes = window.u32(from + 8);
  const covered = table.at + table.size;
  const isSound = window.u32(from) === integrity.size && integrityHeaderBytes + count * sha1Bytes === integrity.size;
  if (!isSound || pieceBytes === 0 || Math.ceil((covered - header.size) / pieceBytes) !== count) return integrity.at;
  for (let i = 0; i < count; i++) {
    const place = header.size + i * pieceBytes;
    const expected = Buffer.from(window.view(from + integrityHeaderBytes + i * sha1Bytes, sha1Bytes)).toString("hex");
    if (sha1(window, at + place, Math.min(pieceBytes, covered - place)) !== expected) return place;
  }
  return null;
}

function sha1(window: CarveWindow, at: number, length: number): string {
  const hash = createHash("sha1");
  for (let done = 0; done < length; done += chunk) hash.update(window.view(at + done, Math.min(chunk, length - done)));
  return hash.digest("hex");
}
