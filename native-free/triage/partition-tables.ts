/**
 * Partition tables as far as their sectors were seen: MBR with its extended chain, GPT from either header, Apple's map.
 * Every structure is bounds-checked and bounded in number; a table in disorder gives fewer volumes, never an exception.
 */
import { crc32 } from "node:zlib";
import { headBytes } from "../filesystems/signatures/recognised.ts";
import { appleEntryAt, driverBlockBytes, isAppleFree, isAppleMap } from "../volumes/apm/map.ts";
import { gptEntriesIn, gptHeaderAt, type GptHeader } from "../volumes/gpt/header.ts";
import { bootEntriesOf, flagsHold, isExtended, typeText, type BootEntry } from "../volumes/mbr/boot-record.ts";
import * as layout from "../volumes/table-layouts.ts";
import type { Region, Regions } from "./regions.ts";

export const tableSchemes = ["MBR", "GPT", "APM", "superfloppy", "none", "not seen"] as const;
export type TableScheme = (typeof tableSchemes)[number];

export const headerStates = ["valid", "damaged", "absent", "not seen"] as const;
/** What became of a GPT header with its entries: `damaged` where a checksum or a bound does not hold. */
export type HeaderState = (typeof headerStates)[number];

/** A volume as a table states it; `at` and `bytes` in bytes of the medium. */
export interface TableVolume {
  readonly at: number;
  readonly bytes: number;
  /** `0x07`, a GUID, or the name of Apple's map (evidence text). */
  readonly type: string;
  /** Evidence text. */
  readonly name: string | null;
  readonly from: "MBR" | "chain" | "GPT" | "GPT backup" | "APM";
}

export interface Tables {
  readonly scheme: Exclude<TableScheme, "superfloppy">;
  /** Bytes of a sector as the table counts. */
  readonly sectorBytes: number;
  readonly volumes: readonly TableVolume[];
  readonly gpt: { readonly primary: HeaderState; readonly backup: HeaderState } | null;
  /** Places (bytes) where a part of a table should be that was not looked at. */
  readonly notSeen: readonly number[];
}

export interface TableOptions {
  readonly regions: Regions;
  readonly sectorBytes: number;
  /** Bytes of the medium where they are known. */
  readonly size: number | null;
}

const mostVolumes = 256;
const mostEntryBytes = 64 * 1024;

/** Reads the tables anew; asks `regions` for what they point to. */
export function readTables(options: TableOptions): Tables {
  const { regions, sectorBytes } = options;
  const head = regions.at(0);
  const gpt = readGpt(options);
  if (gpt) return gpt;
  if (!head?.has(layout.bootRecord.size)) return { ...nothing, scheme: "not seen", sectorBytes };
  return readApple(head) ?? readMbr(options, head) ?? { ...nothing, sectorBytes };
}

const nothing: Tables = { scheme: "none", sectorBytes: 512, volumes: [], gpt: null, notSeen: [] };

/** Volumes that begin and end where bytes can be counted, at most `mostVolumes`. */
function plausible(volumes: readonly TableVolume[], size: number | null): TableVolume[] {
  return volumes
    .filter(({ at, bytes }) => Number.isSafeInteger(at) && Number.isSafeInteger(bytes) && bytes > 0)
    .filter(({ at }) => size === null || at < size)
    .slice(0, mostVolumes);
}

/** The used entries of a boot record; null where it is none: a flag that is no flag, no signature. */
function bootEntries(sector: Uint8Array): BootEntry[] | null {
  return flagsHold(sector) ? bootEntriesOf(sector) : null;
}

function readMbr({ regions, sectorBytes, size }: TableOptions, head: Region): Tables | null {
  const entries = bootEntries(head.bytes);
  if (!entries || entries.length === 0) return null;
  const volumes: TableVolume[] = [];
  const notSeen: number[] = [];
  for (const { type, first, count } of entries) {
    const at = first * sectorBytes;
    if (isExtended(type)) readChain(first, { regions, sectorBytes, size }, volumes, notSeen);
    else volumes.push({ at, bytes: count * sectorBytes, type: typeText(type), name: null, from: "MBR" });
  }
  return { scheme: "MBR", sectorBytes, volumes: plausible(volumes, size), gpt: null, notSeen };
}

/** Each link has a volume, relative to itself, and the next link, relative to the extended partition. */
function readChain(start: number, options: TableOptions, volumes: TableVolume[], notSeen: number[]): void {
  const { regions, sectorBytes, size } = options;
  const visited = new Set<number>();
  for (let link: number | null = start; link !== null && !visited.has(link) && visited.size < mostVolumes;) {
    visited.add(link);
    const at = link * sectorBytes;
    if (size !== null && at >= size) return;
    const region = regions.want(at, layout.bootRecord.size);
    if (!region?.has(layout.bootRecord.size)) {
      notSeen.push(at);
      return;
    }
    const entries = bootEntries(region.bytes) ?? [];
    const own = entries.find(({ type }) => !isExtended(type));
    if (own) {
      const place = { at: at + own.first * sectorBytes, bytes: own.count * sectorBytes };
      volumes.push({ ...place, type: typeText(own.type), name: null, from: "chain" });
    }
    const next = entries.find(({ type }) => isExtended(type));
    link = next ? start + next.first : null;
  }
}

/** Sector sizes under which a header may stand. */
const gptSectors: readonly number[] = [512, 4096, 1024, 2048];

interface PlacedHeader extends GptHeader {
  readonly sectorBytes: number;
}

interface ReadGpt {
  readonly state: HeaderState;
  readonly header: PlacedHeader | null;
  readonly volumes: readonly TableVolume[];
  readonly notSeen: readonly number[];
}

function readGpt({ regions, size }: TableOptions): Tables | null {
  const head = regions.at(0);
  const primary = firstGpt(regions, head, gptSectors);
  const backupAt = primary.header ? primary.header.otherSector * primary.header.sectorBytes : undefined;
  const known = backupAt !== undefined && Number.isSafeInteger(backupAt) ? backupAt : null;
  if (known !== null && primary.header) regions.want(known, primary.header.sectorBytes);
  const backup = backupGpt(regions, known, primary.header, size);
  const best =
    [primary, backup].find(({ state }) => state === "valid") ?? [primary, backup].find((each) => each.header);
  if (!best?.header) return null;
  const volumes =
    best === backup ? best.volumes.map((each) => ({ ...each, from: "GPT backup" as const })) : best.volumes;
  return {
    scheme: "GPT",
    sectorBytes: best.header.sectorBytes,
    volumes: plausible(volumes, size),
    gpt: { primary: primary.state, backup: backup.state },
    notSeen: [...primary.notSeen, ...backup.notSeen],
  };
}

function firstGpt(regions: Regions, head: Region | null, sectors: readonly number[]): ReadGpt {
  if (!head?.has(2 * 4096)) return { state: "not seen", header: null, volumes: [], notSeen: [] };
  for (const sectorBytes of sectors) {
    const found = gptHeaderAt(head.bytes, sectorBytes, sectorBytes);
    if (found) return withEntries(regions, { ...found, sectorBytes });
  }
  return { state: "absent", header: null, volumes: [], notSeen: [] };
}

/** Where the primary header says; where that cannot be believed, also in the last sector of the medium. */
function backupGpt(regions: Regions, at: number | null, primary: PlacedHeader | null, size: number | null): ReadGpt {
  const none = { header: null, volumes: [], notSeen: [] };
  const places = at !== null && primary ? [{ at, sectorBytes: primary.sectorBytes }] : [];
  const search = size !== null && primary?.problem !== null;
  const lasts = search ? gptSectors.map((bytes) => ({ at: size - bytes, sectorBytes: bytes })) : [];
  let unseen: number | null = null;
  for (const place of [...places, ...lasts]) {
    if (size !== null && place.at >= size) continue;
    const region = place.at > 0 ? regions.want(place.at, place.sectorBytes) : null;
    if (!region?.has(place.sectorBytes)) {
      unseen ??= place.at;
      continue;
    }
    const found = gptHeaderAt(region.bytes, 0, place.sectorBytes);
    if (found) return withEntries(regions, { ...found, sectorBytes: place.sectorBytes });
  }
  if (unseen === null) return { ...none, state: "absent" };
  return { ...none, state: "not seen", notSeen: at === null ? [] : [unseen] };
}

/** The entries that a header points to, where they passed by. */
function withEntries(regions: Regions, found: PlacedHeader): ReadGpt {
  const { sectorBytes, entryBytes, problem } = found;
  const length = found.entryCount * entryBytes;
  const entriesAt = found.entriesSector * sectorBytes;
  const damaged: ReadGpt = { state: "damaged", header: found, volumes: [], notSeen: [] };
  if (problem !== null || length > mostEntryBytes || !Number.isSafeInteger(entriesAt)) return damaged;
  const region = regions.want(entriesAt, length);
  if (!region?.has(length)) return { ...damaged, state: "not seen", notSeen: [entriesAt] };
  const volumes: TableVolume[] = [];
  for (const { type, first, last, name } of gptEntriesIn(region.bytes.subarray(0, length), entryBytes)) {
    const place = { at: first * sectorBytes, bytes: (last - first + 1) * sectorBytes };
    volumes.push({ ...place, type, name: name === "" ? null : name, from: "GPT" });
  }
  const intact = crc32(region.bytes.subarray(0, length)) === found.entriesCrc;
  return { state: intact ? "valid" : "damaged", header: found, volumes, notSeen: [] };
}

function readApple(head: Region): Tables | null {
  const blockBytes = driverBlockBytes(head.bytes);
  if (blockBytes === null || !head.has(2 * blockBytes)) return null;
  const map = appleEntryAt(head.bytes, blockBytes);
  if (!map) return null;
  const count = Math.min(map.mapBlocks, Math.floor(headBytes / blockBytes) - 1);
  const volumes: TableVolume[] = [];
  for (let block = 1; block <= count && head.has((block + 1) * blockBytes); block++) {
    const entry = appleEntryAt(head.bytes, block * blockBytes);
    if (!entry) break;
    if (isAppleMap(entry.type) || isAppleFree(entry.type)) continue;
    const place = { at: entry.first * blockBytes, bytes: entry.count * blockBytes };
    volumes.push({ ...place, type: entry.type, name: entry.name === "" ? null : entry.name, from: "APM" });
  }
  return { scheme: "APM", sectorBytes: blockBytes, volumes: plausible(volumes, null), gpt: null, notSeen: [] };
}
