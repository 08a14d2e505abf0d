/** What is said twice on an exFAT volume is compared; what systems leave empty is looked into. */
import { finding, type Finding } from "../../model/findings.ts";
import { nonZeroBytes } from "../non-zero.ts";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { nilGuid, mixedGuidText } from "../../bytes/guid.ts";
import { usedTableBytes } from "./account.ts";
import { constantFields, hasChecksum, readGeometry, sectorAt } from "./geometry.ts";
import * as layout from "./layouts.ts";
import type { Structures } from "./structures.ts";
import type { Survey } from "./survey.ts";
import type { ExfatVolume } from "./volume.ts";

const { region } = layout;
const at = (offset: number, length: number | null = null): { offset: number; length: number | null } => ({
  offset,
  length,
});
const damaged = (structure: string, problem: string, offset: number | null = null): Finding =>
  finding("filesystem/structure-damaged", { structure, problem }, offset === null ? undefined : at(offset));

/** What a few reads tell. */
export function checkHead(
  volume: ExfatVolume,
  fromBackup: boolean,
  { problems, bitmap, otherBitmap }: Structures,
): Finding[] {
  const { geometry, source } = volume;
  const found: Finding[] = [];
  if (geometry.size > source.size) {
    found.push(finding("filesystem/truncated", { bytes: source.size, expected: geometry.size }));
  }
  const room = Math.floor(geometry.tableBytes / 4) - 2;
  if (room < geometry.lastCluster - 1) {
    found.push(finding("fat/table-too-small", { room, clusters: geometry.lastCluster - 1 }));
  }
  if (!fromBackup) found.push(...checkRegions(volume));
  if ((geometry.flags & layout.flag.dirty) !== 0) found.push(finding("filesystem/not-clean"));
  if ((geometry.flags & layout.flag.mediaFailure) !== 0) found.push(finding("filesystem/media-errors"));
  for (const [structure, problem] of problems) found.push(damaged(structure, problem));
  const other = bitmap && otherBitmap ? differingClusters(bitmap.source, otherBitmap.source) : null;
  if (other) found.push(finding("exfat/bitmaps-differ", other));
  return found;
}

function checkRegions({ source, geometry }: ExfatVolume): Finding[] {
  const { sectorBytes } = geometry;
  const second = region.sectors * sectorBytes;
  const found: Finding[] = [];
  if (!hasChecksum(source, 0, sectorBytes)) found.push(damaged("boot region", "checksum", 0));
  const copy = readGeometry(sectorAt(source, second));
  const structure = "backup boot region";
  if (typeof copy === "string") return [...found, damaged(structure, copy, second)];
  if (!hasChecksum(source, second, sectorBytes)) found.push(damaged(structure, "checksum", second));
  const field = constantFields.find((name) => geometry[name] !== copy[name]);
  const place = at(second, second);
  if (field) found.push(finding("filesystem/structures-differ", { structure: "boot sector", field }, place));
  else if (!sameSectors(source, second, sectorBytes)) {
    found.push(finding("filesystem/structures-differ", { structure: "boot region", field: "boot code" }, place));
  }
  return found;
}

/** Of the sectors behind the first: code and parameters. */
function sameSectors(source: ByteSource, second: number, sectorBytes: number): boolean {
  const length = (region.checksum - region.extended) * sectorBytes;
  const [first, copy] = [sectorBytes, second + sectorBytes].map((start) => readRange(source, start, length));
  return first!.every((byte, index) => byte === copy![index]);
}

function differingClusters(first: ByteSource, second: ByteSource): { clusters: number; cluster: number } | null {
  const step = 1 << 16;
  let [clusters, cluster] = [0, 0];
  for (let from = 0; from < first.size; from += step) {
    const [a, b] = [readRange(first, from, step), readRange(second, from, step)];
    for (const [index, byte] of a.entries()) {
      const difference = byte ^ (b[index] ?? 0);
      if (difference !== 0 && clusters === 0)
        cluster = 2 + (from + index) * 8 + 31 - Math.clz32(difference & -difference);
      for (let bits = difference; bits !== 0; bits &= bits - 1) clusters++;
    }
  }
  return clusters === 0 ? null : { clusters, cluster };
}

/** What only a look at everything tells. */
export function checkClusters(volume: ExfatVolume, survey: Survey, fromBackup: boolean): Finding[] {
  const { geometry, table } = volume;
  const found: Finding[] = [];
  if (geometry.tables === 2) {
    const { entries, cluster } = table.compare(1 - table.used);
    if (entries > 0) found.push(finding("fat/tables-differ", { entries, cluster, used: table.used + 1 }));
  }
  if (survey.badClusters > 0) found.push(finding("fat/bad-clusters", { clusters: survey.badClusters }));
  if (survey.lostClusters > 0) found.push(finding("filesystem/lost-chains", { blocks: survey.lostClusters }));
  if (survey.unmarkedClusters > 0)
    found.push(finding("exfat/clusters-unmarked", { clusters: survey.unmarkedClusters }));
  const percent = usedPercent(volume, survey);
  const stated = geometry.percentInUse;
  // Rounded down; systems differ in what they do at the edge. Linux leaves the 0 of mkfs, and the backup does not keep it.
  if (
    !fromBackup &&
    stated !== 0 &&
    stated !== layout.percentUnknown &&
    percent !== null &&
    Math.abs(stated - percent) > 1
  ) {
    found.push(finding("exfat/percent-in-use", { stated, found: percent }));
  }
  return found;
}

/** Null where the volume source does not hold all clusters. */
function usedPercent({ geometry, source }: ExfatVolume, survey: Survey): number | null {
  if (geometry.size > source.size) return null;
  const clusters = geometry.lastCluster - 1;
  return Math.floor(((clusters - survey.free.size) * 100) / clusters);
}

/** Data where systems keep nothing. */
export function findHidden(volume: ExfatVolume): Finding[] {
  const found: Finding[] = [];
  for (const { start, length, what } of emptyAreas(volume)) {
    const bytes = length > 0 ? nonZeroBytes(volume.source, start, length) : 0;
    if (bytes > 0) found.push(finding("filesystem/hidden-data", { area: what, bytes }, at(start, length)));
  }
  return found;
}

type Area = { start: number; length: number; what: string };

function* emptyAreas(volume: ExfatVolume): Generator<Area> {
  const { geometry, source } = volume;
  const { sectorBytes, tableStart, tableBytes, tables, dataStart, size, lastCluster } = geometry;
  const second = region.sectors * sectorBytes;
  for (const start of [0, second]) yield* emptyInRegion(volume, start);
  yield { start: 2 * second, length: tableStart - 2 * second, what: "space before the allocation table" };
  const used = usedTableBytes(volume);
  for (let table = 0; table < tables; table++) {
    yield { start: tableStart + table * tableBytes + used, length: tableBytes - used, what: "allocation table slack" };
  }
  const tablesEnd = tableStart + tables * tableBytes;
  yield { start: tablesEnd, length: dataStart - tablesEnd, what: "space before the clusters" };
  const dataEnd = volume.placeOf(lastCluster + 1);
  yield { start: dataEnd, length: size - dataEnd, what: "sectors behind the last cluster" };
  yield { start: size, length: source.size - size, what: "volume slack" };
}

/** A boot region: the rest of a large boot sector, parameters of a type that is unused, the reserved sector. */
function* emptyInRegion({ source, geometry }: ExfatVolume, start: number): Generator<Area> {
  const { sectorBytes } = geometry;
  yield { start: start + layout.bootBytes, length: sectorBytes - layout.bootBytes, what: "rest of the boot sector" };
  const oem = start + region.oem * sectorBytes;
  const bytes = readRange(source, oem, sectorBytes);
  const parameter = layout.oemParameter.cursor();
  for (let index = 0; index < layout.oemParameters; index++) {
    const from = index * layout.oemParameter.size;
    if (from + layout.oemParameter.size > bytes.length) return;
    if (mixedGuidText(parameter.over(bytes, from).type) !== nilGuid) continue;
    yield { start: oem + from, length: layout.oemParameter.size, what: "unused parameters of the boot region" };
  }
  yield {
    start: start + region.reserved * sectorBytes,
    length: sectorBytes,
    what: "reserved sector of the boot region",
  };
}
