/** Descriptor tags (ECMA-167 3/7.2): whether a structure is what it says, undamaged, and where it says it is. */
import * as layout from "./layouts.ts";

const cursor = layout.tag.cursor();
const checksumAt = 4;

/** CRC of ITU-T V.41 (polynomial 0x1021, start 0), as ECMA-167 3/7.2.6 has it. */
const crcTable = Uint16Array.from({ length: 256 }, (_, index) => {
  let value = index << 8;
  for (let bit = 0; bit < 8; bit++) value = (value & 0x8000) === 0 ? value << 1 : (value << 1) ^ 0x1021;
  return value & 0xffff;
});

export function crcOf(bytes: Uint8Array, from: number, length: number): number {
  let crc = 0;
  for (let at = from; at < from + length; at++) crc = ((crc << 8) & 0xffff) ^ crcTable[(crc >>> 8) ^ bytes[at]!]!;
  return crc;
}

export function checksumOf(bytes: Uint8Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < layout.tag.size; i++) if (i !== checksumAt) sum += bytes[at + i]!;
  return sum & 0xff;
}

/** The kind of descriptor at a place; 0 where its tag does not hold. The cheap look. */
export function tagIdAt(bytes: Uint8Array, at: number): number {
  if (at < 0 || at + layout.tag.size > bytes.length) return 0;
  // Empty space is most of what is looked at.
  const low = bytes[at]!;
  if (low === 0 && bytes[at + 1] === 0) return 0;
  return checksumOf(bytes, at) === bytes[at + checksumAt] ? low + bytes[at + 1]! * 256 : 0;
}

export type TagProblem = "checksum" | "crc" | "location";

/**
 * What is wrong with a tag, null for nothing. `location` null: not compared. A CRC over more than there is in `bytes` cannot be
 * checked and counts as wrong; one of length 0 is none (UDF allows it nowhere, yet writers do it).
 */
export function tagProblem(bytes: Uint8Array, at: number, location: number | null): TagProblem | null {
  if (at + layout.tag.size > bytes.length || checksumOf(bytes, at) !== bytes[at + checksumAt]) return "checksum";
  cursor.over(bytes, at);
  const { crc, crcLength, location: stated } = cursor;
  const from = at + layout.tag.size;
  if (crcLength > 0 && (from + crcLength > bytes.length || crcOf(bytes, from, crcLength) !== crc)) return "crc";
  return location !== null && stated !== location ? "location" : null;
}

/** The block that a tag names. */
export function tagLocation(bytes: Uint8Array, at: number): number {
  return cursor.over(bytes, at).location;
}

export function tagVersion(bytes: Uint8Array, at: number): number {
  return cursor.over(bytes, at).version;
}
