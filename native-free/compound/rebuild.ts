/**
 * A storage of a compound file as a compound file of its own (MS-CFB 8.0, version 3), so that an embedded document can be
 * read like any other. Streams are copied as they are; the directory is written anew, sorted as the format asks.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, MemorySource } from "../bytes/byte-source.ts";
import type { Compound, CompoundEntry } from "./compound.ts";
import { chainEnd, header, headerDifats, noEntry, record } from "./layouts.ts";

const sectorBytes = 512;
const cutoff = 4096;
const fatMark = 0xffff_fffd;
const difatMark = 0xffff_fffc;

interface Node {
  readonly entry: CompoundEntry | null;
  readonly name: string;
  readonly children: number[];
  /** Null for storages. */
  readonly content: ByteSource | null;
  left: number;
  right: number;
  child: number;
  start: number;
}

/** Null where it would hold more than 100 000 entries. */
export function rebuildStorage(compound: Compound, storage: CompoundEntry): ByteSource | null {
  const nodes = gatherNodes(compound, storage);
  if (nodes === null) return null;
  for (const node of nodes) if (node.content === null) node.child = balance(nodes, sorted(nodes, node.children));
  return new Layout(nodes, storage.classId).source();
}

function gatherNodes(compound: Compound, storage: CompoundEntry): Node[] | null {
  const nodeOf = (entry: CompoundEntry | null, name: string, content: ByteSource | null): Node => {
    return { entry, name, children: [], content, left: noEntry, right: noEntry, child: noEntry, start: chainEnd };
  };
  const nodes = [nodeOf(null, "Root Entry", null)];
  const waiting: (readonly [CompoundEntry, number])[] = [[storage, 0]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const entry of compound.childrenOf(next[0])) {
      if (nodes.length > 100_000) return null;
      nodes[next[1]]!.children.push(nodes.length);
      if (entry.kind === "storage") waiting.push([entry, nodes.length]);
      nodes.push(nodeOf(entry, entry.name, entry.kind === "stream" ? compound.open(entry) : null));
    }
  }
  return nodes;
}

/** Shorter names first, then by upper case (MS-CFB 2.6.4). */
function sorted(nodes: readonly Node[], indexes: readonly number[]): number[] {
  const keyOf = (index: number): string => nodes[index]!.name.toUpperCase();
  return [...indexes].sort((a, b) => {
    const [one, two] = [keyOf(a), keyOf(b)];
    return one.length - two.length || (one < two ? -1 : one > two ? 1 : a - b);
  });
}

/** A balanced tree over the sorted entries; gives its top. */
function balance(nodes: readonly Node[], indexes: readonly number[]): number {
  if (indexes.length === 0) return noEntry;
  const middle = indexes.length >>> 1;
  const top = nodes[indexes[middle]!]!;
  top.left = balance(nodes, indexes.slice(0, middle));
  top.right = balance(nodes, indexes.slice(middle + 1));
  return indexes[middle]!;
}

class Layout {
  readonly #nodes: readonly Node[];
  readonly #classId: string | null;
  readonly #next: number[] = [];
  /** Contents of the sectors in order: sources, each filled up to whole sectors. */
  readonly #parts: ByteSource[] = [];

  constructor(nodes: readonly Node[], classId: string | null) {
    this.#nodes = nodes;
    this.#classId = classId;
  }

  source(): ByteSource {
    const mini = this.#placeMini();
    for (const node of this.#nodes) {
      if (node.content && node.content.size >= cutoff) node.start = this.#add(node.content);
    }
    const miniStart = mini.size > 0 ? this.#add(joined(mini.parts)) : chainEnd;
    const miniFat = mini.next.length > 0 ? this.#add(numbers(mini.next)) : chainEnd;
    const directory = this.#add(this.#directory(miniStart, mini.size));
    const fat = this.#fatSectors();
    return joined([new MemorySource(this.#header(directory, miniFat, mini.next.length, fat)), ...this.#parts]);
  }

  /** Adds a chain of sectors and gives its first. */
  #add(content: ByteSource): number {
    const first = this.#next.length;
    const count = Math.ceil(content.size / sectorBytes);
    for (let i = 1; i <= count; i++) this.#next.push(i === count ? chainEnd : first + i);
    this.#parts.push(content, zeros(count * sectorBytes - content.size));
    return first;
  }

  #placeMini(): { parts: ByteSource[]; next: number[]; size: number } {
    const parts: ByteSource[] = [];
    const next: number[] = [];
    for (const node of this.#nodes) {
      const size = node.content?.size ?? 0;
      if (node.content === null || size === 0 || size >= cutoff) continue;
      node.start = next.length;
      const count = Math.ceil(size / 64);
      for (let i = 1; i <= count; i++) next.push(i === count ? chainEnd : node.start + i);
      parts.push(node.content, zeros(count * 64 - size));
    }
    return { parts, next, size: next.length * 64 };
  }

  #directory(miniStart: number, miniSize: number): ByteSource {
    const bytes = new Uint8Array(Math.ceil(this.#nodes.length / 4) * sectorBytes);
    const cursor = record.cursor();
    for (let i = 0; i * record.size < bytes.length; i++) {
      cursor.over(bytes, i * record.size);
      const node = this.#nodes[i];
      [cursor.left, cursor.right, cursor.child] = [
        node?.left ?? noEntry,
        node?.right ?? noEntry,
        node?.child ?? noEntry,
      ];
      if (!node) continue;
      const name = Buffer.from(node.name, "utf16le").subarray(0, 62);
      cursor.name = name;
      cursor.nameLength = name.length + 2;
      cursor.type = i === 0 ? 5 : node.content ? 2 : 1;
      cursor.colour = 1;
      const classId = i === 0 ? this.#classId : node.entry?.classId;
      if (classId) cursor.classId = Buffer.from(classId, "hex");
      cursor.modifiedLow = Number((node.entry?.modified ?? 0n) & 0xffff_ffffn);
      cursor.modifiedHigh = Number((node.entry?.modified ?? 0n) >> 32n);
      cursor.start = i === 0 ? miniStart : node.content ? node.start : 0;
      cursor.size = i === 0 ? miniSize : (node.content?.size ?? 0);
    }
    return new MemorySource(bytes);
  }

  /** Adds the table, which covers itself and its lists; gives its sectors and the first sector of lists. */
  #fatSectors(): { sectors: number[]; firstDifat: number; difats: number } {
    const used = this.#next.length;
    let [tables, lists] = [0, 0];
    for (;;) {
      const needed = Math.ceil((used + tables + lists) / 128);
      const listed = Math.ceil(Math.max(0, needed - headerDifats) / 127);
      if (needed === tables && listed === lists) break;
      [tables, lists] = [needed, listed];
    }
    const sectors = Array.from({ length: tables }, (_, i) => used + i);
    const all = [...this.#next, ...sectors.map(() => fatMark), ...Array.from({ length: lists }, () => difatMark)];
    while (all.length < tables * 128) all.push(noEntry);
    this.#parts.push(numbers(all));
    const firstDifat = lists === 0 ? chainEnd : used + tables;
    for (let i = 0; i < lists; i++) {
      const list = sectors.slice(headerDifats + 127 * i, headerDifats + 127 * (i + 1));
      while (list.length < 127) list.push(noEntry);
      this.#parts.push(numbers([...list, i + 1 < lists ? firstDifat + i + 1 : chainEnd]));
    }
    return { sectors, firstDifat, difats: lists };
  }

  #header(
    directory: number,
    miniFat: number,
    minis: number,
    fat: { sectors: number[]; firstDifat: number; difats: number },
  ): Uint8Array {
    const bytes = new Uint8Array(header.size);
    const cursor = header.cursor().over(bytes);
    cursor.signature = Buffer.from("d0cf11e0a1b11ae1", "hex");
    [cursor.minorVersion, cursor.majorVersion, cursor.byteOrder] = [0x3e, 3, 0xfffe];
    [cursor.sectorShift, cursor.miniShift, cursor.miniCutoff] = [9, 6, cutoff];
    [cursor.firstDirectory, cursor.fatSectors] = [directory, fat.sectors.length];
    [cursor.firstMiniFat, cursor.miniFatSectors] = [miniFat, Math.ceil(minis / 128)];
    [cursor.firstDifat, cursor.difatSectors] = [fat.firstDifat, fat.difats];
    const list = Array.from({ length: headerDifats }, (_, i) => fat.sectors[i] ?? noEntry);
    cursor.difat = numbers(list).bytes;
    return bytes;
  }
}

function zeros(count: number): MemorySource {
  return new MemorySource(new Uint8Array(count));
}

function numbers(values: readonly number[]): MemorySource {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint32(4 * i, value, true));
  return new MemorySource(bytes);
}

/** Sources one after the other. */
function joined(parts: readonly ByteSource[]): ByteSource {
  const filled = parts.filter(({ size }) => size > 0);
  const starts: number[] = [];
  let size = 0;
  for (const part of filled) {
    starts.push(size);
    size += part.size;
  }
  return {
    size,
    readInto(target, at) {
      const count = Math.max(0, Math.min(target.length, size - at));
      for (let done = 0; done < count;) {
        const part = partAt(starts, at + done);
        const inside = at + done - starts[part]!;
        done += filled[part]!.readInto(target.subarray(done, count), inside);
      }
      return count;
    },
    *runsIn(at, length) {
      const end = Math.min(size, at + length);
      for (let from = at; from < end;) {
        const part = partAt(starts, from);
        const inside = from - starts[part]!;
        const count = Math.min(filled[part]!.size - inside, end - from);
        for (const run of filled[part]!.runsIn(inside, count)) yield { ...run, start: run.start + starts[part]! };
        from += count;
      }
    },
  };
}

/** The last part that starts at or before the byte. */
function partAt(starts: readonly number[], at: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
