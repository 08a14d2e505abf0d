/** The pages of one b-tree that hold records, in order, each once. SQLite, "Database File Format" 1.6. */
import {
  type Cell,
  cellPointer,
  emptyCell,
  interiorIndex,
  interiorTable,
  type PageHead,
  pageHead,
  readCell,
  u32At,
} from "../../carving/databases/sqlite-cells.ts";
import type { Database } from "./database.ts";

export interface RecordPage {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly head: PageHead;
  readonly headAt: number;
}

/** Pages that were seen: damage can make trees share pages or run in circles. */
export class PageSet {
  readonly #bits: Uint8Array;

  constructor(pages: number) {
    this.#bits = new Uint8Array((pages >> 3) + 1);
  }

  has(page: number): boolean {
    return (this.#bits[page >> 3]! & (1 << (page & 7))) !== 0;
  }

  /** False where it was in already. */
  add(page: number): boolean {
    if (this.has(page)) return false;
    this.#bits[page >> 3]! |= 1 << (page & 7);
    return true;
  }
}

/** Leaf pages of a table; all pages of an index, whose inner pages hold records too. Unsound pages are counted. */
export function* recordPages(database: Database, root: number, seen: PageSet): Generator<RecordPage> {
  const stack = [root];
  while (stack.length > 0) {
    const number = stack.pop()!;
    if (number < 1 || number > database.pageCount || !seen.add(number)) {
      database.problems.pages++;
      continue;
    }
    const bytes = database.page(number);
    const headAt = database.headAt(number);
    const head = bytes && pageHead(bytes, headAt, database.usable);
    if (!bytes || !head) {
      database.problems.pages++;
      continue;
    }
    if (head.type === interiorTable || head.type === interiorIndex) pushChildren(database, bytes, head, stack);
    if (head.type !== interiorTable) yield { number, bytes, head, headAt };
  }
}

/** The last child first: the stack gives them back in order. */
function pushChildren(database: Database, bytes: Uint8Array, head: PageHead, stack: number[]): void {
  stack.push(head.rightChild);
  for (let index = head.cells - 1; index >= 0; index--) {
    const at = cellPointer(bytes, head, index, database.usable);
    if (at >= 0 && at + 4 <= database.usable) stack.push(u32At(bytes, at));
    else database.problems.cells++;
  }
}

/** The cells of a page in the order of their keys. The cell is reused. */
export function* cellsOf(database: Database, { bytes, head }: RecordPage): Generator<Cell> {
  const cell = emptyCell();
  for (let index = 0; index < head.cells; index++) {
    const at = cellPointer(bytes, head, index, database.usable);
    if (at >= 0 && readCell(bytes, head.type, at, database.usable, cell)) yield cell;
    else database.problems.cells++;
  }
}

/** Rows of a tree, by the numbers of cells in its pages; no record is read. */
export function countRows(database: Database, root: number, seen: PageSet): number {
  let rows = 0;
  for (const { head } of recordPages(database, root, seen)) rows += head.cells;
  return rows;
}
