/**
 * Maps of sparse files in tar: GNU's old header (GNU tar manual, "Old GNU Format"), its pax forms 0.0, 0.1 and 1.0 ("Storing Sparse
 * Files"), and SUN.holesdata of Solaris, whose archives hold the gaps as well.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { PIECE_BYTES } from "../../unpack/byte-feed.ts";
import { copyRange } from "../../unpack/stream-child.ts";
import { BLOCK_BYTES, numberOf, type TarHeader } from "./header.ts";
import type { PaxValues } from "./pax.ts";

/** A stretch of data at its place in the whole file; what lies between them is zeros. */
interface Stretch {
  readonly at: number;
  readonly length: number;
}

export interface SparseMap {
  readonly stretches: readonly Stretch[];
  /** Bytes of the whole file. */
  readonly size: number;
  /** Bytes before the data that hold the map. */
  readonly mapBytes: number;
}

const PAIR_BYTES = 24;
const PAIRS_PER_BLOCK = 21;
const MOST_STRETCHES = 1_000_000;
const MOST_MAP_BYTES = 16 * 1024 * 1024;

/** Pairs of GNU's old header and the blocks behind it; `blocks` of those were read. Null pairs: they are damaged. */
export function readOldMap(
  source: ByteSource,
  header: TarHeader,
  at: number,
): { stretches: Stretch[] | null; blocks: number } {
  const stretches: Stretch[] = [];
  let isSound = takePairs(header.sparse, 4, stretches);
  let [more, blocks] = [header.isExtended, 0];
  while (more && stretches.length < MOST_STRETCHES) {
    const block = readRange(source, at + blocks * BLOCK_BYTES, BLOCK_BYTES);
    if (block.length < BLOCK_BYTES) return { stretches: null, blocks };
    isSound = takePairs(block, PAIRS_PER_BLOCK, stretches) && isSound;
    more = block[504] !== 0;
    blocks += 1;
  }
  return { stretches: isSound ? stretches : null, blocks };
}

function takePairs(bytes: Uint8Array, count: number, into: Stretch[]): boolean {
  for (let index = 0; index < count; index++) {
    const pair = bytes.subarray(index * PAIR_BYTES, (index + 1) * PAIR_BYTES);
    if (pair.every((byte) => byte === 0)) return true;
    const [at, length] = [numberOf(pair.subarray(0, 12)), numberOf(pair.subarray(12))];
    if (at === null || length === null) return false;
    into.push({ at, length });
  }
  return true;
}

/** The map that pax records describe; null where there is none, `damaged` where it cannot be read. */
export function readPaxMap(
  source: ByteSource,
  pax: PaxValues,
  dataAt: number,
  dataBytes: number,
): SparseMap | "damaged" | null {
  if (pax.number("GNU.sparse.major") === 1) return readMapInData(source, pax, dataAt, dataBytes);
  const size = pax.number("GNU.sparse.size") ?? pax.number("GNU.sparse.realsize");
  const list = pax.text("GNU.sparse.map");
  if (size === null) return null;
  const numbers =
    list === null
      ? repeatedNumbers(pax)
      : list
          .split(",")
          .filter((word) => word !== "")
          .map(Number);
  const stretches = pairsOf(numbers);
  return stretches ? { stretches, size, mapBytes: 0 } : "damaged";
}

/** Form 0.0: offset and length come as records of their own, in turn. */
function repeatedNumbers(pax: PaxValues): number[] {
  return pax.own
    .filter(([key]) => key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes")
    .map(([, value]) => Number(Buffer.from(value).toString("latin1")));
}

function pairsOf(numbers: readonly number[]): Stretch[] | null {
  if (numbers.length % 2 !== 0 || !numbers.every((value) => Number.isSafeInteger(value) && value >= 0)) return null;
  const stretches: Stretch[] = [];
  for (let at = 0; at < numbers.length; at += 2) stretches.push({ at: numbers[at]!, length: numbers[at + 1]! });
  return stretches;
}

/** Form 1.0: decimal numbers, each on a line, before the data, filled up to a block. */
function readMapInData(source: ByteSource, pax: PaxValues, dataAt: number, dataBytes: number): SparseMap | "damaged" {
  const size = pax.number("GNU.sparse.realsize");
  const text = Buffer.from(readRange(source, dataAt, Math.min(dataBytes, MOST_MAP_BYTES))).toString("latin1");
  const numbers: number[] = [];
  let [at, wanted] = [0, 1];
  while (numbers.length < wanted) {
    const end = text.indexOf("\n", at);
    const digits = end < 0 ? "" : text.slice(at, end);
    at = end + 1;
    // libarchive reads such lines as remarks.
    if (digits.startsWith("#")) continue;
    if (!/^\d{1,16}$/.test(digits)) return "damaged";
    numbers.push(Number(digits));
    wanted = 1 + 2 * Math.min(MOST_STRETCHES, numbers[0]!);
  }
  const stretches = pairsOf(numbers.slice(1));
  if (size === null || !stretches) return "damaged";
  return { stretches, size, mapBytes: Math.ceil(at / BLOCK_BYTES) * BLOCK_BYTES };
}

/** False where stretches overlap, run backwards, or leave the file or the data. */
export function isMapSound(map: SparseMap, dataBytes: number): boolean {
  let [end, sum] = [0, 0];
  for (const { at, length } of map.stretches) {
    if (at < end || at + length > map.size) return false;
    end = at + length;
    sum += length;
  }
  return sum <= dataBytes;
}

/** The whole file, zeros between the stretches, from the data at `dataAt`. */
export async function* expand(source: ByteSource, dataAt: number, map: SparseMap): AsyncGenerator<Uint8Array> {
  let [next, from] = [0, dataAt];
  for (const { at, length } of map.stretches) {
    yield* zeros(at - next);
    yield* copyRange(source, from, length);
    from += length;
    next = at + length;
  }
  yield* zeros(map.size - next);
}

function* zeros(length: number): Generator<Uint8Array> {
  for (let done = 0; done < length; done += PIECE_BYTES) yield new Uint8Array(Math.min(PIECE_BYTES, length - done));
}
