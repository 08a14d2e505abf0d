/** Reads the partition maps of a logical volume (ECMA-167 3/10.7, OSTA 2.2.8 to 2.2.11). */
import { finding, type Finding } from "../../model/findings.ts";
import { allocationOf, piece, pieceNumbers } from "./allocation.ts";
import type { Descriptor, DescriptorSet, Structure } from "./descriptors.ts";
import { damagedAt } from "./descriptors.ts";
import * as layout from "./layouts.ts";
import { entityName } from "./names.ts";
import {
  MetadataPartition,
  PhysicalPartition,
  SparablePartition,
  UnknownPartition,
  VirtualPartition,
  type MetadataFiles,
  type PartitionMap,
} from "./partitions.ts";
import type { FileRecord } from "./record.ts";
import { recordIn } from "./record.ts";
import { tagProblem } from "./tag.ts";
import { findTables, type AllocationTable } from "./vat.ts";
import type { UdfVolume } from "./volume.ts";

const logical = layout.logical.cursor();
const partition = layout.partition.cursor();
const plain = layout.plainMap.cursor();
const typed = layout.typedMap.cursor();
const sparing = layout.sparingTable.cursor();
const location = layout.shortAd.cursor();

/** Entries of a sparing table that stand for no packet (OSTA 2.2.11). */
const firstUnusedPacket = 0xffff_fff0;
const mostMaps = 64;
const noBlock = 0xffff_ffff;

/** What reading the maps brings to light. */
export interface Maps {
  /** Virtual allocation tables, newest first; empty for none. */
  readonly tables: readonly AllocationTable[];
  readonly structures: readonly Structure[];
}

interface Typed {
  readonly index: number;
  readonly at: number;
  readonly name: string;
  readonly number: number;
}

/** Fills `volume.partitions`. Those that lie in others come after them, whatever their order. */
export function readMaps(volume: UdfVolume, set: DescriptorSet, found: Finding[]): Maps {
  const structures: Structure[] = [];
  const layered: Typed[] = [];
  const bytes = set.logical?.bytes ?? null;
  if (bytes === null) {
    for (const descriptor of set.partitions.values())
      volume.partitions.push(physical(descriptor, volume.partitions.length));
    return { tables: [], structures };
  }
  const end = Math.min(bytes.length, layout.logical.size + logical.over(bytes).mapBytes);
  for (let at = layout.logical.size; at + 2 <= end && volume.partitions.length < mostMaps;) {
    const length = bytes[at + 1]!;
    if (length < layout.plainMap.size || at + length > end) break;
    const index = volume.partitions.length;
    volume.partitions.push(readMap(volume, set, { bytes, at, length, index }, layered, structures, found));
    at += length;
  }
  let tables: readonly AllocationTable[] = [];
  for (const each of layered) {
    const base = baseOf(volume, each.number);
    if (base === null) continue;
    if (each.name === "*UDF Virtual Partition") {
      tables = virtual(volume, each, base, found);
    } else volume.partitions[each.index] = metadata(volume, bytes, each, base, found);
  }
  return { tables, structures };
}

function readMap(
  volume: UdfVolume,
  set: DescriptorSet,
  { bytes, at, length, index }: { bytes: Uint8Array; at: number; length: number; index: number },
  layered: Typed[],
  structures: Structure[],
  found: Finding[],
): PartitionMap {
  const type = bytes[at]!;
  if (type === 1) return plainOf(set, plain.over(bytes, at).number, index, found);
  if (type !== 2 || length < layout.typedMap.size) return unknown(index, `type ${type}`, found);
  const name = entityName(typed.over(bytes, at).identifier);
  const { number } = typed;
  if (name === "*UDF Sparable Partition") return sparable(volume, set, { bytes, at, index }, structures, found);
  if (name !== "*UDF Virtual Partition" && name !== "*UDF Metadata Partition") return unknown(index, "type 2", found);
  layered.push({ index, at, name, number });
  return new UnknownPartition(index);
}

function unknown(index: number, kind: string, found: Finding[]): PartitionMap {
  found.push(finding("udf/partition-unknown", { index, kind }));
  return new UnknownPartition(index);
}

function physical({ bytes }: Descriptor, index: number): PhysicalPartition {
  const { number, start, blocks } = partition.over(bytes);
  return new PhysicalPartition(number, index, start, blocks);
}

function plainOf(set: DescriptorSet, number: number, index: number, found: Finding[]): PartitionMap {
  const descriptor = set.partitions.get(number);
  if (descriptor) return physical(descriptor, index);
  found.push(finding("udf/partition-missing", { number }));
  // The only one that there is must be it.
  const [only] = set.partitions.values();
  return only && set.partitions.size === 1 ? physical(only, index) : new UnknownPartition(index);
}

/** The partition that lies in the volume and has a number. */
function baseOf(volume: UdfVolume, number: number): PhysicalPartition | SparablePartition | null {
  const inVolume = volume.partitions.filter(
    (each) => each instanceof PhysicalPartition || each instanceof SparablePartition,
  );
  return inVolume.find((each) => each.number === number) ?? inVolume[0] ?? null;
}

function virtual(
  volume: UdfVolume,
  { index, number }: Typed,
  base: PhysicalPartition | SparablePartition,
  found: Finding[],
): readonly AllocationTable[] {
  const tables = base instanceof PhysicalPartition ? findTables(volume, base) : [];
  if (tables.length === 0) found.push(finding("udf/virtual-table-missing"));
  volume.partitions[index] = new VirtualPartition(number, base.base, base.start, tables);
  return tables;
}

function sparable(
  { blocks }: UdfVolume,
  set: DescriptorSet,
  { bytes, at, index }: { bytes: Uint8Array; at: number; index: number },
  structures: Structure[],
  found: Finding[],
): PartitionMap {
  const { number, packetOrMain, tableBytesOrMirror: tableBytes } = typed.over(bytes, at);
  const below = plainOf(set, number, index, found);
  if (!(below instanceof PhysicalPartition)) return below;
  const packetBlocks = packetOrMain & 0xffff || 32;
  const count = Math.min(4, (packetOrMain >>> 16) & 0xff);
  let best: { sequence: number; spared: Map<number, number> } | null = null;
  let damaged = 0;
  for (let table = 0; table < count; table++) {
    const block = location.over(bytes, at + layout.sparingTablesAt + 4 * table).length;
    if (block >= blocks.count) continue;
    const size = Math.min(Math.max(1, Math.ceil(tableBytes / blocks.blockBytes)), 1024, blocks.count - block);
    structures.push({ block, count: size, what: "sparing table" });
    const read = readSparing(blocks.bytes(block * blocks.blockBytes, size * blocks.blockBytes), block);
    if (read === null) {
      damaged++;
      found.push(damagedAt(blocks, "sparing table", block, "tag"));
    } else if (best === null || read.sequence > best.sequence) best = read;
  }
  if (damaged > 0 && best !== null) {
    found.push(finding("filesystem/structure-replaced", { structure: "sparing table" }));
  }
  const spared = best?.spared ?? new Map<number, number>();
  return new SparablePartition({ number, index, start: below.start, count: below.count }, packetBlocks, spared);
}

function readSparing(bytes: Uint8Array, block: number): { sequence: number; spared: Map<number, number> } | null {
  // Writers leave the CRC out or make it over the entries alone.
  const problem = tagProblem(bytes, 0, block);
  if (problem === "checksum" || problem === "location") return null;
  const { identifier, count, sequence } = sparing.over(bytes);
  if (entityName(identifier) !== "*UDF Sparing Table") return null;
  const spared = new Map<number, number>();
  for (let entry = 0; entry < count; entry++) {
    const at = layout.sparingTable.size + entry * layout.shortAd.size;
    if (at + layout.shortAd.size > bytes.length) break;
    const { length: packet, block: place } = location.over(bytes, at);
    if (packet < firstUnusedPacket) spared.set(packet, place);
  }
  return { sequence, spared };
}

function metadata(
  volume: UdfVolume,
  bytes: Uint8Array,
  { at, number }: Typed,
  base: PhysicalPartition | SparablePartition,
  found: Finding[],
): PartitionMap {
  const { packetOrMain, tableBytesOrMirror, tableOrBitmap, flags } = typed.over(bytes, at);
  const record = (block: number): FileRecord | null => {
    const place = block === noBlock ? -1 : volume.placeOf(base.base, block, 0);
    return place < 0 ? null : recordIn(place, base.base, 0, volume.blocks.read(place));
  };
  const files: MetadataFiles = {
    main: record(packetOrMain),
    mirror: record(tableBytesOrMirror),
    bitmap: record(tableOrBitmap),
  };
  if (files.main === null) {
    const params = { structure: "metadata file" };
    if (files.mirror !== null) found.push(finding("filesystem/structure-replaced", params));
    else found.push(finding("filesystem/structure-damaged", { ...params, problem: "no file entry" }));
  } else if (files.mirror === null && tableBytesOrMirror !== noBlock) {
    found.push(
      finding("filesystem/structure-damaged", { structure: "mirror of the metadata file", problem: "no file entry" }),
    );
  }
  const isOwn = (flags & 1) !== 0 && files.main !== null;
  return new MetadataPartition(
    number,
    base.base,
    { main: extentsOf(volume, files.main ?? files.mirror), mirror: isOwn ? extentsOf(volume, files.mirror) : [] },
    files,
  );
}

/** First block in the file, place, count. */
function extentsOf(volume: UdfVolume, record: FileRecord | null): number[] {
  if (record === null) return [];
  const out: number[] = [];
  const { pieces } = allocationOf(volume, record);
  let at = 0;
  for (let i = 0; i < pieces.length; i += pieceNumbers) {
    const count = Math.ceil(pieces[i + 2]! / volume.blockBytes);
    out.push(at, pieces[i] === piece.recorded ? pieces[i + 1]! : -1, count);
    at += count;
  }
  return out;
}
