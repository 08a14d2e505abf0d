/**
 * Pictures of QuickTime and MP4 films whose coding keeps each by itself: JPEG, Motion JPEG A, PNG, TIFF (ISO/IEC 14496-12 8.5, 8.6, 8.7;
 * QuickTime File Format, "Video sample description"; ISO/IEC 14496-1 7.2.6.6 for JPEG under the name of MPEG-4). Not read: Motion JPEG B,
 * fragments, data in other files.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { boxesIn, type IsoBox } from "../iso-boxes.ts";
import { type Frame, spread } from "./frame.ts";

const codings = new Set(["jpeg", "mjpa", "MJPG", "mjpg", "AVDJ", "dmb1", "png ", "tiff"]);
/** Bytes of a table that are read: those of millions of pictures. */
const largestTable = 16 << 20;
const sampleEntry = 86;
const jpegObject = 0x6c;
const mostTracks = 64;

export function isoFrames(source: ByteSource): Frame[] {
  const film = boxIn(source, 0, source.size, "moov");
  let left = mostTracks;
  for (const track of film ? boxesIn(source, film.bodyAt, film.end) : []) {
    if (track.kind !== "trak" || left-- <= 0) continue;
    const table = at(source, at(source, at(source, track, "mdia"), "minf"), "stbl");
    if (table === null || !isDecodable(source, table)) continue;
    const frames = framesOf(source, table);
    if (frames.length > 0) return frames;
  }
  return [];
}

function boxIn(source: ByteSource, from: number, to: number, kind: string): IsoBox | null {
  for (const box of boxesIn(source, from, to)) if (box.kind === kind) return box;
  return null;
}

function at(source: ByteSource, holder: IsoBox | null, kind: string): IsoBox | null {
  return holder && boxIn(source, holder.bodyAt, holder.end, kind);
}

function isDecodable(source: ByteSource, table: IsoBox): boolean {
  const box = at(source, table, "stsd");
  if (box === null) return false;
  const entry = box.bodyAt + 8;
  const kind = Buffer.from(readRange(source, entry + 4, 4)).toString("latin1");
  if (codings.has(kind)) return true;
  if (kind !== "mp4v") return false;
  const described = boxIn(source, entry + sampleEntry, box.end, "esds");
  return described !== null && objectOf(Buffer.from(readRange(source, described.bodyAt + 4, 64))) === jpegObject;
}

/** Kind of the object: in a DecoderConfigDescriptor (4) of an ES_Descriptor (3), each with a length of one to four bytes. */
function objectOf(bytes: Buffer): number | null {
  const body = (from: number): number => {
    let place = from + 1;
    while (place < from + 4 && (bytes[place] ?? 0) >= 0x80) place += 1;
    return place + 1;
  };
  if (bytes[0] !== 3) return null;
  const inner = body(0) + 3;
  return bytes[inner] === 4 ? (bytes[body(inner)] ?? null) : null;
}

interface Tables {
  /** Bytes of every picture; 0: as `sizes` says, 4 bytes each. */
  readonly size: number;
  readonly sizes: Buffer;
  readonly count: number;
  /** Runs of chunks: first chunk (from 1), pictures in each, description; 12 bytes a run. */
  readonly runs: Buffer;
  readonly chunks: Buffer;
  readonly chunkBytes: 4 | 8;
}

function framesOf(source: ByteSource, holder: IsoBox): Frame[] {
  const read = (kind: string): Buffer => {
    const box = at(source, holder, kind);
    const length = box ? Math.min(box.end - box.bodyAt, largestTable) : 0;
    return Buffer.from(box && length > 0 ? readRange(source, box.bodyAt, length) : []);
  };
  const sizes = read("stsz");
  const short = read("stco");
  if (sizes.length < 12) return [];
  const size = sizes.readUInt32BE(4);
  const declared = sizes.readUInt32BE(8);
  const tables: Tables = {
    ...{ size, sizes: sizes.subarray(12), count: size > 0 ? declared : Math.min(declared, (sizes.length - 12) >>> 2) },
    ...{ runs: read("stsc").subarray(8), chunks: (short.length > 0 ? short : read("co64")).subarray(8) },
    chunkBytes: short.length > 0 ? 4 : 8,
  };
  return spread(tables.count).flatMap((index) => frameAt(tables, index) ?? []);
}

/** Null where the tables do not say where it lies. */
function frameAt(tables: Tables, index: number): Frame | null {
  const { runs, chunks, chunkBytes } = tables;
  const chunkCount = Math.floor(chunks.length / chunkBytes);
  let before = 0;
  for (let run = 0; run + 12 <= runs.length; run += 12) {
    const first = runs.readUInt32BE(run);
    const each = runs.readUInt32BE(run + 4);
    const next = run + 24 <= runs.length ? runs.readUInt32BE(run + 12) : chunkCount + 1;
    const held = Math.max(0, next - first) * each;
    if (index >= before + held) {
      before += held;
      continue;
    }
    const chunk = first - 1 + Math.floor((index - before) / each);
    if (chunk < 0 || chunk >= chunkCount) return null;
    const start =
      chunkBytes === 4 ? chunks.readUInt32BE(chunk * 4) : Number(chunks.readBigUInt64BE(chunk * chunkBytes));
    const offset = bytesOf(tables, index - ((index - before) % each), index);
    return { number: index + 1, at: start + offset, length: bytesOf(tables, index, index + 1), head: null };
  }
  return null;
}

/** Bytes of the pictures from one to before another. */
function bytesOf({ size, sizes }: Tables, from: number, to: number): number {
  if (size > 0) return size * (to - from);
  let sum = 0;
  for (let index = from; index < to; index++) sum += sizes.readUInt32BE(index * 4);
  return sum;
}
