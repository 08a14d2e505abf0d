/**
 * BSD disklabel of FreeBSD, NetBSD and OpenBSD (little-endian, 32-bit sectors), in a partition or at the begin of a medium. The
 * volume of letter a is called bsd1, that of b bsd2 and so on. Sectors count from the begin of the disk or of the partition,
 * whichever lets more of the volumes lie inside. The entry that describes the whole (c or d, unused) is none. Not read: DragonFly's
 * 64-bit label, big-endian labels. FreeBSD disklabel(5); libyal libvsbsdl.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { layOut, tableBytes, VolumeSlice } from "../layout.ts";
import { Slice } from "../slice.ts";
import type { Volume, VolumeSystem, VolumeSystemFormat } from "../volume-system.ts";
import { diskLabel, labelMagic, labelPartition, labelPlaces, mostPartitions } from "./layouts.ts";
import { bsdTypes } from "./types.ts";

export const bsdFormat: VolumeSystemFormat = {
  registration: {
    id: "bsd",
    family: "volume",
    name: "BSD disklabel",
    spec: "FreeBSD disklabel(5); libyal libvsbsdl",
    level: "complete",
  },
  open(source) {
    for (const at of labelPlaces) {
      const label = readLabel(source, at);
      if (label) return bsdSystem(source, label);
    }
    return null;
  },
};

interface Entry {
  /** From 1: letter a. */
  readonly number: number;
  readonly first: number;
  readonly count: number;
  readonly type: number;
}

interface Label {
  readonly at: number;
  readonly bytes: number;
  readonly sectorBytes: number;
  readonly entries: readonly Entry[];
  readonly intact: boolean;
  readonly model: string;
  readonly pack: string;
  readonly geometry: string;
}

const cursor = diskLabel.cursor();
const partition = labelPartition.cursor();
const sectorSizes = new Set([512, 1024, 2048, 4096]);

/** Null where no label stands at `at`: both marks must be there, and sectors and entries that are possible. */
function readLabel(source: ByteSource, at: number): Label | null {
  const window = tableBytes(source, at, diskLabel.size + mostPartitions * labelPartition.size);
  const { magic, magicAgain, sectorBytes, partitionCount, typeName, packName } = cursor.over(window);
  if (magic !== labelMagic || magicAgain !== labelMagic || partitionCount > mostPartitions) return null;
  if (!sectorSizes.has(sectorBytes)) return null;
  const bytes = diskLabel.size + partitionCount * labelPartition.size;
  const { cylinders, tracksPerCylinder, sectorsPerTrack } = cursor;
  const entries: Entry[] = [];
  for (let index = 0; index < partitionCount; index++) {
    const { first, count, type } = partition.over(window, diskLabel.size + index * labelPartition.size);
    if (count > 0) entries.push({ number: index + 1, first, count, type });
  }
  return {
    at,
    bytes,
    sectorBytes,
    entries,
    intact: wordsTogether(window.subarray(0, bytes)) === 0,
    model: typeName,
    pack: packName,
    geometry: `${cylinders}/${tracksPerCylinder}/${sectorsPerTrack}`,
  };
}

function wordsTogether(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum ^= bytes[at]! | (bytes[at + 1]! << 8);
  return sum;
}

function bsdSystem(source: ByteSource, label: Label): VolumeSystem {
  const { at, bytes, sectorBytes, entries, intact } = label;
  const findings: Finding[] = [];
  if (!intact) findings.push(finding("volume/label-damaged", { structure: "disklabel", problem: "checksum" }));
  const base = baseOf(source, label);
  if (base > 0) findings.push(finding("volume/label-base", { sectors: base }));
  const raw = entries.find((entry) => isWhole(entry));
  const volumes = entries.flatMap((entry): Volume[] => {
    if (entry === raw) return [];
    const name = `bsd${entry.number}`;
    const start = (entry.first - base) * sectorBytes;
    const length = entry.count * sectorBytes;
    // Behind the end of a medium that is cut off a volume is missing; behind that of a partition it is another's.
    if (start < 0 || (start >= source.size && source instanceof Slice)) {
      findings.push(finding("volume/label-elsewhere", { entry: name }));
      return [];
    }
    return [bsdVolume(source, { name, start, length, type: entry.type })];
  });
  const tables = [{ start: at, length: bytes, what: "disklabel" }];
  const { model, pack, geometry } = label;
  const facts = factsOf({ model, label: pack, geometry, "block-bytes": sectorBytes });
  return { format: "bsd", sectorBytes, facts, ...layOut({ source, volumes, tables, findings }) };
}

/** c of most systems, d of NetBSD on PCs. */
const wholeNumbers = new Set([3, 4]);

function isWhole({ number, type }: Entry): boolean {
  return wholeNumbers.has(number) && type === 0;
}

/** Sectors that lie before the source: 0, where the whole begins by its own entry, or where the source does in its medium. */
function baseOf(source: ByteSource, { entries, sectorBytes }: Label): number {
  const whole = entries.filter(isWhole).map(({ first }) => first);
  const own = source instanceof Slice ? [source.start / sectorBytes].filter(Number.isInteger) : [];
  const inside = (base: number): number =>
    entries.filter((each) => each.first >= base && (each.first + each.count - base) * sectorBytes <= source.size)
      .length;
  let best = 0;
  for (const base of [...whole, ...own]) if (inside(base) > inside(best)) best = base;
  return best;
}

interface Place {
  readonly name: string;
  readonly start: number;
  readonly length: number;
  readonly type: number;
}

function bsdVolume(source: ByteSource, { name, start, length, type }: Place): Volume {
  return {
    name,
    start,
    length,
    type: String(type),
    typeName: bsdTypes[type] ?? null,
    label: null,
    uuid: null,
    flags: [],
    source: new VolumeSlice("bsd", source, start, length),
  };
}
