/** Sources whose bytes are, one for one, bytes of other sources: from a byte of a volume down to the byte of the medium. */
import type { ByteSource } from "./byte-source.ts";

/** Bytes of a source that are those of another one. */
export interface Beneath {
  readonly start: number;
  readonly length: number;
  /** Null where nothing is beneath: absent members, declared zeros. */
  readonly source: ByteSource | null;
  /** Of `start` in the source beneath. */
  readonly offset: number;
}

export interface OverSource extends ByteSource {
  /** In order and without gaps, clipped to the size. */
  beneath(at: number, length: number): Iterable<Beneath>;
}

const isOver = (source: ByteSource): source is OverSource => "beneath" in source;

/** Where bytes of a source stand in `root`; those that lead elsewhere or nowhere are left out. In order of the source. */
export function* tracedTo(
  root: ByteSource,
  source: ByteSource,
  at: number,
  length: number,
): Iterable<{ readonly start: number; readonly length: number; readonly offset: number }> {
  if (source === root) {
    yield { start: at, length, offset: at };
    return;
  }
  if (!isOver(source)) return;
  for (const part of source.beneath(at, length)) {
    if (part.source === null) continue;
    for (const traced of tracedTo(root, part.source, part.offset, part.length)) {
      yield { ...traced, start: traced.start - part.offset + part.start };
    }
  }
}
