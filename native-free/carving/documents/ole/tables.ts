/** The allocation table of a compound file, put together from its sectors (MS-CFB 2.3 and 2.5). */
import type { CarveWindow } from "../../carve-window.ts";
import { header, headerDifats, sector } from "./layouts.ts";

/** Of the longest file that is carved. */
const mostFatSectors = 1 << 15;

export interface Fat {
  readonly start: number;
  readonly sectorBytes: number;
  /** Next sector of each, in the words of MS-CFB 2.1. */
  readonly next: Uint32Array;
  /** Sectors of the table that could be read; fewer than the header says where the file is cut or damaged. */
  readonly isWhole: boolean;
}

export const sectorAt = (fat: { start: number; sectorBytes: number }, index: number): number =>
  fat.start + (index + 1) * fat.sectorBytes;

/** The table, each sector of it marked as one in itself; null where not even the first is. */
export function readFat(window: CarveWindow, start: number): Fat | null {
  const sectorBytes = 1 << window.u16(start + header.offsets.sectorShift);
  const count = window.u32(start + header.offsets.fatSectors);
  if (count === 0 || count > mostFatSectors) return null;
  const file = { start, sectorBytes };
  const { sectors, difats, isWhole } = listSectors(window, file, count);
  const perSector = sectorBytes / 4;
  let read = 0;
  const next = new Uint32Array(sectors.length * perSector);
  for (; read < sectors.length; read++) {
    const at = sectorAt(file, sectors[read]!);
    if (!window.has(at, sectorBytes)) break;
    for (let i = 0; i < perSector; i++) next[read * perSector + i] = window.u32(at + 4 * i);
  }
  const known = read * perSector;
  for (let i = 0; i < read; i++) if (sectors[i]! < known && next[sectors[i]!] !== sector.fat) return null;
  const marked = difats.every((index) => index >= known || next[index] === sector.difat);
  return read === 0 ? null : { ...file, next: next.subarray(0, known), isWhole: isWhole && marked && read === count };
}

interface Listed {
  readonly sectors: readonly number[];
  readonly difats: readonly number[];
  readonly isWhole: boolean;
}

/** Sectors of the table: 109 in the header, the others in a chain of their own. */
function listSectors(window: CarveWindow, file: { start: number; sectorBytes: number }, count: number): Listed {
  const sectors: number[] = [];
  const difats: number[] = [];
  for (let i = 0; i < Math.min(count, headerDifats); i++) {
    sectors.push(window.u32(file.start + header.offsets.difat + 4 * i));
  }
  const perSector = file.sectorBytes / 4 - 1;
  let next = window.u32(file.start + header.offsets.firstDifat);
  while (sectors.length < count) {
    const at = sectorAt(file, next);
    if (next >= sector.difat || !window.has(at, file.sectorBytes) || difats.length > mostFatSectors) break;
    difats.push(next);
    for (let i = 0; i < perSector && sectors.length < count; i++) sectors.push(window.u32(at + 4 * i));
    next = window.u32(at + 4 * perSector);
  }
  return { sectors, difats, isWhole: sectors.length === count };
}
