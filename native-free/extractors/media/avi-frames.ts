/**
 * Pictures of AVI films in Motion JPEG or without compression (Microsoft, "AVI RIFF File Reference"; OpenDML AVI 1.02, chapter 3:
 * films of several RIFF chunks). The chunks are walked, so that a film without index, or cut, gives its pictures too. Of a film of more
 * chunks than are walked the pictures are those of its beginning. Not read: run-length coding, pictures in two fields (the first is).
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { type Frame, spread } from "./frame.ts";

const jpegCodes = new Set(["MJPG", "MJPA", "JPEG", "AVRN", "DMB1", "AVDJ"]);
const lists = new Set(["hdrl", "strl", "movi", "rec "]);
const mostChunks = 200_000;
const deepest = 5;
const bitmapHeader = 40;
const fileHeader = 14;
/** A bitmap header and a palette. */
const largestFormat = bitmapHeader + 1024;

interface AviVideo {
  /** Two digits, as the chunks name it. */
  readonly stream: string;
  /** Of a bitmap; null for JPEG. */
  readonly head: Uint8Array | null;
}

class AviRun {
  readonly source: ByteSource;
  readonly places: number[] = [];
  readonly lengths: number[] = [];
  video: AviVideo | null = null;
  streams = 0;
  isPicture = false;
  left = mostChunks;

  constructor(source: ByteSource) {
    this.source = source;
  }
}

export function aviFrames(source: ByteSource): Frame[] {
  const run = new AviRun(source);
  walk(run, 0, source.size, 0);
  const { places, lengths, video } = run;
  const head = video?.head ?? null;
  return spread(places.length).map((index) => ({
    ...{ number: index + 1, at: places[index] as number, length: lengths[index] as number },
    head: head && withSize(head, lengths[index] as number),
  }));
}

function walk(run: AviRun, from: number, to: number, depth: number): void {
  for (let at = from; at + 8 <= to && run.left-- > 0;) {
    const chunk = Buffer.from(readRange(run.source, at, 12));
    const kind = chunk.toString("latin1", 0, 4);
    const length = chunk.readUInt32LE(4);
    const end = Math.min(at + 8 + length, to);
    const list = chunk.toString("latin1", 8, 12);
    const isList = (kind === "RIFF" && depth === 0) || (kind === "LIST" && lists.has(list));
    if (isList && depth < deepest) {
      // Without a coding that is known, the pictures are of no use.
      if (list === "movi" && run.video === null) return;
      walk(run, at + 12, end, depth + 1);
      if (list === "strl") run.streams += 1;
    } else if (kind === "strh") run.isPicture = list === "vids";
    else if (kind === "strf" && run.isPicture) {
      run.video ??= videoOf(run.streams, Buffer.from(readRange(run.source, at + 8, Math.min(length, largestFormat))));
    } else if (length > 0 && at + 8 + length <= to && isOf(run.video, kind)) {
      run.places.push(at + 8);
      run.lengths.push(length);
    }
    at += 8 + length + (length & 1);
  }
}

function isOf(video: AviVideo | null, kind: string): boolean {
  return video !== null && kind.startsWith(video.stream) && (kind.endsWith("dc") || kind.endsWith("db"));
}

/** `format`: BITMAPINFOHEADER and palette. */
function videoOf(stream: number, format: Buffer): AviVideo | null {
  if (format.length < bitmapHeader) return null;
  const number = String(stream).padStart(2, "0");
  if (jpegCodes.has(format.toString("latin1", 16, 20).toUpperCase())) return { stream: number, head: null };
  const isPlain = format.readUInt32LE(16) === 0 && format.readUInt32LE(0) === bitmapHeader;
  if (!isPlain || ![1, 4, 8, 16, 24, 32].includes(format.readUInt16LE(14))) return null;
  const head = Buffer.alloc(fileHeader);
  head.write("BM", 0, "latin1");
  head.writeUInt32LE(fileHeader + format.length, 10);
  return { stream: number, head: Buffer.concat([head, format]) };
}

function withSize(head: Uint8Array, length: number): Uint8Array {
  const whole = Buffer.from(head);
  whole.writeUInt32LE(head.length + length, 2);
  return whole;
}
