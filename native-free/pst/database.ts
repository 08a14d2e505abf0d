/**
 * The node database of Outlook data files (MS-PST 2.2): header, the trees of nodes and of blocks, blocks with their trailer,
 * coding and compression. 32 bits (to Outlook 2002), 64 bits, and 64 bits with pages of 4 KiB (OST of Outlook 2013), the
 * last as Joachim Metz found it. What a tree has lost is looked for in index pages left behind.
 */
import { inflateSync } from "node:zlib";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { EvidenceError } from "../model/errors.ts";
import { decodeCyclic, decodePermuted } from "./coding.ts";
import { Damage } from "./damage.ts";
import { coding, type Geometry, geometryOf, headerStart, magic, narrowRoots, wideRoots } from "./layouts.ts";
import { PageReader, type Tree, weakCrc } from "./pages.ts";
import { StrayPages } from "./stray-pages.ts";

export interface NodePlace {
  readonly node: number;
  /** Block of its data, and of its subnodes (0: none). */
  readonly data: number;
  readonly sub: number;
  readonly parent: number;
}

export interface BlockPlace {
  /** Offset in the file. */
  readonly start: number;
  readonly size: number;
  readonly inflated?: number;
}

interface Header {
  readonly geometry: Geometry;
  readonly version: number;
  readonly nodes: number;
  readonly blocks: number;
  readonly coding: number;
  readonly isIntact: boolean;
}

/** Throws EvidenceError `pst/damaged` where nothing can be read. */
function readHeader(source: ByteSource): Header {
  const bytes = readRange(source, 0, wideRoots.size);
  if (bytes.length < wideRoots.size) throw new EvidenceError("pst/damaged", { problem: "header" });
  const start = headerStart.cursor().over(bytes);
  const geometry = geometryOf(start.version);
  if (start.magic !== magic) throw new EvidenceError("pst/damaged", { problem: "signature" });
  if (geometry === null) throw new EvidenceError("pst/damaged", { problem: "version" });
  const partial = weakCrc(bytes.subarray(8, 479)) === start.partialCrc;
  const wide = wideRoots.cursor().over(bytes);
  const roots = geometry.isWide ? wide : narrowRoots.cursor().over(bytes);
  const isIntact = partial && (!geometry.isWide || weakCrc(bytes.subarray(8, 524)) === wide.fullCrc);
  const { nodes, blocks, coding: kind } = roots;
  return { geometry, version: start.version, nodes, blocks, coding: kind, isIntact };
}

/** What both trees share over all views of one file. */
interface Shared {
  readonly source: ByteSource;
  readonly header: Header;
  strays: StrayPages | null;
}

export class PstDatabase {
  readonly damage = new Damage();
  readonly #shared: Shared;
  readonly #pages: PageReader;

  private constructor(shared: Shared) {
    this.#shared = shared;
    this.#pages = new PageReader(shared.source, shared.header.geometry, this.damage);
  }

  static open(source: ByteSource): PstDatabase {
    return new PstDatabase({ source, header: readHeader(source), strays: null });
  }

  /** A view of its own, with damage of its own: for what is read later. */
  fork(): PstDatabase {
    return new PstDatabase(this.#shared);
  }

  get header(): Header {
    return this.#shared.header;
  }

  get geometry(): Geometry {
    return this.#shared.header.geometry;
  }

  get size(): number {
    return this.#shared.source.size;
  }

  /** Entries of the tree of nodes in the order of their numbers. */
  *nodes(): Generator<NodePlace> {
    const entry = this.geometry.nodeEntry();
    for (const page of this.#pages.leaves(this.header.nodes, "nodes", () => {})) {
      for (let index = 0; index < page.count; index++) {
        const { node, data, sub, parent } = entry.over(page.bytes, index * page.entryBytes);
        yield { node, data, sub, parent };
      }
    }
  }

  /** As the tree says; null where it does not. */
  listedNode(node: number): NodePlace | null {
    const found = this.#pages.find(this.header.nodes, "nodes", node);
    if (found === null) return null;
    const { data, sub, parent } = this.geometry.nodeEntry().over(found.page.bytes, found.at);
    return { node, data, sub, parent };
  }

  /** As the tree says, or where it is broken, as a page left behind does. */
  node(node: number): NodePlace | null {
    const listed = this.listedNode(node);
    if (listed !== null || this.damage.structures === 0) return listed;
    return this.strays().byNode.get(node) ?? null;
  }

  strays(): StrayPages {
    return (this.#shared.strays ??= this.#scan());
  }

  #scan(): StrayPages {
    const { source } = this.#shared;
    const { pageBytes } = this.geometry;
    const live = new Uint8Array(Math.ceil(source.size / pageBytes / 8));
    const mark = (at: number): void => {
      const index = Math.floor(at / pageBytes);
      live[index >>> 3]! |= 1 << (index & 7);
    };
    const trees: readonly (readonly [Tree, number])[] = [
      ["nodes", this.header.nodes],
      ["blocks", this.header.blocks],
    ];
    for (const [tree, root] of trees) {
      const leaves = this.#pages.leaves(root, tree, mark);
      while (leaves.next().done !== true);
    }
    return StrayPages.scan(source, this.geometry, (at) => {
      const index = Math.floor(at / pageBytes);
      return (live[index >>> 3]! & (1 << (index & 7))) !== 0;
    });
  }

  /** Null where neither the tree nor a page left behind names the block. */
  place(id: number): BlockPlace | null {
    const found = this.#pages.find(this.header.blocks, "blocks", id);
    if (found !== null) {
      const { start, size, inflated } = this.geometry.blockEntry().over(found.page.bytes, found.at);
      return inflated === undefined ? { start, size } : { start, size, inflated };
    }
    const place = this.strays().blocks.get(id - (id % 2)) ?? null;
    // The space of a freed block may have been given to another.
    return place !== null && this.#isOwn(id, place) ? place : null;
  }

  #isOwn(id: number, place: BlockPlace): boolean {
    const end = this.#blockEnd(place);
    if (end === null || end.id - (end.id % 2) !== id - (id % 2) || end.size !== place.size) return false;
    return weakCrc(readRange(this.#shared.source, place.start, place.size)) === end.crc;
  }

  #blockEnd({ start, size }: BlockPlace): { id: number; size: number; crc: number } | null {
    const { blockEndBytes, blockStep } = this.geometry;
    const whole = Math.ceil((size + blockEndBytes) / blockStep) * blockStep;
    const bytes = readRange(this.#shared.source, start + whole - blockEndBytes, blockEndBytes);
    return bytes.length < blockEndBytes ? null : this.geometry.blockEnd().over(bytes);
  }

  /** Decoded; null, with a note of the damage, where it cannot be read. Blocks of the database itself are not coded. */
  block(id: number): Uint8Array | null {
    const place = this.place(id);
    const bytes = place === null ? null : this.#read(id, place);
    if (bytes === null) this.damage.lost(`block ${id}`);
    return bytes;
  }

  #read(id: number, place: BlockPlace): Uint8Array | null {
    const bytes = readRange(this.#shared.source, place.start, place.size);
    if (bytes.length < place.size) return null;
    const end = this.#blockEnd(place);
    if (end === null || end.size !== place.size || end.crc !== weakCrc(bytes)) this.damage.badBlock(place.start);
    const isCoded = !isInternal(id);
    if (place.inflated === undefined || place.inflated === place.size) return isCoded ? this.#decode(bytes, id) : bytes;
    // Whether the coding lies over or under the compression is told by the compressed head.
    const isOver = isCoded && !isZlib(bytes);
    const raw = inflate(isOver ? this.#decode(bytes, id) : bytes, place.inflated);
    if (raw === null || raw.length < place.inflated) this.damage.badBlock(place.start);
    return raw === null || isOver || !isCoded ? raw : this.#decode(raw, id);
  }

  #decode(bytes: Uint8Array, id: number): Uint8Array {
    if (this.header.coding === coding.permute) decodePermuted(bytes);
    else if (this.header.coding === coding.cyclic) decodeCyclic(bytes, id);
    return bytes;
  }
}

/** 2.2.2.2: of the database itself, not of a client. */
export const isInternal = (id: number): boolean => id % 4 >= 2;

const isZlib = (bytes: Uint8Array): boolean =>
  bytes.length > 2 && (bytes[0]! & 0x0f) === 8 && ((bytes[0]! << 8) | bytes[1]!) % 31 === 0;

function inflate(bytes: Uint8Array, size: number): Uint8Array | null {
  try {
    return inflateSync(bytes, { maxOutputLength: Math.max(1, size) });
  } catch {
    return null;
  }
}
