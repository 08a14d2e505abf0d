/**
 * Whether uncompressed samples look like those of a picture. Nothing checks such data, and a header in front of noise would be as good as a
 * picture otherwise: in a picture a line resembles the one beside it more than it resembles the same line moved sideways.
 */
import type { CarveWindow } from "../carve-window.ts";

interface PixelRows {
  readonly at: number;
  /** From line to line, in bytes. */
  readonly stride: number;
  /** Bytes of a line that are samples; what is behind them up to the stride is zero. */
  readonly used: number;
  readonly rows: number;
}

const pairsWanted = 64;
const rowBytes = 1024;
/** Of the difference to a line moved sideways. Noise and text have 1, pictures of any kind well below. */
const resemblance = 0.75;

/** False also where all samples are the same: filling, not a picture. */
export function looksLikePixels(window: CarveWindow, rows: PixelRows): boolean {
  const { at, stride, used, rows: count } = rows;
  const bytes = Math.min(used, rowBytes);
  if (count < 2 || bytes < 2 || !window.has(at, (count - 1) * stride + used)) return false;
  const turn = (bytes >> 1) | 1;
  const pairs = Math.min(pairsWanted, count - 1);
  const upper = new Uint8Array(bytes);
  let beside = 0;
  let moved = 0;
  for (let i = 0; i < pairs; i++) {
    const row = at + Math.floor((i * (count - 1)) / pairs) * stride;
    if (!isZero(window, row + used, stride - used)) return false;
    upper.set(window.view(row, bytes));
    const lower = window.view(row + stride, bytes);
    for (let k = 0; k < bytes; k++) {
      beside += Math.abs(upper[k]! - lower[k]!);
      moved += Math.abs(upper[k]! - lower[(k + turn) % bytes]!);
    }
  }
  return moved > 0 && beside < resemblance * moved;
}

function isZero(window: CarveWindow, at: number, length: number): boolean {
  for (const byte of window.view(at, length)) if (byte !== 0) return false;
  return true;
}

const partBytes = 1024;
const partsWanted = 8;
/** Of the values of all bytes a part may have this much of one, and must have this many; text and tables do not. */
const mostOfOne = 1 / 12;
const fewest = 2 / 3;

/** Whether every part of some data is as even as what a coder writes: neither filling nor text nor anything that repeats itself. */
export function looksCompressed(window: CarveWindow, at: number, length: number): boolean {
  const counts = new Uint32Array(256);
  const size = Math.min(partBytes, length);
  // Too few bytes say nothing.
  if (size < 256) return true;
  for (let part = 0; part < partsWanted; part++) {
    counts.fill(0);
    for (const byte of window.view(at + Math.floor(((length - size) * part) / partsWanted), size)) counts[byte]!++;
    let most = 0;
    let values = 0;
    for (const count of counts) {
      most = Math.max(most, count);
      if (count > 0) values++;
    }
    // Of as many random bytes so many values are expected.
    const expected = 256 * (1 - Math.exp(-size / 256));
    if (most > size * mostOfOne || values < expected * fewest) return false;
  }
  return true;
}

/** Whether the first bytes of a file stand in its own body again: a header repeated, not a picture. */
export function repeatsItself(
  window: CarveWindow,
  at: number,
  headBytes: number,
  bodyAt: number,
  end: number,
): boolean {
  const head = window.view(at, headBytes).slice();
  return window.find(head, bodyAt, Math.min(end, bodyAt + 4096)) >= 0;
}
