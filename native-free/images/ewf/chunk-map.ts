/** Which group holds which chunks of the medium, with the gaps that missing segments and lost tables leave. */
import { finding, type Finding } from "../../model/findings.ts";
import type { ChunkGroup, ChunkHole } from "./tables.ts";

/** `count` chunks from `first` on: of a group, or none (`missing`), or of a group whose place is not certain (`unknown`). */
export interface ChunkRange {
  readonly first: number;
  readonly count: number;
  readonly group: ChunkGroup | null;
  readonly kind: "data" | "missing" | "unknown";
}

type Piece = ChunkGroup | ChunkHole;

const isGroup = (piece: Piece): piece is ChunkGroup => "count" in piece;

function total(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + (isGroup(piece) ? piece.count : 0), 0);
}

/**
 * Lays the pieces, in order of segments, over the `chunks` of the medium. What precedes the first hole counts from the
 * start, what follows the last one from the end. Groups between two holes cannot be placed, unless no chunk is lacking.
 */
export function layChunks(pieces: readonly Piece[], chunks: number): { ranges: ChunkRange[]; findings: Finding[] } {
  const known = total(pieces);
  const holes = known >= chunks ? [] : pieces.filter((piece) => !isGroup(piece));
  const ranges: ChunkRange[] = [];
  const findings: Finding[] = [];
  let next = 0;
  const lay = (group: ChunkGroup): void => {
    const count = Math.min(group.count, chunks - next);
    if (count > 0) ranges.push({ first: next, count, group, kind: "data" });
    next += Math.max(0, count);
  };
  const firstHole = holes.length > 0 ? pieces.indexOf(holes[0]!) : pieces.length;
  const lastHole = holes.length > 0 ? pieces.lastIndexOf(holes.at(-1)!) : pieces.length;
  for (const piece of pieces.slice(0, firstHole)) if (isGroup(piece)) lay(piece);
  const after = pieces.slice(lastHole + 1);
  const gap = chunks - next - total(after);
  if (gap > 0) {
    const adrift = total(pieces.slice(firstHole, lastHole));
    ranges.push({ first: next, count: gap, group: null, kind: adrift > 0 ? "unknown" : "missing" });
    findings.push(finding("image/chunks-missing", { chunks: chunks - known }));
    if (adrift > 0) findings.push(finding("image/position-unknown", { chunks: adrift }));
    next += gap;
  }
  for (const piece of after) if (isGroup(piece)) lay(piece);
  return { ranges, findings };
}
