/**
 * A write-ahead log: its frames, and the pages that it lays over the database after its last commit. SQLite, "Database File
 * Format" 4. Frames behind the last commit, and those of earlier rounds behind them, are listed apart.
 */
import { type ByteSource, readRange, viewRange } from "../../bytes/byte-source.ts";
import { u32be } from "../../bytes/field-types.ts";
import { struct } from "../../bytes/struct.ts";
import type { PageOverlay } from "./database.ts";

const logHeader = struct("sqlite.walHeader", 32, {
  magic: [0, u32be],
  version: [4, u32be],
  pageBytes: [8, u32be],
  round: [12, u32be],
  salt: [16, u32be],
  secondSalt: [20, u32be],
  sum: [24, u32be],
  secondSum: [28, u32be],
});
const frameHeader = struct("sqlite.walFrame", 24, {
  page: [0, u32be],
  pages: [4, u32be, "pages of the database after a commit; 0 for other frames"],
  salt: [8, u32be],
  secondSalt: [12, u32be],
  sum: [16, u32be],
  secondSum: [20, u32be],
});
const littleEndianSums = 0x377f_0682;

export interface Frame {
  readonly page: number;
  /** Of its page, in the log. */
  readonly at: number;
  /** Whether the commit that it belongs to was completed. */
  readonly committed: boolean;
}

export interface Log {
  readonly pageBytes: number;
  readonly frames: readonly Frame[];
  /** Null where nothing was committed. */
  readonly overlay: PageOverlay | null;
}

/** Null where the header is none. */
export function readLog(source: ByteSource): Log | null {
  const head = readRange(source, 0, logHeader.size);
  if (head.length < logHeader.size) return null;
  const fields = logHeader.cursor().over(head);
  const { magic, pageBytes } = fields;
  if ((magic & ~1) >>> 0 !== littleEndianSums || pageBytes < 512 || pageBytes > 65_536) return null;
  if ((pageBytes & (pageBytes - 1)) !== 0) return null;
  const sum = new RunningSum(magic === littleEndianSums);
  sum.add(head, 0, 24);
  const isSound = sum.is(fields.sum, fields.secondSum);
  return walk(source, pageBytes, isSound ? [fields.salt, fields.secondSalt] : null, sum);
}

function walk(source: ByteSource, pageBytes: number, salts: [number, number] | null, sum: RunningSum): Log {
  const cursor = frameHeader.cursor();
  const frames: Frame[] = [];
  const frameBytes = frameHeader.size + pageBytes;
  let isCurrent = salts !== null;
  let committed = 0;
  let pages = 0;
  for (let at = logHeader.size; at + frameBytes <= source.size; at += frameBytes) {
    const bytes = viewRange(source, at, frameBytes);
    const frame = cursor.over(bytes);
    if (frame.page === 0) break;
    if (isCurrent) {
      sum.add(bytes, 0, 8);
      sum.add(bytes, frameHeader.size, pageBytes);
      isCurrent = frame.salt === salts![0] && frame.secondSalt === salts![1] && sum.is(frame.sum, frame.secondSum);
    }
    frames.push({ page: frame.page, at: at + frameHeader.size, committed: false });
    if (isCurrent && frame.pages > 0) [committed, pages] = [frames.length, frame.pages];
  }
  const marked = frames.map((frame, index) => ({ ...frame, committed: index < committed }));
  return { pageBytes, frames: marked, overlay: committed > 0 ? overlayOf(source, pageBytes, marked, pages) : null };
}

function overlayOf(source: ByteSource, pageBytes: number, frames: readonly Frame[], pages: number): PageOverlay {
  const places = new Map<number, number>();
  for (const { page, at, committed } of frames) if (committed) places.set(page, at);
  return {
    pages,
    has: (page) => places.has(page),
    read: (page) => viewRange(source, places.get(page)!, pageBytes),
  };
}

/** The two sums of the log, which go on over everything that is added (4.2). */
class RunningSum {
  #first = 0;
  #second = 0;
  readonly #littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  /** `length` is a multiple of eight. */
  add(bytes: Uint8Array, at: number, length: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let place = at; place < at + length; place += 8) {
      this.#first = (this.#first + view.getUint32(place, this.#littleEndian) + this.#second) | 0;
      this.#second = (this.#second + view.getUint32(place + 4, this.#littleEndian) + this.#first) | 0;
    }
  }

  is(first: number, second: number): boolean {
    return this.#first >>> 0 === first && this.#second >>> 0 === second;
  }
}
