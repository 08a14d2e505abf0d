/** Walks all tables of a tree, each once. */
import type { TableWindows } from "../table-windows.ts";
import { ClusterEntry, hasReservedBits, l2TableOf, type QcowTree } from "./cluster-map.ts";
import type { QcowHeader } from "./header.ts";
import { tableEntry } from "./layouts.ts";

export interface TreeVisitor {
  /** An L2 table; `offset` is null where no table can be. */
  table(offset: number | null, copied: boolean, reserved: boolean): void;
  /** An entry of one, of the cluster at `address` of what the tables map; reused from call to call. */
  cluster(entry: ClusterEntry, address: number): void;
}

/** Entries that are looked at in all walks of one check. */
export const MOST_ENTRIES = 1e9;

export class TreeWalker {
  /** True once `MOST_ENTRIES` were seen: what follows was not. */
  exhausted = false;
  #left = MOST_ENTRIES;
  readonly #header: QcowHeader;
  readonly #tables: TableWindows;
  readonly #entry: ClusterEntry;
  readonly #cursor = tableEntry.cursor();
  /** A bit for each place where an L2 table can be, set for those of the tree in hand. */
  readonly #seen: Uint32Array;
  readonly #granule: number;

  /** `granule`: bytes between places where tables can be. */
  constructor(header: QcowHeader, tables: TableWindows, granule: number) {
    this.#header = header;
    this.#tables = tables;
    this.#granule = granule;
    this.#entry = new ClusterEntry(header);
    this.#seen = new Uint32Array(Math.ceil(tables.source.size / granule / 32));
  }

  walk(tree: QcowTree, visitor: TreeVisitor): void {
    this.#seen.fill(0);
    const { version, l2Entries, clusterBytes } = this.#header;
    const span = l2Entries * clusterBytes;
    for (let l1 = 0; l1 < tree.l1Entries && this.#take(); l1++) {
      const index = this.#tables.find(tree.l1Offset + l1 * 8, 8);
      if (index === -1) return;
      const { high, low } = this.#cursor.over(this.#tables.window, index);
      const offset = l2TableOf(this.#header, high, low);
      visitor.table(offset, version !== 1 && high >>> 31 === 1, hasReservedBits(this.#header, high, low));
      if (offset !== null && offset !== 0 && this.#isFirst(offset)) this.#walkTable(offset, l1 * span, visitor);
    }
  }

  #walkTable(offset: number, address: number, visitor: TreeVisitor): void {
    const { l2Entries, l2EntryBytes, clusterBytes } = this.#header;
    for (let i = 0; i < l2Entries && this.#take(); i++) {
      const index = this.#tables.find(offset + i * l2EntryBytes, l2EntryBytes);
      if (index === -1) return;
      const { high, low } = this.#cursor.over(this.#tables.window, index);
      // Most entries of most tables.
      if (high === 0 && low === 0) continue;
      this.#entry.decode(high, low);
      visitor.cluster(this.#entry, address + i * clusterBytes);
    }
  }

  #take(): boolean {
    this.exhausted ||= this.#left-- <= 0;
    return !this.exhausted;
  }

  #isFirst(offset: number): boolean {
    const bit = Math.floor(offset / this.#granule);
    const word = Math.floor(bit / 32);
    if (word >= this.#seen.length) return false;
    const mask = 1 << (bit % 32);
    if ((this.#seen[word]! & mask) !== 0) return false;
    this.#seen[word]! |= mask;
    return true;
  }
}
