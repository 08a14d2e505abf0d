/** Values of attributes: resident, or in the clusters of run lists that may be spread over several records. */
import * as layout from "./layouts.ts";
import { attributeName, flagsOf, valueLength, type Attribute } from "./attributes.ts";
import { append, decodeRuns, lost, sparse, type Runs } from "./run-list.ts";
import type { Records } from "./records.ts";

export interface Stream {
  readonly type: number;
  readonly name: string;
  /** The attribute with the first cluster, or the first that is there. */
  readonly first: Attribute;
  readonly resident: boolean;
  /** Bytes. */
  readonly size: number;
  /** Bytes that were written; what follows reads as zeros. */
  readonly written: number;
  /** Empty where it is resident. */
  readonly runs: Runs;
  /** Bytes of clusters that are compressed together; 0 where nothing is. */
  readonly unitBytes: number;
  readonly flags: number;
  /** What is wrong with the run list or the sizes. */
  readonly problem: string | null;
}

const clusters = layout.clusterValue.cursor();

/** First cluster of the value that the attribute holds the runs of. */
function firstVcn(records: Records, found: Attribute): number {
  records.at(found.holder);
  return clusters.over(records.bytes, records.offset + found.at + layout.valueAt).firstVcn;
}

/** All values of a type, by name, in the order in which they begin. */
export function streamsOf(
  records: Records,
  attributes: readonly Attribute[],
  type: number,
  clusterBytes: number,
): Stream[] {
  const groups: { name: string; parts: Attribute[] }[] = [];
  for (const found of attributes) {
    if (found.type !== type) continue;
    const name = attributeName(records, found);
    const group = groups.find((each) => each.name === name && each.parts[0]!.nonResident === found.nonResident);
    // Two resident values of one name cannot be, yet both are shown.
    if (group && found.nonResident) group.parts.push(found);
    else groups.push({ name, parts: [found] });
  }
  return groups.map(({ name, parts }) => streamOf(records, name, parts, clusterBytes));
}

/** The value of one name, null where there is none. */
export function streamNamed(
  records: Records,
  attributes: readonly Attribute[],
  type: number,
  name: string,
  clusterBytes: number,
): Stream | null {
  return streamsOf(records, attributes, type, clusterBytes).find((each) => each.name === name) ?? null;
}

function streamOf(records: Records, name: string, parts: readonly Attribute[], clusterBytes: number): Stream {
  const first = parts[0]!;
  if (first.nonResident) return clusteredStream(records, name, parts, clusterBytes);
  const size = valueLength(records, first);
  const flags = flagsOf(records, first);
  const { type } = first;
  return { type, name, first, resident: true, size, written: size, runs: [], unitBytes: 0, flags, problem: null };
}

function clusteredStream(records: Records, name: string, parts: readonly Attribute[], clusterBytes: number): Stream {
  const ordered = parts.map((part) => ({ part, vcn: firstVcn(records, part) })).toSorted((a, b) => a.vcn - b.vcn);
  const runs: Runs = [];
  let [held, problem]: [number, string | null] = [0, null];
  for (const { part, vcn } of ordered) {
    if (vcn > held) {
      problem = "part of the run list missing";
      append(runs, lost, vcn - held);
    } else if (vcn < held) {
      problem = "run lists overlap";
      continue;
    }
    records.at(part.holder);
    const from = records.offset + part.at;
    const { runsAt } = clusters.over(records.bytes, from + layout.valueAt);
    const count = decodeRuns(records.bytes, from + runsAt, from + part.length, runs);
    if (count < 0) problem = "run list";
    held = vcn + (count < 0 ? -1 - count : count);
  }
  const first = ordered[0]!.part;
  return {
    name,
    first,
    runs,
    ...sizesOf(
      records,
      first,
      ordered[0]!.vcn === 0,
      Math.min(held * clusterBytes, Number.MAX_SAFE_INTEGER),
      clusterBytes,
      problem,
    ),
  };
}

type Sizes = Pick<Stream, "type" | "resident" | "size" | "written" | "unitBytes" | "flags" | "problem">;

/** `held`: bytes of the clusters of the run list. */
function sizesOf(
  records: Records,
  first: Attribute,
  whole: boolean,
  held: number,
  clusterBytes: number,
  problem: string | null,
): Sizes {
  records.at(first.holder);
  clusters.over(records.bytes, records.offset + first.at + layout.valueAt);
  const { size, initialized, unit } = clusters;
  const usable = whole && Number.isSafeInteger(size) && Number.isSafeInteger(initialized);
  const flags = flagsOf(records, first);
  const compressed = (flags & layout.attributeFlag.compressionMask) !== 0 && unit > 0 && unit <= 16;
  return {
    ...{ type: first.type, resident: false, flags },
    size: usable ? size : held,
    written: usable ? Math.min(initialized, size) : held,
    unitBytes: compressed ? clusterBytes * 2 ** unit : 0,
    problem: usable ? problem : (problem ?? (whole ? "size" : "begin of the run list missing")),
  };
}

/** Size of a value that one attribute holds; null where its run list has to be looked at. */
export function plainSize(records: Records, found: Attribute): number | null {
  if (!found.nonResident) return valueLength(records, found);
  records.at(found.holder);
  const { firstVcn: vcn, size, initialized } = clusters.over(records.bytes, records.offset + found.at + layout.valueAt);
  return vcn === 0 && Number.isSafeInteger(size) && Number.isSafeInteger(initialized) ? size : null;
}

/** Clusters of the value that are stored. */
export function storedClusters({ runs }: Pick<Stream, "runs">): number {
  let count = 0;
  for (let i = 0; i < runs.length; i += 2) if (runs[i]! !== sparse && runs[i]! !== lost) count += runs[i + 1]!;
  return count;
}
