/** Pages of the two B-trees (MS-PST 2.2.2.7): read one at a time through a small cache, so that memory stays as it is. */
import { crc32 } from "node:zlib";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import type { Damage } from "./damage.ts";
import { type Geometry, pageKind } from "./layouts.ts";

export interface Page {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly level: number;
  /** Entries in use, and entries that there is room for. */
  readonly count: number;
  readonly room: number;
  readonly entryBytes: number;
}

export type Tree = keyof typeof pageKind;

const cachedPages = 64;
/** More levels than a tree over 2^64 blocks has. */
const levelLimit = 16;

/** MS-PST 5.3: CRC-32 without its first and last inversion. */
export const weakCrc = (bytes: Uint8Array): number => (crc32(bytes, 0xffff_ffff) ^ 0xffff_ffff) >>> 0;

export class PageReader {
  readonly #source: ByteSource;
  readonly #geometry: Geometry;
  readonly #damage: Damage;
  readonly #cache = new Map<number, Page | null>();

  constructor(source: ByteSource, geometry: Geometry, damage: Damage) {
    this.#source = source;
    this.#geometry = geometry;
    this.#damage = damage;
  }

  /** Null where none of the tree stands there. A wrong checksum is noted. */
  read(at: number, tree: Tree): Page | null {
    let page = this.#cache.get(at);
    if (page === undefined) {
      if (this.#cache.size >= cachedPages) this.#cache.delete(this.#cache.keys().next().value!);
      page = this.#load(at, tree);
    } else this.#cache.delete(at);
    this.#cache.set(at, page);
    return page;
  }

  #load(at: number, tree: Tree): Page | null {
    const bytes = readRange(this.#source, at, this.#geometry.pageBytes);
    const page = parsePage(bytes, at, tree, this.#geometry);
    if (page === null) this.#damage.lost(`page ${at}`);
    else if (!isPageIntact(bytes, this.#geometry)) this.#damage.badPage(at);
    return page;
  }

  /** Offset of the leaf entry of a key; null where there is none. Block ids are compared without their lowest bit. */
  find(root: number, tree: Tree, key: number): { readonly page: Page; readonly at: number } | null {
    const even = tree === "blocks";
    const wanted = even ? key - (key % 2) : key;
    const branch = this.#geometry.branch();
    const id = tree === "nodes" ? this.#geometry.nodeEntry() : this.#geometry.blockEntry();
    const keyAt = (page: Page, at: number): number => {
      const entry = id.over(page.bytes, at);
      return "node" in entry ? entry.node : entry.id - (entry.id % 2);
    };
    let page = this.read(root, tree);
    while (page !== null) {
      if (page.level === 0) {
        for (let index = 0; index < page.count; index++) {
          if (keyAt(page, index * page.entryBytes) === wanted) return { page, at: index * page.entryBytes };
        }
        return null;
      }
      let next = -1;
      for (let index = 0; index < page.count; index++) {
        const { key: from, to } = branch.over(page.bytes, index * page.entryBytes);
        if ((even ? from - (from % 2) : from) > wanted) break;
        next = to;
      }
      page = next < 0 ? null : this.#below(page, next, tree);
    }
    return null;
  }

  /** Leaf pages in the order of their keys. `onPage` is told of every page on the way. */
  *leaves(root: number, tree: Tree, onPage: (at: number) => void): Generator<Page> {
    const branch = this.#geometry.branch();
    const top = this.read(root, tree);
    const stack: { readonly page: Page; index: number }[] = top === null ? [] : [{ page: top, index: 0 }];
    if (top !== null) onPage(top.at);
    let left = this.#source.size / this.#geometry.pageBytes;
    for (let here = stack.at(-1); here !== undefined && left > 0; here = stack.at(-1)) {
      const { page, index } = here;
      if (page.level === 0 || index >= page.count) {
        if (page.level === 0) yield page;
        stack.pop();
        continue;
      }
      here.index += 1;
      const next = this.#below(page, branch.over(page.bytes, index * page.entryBytes).to, tree);
      left -= 1;
      if (next === null) continue;
      onPage(next.at);
      stack.push({ page: next, index: 0 });
    }
  }

  /** A page whose level does not fit would lead in circles. */
  #below(page: Page, at: number, tree: Tree): Page | null {
    const next = this.read(at, tree);
    if (next === null || next.level === page.level - 1) return next;
    this.#damage.lost(`page ${at}`);
    return null;
  }
}

/** Null where the bytes are no page of the tree. */
export function parsePage(bytes: Uint8Array, at: number, tree: Tree, geometry: Geometry): Page | null {
  if (bytes.length < geometry.pageBytes) return null;
  const { kind, again, count, entryBytes, level } = geometry.pageEnd().over(bytes, geometry.pageEndAt);
  if (kind !== pageKind[tree] || again !== kind || level > levelLimit) return null;
  const leaf = tree === "nodes" ? geometry.nodeBytes : geometry.blockBytes;
  if (entryBytes < (level > 0 ? geometry.branchBytes : leaf)) return null;
  const room = Math.floor(geometry.pageEndAt / entryBytes);
  return count > room ? null : { at, bytes, level, count, room, entryBytes };
}

export function isPageIntact(bytes: Uint8Array, geometry: Geometry): boolean {
  const { crc } = geometry.pageEnd().over(bytes, geometry.pageEndAt);
  return weakCrc(bytes.subarray(0, geometry.pageCrcBytes)) === crc;
}
