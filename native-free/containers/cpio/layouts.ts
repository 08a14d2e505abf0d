/**
 * Headers of cpio (POSIX.1-2001 pax, "cpio Interchange Format"; cpio(5) of FreeBSD): old binary of both byte orders, portable ASCII (odc),
 * new ASCII (newc) without and with checksum (crc).
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";

export interface CpioHeader {
  readonly at: number;
  readonly form: "binary" | "odc" | "newc" | "crc";
  /** Device and inode as one word. */
  readonly inode: string;
  readonly mode: number;
  readonly links: number;
  /** Seconds since 1970. */
  readonly time: number;
  /** Sum of the bytes of the data, for `crc` alone. */
  readonly sum: number | null;
  readonly name: Uint8Array;
  readonly dataAt: number;
  readonly size: number;
  /** Offset of the next header. */
  readonly next: number;
}

const BINARY_BYTES = 26;
const ODC_BYTES = 76;
const NEWC_BYTES = 110;
const MOST_NAME_BYTES = 65536;

/** The header at `at`; null where there is none that makes sense. */
export function readCpioHeader(source: ByteSource, at: number): CpioHeader | null {
  const head = Buffer.from(readRange(source, at, NEWC_BYTES).buffer);
  if (head.length < BINARY_BYTES) return null;
  const magic = head.toString("latin1", 0, 6);
  if (magic === "070701" || magic === "070702") return readNewc(source, at, head, magic === "070702");
  if (magic === "070707") return readOdc(source, at, head);
  if (head.readUInt16LE(0) === 0o070707) return readBinary(source, at, (place) => head.readUInt16LE(place));
  if (head.readUInt16BE(0) === 0o070707) return readBinary(source, at, (place) => head.readUInt16BE(place));
  return null;
}

type Facts = Omit<CpioHeader, "name" | "dataAt" | "next" | "at">;

/** `align`: names (with the header) and data are filled up to a multiple of it. */
function finish(
  source: ByteSource,
  at: number,
  facts: Facts,
  place: { headerBytes: number; nameBytes: number; align: number },
): CpioHeader | null {
  const { headerBytes, nameBytes, align } = place;
  if (nameBytes < 1 || nameBytes > MOST_NAME_BYTES || at + headerBytes + nameBytes > source.size) return null;
  const raw = readRange(source, at + headerBytes, nameBytes);
  const nul = raw.indexOf(0);
  const up = (length: number): number => Math.ceil(length / align) * align;
  const dataAt = at + up(headerBytes + nameBytes);
  const next = dataAt + up(facts.size);
  return { at, ...facts, name: nul < 0 ? raw : raw.slice(0, nul), dataAt, next };
}

function readBinary(source: ByteSource, at: number, u16: (place: number) => number): CpioHeader | null {
  // 32-bit numbers come as two halves, the higher first, whatever the byte order.
  const u32 = (place: number): number => u16(place) * 65536 + u16(place + 2);
  const facts: Facts = {
    form: "binary",
    inode: `${u16(2)}:${u16(4)}`,
    mode: u16(6),
    links: u16(12),
    time: u32(16),
    sum: null,
    size: u32(22),
  };
  return finish(source, at, facts, { headerBytes: BINARY_BYTES, nameBytes: u16(20), align: 2 });
}

/** Digits of a base at fixed places; null where one is none. */
function digitsOf(head: Buffer, base: 8 | 16): (place: number, length: number) => number {
  const pattern = base === 8 ? /^[0-7]+$/ : /^[0-9a-f]+$/i;
  return (place, length) => {
    const text = head.toString("latin1", place, place + length);
    return pattern.test(text) ? Number.parseInt(text, base) : Number.NaN;
  };
}

function readOdc(source: ByteSource, at: number, head: Buffer): CpioHeader | null {
  const number = digitsOf(head, 8);
  const values = { mode: number(18, 6), links: number(36, 6), time: number(48, 11), size: number(65, 11) };
  const nameBytes = number(59, 6);
  if (Number.isNaN(values.mode + values.links + values.time + values.size + nameBytes)) return null;
  const facts: Facts = { form: "odc", inode: `${number(6, 6)}:${number(12, 6)}`, sum: null, ...values };
  return finish(source, at, facts, { headerBytes: ODC_BYTES, nameBytes, align: 1 });
}

function readNewc(source: ByteSource, at: number, head: Buffer, hasSum: boolean): CpioHeader | null {
  const number = digitsOf(head, 16);
  const field = (index: number): number => number(6 + index * 8, 8);
  const values = { mode: field(1), links: field(4), time: field(5), size: field(6) };
  const nameBytes = field(11);
  if (Number.isNaN(values.mode + values.links + values.time + values.size + nameBytes)) return null;
  const facts: Facts = {
    form: hasSum ? "crc" : "newc",
    inode: `${field(7)}:${field(8)}:${field(0)}`,
    sum: hasSum ? field(12) : null,
    ...values,
  };
  return finish(source, at, facts, { headerBytes: NEWC_BYTES, nameBytes, align: 4 });
}
