/** Directory and chains of a compound file, followed and compared (MS-CFB 2.3 to 2.6). */
import type { CarveWindow } from "../../carve-window.ts";
import { entry, header, sector } from "./layouts.ts";
import { type Fat, sectorAt } from "./tables.ts";

const rootType = 5;
const streamType = 2;
const storageType = 1;
const miniCutoff = 4096;
const miniBytes = 64;
const mostEntries = 1 << 18;

/** What the first bytes of well-known streams are (MS-OLEPS 2.21, MS-DOC 2.5.1, MS-XLS 2.4.21), by name. */
const beginnings: readonly (readonly [RegExp, number])[] = [
  [/^\u0005(Document)?SummaryInformation$/, 0xfffe],
  [/^WordDocument$/, 0xa5ec],
  [/^(Workbook|Book)$/, 0x0809],
];

export interface Checked {
  /** Whether the directory's first sector holds a root entry. */
  readonly hasRoot: boolean;
  /** Place of the first thing that contradicts, in the source; null where nothing does. */
  readonly damagedAt: number | null;
}

export function checkStreams(window: CarveWindow, fat: Fat): Checked {
  return new Check(window, fat).run();
}

class Check {
  readonly #window: CarveWindow;
  readonly #fat: Fat;
  readonly #taken: Uint8Array;
  #damagedAt: number | null = null;
  #mini: Uint32Array = new Uint32Array(0);
  #miniTaken: Uint8Array = new Uint8Array(0);
  /** Sectors of the stream that holds the short streams. */
  #miniSectors: readonly number[] = [];

  constructor(window: CarveWindow, fat: Fat) {
    this.#window = window;
    this.#fat = fat;
    this.#taken = new Uint8Array(fat.next.length);
  }

  run(): Checked {
    const { start } = this.#fat;
    const directory = this.#chain(this.#window.u32(start + header.offsets.firstDirectory), null);
    const rootAt = directory.length === 0 ? -1 : sectorAt(this.#fat, directory[0]!);
    if (rootAt < 0 || !this.#isRoot(rootAt)) return { hasRoot: false, damagedAt: null };
    this.#readMini(rootAt);
    const perSector = this.#fat.sectorBytes / entry.size;
    const entries = Math.min(mostEntries, directory.length * perSector);
    for (let i = 1; i < entries; i++) {
      const at = sectorAt(this.#fat, directory[Math.floor(i / perSector)]!) + (i % perSector) * entry.size;
      this.#checkEntry(at, entries);
    }
    return { hasRoot: true, damagedAt: this.#damagedAt };
  }

  #isRoot(at: number): boolean {
    const { offsets } = entry;
    const nameLength = this.#window.u16(at + offsets.nameLength);
    return this.#window.has(at, entry.size) && this.#window.u8(at + offsets.type) === rootType && nameLength <= 64;
  }

  #damage(at: number): void {
    this.#damagedAt ??= at;
  }

  /** Sectors of the chain, which must be new to all chains and, where `bytes` is known, as many as those take. */
  #chain(first: number, bytes: number | null): number[] {
    const { next, sectorBytes } = this.#fat;
    const sectors: number[] = [];
    let index = first;
    while (index < next.length && this.#taken[index] === 0) {
      this.#taken[index] = 1;
      sectors.push(index);
      index = next[index]!;
    }
    if (index !== sector.chainEnd && !(sectors.length === 0 && index === sector.free))
      this.#damage(sectorAt(this.#fat, first));
    if (bytes !== null && sectors.length * sectorBytes < bytes) this.#damage(sectorAt(this.#fat, first));
    return sectors;
  }

  /** The short streams' table and the root's stream, which holds them. */
  #readMini(rootAt: number): void {
    const { start, sectorBytes } = this.#fat;
    const table = this.#chain(this.#window.u32(start + header.offsets.firstMiniFat), null);
    const perSector = sectorBytes / 4;
    this.#mini = new Uint32Array(table.length * perSector);
    for (const [i, index] of table.entries()) {
      const at = sectorAt(this.#fat, index);
      for (let j = 0; j < perSector; j++) this.#mini[i * perSector + j] = this.#window.u32(at + 4 * j);
    }
    this.#miniTaken = new Uint8Array(this.#mini.length);
    const size = this.#window.u32(rootAt + entry.offsets.size);
    if (size > 0) this.#miniSectors = this.#chain(this.#window.u32(rootAt + entry.offsets.start), size);
  }

  #checkEntry(at: number, entries: number): void {
    const window = this.#window;
    const { offsets } = entry;
    const type = window.u8(at + offsets.type);
    if (type === 0) return;
    const nameLength = window.u16(at + offsets.nameLength);
    const links = [window.u32(at + offsets.left), window.u32(at + offsets.right), window.u32(at + offsets.child)];
    const isSound = links.every((link) => link < entries || link === sector.free) && nameLength <= 64;
    if (!isSound || (type !== streamType && type !== storageType)) this.#damage(at);
    if (type !== streamType || !isSound) return;
    const size = window.u32(at + offsets.size);
    const first = window.u32(at + offsets.start);
    if (size === 0) return;
    const dataAt = size < miniCutoff ? this.#miniChain(first, size) : this.#streamChain(first, size);
    const name = Buffer.from(window.bytes(at, Math.max(0, nameLength - 2))).toString("utf16le");
    for (const [pattern, mark] of beginnings) {
      if (dataAt !== null && pattern.test(name) && window.u16(dataAt) !== mark) this.#damage(dataAt);
    }
  }

  #streamChain(first: number, size: number): number | null {
    const sectors = this.#chain(first, size);
    return sectors.length > 0 ? sectorAt(this.#fat, sectors[0]!) : null;
  }

  #miniChain(first: number, size: number): number | null {
    let index = first;
    let count = 0;
    for (; index < this.#mini.length && this.#miniTaken[index] === 0; count++) {
      this.#miniTaken[index] = 1;
      index = this.#mini[index]!;
    }
    const at = this.#miniAt(first);
    if (index !== sector.chainEnd || count * miniBytes < size || at === null) this.#damage(at ?? this.#fat.start);
    return at;
  }

  #miniAt(index: number): number | null {
    const place = index * miniBytes;
    const holder = this.#miniSectors[Math.floor(place / this.#fat.sectorBytes)];
    return holder === undefined ? null : sectorAt(this.#fat, holder) + (place % this.#fat.sectorBytes);
  }
}
