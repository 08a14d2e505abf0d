/** Which blocks belong to what: files of the tree that is shown, structures, and files that only other trees name. */
import { BlockSet } from "../block-set.ts";
import { GrowingNumbers, holds } from "../../bytes/growing-numbers.ts";
import { nameHash } from "./names.ts";
import type { ByteRange } from "./records.ts";

/** Claims are kept as first block · COUNT + blocks; longer ones count as that long. */
const COUNT = 2 ** 22;
/** Tails as block · TAIL + bytes used of it. */
const TAIL = 2 ** 13;
const seedOfEmpty = 0xffff_ffff;

/** What the files of one tree claim, so that trees behind it can leave out what was told. */
export class RankClaims {
  readonly starts = new BlockSet();
  readonly #names = new GrowingNumbers();
  readonly #emptyNames = new GrowingNumbers();
  #sorted: { names: Float64Array; emptyNames: Float64Array } | null = null;

  get empties(): number {
    return this.#emptyNames.length;
  }

  /** `start` is null for what has no content. */
  add(start: number | null, name: string): void {
    if (start === null) this.#emptyNames.push(nameHash(name, seedOfEmpty));
    else {
      this.starts.add(start);
      this.#names.push(nameHash(name, start));
    }
  }

  hasName(start: number | null, name: string): boolean {
    const { names, emptyNames } = (this.#sorted ??= {
      names: this.#names.sorted(),
      emptyNames: this.#emptyNames.sorted(),
    });
    return start === null ? holds(emptyNames, nameHash(name, seedOfEmpty)) : holds(names, nameHash(name, start));
  }
}

export class Claims {
  readonly blockBytes: number;
  /** Blocks of files that are allocated. */
  readonly content = new BlockSet();
  /** Of structures, directories included. */
  readonly structure = new BlockSet();
  /** Of files that no tree shows any more; those in `twice` are claimed by two of them. */
  readonly gone = new BlockSet();
  readonly twice = new BlockSet();
  /** By first block: the block that it shares with something else. */
  readonly crossed = new Map<number, number>();
  /** Blocks of which not all is used, in order. */
  tails: Float64Array = new Float64Array(0);
  readonly #blocks: number;
  readonly #claims = new GrowingNumbers();
  readonly #tails = new GrowingNumbers();
  readonly #goneClaims = new Set<number>();

  /** `blocks`: how many the volume has. */
  constructor(blockBytes: number, blocks: number) {
    this.blockBytes = blockBytes;
    this.#blocks = blocks;
  }

  /** A stretch of an allocated file, within the volume. */
  addContent({ start, length }: ByteRange): void {
    const { first, count } = this.#blocksOf(start, length);
    if (count === 0) return;
    this.#claims.push(first * COUNT + Math.min(count, COUNT - 1));
    for (let block = first; block < first + count; block++) this.content.add(block);
    const used = length % this.blockBytes;
    if (used > 0 && first + count <= this.#blocks) this.#tails.push((first + count - 1) * TAIL + used);
  }

  addStructure({ start, length }: ByteRange): void {
    const { first, count } = this.#blocksOf(start, length);
    for (let block = first; block < first + count; block++) this.structure.add(block);
  }

  addGone({ start, length }: ByteRange): void {
    const { first, count } = this.#blocksOf(start, length);
    const claim = first * COUNT + Math.min(count, COUNT - 1);
    // The same stretch is one file with several names, or in several sessions.
    if (count === 0 || this.#goneClaims.has(claim)) return;
    this.#goneClaims.add(claim);
    for (let block = first; block < first + count; block++) if (!this.gone.add(block)) this.twice.add(block);
  }

  /** To be called when all is added: finds what is claimed twice. */
  finish(): void {
    this.tails = this.#tails.sorted();
    const claims = this.#claims.sorted();
    let [owner, end, before] = [-1, -1, -1];
    for (const claim of claims) {
      if (claim === before) continue;
      before = claim;
      const first = Math.floor(claim / COUNT);
      const last = first + (claim % COUNT) - 1;
      if (first < end) {
        this.#cross(first, first);
        this.#cross(owner, first);
      }
      const inStructure = this.structure.next(first, last);
      if (inStructure >= 0) this.#cross(first, inStructure);
      if (last + 1 > end) [owner, end] = [first, last + 1];
    }
  }

  /** Behind the last block of the volume. */
  get endByte(): number {
    return this.#blocks * this.blockBytes;
  }

  #cross(first: number, block: number): void {
    if (!this.crossed.has(first)) this.crossed.set(first, block);
  }

  #blocksOf(start: number, length: number): { first: number; count: number } {
    const first = Math.floor(start / this.blockBytes);
    const end = Math.min(this.#blocks, Math.ceil((start + length) / this.blockBytes));
    return { first, count: length > 0 ? Math.max(0, end - first) : 0 };
  }

  static tailOf(tail: number): { block: number; used: number } {
    const block = Math.floor(tail / TAIL);
    return { block, used: tail - block * TAIL };
  }
}
