/** Pictures taken out of films whose coding keeps every picture by itself: nothing is decoded here. */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { Extraction } from "../../model/extraction.ts";
import { bytesChild, stretchChild } from "../part-child.ts";

export interface Frame {
  /** In the film, from 1. */
  readonly number: number;
  /** Where it lies, in bytes of the film. */
  readonly at: number;
  readonly length: number;
  /** What makes a file of it, where it is none by itself. */
  readonly head: Uint8Array | null;
}

const mostFrames = 8;
const largestFrame = 64 << 20;

/** Positions (from 0) of the pictures that stand for so many: the first, and some evenly spaced. */
export function spread(count: number): number[] {
  const taken = Math.min(count, mostFrames);
  return Array.from({ length: taken }, (_, index) => Math.floor((index * count) / taken));
}

/** Children, and how many; nothing where there are none. */
export function* frameExtractions(source: ByteSource, frames: readonly Frame[]): Generator<Extraction> {
  const fit = frames.filter(
    ({ at, length }) => length > 0 && length <= largestFrame && at >= 0 && at + length <= source.size,
  );
  if (fit.length === 0) return;
  yield { what: "field", name: "keyFrames", value: String(fit.length), source: "frames" };
  for (const { number, at, length, head } of fit) {
    const [key, name] = [`frame/${number}`, `key frame ${number}`];
    const child =
      head === null
        ? stretchChild(source, key, name, at, length)
        : bytesChild(key, name, Buffer.concat([head, readRange(source, at, length)]));
    yield { what: "child", child };
  }
}
