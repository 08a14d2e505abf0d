/**
 * One member of a ZIP archive: local header, data, data descriptor (APPNOTE 6.3.10, 4.3.7 to 4.3.9). Stored and deflated data are checked
 * against their CRC-32; other methods and encrypted data by their lengths alone, or, where those follow the data, by the descriptor that
 * names the distance to itself.
 */
import { crc32, inflateRawSync } from "node:zlib";
import type { CarveWindow } from "../../carve-window.ts";
import { inflateShort } from "../inflate-short.ts";
import { inflateAt } from "../inflate.ts";
import { descriptorFlag, encryptedFlag, local, mark, ones32, zip64Field } from "./layouts.ts";

const { offsets } = local;

/** 4.4.5, and what archivers use beyond it. */
const methods = new Set([0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 16, 18, 19, 20, 93, 94, 95, 96, 97, 98, 99]);
const longestName = 4096;
/** 4.4.3: 6.3 is the newest; a few writers put more there. */
const newestVersion = 100;
/** Up to here zlib inflates at once, twice as fast as step by step. */
const atOncePackedBytes = 1 << 20;
const atOnceBytes = 1 << 24;
/** A member that unpacks to more is followed by its lengths alone. */
const outputLimit = 2 ** 34;
const descriptorSearchBytes = 2 ** 28;
const chunkBytes = 1 << 16;
const mostRecordsTried = 256;
const recordMarks = [Uint8Array.of(0x50, 0x4b, 0x03, 0x04), Uint8Array.of(0x50, 0x4b, 0x01, 0x02)];
const descriptorMark = Uint8Array.of(0x50, 0x4b, 0x07, 0x08);

export interface Member {
  readonly dataAt: number;
  /** Behind data and descriptor; null where it cannot be told. */
  readonly end: number | null;
  /** Of the data; null where it is neither in the header nor found. */
  readonly crc: number | null;
  /** `checked`: data agree with the CRC-32. `stepped`: lengths only. `damaged`: they disagree, or the end comes first. */
  readonly state: "checked" | "stepped" | "damaged";
  /** Bytes of the content that the CRC-32 covers. */
  readonly bytes: number;
}

interface Header {
  readonly dataAt: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

/** The member whose local header is at `at`; null where what is there makes no sense as one. */
export function readMember(window: CarveWindow, at: number): Member | null {
  const header = readHeader(window, at);
  if (header === null) return null;
  const follows = (header.flags & descriptorFlag) !== 0;
  if (header.dataAt > window.end) return { dataAt: header.dataAt, end: null, crc: null, state: "damaged", bytes: 0 };
  return follows && header.packed === 0 ? streamed(window, header) : sized(window, header, follows);
}

function readHeader(window: CarveWindow, at: number): Header | null {
  if (!window.has(at, local.size) || window.u32(at) !== mark.local) return null;
  const method = window.u16(at + offsets.method);
  const nameLength = window.u16(at + offsets.nameLength);
  const version = window.u16(at + offsets.versionNeeded) & 0xff;
  if (!methods.has(method) || nameLength > longestName || version > newestVersion) return null;
  const flags = window.u16(at + offsets.flags);
  const size = window.u32(at + offsets.size);
  const packed = window.u32(at + offsets.packed);
  if (nameLength === 0 && size === 0 && packed === 0 && (flags & descriptorFlag) === 0) return null;
  for (let i = 0; i < nameLength; i++) if (window.u8(at + local.size + i) === 0) return null;
  if (method === 0 && (flags & (encryptedFlag | descriptorFlag)) === 0 && size !== packed) return null;
  const extraAt = at + local.size + nameLength;
  const extraLength = window.u16(at + offsets.extraLength);
  const facts = { dataAt: extraAt + extraLength, flags, method, crc: window.u32(at + offsets.crc), packed, size };
  return size === ones32 || packed === ones32 ? widened(window, facts, extraAt) : facts;
}

/** Sizes of the ZIP64 field (4.5.3) in place of those that are all ones. */
function widened(window: CarveWindow, header: Header, extraAt: number): Header {
  for (let at = extraAt; at + 4 <= header.dataAt; at += 4 + window.u16(at + 2)) {
    if (window.u16(at) !== zip64Field) continue;
    let next = at + 4;
    const take = (value: number): number => {
      if (value !== ones32) return value;
      next += 8;
      return window.u64(next - 8);
    };
    const size = take(header.size);
    return { ...header, size, packed: take(header.packed) };
  }
  return header;
}

function sized(window: CarveWindow, header: Header, follows: boolean): Member {
  const { dataAt, packed, size } = header;
  const cut: Member = { dataAt, end: null, crc: null, state: "damaged", bytes: 0 };
  if (!window.has(dataAt, packed)) return cut;
  const dataEnd = dataAt + packed;
  // With a descriptor the header may still hold zeros for CRC and size: then the descriptor says them.
  const descriptor = follows ? readDescriptor(window, dataEnd, packed) : null;
  const crc = descriptor?.crc ?? header.crc;
  const end = descriptor?.end ?? dataEnd;
  const state = checkData(window, { ...header, crc, size: descriptor?.size ?? size });
  return { dataAt, end, crc, state, bytes: state === "checked" ? (descriptor?.size ?? size) : 0 };
}

/** How far the data of a member that breaks could be decoded: the gap is before that place. Where nobody can tell, their end. */
export function reachOf(window: CarveWindow, at: number): number {
  const header = readHeader(window, at);
  if (header === null) return at;
  const end = header.packed > 0 ? header.dataAt + header.packed : window.end;
  if (header.method !== 8 || (header.flags & encryptedFlag) !== 0) return end;
  return inflateAt(window.source, header.dataAt, end, outputLimit).end;
}

function checkData(window: CarveWindow, header: Header): Member["state"] {
  const { dataAt, packed, size, crc } = header;
  if ((header.flags & encryptedFlag) !== 0) return "stepped";
  if (header.method === 0) return crcOf(window, dataAt, packed) === crc && size === packed ? "checked" : "damaged";
  if (header.method !== 8 || size > outputLimit) return "stepped";
  if (packed <= atOncePackedBytes && size <= atOnceBytes) return inflateAtOnce(window, header) ? "checked" : "damaged";
  const found = inflateAt(window.source, dataAt, dataAt + packed, size);
  const sound = found.stop === "end" && found.crc === crc && found.outputBytes === size;
  return sound && found.end === dataAt + packed ? "checked" : "damaged";
}

function inflateAtOnce(window: CarveWindow, { dataAt, packed, size, crc }: Header): boolean {
  try {
    const content = inflateRawSync(window.bytes(dataAt, packed), { maxOutputLength: Math.max(1, size) });
    return content.length === size && crc32(content) === crc;
  } catch {
    // What does not inflate, or to more than its header says, is the damage that is asked for.
    return false;
  }
}

function crcOf(window: CarveWindow, at: number, length: number): number {
  let crc = 0;
  for (let done = 0; done < length; done += chunkBytes) {
    crc = crc32(window.view(at + done, Math.min(chunkBytes, length - done)), crc);
  }
  return crc;
}

/** Sizes behind the data: where they end, deflate itself says; of other data a descriptor that names its own distance. */
function streamed(window: CarveWindow, header: Header): Member {
  const { dataAt } = header;
  if (header.method === 8 && (header.flags & encryptedFlag) === 0) {
    const short = inflateShort(window.source, dataAt, window.end);
    const near = short === null ? null : readDescriptor(window, short.end, short.end - dataAt);
    if (short && near?.crc === short.crc && near.size === short.outputBytes) {
      return { dataAt, ...near, state: "checked", bytes: short.outputBytes };
    }
    const found = inflateAt(window.source, dataAt, window.end, outputLimit);
    const descriptor = found.stop === "end" ? readDescriptor(window, found.end, found.end - dataAt) : null;
    if (descriptor === null) return { dataAt, end: null, crc: null, state: "damaged", bytes: 0 };
    const sound = descriptor.crc === found.crc && descriptor.size === found.outputBytes;
    return { dataAt, ...descriptor, state: sound ? "checked" : "damaged", bytes: sound ? found.outputBytes : 0 };
  }
  return searched(window, header);
}

function searched(window: CarveWindow, { dataAt, method, flags }: Header): Member {
  const to = Math.min(window.end, dataAt + descriptorSearchBytes);
  for (let at = window.find(descriptorMark, dataAt, to); at >= 0; at = window.find(descriptorMark, at + 4, to)) {
    const descriptor = readDescriptor(window, at, at - dataAt);
    if (descriptor === null) continue;
    if (method !== 0 || (flags & encryptedFlag) !== 0) return { dataAt, ...descriptor, state: "stepped", bytes: 0 };
    const sound = crcOf(window, dataAt, at - dataAt) === descriptor.crc && descriptor.size === at - dataAt;
    if (sound) return { dataAt, ...descriptor, state: "checked", bytes: descriptor.size };
  }
  return beforeRecord(window, dataAt, to) ?? { dataAt, end: null, crc: null, state: "damaged", bytes: 0 };
}

/** A descriptor without a signature stands directly before the next record. */
function beforeRecord(window: CarveWindow, dataAt: number, to: number): Member | null {
  for (const wanted of recordMarks) {
    let at = window.find(wanted, dataAt, to);
    for (let tried = 0; at >= 0 && tried < mostRecordsTried; tried++, at = window.find(wanted, at + 4, to)) {
      const descriptor = at - 12 < dataAt ? null : readDescriptor(window, at - 12, at - 12 - dataAt);
      if (descriptor?.end === at) return { dataAt, ...descriptor, state: "stepped", bytes: 0 };
    }
  }
  return null;
}

interface Descriptor {
  readonly crc: number;
  readonly size: number;
  readonly end: number;
}

/** With signature or without, of 32 or 64 bits (4.3.9): the one whose packed size is `packed` and behind which a record stands. */
function readDescriptor(window: CarveWindow, at: number, packed: number): Descriptor | null {
  const signed = window.u32(at) === mark.descriptor;
  for (const from of signed ? [at + 4, at] : [at]) {
    if (window.has(from, 12) && window.u32(from + 4) === packed && isRecord(window, from + 12)) {
      return { crc: window.u32(from), size: window.u32(from + 8), end: from + 12 };
    }
    if (window.has(from, 20) && window.u64(from + 4) === packed && isRecord(window, from + 20)) {
      return { crc: window.u32(from), size: window.u64(from + 12), end: from + 20 };
    }
  }
  if (!signed || !window.has(at, 16) || window.u32(at + 8) !== packed) return null;
  // Nothing known behind it: a signed descriptor that names the distance to itself is still one.
  return { crc: window.u32(at + 4), size: window.u32(at + 12), end: at + 16 };
}

function isRecord(window: CarveWindow, at: number): boolean {
  const found = window.u32(at);
  return found === mark.local || found === mark.central || found === mark.extraData;
}
