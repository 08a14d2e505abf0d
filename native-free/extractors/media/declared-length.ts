/**
 * What a sound or film says of its own length: RIFF and its data chunk (RFC 2361), IFF (AIFF 1.3), boxes (ISO/IEC
 * 14496-12 4.2), and the Xing header of MPEG audio. Formats that declare none are not judged.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";

const MAX_PARTS = 10_000;
/** Writers that cannot go back put the largest number there is, or the largest signed one less a header. */
const UNKNOWN_FROM = 0x7fff_0000;

/** Bytes that the file declares beyond its end, 0 where it is whole or says nothing. */
export function missingBytes(source: ByteSource): number {
  const head = Buffer.from(readRange(source, 0, 12));
  const mark = head.toString("latin1");
  let end = 0;
  if (/^RIFF[^]{4}WAVE$/.test(mark)) end = chunksEnd(source, (at, bytes) => bytes.readUInt32LE(at));
  else if (/^FORM[^]{4}AIF[FC]$/.test(mark)) end = chunksEnd(source, (at, bytes) => bytes.readUInt32BE(at));
  else if (/^[^]{4}(ftyp|moov|mdat|wide|free|skip)/.test(mark)) end = boxesEnd(source);
  else if (mark.startsWith("ID3") || (head[0] === 0xff && (head[1] ?? 0) >= 0xe0)) end = xingEnd(source);
  return Math.max(0, end - source.size);
}

/** End of the whole or of the sound data; the padding byte of the last chunk is left out by many. */
function chunksEnd(source: ByteSource, lengthAt: (at: number, bytes: Buffer) => number): number {
  const whole = 8 + lengthAt(4, Buffer.from(readRange(source, 0, 8)));
  if (whole > source.size + 1 && whole < UNKNOWN_FROM) return whole;
  let at = 12;
  for (let count = 0; count < MAX_PARTS && at + 8 <= source.size; count++) {
    const head = Buffer.from(readRange(source, at, 8));
    const length = lengthAt(4, head);
    const isSound = /^(data|SSND)$/.test(head.toString("latin1", 0, 4));
    if (isSound) return length < UNKNOWN_FROM ? at + 8 + length : 0;
    at += 8 + length + (length & 1);
  }
  return 0;
}

function boxesEnd(source: ByteSource): number {
  let at = 0;
  for (let count = 0; count < MAX_PARTS && at + 8 <= source.size; count++) {
    const head = Buffer.from(readRange(source, at, 16));
    const short = head.readUInt32BE(0);
    // What does not look like a box is trailing matter, not a length.
    if (!/^[ -~\xa9]{4}$/.test(head.toString("latin1", 4, 8)) || short === 0) return 0;
    const length = short === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : short;
    if (length < 8) return 0;
    at += length;
  }
  return at > source.size ? at : 0;
}

/** The header stands in the first frame behind its side information, and counts from the start of that frame. */
function xingEnd(source: ByteSource): number {
  const tag = readRange(source, 0, 10);
  const isTag = Buffer.from(tag.subarray(0, 3)).toString("latin1") === "ID3" && tag.length === 10;
  const footer = ((tag[5] ?? 0) & 0x10) !== 0 ? 10 : 0;
  const start = isTag ? 10 + ((tag[6]! << 21) | (tag[7]! << 14) | (tag[8]! << 7) | tag[9]!) + footer : 0;
  // A tag that reaches beyond the end is itself a declared length.
  if (start > source.size) return start;
  const frame = Buffer.from(readRange(source, start, 64));
  if (frame.length < 64 || frame[0] !== 0xff || (frame[1]! & 0xe6) !== 0xe2) return 0;
  const isFirst = ((frame[1]! >> 3) & 3) === 3;
  const isMono = frame[3]! >> 6 === 3;
  const at = 4 + (isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17);
  if (!/^(Xing|Info)$/.test(frame.toString("latin1", at, at + 4))) return 0;
  const flags = frame.readUInt32BE(at + 4);
  if ((flags & 2) === 0) return 0;
  return start + frame.readUInt32BE(at + 8 + ((flags & 1) !== 0 ? 4 : 0));
}
