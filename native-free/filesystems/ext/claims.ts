/** Who has which blocks: runs with an owner, put in order once. */

export const claimKind = {
  /** Written content, and content that was taken in advance and not written. */
  content: 1,
  unwritten: 2,
  /** Blocks behind the end of a file. */
  spare: 3,
  directory: 4,
  /** Blocks of maps and of trees of extents. */
  map: 5,
  attributes: 6,
  /** Journal, quota, orphan file, large attributes. */
  metadata: 7,
  /** Structures with a place of their own; see `fixed.ts`. */
  fixed: 8,
} as const;

const firstRoom = 1024;

/** Grows by doubling; a run takes 25 bytes. */
export class ClaimList {
  starts = new Float64Array(firstRoom);
  lengths = new Float64Array(firstRoom);
  owners = new Uint32Array(firstRoom);
  kinds = new Uint8Array(firstRoom);
  /** Bytes used of the last block; 0 for all of it. */
  tails = new Uint32Array(firstRoom);
  count = 0;

  push(start: number, length: number, owner: number, kind: number, tail = 0): void {
    if (this.count === this.starts.length) this.#grow();
    const at = this.count++;
    this.starts[at] = start;
    this.lengths[at] = length;
    this.owners[at] = owner;
    this.kinds[at] = kind;
    this.tails[at] = tail;
  }

  #grow(): void {
    const room = this.starts.length * 2;
    const grown = <T extends { set(from: T): void }>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.starts = grown(new Float64Array(room), this.starts);
    this.lengths = grown(new Float64Array(room), this.lengths);
    this.owners = grown(new Uint32Array(room), this.owners);
    this.kinds = grown(new Uint8Array(room), this.kinds);
    this.tails = grown(new Uint32Array(room), this.tails);
  }

  /** Indices of the claims by where they begin, those of one place in the order in which they were made. */
  order(): Uint32Array {
    let highest = 0;
    let sorted = true;
    for (let i = 0; i < this.count; i++) {
      if (this.starts[i]! > highest) highest = this.starts[i]!;
      if (i > 0 && this.starts[i]! < this.starts[i - 1]!) sorted = false;
    }
    const out = Uint32Array.from({ length: this.count }, (_, i) => i);
    if (sorted) return out;
    const unit = 2 ** Math.ceil(Math.log2(Math.max(2, this.count)));
    if (highest * unit >= Number.MAX_SAFE_INTEGER) {
      return out.sort((a, b) => this.starts[a]! - this.starts[b]! || a - b);
    }
    // Place and index in one number sort without a comparison function.
    const keys = Float64Array.from(out, (i) => this.starts[i]! * unit + i).sort();
    return out.map((_, i) => keys[i]! % unit);
  }
}

/** Claims in order, none over another: of blocks that several claim the first one has them. */
export class OwnedBlocks {
  readonly #list: ClaimList = new ClaimList();

  /** `shared` is told of each block run that two owners claim; it says whether that is a contradiction. */
  constructor(claims: ClaimList, shared: (start: number, length: number, first: number, second: number) => void) {
    const { starts, lengths, owners, kinds, tails } = claims;
    let [end, last] = [0, 0];
    for (const i of claims.order()) {
      const start = starts[i]!;
      const until = start + lengths[i]!;
      if (start < end) shared(start, Math.min(end, until) - start, last, i);
      const from = Math.max(start, end);
      if (until > from) {
        this.#list.push(from, until - from, owners[i]!, kinds[i]!, tails[i]!);
        end = until;
        last = i;
      }
    }
  }

  get count(): number {
    return this.#list.count;
  }

  startOf(index: number): number {
    return this.#list.starts[index]!;
  }

  endOf(index: number): number {
    return this.#list.starts[index]! + this.#list.lengths[index]!;
  }

  kindOf(index: number): number {
    return this.#list.kinds[index]!;
  }

  ownerOf(index: number): number {
    return this.#list.owners[index]!;
  }

  tailOf(index: number): number {
    return this.#list.tails[index]!;
  }

  /** Index of the first claim that ends behind a block; `count` for none. */
  find(block: number): number {
    let [low, high] = [0, this.#list.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.endOf(middle) > block) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  has(block: number): boolean {
    const index = this.find(block);
    return index < this.count && this.startOf(index) <= block;
  }
}
