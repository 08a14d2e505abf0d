/** Block tables of a UDIF image, and the map from the medium to the data fork that they make up together. */
import { finding, type Finding } from "../../model/findings.ts";
import { entryLayout, sectorBytes, tableLayout, tableSignature } from "./layouts.ts";

/** How the bytes of a block are kept. */
export const blockKinds = ["zero", "raw", "ignore", "ADC", "zlib", "bzip2", "LZFSE", "LZMA", "unknown"] as const;
export type BlockKind = (typeof blockKinds)[number];

const kindOfType: ReadonlyMap<number, BlockKind> = new Map([
  [0, "zero"],
  [1, "raw"],
  [2, "ignore"],
  [0x80000004, "ADC"],
  [0x80000005, "zlib"],
  [0x80000006, "bzip2"],
  [0x80000007, "LZFSE"],
  [0x80000008, "LZMA"],
]);
const commentType = 0x7ffffffe;
const endType = 0xffffffff;

/** As a resource or property list holds it. */
export interface RawTable {
  readonly name: string | null;
  readonly data: Uint8Array;
}

/** Of a partition, or of another part of the medium. */
export interface BlockTable {
  readonly name: string | null;
  /** In bytes of the medium. */
  readonly start: number;
  readonly end: number;
  readonly checksumType: number;
  readonly checksum: number;
  /** Of the first block in the map of all, in the order of the table; `count` of them. */
  readonly first: number;
  readonly count: number;
}

export interface Block {
  /** In bytes of the medium. */
  readonly start: number;
  readonly end: number;
  readonly kind: BlockKind;
  /** In the data fork. */
  readonly offset: number;
  readonly length: number;
}

/** Every block in columns: an image of a large disk has millions. */
export class BlockMap {
  readonly tables: readonly BlockTable[];
  readonly findings: readonly Finding[];
  readonly count: number;
  /** End of the last block or table, in bytes of the medium. */
  readonly end: number;
  /** Bytes up to `end` that no block covers. */
  readonly uncovered: number;
  readonly #start: Float64Array;
  readonly #end: Float64Array;
  readonly #offset: Float64Array;
  readonly #length: Float64Array;
  readonly #kind: Uint8Array;
  /** Blocks by place, those left out that lie in others. */
  readonly #order: Uint32Array;
  /** From where on each of them counts: where two overlap, the one that begins first. */
  readonly #from: Float64Array;

  /** What is no table, or leaves what it covers, is a finding. Never throws. */
  constructor(raw: readonly RawTable[]) {
    const most = raw.reduce((sum, { data }) => sum + Math.floor(data.length / entryLayout.size), 0);
    this.#start = new Float64Array(most);
    this.#end = new Float64Array(most);
    this.#offset = new Float64Array(most);
    this.#length = new Float64Array(most);
    this.#kind = new Uint8Array(most);
    const findings: Finding[] = [];
    const tables: BlockTable[] = [];
    let first = 0;
    for (const [index, each] of raw.entries()) {
      const damaged = (problem: string) =>
        findings.push(finding("image/structure-damaged", { structure: `block table ${index + 1}`, problem }));
      const table = this.#read(each, first, damaged);
      if (!table) continue;
      tables.push(table);
      first += table.count;
    }
    this.count = first;
    const { order, from, twice, uncovered, end } = this.#lay();
    if (twice > 0) findings.push(finding("image/blocks-overlap", { blocks: twice }));
    this.#order = order;
    this.#from = from;
    this.end = tables.reduce((last, table) => Math.max(last, table.end), end);
    this.uncovered = uncovered + this.end - end;
    this.tables = tables;
    this.findings = findings;
  }

  block(index: number): Block {
    return {
      start: this.#start[index]!,
      end: this.#end[index]!,
      kind: blockKinds[this.#kind[index]!]!,
      offset: this.#offset[index]!,
      length: this.#length[index]!,
    };
  }

  /** The block that holds byte `at` of the medium; else where the next one begins, Infinity where none does. */
  find(at: number): Block | number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#from[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    const index = low === 0 ? -1 : this.#order[low - 1]!;
    if (index !== -1 && at < this.#end[index]!) return this.block(index);
    return low < this.#order.length ? this.#from[low]! : Infinity;
  }

  /** Which of the kinds occur. */
  kinds(): Set<BlockKind> {
    return new Set(Array.from(new Set(this.#kind.subarray(0, this.count)), (kind) => blockKinds[kind]!));
  }

  #read({ name, data }: RawTable, first: number, damaged: (problem: string) => void): BlockTable | null {
    if (data.length < tableLayout.size) return (damaged("length"), null);
    const head = tableLayout.cursor().over(data);
    if (head.signature !== tableSignature) return (damaged("signature"), null);
    const { firstSector, sectorCount, dataOffset, checksumType, checksumBits, checksum, entryCount } = head;
    const room = Math.floor((data.length - tableLayout.size) / entryLayout.size);
    if (entryCount > room) damaged("entries");
    const entry = entryLayout.cursor();
    let count = 0;
    let odd = 0;
    for (let i = 0; i < Math.min(entryCount, room); i++) {
      entry.over(data, tableLayout.size + i * entryLayout.size);
      if (entry.type === endType) break;
      if (entry.type === commentType || entry.sectorCount === 0) continue;
      const from = firstSector + entry.firstSector;
      const offset = dataOffset + entry.offset;
      const places = [(from + entry.sectorCount) * sectorBytes, offset + entry.length];
      if (entry.firstSector + entry.sectorCount > sectorCount) odd++;
      if (!places.every(Number.isSafeInteger)) continue;
      this.#start[first + count] = from * sectorBytes;
      this.#end[first + count] = places[0]!;
      this.#offset[first + count] = offset;
      this.#length[first + count] = entry.length;
      this.#kind[first + count++] = blockKinds.indexOf(kindOfType.get(entry.type) ?? "unknown");
    }
    if (odd > 0) damaged("range");
    const start = firstSector * sectorBytes;
    const end = start + sectorCount * sectorBytes;
    if (!Number.isSafeInteger(end)) return (damaged("sectors"), null);
    return { name, start, end, checksumType: checksumBits === 32 ? checksumType : 0, checksum, first, count };
  }

  #lay() {
    const all = new Uint32Array(this.count).map((_, index) => index);
    const start = this.#start;
    // As a rule they are in order already.
    if (all.some((index) => index > 0 && start[index]! < start[index - 1]!)) all.sort((a, b) => start[a]! - start[b]!);
    const order = new Uint32Array(this.count);
    const from = new Float64Array(this.count);
    let [held, twice, uncovered, end] = [0, 0, 0, 0];
    for (const index of all) {
      if (start[index]! < end) twice++;
      else uncovered += start[index]! - end;
      if (this.#end[index]! <= end) continue;
      order[held] = index;
      from[held++] = Math.max(end, start[index]!);
      end = this.#end[index]!;
    }
    return { order: order.slice(0, held), from: from.slice(0, held), twice, uncovered, end };
  }
}

/** A table of one raw block over the whole medium. */
export function rawTable(sectors: number): Uint8Array {
  const data = new Uint8Array(tableLayout.size + entryLayout.size);
  const head = tableLayout.cursor().over(data);
  head.signature = tableSignature;
  head.sectorCount = sectors;
  head.entryCount = 1;
  const entry = entryLayout.cursor().over(data, tableLayout.size);
  entry.type = 1;
  entry.sectorCount = sectors;
  entry.length = sectors * sectorBytes;
  return data;
}
