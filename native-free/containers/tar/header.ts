/**
 * Header blocks of tar (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"; star(5)): old v7, ustar, GNU,
 * star. Numbers are octal text, or base 256 where the first bit is set.
 */
import { ascii, bytes, struct, u8 } from "../../bytes/struct.ts";

export const BLOCK_BYTES = 512;

const layout = struct("tar.Header", BLOCK_BYTES, {
  name: [0, bytes(100)],
  size: [124, bytes(12)],
  mtime: [136, bytes(12), "seconds since 1970"],
  checksum: [148, bytes(8)],
  type: [156, u8],
  link: [157, bytes(100)],
  magic: [257, ascii(6)],
  prefix: [345, bytes(155)],
});

/** What GNU has in the place of the prefix. */
const gnuLayout = struct("tar.GnuHeader", BLOCK_BYTES, {
  atime: [345, bytes(12)],
  ctime: [357, bytes(12)],
  sparse: [386, bytes(96), "four pairs of offset and length"],
  isExtended: [482, u8],
  realSize: [483, bytes(12)],
});

/** What star has there. */
const starLayout = struct("tar.StarHeader", BLOCK_BYTES, {
  prefix: [345, bytes(131)],
  atime: [476, bytes(12)],
  ctime: [488, bytes(12)],
  magic: [508, ascii(4)],
});

export type Variant = "v7" | "ustar" | "gnu" | "star";

/** A header block as it stands; what pax records and long names change comes later. */
export interface TarHeader {
  readonly variant: Variant;
  readonly type: string;
  /** Bytes of the name with its prefix. */
  readonly name: Uint8Array;
  readonly link: Uint8Array;
  /** Bytes of data that follow; null where it is no number. */
  readonly size: number | null;
  readonly mtime: number | null;
  readonly atime: number | null;
  readonly ctime: number | null;
  /** GNU: pairs of offset and length, whether blocks with more follow, size of the whole file. */
  readonly sparse: Uint8Array;
  readonly isExtended: boolean;
  readonly realSize: number | null;
}

/** Bytes up to the first NUL. */
export function upToNul(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** A numeric field; null where it is none. Whole, negative only in base 256. */
export function numberOf(field: Uint8Array): number | null {
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) {
    const isNegative = (first & 0x40) !== 0;
    let value = isNegative ? first - 256 : first & 0x7f;
    for (let at = 1; at < field.length; at++) value = value * 256 + field[at]!;
    return Number.isSafeInteger(value) ? value : null;
  }
  const text = String.fromCharCode(...upToNul(field)).trim();
  if (text === "") return first === 0 || first === 0x20 ? 0 : null;
  return /^[0-7]+$/.test(text) && text.length <= 17 ? Number.parseInt(text, 8) : null;
}

/** The sum of all bytes, the checksum field taken as blanks; old writers summed them signed. */
export function isHeader(block: Uint8Array): boolean {
  const stored = numberOf(block.subarray(148, 156));
  if (stored === null || block.length < BLOCK_BYTES) return false;
  let [unsigned, signed] = [0, 0];
  for (let at = 0; at < BLOCK_BYTES; at++) {
    const byte = at >= 148 && at < 156 ? 32 : block[at]!;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  // A block of zeros has the sum of the blanks.
  return (stored === unsigned || stored === signed) && stored !== 256;
}

export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** Reads a block that `isHeader`. */
export function readHeader(block: Uint8Array): TarHeader {
  const header = layout.cursor().over(block, 0);
  const gnu = gnuLayout.cursor().over(block, 0);
  const star = starLayout.cursor().over(block, 0);
  const isUstar = header.magic.startsWith("ustar");
  const isStar = star.magic === "tar" && isUstar;
  const variant: Variant = isStar ? "star" : !isUstar ? "v7" : header.magic === "ustar " ? "gnu" : "ustar";
  const prefix = variant === "star" ? star.prefix : variant === "ustar" ? header.prefix : new Uint8Array(0);
  const time = (ofGnu: Uint8Array, ofStar: Uint8Array): number | null => {
    const value = variant === "gnu" ? numberOf(ofGnu) : variant === "star" ? numberOf(ofStar) : null;
    return value === 0 ? null : value;
  };
  return {
    variant,
    type: String.fromCharCode(header.type),
    name: joined(upToNul(prefix), upToNul(header.name)),
    link: upToNul(header.link).slice(),
    size: numberOf(header.size),
    mtime: numberOf(header.mtime),
    atime: time(gnu.atime, star.atime),
    ctime: time(gnu.ctime, star.ctime),
    sparse: gnu.sparse.slice(),
    isExtended: variant === "gnu" && gnu.isExtended !== 0,
    realSize: numberOf(gnu.realSize),
  };
}

function joined(prefix: Uint8Array, name: Uint8Array): Uint8Array {
  if (prefix.length === 0) return name.slice();
  const whole = new Uint8Array(prefix.length + 1 + name.length);
  whole.set(prefix);
  whole[prefix.length] = 0x2f;
  whole.set(name, prefix.length + 1);
  return whole;
}
