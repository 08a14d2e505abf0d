/** The metadata region (MS-VHDX 2.6): what the medium is, and which parent it has. */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { mixedGuidText } from "../../bytes/guid.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { Region } from "./headers.ts";
import {
  diskSizeLayout,
  fileParametersLayout,
  itemGuids,
  locatorEntryLayout,
  locatorLayout,
  megabyte,
  metadataItemLayout,
  metadataTableLayout,
  mostItems,
  sectorSizeLayout,
  tableBytes,
  vhdxParentType,
} from "./layouts.ts";

export interface ParentLocator {
  readonly type: string;
  /** By key, as they are written. */
  readonly entries: ReadonlyMap<string, string>;
}

export interface Metadata {
  readonly blockBytes: number;
  readonly leaveAllocated: boolean;
  readonly hasParent: boolean;
  /** Bytes of the medium. */
  readonly size: number;
  readonly logicalSectorBytes: number;
  readonly physicalSectorBytes: number | null;
  readonly diskId: string | null;
  readonly parent: ParentLocator | null;
  /** What the table and its items take up, in bytes of the file. */
  readonly places: readonly { readonly at: number; readonly length: number }[];
  readonly findings: readonly Finding[];
}

const [smallestBlock, largestBlock] = [megabyte, 256 * megabyte];
const largestDisk = 64 * 2 ** 40;
const largestItem = megabyte;
const structure = "metadata table";

/** Throws EvidenceError `image/structure-damaged` where size of the medium or of its blocks is not there or cannot be. */
export function readMetadata(file: ByteSource, region: Region): Metadata {
  const items = readItems(file, region);
  const findings = [...items.findings];
  const parameters = items.get("fileParameters", fileParametersLayout.size);
  const sizeItem = items.get("diskSize", diskSizeLayout.size);
  if (!parameters) throw damage("no file parameters");
  if (!sizeItem) throw damage("no size of the medium");
  const { blockBytes, flags } = fileParametersLayout.cursor().over(parameters);
  const { size } = diskSizeLayout.cursor().over(sizeItem);
  const powerOfTwo = (blockBytes & (blockBytes - 1)) === 0;
  if (!powerOfTwo || blockBytes < smallestBlock || blockBytes > largestBlock) throw damage("block size");
  if (size > largestDisk) throw damage("size of the medium");
  const logical = sectorSizeOf(items.get("logicalSector", sectorSizeLayout.size));
  const physical = sectorSizeOf(items.get("physicalSector", sectorSizeLayout.size));
  const diskId = items.get("diskId", 16);
  const locator = items.get("parentLocator", locatorLayout.size);
  const hasParent = (flags & 2) !== 0;
  if (logical === null) findings.push(damaged("no logical sector size"));
  else if (size % logical !== 0) findings.push(damaged("size of the medium"));
  if (physical === null) findings.push(damaged("no physical sector size"));
  if (!diskId) findings.push(damaged("no identifier"));
  if (hasParent && !locator) findings.push(damaged("no parent locator"));
  return {
    ...{ blockBytes, size, hasParent, findings, places: items.places },
    leaveAllocated: (flags & 1) !== 0,
    // Every reader that needs one takes the usual one.
    logicalSectorBytes: logical ?? 512,
    physicalSectorBytes: physical,
    diskId: diskId && mixedGuidText(diskId),
    parent: locator && parentLocatorOf(locator),
  };
}

function damage(problem: string): EvidenceError {
  return new EvidenceError("image/structure-damaged", { structure, problem });
}

function damaged(problem: string): Finding {
  return finding("image/structure-damaged", { structure, problem });
}

/** Null where it is none that the specification has. */
function sectorSizeOf(item: Uint8Array | null): number | null {
  const size = item && sectorSizeLayout.cursor().over(item).size;
  return size === 512 || size === 4096 ? size : null;
}

interface Items {
  readonly places: readonly { readonly at: number; readonly length: number }[];
  readonly findings: readonly Finding[];
  /** Null where it is not there or shorter than that. */
  get(name: keyof typeof itemGuids, length: number): Uint8Array | null;
}

function readItems(file: ByteSource, { offset, length: regionLength }: Region): Items {
  const table = readRange(file, offset, Math.min(tableBytes, regionLength));
  if (table.length < metadataTableLayout.size) throw damage("outside of the file");
  const { signature, count } = metadataTableLayout.cursor().over(table);
  if (signature !== "metadata") throw damage("signature");
  const findings: Finding[] = [];
  const known = new Map<string, Uint8Array>();
  const head = metadataTableLayout.size;
  const entries = Math.min(count, mostItems, Math.floor((table.length - head) / metadataItemLayout.size));
  const places = [{ at: offset, length: endOfTable(table, head + entries * metadataItemLayout.size) }];
  const cursor = metadataItemLayout.cursor();
  const names = new Set<string>(Object.values(itemGuids));
  for (let index = 0; index < entries; index++) {
    const item = cursor.over(table, head + index * metadataItemLayout.size);
    const guid = mixedGuidText(item.guid);
    const user = (item.flags & 1) !== 0;
    const ours = !user && names.has(guid);
    if (!user && !ours && (item.flags & 4) !== 0) {
      findings.push(finding("image/unsupported", { feature: `metadata item ${guid}` }));
    }
    if (item.length === 0) continue;
    if (item.offset < tableBytes || item.offset + item.length > regionLength || item.length > largestItem) {
      findings.push(damaged("item outside of the region"));
      continue;
    }
    places.push({ at: offset + item.offset, length: item.length });
    if (ours && known.has(guid)) findings.push(damaged("item given twice"));
    else if (ours) known.set(guid, readRange(file, offset + item.offset, item.length));
  }
  const get: Items["get"] = (name, length) => {
    const item = known.get(itemGuids[name]);
    return item && item.length >= length ? item : null;
  };
  return { places, findings, get };
}

/** Windows takes an entry out by moving those behind it: the last one then stands there again, behind the end. */
function endOfTable(table: Uint8Array, end: number): number {
  const { size } = metadataItemLayout;
  let after = end;
  while (
    after + size <= table.length &&
    table.subarray(after, after + size).every((byte, at) => byte === table[end - size + at])
  ) {
    after += size;
  }
  return after;
}

function parentLocatorOf(item: Uint8Array): ParentLocator {
  const { type, count } = locatorLayout.cursor().over(item);
  const entries = new Map<string, string>();
  const cursor = locatorEntryLayout.cursor();
  const most = Math.min(count, Math.floor((item.length - locatorLayout.size) / locatorEntryLayout.size));
  for (let index = 0; index < most; index++) {
    const entry = cursor.over(item, locatorLayout.size + index * locatorEntryLayout.size);
    const key = utf16Text(item, entry.keyOffset, entry.keyLength);
    if (!entries.has(key)) entries.set(key, utf16Text(item, entry.valueOffset, entry.valueLength));
  }
  return { type: mixedGuidText(type), entries };
}

function utf16Text(item: Uint8Array, at: number, length: number): string {
  const text = Buffer.from(item.subarray(at, at + (length & ~1)))
    .toString("utf16le")
    .toWellFormed();
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

/** Paths of the parent in the order in which they are tried (2.6.2.6.3). */
export function parentPaths({ entries }: ParentLocator): string[] {
  return ["relative_path", "volume_path", "absolute_win32_path"].flatMap((key) => entries.get(key) ?? []);
}

/** The states of the parent that the child may have been made from, as `mixedGuidText` writes them. */
export function parentLinkages({ entries }: ParentLocator): string[] {
  const texts = ["parent_linkage", "parent_linkage2"].flatMap((key) => entries.get(key) ?? []);
  return texts.map((text) => text.replace(/^\{|\}$/g, "").toLowerCase());
}

export function isVhdxParent({ type }: ParentLocator): boolean {
  return type === vhdxParentType;
}
