/** Every byte of a FAT volume in one class. */
import type { ClassedRange } from "../file-system.ts";
import { nonZeroBytes } from "../non-zero.ts";
import { knownSectors } from "./checks.ts";
import { Survey } from "./survey.ts";
import { bad, free } from "../allocation-table.ts";
import type { FatVolume } from "./volume.ts";

type Parts = Generator<ClassedRange>;

/** In order, from 0 to the end of the volume source or further. */
export function* classify(volume: FatVolume, survey: Survey): Parts {
  const { geometry, source } = volume;
  yield* reservedSectors(volume);
  for (let table = 0; table < geometry.tables; table++) {
    const start = geometry.reservedBytes + table * geometry.tableBytes;
    const used = volume.table.usedBytes;
    yield { start, length: used, class: "metadata", what: "allocation table" };
    yield { start: start + used, length: geometry.tableBytes - used, class: "slack", what: "allocation table slack" };
  }
  yield* rootDirectory(volume, survey);
  yield* clusters(volume, survey);
  const dataEnd = volume.placeOf(geometry.lastCluster + 1);
  const size = Math.max(dataEnd, geometry.size);
  yield { start: dataEnd, length: size - dataEnd, class: "slack", what: "behind the last cluster" };
  if (source.size > size) yield { start: size, length: source.size - size, class: "slack", what: "volume slack" };
}

function* reservedSectors(volume: FatVolume): Parts {
  const { reservedBytes, sectorBytes } = volume.geometry;
  let at = 0;
  for (const { start, what } of knownSectors(volume)) {
    if (start < at) continue;
    yield* reserved(volume, at, start);
    yield { start, length: sectorBytes, class: "metadata", what };
    at = start + sectorBytes;
  }
  yield* reserved(volume, at, reservedBytes);
}

function* reserved({ source, geometry }: FatVolume, from: number, end: number): Parts {
  for (let start = from; start < end; start += geometry.sectorBytes) {
    const empty = nonZeroBytes(source, start, geometry.sectorBytes) === 0;
    yield {
      start,
      length: geometry.sectorBytes,
      class: empty ? "metadata" : "not-understood",
      what: "reserved sectors",
    };
  }
}

function* rootDirectory({ geometry }: FatVolume, survey: Survey): Parts {
  const { rootStart, rootBytes, dataStart } = geometry;
  if (rootStart === dataStart) return;
  const used = Math.min(rootBytes, survey.rootUsed);
  yield { start: rootStart, length: used, class: "metadata", what: "directory" };
  const end = rootStart + used;
  yield { start: end, length: dataStart - end, class: "slack", what: "directory slack" };
}

function* clusters(volume: FatVolume, survey: Survey): Parts {
  const { table, geometry } = volume;
  const { clusterBytes } = geometry;
  let tail = 0;
  for (let cluster = 2; cluster <= geometry.lastCluster; cluster++) {
    const start = volume.placeOf(cluster);
    const isDirectory = survey.directories.has(cluster);
    let used = clusterBytes;
    for (; tail < survey.tails.length; tail++) {
      const entry = Survey.tailOf(survey.tails[tail]!);
      if (entry.cluster > cluster) break;
      // Where two entries share a cluster, the longer use of it counts.
      if (entry.cluster === cluster) used = entry.used;
    }
    const owned = isDirectory || survey.claimed.has(cluster);
    if (!owned || survey.spare.has(cluster)) {
      yield {
        start,
        length: clusterBytes,
        ...unclaimed(table.has(cluster) ? table.get(cluster) : null, survey.spare.has(cluster)),
      };
      continue;
    }
    if (used > 0)
      yield {
        start,
        length: used,
        class: isDirectory ? "metadata" : "content",
        what: isDirectory ? "directory" : "file",
      };
    if (used < clusterBytes) {
      const what = isDirectory ? "directory slack" : "file slack";
      yield { start: start + used, length: clusterBytes - used, class: "slack", what };
    }
  }
}

/** `value` null: the table has no entry for the cluster. */
function unclaimed(value: number | null, spare: boolean): Pick<ClassedRange, "class" | "what"> {
  if (value === null) return { class: "not-understood", what: "clusters without a table entry" };
  if (spare) return { class: "slack", what: "file slack" };
  if (value === free) return { class: "unallocated", what: "free clusters" };
  return value === bad ? { class: "unallocated", what: "bad clusters" } : { class: "content", what: "lost chain" };
}
