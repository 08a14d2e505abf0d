/** Pages and cells of SQLite's b-trees. SQLite, "Database File Format" 1.6 and 2.1. */

export const interiorIndex = 2;
export const interiorTable = 5;
export const leafIndex = 10;
export const leafTable = 13;

const pageHeadBytes = 8;
const interiorHeadBytes = 12;

/** A varint and how long it is; in one place for all, since cells have very many. */
export class Varint {
  value = 0;
  length = 0;

  /** False where it does not end before `to`. Values above 2^53 are rounded. */
  read(bytes: Uint8Array, at: number, to: number): boolean {
    let value = 0;
    for (let i = 0; i < 9 && at + i < to; i++) {
      const byte = bytes[at + i]!;
      value = i === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f);
      if (byte < 0x80 || i === 8) {
        this.value = value;
        this.length = i + 1;
        return true;
      }
    }
    return false;
  }
}

/** Bytes of a value of a serial type; -1 for the two that do not exist. */
export function bytesOfType(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, -1, -1][type] ?? -1;
}

/** How much of a payload is in the cell itself. */
export function localPayload(type: number, payload: number, usable: number): number {
  const most = type === leafTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (payload <= most) return payload;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const kept = least + ((payload - least) % (usable - 4));
  return kept <= most ? kept : least;
}

export interface PageHead {
  readonly type: number;
  readonly cells: number;
  /** Where the pointers to the cells begin. */
  readonly pointersAt: number;
  readonly contentAt: number;
  /** The last child of an interior page; 0 else. */
  readonly rightChild: number;
}

const u16At = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
export const u32At = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

/** The header of a b-tree page at `at` (100 on the first page); null where its numbers do not fit in a page of `usable` bytes. */
export function pageHead(bytes: Uint8Array, at: number, usable: number): PageHead | null {
  const type = bytes[at]!;
  const isLeaf = type === leafIndex || type === leafTable;
  if (!isLeaf && type !== interiorIndex && type !== interiorTable) return null;
  const cells = u16At(bytes, at + 3);
  const contentAt = u16At(bytes, at + 5) || 65_536;
  const pointersAt = at + (isLeaf ? pageHeadBytes : interiorHeadBytes);
  const free = u16At(bytes, at + 1);
  if (pointersAt + 2 * cells > contentAt || contentAt > usable || bytes[at + 7]! > 60) return null;
  if (free !== 0 && (free < contentAt || free + 4 > usable)) return null;
  return { type, cells, pointersAt, contentAt, rightChild: isLeaf ? 0 : u32At(bytes, at + 8) };
}

export interface Cell {
  /** Offset in the page, and behind its last byte there. */
  at: number;
  end: number;
  leftChild: number;
  /** Row id of a table's cell; 0 else. */
  rowid: number;
  /** Bytes of the record, 0 where the cell has none; where the local part of it begins and how long that is. */
  payload: number;
  recordAt: number;
  local: number;
  /** First page of the rest; 0 where there is none. */
  overflow: number;
}

const varint = new Varint();

export const emptyCell = (): Cell => ({
  at: 0,
  end: 0,
  leftChild: 0,
  rowid: 0,
  payload: 0,
  recordAt: 0,
  local: 0,
  overflow: 0,
});

/** Reads the cell at `at` into `cell`; false where it does not lie before `usable`. */
export function readCell(bytes: Uint8Array, type: number, at: number, usable: number, cell: Cell): boolean {
  let place = at;
  cell.at = at;
  cell.leftChild = cell.rowid = cell.payload = cell.overflow = cell.local = cell.recordAt = 0;
  if (type === interiorTable || type === interiorIndex) {
    if (place + 4 > usable) return false;
    cell.leftChild = u32At(bytes, place);
    place += 4;
  }
  if (type !== interiorTable) {
    if (!varint.read(bytes, place, usable)) return false;
    cell.payload = varint.value;
    place += varint.length;
  }
  if (type === interiorTable || type === leafTable) {
    if (!varint.read(bytes, place, usable)) return false;
    cell.rowid = varint.value;
    place += varint.length;
  }
  if (type !== interiorTable) {
    cell.recordAt = place;
    cell.local = localPayload(type, cell.payload, usable);
    place += cell.local;
    if (cell.local < cell.payload) {
      if (place + 4 > usable) return false;
      cell.overflow = u32At(bytes, place);
      place += 4;
    }
  }
  cell.end = Math.max(place, at + 4);
  return cell.end <= usable || place <= usable;
}

/** Offset of the cell that pointer `index` names; -1 where it is none. */
export function cellPointer(bytes: Uint8Array, head: PageHead, index: number, usable: number): number {
  const at = u16At(bytes, head.pointersAt + 2 * index);
  return at >= head.contentAt && at < usable ? at : -1;
}

/**
 * The serial types of the record at `at` into `types`; bytes of the whole record, -1 where its header does not fit before `to` or has
 * types that do not exist.
 */
export function readTypes(bytes: Uint8Array, at: number, to: number, types: number[]): number {
  types.length = 0;
  if (!varint.read(bytes, at, to)) return -1;
  const headEnd = at + varint.value;
  let length = varint.value;
  let place = at + varint.length;
  if (headEnd > to || headEnd < place) return -1;
  while (place < headEnd) {
    if (!varint.read(bytes, place, headEnd)) return -1;
    const size = bytesOfType(varint.value);
    if (size < 0) return -1;
    types.push(varint.value);
    length += size;
    place += varint.length;
  }
  return length;
}
