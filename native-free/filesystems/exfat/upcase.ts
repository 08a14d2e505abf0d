/** The up-case table (exFAT specification, 7.2) and the hash of names that is made with it (7.6.4). */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { readRange } from "../../bytes/byte-source.ts";

const units = 0x1_0000;
/** Uncompressed: two bytes for every unit. */
const mostBytes = 2 * units;
const identityMark = 0xffff;

/** Upper case of every UTF-16 unit. */
export type UpcaseTable = Uint16Array;

const identity = Uint16Array.from({ length: units }, (_, unit) => unit);

/** Section 7.2.5.1: 0xffff is followed by a number of units that stand for themselves. Null where it does not hold the first 128. */
export function readUpcase(bytes: Uint8Array): UpcaseTable | null {
  const table = identity.slice();
  let unit = 0;
  for (let at = 0; at + 1 < bytes.length && unit < units; at += 2) {
    const value = bytes[at]! | (bytes[at + 1]! << 8);
    const isMark = value === identityMark && unit < identityMark && at + 3 < bytes.length;
    if (isMark) {
      at += 2;
      unit += bytes[at]! | (bytes[at + 1]! << 8);
    } else {
      table[unit++] = value;
    }
  }
  return unit >= 128 ? table : null;
}

export function upcaseBytes(source: ByteSource): Uint8Array {
  return readRange(source, 0, mostBytes);
}

/** Section 7.2.2. */
export function upcaseChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (((sum << 31) | (sum >>> 1)) + byte) >>> 0;
  return sum;
}

/** Section 7.6.4. */
export function nameHash(name: string, table: UpcaseTable): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    const unit = table[name.charCodeAt(i)]!;
    hash = (((hash << 15) | (hash >>> 1)) + (unit & 0xff)) & 0xffff;
    hash = (((hash << 15) | (hash >>> 1)) + (unit >>> 8)) & 0xffff;
  }
  return hash;
}
