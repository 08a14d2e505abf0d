/**
 * Apple partition map. Volumes are called by the number of their entry. The map counts in blocks of the driver descriptor (512,
 * or 2048 on discs); maps whose entries stand in blocks of 512 all the same are read as what they are, and that is a finding.
 * Free entries are gaps. "Inside Macintosh: Devices", chapter 3.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { layOut, tableBytes, VolumeSlice } from "../layout.ts";
import { appleDriver } from "../table-layouts.ts";
import type { TableArea, Volume, VolumeFlag, VolumeSystem, VolumeSystemFormat } from "../volume-system.ts";
import { appleEntryAt, driverBlockBytes, isAppleFree, isAppleMap, type AppleEntry } from "./map.ts";
import { appleTypes } from "./types.ts";

/** Programs write maps of 63 entries at most. */
const mostEntries = 1024;
const blockSizes: readonly number[] = [512, 1024, 2048, 4096];

export const apmFormat: VolumeSystemFormat = {
  registration: {
    id: "apm",
    family: "volume",
    name: "Apple partition map",
    spec: "Inside Macintosh: Devices, chapter 3",
    level: "complete",
  },
  open(source, { sectorBytes }) {
    const stated = driverBlockBytes(tableBytes(source, 0, appleDriver.size));
    const sizes = stated === null ? [sectorBytes, 512] : [stated, sectorBytes, ...blockSizes];
    const maps = [...new Set(sizes)].map((size) => ({ size, map: readMap(source, size) }));
    const found = maps.find(({ map }) => describesItself(map)) ?? maps.find(({ map }) => map.length > 0);
    // Without a driver descriptor two letters are little: the map must describe itself.
    if (!found || (stated === null && !describesItself(found.map))) return null;
    return apmSystem(source, found.map, found.size, stated);
  },
};

/** Whether it has as many entries as it says and one of them is the map, so that its blocks are what they seem. */
function describesItself(map: readonly AppleEntry[]): boolean {
  return map.some(({ type, first }) => isAppleMap(type) && first === 1) && map.length === map[0]?.mapBlocks;
}

/** The entries from block 1 on, as many as the first one says and as are there. */
function readMap(source: ByteSource, blockBytes: number): AppleEntry[] {
  const first = appleEntryAt(tableBytes(source, blockBytes, 512), 0);
  if (!first) return [];
  const map = [first];
  while (map.length < Math.min(first.mapBlocks, mostEntries)) {
    const next = appleEntryAt(tableBytes(source, (map.length + 1) * blockBytes, 512), 0);
    if (!next) break;
    map.push(next);
  }
  return map;
}

function apmSystem(
  source: ByteSource,
  map: readonly AppleEntry[],
  blockBytes: number,
  stated: number | null,
): VolumeSystem {
  const findings: Finding[] = [];
  const damaged = (problem: string): void =>
    void findings.push(finding("volume/label-damaged", { structure: "partition map", problem }));
  if (stated === null) damaged("no driver descriptor");
  else if (stated !== blockBytes) damaged("its blocks are not those of the driver descriptor");
  if (map.length < map[0]!.mapBlocks) damaged("fewer entries than it says");
  if (map.some(({ mapBlocks }) => mapBlocks !== map[0]!.mapBlocks)) damaged("entries disagree about their number");
  const tables: TableArea[] = [
    { start: 0, length: blockBytes, what: "driver descriptor" },
    { start: blockBytes, length: map.length * blockBytes, what: "partition map" },
  ];
  const volumes: Volume[] = [];
  for (const [index, entry] of map.entries()) {
    const name = `p${index + 1}`;
    if (isAppleFree(entry.type)) continue;
    if (isAppleMap(entry.type)) {
      // Its blocks are reserved for entries, whether used or not.
      tables.push({ start: entry.first * blockBytes, length: entry.count * blockBytes, what: "partition map" });
      continue;
    }
    if (entry.dataFirst + entry.dataCount > entry.count) {
      findings.push(finding("volume/entry-odd", { entry: name, problem: "its data leave it" }));
    }
    volumes.push(appleVolume(source, name, entry, blockBytes));
  }
  const facts = factsOf({ "block-bytes": blockBytes });
  return { format: "apm", sectorBytes: blockBytes, facts, ...layOut({ source, volumes, tables, findings }) };
}

function appleVolume(source: ByteSource, name: string, entry: AppleEntry, blockBytes: number): Volume {
  const start = entry.first * blockBytes;
  const length = entry.count * blockBytes;
  return {
    name,
    start,
    length,
    type: entry.type,
    typeName: appleTypes[entry.type] ?? null,
    label: entry.name === "" ? null : entry.name,
    uuid: null,
    flags: flagsOf(entry),
    source: new VolumeSlice("apm", source, start, length),
  };
}

const bootable = 0x8;
const writable = 0x20;

/** Programs of discs leave the status empty: then it says nothing. */
function flagsOf({ status }: AppleEntry): VolumeFlag[] {
  const flags: VolumeFlag[] = [];
  if ((status & bootable) !== 0) flags.push("bootable");
  if (status !== 0 && (status & writable) === 0) flags.push("read-only");
  return flags;
}
