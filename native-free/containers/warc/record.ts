/** One record of a web archive (ISO 28500:2017, clauses 4 and 5): its header, and where its block lies. */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";

export interface WarcRecord {
  /** Byte offset of the version line. */
  readonly at: number;
  /** Names in lower case; of a name that comes twice, the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly blockAt: number;
  /** Bytes of the block that are there. */
  readonly blockLength: number;
  /** The block is shorter than its header says. */
  readonly isCut: boolean;
  /** First byte after the block. */
  readonly end: number;
}

/** No header of a record is longer. */
const HEADER_BYTES = 1 << 20;
const FIRST_HEADER_BYTES = 4096;
const SEARCH_BYTES = 1 << 20;

/** The record at `at`; null where none begins there. */
export function readRecord(source: ByteSource, at: number): WarcRecord | null {
  const header = readHeader(source, at);
  if (!header) return null;
  const [first, ...lines] = header.text.split(/\r?\n/);
  if (!/^WARC\/\d\.\d+$/.test(first ?? "")) return null;
  const headers = headersOf(lines);
  const declared = Number(headers.get("content-length") ?? Number.NaN);
  if (!Number.isSafeInteger(declared) || declared < 0) return null;
  const blockAt = at + header.length;
  const blockLength = Math.min(declared, Math.max(0, source.size - blockAt));
  return { at, headers, blockAt, blockLength, isCut: blockLength < declared, end: blockAt + blockLength };
}

/** Text up to the blank line, and its length with that line. */
export function readHeader(source: ByteSource, at: number): { text: string; length: number } | null {
  for (let limit = FIRST_HEADER_BYTES; limit <= HEADER_BYTES; limit *= 16) {
    const bytes = readRange(source, at, limit);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    const end = /\r?\n\r?\n/.exec(text);
    if (end) {
      const raw = bytes.subarray(0, end.index);
      return { text: new TextDecoder("utf-8").decode(raw), length: end.index + end[0].length };
    }
    if (bytes.length < limit) return null;
  }
  return null;
}

/** Lines that begin with a blank continue the one before. */
export function headersOf(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  let last: string | null = null;
  for (const line of lines) {
    if (/^[ \t]/.test(line) && last !== null) {
      headers.set(last, `${headers.get(last) ?? ""} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    last = colon > 0 && !headers.has(name) ? name : null;
    if (last !== null) headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

/** Where the next record begins from `at` on; the size of the source where none does. */
export function findRecord(source: ByteSource, at: number): number {
  for (let from = at; from < source.size; from += SEARCH_BYTES) {
    const bytes = readRange(source, from, SEARCH_BYTES + 16);
    const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf("WARC/1.", 0, "latin1");
    if (found >= 0 && found < SEARCH_BYTES) return from + found;
  }
  return source.size;
}
