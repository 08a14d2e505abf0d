/**
 * Compressed streams of a PDF that do not unpack (ISO 32000-2, 7.3.8 and 7.4.4): readers pass over them in silence and
 * show an empty page. Streams are found by their keywords, whatever the cross-references say. Checked is what FlateDecode
 * packed, in ASCII85 or not; not checked are pictures, streams of encrypted documents, and what unpacks beyond the limits.
 */
import { Buffer } from "node:buffer";
import { constants, inflateRawSync, inflateSync } from "node:zlib";
import { decodeAscii85 } from "./ascii85.ts";

export interface DamagedStream {
  /** Byte offset of the packed data. */
  readonly offset: number;
  /** Object number, 0 where none stands before the stream. */
  readonly object: number;
}

/** A stream that unpacks to more than this is not checked to its end. */
const STREAM_LIMIT_BYTES = 64 << 20;
/** All streams of one document together. */
const TOTAL_LIMIT_BYTES = 1 << 30;
/** Longest dictionary that is looked through. */
const DICTIONARY_BYTES = 8192;

/** A stream as it stands in the file. */
interface PackedStream {
  readonly dictionary: string;
  readonly object: number;
  /** Byte offset of the data. */
  readonly start: number;
  readonly packed: Uint8Array;
}

/** All streams in the order of the file, whatever the cross-references say. */
export function* streamsOf(document: Uint8Array): Generator<PackedStream> {
  const bytes = Buffer.from(document.buffer, document.byteOffset, document.length);
  let from = 0;
  for (;;) {
    const keyword = bytes.indexOf("stream", from, "latin1");
    if (keyword < 0) return;
    const dictionary = dictionaryBefore(bytes, keyword, from);
    const start = dataAfter(bytes, keyword + 6);
    from = keyword + 6;
    if (dictionary === null || start === 0) continue;
    const end = bytes.indexOf("endstream", start, "latin1");
    // The rest of a file that is cut off belongs to the stream.
    const packed = bytes.subarray(start, end < 0 ? bytes.length : end);
    from = start + packed.length;
    yield { dictionary: dictionary.text, object: dictionary.object, start, packed };
  }
}

/** All damaged streams in the order of the file. */
export function damagedStreams(document: Uint8Array): DamagedStream[] {
  const found: DamagedStream[] = [];
  let unpacked = 0;
  for (const { dictionary, object, start, packed } of streamsOf(document)) {
    if (unpacked >= TOTAL_LIMIT_BYTES) break;
    if (!isChecked(dictionary)) continue;
    const size = unpackedSize(isAscii(dictionary) ? decodeAscii85(packed) : packed);
    if (size === null) found.push({ offset: start, object });
    else unpacked += size;
  }
  return found;
}

/** Text from the last `obj` up to the keyword, null where no dictionary ends there. */
function dictionaryBefore(bytes: Buffer, keyword: number, from: number): { text: string; object: number } | null {
  const start = Math.max(from, keyword - DICTIONARY_BYTES);
  const before = bytes.toString("latin1", start, keyword);
  if (!/>>\s*$/.test(before.slice(-64))) return null;
  const at = before.lastIndexOf(" obj");
  if (at < 0) return null;
  const number = /(\d{1,10})\s+\d{1,5}$/.exec(before.slice(Math.max(0, at - 24), at));
  return { text: before.slice(at + 4), object: Number(number?.[1] ?? 0) };
}

/** Where data begin: after one end of line, CR LF or LF; a lone CR is written by some. 0 where there is none. */
function dataAfter(bytes: Buffer, at: number): number {
  if (bytes[at] === 0x0a) return at + 1;
  if (bytes[at] !== 0x0d) return 0;
  return bytes[at + 1] === 0x0a ? at + 2 : at + 1;
}

/** FlateDecode was applied, and the stream is no picture. */
function isChecked(dictionary: string): boolean {
  return (
    /\/Filter\s*\[?\s*(\/(ASCII85Decode|A85)\s*)?\/(FlateDecode|Fl)\b/.test(dictionary) &&
    !/\/Subtype\s*\/Image\b/.test(dictionary)
  );
}

/** What FlateDecode packed was then written in letters. */
function isAscii(dictionary: string): boolean {
  return /\/Filter\s*\[\s*\/(ASCII85Decode|A85)\b/.test(dictionary);
}

/** Length of what comes out, null where the packed data are damaged or end too early. */
function unpackedSize(packed: Uint8Array | null): number | null {
  if (packed === null) return null;
  if (isEmpty(packed)) return 0;
  try {
    // Some headers declare a smaller window than their data use, which readers overlook: the largest serves all.
    return inflateSync(packed, { maxOutputLength: STREAM_LIMIT_BYTES, windowBits: constants.Z_MAX_WINDOWBITS }).length;
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") return STREAM_LIMIT_BYTES;
    return codeOf(error) === "Z_BUF_ERROR" ? sizeWithoutChecksum(packed) : null;
  }
}

/** Some writers leave out the checksum after the last block; all data are there. */
function sizeWithoutChecksum(packed: Uint8Array): number | null {
  try {
    return inflateRawSync(packed.subarray(2), { maxOutputLength: STREAM_LIMIT_BYTES }).length;
  } catch {
    // zlib throws only for what it was given: the data end in the middle of a block.
    return null;
  }
}

function isEmpty(packed: Uint8Array): boolean {
  return packed.length <= 2 && packed.every((byte) => byte === 0x0a || byte === 0x0d);
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
