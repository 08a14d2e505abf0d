/** The bytes of a logical volume: its segments one behind the other, each on one stretch or in turn on several. */
import type { ByteSource, Run, RunKind } from "../../bytes/byte-source.ts";
import type { Beneath, OverSource } from "../../bytes/over-source.ts";

/** A stretch of a logical volume. */
export interface Piece {
  readonly start: number;
  readonly length: number;
  /** In turn `stripeBytes` from each; none where nothing of it can be read. */
  readonly stripes: readonly ByteSource[];
  readonly stripeBytes: number;
  /** What it is where there are no stripes. */
  readonly kind: RunKind;
}

/** Stripe (null: nothing to read) and byte of it at which a byte of the piece lies, and how many follow it there. */
interface Where {
  readonly source: ByteSource | null;
  readonly at: number;
  readonly length: number;
}

export class SegmentSource implements OverSource {
  readonly size: number;
  readonly #pieces: readonly Piece[];

  /** Pieces in order, without gaps and overlaps. */
  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
    const last = pieces.at(-1);
    this.size = last ? last.start + last.length : 0;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (let done = 0; done < count;) {
      const piece = this.#pieceAt(at + done);
      const { source, at: inside, length } = this.#where(piece, at + done);
      const part = target.subarray(done, Math.min(count, done + length));
      if (source) source.readInto(part, inside);
      else part.fill(0);
      done += part.length;
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    for (let from = at; from < end;) {
      const piece = this.#pieceAt(from);
      const { source, at: inside, length: held } = this.#where(piece, from);
      const count = Math.min(held, end - from);
      if (source) {
        for (const run of source.runsIn(inside, count)) yield { ...run, start: from + run.start - inside };
      } else {
        yield { start: from, length: count, kind: piece.kind, place: { path: "-", offset: from, exact: false } };
      }
      from += count;
    }
  }

  *beneath(at: number, length: number): Iterable<Beneath> {
    const end = Math.min(this.size, at + length);
    for (let from = at; from < end;) {
      const { source, at: offset, length: held } = this.#where(this.#pieceAt(from), from);
      const count = Math.min(held, end - from);
      yield { start: from, length: count, source, offset };
      from += count;
    }
  }

  #pieceAt(at: number): Piece {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#pieces[middle]!.start <= at) low = middle;
      else high = middle - 1;
    }
    return this.#pieces[low]!;
  }

  #where(piece: Piece, at: number): Where {
    const inside = at - piece.start;
    const left = piece.length - inside;
    const [first] = piece.stripes;
    if (!first) return { source: null, at, length: left };
    if (piece.stripes.length === 1) return { source: first, at: inside, length: left };
    const chunk = Math.floor(inside / piece.stripeBytes);
    const within = inside - chunk * piece.stripeBytes;
    const row = Math.floor(chunk / piece.stripes.length);
    return {
      source: piece.stripes[chunk - row * piece.stripes.length]!,
      at: row * piece.stripeBytes + within,
      length: Math.min(left, piece.stripeBytes - within),
    };
  }
}
