/** The files of a split VHD (.vhd, .v01 and on), which are one file cut into pieces, as one. */
import type { ByteSource, Run } from "../../bytes/byte-source.ts";
import type { ImageSegment } from "../image-format.ts";

export class JoinedSource implements ByteSource {
  readonly size: number;
  /** With the offset of each in the whole. */
  readonly #pieces: readonly { readonly start: number; readonly source: ByteSource }[];

  constructor(segments: readonly ImageSegment[]) {
    let start = 0;
    this.#pieces = segments.map(({ source }) => {
      const piece = { start, source };
      start += source.size;
      return piece;
    });
    this.size = start;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (const { start, source } of this.#pieces) {
      const from = Math.max(at, start);
      const to = Math.min(at + count, start + source.size);
      if (from < to) source.readInto(target.subarray(from - at, to - at), from - start);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    for (const { start, source } of this.#pieces) {
      const from = Math.max(at, start);
      const to = Math.min(at + length, start + source.size);
      if (from >= to) continue;
      for (const run of source.runsIn(from - start, to - from)) yield { ...run, start: run.start + start };
    }
  }
}

/** .v01 to .v63: the pieces behind the first. */
const laterPiece = /^(.*)\.v(\d\d)$/is;

/** The set of `name`, in order; a gap in it is not stepped over. */
export function vhdSegmentNames(name: string, namesInFolder: readonly string[]): string[] {
  const own = laterPiece.exec(name);
  const stem = own ? own[1]! : name.replace(/\.vhd$/i, "");
  if (!own && stem === name) return [name];
  const byLowerCase = new Map(namesInFolder.map((other) => [other.toLowerCase(), other]));
  const first = own ? byLowerCase.get(`${stem}.vhd`.toLowerCase()) : name;
  const set = first === undefined ? [] : [first];
  for (let number = 1; set.length > 0; number++) {
    const next = byLowerCase.get(`${stem}.v${String(number).padStart(2, "0")}`.toLowerCase());
    if (next === undefined) break;
    set.push(next);
  }
  return set.includes(name) ? set : [name];
}
