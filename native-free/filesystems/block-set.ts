/** A set of blocks of a volume, one bit each; memory only for the parts of the volume that are used. */

const PAGE_SHIFT = 16;
const PAGE_WORDS = 1 << (PAGE_SHIFT - 5);
const PAGE_MASK = (1 << PAGE_SHIFT) - 1;

export class BlockSet {
  readonly #pages: (Uint32Array | undefined)[] = [];
  #size = 0;

  /** How many blocks are in it. */
  get size(): number {
    return this.#size;
  }

  has(block: number): boolean {
    const page = this.#pages[block >>> PAGE_SHIFT];
    return page !== undefined && ((page[(block & PAGE_MASK) >>> 5]! >>> (block & 31)) & 1) === 1;
  }

  /** False where it was in it already. Blocks are numbers below 2^32. */
  add(block: number): boolean {
    const page = (this.#pages[block >>> PAGE_SHIFT] ??= new Uint32Array(PAGE_WORDS));
    const word = (block & PAGE_MASK) >>> 5;
    const bit = 1 << (block & 31);
    if ((page[word]! & bit) !== 0) return false;
    page[word]! |= bit;
    this.#size++;
    return true;
  }

  /** The first block of the set from `block` on that is not above `last`; -1 for none. */
  next(block: number, last: number): number {
    for (let at = block; at <= last;) {
      const page = this.#pages[at >>> PAGE_SHIFT];
      const pageEnd = ((at >>> PAGE_SHIFT) + 1) * 2 ** PAGE_SHIFT;
      if (page !== undefined) {
        const found = nextInPage(page, at & PAGE_MASK);
        if (found >= 0) {
          const next = pageEnd - 2 ** PAGE_SHIFT + found;
          return next <= last ? next : -1;
        }
      }
      at = pageEnd;
    }
    return -1;
  }
}

function nextInPage(page: Uint32Array, from: number): number {
  let word = from >>> 5;
  let bits = page[word]! & (-1 << (from & 31));
  while (bits === 0) {
    if (++word === PAGE_WORDS) return -1;
    bits = page[word]!;
  }
  return word * 32 + (31 - Math.clz32(bits & -bits));
}
