/**
 * Windows prefetch files: SCCA of versions 17, 23, 26, 30 and 31, as they are or packed behind a MAM header with XPRESS Huffman.
 * libyal, "Windows Prefetch File (PF)"; [MS-XCA] 2.2. Not supported: MAM with other ways of packing (no Windows writes them for it).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { struct, u32 } from "../../bytes/struct.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature, textSignature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes, wideText } from "../first-bytes.ts";
import { unpackStream } from "./xpress-stream.ts";

const versions = [17, 23, 26, 30, 31];
const headerBytes = 84;
const nameAt = 16;
const nameUnits = 30;
/** Its parts are at most this long; the largest seen are a few hundred KiB. */
const limitBytes = 1 << 24;

const sections = struct("prefetch.sections", 36, {
  metricsAt: [0, u32],
  metrics: [4, u32],
  chainsAt: [8, u32],
  chains: [12, u32],
  namesAt: [16, u32],
  namesLength: [20, u32],
  volumesAt: [24, u32],
  volumes: [28, u32],
  volumesLength: [32, u32],
});
const section = sections.cursor();
const plainHead = new FirstBytes(headerBytes + sections.size);
const packedHead = new FirstBytes(12);

/** Title of the program, null where the header is none. */
function programName(head: Uint8Array): string | null {
  const name = wideText(head, nameAt, nameUnits);
  return name !== null && /^[^\p{Cc}\p{Cs}\ufffd]+$/u.test(name) ? name : null;
}

/** The parts follow each other inside of the file, and it ends with the volumes. */
function sectionsFit(head: Uint8Array, size: number): boolean {
  const { metricsAt, metrics, chainsAt, namesAt, namesLength, volumesAt, volumes, volumesLength } = section.over(
    head,
    headerBytes,
  );
  if (metricsAt < headerBytes + sections.size || chainsAt < metricsAt || namesAt < chainsAt) return false;
  if (volumesAt < namesAt + namesLength || volumesAt + volumesLength > size) return false;
  return metrics <= namesLength && volumes > 0 && volumes < 64 && size - volumesAt - volumesLength < 8;
}

/** Paths of what the program loaded: `\`, text, NUL, each; and a path of a device where the volumes are. */
function pathsFollow(bytes: Uint8Array): boolean {
  const { namesAt, namesLength, volumesAt } = section.over(bytes, headerBytes);
  if (namesLength >= 4 && (bytes[namesAt] !== 0x5c || bytes[namesAt + 1] !== 0)) return false;
  const path = volumesAt + (bytes[volumesAt]! | (bytes[volumesAt + 1]! << 8) | (bytes[volumesAt + 2]! << 16));
  return bytes[path] === 0x5c && bytes[path + 1] === 0;
}

function isSound(bytes: Uint8Array): boolean {
  return sectionsFit(bytes, bytes.length) && programName(bytes) !== null && pathsFollow(bytes);
}

function carvePlain(source: ByteSource, at: number, end: number): Carved | null {
  if (!plainHead.read(source, at, end) || !versions.includes(plainHead.u32(0))) return null;
  const size = plainHead.u32(12);
  if (size < plainHead.bytes.length || size > limitBytes || !sectionsFit(plainHead.bytes, size)) return null;
  const title = programName(plainHead.bytes);
  if (title === null) return null;
  const window = new CarveWindow(source, end);
  const bytes = window.bytes(at, size);
  if (bytes.length === size) return pathsFollow(bytes) ? carvedAs("prefetch", "complete", size, title) : null;
  const { namesAt } = section.over(bytes, headerBytes);
  const begins = window.has(at + namesAt, 4) && window.u16(at + namesAt) === 0x5c;
  return begins ? carvedAs("prefetch", "truncated", bytes.length, title) : null;
}

function carvePacked(source: ByteSource, at: number, end: number): Carved | null {
  if (!packedHead.read(source, at, end)) return null;
  const size = packedHead.u32(4);
  const headBytes = packedHead.u8(3) & 0x80 ? 12 : 8;
  if (size < headerBytes + sections.size || size > limitBytes) return null;
  // Packed bytes are never more than the plain ones and a table for each 64 KiB of them.
  const window = new CarveWindow(source, end);
  const packed = window.bytes(at + headBytes, size + 512 * Math.ceil(size / 65_536));
  const first = unpackStream(packed, Math.min(size, 512));
  if (first === null || !looksPlain(first.bytes, size)) return null;
  const whole = unpackStream(packed, size);
  const title = programName(first.bytes);
  if (whole === null || !isSound(whole.bytes)) return null;
  return carvedAs("prefetch-mam", whole.marked ? "complete" : "truncated", headBytes + whole.used, title);
}

function looksPlain(bytes: Uint8Array, size: number): boolean {
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return (
    versions.includes(numbers.getUint32(0, true)) &&
    numbers.getUint32(4) === 0x5343_4341 &&
    numbers.getUint32(12, true) === size
  );
}

const shared = {
  family: "carver",
  spec: "libyal, Windows Prefetch File (PF); [MS-XCA] 2.2",
  level: "complete",
  limitBytes,
} as const;

export const prefetchCarver: Carver = {
  ...shared,
  id: "prefetch",
  name: "Windows prefetch",
  kinds: [{ id: "prefetch", name: "Windows prefetch", extension: "pf" }],
  signatures: [textSignature("SCCA", { offset: 4 })],
  carve: carvePlain,
};

export const packedPrefetchCarver: Carver = {
  ...shared,
  id: "prefetch-mam",
  name: "Windows prefetch (compressed)",
  kinds: [{ id: "prefetch-mam", name: "Windows prefetch (compressed)", extension: "pf" }],
  signatures: [signature("4d 41 4d 04"), signature("4d 41 4d 84")],
  carve: carvePacked,
};
