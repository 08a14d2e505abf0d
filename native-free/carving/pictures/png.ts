/**
 * PNG and APNG: chunks with their CRCs from IHDR to IEND, and the picture data inflated where they are small enough. A file in two pieces
 * is put together where the CRC of the chunk that the gap tears apart says so.
 *
 * Spec: W3C PNG, third edition, sections 5 and 11. Bounds: data are inflated up to 16 MiB compressed and 64 MiB inflated (above that the
 * CRCs stand alone). Two pieces: the gap is 1 to 1024 blocks, and up to 16 gaps behind which a chunk follows are tried.
 */
import { constants, crc32, inflateSync } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { FirstBytes } from "../first-bytes.ts";
import { fourCharacters } from "../iso-bmff.ts";
import { joinPng } from "./png-pieces.ts";

const signatureBytes = 8;
const headerBytes = 8;
const crcBytes = 4;
const headBytes = 33;
const headerCrc = 29;
const bodyLimit = 0x7fffffff;
const chunkLimit = 1_000_000;
const packedLimit = 1 << 24;
const plainLimit = 1 << 26;
/** Of a cut file: how much data are inflated to see how far they hold, how exactly, and with how little it is believed. */
const bisectLimit = 1 << 20;
const bisectStep = 64;
const bytesWanted = 512;
const head = new FirstBytes(headBytes);

/** Channels by colour type, table 12 of section 11.2.1; 0 where there is no such type. */
const channels = [1, 0, 3, 1, 2, 0, 4];

export const pngCarver: Carver = {
  id: "png",
  family: "carver",
  name: "PNG pictures",
  spec: "W3C PNG 3",
  level: "complete",
  kinds: [
    { id: "png", name: "PNG picture", extension: "png" },
    { id: "apng", name: "Animated PNG", extension: "png" },
  ],
  signatures: [signature("89 50 4e 47 0d 0a 1a 0a")],
  limitBytes: 4 * 2 ** 30,

  carve(source: ByteSource, at: number, end: number): Carved | null {
    const walk = walkPng(source, at, end);
    return walk === null ? null : carvedOf(walk, at);
  },

  carveInPieces(source: ByteSource, at: number, end: number, blockBytes: number): Carved | null {
    const walk = walkPng(source, at, end);
    if (walk === null || walk.whole) return null;
    const found = joinPng(source, { at, end, blockBytes }, walk.broken, (moved, to) => {
      const other = walkPng(moved, at, to);
      return other?.whole === true && other.inflates ? other.end : -1;
    });
    if (found === null) return null;
    const { boundary, gap, fileEnd } = found;
    const pieces = [
      { start: at, length: boundary - at },
      { start: boundary + gap, length: fileEnd - boundary },
    ];
    return { ...carvedOf(walk, at), verdict: "complete", length: fileEnd - at, pieces };
  },
};

interface PngWalk {
  /** Behind the last chunk whose CRC holds. */
  readonly end: number;
  /** IEND was reached. */
  readonly whole: boolean;
  readonly animated: boolean;
  /** The data inflate to what the header says, or are too large to try. */
  readonly inflates: boolean;
  /** First byte of the first chunk that does not hold. */
  readonly broken: number;
}

function carvedOf(walk: PngWalk, at: number): Carved {
  const verdict = walk.whole && walk.inflates ? "complete" : "truncated";
  const kind = walk.animated ? "apng" : "png";
  return { kind, verdict, length: walk.end - at, title: null, findings: [] };
}

/** Null without a sound IHDR and a sound chunk behind it. */
function walkPng(source: ByteSource, at: number, end: number): PngWalk | null {
  if (!head.read(source, at, end)) return null;
  const { view } = head;
  const plain = isHeader(view) ? plainBytes(view) : 0;
  if (plain === 0 || crc32(head.bytes.subarray(12, headerCrc)) !== view.getUint32(headerCrc)) return null;
  const window = new CarveWindow(source, end);
  const data: { at: number; length: number }[] = [];
  let place = at + headBytes;
  let packed = 0;
  let animated = false;
  for (let chunks = 0; chunks < chunkLimit; chunks++) {
    const length = chunkAt(window, place);
    if (length < 0) return cutPng(window, data, place, { animated, packed });
    const type = fourCharacters(window, place + 4);
    if (type === "acTL") animated = true;
    if (type === "IDAT") {
      packed += length;
      if (packed <= packedLimit) data.push({ at: place + headerBytes, length });
    }
    place += headerBytes + length + crcBytes;
    if (type !== "IEND") continue;
    const inflates = packed > 0 && (packed > packedLimit || inflatesTo(window, data, packed, plain));
    return { end: place, whole: length === 0 && packed > 0, animated, inflates, broken: place };
  }
  return null;
}

/**
 * A file whose chunk at `broken` does not hold: as far as the data in it still inflate. Null where none do: a header with something else
 * behind it.
 */
function cutPng(
  window: CarveWindow,
  data: readonly { at: number; length: number }[],
  broken: number,
  { animated, packed }: { animated: boolean; packed: number },
): PngWalk | null {
  const cut = { whole: false, animated, inflates: false, broken };
  const isData = window.isText(broken + 4, "IDAT");
  if (packed > bisectLimit || (packed > 0 && !isData)) return { ...cut, end: broken };
  if (!isData) return null;
  const length = Math.min(window.u32be(broken), window.end - broken - headerBytes, bisectLimit - packed);
  const whole = joined(window, [...data, { at: broken + headerBytes, length }], packed + length);
  const holds = inflatedBytes(whole, packed);
  if (packed === 0 && holds < Math.min(bytesWanted, length)) return null;
  return { ...cut, end: holds > packed ? broken + headerBytes + holds - packed : broken };
}

/** How many of the bytes inflate without an error, to within 64; those up to `low` do. */
function inflatedBytes(bytes: Uint8Array, low: number): number {
  let [sound, unsound] = [low, bytes.length + 1];
  while (unsound - sound > bisectStep) {
    const middle = unsound > bytes.length ? bytes.length : (sound + unsound) >> 1;
    if (beginsToInflate(bytes.subarray(0, middle))) sound = middle;
    else unsound = middle;
    if (sound === bytes.length) break;
  }
  return sound;
}

function beginsToInflate(bytes: Uint8Array): boolean {
  try {
    inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: bisectLimit * 8 });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
  }
}

/** Length of the body of the chunk at `at`, where its CRC holds; else -1. */
function chunkAt(window: CarveWindow, at: number): number {
  if (!window.has(at, headerBytes + crcBytes)) return -1;
  const length = window.u32be(at);
  if (length > bodyLimit || !window.has(at, headerBytes + length + crcBytes)) return -1;
  for (let i = 4; i < headerBytes; i++) if (!isLetter(window.u8(at + i))) return -1;
  let sum = 0;
  const to = at + headerBytes + length;
  for (let from = at + 4; from < to; from += 1 << 16) sum = crc32(window.view(from, Math.min(1 << 16, to - from)), sum);
  return sum === window.u32be(to) ? length : -1;
}

const isLetter = (byte: number): boolean => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

/** Section 11.2.1: the first chunk is IHDR with 13 bytes, whose values are among those listed. */
function isHeader(view: DataView): boolean {
  const depth = view.getUint8(24);
  const colour = view.getUint8(25);
  return (
    view.getUint32(signatureBytes) === 13 &&
    view.getUint32(12) === 0x49484452 &&
    [1, 2, 4, 8, 16].includes(depth) &&
    (channels[colour] ?? 0) > 0 &&
    view.getUint8(26) === 0 &&
    view.getUint8(27) === 0 &&
    view.getUint8(28) <= 1
  );
}

/** Bytes of the filtered picture data: a filter byte and the samples of each line, of seven passes where it is interlaced. */
function plainBytes(view: DataView): number {
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const bits = (channels[view.getUint8(25)] as number) * view.getUint8(24);
  const linesOf = (wide: number, high: number) => (wide === 0 ? 0 : high * (1 + Math.ceil((wide * bits) / 8)));
  if (view.getUint8(28) === 0) return linesOf(width, height);
  let total = 0;
  for (const [x, y, stepX, stepY] of passes) {
    total += linesOf(Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY));
  }
  return total;
}

/** Section 8.1, Adam7: first column and line, and how far apart the next ones are. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function inflatesTo(
  window: CarveWindow,
  data: readonly { at: number; length: number }[],
  packed: number,
  plain: number,
): boolean {
  if (plain > plainLimit) return true;
  try {
    return inflateSync(joined(window, data, packed), { maxOutputLength: plain + 1 }).length === plain;
  } catch {
    return false;
  }
}

function joined(window: CarveWindow, data: readonly { at: number; length: number }[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let to = 0;
  for (const { at, length } of data) {
    window.source.readInto(whole.subarray(to, to + length), at);
    to += length;
  }
  return whole;
}
