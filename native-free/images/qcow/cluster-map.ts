/**
 * Where the clusters of a medium lie: two levels of tables, read as they are asked for (QEMU, "Qcow2 Image File Format", sections
 * "Cluster mapping" and "Extended L2 Entries"; version 1: libyal, sections "Level 1 table" and on).
 */
import { extendedEntry, tableEntry } from "./layouts.ts";
import type { QcowHeader } from "./header.ts";
import type { TableWindows } from "../table-windows.ts";

/** An active L1 table, that of a snapshot, or the part of one that holds the state of a machine. */
export interface QcowTree {
  readonly l1Offset: number;
  readonly l1Entries: number;
  /** Bytes of the medium. */
  readonly size: number;
  /** Where the medium begins in what the tables map. */
  readonly base: number;
}

const TWO_32 = 0x1_0000_0000;
/** Bits 9 to 55 are a place (bits 32 to 55 of it in the upper half). */
const PLACE_HIGH = 0x00ffffff;
const PLACE_LOW = 0xfffffe00;
const RESERVED_HIGH = 0x3f000000;
const RESERVED_LOW = 0x1fe;
const COMPRESSED_2 = 0x40000000;
const COMPRESSED_1 = 0x80000000;

export type EntryKind = "none" | "zero" | "standard" | "packed" | "bad";

/** An L2 entry, one at a time. */
export class ClusterEntry {
  kind: EntryKind = "none";
  /** Of the cluster or of its packed form, in the file; of "zero" where one is reserved, else 0. */
  host = 0;
  /** Of the packed form. */
  length = 0;
  /** That nothing else refers to the cluster. */
  copied = false;
  /** Bits that must be zero and are not. */
  reserved = false;
  readonly #header: QcowHeader;

  constructor(header: QcowHeader) {
    this.#header = header;
  }

  decode(high: number, low: number): void {
    this.length = 0;
    if (this.#header.version === 1) this.#decode1(high, low);
    else if ((high & COMPRESSED_2) !== 0) this.#decodePacked2(high, low);
    else this.#decodeStandard2(high, low);
  }

  #decode1(high: number, low: number): void {
    this.copied = false;
    this.reserved = false;
    if ((high & COMPRESSED_1) === 0) {
      this.host = high * TWO_32 + low;
      this.kind = this.host === 0 ? "none" : "standard";
      return;
    }
    const shift = 31 - this.#header.clusterBits;
    this.kind = "packed";
    this.host = (high & (2 ** shift - 1)) * TWO_32 + low;
    this.length = (high & ~COMPRESSED_1) >>> shift;
    if (this.length === 0) this.kind = "bad";
  }

  #decodePacked2(high: number, low: number): void {
    const shift = 38 - this.#header.clusterBits;
    this.copied = high >>> 31 === 1;
    this.kind = this.#header.externalData ? "bad" : "packed";
    this.host = (high & (2 ** shift - 1)) * TWO_32 + low;
    // Further sectors than the one in which it begins.
    const sectors = (high & ~(COMPRESSED_1 | COMPRESSED_2)) >>> shift;
    this.length = (sectors + 1) * 512 - (low & 511);
    // A copied packed cluster cannot be: packed ones are shared by design.
    this.reserved = this.copied;
  }

  #decodeStandard2(high: number, low: number): void {
    const { version, extendedL2, externalData, clusterBytes } = this.#header;
    this.copied = high >>> 31 === 1;
    this.host = (high & PLACE_HIGH) * TWO_32 + ((low & PLACE_LOW) >>> 0);
    const zeroBit = (low & 1) !== 0;
    const zeroes = version >= 3 && !extendedL2;
    this.reserved = (high & RESERVED_HIGH) !== 0 || (low & RESERVED_LOW) !== 0 || (zeroBit && !zeroes);
    const aligned = this.host % clusterBytes === 0;
    if (zeroBit && zeroes) {
      this.kind = "zero";
      this.reserved ||= !aligned;
    } else if (!aligned || (this.host === 0 && this.copied && !externalData)) {
      this.kind = "bad";
    } else {
      this.kind = this.host !== 0 || this.copied ? "standard" : "none";
    }
  }
}

/** What `look` found. `unreadable` for entries that lead nowhere, `missing` for tables that the file does not hold. */
export type PieceKind = "stored" | "packed" | "below" | "sparse" | "unreadable" | "missing";

export class ClusterMap {
  kind: PieceKind = "missing";
  /** The piece, in what the tables map. */
  start = 0;
  end = 0;
  /** Of `start`, in the file; of a packed piece where that begins. */
  host = 0;
  length = 0;
  readonly #header: QcowHeader;
  readonly #tree: QcowTree;
  readonly #tables: TableWindows;
  readonly #entry: ClusterEntry;
  readonly #cursor = tableEntry.cursor();
  readonly #extended = extendedEntry.cursor();
  /** The last L1 entry that was looked up, and the L2 table that it names: 0 for none, −1 for missing, −2 for a bad one. */
  #l1Index = -1;
  #l2Offset = 0;

  constructor(header: QcowHeader, tree: QcowTree, tables: TableWindows) {
    this.#header = header;
    this.#tree = tree;
    this.#tables = tables;
    this.#entry = new ClusterEntry(header);
  }

  /** Finds the piece at `address`: a cluster, some subclusters, or all that an L1 entry stands for. */
  look(address: number): void {
    const { clusterBytes, l2Entries, l2EntryBytes } = this.#header;
    const span = clusterBytes * l2Entries;
    const l1Index = Math.floor(address / span);
    const l2 = this.#tableOf(l1Index);
    if (l2 <= 0) {
      this.kind = l2 === 0 ? "below" : l2 === -1 ? "missing" : "unreadable";
      this.start = l1Index * span;
      // Where the table ends it does so for all that follow.
      this.end = l2 === -1 ? Infinity : this.start + span;
      return;
    }
    const cluster = Math.floor((address - l1Index * span) / clusterBytes);
    this.start = l1Index * span + cluster * clusterBytes;
    this.end = this.start + clusterBytes;
    const index = this.#tables.find(l2 + cluster * l2EntryBytes, l2EntryBytes);
    if (index === -1) this.kind = "missing";
    else if (l2EntryBytes === 16) this.#lookExtended(index, address);
    else this.#lookPlain(index);
  }

  #tableOf(l1Index: number): number {
    if (l1Index === this.#l1Index) return this.#l2Offset;
    this.#l1Index = l1Index;
    this.#l2Offset = this.#readL1(l1Index);
    return this.#l2Offset;
  }

  #readL1(l1Index: number): number {
    if (l1Index >= this.#tree.l1Entries) return -1;
    const index = this.#tables.find(this.#tree.l1Offset + l1Index * 8, 8);
    if (index === -1) return -1;
    const { high, low } = this.#cursor.over(this.#tables.window, index);
    const offset = l2TableOf(this.#header, high, low);
    return offset === null ? -2 : offset;
  }

  #lookPlain(index: number): void {
    const { high, low } = this.#cursor.over(this.#tables.window, index);
    this.#entry.decode(high, low);
    this.#take();
  }

  #take(): void {
    const { kind, host, length } = this.#entry;
    this.host = host;
    this.length = length;
    if (kind === "standard") this.kind = this.#isInPlace() ? "stored" : "unreadable";
    else if (kind === "packed") this.kind = "packed";
    else this.kind = kind === "zero" ? "sparse" : kind === "none" ? "below" : "unreadable";
  }

  /** Clusters of an external data file lie where they do on the medium. */
  #isInPlace(): boolean {
    return !this.#header.externalData || this.#entry.host === this.start;
  }

  /** Subclusters from that of `address` on that are alike. */
  #lookExtended(index: number, address: number): void {
    const { high, low, zeros, stored } = this.#extended.over(this.#tables.window, index);
    this.#entry.decode(high, low);
    this.#take();
    if (this.kind === "packed" || (this.kind === "unreadable" && this.#entry.kind === "bad")) return;
    const bytes = this.#header.clusterBytes / 32;
    const from = Math.floor((address - this.start) / bytes);
    const state = stateOf(zeros, stored, from);
    let to = from + 1;
    while (to < 32 && stateOf(zeros, stored, to) === state) to++;
    const cluster = this.start;
    this.start = cluster + from * bytes;
    this.end = cluster + to * bytes;
    if (state === "stored") {
      // The place must be there.
      if (this.kind === "below") this.kind = "unreadable";
      else this.host += from * bytes;
    } else {
      this.kind = state;
    }
  }
}

function stateOf(zeros: number, stored: number, subcluster: number): "stored" | "sparse" | "below" | "unreadable" {
  const zero = ((zeros >>> subcluster) & 1) === 1;
  const there = ((stored >>> subcluster) & 1) === 1;
  if (zero) return there ? "unreadable" : "sparse";
  return there ? "stored" : "below";
}

/** The L2 table that an L1 entry names: 0 for none, null for a place where none can be. */
export function l2TableOf({ version, clusterBytes }: QcowHeader, high: number, low: number): number | null {
  if (version === 1) return high * TWO_32 + low;
  const offset = (high & PLACE_HIGH) * TWO_32 + ((low & PLACE_LOW) >>> 0);
  return offset % clusterBytes === 0 ? offset : null;
}

/** Whether bits of an L1 entry that must be zero are not. */
export function hasReservedBits({ version }: QcowHeader, high: number, low: number): boolean {
  return version !== 1 && ((high & 0x7f000000) !== 0 || (low & 0x1ff) !== 0);
}
