/** Boot catalog and boot images of El Torito (1.0): what a machine starts from the disc. */
import { readRange } from "../../bytes/byte-source.ts";
import { bootEntry, bootSector, sectionHeader, sectorBytes, validationEntry } from "./layouts.ts";
import type { IsoVolume } from "./volume.ts";

const virtualSector = 512;
/** Entries that are read: real catalogs have a few. */
const mostEntries = 256;
const key = 0xaa55;
const headers = [0x90, 0x91];
const extension = 0x44;
const bootable = 0x88;
const diskMark = 0xaa55;

/** Emulated media by number (2.2): name and bytes; the size of a disk is in its partition table. */
const media: Readonly<Record<number, { readonly name: string; readonly bytes: number }>> = {
  0: { name: "no emulation", bytes: 0 },
  1: { name: "floppy 1.2 MB", bytes: 1_228_800 },
  2: { name: "floppy 1.44 MB", bytes: 1_474_560 },
  3: { name: "floppy 2.88 MB", bytes: 2_949_120 },
  4: { name: "hard disk", bytes: 0 },
};
const platforms: Readonly<Record<number, string>> = { 0: "x86", 1: "PowerPC", 2: "Mac", 0xef: "UEFI" };

export interface BootImage {
  readonly start: number;
  /** As the catalog states it, or the emulated medium has it. */
  readonly length: number;
  readonly media: string;
  readonly platform: string;
  readonly bootable: boolean;
  /** Whether it is a medium of its own: a floppy or a disk. */
  readonly emulated: boolean;
}

export interface BootCatalog {
  readonly start: number;
  readonly length: number;
  readonly maker: string;
  readonly images: readonly BootImage[];
  /** Whether the first entry has its key and its sum. */
  readonly valid: boolean;
}

/** Null where the session has none, or it lies outside of the volume. */
export function bootCatalogOf(volume: IsoVolume): BootCatalog | null {
  const start = volume.current.bootCatalog;
  if (start === null || start === 0 || start + sectorBytes > volume.source.size) return null;
  const bytes = readRange(volume.source, start, mostEntries * bootEntry.size);
  const head = validationEntry.cursor().over(bytes);
  const valid = head.header === 1 && head.key === key && isBalanced(bytes);
  if (!valid) return { start, length: sectorBytes, maker: "", images: [], valid };
  const images: BootImage[] = [];
  let platform = head.platform;
  let [at, left] = [bootEntry.size, 1];
  const header = sectionHeader.cursor();
  const entry = bootEntry.cursor();
  for (; at + bootEntry.size <= bytes.length; at += bootEntry.size) {
    const { indicator } = header.over(bytes, at);
    if (left === 0) {
      if (!headers.includes(indicator)) break;
      platform = header.platform;
      left = header.entries;
      continue;
    }
    if (indicator === extension) continue;
    left--;
    const { start: sector } = entry.over(bytes, at);
    if (sector > 0) images.push(imageOf(volume, entry, platform));
  }
  return {
    start,
    length: Math.max(sectorBytes, Math.ceil(at / sectorBytes) * sectorBytes),
    maker: head.maker,
    images,
    valid,
  };
}

/** 2.1: the words of the first entry add up to nothing. */
function isBalanced(bytes: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < validationEntry.size; i += 2) sum += bytes[i]! + bytes[i + 1]! * 256;
  return (sum & 0xffff) === 0;
}

function imageOf(
  volume: IsoVolume,
  entry: { readonly indicator: number; readonly media: number; readonly sectors: number; readonly start: number },
  platform: number,
): BootImage {
  const kind = entry.media & 0x0f;
  const start = entry.start * sectorBytes;
  const known = media[kind] ?? media[0]!;
  const inside = kind === 4 ? diskBytes(volume, start) : known.bytes > 0 ? known.bytes : fatBytes(volume, start);
  const stated = Math.max(1, entry.sectors) * virtualSector;
  const length = Math.max(0, Math.min(Math.max(stated, inside), volume.source.size - start));
  return {
    ...{ start, length, media: known.name, platform: platforms[platform] ?? `0x${platform.toString(16)}` },
    ...{ bootable: entry.indicator === bootable, emulated: kind >= 1 && kind <= 4 },
  };
}

/** Of a FAT volume, as those of UEFI are: what its boot sector says; 0 where it is none. */
function fatBytes(volume: IsoVolume, start: number): number {
  const sector = readRange(volume.source, start, bootSector.size);
  if (sector.length < bootSector.size) return 0;
  const { mark, sectorBytes: bytes, sectors16, sectors32 } = bootSector.cursor().over(sector);
  if (mark !== diskMark || bytes !== virtualSector || (sector[0] !== 0xeb && sector[0] !== 0xe9)) return 0;
  return (sectors16 || sectors32) * bytes;
}

/** Of a disk: up to the end of its first partition. */
function diskBytes(volume: IsoVolume, start: number): number {
  const sector = readRange(volume.source, start, bootSector.size);
  if (sector.length < bootSector.size) return 0;
  const { mark, partitionStart, partitionSectors } = bootSector.cursor().over(sector);
  return mark === diskMark ? (partitionStart + partitionSectors) * virtualSector : 0;
}
