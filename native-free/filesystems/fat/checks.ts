/** What is said twice on a FAT volume is compared; what systems leave empty is looked into. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { bootBytes, infoSector, infoSignatures, bootSignature, bootSector } from "./layouts.ts";
import { readGeometry, type Geometry } from "./geometry.ts";
import { nonZeroBytes } from "../non-zero.ts";
import type { Survey } from "./survey.ts";
import { AllocationTable } from "../allocation-table.ts";
import { tablePlaces, type FatVolume } from "./volume.ts";

const unknownCount = 0xffff_ffff;

/** Whether one of the tables begins with the kind of medium, as each does. */
export function hasTable(source: ByteSource, geometry: Geometry): boolean {
  const probe = new AllocationTable(source, tablePlaces(geometry), 0);
  for (let table = 0; table < geometry.tables; table++) {
    if ((probe.raw(table, 0) & 0xff) === geometry.media) return true;
  }
  return false;
}

/** Which table to use, and why another than the file system says. */
export function chooseTable(source: ByteSource, geometry: Geometry): { table: number; findings: Finding[] } {
  const { activeTable, mirrored, tables, media } = geometry;
  const probe = new AllocationTable(source, tablePlaces(geometry), activeTable);
  const begins = (table: number): boolean => (probe.raw(table, 0) & 0xff) === media;
  if (!mirrored || begins(activeTable)) return { table: activeTable, findings: [] };
  for (let table = 0; table < tables; table++) {
    if (!begins(table)) continue;
    return { table, findings: [finding("fat/table-replaced", { damaged: activeTable + 1, used: table + 1 })] };
  }
  const problem = { structure: "allocation table", problem: "media" };
  return { table: activeTable, findings: [finding("filesystem/structure-damaged", problem)] };
}

/** What two reads of a few sectors tell. */
export function checkHead(volume: FatVolume, fromBackup: boolean): Finding[] {
  const { geometry, source, table } = volume;
  const found: Finding[] = [];
  if (geometry.size > source.size) {
    found.push(finding("filesystem/truncated", { bytes: source.size, expected: geometry.size }));
  }
  if (table.room < geometry.lastCluster + 1) {
    found.push(finding("fat/table-too-small", { room: table.room - 2, clusters: geometry.lastCluster - 1 }));
  }
  if (!fromBackup) found.push(...compareBackup(volume));
  if (geometry.infoStart !== null && infoOf(volume) === null) {
    found.push(
      finding("filesystem/structure-damaged", { structure: "FSInfo", problem: "signature" }, at(geometry.infoStart)),
    );
  }
  const { clean, errors } = stateOf(volume);
  if (!clean) found.push(finding("filesystem/not-clean"));
  if (errors) found.push(finding("filesystem/media-errors"));
  return found;
}

const at = (offset: number, length: number | null = null): { offset: number; length: number | null } => ({
  offset,
  length,
});

/** Of the boot sector alone, which every system keeps equal; its state and free counts are not of it. */
function compareBackup({ source, geometry }: FatVolume): Finding[] {
  const { backupStart } = geometry;
  if (backupStart === null) return [];
  const copy = readGeometry(sectorAt(source, backupStart));
  const structure = "boot sector";
  if (typeof copy === "string") {
    return [
      finding(
        "filesystem/structure-damaged",
        { structure: "backup of the boot sector", problem: copy },
        at(backupStart),
      ),
    ];
  }
  const fields = Object.keys(geometry) as (keyof Geometry)[];
  const differing = fields.filter((field) => field !== "state" && String(geometry[field]) !== String(copy[field]));
  return differing.length === 0
    ? []
    : [finding("filesystem/structures-differ", { structure, field: differing[0]! }, at(backupStart))];
}

/** At least a boot sector's bytes: zeros where the source ends before. */
export function sectorAt(source: ByteSource, start: number): Uint8Array {
  const sector = new Uint8Array(bootBytes);
  sector.set(readRange(source, start, bootBytes));
  return sector;
}

/** Null without an FSInfo that has its three signatures; counts null where it says that they are not known. */
export function infoOf({ source, geometry }: FatVolume): { free: number | null } | null {
  if (geometry.infoStart === null) return null;
  const info = infoSector.cursor().over(sectorAt(source, geometry.infoStart));
  const { lead, middle, trail } = infoSignatures;
  if (info.lead !== lead || info.middle !== middle || info.trail !== trail) return null;
  return { free: info.free === unknownCount ? null : info.free };
}

/** Flags of entry 1 of the table (FAT specification 1.03, "FAT Data Structure") and of the boot sector. */
export function stateOf({ table, geometry }: FatVolume): { clean: boolean; errors: boolean } {
  const dirty = (geometry.state & 1) !== 0;
  const wanted = (geometry.state & 2) !== 0;
  if (geometry.variant === "FAT12") return { clean: !dirty, errors: wanted };
  const [value, cleanBit, goodBit] =
    geometry.variant === "FAT16"
      ? [table.raw(table.used, 1), 0x8000, 0x4000]
      : [table.raw(table.used, 1), 0x0800_0000, 0x0400_0000];
  const others = (geometry.variant === "FAT16" ? 0xfff8 : 0x0fff_fff8) - cleanBit - goodBit;
  // An entry that is no mark of an end with or without the flags has none.
  if ((value & others) !== others) return { clean: !dirty, errors: wanted };
  return { clean: (value & cleanBit) !== 0 && !dirty, errors: (value & goodBit) === 0 || wanted };
}

/** What only a look at all of the tables tells. */
export function checkTables({ table, geometry, ...volume }: FatVolume, survey: Survey): Finding[] {
  const found: Finding[] = [];
  if (geometry.mirrored) {
    for (let other = 0; other < geometry.tables; other++) {
      if (other === table.used) continue;
      const { entries, cluster } = table.compare(other);
      if (entries > 0) found.push(finding("fat/tables-differ", { entries, cluster, used: table.used + 1 }));
    }
  }
  const stated = infoOf({ table, geometry, ...volume } as FatVolume)?.free ?? null;
  if (stated !== null && stated !== survey.free.size) {
    found.push(finding("filesystem/free-count", { stated, found: survey.free.size }));
  }
  if (survey.badClusters > 0) found.push(finding("fat/bad-clusters", { clusters: survey.badClusters }));
  if (survey.lostClusters > 0) found.push(finding("filesystem/lost-chains", { blocks: survey.lostClusters }));
  return found;
}

/** Reserved sectors that have a known use: where they begin. */
export function knownSectors({ source, geometry }: FatVolume): { start: number; what: string }[] {
  const { sectorBytes, infoStart, backupStart, reservedBytes } = geometry;
  const known = [{ start: 0, what: "boot sector" }];
  if (infoStart !== null) known.push({ start: infoStart, what: "FSInfo" });
  if (backupStart !== null) {
    known.push({ start: backupStart, what: "backup boot sector" });
    if (infoStart !== null) known.push({ start: backupStart + infoStart, what: "backup FSInfo" });
  }
  // Boot code goes on in sectors that end as the first does.
  const taken = new Set(known.map(({ start }) => start));
  for (let start = sectorBytes; start < Math.min(reservedBytes, 32 * sectorBytes); start += sectorBytes) {
    if (taken.has(start)) continue;
    if (bootSector.cursor().over(sectorAt(source, start)).signature === bootSignature)
      known.push({ start, what: "boot code" });
  }
  return known.filter(({ start }) => start + sectorBytes <= reservedBytes).toSorted((a, b) => a.start - b.start);
}

/** Data where systems keep nothing: reserved sectors without use, the end of the tables, sectors behind the last cluster and the end. */
export function findHidden(volume: FatVolume): Finding[] {
  const found: Finding[] = [];
  for (const { start, length, what } of emptyAreas(volume)) {
    const bytes = nonZeroBytes(volume.source, start, length);
    if (bytes > 0) found.push(finding("filesystem/hidden-data", { area: what, bytes }, at(start, length)));
  }
  return found;
}

function* emptyAreas(volume: FatVolume): Generator<{ start: number; length: number; what: string }> {
  const { geometry, source, table } = volume;
  const { sectorBytes, reservedBytes, tableBytes, tables } = geometry;
  let start = 0;
  for (const sector of [...knownSectors(volume), { start: reservedBytes }]) {
    if (sector.start > start) yield { start, length: sector.start - start, what: "reserved sectors" };
    start = Math.max(start, sector.start + sectorBytes);
  }
  for (let index = 0; index < tables; index++) {
    const end = reservedBytes + (index + 1) * tableBytes;
    const from = reservedBytes + index * tableBytes + table.usedBytes;
    if (from < end) yield { start: from, length: end - from, what: "allocation table slack" };
  }
  const dataEnd = volume.placeOf(geometry.lastCluster + 1);
  if (dataEnd < geometry.size)
    yield { start: dataEnd, length: geometry.size - dataEnd, what: "sectors behind the last cluster" };
  if (geometry.size < source.size)
    yield { start: geometry.size, length: source.size - geometry.size, what: "volume slack" };
}
