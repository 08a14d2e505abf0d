/** Data of a node: one block or a tree of blocks (MS-PST 2.2.2.8.3.1 and 2), and the subnodes of a node (2.2.2.8.3.3). */
import type { ByteSource, Run } from "../bytes/byte-source.ts";
import { struct, u16, u32, u8 } from "../bytes/struct.ts";
import { isInternal, type PstDatabase } from "./database.ts";

const internal = struct("pst.internalBlock", 8, { kind: [0, u8], level: [1, u8], count: [2, u16], total: [4, u32] });

const arrayKind = 1;
const subnodeKind = 2;
const cachedBlocks = 4;
/** Subnodes of one node that are read: a message has one for each attachment and for each long value. */
const subnodeLimit = 1 << 17;

/** The bytes of a node, block after block. A block that cannot be read counts as zeros and is noted as damage. */
export class NodeData implements ByteSource {
  readonly size: number;
  readonly #database: PstDatabase;
  readonly #ids: number[] = [];
  /** Where each block begins, and where the last ends. */
  readonly #starts: number[] = [0];
  readonly #cache = new Map<number, Uint8Array>();

  constructor(database: PstDatabase, id: number) {
    this.#database = database;
    let most = Math.ceil(database.size / database.geometry.blockStep);
    for (const leaf of leavesOf(database, id, 2)) {
      const place = most-- > 0 ? database.place(leaf) : null;
      if (place === null) {
        database.damage.lost(`block ${leaf}`);
        break;
      }
      this.#ids.push(leaf);
      this.#starts.push(this.#starts.at(-1)! + (place.inflated || place.size));
    }
    this.size = this.#starts.at(-1)!;
  }

  get blockCount(): number {
    return this.#ids.length;
  }

  /** Bytes of the block with this index; empty where there is none. */
  block(index: number): Uint8Array {
    const cached = this.#cache.get(index);
    if (cached) return cached;
    if (index >= this.#ids.length) return new Uint8Array(0);
    const size = this.#starts[index + 1]! - this.#starts[index]!;
    let bytes = this.#database.block(this.#ids[index]!) ?? new Uint8Array(size);
    if (bytes.length !== size) {
      const whole = new Uint8Array(size);
      whole.set(bytes.subarray(0, size));
      bytes = whole;
    }
    if (this.#cache.size >= cachedBlocks) this.#cache.delete(this.#cache.keys().next().value!);
    this.#cache.set(index, bytes);
    return bytes;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    let index = this.#indexOf(at);
    for (let done = 0; done < count; index++) {
      const bytes = this.block(index);
      const from = at + done - this.#starts[index]!;
      const piece = bytes.subarray(from, from + count - done);
      target.set(piece, done);
      done += piece.length;
    }
    return count;
  }

  #indexOf(at: number): number {
    let [low, high] = [0, this.#ids.length];
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return low;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const count = Math.max(0, Math.min(length, this.size - at));
    if (count > 0) yield { start: at, length: count, kind: "data", place: { path: "-", offset: 0, exact: false } };
  }
}

/** Data blocks below a block, in order. `levels`: how many levels of arrays there may be. */
function* leavesOf(database: PstDatabase, id: number, levels: number): Generator<number> {
  if (id === 0) return;
  if (!isInternal(id)) {
    yield id;
    return;
  }
  const bytes = database.block(id);
  if (bytes === null) return;
  const head = bytes.length < internal.size ? null : internal.cursor().over(bytes);
  if (head === null || head.kind !== arrayKind || head.level === 0 || head.level > levels) {
    database.damage.lost(`block ${id}`);
    return;
  }
  const { level } = head;
  for (const child of idsOf(bytes, head.count, database.geometry.idBytes)) yield* leavesOf(database, child, level - 1);
}

function* idsOf(bytes: Uint8Array, count: number, idBytes: number): Generator<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let index = 0, at = internal.size; index < count && at + idBytes <= bytes.length; index++, at += idBytes) {
    const high = idBytes === 8 ? view.getUint32(at + 4, true) : 0;
    yield high * 0x1_0000_0000 + view.getUint32(at, true);
  }
}

/** Blocks of data and of subnodes. */
export interface Subnode {
  readonly data: number;
  readonly sub: number;
}

/** Subnodes by their numbers. */
export function readSubnodes(database: PstDatabase, id: number): ReadonlyMap<number, Subnode> {
  const found = new Map<number, Subnode>();
  if (id !== 0) collect(database, id, 1, found);
  return found;
}

function collect(database: PstDatabase, id: number, levels: number, found: Map<number, Subnode>): void {
  const bytes = database.block(id);
  if (bytes === null) return;
  const { idBytes } = database.geometry;
  const isList = bytes.length >= 4 && bytes[0] === subnodeKind && bytes[1]! <= levels;
  if (!isList) {
    database.damage.lost(`block ${id}`);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const idAt = (at: number): number =>
    (idBytes === 8 ? view.getUint32(at + 4, true) * 0x1_0000_0000 : 0) + view.getUint32(at, true);
  const level = bytes[1]!;
  const entryBytes = idBytes * (level > 0 ? 2 : 3);
  const count = view.getUint16(2, true);
  for (let index = 0, at = idBytes; index < count && at + entryBytes <= bytes.length; index++, at += entryBytes) {
    if (found.size >= subnodeLimit) {
      database.damage.lost("subnodes");
      return;
    }
    if (level > 0) collect(database, idAt(at + idBytes), level - 1, found);
    else found.set(view.getUint32(at, true), { data: idAt(at + idBytes), sub: idAt(at + 2 * idBytes) });
  }
}
