/** The volume under the files: geometry, records, and where clusters lie. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { FileExtent } from "../file-system.ts";
import type { Geometry } from "./geometry.ts";
import type { Records } from "./records.ts";
import { lost, sparse, type Runs } from "./run-list.ts";

export class NtfsVolume {
  readonly source: ByteSource;
  readonly geometry: Geometry;
  readonly records: Records;
  /** Of $MFT in the volume, in the order of the records. */
  readonly tableExtents: readonly FileExtent[];

  constructor(source: ByteSource, geometry: Geometry, records: Records, tableExtents: readonly FileExtent[]) {
    this.source = source;
    this.geometry = geometry;
    this.records = records;
    this.tableExtents = tableExtents;
  }

  /** Where bytes of a record lie in the volume. */
  recordExtents(number: number, from: number, length: number): FileExtent[] {
    const place = this.records.placeOf(number);
    if (place !== null) return length > 0 ? [{ start: place + from, length, state: "intact" }] : [];
    return cut(this.tableExtents, number * this.records.recordBytes + from, length);
  }
}

/** `length` bytes from `from` of what the extents hold; `missing` where they end before. */
export function cut(extents: readonly FileExtent[], from: number, length: number): FileExtent[] {
  const out: FileExtent[] = [];
  let [at, left] = [from, length];
  for (const extent of extents) {
    if (left <= 0) return out;
    if (at >= extent.length) {
      at -= extent.length;
      continue;
    }
    const count = Math.min(left, extent.length - at);
    out.push({ start: extent.start === null ? null : extent.start + at, length: count, state: extent.state });
    left -= count;
    at = 0;
  }
  if (left > 0) out.push({ start: null, length: left, state: "missing" });
  return out;
}

/**
 * `size` bytes in the clusters of runs, of which what lies behind `written` reads as zeros. What the runs do not hold, or where they lead out
 * of the volume, is `missing`.
 */
export function extentsOfRuns(geometry: Geometry, runs: Runs, size: number, written: number): FileExtent[] {
  const { clusterBytes, clusters } = geometry;
  const out: FileExtent[] = [];
  let at = 0;
  for (let i = 0; i < runs.length && at < size; i += 2) {
    const place = runs[i]!;
    const length = Math.min(size - at, runs[i + 1]! * clusterBytes);
    if (place === sparse) push(out, null, length, "intact");
    else if (place === lost || place >= clusters) push(out, null, length, "missing");
    else {
      const inside = Math.min(length, (clusters - place) * clusterBytes);
      const filled = Math.max(0, Math.min(inside, written - at));
      if (filled > 0) push(out, place * clusterBytes, filled, "intact");
      if (filled < inside) push(out, null, inside - filled, "intact");
      if (inside < length) push(out, null, length - inside, "missing");
    }
    at += length;
  }
  if (at < size) push(out, null, size - at, "missing");
  return out;
}

/** Joined with the last where it continues it. */
export function push(out: FileExtent[], start: number | null, length: number, state: FileExtent["state"]): void {
  const last = out.at(-1);
  const follows =
    last?.state === state &&
    (start === null ? last.start === null : last.start !== null && last.start + last.length === start);
  if (last && follows) out[out.length - 1] = { start: last.start, length: last.length + length, state };
  else if (length > 0) out.push({ start, length, state });
}
