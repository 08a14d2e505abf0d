/** One physical volume: its label, its areas, and the newest metadata of its group that it carries. */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { tableBytes } from "../layout.ts";
import type { TableArea } from "../volume-system.ts";
import * as layout from "./layouts.ts";
import { readGroup, type VolumeGroup } from "./volume-group.ts";

export interface PhysicalVolume {
  /** Without the dashes that the text writes. */
  readonly identity: string;
  /** The newest metadata; null where it carries none that can be read. */
  readonly group: VolumeGroup | null;
  readonly tables: readonly TableArea[];
  readonly findings: readonly Finding[];
}

/** Metadata of more bytes than this are none: groups of thousands of volumes have a few MiB. */
const mostTextBytes = 16 << 20;

const label = layout.labelHeader.cursor();
const header = layout.volumeHeader.cursor();
const area = layout.areaDescriptor.cursor();

/** CRC-32 as LVM2 computes it: another first value, and no complement at the end. */
function lvmCrc(bytes: Uint8Array): number {
  return (crc32(bytes, ~layout.crcSeed >>> 0) ^ 0xffff_ffff) >>> 0;
}

/** Null where none of the first sectors is a label. */
export function readPhysicalVolume(source: ByteSource): PhysicalVolume | null {
  const head = tableBytes(source, 0, layout.labelSectors * layout.sectorBytes);
  for (let sector = 0; sector < layout.labelSectors; sector++) {
    const bytes = head.subarray(sector * layout.sectorBytes, (sector + 1) * layout.sectorBytes);
    const { magic, type } = label.over(bytes);
    if (magic === "LABELONE" && type === "LVM2 001") return readLabel(source, bytes, sector);
  }
  return null;
}

function readLabel(source: ByteSource, bytes: Uint8Array, sector: number): PhysicalVolume {
  const findings: Finding[] = [];
  const at = sector * layout.sectorBytes;
  const say = (problem: string): void => {
    findings.push(finding("volume/lvm-label-damaged", { problem }, { offset: at, length: layout.sectorBytes }));
  };
  const { crc, headerAt, sector: own } = label.over(bytes);
  if (lvmCrc(bytes.subarray(layout.labelCrcFrom)) !== crc) say("checksum");
  if (own !== sector) say("place");
  const tables: TableArea[] = [{ start: at, length: layout.sectorBytes, what: "physical volume label" }];
  if (headerAt < layout.labelHeader.size || headerAt + layout.volumeHeader.size > bytes.length) {
    say("place of the header");
    return { identity: "", group: null, tables, findings };
  }
  const { identity } = header.over(bytes, headerAt);
  const lists = areasFrom(bytes, headerAt + layout.volumeHeader.size);
  let group: VolumeGroup | null = null;
  for (const { offset, size } of lists.metadata) {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(size) || offset >= source.size) {
      findings.push(metadataDamaged(offset, "place"));
      continue;
    }
    tables.push({ start: offset, length: size, what: "metadata area" });
    const read = readArea(source, offset, size, findings);
    if (read && group && read.sequence !== group.sequence) {
      findings.push(finding("volume/lvm-metadata-differ", { first: group.sequence, second: read.sequence }));
    }
    if (read && (!group || read.sequence > group.sequence)) group = read;
  }
  if (!group) findings.push(finding("volume/lvm-no-metadata", { areas: lists.metadata.length }));
  return { identity, group, tables, findings };
}

interface Area {
  readonly offset: number;
  readonly size: number;
}

/** The lists behind the header; both end with an area without offset and size, or with the sector. */
function areasFrom(bytes: Uint8Array, from: number): { data: Area[]; metadata: Area[] } {
  const lists: Area[][] = [[], []];
  let list = 0;
  for (let at = from; list < 2 && at + layout.areaDescriptor.size <= bytes.length; at += layout.areaDescriptor.size) {
    const { offset, size } = area.over(bytes, at);
    if (offset === 0 && size === 0) list += 1;
    else lists[list]!.push({ offset, size });
  }
  return { data: lists[0]!, metadata: lists[1]! };
}

const metadata = layout.metadataHeader.cursor();
const location = layout.metadataLocation.cursor();

const metadataDamaged = (at: number, problem: string): Finding =>
  finding("volume/lvm-metadata-damaged", { problem }, Number.isSafeInteger(at) ? { offset: at, length: null } : null);

/** The text that the first location in use points to. */
function readArea(source: ByteSource, at: number, size: number, findings: Finding[]): VolumeGroup | null {
  const head = tableBytes(source, at, layout.metadataHeader.size);
  const { crc, magic, locations } = metadata.over(head);
  if (Buffer.compare(magic, layout.metadataMagic) !== 0) {
    findings.push(metadataDamaged(at, "no signature"));
    return null;
  }
  if (lvmCrc(head.subarray(4)) !== crc) findings.push(metadataDamaged(at, "checksum of the header"));
  for (let from = 0; from + layout.metadataLocation.size <= locations.length; from += layout.metadataLocation.size) {
    const { offset, size: length, flags, crc: textCrc } = location.over(locations, from);
    if (offset === 0) return null;
    if ((flags & 1) !== 0) continue;
    const text = ringBytes(source, { at, size, offset, length });
    if (!text) {
      findings.push(metadataDamaged(at, "place of the text"));
      continue;
    }
    if (lvmCrc(text) !== textCrc) findings.push(metadataDamaged(at, "checksum of the text"));
    const group = readGroup(Buffer.from(text).toString("utf8").replace(/\0+$/, ""));
    if (group.brokenAt !== null) findings.push(metadataDamaged(at, "syntax"));
    if (group.name !== "") return group;
  }
  return null;
}

interface Ring {
  readonly at: number;
  readonly size: number;
  readonly offset: number;
  readonly length: number;
}

/** The text of an area, which goes on behind the header where the area ends. Null for what no area holds. */
function ringBytes(source: ByteSource, { at, size, offset, length }: Ring): Uint8Array | null {
  const first = layout.metadataHeader.size;
  if (length === 0 || length > mostTextBytes || length > size - first || offset < first || offset >= size) return null;
  const before = Math.min(length, size - offset);
  const text = new Uint8Array(length);
  text.set(tableBytes(source, at + offset, before));
  text.set(tableBytes(source, at + first, length - before), before);
  return text;
}
