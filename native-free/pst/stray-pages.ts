/**
 * Index pages that no tree names any more, and entries behind the last one in use of those that it does: what was deleted,
 * and what a damaged tree has lost. Pages are known by their trailer and their checksum.
 */
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import type { BlockPlace, NodePlace } from "./database.ts";
import type { Geometry } from "./layouts.ts";
import { isPageIntact, type Page, parsePage, type Tree } from "./pages.ts";

export const strayLimit = 1 << 18;
const windowBytes = 1 << 20;
/** Types of nodes that folders are read from (2.2.2.1): fixed ones, folders, messages, hidden items, and the tables of folders. */
const keptTypes = new Set([0x02, 0x04, 0x08, 0x0d, 0x0e, 0x0f, 0x01]);

export class StrayPages {
  /** Every state of each node that was found, by node and data block. */
  readonly nodes = new Map<string, NodePlace>();
  /** One state of each node: for trees that are broken. */
  readonly byNode = new Map<number, NodePlace>();
  readonly blocks = new Map<number, BlockPlace>();
  isCut = false;

  /** Looks through the whole file. `isLive`: pages of the trees, of which only the entries behind the last one in use count. */
  static scan(source: ByteSource, geometry: Geometry, isLive: (at: number) => boolean): StrayPages {
    const strays = new StrayPages();
    const step = geometry.pageBytes;
    for (let base = 0; base + step <= source.size; base += windowBytes) {
      const bytes = readRange(source, base, windowBytes);
      for (let at = 0; at + step <= bytes.length; at += step) {
        const kind = bytes[at + geometry.pageEndAt + (geometry.isWide ? (step > 512 ? 16 : 8) : 4)]!;
        if (kind !== 0x80 && kind !== 0x81) continue;
        const tree: Tree = kind === 0x80 ? "blocks" : "nodes";
        const page = parsePage(bytes.subarray(at, at + step), base + at, tree, geometry);
        if (page === null || page.level > 0 || !isPageIntact(page.bytes, geometry)) continue;
        strays.#take(page, tree, isLive(base + at) ? page.count : 0, geometry, source.size);
      }
    }
    return strays;
  }

  #take(page: Page, tree: Tree, first: number, geometry: Geometry, size: number): void {
    const [node, block] = [geometry.nodeEntry(), geometry.blockEntry()];
    for (let index = first; index < page.room; index++) {
      if (tree === "nodes") this.#takeNode(node.over(page.bytes, index * page.entryBytes));
      else {
        const entry = block.over(page.bytes, index * page.entryBytes);
        const fits = entry.id > 0 && entry.start > 0 && entry.size > 0 && entry.start + entry.size <= size;
        if (fits) this.#takeBlock(entry.id - (entry.id % 2), entry);
      }
    }
  }

  #takeNode({ node, data, sub, parent }: NodePlace): void {
    if (node === 0 || data === 0 || !keptTypes.has(node & 0x1f)) return;
    if (this.nodes.size >= strayLimit) {
      this.isCut = true;
      return;
    }
    const place = { node, data, sub, parent };
    this.nodes.set(`${node}:${data}`, place);
    // Blocks are numbered in the order of writing: the last state counts.
    if ((this.byNode.get(node)?.data ?? 0) < data) this.byNode.set(node, place);
  }

  #takeBlock(id: number, { start, size, inflated }: BlockPlace): void {
    if (this.blocks.size >= strayLimit) this.isCut = true;
    else this.blocks.set(id, inflated === undefined ? { start, size } : { start, size, inflated });
  }
}
