/**
 * A JPEG picture in two pieces with whole foreign blocks between them. The decoder says where the first piece cannot go on, and which of
 * the blocks behind it do: to the EOI, with as many MCUs as the frame has.
 *
 * Bounds: the first piece ends within the last 16 blocks in front of where the decoder failed, the gap is 1 to 128 blocks, and no more than
 * 64 MiB of scans are decoded for one picture.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import type { CarvedPiece } from "../carver.ts";
import { JpegBits, unitBytes } from "./jpeg-bits.ts";
import { JpegWalk } from "./jpeg-walk.ts";
import { ShiftedSource } from "./shifted-source.ts";

const boundaryLimit = 16;
const gapLimit = 128;
const decodedLimit = 1 << 26;

interface JoinedJpeg {
  readonly walk: JpegWalk;
  readonly pieces: readonly CarvedPiece[];
}

export function joinJpeg(source: ByteSource, at: number, end: number, blockBytes: number): JoinedJpeg | null {
  const bits = new JpegBits(source);
  const window = new CarveWindow(source, end);
  const whole = new JpegWalk(window, at, end);
  if (whole.run(bits) === "whole") return null;
  const last = uniformBlock(window, at, Math.floor((whole.at + unitBytes - at) / blockBytes), blockBytes);
  const standing: { boundary: number; walk: JpegWalk }[] = [];
  let walk = new JpegWalk(window, at, at);
  for (let block = Math.max(1, last - boundaryLimit + 1); block <= last; block++) {
    const boundary = at + block * blockBytes;
    if (boundary >= end) break;
    walk = walk.copy(source, boundary);
    if (walk.run(bits) === "whole") return null;
    standing.push({ boundary, walk });
  }
  return tryGaps(source, at, end, blockBytes, standing.reverse(), bits);
}

/**
 * Number of the first block of one byte over and over, up to `last`: zeros are codes like others, and the decoder goes through many before it
 * fails.
 */
function uniformBlock(window: CarveWindow, at: number, last: number, blockBytes: number): number {
  const sampled = Math.min(blockBytes, 1 << 12);
  for (let block = 1; block < last; block++) {
    const bytes = window.view(at + block * blockBytes, sampled);
    const first = bytes[0];
    if (bytes[sampled >> 1] === first && bytes[sampled - 1] === first && bytes.every((byte) => byte === first))
      return block;
  }
  return last;
}

function tryGaps(
  source: ByteSource,
  at: number,
  end: number,
  blockBytes: number,
  standing: readonly { boundary: number; walk: JpegWalk }[],
  bits: JpegBits,
): JoinedJpeg | null {
  const budget = bits.taken + decodedLimit;
  for (let blocks = 1; blocks <= gapLimit; blocks++) {
    const gap = blocks * blockBytes;
    for (const { boundary, walk } of standing) {
      if (boundary + gap >= end) continue;
      if (bits.taken > budget) return null;
      const joined = walk.copy(new ShiftedSource(source, boundary, gap), end - gap);
      if (joined.run(bits) !== "whole" || !joined.decoded || joined.at <= boundary) continue;
      const pieces = [
        { start: at, length: boundary - at },
        { start: boundary + gap, length: joined.at - boundary },
      ];
      return { walk: joined, pieces };
    }
  }
  return null;
}
