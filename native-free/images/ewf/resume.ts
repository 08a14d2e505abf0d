/** Where an E01 set that was cut off can be continued. */
import { readHead } from "../../bytes/byte-source.ts";
import type { ImageSegment } from "../image-format.ts";
import { segmentHeader } from "./layouts.ts";
import { CUT, scanSegment, segmentNumberOf } from "./sections.ts";
import { groupsOf } from "./tables.ts";
import type { EwfPosition } from "./writer.ts";

/** What a segment must begin with before its first group. */
const openings = new Set(["header2", "header", "volume", "data"]);

/**
 * The last place between two groups up to which the set is whole: later bytes are to be cut off, later segments removed, and
 * a writer with the same options continues there (`resumeAt`). Segments in order, from the first; null where not even the
 * headers of the first stand. Throws EvidenceError `image/two-images`.
 */
export function resumePointOf(segments: readonly ImageSegment[]): EwfPosition | null {
  let point: EwfPosition | null = null;
  let chunks = 0;
  for (const [index, file] of segments.entries()) {
    if (segmentNumberOf(readHead(file.source, segmentHeader.size)) !== index + 1) return point;
    const scanned = scanSegment(file, index + 1);
    // Only what precedes the first break counts, however much a search found behind it; a break at the place of a section
    // means that the section runs past the end.
    const cut = scanned.sections.find(({ type }) => type === CUT)?.at ?? Infinity;
    const sections = scanned.sections.filter(({ at }) => at < cut);
    const whole = sections.findLastIndex(({ type }) => type === "table2" || type === "volume");
    const opened = sections.findLastIndex(({ type }) => type === "data");
    const last = Math.max(whole, index > 0 && opened === 0 ? opened : -1);
    if (last === -1) return point;
    const kept = sections.slice(0, last + 1);
    const { pieces, findings } = groupsOf({ ...scanned, sections: kept });
    if (findings.length > 0 || !kept.every(({ type }) => openings.has(type) || groupTypes.has(type))) return point;
    for (const piece of pieces) chunks += "count" in piece ? piece.count : 0;
    point = { segment: index + 1, at: kept.at(-1)!.end, chunks };
    if (sections.at(-1)?.type !== "next") return point;
  }
  return point;
}

const groupTypes = new Set(["sectors", "table", "table2"]);
