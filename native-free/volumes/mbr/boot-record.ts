/** Boot records of a medium and of the extended chain, one by one. "Windows Internals", master boot record. */
import { bootEntry, bootRecord, bootSignature } from "../table-layouts.ts";

export interface BootEntry {
  /** 1 to 4. */
  readonly slot: number;
  /** Bit 7: bootable; other bits must be zero. */
  readonly flag: number;
  readonly type: number;
  /** Sectors. */
  readonly first: number;
  readonly count: number;
}

const record = bootRecord.cursor();
const entry = bootEntry.cursor();

/** The used entries of a boot record, whatever they hold; null where it has no signature. */
export function bootEntriesOf(sector: Uint8Array): BootEntry[] | null {
  const { entries, signature } = record.over(sector);
  if (signature !== bootSignature) return null;
  const used: BootEntry[] = [];
  for (let at = 0; at < entries.length; at += bootEntry.size) {
    const { flag, type, firstSector: first, sectorCount: count } = entry.over(entries, at);
    if (type !== 0 && count > 0) used.push({ slot: at / bootEntry.size + 1, flag, type, first, count });
  }
  return used;
}

/** Whether every entry, used or not, has a flag that is one: what boot code and text in their place have not. */
export function flagsHold(sector: Uint8Array): boolean {
  const { entries } = record.over(sector);
  for (let at = 0; at < entries.length; at += bootEntry.size) {
    const { flag } = entry.over(entries, at);
    if (flag !== 0 && flag !== 0x80) return false;
  }
  return true;
}

export function diskSignatureOf(sector: Uint8Array): number {
  return record.over(sector).diskSignature;
}

export const isExtended = (type: number): boolean => type === 0x05 || type === 0x0f || type === 0x85;
export const protectiveType = 0xee;
/** As types are written everywhere: `0x07`. */
export const typeText = (type: number): string => `0x${type.toString(16).padStart(2, "0")}`;
