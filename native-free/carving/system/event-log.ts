/**
 * Windows event logs: EVTX files and single EVTX chunks ([MS-EVEN6]; libyal, "Windows XML Event Log", all four checksums), and EVT of
 * Windows NT to 2003 (libyal, "Windows Event Log"). Not supported: unused chunks behind the last one written, which are zeros and
 * cannot be told from what lies behind the file.
 */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature, textSignature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes, isZeros } from "../first-bytes.ts";

const fileHeaderBytes = 4096;
const checkedHeaderBytes = 120;
const chunkCountAt = 42;
const headerSumAt = 124;
const chunkBytes = 65_536;
const recordsAt = 512;
const freeSpaceAt = 48;
const recordsSumAt = 52;
const chunkSumAt = 124;
const chunkFlagsAt = 120;
const fileFlagsAt = 120;
/** Of file and chunk: checksums are not kept. */
const withoutSums = 4;
/** Chunks in a row that were never written to, between others. */
const mostUnused = 16;
const recordMagic = 0x2a2a;
const limitBytes = 2 ** 34;

const fileHead = new FirstBytes(128);
const chunkHead = new FirstBytes(128);

/** `whole`: both checksums agree, or there are none and the records do. `open`: written to when the system stopped. */
type ChunkState = "whole" | "open" | "none";

function chunkState(window: CarveWindow, at: number): ChunkState {
  if (!window.has(at, chunkBytes) || !window.isText(at, "ElfChnk\0")) return "none";
  const chunk = window.view(at, chunkBytes);
  const numbers = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  const free = numbers.getUint32(freeSpaceAt, true);
  if (free <= recordsAt || free > chunkBytes || numbers.getUint32(40, true) !== 128) return "none";
  const records = recordsEnd(numbers);
  if (records === recordsAt) return "none";
  if (numbers.getUint32(chunkFlagsAt, true) & withoutSums) return records === free ? "whole" : "open";
  const headSum = crc32(chunk.subarray(128, recordsAt), crc32(chunk.subarray(0, 120)));
  if (headSum !== numbers.getUint32(chunkSumAt, true)) return "none";
  return crc32(chunk.subarray(recordsAt, free)) === numbers.getUint32(recordsSumAt, true) ? "whole" : "open";
}

/** Where the records that follow each other in a chunk end. */
function recordsEnd(numbers: DataView): number {
  let at = recordsAt;
  while (at + 28 <= chunkBytes) {
    const size = numbers.getUint32(at + 4, true);
    if (numbers.getUint16(at, true) !== recordMagic || size < 28 || at + size > chunkBytes) break;
    if (numbers.getUint32(at + size - 4, true) !== size) break;
    at += size;
  }
  return at;
}

function isUnused(window: CarveWindow, at: number): boolean {
  return window.has(at, chunkBytes) && isZeros(window.view(at, chunkBytes));
}

interface Chunks {
  /** As far as the last one, with unused ones before it. */
  readonly count: number;
  readonly whole: number;
}

function walkChunks(window: CarveWindow, at: number, gaps: number): Chunks {
  let count = 0;
  let whole = 0;
  for (let next = 0; next - count <= gaps && next * chunkBytes < limitBytes; next++) {
    const state = chunkState(window, at + next * chunkBytes);
    if (state === "none" && (next === 0 || !isUnused(window, at + next * chunkBytes))) break;
    if (state === "whole") whole++;
    if (state !== "none") count = next + 1;
  }
  return { count, whole };
}

function carveFile(source: ByteSource, at: number, end: number): Carved | null {
  if (!fileHead.read(source, at, end) || fileHead.u16(40) !== fileHeaderBytes) return null;
  const summed = (fileHead.u32(fileFlagsAt) & withoutSums) === 0;
  if (summed && crc32(fileHead.bytes.subarray(0, checkedHeaderBytes)) !== fileHead.u32(headerSumAt)) return null;
  const window = new CarveWindow(source, end);
  const { count, whole } = walkChunks(window, at + fileHeaderBytes, mostUnused);
  if (count === 0) return null;
  const stated = fileHead.u16(chunkCountAt);
  return carvedAs(
    "evtx",
    count >= stated && whole >= stated ? "complete" : "truncated",
    fileHeaderBytes + count * chunkBytes,
  );
}

function carveChunks(source: ByteSource, at: number, end: number): Carved | null {
  if (!chunkHead.read(source, at, end) || chunkHead.u32(40) !== 128) return null;
  const { count } = walkChunks(new CarveWindow(source, end), at, 0);
  return count === 0 ? null : carvedAs("evtx-chunks", "fragment", count * chunkBytes);
}

const evtHeaderBytes = 48;
const evtEndBytes = 40;
const smallestEvtRecord = 56;
const evtHead = new FirstBytes(evtHeaderBytes);

/** The mark behind the newest record. */
function isEvtEnd(window: CarveWindow, at: number): boolean {
  return (
    window.u32(at) === evtEndBytes &&
    window.u32(at + 4) === 0x1111_1111 &&
    window.u32(at + 16) === 0x4444_4444 &&
    window.u32(at + 36) === evtEndBytes
  );
}

/** Where the records from `at` on end, and whether it is at the mark. */
function walkEvt(window: CarveWindow, at: number, to: number): { end: number; marked: boolean; records: number } {
  let place = at;
  let records = 0;
  while (place + evtEndBytes <= to && window.has(place, evtEndBytes)) {
    if (isEvtEnd(window, place)) return { end: place + evtEndBytes, marked: true, records };
    const size = window.u32(place);
    if (size < smallestEvtRecord || size % 4 !== 0 || place + size > to || !window.has(place, size)) break;
    if (!window.isText(place + 4, "LfLe") || window.u32(place + size - 4) !== size) break;
    place += size;
    records++;
  }
  return { end: place, marked: false, records };
}

function carveEvt(source: ByteSource, at: number, end: number): Carved | null {
  if (!evtHead.read(source, at, end) || evtHead.u32(44) !== evtHeaderBytes || evtHead.u32(8) !== 1) return null;
  const first = evtHead.u32(16);
  const size = evtHead.u32(32);
  if (first < evtHeaderBytes || size < evtHeaderBytes + evtEndBytes || first >= size) return null;
  const window = new CarveWindow(source, end);
  const walked = walkEvt(window, at + first, at + size);
  // One record may be the header, which looks like one, over and over.
  if (walked.records + (walked.marked ? 1 : 0) < 2) return null;
  if (first === evtHeaderBytes) return carvedAs("evt", walked.marked ? "complete" : "truncated", walked.end - at);
  // A log that went round: its newest records stand before the oldest one. What a record needs beyond the end stands at the start.
  const whole = window.has(at, size) && walked.end + evtHeaderBytes >= at + size - 0x1_0000;
  return carvedAs("evt", whole ? "complete" : "truncated", whole ? size : walked.end - at);
}

const shared = { family: "carver", limitBytes } as const;

export const evtxCarver: Carver = {
  ...shared,
  id: "evtx",
  name: "Windows event log",
  spec: "[MS-EVEN6]; libyal, Windows XML Event Log (EVTX)",
  level: "complete",
  kinds: [{ id: "evtx", name: "Windows event log", extension: "evtx" }],
  signatures: [textSignature("ElfFile\0")],
  carve: carveFile,
};

export const evtxChunkCarver: Carver = {
  ...shared,
  id: "evtx-chunks",
  name: "Windows event log chunks",
  spec: "[MS-EVEN6]; libyal, Windows XML Event Log (EVTX)",
  level: "complete",
  kinds: [{ id: "evtx-chunks", name: "Windows event log chunks", extension: "evtx-chunk" }],
  signatures: [textSignature("ElfChnk\0")],
  carve: carveChunks,
};

export const evtCarver: Carver = {
  ...shared,
  id: "evt",
  name: "Windows NT event log",
  spec: "libyal, Windows Event Log (EVT)",
  level: "partial",
  kinds: [{ id: "evt", name: "Windows NT event log", extension: "evt" }],
  signatures: [signature("30 00 00 00 4c 66 4c 65 01 00 00 00")],
  carve: carveEvt,
};
