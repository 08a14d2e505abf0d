/** What allocated files occupy and do not use: in their records, in their clusters, in the nodes of directories. */
import type { FileExtent, SlackRange } from "../file-system.ts";
import { usedBytes, valueLength, valueStart } from "./attributes.ts";
import { blockExtents, nodesOf } from "./directory-index.ts";
import type { NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import { storedClusters, type Stream } from "./streams.ts";
import { cut, extentsOfRuns } from "./volume.ts";

function add(out: SlackRange[], extents: readonly FileExtent[], what: string): void {
  for (const { start, length, state } of extents) {
    if (start !== null && state === "intact" && length > 0) out.push({ start, length, what });
  }
}

/** Behind the attributes of the records of a file, and behind its resident content. */
export function recordSlack(file: NtfsFile): SlackRange[] {
  const { records } = file.volume;
  const out: SlackRange[] = [];
  for (const number of [file.number, ...(file.continuation?.records ?? [])]) {
    records.at(number);
    const used = usedBytes(records);
    add(out, file.volume.recordExtents(number, used, records.recordBytes - used), "record slack");
  }
  const content = file.content();
  if (content?.resident && content.type === layout.type.data) {
    const { first } = content;
    const end = valueStart(records, first) - records.offset + valueLength(records, first);
    add(out, file.volume.recordExtents(first.holder, end, first.at + first.length - end), "resident slack");
  }
  return out;
}

/** Behind a value in its clusters: to the end of the sector, then the rest; before that what is behind its valid data length. */
export function clusterSlack(file: NtfsFile, stream: Stream): SlackRange[] {
  // What a packed value uses of its clusters only unpacking it tells.
  if (stream.resident || stream.unitBytes > 0) return [];
  const { geometry } = file.volume;
  const out: SlackRange[] = [];
  const held = heldClusters(stream) * geometry.clusterBytes;
  const all = extentsOfRuns(geometry, stream.runs, held, held);
  const size = Math.min(stream.size, held);
  const written = Math.min(stream.written, size);
  add(out, cut(all, written, size - written), "behind the valid data length");
  const ram = Math.min(held, Math.ceil(size / geometry.sectorBytes) * geometry.sectorBytes);
  add(out, cut(all, size, ram - size), "ram slack");
  add(out, cut(all, ram, held - ram), "drive slack");
  return out;
}

/** Clusters that the runs reach over; those without a place only where stored ones follow. */
function heldClusters(stream: Stream): number {
  let [count, last] = [0, 0];
  if (storedClusters(stream) === 0) return 0;
  for (let i = 0; i < stream.runs.length; i += 2) {
    count += stream.runs[i + 1]!;
    if (stream.runs[i]! >= 0) last = count;
  }
  return last;
}

/** Behind the entries of each block of a directory. */
export function directorySlack(file: NtfsFile): SlackRange[] {
  const extents = blockExtents(file);
  const out: SlackRange[] = [];
  for (const { place, start, used, end } of nodesOf(file, extents)) {
    if (place === "root" || used >= end) continue;
    add(out, cut(extents, place + used - start, end - used), "directory slack");
  }
  return out;
}
