/**
 * Partition tables as far as their sectors were seen: MBR with its extended chain, GPT from either header, Apple's map.
 * Every structure is bounds-checked and bounded in number; a table in disorder gives fewer volumes, never an exception.
 */
import { crc32 } from "node:zlib";
import { headBytes, type Region, type Regions } from "./regions.ts";
import * as layout from "./table-layouts.ts";

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

interface BootEntry {
  readonly type: number;
  readonly first: number;
  readonly count: number;
}

const record = layout.bootRecord.cursor();
const bootEntry = layout.bootEntry.cursor();

/** The used entries of a boot record; null where it is none: a flag that is no flag, no signature. */
function bootEntries(sector: Uint8Array): BootEntry[] | null {
  const { entries, signature } = record.over(sector);
  if (signature !== layout.bootSignature) return null;
  const used: BootEntry[] = [];
  for (let at = 0; at < entries.length; at += layout.bootEntry.size) {
    const { flag, type, firstSector: first, sectorCount: count } = bootEntry.over(entries, at);
    if (flag !== 0 && flag !== 0x80) return null;
    if (type !== 0 && count > 0) used.push({ type, first, count });
  }
  return used;
}

const isExtended = (type: number): boolean => type === 0x05 || type === 0x0f || type === 0x85;
const typeText = (type: number): string => `0x${type.toString(16).padStart(2, "0")}`;

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

const header = layout.gptHeader.cursor();

interface GptHeader {
  readonly sectorBytes: number;
  readonly otherAt: number;
  readonly entriesAt: number;
  readonly entryCount: number;
  readonly entryBytes: number;
  readonly entriesCrc: number;
  readonly valid: boolean;
}

/** The header at `offset` of the bytes, in sectors of `sectorBytes`; null where there is none. */
function gptHeaderAt(sector: Uint8Array, offset: number, sectorBytes: number): GptHeader | null {
  if (offset < 0 || offset + sectorBytes > sector.length || header.over(sector, offset).signature !== "EFI PART")
    return null;
  const { headerBytes, headerCrc, otherSector, entriesSector, entryCount, entryBytes, entriesCrc } = header;
  const sane = headerBytes >= layout.gptHeader.size && headerBytes <= sectorBytes;
  const copy = Buffer.from(sector.subarray(offset, offset + (sane ? headerBytes : layout.gptHeader.size)));
  header.over(copy).headerCrc = 0;
  return {
    sectorBytes,
    otherAt: otherSector * sectorBytes,
    entriesAt: entriesSector * sectorBytes,
    entryCount,
    entryBytes,
    entriesCrc,
    valid: sane && crc32(copy) === headerCrc && entryBytes >= layout.gptEntry.size && entryCount > 0,
  };
}

/** Sector sizes under which a header may stand. */
const gptSectors: readonly number[] = [512, 4096, 1024, 2048];

interface ReadGpt {
  readonly state: HeaderState;
  readonly header: GptHeader | null;
  readonly volumes: readonly TableVolume[];
  readonly notSeen: readonly number[];
}

function readGpt({ regions, size }: TableOptions): Tables | null {
  const head = regions.at(0);
  const primary = firstGpt(regions, head, gptSectors);
  const backupAt = primary.header?.otherAt;
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
    if (found) return withEntries(regions, found);
  }
  return { state: "absent", header: null, volumes: [], notSeen: [] };
}

/** Where the primary header says; where that cannot be believed, also in the last sector of the medium. */
function backupGpt(regions: Regions, at: number | null, primary: GptHeader | null, size: number | null): ReadGpt {
  const none = { header: null, volumes: [], notSeen: [] };
  const places = at !== null && primary ? [{ at, sectorBytes: primary.sectorBytes }] : [];
  const search = size !== null && primary?.valid !== true;
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
    if (found) return withEntries(regions, found);
  }
  if (unseen === null) return { ...none, state: "absent" };
  return { ...none, state: "not seen", notSeen: at === null ? [] : [unseen] };
}

const gptEntry = layout.gptEntry.cursor();

/** The entries that a header points to, where they passed by. */
function withEntries(regions: Regions, found: GptHeader): ReadGpt {
  const length = found.entryCount * found.entryBytes;
  const damaged: ReadGpt = { state: "damaged", header: found, volumes: [], notSeen: [] };
  if (!found.valid || length > mostEntryBytes || !Number.isSafeInteger(found.entriesAt)) return damaged;
  const region = regions.want(found.entriesAt, length);
  if (!region?.has(length)) return { ...damaged, state: "not seen", notSeen: [found.entriesAt] };
  const volumes: TableVolume[] = [];
  for (let at = 0; at + layout.gptEntry.size <= length; at += found.entryBytes) {
    const { type, first, last, name } = gptEntry.over(region.bytes, at);
    if (type.every((each) => each === 0)) continue;
    const place = { at: first * found.sectorBytes, bytes: (last - first + 1) * found.sectorBytes };
    volumes.push({ ...place, type: guidText(type), name: name === "" ? null : name, from: "GPT" });
  }
  const intact = crc32(region.bytes.subarray(0, length)) === found.entriesCrc;
  return { state: intact ? "valid" : "damaged", header: found, volumes, notSeen: [] };
}

/** The first three groups of a GUID lie in little-endian order (UEFI Specification, appendix A). */
export function guidText(guid: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = Buffer.from(order.map((at) => guid[at] ?? 0)).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const driver = layout.appleDriver.cursor();
const appleEntry = layout.appleEntry.cursor();

function readApple(head: Region): Tables | null {
  const { signature, blockBytes } = driver.over(head.bytes);
  if (signature !== 0x4552 || blockBytes === 0 || blockBytes % 512 !== 0 || !head.has(2 * blockBytes)) return null;
  if (2 * blockBytes > headBytes || appleEntry.over(head.bytes, blockBytes).signature !== 0x504d) return null;
  const count = Math.min(appleEntry.mapBlocks, Math.floor(headBytes / blockBytes) - 1);
  const volumes: TableVolume[] = [];
  for (let entry = 1; entry <= count && head.has((entry + 1) * blockBytes); entry++) {
    const { signature: mark, first, count: blocks, name, type } = appleEntry.over(head.bytes, entry * blockBytes);
    if (mark !== 0x504d) break;
    if (type === "Apple_partition_map" || type === "Apple_Free") continue;
    const place = { at: first * blockBytes, bytes: blocks * blockBytes };
    volumes.push({ ...place, type, name: name === "" ? null : name, from: "APM" });
  }
  return { scheme: "APM", sectorBytes: blockBytes, volumes: plausible(volumes, null), gpt: null, notSeen: [] };
}
