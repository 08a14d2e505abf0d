/** Which clusters of a stretch of the file are claimed, how often, and by what. */

/** By header, tables of the first level, reference counts and bitmaps; by an L2 table, a cluster, a packed cluster. */
const META = 1;
const TABLE = 2;
const DATA = 4;
const PACKED = 8;
/** By a table or cluster of the tree in hand: another tree may share it, this one not again. */
const OWN = 16;

/** Claims are counted up to this number. */
export const MOST_COUNTED = 0xff;

export class Claims {
  /** Numbers of the first granule and of the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Claims of things that exclude each other. */
  twice = 0;
  readonly #granule: number;
  readonly #counts: Uint8Array;
  readonly #kinds: Uint8Array;

  constructor(granule: number, from: number, to: number) {
    this.#granule = granule;
    this.from = from;
    this.to = to;
    this.#counts = new Uint8Array(to - from);
    this.#kinds = new Uint8Array(to - from);
  }

  beginTree(): void {
    for (let i = 0; i < this.#kinds.length; i++) this.#kinds[i]! &= ~OWN;
  }

  meta(offset: number, bytes: number): void {
    this.#claim(offset, bytes, META, META);
  }

  table(offset: number, bytes: number): void {
    this.#claim(offset, bytes, TABLE | OWN, META | DATA | PACKED | OWN);
  }

  data(offset: number, bytes: number): void {
    this.#claim(offset, bytes, DATA | OWN, META | TABLE | PACKED | OWN);
  }

  packed(offset: number, bytes: number): void {
    this.#claim(offset, bytes, PACKED, META | TABLE | DATA);
  }

  #claim(offset: number, bytes: number, kind: number, excluded: number): void {
    const first = Math.max(this.from, Math.floor(offset / this.#granule)) - this.from;
    const last = Math.min(this.to, Math.ceil((offset + bytes) / this.#granule)) - this.from;
    let clash = false;
    for (let i = first; i < last; i++) {
      const kinds = this.#kinds[i]!;
      clash ||= (kinds & excluded) !== 0 && kind !== META;
      this.#kinds[i] = kinds | kind;
      if (this.#counts[i]! < MOST_COUNTED) this.#counts[i]!++;
    }
    if (clash) this.twice++;
  }

  /** Claims of the granule that holds a place, up to `MOST_COUNTED`; null where that is not in this stretch. */
  countAt(offset: number): number | null {
    const index = Math.floor(offset / this.#granule) - this.from;
    return index >= 0 && index < this.#counts.length ? this.#counts[index]! : null;
  }
}
