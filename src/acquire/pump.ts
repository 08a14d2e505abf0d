/** Fills a ring from a medium or from an image. The ring's thread calls it; nothing is allocated per slot. */
import { RingWriter, type RingMemory } from "../../workers/ring.ts";
import { BlockSource, type BadRange } from "../source/block-source.ts";
import type { Medium } from "../source/medium.ts";

export interface Pumped {
  readonly badRanges: readonly BadRange[];
  /** Reads that were repeated. */
  readonly retried: number;
}

/** Reads the whole medium and closes it. Throws OperatorError (BlockSource) and RingAborted. */
export function pumpMedium(medium: Medium, memory: RingMemory): Pumped {
  const source = new BlockSource(medium);
  try {
    pump(source, memory);
    source.checkUnchanged();
    return { badRanges: [...source.badRanges], retried: source.retried };
  } finally {
    source.close();
  }
}

/** Pumps any source of bytes to its end. Throws what the source throws, and RingAborted. */
export function pump(
  source: { readonly size: number; readInto(target: Uint8Array, at: number): unknown },
  memory: RingMemory,
): void {
  const ring = new RingWriter(memory);
  for (let at = 0; at < source.size;) {
    const slot = ring.acquire();
    const count = Math.min(slot.length, source.size - at);
    source.readInto(count === slot.length ? slot : slot.subarray(0, count), at);
    ring.publish(count);
    at += count;
  }
  ring.end();
}
