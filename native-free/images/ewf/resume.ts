/** Where an E01 set that was cut off can be continued. */
import { readHead } from "../../bytes/byte-source.ts";
import type { ImageSegment } from "../image-format.ts";
import { segmentHeader } from "./layouts.ts";
import { CUT, scanSegment, segmentNumberOf, type EwfSection, type EwfSegment } from "./sections.ts";
import { groupsOf } from "./tables.ts";
import type { EwfPosition } from "./writer.ts";

/** What a segment must begin with before its first group. */
const openings = new Set(["header2", "header", "volume", "data"]);

/**
 * The last place between two groups up to which the set is whole: later bytes are to be cut off, later segments removed, and
 * a writer with the same options continues there (`resumeAt`). Segments in order, from the first; null where not even the
 * headers of the first stand. No later place than `mostChunks` chunks. Throws EvidenceError `image/two-images`.
 */
export function resumePointOf(segments: readonly ImageSegment[], mostChunks = Infinity): EwfPosition | null {
  let point: EwfPosition | null = null;
  let chunks = 0;
  for (const [index, file] of segments.entries()) {
    if (segmentNumberOf(readHead(file.source, segmentHeader.size)) !== index + 1) return point;
    const scanned = scanSegment(file, index + 1);
    // Only what precedes the first break counts, however much a search found behind it; a break at the place of a section
    // means that the section runs past the end.
    const cut = scanned.sections.find(({ type }) => type === CUT)?.at ?? Infinity;
    const sections = scanned.sections.filter(({ at }) => at < cut);
    const kept = keptSections(scanned, sections, index, mostChunks - chunks);
    if (kept === null) return point;
    chunks += kept.chunks;
    point = { segment: index + 1, at: kept.end, chunks };
    if (!kept.all || sections.at(-1)?.type !== "next") return point;
  }
  return point;
}

/** The sections from the start of a segment to the last group that is whole and within the limit; null for none at all. */
function keptSections(
  scanned: EwfSegment,
  sections: readonly EwfSection[],
  index: number,
  mostChunks: number,
): { end: number; chunks: number; all: boolean } | null {
  const ends = sections.flatMap(({ type }, at) =>
    type === "table2" || type === "volume" || (index > 0 && at === 0 && type === "data") ? [at] : [],
  );
  for (const end of ends.reverse()) {
    const kept = sections.slice(0, end + 1);
    const { pieces, findings } = groupsOf({ ...scanned, sections: kept }, null);
    if (findings.length > 0 || !kept.every(({ type }) => openings.has(type) || groupTypes.has(type))) return null;
    const chunks = pieces.reduce((sum, piece) => sum + ("count" in piece ? piece.count : 0), 0);
    if (chunks <= mostChunks) return { end: kept.at(-1)!.end, chunks, all: end === ends[0] };
  }
  return null;
}

const groupTypes = new Set(["sectors", "table", "table2"]);
