/**
 * Bytes of another kind that begin where a cluster does: what a file in pieces has in its middle. For formats whose contents neither a
 * checksum nor a coding vouches for. A cluster of one value, of written words or of bytes without a pattern, behind bytes that are none of these,
 * is no part of a recording or a picture but by a chance of one in thousands.
 */
import type { CarveWindow } from "./carve-window.ts";

/** Of the usual file systems; larger clusters are multiples of it. */
export const usualClusterBytes = 4096;
/** Bytes in front of a cluster that are compared with it. */
const beforeBytes = 512;
/** Least bytes of a cluster that have to lie inside of the file. */
const leastOfOne = 32;
const leastWords = 16;
const leastNoise = 64;
/** Without so many, nothing is called words or noise. */
const leastLooked = 1024;
/**
 * Sum of squared distances from an even spread of values, over their mean: 255 within 23 for bytes without a pattern, whatever their
 * number. Pictures and sound have thousands.
 */
const mostOfNoise = 340;
const leastOfPattern = 600;
/** Of few bytes, which have less of it. */
const leastOfShortPattern = 400;

type BytesKind = "one" | "words" | "noise";

const counts = new Uint32Array(256);

/**
 * What the cluster at `at` is, of which `inside` bytes are the file's: `one` value, `words` or `noise`; null for anything else, and where
 * the bytes are too few to say. What a foreign cluster holds goes on behind the end of the file.
 */
function kindAt(window: CarveWindow, at: number, inside: number): BytesKind | null {
  const count = countValues(window, at, inside);
  if (count >= leastOfOne && counts[window.u8(at)] === count) return "one";
  const isEven = count >= leastNoise && unevenness(count) < mostOfNoise;
  if (count < leastWords || (!isEven && printable(count) < 1)) return null;
  const all = countValues(window, at, usualClusterBytes);
  if (all < leastLooked) return null;
  if (areWords(all)) return "words";
  return isEven && unevenness(all) < mostOfNoise ? "noise" : null;
}

/** The clusters of a file that are looked at, places in the source. */
interface ClusterStretch {
  readonly from: number;
  readonly to: number;
  readonly clusterBytes: number;
  /** The data are coded, so that they look like noise themselves: only behind the last boundary is noise told from them. */
  readonly isCoded?: boolean;
}

/**
 * The first boundary of clusters of the file at `at`, between `from` and `to`, at which foreign bytes begin; -1 where none do. `isJoint`
 * says of a boundary whether the file's own structure goes on over it.
 */
export function foreignFrom(
  window: CarveWindow,
  at: number,
  { from, to, clusterBytes, isCoded = false }: ClusterStretch,
  isJoint: (place: number) => boolean = () => true,
): number {
  const last = Math.min(to, window.end);
  const first = at + (Math.floor((from - at) / clusterBytes) + 1) * clusterBytes;
  for (let place = first; place < last; place += clusterBytes) {
    const kind = kindAt(window, place, Math.min(usualClusterBytes, last - place));
    if (kind === null || !isJoint(place)) continue;
    if (kind === "noise" && isCoded && place + clusterBytes < last) continue;
    if (beginsHere(window, from, place, kind)) return place;
  }
  return -1;
}

/** Whether what stands in front is clearly not of the kind. */
function beginsHere(window: CarveWindow, start: number, to: number, kind: BytesKind): boolean {
  const from = Math.max(start, to - beforeBytes);
  if (kind === "one") return window.u8(to - 1) !== window.u8(to);
  const count = countValues(window, from, to - from);
  if (kind === "words") return printable(count) < 0.9;
  if (count < beforeBytes || unevenness(count) < leastOfShortPattern) return false;
  const longer = countValues(window, Math.max(start, to - usualClusterBytes), Math.min(usualClusterBytes, to - start));
  return longer > 0 && unevenness(longer) > leastOfPattern;
}

function countValues(window: CarveWindow, at: number, length: number): number {
  counts.fill(0);
  const bytes = window.view(at, length);
  for (let i = 0; i < bytes.length; i++) counts[bytes[i]!]!++;
  return bytes.length;
}

function printable(count: number): number {
  let some = counts[9]! + counts[10]! + counts[13]!;
  for (let value = 0x20; value < 0x7f; value++) some += counts[value]!;
  return some / count;
}

/** All of it printable, letters and spaces as in writing. */
function areWords(count: number): boolean {
  let letters = 0;
  for (let value = 0x61; value <= 0x7a; value++) letters += counts[value]! + counts[value - 0x20]!;
  return printable(count) === 1 && letters > 0.5 * count && counts[0x20]! > 0.06 * count;
}

function unevenness(count: number): number {
  const mean = count / 256;
  let sum = 0;
  for (const value of counts) sum += (value - mean) ** 2;
  return sum / mean;
}
