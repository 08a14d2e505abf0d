/** The header of an expanding image, and its format extension. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment } from "../image-format.ts";
import {
  bitmapEntry,
  CLOSED,
  DIRTY_BITMAP,
  dirtyBitmap,
  EXTENDED_MAGIC,
  EXTENSION_MAGIC,
  extensionHead,
  feature,
  FLAG_EMPTY,
  IN_USE,
  OLD_MAGIC,
  parallelsHeader,
  SECTOR,
  tableEntry,
} from "./layouts.ts";

export interface ParallelsHeader {
  readonly magic: string;
  /** Bytes of the medium. */
  readonly size: number;
  readonly clusterBytes: number;
  readonly entries: number;
  /** Bytes that one unit of a table entry stands for. */
  readonly unit: number;
  /** Where clusters begin. */
  readonly dataOffset: number;
  readonly empty: boolean;
  /** Null where the writer did not say. */
  readonly closed: boolean | null;
  readonly geometry: string;
  readonly features: readonly string[];
  /** Clusters of the format extension and of what it describes, as places in bytes. */
  readonly extra: readonly number[];
  readonly findings: readonly Finding[];
}

/** Beyond that no program goes; a mere bound for sums. */
const MOST_CLUSTER_SECTORS = 2 ** 24;
const HASH_WINDOW = 1 << 20;
/** A format extension is read into memory as far. */
const MOST_EXTENSION = 8 << 20;

export function hasParallelsMagic(head: Uint8Array): boolean {
  if (head.length < parallelsHeader.size) return false;
  const { magic } = parallelsHeader.cursor().over(head);
  return magic === OLD_MAGIC || magic === EXTENDED_MAGIC;
}

/** Throws EvidenceError: `image/not-recognised`, `image/unsupported`, `image/structure-damaged`, `structure/number-too-large`. */
export function readParallelsHeader(segment: ImageSegment): ParallelsHeader {
  const { source } = segment;
  const head = readRange(source, 0, parallelsHeader.size);
  if (!hasParallelsMagic(head)) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const raw = parallelsHeader.cursor().over(head);
  if (raw.version !== 2) throw new EvidenceError("image/unsupported", { feature: `version ${raw.version}` });
  const { magic, clusterSectors, entries } = raw;
  if (clusterSectors === 0 || clusterSectors > MOST_CLUSTER_SECTORS) {
    throw new EvidenceError("image/structure-damaged", { structure: "header", problem: "size of a cluster" });
  }
  const old = magic === OLD_MAGIC;
  const size = (old ? raw.sectors % 2 ** 32 : raw.sectors) * SECTOR;
  if (!Number.isSafeInteger(size)) throw new EvidenceError("structure/number-too-large");
  const clusterBytes = clusterSectors * SECTOR;
  const tableEnd = parallelsHeader.size + entries * tableEntry.size;
  const dataOffset = raw.dataOffset === 0 ? Math.ceil(tableEnd / SECTOR) * SECTOR : raw.dataOffset * SECTOR;
  const findings = disagreementsOf(raw, { old, tableEnd, dataOffset, size, clusterBytes }, segment);
  const extension = readExtension(source, raw.extensionOffset * SECTOR, clusterBytes, findings);
  return {
    magic,
    size,
    clusterBytes,
    entries,
    unit: old ? SECTOR : clusterBytes,
    dataOffset,
    empty: (raw.flags & FLAG_EMPTY) !== 0,
    closed: raw.inUse === CLOSED ? true : raw.inUse === IN_USE ? false : null,
    geometry: `${raw.cylinders}/${raw.heads}`,
    ...extension,
    findings,
  };
}

interface Places {
  readonly old: boolean;
  readonly tableEnd: number;
  readonly dataOffset: number;
  readonly size: number;
  readonly clusterBytes: number;
}

function disagreementsOf(
  raw: { readonly entries: number; readonly sectors: number; readonly inUse: number; readonly dataOffset: number },
  { old, tableEnd, dataOffset, size, clusterBytes }: Places,
  { name, source }: ImageSegment,
): Finding[] {
  const tell = (structure: string, problem: string) => finding("image/structure-damaged", { structure, problem });
  const aligned = raw.dataOffset !== 0 && dataOffset % clusterBytes === 0;
  const rows: readonly (readonly [boolean, () => Finding])[] = [
    [raw.entries * clusterBytes < size, () => tell("table of clusters", "too short for the medium")],
    [dataOffset < tableEnd, () => tell("table of clusters", "place")],
    [!old && !aligned, () => tell("header", "place of the data")],
    [old && raw.sectors >= 2 ** 32, () => tell("header", "size of the medium")],
    [![0, IN_USE, CLOSED].includes(raw.inUse), () => tell("header", "mark of use")],
    [raw.inUse === IN_USE, () => finding("image/not-closed")],
    [
      tableEnd > source.size,
      () => finding("image/truncated", { segment: name, bytes: source.size, expected: tableEnd }),
    ],
  ];
  return rows.filter(([wrong]) => wrong).map(([, found]) => found());
}

/** Section "Format Extension". What cannot be read becomes a finding. */
function readExtension(source: ByteSource, at: number, clusterBytes: number, findings: Finding[]) {
  const none = { features: [] as string[], extra: [] as number[] };
  if (at === 0) return none;
  const tell = (problem: string) => {
    findings.push(finding("image/structure-damaged", { structure: "format extension", problem }));
    return none;
  };
  const area = readRange(source, at, Math.min(clusterBytes, MOST_EXTENSION));
  if (area.length < extensionHead.size) return tell("place");
  const head = extensionHead.cursor().over(area);
  if (head.magicLow !== EXTENSION_MAGIC.low || head.magicHigh !== EXTENSION_MAGIC.high) return tell("signature");
  if (Buffer.compare(head.md5, md5Of(source, at + extensionHead.size, at + clusterBytes)) !== 0) tell("checksum");
  return readFeatures(area, at, tell);
}

function md5Of(source: ByteSource, start: number, end: number): Uint8Array {
  const hash = createHash("md5");
  for (let at = start; at < Math.min(end, source.size); at += HASH_WINDOW) {
    hash.update(readRange(source, at, Math.min(HASH_WINDOW, end - at)));
  }
  return hash.digest();
}

function readFeatures(area: Uint8Array, place: number, tell: (problem: string) => unknown) {
  const features: string[] = [];
  const extra = [place];
  const cursor = feature.cursor();
  for (let at = extensionHead.size; ;) {
    if (at + feature.size > area.length) {
      tell("length");
      break;
    }
    const { magicLow, magicHigh, length } = cursor.over(area, at);
    if (magicLow === 0 && magicHigh === 0) break;
    const data = area.subarray(at + feature.size, at + feature.size + length);
    const isBitmap = magicLow === DIRTY_BITMAP.low && magicHigh === DIRTY_BITMAP.high;
    features.push(isBitmap ? "dirty bitmap" : "unknown extension");
    if (isBitmap) extra.push(...bitmapClustersOf(data));
    at += feature.size + Math.ceil(length / 8) * 8;
  }
  return { features, extra };
}

function bitmapClustersOf(data: Uint8Array): number[] {
  if (data.length < dirtyBitmap.size) return [];
  const { entries } = dirtyBitmap.cursor().over(data);
  const held = Math.min(entries, Math.floor((data.length - dirtyBitmap.size) / bitmapEntry.size));
  const cursor = bitmapEntry.cursor();
  const places = Array.from(
    { length: held },
    (_, index) => cursor.over(data, dirtyBitmap.size + index * bitmapEntry.size).place,
  );
  return places.filter((place) => place > 1).map((place) => place * SECTOR);
}
