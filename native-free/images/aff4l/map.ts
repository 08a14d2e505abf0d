/** Map objects (AFF4 v1.0, 4): a content as pieces of other streams. */
import { Buffer } from "node:buffer";
import type { ByteSource, Run } from "../../bytes/byte-source.ts";
import { struct, u32, u64 } from "../../bytes/struct.ts";
import { urnTail } from "./member-name.ts";

const mapEntry = struct("aff4.mapEntry", 28, {
  mappedAt: [0, u64],
  length: [8, u64],
  targetAt: [16, u64],
  target: [24, u32, "line of the index, from 0"],
});

/** The two segments of the map of a duplicate (AFF4 v1.0, 4.2). */
export function mapMembers(
  volume: string,
  size: number,
  place: { readonly map: string; readonly target: string },
): { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: `${place.map}/map`, bytes: wholeMap(size) },
    { name: `${place.map}/idx`, bytes: Buffer.from(`${volume}/${urnTail(place.target)}\n`, "utf8") },
  ];
}

/** The map of a content that is one other stream from its first byte to its last. */
function wholeMap(size: number): Uint8Array {
  const bytes = new Uint8Array(mapEntry.size);
  Object.assign(mapEntry.cursor().over(bytes), { mappedAt: 0, length: size, targetAt: 0, target: 0 });
  return bytes;
}

/** True where a map is the first stream of its index, all of it and nothing else. */
export function isWholeMap(map: Uint8Array, size: number): boolean {
  return Buffer.compare(map, wholeMap(size)) === 0;
}

interface Piece {
  readonly at: number;
  readonly length: number;
  readonly targetAt: number;
  readonly source: ByteSource | null;
}

/** Pieces of other sources in order; what lies between them is zeros (4), what leads nowhere is named as unknown. */
export class MapSource implements ByteSource {
  readonly size: number;
  readonly #path: string;
  readonly #pieces: readonly Piece[];

  /** `targets` by their line in the index; null for a stream that cannot be read. Throws EvidenceError on impossible numbers. */
  constructor(map: Uint8Array, targets: readonly (ByteSource | null)[], size: number, path: string) {
    this.size = size;
    this.#path = path;
    const pieces: Piece[] = [];
    const cursor = mapEntry.cursor();
    for (let at = 0; at + mapEntry.size <= map.length; at += mapEntry.size) {
      const { mappedAt, length, targetAt, target } = cursor.over(map, at);
      pieces.push({ at: mappedAt, length, targetAt, source: targets[target] ?? null });
    }
    this.#pieces = pieces.sort((a, b) => a.at - b.at);
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    target.fill(0, 0, count);
    for (const { piece, from, to } of this.#within(at, count)) {
      piece.source?.readInto(target.subarray(from - at, to - at), piece.targetAt + from - piece.at);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = at + Math.max(0, Math.min(length, this.size - at));
    let next = at;
    for (const { piece, from, to } of this.#within(at, end - at)) {
      if (from < next) continue;
      if (from > next) yield this.#own(next, from, "sparse");
      yield* this.#runsOf(piece, from, to);
      next = to;
    }
    if (next < end) yield this.#own(next, end, "sparse");
  }

  *#runsOf(piece: Piece, from: number, to: number): Iterable<Run> {
    const { source, targetAt } = piece;
    let next = from;
    for (const run of source?.runsIn(targetAt + from - piece.at, to - from) ?? []) {
      yield { ...run, start: next };
      next += run.length;
    }
    if (next < to) yield this.#own(next, to, "unknown");
  }

  #own(from: number, to: number, kind: Run["kind"]): Run {
    return { start: from, length: to - from, kind, place: { path: this.#path, offset: from, exact: false } };
  }

  *#within(at: number, length: number): Iterable<{ piece: Piece; from: number; to: number }> {
    for (const piece of this.#pieces) {
      const from = Math.max(at, piece.at);
      const to = Math.min(at + length, piece.at + piece.length, this.size);
      if (to > from) yield { piece, from, to };
    }
  }
}
