/**
 * Zstandard streams (RFC 8878): frames with their blocks, skippable frames between and behind them. Content is decoded by zlib where the frame is
 * at most 16 MiB long and its content 128 MiB, which checks the checksum too; of larger ones the blocks are walked to the last.
 *
 * Not carved: frames that need a dictionary, skippable frames alone.
 */
import { zstdDecompressSync } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carver, signature } from "../carver.ts";
import { chained, firstBytes, typedKind } from "./verdict.ts";

const magic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const mostBlockBytes = 1 << 17;
const rleBlock = 1;
const reservedBlock = 3;
const decodedPackedBytes = 1 << 24;
const decodedBytes = 1 << 27;
/** So many block headers in a row are not found in noise: each passes there once in twenty times. */
const soundBlocks = 5;

export const zstdCarver: Carver = {
  id: "zstd",
  family: "carver",
  name: "Zstandard stream",
  spec: "RFC 8878",
  level: "complete",
  kinds: [typedKind("zstd")],
  signatures: [signature("28 b5 2f fd")],
  limitBytes: 2 ** 36,
  carve(source, at, end) {
    if (!isHeader(source, at, end)) return null;
    const window = new CarveWindow(source, end);
    return chained("zstd", at, (place) => readFrame(window, place));
  },
};

/** The reserved bit is 0; no dictionary is named. */
function isHeader(source: ByteSource, at: number, end: number): boolean {
  const head = firstBytes(source, at, end, 9);
  return head !== null && head.getUint32(0, true) === magic && (head.getUint8(4) & 0x0b) === 0;
}

interface Frame {
  readonly isWhole: boolean;
  readonly end: number;
}

function readFrame(window: CarveWindow, at: number): Frame | null {
  if (!window.has(at, 8)) return null;
  const mark = window.u32(at);
  if (mark >>> 4 === skippableMagic >>> 4) {
    const end = at + 8 + window.u32(at + 4);
    return window.has(at, end - at) ? { isWhole: true, end } : null;
  }
  return mark === magic && (window.u8(at + 4) & 0x0b) === 0 ? readBlocks(window, at) : null;
}

function readBlocks(window: CarveWindow, at: number): Frame | null {
  const descriptor = window.u8(at + 4);
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  let next = at + 5 + (isSingle ? 0 : 1) + sizeBytes;
  for (let blocks = 0; ; blocks++) {
    const broken = blocks >= soundBlocks ? { isWhole: false, end: next } : null;
    if (!window.has(next, 3)) return broken;
    const head = window.u8(next) | (window.u16(next + 1) << 8);
    const type = (head >> 1) & 3;
    const size = head >> 3;
    const packed = type === rleBlock ? 1 : size;
    if (type === reservedBlock || size > mostBlockBytes || !window.has(next, 3 + packed)) return broken;
    next += 3 + packed;
    if ((head & 1) === 0) continue;
    const end = next + ((descriptor & 4) === 0 ? 0 : 4);
    if (!window.has(next, end - next)) return broken;
    const isWhole = end - at <= decodedPackedBytes ? decodes(window.bytes(at, end - at)) : blocks >= soundBlocks;
    return isWhole ? { isWhole, end } : null;
  }
}

function decodes(frame: Uint8Array): boolean {
  try {
    return zstdDecompressSync(frame, { maxOutputLength: decodedBytes }).length > 0;
  } catch (error) {
    // More than is decoded for a look: nothing spoke against it up to there.
    return (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
  }
}
