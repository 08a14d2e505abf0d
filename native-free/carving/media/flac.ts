/**
 * FLAC: metadata blocks, then frames with two checksums each, walked to the number of samples that the first block names.
 * Spec: RFC 9639 sections 7 to 9. Frames above 512 KiB are not believed. FLAC inside of Ogg is Ogg.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek, startsWith } from "../peek.ts";
import { FlacFrame } from "./flac-frame.ts";
import type { StreamFacts } from "./flac-frame.ts";
import { behindTags, tailTags } from "./id3.ts";

const infoBytes = 34;
const blockHeaderBytes = 4;
const lastBlock = 0x80;
/** More than a file has, and a picture of 16 MiB fits in one. */
const blockLimit = 128;
const bufferBytes = 1 << 20;
const frameLimit = bufferBytes / 2;

interface StreamInfo extends StreamFacts {
  /** Samples per channel of the whole stream; 0 where the writer did not know. */
  readonly total: number;
  /** Samples of every frame but the last, where blocks are of one size. */
  readonly blockSize: number;
}

/** The first metadata block (section 8.2); null where its numbers cannot be. */
function streamInfo(window: CarveWindow, at: number): StreamInfo | null {
  if ((window.u8(at) & 0x7f) !== 0 || (window.u32be(at) & 0xff_ffff) !== infoBytes) return null;
  const body = at + blockHeaderBytes;
  const blockSize = window.u16be(body);
  const packed = window.u32be(body + 10);
  const rate = packed >>> 12;
  const bitsPerSample = ((packed >>> 4) & 31) + 1;
  if (blockSize < 16 || window.u16be(body + 2) < blockSize || rate === 0 || bitsPerSample < 4) return null;
  const total = (packed & 15) * 2 ** 32 + window.u32be(body + 14);
  return { bitsPerSample, channels: ((packed >>> 9) & 7) + 1, total, blockSize };
}

/** Where the frames begin; -1 where blocks are of no known type or reach behind the end. */
function behindMetadata(window: CarveWindow, at: number): number {
  let to = at;
  for (let i = 0; i < blockLimit; i++) {
    if (!window.has(to, blockHeaderBytes)) return -1;
    const head = window.u8(to);
    // The description comes once and first; 127 is forbidden, 7 to 126 are reserved and met nowhere.
    if ((head & 0x7f) > 6 || ((head & 0x7f) === 0) !== (i === 0)) return -1;
    to += blockHeaderBytes + (window.u32be(to) & 0xff_ffff);
    if (head & lastBlock) return to;
  }
  return -1;
}

interface Frames {
  readonly samples: number;
  readonly count: number;
  readonly end: number;
}

/** Frames in order from `from` on, until the samples are complete or the next one is missing, cut, damaged or of another stream. */
function walkFrames(source: ByteSource, from: number, end: number, info: StreamInfo): Frames {
  const buffer = new Uint8Array(Math.min(bufferBytes, end - from) + 16);
  const room = buffer.length - 16;
  const frame = new FlacFrame();
  frame.over(buffer);
  let [base, filled, at, samples, count] = [from, 0, from, 0, 0];
  while (info.total === 0 || samples < info.total) {
    if (base + filled < end && base + filled - at < frameLimit) {
      buffer.copyWithin(0, at - base, filled);
      filled -= at - base;
      base = at;
      const wanted = Math.min(room - filled, end - base - filled);
      source.readInto(buffer.subarray(filled, filled + wanted), base + filled);
      filled += wanted;
    }
    const length = frame.lengthAt(at - base, filled, info);
    if (length === 0 || frame.number !== (frame.isVariable ? samples : count)) break;
    samples += frame.blockSize;
    at += length;
    count++;
  }
  return { samples, count, end: at };
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  const isTagged = startsWith(head, "ID3");
  if (!isTagged && !startsWith(head, "fLaC\0\0\0\x22") && !startsWith(head, "fLaC\x80\0\0\x22")) return null;
  const window = new CarveWindow(source, end);
  const start = isTagged ? behindTags(window, at) : at;
  if (start < 0 || !window.isText(start, "fLaC")) return null;
  const info = streamInfo(window, start + 4);
  const from = info === null ? -1 : behindMetadata(window, start + 4);
  if (info === null || from < 0 || !window.has(from, 8)) return null;
  const frames = walkFrames(source, from, window.end, info);
  if (frames.count === 0) return null;
  // Where the total is not known the frames end where no further one follows.
  const isWhole = info.total === 0 || frames.samples >= info.total;
  if (!isWhole) return carvedAs("flac", "truncated", frames.end - at);
  return carvedAs("flac", "complete", frames.end - at + tailTags(window, frames.end));
}

export const flacCarver: Carver = {
  id: "flac",
  family: "carver",
  name: "FLAC audio",
  spec: "RFC 9639",
  level: "complete",
  kinds: [{ id: "flac", name: "FLAC audio", extension: "flac" }],
  signatures: [textSignature("fLaC"), textSignature("ID3")],
  limitBytes: 2 ** 33,
  carve,
};
