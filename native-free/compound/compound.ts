/**
 * OLE compound files (MS-CFB 8.0), versions 3 and 4: a small file system in a file, which Word, Excel, PowerPoint,
 * Outlook, the Windows installer and others write. Every stream is a ByteSource, short ones in the mini stream too.
 * Damaged chains are cut where they break and named as findings; entries that no tree leads to are listed as orphans, free
 * records that still have a name as deleted. Where the directory's chain is broken, the file is searched for its sectors.
 * Not supported: range locks, transactions that were not finished.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { EvidenceError } from "../model/errors.ts";
import { finding, type Finding } from "../model/findings.ts";
import { type Chain, type ChainSpace, followChain, NextTable } from "./chains.ts";
import { type CompoundEntry, readDirectory } from "./directory.ts";
import { type Extent, ExtentSource } from "./extent-source.ts";
import { chainEnd, firstReserved, header, headerDifats, record } from "./layouts.ts";

export type { CompoundEntry } from "./directory.ts";

const signature = Buffer.from("d0cf11e0a1b11ae1", "hex");
const miniSectorBytes = 64;
/** Findings that are kept between two calls of `takeFindings`; a file of nothing but broken chains would make millions. */
const mostFindings = 100;
/** How far the file is searched for sectors of a lost directory, in bytes. */
const searchBytes = 256 << 20;

export interface Compound {
  /** 3 or 4. */
  readonly version: number;
  /** Every entry but free records without a name, in the directory's order; the root is one of them. */
  readonly entries: readonly CompoundEntry[];
  /** The listed entry of that path, without regard to case; null where there is none. */
  find(path: string): CompoundEntry | null;
  /** Listed entries that a storage holds, in the directory's order. */
  childrenOf(storage: CompoundEntry): readonly CompoundEntry[];
  /**
   * Bytes of a stream (of the root: the mini stream). Where its chain breaks a finding is noted; what is not reached is missing:
   * zeros that `runsIn` names. The size is what is declared, bounded by what the file can hold.
   */
  open(entry: CompoundEntry): ByteSource;
  /** Findings noted since the last call. Damage of a stream is noted when it is opened. */
  takeFindings(): Finding[];
}

/** Throws EvidenceError `compound/no-header` where the source is no compound file. */
export function openCompound(source: ByteSource): Compound {
  return new CompoundFile(source);
}

class CompoundFile implements Compound {
  readonly version: number;
  readonly entries: readonly CompoundEntry[];
  readonly #space: ChainSpace;
  readonly #mini: ChainSpace;
  readonly #miniStream: ByteSource;
  readonly #miniCutoff: number;
  readonly #byPath = new Map<string, CompoundEntry>();
  readonly #byParent = new Map<number, CompoundEntry[]>();
  readonly #source: ByteSource;
  #findings: Finding[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
    const bytes = readRange(source, 0, header.size);
    if (bytes.length < header.size || !signature.equals(bytes.subarray(0, 8))) {
      throw new EvidenceError("compound/no-header");
    }
    const head = header.cursor().over(bytes);
    this.version = head.majorVersion === 4 || head.sectorShift === 12 ? 4 : 3;
    const sectorBytes = this.version === 4 ? 4096 : 512;
    if (head.sectorShift !== (this.version === 4 ? 12 : 9) || head.byteOrder !== 0xfffe) this.#note("header");
    this.#miniCutoff = head.miniCutoff >= 64 && head.miniCutoff <= 1 << 20 ? head.miniCutoff : 4096;
    const count = Math.max(0, Math.ceil((source.size - sectorBytes) / sectorBytes));
    const pages = this.#tablePages(head, sectorBytes, count);
    const table = new NextTable(source, pages, sectorBytes);
    this.#space = { table, sectorBytes, base: sectorBytes, count, size: source.size };
    this.entries = this.#readEntries(head.firstDirectory);
    const root = this.entries.find(({ kind }) => kind === "root");
    this.#miniStream = root ? this.#openLong(root) : new ExtentSource(source, [], 0);
    this.#mini = this.#miniSpace(head.firstMiniFat);
    this.#index();
  }

  find(path: string): CompoundEntry | null {
    return this.#byPath.get(path.toLowerCase()) ?? null;
  }

  childrenOf(storage: CompoundEntry): readonly CompoundEntry[] {
    return this.#byParent.get(storage.index) ?? [];
  }

  open(entry: CompoundEntry): ByteSource {
    if (entry.kind === "root") return this.#miniStream;
    if (entry.kind === "storage") return new ExtentSource(this.#source, [], 0);
    if (entry.size >= this.#miniCutoff) return this.#openLong(entry);
    const chain = followChain(this.#mini, entry.start, entry.size);
    this.#noteChain(chain, entry.index);
    return new ExtentSource(this.#miniStream, clip(chain.extents, entry.size), entry.size);
  }

  takeFindings(): Finding[] {
    const taken = this.#findings;
    this.#findings = [];
    return taken;
  }

  #note(part: string): void {
    if (this.#findings.length < mostFindings) this.#findings.push(finding("compound/damaged", { part }));
  }

  #noteChain(chain: Chain, entry: number): void {
    if (chain.problem === null || this.#findings.length >= mostFindings) return;
    this.#findings.push(finding("compound/chain-broken", { entry, problem: chain.problem, bytes: chain.bytes }));
  }

  /** Where the sectors of the allocation table lie: the first 109 from the header, others from a chain of lists. */
  #tablePages(head: ReturnType<typeof header.cursor>, sectorBytes: number, count: number): number[] {
    const most = Math.ceil(count / (sectorBytes / 4));
    const pages: number[] = [];
    const take = (list: Uint8Array, entries: number): void => {
      const view = new DataView(list.buffer, list.byteOffset, list.length);
      for (let i = 0; i < entries && pages.length < most && 4 * i + 4 <= list.length; i++) {
        const sector = view.getUint32(4 * i, true);
        pages.push(sector < count ? (sector + 1) * sectorBytes : -1);
      }
    };
    take(head.difat, headerDifats);
    const seen = new Set<number>();
    let next = head.firstDifat;
    while (pages.length < most && next < count && !seen.has(next)) {
      seen.add(next);
      const list = readRange(this.#source, (next + 1) * sectorBytes, sectorBytes);
      take(list, sectorBytes / 4 - 1);
      if (list.length < sectorBytes) break;
      next = new DataView(list.buffer, list.byteOffset).getUint32(sectorBytes - 4, true);
    }
    const lost = pages.slice(0, Math.min(most, head.fatSectors)).filter((at) => at < 0).length;
    if (lost > 0 || pages.length < Math.min(most, head.fatSectors)) this.#note("allocation table");
    return pages;
  }

  #readEntries(first: number): readonly CompoundEntry[] {
    const chain = followChain(this.#space, first, null);
    let directory = readDirectory(this.#asSource(chain.extents), this.version === 4);
    const hasRoot = directory.entries.some(({ kind }) => kind === "root");
    if (chain.problem !== null || !hasRoot) {
      this.#note("directory");
      const found = this.#searchDirectory(chain.extents);
      if (found.length > 0) directory = readDirectory(this.#asSource(found), this.version === 4);
    }
    for (const problem of directory.problems) this.#note(problem);
    return directory.entries;
  }

  #asSource(extents: readonly Extent[]): ByteSource {
    return new ExtentSource(
      this.#source,
      extents,
      extents.reduce((sum, { length }) => sum + length, 0),
    );
  }

  /** The sectors of the chain and, behind them, all others that look like a part of a directory. */
  #searchDirectory(known: readonly Extent[]): Extent[] {
    const { sectorBytes, base, size } = this.#space;
    const found = [...known];
    const taken = new Set(known.flatMap(({ at, length }) => range(at, at + length, sectorBytes)));
    const step = 256 * sectorBytes;
    for (let at = base; at < Math.min(size, searchBytes); at += step) {
      const bytes = readRange(this.#source, at, step);
      for (let from = 0; from + record.size <= bytes.length; from += sectorBytes) {
        const sector = bytes.subarray(from, from + sectorBytes);
        if (!taken.has(at + from) && isDirectorySector(sector)) found.push({ at: at + from, length: sector.length });
      }
    }
    return found;
  }

  #openLong(entry: CompoundEntry): ByteSource {
    // A declared size beyond the whole file cannot be true.
    const size = Math.min(entry.size, this.#space.count * this.#space.sectorBytes);
    if (size === 0) return new ExtentSource(this.#source, [], 0);
    const chain = followChain(this.#space, entry.start, size);
    const isCut = size < entry.size ? ({ ...chain, problem: chain.problem ?? "short" } as const) : chain;
    this.#noteChain(isCut, entry.index);
    return new ExtentSource(this.#source, clip(chain.extents, size), size);
  }

  #miniSpace(first: number): ChainSpace {
    const { sectorBytes } = this.#space;
    const size = this.#miniStream.size;
    const pages: number[] = [];
    if (first !== chainEnd && first < firstReserved) {
      const chain = followChain(this.#space, first, null);
      if (chain.problem !== null) this.#note("mini table");
      for (const extent of chain.extents) pages.push(...range(extent.at, extent.at + extent.length, sectorBytes));
    }
    const table = new NextTable(this.#source, pages, sectorBytes);
    return { table, sectorBytes: miniSectorBytes, base: 0, count: Math.ceil(size / miniSectorBytes), size };
  }

  #index(): void {
    for (const entry of this.entries) {
      if (entry.state !== "listed" || entry.parent === null) continue;
      const key = entry.path.toLowerCase();
      if (!this.#byPath.has(key)) this.#byPath.set(key, entry);
      const siblings = this.#byParent.get(entry.parent);
      if (siblings) siblings.push(entry);
      else this.#byParent.set(entry.parent, [entry]);
    }
  }
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
}

/** No more than `size` bytes of the extents. */
function clip(extents: readonly Extent[], size: number): Extent[] {
  const clipped: Extent[] = [];
  let left = size;
  for (const { at, length } of extents) {
    if (left <= 0) break;
    clipped.push({ at, length: Math.min(left, length) });
    left -= length;
  }
  return clipped;
}

/** Every record of it could be one of a directory, and at least one is in use. */
function isDirectorySector(bytes: Uint8Array): boolean {
  const cursor = record.cursor();
  let used = 0;
  for (let at = 0; at + record.size <= bytes.length; at += record.size) {
    const { type, nameLength, colour, name } = cursor.over(bytes, at);
    if (type === 0 && nameLength === 0) continue;
    if (![0, 1, 2, 5].includes(type) || colour > 1 || nameLength < 2 || nameLength > 64 || nameLength % 2 === 1) {
      return false;
    }
    if (name[nameLength - 2] !== 0 || name[nameLength - 1] !== 0 || name[0] === 0) return false;
    used++;
  }
  return used > 0;
}
