/**
 * A medium as a complete and exact stream. Reads are large and go through the page cache. Where one fails, the rest of it
 * is read past the cache in halves until single logical sectors are left; those that fail are tried again within a budget.
 * What stays unreadable is filled with zeros and listed; its readable neighbours are kept. No sector is ever passed over:
 * each one inside a range that failed is tried at least once alone or within a smaller range that reads.
 *
 * Where bad sectors follow on each other the halving stops and sectors are tried one by one, so that a dead stretch costs
 * one read a sector and not two. Sectors that failed and then read, and the readable neighbours of bad ones, are read
 * again and compared (`CrossCheck`).
 */
import type { AcquisitionSource, SourceErrors } from "./acquisition-source.ts";
import { CrossCheck } from "./cross-check.ts";
import { ErrorList } from "./error-list.ts";
import { ExactReads } from "./exact-reads.ts";
import { mediumSays } from "../messages/en.ts";
import type { Medium } from "./medium.ts";

export interface RetryPolicy {
  /** Further tries of one sector. */
  readonly perSector: number;
  /** Further tries in all; after them a sector that fails is given up at once. */
  readonly inAll: number;
  /** Reads in all to compare what lies beside bad sectors. */
  readonly comparisons: number;
}

export const usualRetries: RetryPolicy = { perSector: 2, inAll: 4096, comparisons: 4096 };

export interface BlockSourceOptions {
  readonly retries?: Partial<RetryPolicy>;
  /** Reads every place twice, the second time past the cache, and compares. */
  readonly reread?: boolean;
  /** Byte at which reading begins, and what was found in front of it. */
  readonly from?: number;
  readonly before?: SourceErrors;
}

/** So many bad sectors one after another are a dead stretch. */
const deadStretch = 64;
/** Readable sectors on each side of a bad one that are compared: the page that fails with it in the cache. */
const neighbourBytes = 4096;

const unread = 0;
const good = 1;
const failed = 2;
/** Read at last, after it had failed. */
const healed = 3;

export class BlockSource implements AcquisitionSource {
  readonly size: number;
  readonly sectorBytes: number;
  readonly #medium: Medium;
  readonly #reads: ExactReads;
  readonly #perSector: number;
  readonly #reread: boolean;
  readonly #list: ErrorList;
  readonly #check: CrossCheck;
  #retriesLeft: number;
  #at: number;
  /** Of the read that failed: its target, first byte in it, length and place, and a state for each of its sectors. */
  #target: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #length = 0;
  #place = 0;
  #states = new Uint8Array(0);
  #badInRow = 0;
  /** Failures that have a sector or a range to their name. */
  #explained = 0;

  constructor(medium: Medium, options: BlockSourceOptions = {}) {
    const retries = { ...usualRetries, ...options.retries };
    this.#medium = medium;
    this.size = medium.size;
    this.sectorBytes = medium.sectorBytes;
    this.#perSector = retries.perSector;
    this.#retriesLeft = retries.inAll;
    this.#reread = options.reread === true;
    this.#at = options.from ?? 0;
    this.#reads = new ExactReads(medium);
    this.#list = new ErrorList(options.before, Math.floor(this.#at / medium.sectorBytes));
    this.#check = new CrossCheck(this.#reads, this.#list, medium.sectorBytes, retries.comparisons);
  }

  get errors(): SourceErrors {
    return this.#list.snapshot;
  }

  get notes(): readonly string[] {
    const { path, cachedBecause } = this.#medium;
    return cachedBecause === null ? [] : [mediumSays.cachedRetries(path, cachedBecause)];
  }

  readInto(target: Uint8Array, at: number): number {
    const length = Math.max(0, Math.min(target.length, this.size - at));
    this.#at = at;
    const read = this.#reads.read(target, 0, length, at);
    if (read < length) this.#salvage(target, read - (read % this.sectorBytes), length, at);
    else if (this.#reread && length > 0) this.#check.compareOnce(target, 0, length, at);
    this.#at = at + length;
    return length;
  }

  checkUnchanged(): void {
    this.#reads.checkUnchanged(this.#at);
  }

  close(): void {
    this.#medium.close();
  }

  /** Reads what can be read from `start` to `length`, where a read failed. */
  #salvage(target: Uint8Array, start: number, length: number, at: number): void {
    this.#target = target;
    this.#offset = start;
    this.#length = length - start;
    this.#place = at + start;
    const sectors = Math.ceil(this.#length / this.sectorBytes);
    if (this.#states.length < sectors) this.#states = new Uint8Array(sectors);
    this.#states.fill(unread, 0, sectors);
    this.#split(0, sectors);
    this.#retryFailed(sectors);
    this.#giveUpFailed(sectors);
    if (this.#reread) this.#compareAll(start, sectors);
    else this.#compareNeighbours(sectors);
  }

  #explore(first: number, count: number): void {
    if (this.#readAgain(first, count)) {
      this.#states.fill(good, first, first + count);
      this.#badInRow = 0;
    } else if (count > 1) {
      this.#split(first, count);
    } else {
      this.#states[first] = failed;
      this.#badInRow += 1;
      this.#explained += 1;
    }
  }

  /** Of a range that failed: n bad sectors in it cost about n · log2(count) reads, a dead stretch one a sector. */
  #split(first: number, count: number): void {
    const before = this.#explained;
    const end = first + count;
    let next = first;
    while (next < end && this.#badInRow >= deadStretch) this.#explore(next++, 1);
    if (next > first) {
      if (next < end) this.#explore(next, end - next);
    } else if (count === 1) {
      this.#explore(first, 1);
    } else {
      const half = count >> 1;
      this.#explore(first, half);
      this.#explore(first + half, count - half);
    }
    if (this.#explained > before) return;
    // The range failed, its parts did not: nobody knows which of them is weak.
    this.#states.fill(healed, first, end);
    this.#explained += 1;
  }

  #retryFailed(sectors: number): void {
    for (let sector = 0; sector < sectors; sector++) {
      if (this.#states[sector] !== failed) continue;
      for (let tries = 0; tries < this.#perSector && this.#retriesLeft > 0; tries++) {
        this.#retriesLeft -= 1;
        this.#list.addRetry();
        if (!this.#readAgain(sector, 1)) continue;
        this.#states[sector] = healed;
        break;
      }
    }
  }

  #giveUpFailed(sectors: number): void {
    const base = this.#place / this.sectorBytes;
    for (const [first, count] of this.#runsOf(failed, sectors)) {
      this.#target.fill(0, this.#offset + this.#byteOf(first), this.#offset + this.#byteOf(first + count));
      this.#list.addBad(base + first, count);
    }
  }

  /** What failed and then read, and what lies beside a failure, is read twice more. */
  #compareNeighbours(sectors: number): void {
    const reach = Math.max(1, Math.floor(neighbourBytes / this.sectorBytes));
    const states = this.#states;
    for (let sector = 0; sector < sectors; sector++) {
      if (states[sector] !== failed) continue;
      const from = Math.max(0, sector - reach);
      const to = Math.min(sectors, sector + reach + 1);
      for (let near = from; near < to; near++) if (states[near] === good) states[near] = healed;
    }
    for (const [first, count] of this.#runsOf(healed, sectors)) {
      const start = this.#byteOf(first);
      this.#check.compareTwice(
        this.#target,
        this.#offset + start,
        this.#byteOf(first + count) - start,
        this.#place + start,
      );
    }
  }

  /** Everything that could be read, in front of the failure, too. */
  #compareAll(start: number, sectors: number): void {
    if (start > 0) this.#check.compareOnce(this.#target, 0, start, this.#place - start);
    this.#states.forEach((state, sector) => {
      if (sector < sectors && state === healed) this.#states[sector] = good;
    });
    for (const [first, count] of this.#runsOf(good, sectors)) {
      const from = this.#byteOf(first);
      this.#check.compareOnce(
        this.#target,
        this.#offset + from,
        this.#byteOf(first + count) - from,
        this.#place + from,
      );
    }
  }

  *#runsOf(state: number, sectors: number): Iterable<[first: number, count: number]> {
    for (let first = 0; first < sectors; first++) {
      if (this.#states[first] !== state) continue;
      let end = first + 1;
      while (end < sectors && this.#states[end] === state) end++;
      yield [first, end - first];
      first = end;
    }
  }

  #byteOf(sector: number): number {
    return Math.min(this.#length, sector * this.sectorBytes);
  }

  #readAgain(first: number, count: number): boolean {
    const start = this.#byteOf(first);
    const length = this.#byteOf(first + count) - start;
    return this.#reads.read(this.#target, this.#offset + start, length, this.#place + start, true) === length;
  }
}
