/** Puts the account of a volume together: ranges in order, without gaps, none of two classes. */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { ByteClass, ClassedRange } from "./file-system.ts";

/**
 * Clips `ranges` to the volume, joins neighbours of one class and word, and names as `unreadable` what the volume itself lacks.
 * The ranges must be in order and touch each other; what they leave at the end is `not-understood`. Throws Error where they
 * overlap or leave a gap, which is a fault of the reader.
 */
export function* completeAccount(volume: ByteSource, ranges: Iterable<ClassedRange>): Generator<ClassedRange> {
  yield* joined(withUnreadable(volume, covering(volume.size, ranges)));
}

function* covering(size: number, ranges: Iterable<ClassedRange>): Generator<ClassedRange> {
  let at = 0;
  for (const range of ranges) {
    if (at >= size) return;
    if (range.start !== at || range.length < 0)
      throw new Error(`account: ${range.what} at ${range.start}, not at ${at}`);
    const length = Math.min(range.length, size - at);
    if (length > 0) yield length === range.length ? range : { ...range, length };
    at += length;
  }
  if (at < size) yield { start: at, length: size - at, class: "not-understood", what: "unclassed" };
}

/** The same ranges with what the volume itself lacks taken out of them. */
export function* withUnreadable(volume: ByteSource, ranges: Iterable<ClassedRange>): Generator<ClassedRange> {
  for (const range of ranges) {
    for (const { kind, start, length } of volume.runsIn(range.start, range.length)) {
      const there = kind === "data" || kind === "sparse";
      const what: [ByteClass, string] = there ? [range.class, range.what] : ["unreadable", kind];
      yield { start, length, class: what[0], what: what[1] };
    }
  }
}

function* joined(ranges: Iterable<ClassedRange>): Generator<ClassedRange> {
  let open: ClassedRange | null = null;
  for (const range of ranges) {
    if (open !== null && open.class === range.class && open.what === range.what) {
      const { start, length }: ClassedRange = open;
      open = { ...range, start, length: length + range.length };
      continue;
    }
    if (open !== null) yield open;
    open = range;
  }
  if (open !== null) yield open;
}
