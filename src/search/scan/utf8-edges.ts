/** Ranges of characters as ways through bytes of UTF-8 (RFC 3629, section 3). Equal ends of ways are shared. */

export interface ByteEdge {
  readonly low: number;
  readonly high: number;
  /** Node that follows. */
  readonly to: number;
}

/** Sorted: first and last of each range. */
type Ranges = readonly number[];

/** Lead bytes of two, three and four bytes: the first of them, continuation bytes, first and last character. */
const lengths = [
  { lead: 0xc0, rest: 1, first: 0x80, last: 0x7ff },
  { lead: 0xe0, rest: 2, first: 0x800, last: 0xffff },
  { lead: 0xf0, rest: 3, first: 0x10000, last: 0x10ffff },
] as const;
const bitsPerByte = 6;

export class Utf8Edges {
  /** Edges of the nodes inside characters, the first of which has the number given. */
  readonly nodes: (readonly ByteEdge[])[] = [];
  readonly #first: number;
  readonly #known = new Map<string, number>();

  constructor(first: number) {
    this.#first = first;
  }

  get count(): number {
    return this.#first + this.nodes.length;
  }

  /** Edges that take a character of the ranges and lead to `to`. */
  of(ranges: Ranges, to: number): ByteEdge[] {
    const edges: ByteEdge[] = [];
    forRanges(ranges, 0, 0x7f, (low, high) => void edges.push({ low, high, to }));
    for (const { lead, rest, first, last } of lengths) {
      const own: number[] = [];
      forRanges(ranges, first, last, (low, high) => void own.push(low, high));
      this.#step(own, rest, to, lead, edges);
    }
    return edges;
  }

  /** Edges by the highest bits of the values, then nodes for the rest of them. */
  #step(ranges: Ranges, rest: number, to: number, base: number, edges: ByteEdge[]): void {
    const size = 1 << (rest * bitsPerByte);
    for (let at = 0; at < ranges.length; at += 2) {
      const [low, high] = [ranges[at] as number, ranges[at + 1] as number];
      const from = Math.max(Math.floor(low / size), lastOf(edges, base) + 1);
      for (let top = from; top <= Math.floor(high / size); top += 1) {
        const inner: number[] = [];
        forRanges(ranges, top * size, top * size + size - 1, (a, b) => void inner.push(a - top * size, b - top * size));
        this.#add(edges, base + top, rest === 0 ? to : this.#node(inner, rest - 1, to));
      }
    }
  }

  #add(edges: ByteEdge[], byte: number, to: number): void {
    const before = edges.at(-1);
    if (before?.to === to && before.high === byte - 1) edges[edges.length - 1] = { ...before, high: byte };
    else edges.push({ low: byte, high: byte, to });
  }

  /** A node that takes continuation bytes: `rest` more after its own. */
  #node(ranges: Ranges, rest: number, to: number): number {
    const key = `${to}:${rest}:${ranges.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const edges: ByteEdge[] = [];
    this.#step(ranges, rest, to, 0x80, edges);
    const node = this.count;
    this.nodes.push(edges);
    this.#known.set(key, node);
    return node;
  }
}

/** Highest value of `base` and above that has an edge already: two ranges may share their highest bits. */
function lastOf(edges: readonly ByteEdge[], base: number): number {
  const last = edges.at(-1);
  return last === undefined || last.high < base ? -1 : last.high - base;
}

/** The parts of the ranges that lie within `first` and `last`. */
function forRanges(ranges: Ranges, first: number, last: number, use: (low: number, high: number) => void): void {
  for (let at = 0; at < ranges.length; at += 2) {
    const low = Math.max(ranges[at] as number, first);
    const high = Math.min(ranges[at + 1] as number, last);
    if (low <= high) use(low, high);
  }
}
