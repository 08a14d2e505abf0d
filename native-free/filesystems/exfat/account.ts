/** Every byte of an exFAT volume in one class. */
import { bad } from "../allocation-table.ts";
import type { ByteClass, ClassedRange } from "../file-system.ts";
import { nonZeroBytes } from "../non-zero.ts";
import * as layout from "./layouts.ts";
import type { Survey } from "./survey.ts";
import type { ExfatVolume } from "./volume.ts";

type Parts = Generator<ClassedRange>;
type Word = readonly [ByteClass, string];

/** In order, from 0 to the end of the volume source or further. */
export function* classify(volume: ExfatVolume, survey: Survey): Parts {
  const { geometry, source } = volume;
  const { sectorBytes, tableStart, tableBytes, tables, dataStart } = geometry;
  const region = layout.region.sectors * sectorBytes;
  yield* bootRegion(volume, 0, "boot region");
  yield* bootRegion(volume, region, "backup boot region");
  yield { start: 2 * region, length: tableStart - 2 * region, class: "slack", what: "before the allocation table" };
  const used = usedTableBytes(volume);
  for (let table = 0; table < tables; table++) {
    const start = tableStart + table * tableBytes;
    yield { start, length: used, class: "metadata", what: "allocation table" };
    yield { start: start + used, length: tableBytes - used, class: "slack", what: "allocation table slack" };
  }
  const tablesEnd = tableStart + tables * tableBytes;
  yield { start: tablesEnd, length: dataStart - tablesEnd, class: "slack", what: "before the clusters" };
  yield* clusters(volume, survey);
  const dataEnd = volume.placeOf(geometry.lastCluster + 1);
  yield { start: dataEnd, length: geometry.size - dataEnd, class: "slack", what: "behind the last cluster" };
  if (source.size > geometry.size) {
    yield { start: geometry.size, length: source.size - geometry.size, class: "slack", what: "volume slack" };
  }
}

/** Bytes of a table that entries of clusters take up. */
export function usedTableBytes({ geometry }: ExfatVolume): number {
  return Math.min(geometry.tableBytes, (geometry.lastCluster + 1) * 4);
}

function* bootRegion({ source, geometry }: ExfatVolume, start: number, what: string): Parts {
  const { sectorBytes } = geometry;
  for (let sector = 0; sector < layout.region.sectors; sector++) {
    const at = start + sector * sectorBytes;
    const isUnknown = sector === layout.region.reserved && nonZeroBytes(source, at, sectorBytes) > 0;
    yield { start: at, length: sectorBytes, class: isUnknown ? "not-understood" : "metadata", what };
  }
}

const file: Word = ["content", "file"];
const directory: Word = ["metadata", "directory"];
const structure: Word = ["metadata", "structures"];
const fileSlack: Word = ["slack", "file slack"];
const directorySlack: Word = ["slack", "directory slack"];
const structureSlack: Word = ["slack", "structure slack"];
const freeWord: Word = ["unallocated", "free clusters"];
const badWord: Word = ["unallocated", "bad clusters"];
const lost: Word = ["content", "lost clusters"];

/** Clusters of one word are one range, so that an empty volume is not as many objects as it has clusters. */
function* clusters(volume: ExfatVolume, survey: Survey): Parts {
  const { clusterBytes, lastCluster } = volume.geometry;
  const last = Math.min(lastCluster, volume.clusterAt(volume.source.size - 1));
  let [tail, from] = [0, 2];
  let open: Word | null = null;
  const flush = function* (to: number): Parts {
    if (open !== null && to > from) {
      const [start, length] = [volume.placeOf(from), (to - from) * clusterBytes];
      yield { start, length, class: open[0], what: open[1] };
    }
    from = to;
  };
  for (let cluster = 2; cluster <= last; cluster++) {
    let used = clusterBytes;
    for (; tail < survey.tails.length; tail++) {
      const entry = survey.tailAt(tail);
      if (entry.cluster > cluster) break;
      // Where two entries share a cluster, the longer use of it counts.
      if (entry.cluster === cluster) used = entry.used;
    }
    const word = wordOf(volume, survey, cluster);
    if (word !== open) {
      yield* flush(cluster);
      open = word;
    }
    if (used === clusterBytes || (word !== file && word !== directory && word !== structure)) continue;
    yield* flush(cluster);
    const [start, slack] = [volume.placeOf(cluster), slackWordOf(word)];
    if (used > 0) yield { start, length: used, class: word[0], what: word[1] };
    yield { start: start + used, length: clusterBytes - used, class: slack[0], what: slack[1] };
    from = cluster + 1;
  }
  yield* flush(last + 1);
}

function slackWordOf(word: Word): Word {
  return word === directory ? directorySlack : word === structure ? structureSlack : fileSlack;
}

function wordOf({ table }: ExfatVolume, survey: Survey, cluster: number): Word {
  if (survey.directories.has(cluster)) return directory;
  if (survey.claimed.has(cluster)) {
    if (survey.spare.has(cluster)) return fileSlack;
    return survey.structures.has(cluster) ? structure : file;
  }
  if (table.has(cluster) && table.get(cluster) === bad) return badWord;
  if (survey.free.has(cluster)) return freeWord;
  return lost;
}
