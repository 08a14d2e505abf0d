/** Stretches of a medium that are kept when they pass by: tables and starts of volumes. Which sectors came is known. */

const unit = 512;

export class Region {
  readonly at: number;
  /** Zeros where nothing came yet. */
  readonly bytes: Uint8Array;
  readonly #came: Uint8Array;
  #left: number;

  constructor(at: number, length: number) {
    this.at = at;
    this.bytes = new Uint8Array(length);
    this.#left = Math.ceil(length / unit);
    this.#came = new Uint8Array(this.#left);
  }

  get complete(): boolean {
    return this.#left === 0;
  }

  /** True where all sectors that hold the first `length` bytes came. */
  has(length: number): boolean {
    return length <= this.bytes.length && !this.#came.subarray(0, Math.ceil(length / unit)).includes(0);
  }

  /** Takes what the slot at `at` has of it; true where that was anything new. A sector that comes in two parts is not taken. */
  feed(slot: Uint8Array, at: number): boolean {
    const from = Math.max(this.at, at);
    const to = Math.min(this.at + this.bytes.length, at + slot.length);
    if (from >= to || this.complete) return false;
    const first = Math.ceil((from - this.at) / unit);
    const whole = to === this.at + this.bytes.length;
    const end = whole ? this.#came.length : Math.floor((to - this.at) / unit);
    if (end <= first) return false;
    const left = this.#left;
    for (let sector = first; sector < end; sector++) this.#mark(sector);
    const start = first * unit;
    this.bytes.set(slot.subarray(this.at + start - at, this.at + Math.min(this.bytes.length, end * unit) - at), start);
    return this.#left < left;
  }

  /** The medium ends at `size`: what would lie behind it is zeros and not waited for, nor is a part of a sector. */
  endAt(size: number): void {
    for (let sector = Math.max(0, Math.floor((size - this.at) / unit)); sector < this.#came.length; sector++) {
      this.#mark(sector);
    }
  }

  #mark(sector: number): void {
    if (this.#came[sector] === 1) return;
    this.#came[sector] = 1;
    this.#left -= 1;
  }
}

/** Many regions, each once, within a bound that no medium can raise. */
export class Regions {
  readonly #byPlace = new Map<number, Region>();
  readonly #mostBytes: number;
  #pending: Region[] = [];
  #bytes = 0;

  #size: number | null;

  /** `size`: of the medium in bytes where it is known. */
  constructor(mostBytes: number, size: number | null) {
    this.#mostBytes = mostBytes;
    this.#size = size;
  }

  at(at: number): Region | null {
    return this.#byPlace.get(at) ?? null;
  }

  /** Keeps `length` bytes at `at` from now on; null where the bound is reached. */
  want(at: number, length: number): Region | null {
    const known = this.#byPlace.get(at);
    if (known) return known;
    if (this.#bytes + length > this.#mostBytes) return null;
    const region = new Region(at, length);
    if (this.#size !== null) region.endAt(this.#size);
    this.#bytes += length;
    this.#byPlace.set(at, region);
    this.#pending.push(region);
    return region;
  }

  /** The size of the medium turned out. */
  endAt(size: number): void {
    this.#size = size;
    for (const region of this.#byPlace.values()) region.endAt(size);
  }

  /** True where a region still waits for some of these bytes. */
  wants(at: number, length: number): boolean {
    return this.#pending.some((region) => region.at < at + length && region.at + region.bytes.length > at);
  }

  /** True where a region got new bytes. */
  feed(slot: Uint8Array, at: number): boolean {
    let changed = false;
    let done = false;
    for (const region of this.#pending) {
      changed = region.feed(slot, at) || changed;
      done ||= region.complete;
    }
    if (done) this.#pending = this.#pending.filter((region) => !region.complete);
    return changed;
  }
}
