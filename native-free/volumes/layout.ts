/** The arithmetic of every volume system: order, overlaps, what leaves the medium, and the gaps that make the account complete. */
import { readRange, type ByteSource } from "../bytes/byte-source.ts";
import { finding, type Finding } from "../model/findings.ts";
import { Slice } from "./slice.ts";
import type { TableArea, Volume, VolumeGap, VolumeSystem } from "./volume-system.ts";

/** A stretch of the source, in bytes. */
export interface Stretch {
  readonly start: number;
  readonly length: number;
}

export interface Parts {
  readonly source: ByteSource;
  readonly volumes: readonly Volume[];
  readonly tables: readonly TableArea[];
  /** What volumes without one place occupy. */
  readonly occupied?: readonly Stretch[];
  readonly findings: readonly Finding[];
}

/** Of one code; the rest is counted. */
const mostAlike = 64;

/** Sorts, clips tables to the source, computes the gaps and adds the findings of the layout. */
export function layOut(parts: Parts): Pick<VolumeSystem, "volumes" | "tables" | "gaps" | "findings"> {
  const { source, occupied = [] } = parts;
  const volumes = [...parts.volumes].sort(byPlace);
  const tables = parts.tables.flatMap((table) => clipped(table, source.size)).sort((a, b) => a.start - b.start);
  const placed = volumes.flatMap(({ start, length }) => (start === null ? [] : [{ start, length }]));
  const gaps = gapsBetween([...placed, ...tables, ...occupied], source);
  const found = [
    ...parts.findings,
    ...overlaps(volumes),
    ...overTables(volumes, tables),
    ...outside(volumes, source.size),
    ...unreadTables(source, tables),
  ];
  return { volumes, tables, gaps, findings: listed(found) };
}

const numberOf = ({ name }: Volume): number => Number(/\d+$/.exec(name)?.[0] ?? 0);

function byPlace(a: Volume, b: Volume): number {
  return (a.start ?? Infinity) - (b.start ?? Infinity) || numberOf(a) - numberOf(b);
}

function clipped(table: TableArea, size: number): TableArea[] {
  const length = Math.min(size, table.start + table.length) - table.start;
  return length > 0 ? [{ ...table, length }] : [];
}

function gapsBetween(taken: readonly Stretch[], source: ByteSource): VolumeGap[] {
  const gaps: VolumeGap[] = [];
  let at = 0;
  const gapTo = (end: number): void => {
    if (end <= at) return;
    const length = end - at;
    gaps.push({ name: `gap${gaps.length + 1}`, start: at, length, source: new Slice(source, at, length) });
  };
  for (const { start, length } of taken.filter((each) => each.length > 0).sort((a, b) => a.start - b.start)) {
    gapTo(Math.min(start, source.size));
    at = Math.max(at, start + length);
  }
  gapTo(source.size);
  return gaps;
}

/** Each volume against the one before it that reaches furthest: in order of places that finds every volume that overlaps. */
function overlaps(volumes: readonly Volume[]): Finding[] {
  const found: Finding[] = [];
  let furthest: { name: string; end: number } | null = null;
  for (const { name, start, length } of volumes) {
    if (start === null || length === 0) continue;
    const end = start + length;
    if (furthest && furthest.end > start) {
      const bytes = Math.min(furthest.end, end) - start;
      found.push(
        finding("volume/overlap", { first: furthest.name, second: name, bytes }, { offset: start, length: bytes }),
      );
    }
    if (!furthest || end > furthest.end) furthest = { name, end };
  }
  return found;
}

/** Volumes and tables are both in order of their places. */
function overTables(volumes: readonly Volume[], tables: readonly TableArea[]): Finding[] {
  const found: Finding[] = [];
  for (const { name, start, length } of volumes) {
    if (start === null || found.length > mostAlike) continue;
    const table = tables.find((each) => each.start < start + length && each.start + each.length > start);
    if (!table) continue;
    found.push(
      finding("volume/over-table", { volume: name, table: table.what }, { offset: table.start, length: table.length }),
    );
  }
  return found;
}

function outside(volumes: readonly Volume[], size: number): Finding[] {
  return volumes.flatMap(({ name, start, length }) => {
    if (start === null || start + length <= size) return [];
    const from = Math.max(start, size);
    const bytes = start + length - from;
    return [finding("volume/outside-medium", { volume: name, bytes }, { offset: from, length: bytes })];
  });
}

function unreadTables(source: ByteSource, tables: readonly TableArea[]): Finding[] {
  return tables.flatMap(({ start, length, what }) => {
    let bytes = 0;
    for (const run of source.runsIn(start, length)) {
      if (run.kind !== "data" && run.kind !== "sparse") bytes += run.length;
    }
    return bytes === 0 ? [] : [finding("volume/table-unreadable", { table: what, bytes }, { offset: start, length })];
  });
}

/** At most `mostAlike` of one code, then how many more there are. */
function listed(found: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>();
  const kept = found.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= mostAlike;
  });
  const more = [...counts].filter(([, count]) => count > mostAlike);
  return [...kept, ...more.map(([code, count]) => finding("volume/more-of-them", { code, count: count - mostAlike }))];
}

/** Exactly `length` bytes; what lies outside of the source is zeros. */
export function tableBytes(source: ByteSource, at: number, length: number): Uint8Array {
  const held = Number.isSafeInteger(at) && at >= 0 ? readRange(source, at, length) : new Uint8Array(0);
  if (held.length === length) return held;
  const padded = new Uint8Array(length);
  padded.set(held);
  return padded;
}

/**
 * The bytes of a volume. One that begins where its system begins holds the system's own table again: `tablesBefore` says
 * which kinds of table at its first byte belong to what is around it, so that they are not opened without end.
 */
export class VolumeSlice extends Slice {
  readonly tablesBefore: readonly string[];

  constructor(format: string, source: ByteSource, start: number, length: number) {
    super(source, start, length);
    const around = source instanceof VolumeSlice ? source.tablesBefore : [];
    this.tablesBefore = start === 0 ? [format, ...around] : [];
  }
}
