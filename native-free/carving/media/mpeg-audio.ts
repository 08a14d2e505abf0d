/**
 * MPEG audio (MP3, MP2, MP1): tags in front, a chain of frames of one stream, tags behind. A header is eleven set bits and proves nothing;
 * frames that lie one behind the other at the lengths they say, of one version, layer and sampling rate, do.
 * Spec: ISO/IEC 11172-3 section 2.4.1.3 and 2.4.2.3, ISO/IEC 13818-3; the Xing, Info and VBRI frames as their encoders write them.
 * Not supported: free format (no bit rate in the header), damage inside of a file (it ends there).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature, textSignature } from "../carver.ts";
import type { Carved, Carver, Signature } from "../carver.ts";
import { repeatsItself } from "../repeats.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek, startsWith } from "../peek.ts";
import { behindTags, tailTags } from "./id3.ts";

const bitRates = {
  v1l1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0],
  v1l2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0],
  v1l3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
  v2l1: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0],
  v2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
} as const;
const sampleRates = [44100, 48000, 32000, 0];

/** Version 3 is MPEG-1, 2 is MPEG-2, 0 is 2.5, 1 is reserved; layer 3 is I, 2 is II, 1 is III, 0 is reserved. */
function frameLength(version: number, layer: number, third: number): number {
  const rate = sampleRates[(third >> 2) & 3]! / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const isFirst = version === 3;
  const rates = isFirst
    ? [bitRates.v1l3, bitRates.v1l2, bitRates.v1l1][layer - 1]
    : layer === 3
      ? bitRates.v2l1
      : bitRates.v2;
  const bits = rates === undefined || version === 1 ? 0 : rates[third >> 4]! * 1000;
  if (bits === 0 || rate === 0) return 0;
  const padding = (third >> 1) & 1;
  if (layer === 3) return (Math.floor((12 * bits) / rate) + padding) * 4;
  return Math.floor(((layer === 1 && !isFirst ? 72 : 144) * bits) / rate) + padding;
}

/** Bytes of a frame by version and layer (four bits) and the third byte of its header; 0 where there is no frame. */
const lengths = Uint16Array.from({ length: 16 * 256 }, (_, i) => frameLength(i >> 10, (i >> 8) & 3, i & 0xff));

const headerBytes = 4;
/** What is told apart by tags or a table of contents, and what is told by its frames alone. */
const leastFrames = 3;
const leastBareFrames = 10;

/** Bytes of the frame at `at`; 0 where none begins. */
function frameAt(window: CarveWindow, at: number): number {
  if (window.u8(at) !== 0xff) return 0;
  const second = window.u8(at + 1);
  if (second < 0xe0) return 0;
  return lengths[(((second >> 1) & 15) << 8) | window.u8(at + 2)]!;
}

interface Chain {
  readonly frames: number;
  /** Behind the last whole frame. */
  readonly end: number;
  /** The next frame begins before the end and reaches behind it. */
  readonly isCut: boolean;
}

/** Frames of one stream: version, layer and sampling rate do not change (section 2.4.2.3). */
function walkFrames(window: CarveWindow, from: number): Chain {
  const second = window.u8(from + 1) & 0x1e;
  const third = window.u8(from + 2) & 0x0c;
  let at = from;
  let frames = 0;
  for (;;) {
    if (!window.has(at, headerBytes)) return { frames, end: at, isCut: at < window.end };
    const length = frameAt(window, at);
    if (length === 0 || (window.u8(at + 1) & 0x1e) !== second || (window.u8(at + 2) & 0x0c) !== third) break;
    if (!window.has(at, length)) return { frames, end: at, isCut: true };
    at += length;
    frames++;
  }
  return { frames, end: at, isCut: false };
}

/** Frames and bytes of the stream as its first frame counts them; 0 where it does not say. */
interface Contents {
  readonly isThere: boolean;
  readonly frames: number;
  readonly bytes: number;
}

const nothing: Contents = { isThere: false, frames: 0, bytes: 0 };

/** "Xing" or "Info" stands behind the side information, whose length follows from version and channels; "VBRI" always at 36. */
function contentsAt(window: CarveWindow, at: number): Contents {
  const isFirst = (window.u8(at + 1) & 8) !== 0;
  const isMono = window.u8(at + 3) >> 6 === 3;
  const place = at + headerBytes + (isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17);
  if (window.isText(place, "Xing") || window.isText(place, "Info")) {
    const flags = window.u32be(place + 4);
    const frames = flags & 1 ? window.u32be(place + 8) : 0;
    return { isThere: true, frames, bytes: flags & 2 ? window.u32be(place + (flags & 1 ? 12 : 8)) : 0 };
  }
  if (window.isText(at + 36, "VBRI")) {
    return { isThere: true, bytes: window.u32be(at + 46), frames: window.u32be(at + 50) };
  }
  return nothing;
}

/** Whether a frame of layer III needs bits of the frame before it: then it is not the first of its stream. */
function leansOnEarlier(window: CarveWindow, at: number): boolean {
  if ((window.u8(at + 1) & 6) !== 2) return false;
  const side = at + headerBytes + (window.u8(at + 1) & 1 ? 0 : 2);
  const isFirst = (window.u8(at + 1) & 8) !== 0;
  return isFirst ? window.u8(side) !== 0 || window.u8(side + 1) > 0x7f : window.u8(side) !== 0;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  const isTagged = startsWith(head, "ID3");
  if (!isTagged && (head[0] !== 0xff || head[1]! < 0xe0)) return null;
  const window = new CarveWindow(source, end);
  const start = behindTags(window, at);
  if (start < 0 || frameAt(window, start) === 0 || repeatsItself(window, at)) return null;
  const contents = contentsAt(window, start);
  const chain = walkFrames(window, start);
  const isKnown = isTagged || contents.isThere;
  if (chain.frames < (isKnown ? leastFrames : leastBareFrames)) return null;
  const kind = (window.u8(start + 1) & 6) === 2 ? "mp3" : "mpa";
  const tail = chain.isCut ? 0 : tailTags(window, chain.end);
  const length = chain.end + tail - at;
  // The frame with the table does not count itself.
  const isShort = contents.frames > 0 && chain.frames < contents.frames && chain.end - start < contents.bytes;
  if (chain.isCut || isShort) return carvedAs(kind, "truncated", length);
  if (!isKnown && leansOnEarlier(window, start)) return carvedAs(kind, "fragment", length);
  return carvedAs(kind, "complete", length);
}

/** First frames without a tag: the third byte of the header for each bit rate, without padding. */
function bareSignatures(second: string, rates: readonly string[]): Signature[] {
  return rates.flatMap((rate) => Array.from("123456789abcde", (bits) => signature(`ff ${second} ${bits}${rate}`)));
}

export const mpegAudioCarver: Carver = {
  id: "mp3",
  family: "carver",
  name: "MPEG audio",
  spec: "ISO/IEC 11172-3; ISO/IEC 13818-3; ID3v2.4",
  level: "partial",
  kinds: [
    { id: "mp3", name: "MPEG audio layer III", extension: "mp3" },
    { id: "mpa", name: "MPEG audio layer I or II", extension: "mp2" },
  ],
  signatures: [
    textSignature("ID3"),
    ...[13, 21, 36].flatMap((offset) => [textSignature("Xing", { offset }), textSignature("Info", { offset })]),
    ...bareSignatures("fb", ["0", "4", "8"]),
    ...bareSignatures("fa", ["0"]),
    ...bareSignatures("f3", ["0", "4", "8"]),
    ...bareSignatures("e3", ["0", "4", "8"]),
    ...bareSignatures("fd", ["0", "4", "8"]),
  ],
  limitBytes: 2 ** 31,
  unchecked: "packets",
  carve,
};
