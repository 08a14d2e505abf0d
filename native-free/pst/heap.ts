/** The heap on a node and the B-tree on a heap (MS-PST 2.3.1 and 2.3.2). */
import { struct, u16, u32, u8 } from "../bytes/struct.ts";
import type { PstDatabase } from "./database.ts";
import type { NodeData } from "./node-data.ts";

const heapHeader = struct("pst.heapHeader", 12, {
  map: [0, u16, "offset of the map of the block"],
  signature: [2, u8],
  client: [3, u8],
  root: [4, u32],
});

const treeHeader = struct("pst.treeOnHeap", 8, {
  kind: [0, u8],
  keyBytes: [1, u8],
  dataBytes: [2, u8],
  levels: [3, u8],
  root: [4, u32],
});

const heapSignature = 0xec;
const treeKind = 0xb5;
const levelLimit = 8;

export const heapClient = { table: 0x7c, properties: 0xbc } as const;

/** A record of a tree: its key at `at`, its data at `at + keyBytes`. */
interface TreeRecord {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly keyBytes: number;
  readonly dataBytes: number;
}

export class Heap {
  readonly client: number;
  readonly root: number;
  readonly #data: NodeData;
  readonly #database: PstDatabase;

  private constructor(data: NodeData, database: PstDatabase, client: number, root: number) {
    this.#data = data;
    this.#database = database;
    this.client = client;
    this.root = root;
  }

  /** Null where the node holds no heap of that client. */
  static open(data: NodeData, database: PstDatabase, client: number): Heap | null {
    const first = data.block(0);
    if (first.length < heapHeader.size) return null;
    const head = heapHeader.cursor().over(first);
    const fits = head.signature === heapSignature && head.client === client;
    return fits ? new Heap(data, database, head.client, head.root) : null;
  }

  /** Borrowed bytes of an item; null where there is none. */
  item(id: number): Uint8Array | null {
    const bits = this.#database.geometry.heapIndexBits;
    const index = (id >>> 5) & ((1 << bits) - 1);
    const block = this.#data.block(id >>> (5 + bits));
    if ((id & 0x1f) !== 0 || index === 0 || block.length < 2) return this.#lost(id);
    const view = new DataView(block.buffer, block.byteOffset, block.length);
    const map = view.getUint16(0, true);
    const entry = map + 4 + (index - 1) * 2;
    if (map + 4 > block.length || entry + 4 > block.length || index > view.getUint16(map, true)) return this.#lost(id);
    const [start, end] = [view.getUint16(entry, true), view.getUint16(entry + 2, true)];
    return start > end || end > block.length ? this.#lost(id) : block.subarray(start, end);
  }

  #lost(id: number): null {
    this.#database.damage.lost(`heap item ${id}`);
    return null;
  }

  /** Records of the tree whose header is the item, in order of their keys. */
  *records(headerId: number): Generator<TreeRecord> {
    const bytes = this.item(headerId);
    if (bytes === null || bytes.length < treeHeader.size) return;
    const { kind, keyBytes, dataBytes, levels, root } = treeHeader.cursor().over(bytes);
    if (kind !== treeKind || levels > levelLimit || keyBytes + dataBytes === 0) {
      this.#lost(headerId);
      return;
    }
    if (root !== 0) yield* this.#level(root, levels, { keyBytes, dataBytes }, new Set());
  }

  /** Each item once: a damaged tree may name one many times. */
  *#level(
    id: number,
    levels: number,
    sizes: { readonly keyBytes: number; readonly dataBytes: number },
    seen: Set<number>,
  ): Generator<TreeRecord> {
    const bytes = seen.has(id) ? null : this.item(id);
    seen.add(id);
    if (bytes === null) return;
    const step = sizes.keyBytes + (levels > 0 ? 4 : sizes.dataBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + step <= bytes.length; at += step) {
      if (levels === 0) yield { bytes, at, ...sizes };
      else yield* this.#level(view.getUint32(at + sizes.keyBytes, true), levels - 1, sizes, seen);
    }
  }
}
