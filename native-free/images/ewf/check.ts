/** Compares the tables of a set with the files that they are in: what they name twice or beyond, and what none of them names. */
import { readRange } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { sectionDescriptor } from "./layouts.ts";
import { CUT, type EwfSegment } from "./sections.ts";
import { entriesOf, type ChunkGroup } from "./tables.ts";

const WINDOW_BYTES = 1 << 20;

/** `longestChunk` is the length above which a stored chunk cannot be one. */
export function checkSegments(
  segments: readonly EwfSegment[],
  groups: readonly ChunkGroup[],
  longestChunk: number,
): Finding[] {
  const findings: Finding[] = [];
  let [outside, twice] = [0, 0];
  for (const group of groups) {
    const found = checkGroup(group, longestChunk);
    outside += found.outside;
    twice += found.twice;
    findings.push(...found.findings);
  }
  if (outside > 0) findings.unshift(finding("image/outside-file", { blocks: outside }));
  if (twice > 0) findings.unshift(finding("image/claimed-twice", { blocks: twice }));
  for (const segment of segments) findings.push(...strayBytes(segment));
  return findings;
}

function checkGroup(group: ChunkGroup, longestChunk: number): { outside: number; twice: number; findings: Finding[] } {
  const { offsets } = entriesOf(group);
  const findings: Finding[] = [];
  const { segment, count } = group;
  const first = offsets[0] ?? 0;
  let [outside, twice] = [0, 0];
  for (let index = 0; index < count; index++) {
    const at = offsets[index]!;
    const end = offsets[index + 1]!;
    if (at < sectionDescriptor.size || at >= segment.file.source.size) outside++;
    else if (end <= at || (index > 0 && at <= first)) twice++;
    else if (end - at > longestChunk) findings.push(...unclaimed(segment, at + longestChunk, end));
  }
  return { outside, twice, findings };
}

/** What lies behind the last section, and in stretches where the chain is cut. */
function strayBytes(segment: EwfSegment): Finding[] {
  const last = segment.sections.at(-1);
  const cuts = segment.sections.filter(({ type }) => type === CUT).map(({ at, end }) => [at, end] as const);
  const end = last && last.type !== CUT ? [[last.end, segment.file.source.size] as const] : [];
  return [...cuts, ...end].flatMap(([from, to]) => unclaimed(segment, from, to));
}

function unclaimed({ file, number }: EwfSegment, from: number, to: number): Finding[] {
  for (let at = from; at < to; at += WINDOW_BYTES) {
    const window = readRange(file.source, at, Math.min(WINDOW_BYTES, to - at));
    if (window.some((byte) => byte !== 0)) {
      return [finding("image/unclaimed", { bytes: to - from, segment: number, at: from })];
    }
  }
  return [];
}
