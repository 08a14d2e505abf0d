/**
 * Chains of sectors (MS-CFB 2.3 to 2.5): a table of "next" numbers, read in pages, and the stretches of bytes that a chain
 * stands for. A chain ends where it leaves the file, meets itself or reaches the bytes that are wanted.
 */
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import type { Extent } from "./extent-source.ts";
import { chainEnd, firstReserved, noEntry } from "./layouts.ts";

const mostPages = 2048;

/** Gives the number that follows a sector; what the table does not cover is `noEntry`. */
export class NextTable {
  readonly #source: ByteSource;
  /** Where each page of the table lies in the source, in bytes; -1 where it cannot be read. */
  readonly #pages: readonly number[];
  readonly #pageBytes: number;
  readonly #perPage: number;
  readonly #loaded = new Map<number, DataView>();

  constructor(source: ByteSource, pages: readonly number[], pageBytes: number) {
    this.#source = source;
    this.#pages = pages;
    this.#pageBytes = pageBytes;
    this.#perPage = pageBytes / 4;
  }

  next(sector: number): number {
    const page = Math.floor(sector / this.#perPage);
    const view = this.#loaded.get(page) ?? this.#load(page);
    const at = 4 * (sector % this.#perPage);
    return view !== null && at + 4 <= view.byteLength ? view.getUint32(at, true) : noEntry;
  }

  #load(page: number): DataView | null {
    const at = this.#pages[page] ?? -1;
    if (at < 0) return null;
    const bytes = readRange(this.#source, at, this.#pageBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.#loaded.size >= mostPages) this.#loaded.clear();
    this.#loaded.set(page, view);
    return view;
  }
}

/** How a chain ended before its time; null where nothing is wrong. */
export type ChainProblem = "loop" | "outside" | "short" | null;

export interface Chain {
  readonly extents: readonly Extent[];
  readonly bytes: number;
  readonly problem: ChainProblem;
}

export interface ChainSpace {
  readonly table: NextTable;
  readonly sectorBytes: number;
  /** Of the first sector in the source, in bytes. */
  readonly base: number;
  /** Number of sectors that the source holds, the last one perhaps in part. */
  readonly count: number;
  /** Size of what holds the sectors, in bytes. */
  readonly size: number;
}

/** Follows the chain until it ends or `wanted` bytes (null: all) are gathered. */
export function followChain(space: ChainSpace, first: number, wanted: number | null): Chain {
  const { table, sectorBytes, base, count, size } = space;
  const extents: { at: number; length: number }[] = [];
  const seen = new Set<number>();
  let [bytes, sector] = [0, first];
  let problem: ChainProblem = null;
  while (wanted === null || bytes < wanted) {
    if (sector === chainEnd) break;
    if (sector >= firstReserved || sector >= count) {
      problem = bytes === 0 && wanted === null && sector === noEntry ? null : "outside";
      break;
    }
    if (seen.has(sector)) {
      problem = "loop";
      break;
    }
    seen.add(sector);
    const at = base + sector * sectorBytes;
    const length = Math.min(sectorBytes, size - at);
    const last = extents.at(-1);
    if (last && last.at + last.length === at) last.length += length;
    else extents.push({ at, length });
    bytes += length;
    sector = table.next(sector);
  }
  if (problem === null && wanted !== null && bytes < wanted) problem = "short";
  return { extents, bytes, problem };
}
