/** The security descriptors of a volume: the stream `$SDS` of `$Secure`, each once, by the number that files name. */
import { readRange, type ByteSource } from "../../../bytes/byte-source.ts";
import { wide } from "../../../bytes/field-types.ts";
import { struct, u32 } from "../../../bytes/struct.ts";
import { describeSecurity, type Owners } from "./descriptor.ts";

const header = struct("ntfs.sdsEntry", 20, {
  hash: [0, u32, "of the descriptor"],
  id: [4, u32],
  offset: [8, wide, "bytes of the stream: where it stands itself"],
  length: [16, u32, "bytes with this header"],
});
type Header = ReturnType<typeof header.cursor>;
const LEAST_ENTRY = header.size + 20;
/** Entries begin at multiples. */
const STEP = 16;
/** Blocks come in pairs: entries, then a copy of the block. No entry crosses the end of its block. */
const BLOCK = 256 << 10;
const PAIR = 2 * BLOCK;
/** What is looked through and remembered at most; volumes of Windows have some megabytes. */
const MOST_PAIRS = 512;
const MOST_ENTRIES = 1 << 20;
const MOST_CACHED = 1024;

interface Index {
  /** Ascending; equal ones in the order of the stream. */
  readonly ids: Uint32Array;
  readonly offsets: Float64Array;
}

/** Lazy: the stream is looked through when the first owner is asked for. */
export class SecurityDescriptors {
  readonly #stream: ByteSource;
  #index: Index | null = null;
  readonly #cache = new Map<number, Owners | null>();

  constructor(sds: ByteSource) {
    this.#stream = sds;
  }

  /** Null where no descriptor with the number has the right hash, neither in its place nor in the copy. */
  ownerOf(securityId: number): Owners | null {
    const known = this.#cache.get(securityId);
    if (known !== undefined) return known;
    const found = this.#find(securityId);
    if (this.#cache.size >= MOST_CACHED) this.#cache.clear();
    this.#cache.set(securityId, found);
    return found;
  }

  #find(id: number): Owners | null {
    const { ids, offsets } = (this.#index ??= indexOf(this.#stream));
    let [low, high] = [0, ids.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    for (; ids[low] === id; low++) {
      const offset = offsets[low]!;
      const data =
        descriptorAt(this.#stream, offset, offset, id) ?? descriptorAt(this.#stream, offset + BLOCK, offset, id);
      const owners = data && describeSecurity(data);
      if (owners) return owners;
    }
    return null;
  }
}

/** The descriptor that stands at `at` as that of `offset`; null where it does not hold. */
function descriptorAt(stream: ByteSource, at: number, offset: number, id: number): Uint8Array | null {
  const block = readRange(stream, at, header.size);
  if (block.length < header.size) return null;
  const cursor = header.cursor().over(block);
  if (cursor.id !== id || !isEntry(cursor, offset)) return null;
  const length = cursor.length - header.size;
  const data = readRange(stream, at + header.size, length);
  return data.length === length && hashOf(data) === cursor.hash ? data : null;
}

function isEntry({ id, offset, length }: Header, at: number): boolean {
  return id !== 0 && offset === at && length >= LEAST_ENTRY && (at % BLOCK) + length <= BLOCK;
}

/** Of the words of a descriptor: the sum so far turned left by three bits, and the next one. What is left of a word does not count. */
function hashOf(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  let hash = 0;
  for (let at = 0; at + 4 <= data.length; at += 4)
    hash = (((hash << 3) | (hash >>> 29)) + view.getUint32(at, true)) | 0;
  return hash >>> 0;
}

function indexOf(stream: ByteSource): Index {
  const found: Found = { ids: new Uint32Array(64), offsets: new Float64Array(64), count: 0 };
  let pairs = 0;
  let next = 0;
  for (const { kind, start, length } of stream.runsIn(0, stream.size)) {
    if (kind !== "data") continue;
    // Each pair of blocks once, whatever the runs are.
    for (let at = Math.max(next, start - (start % PAIR)); at < start + length; at += PAIR) {
      if (++pairs > MOST_PAIRS || found.count >= MOST_ENTRIES) return sorted(found);
      scanPair(readRange(stream, at, PAIR), at, found);
      next = at + PAIR;
    }
  }
  return sorted(found);
}

interface Found {
  ids: Uint32Array;
  offsets: Float64Array;
  count: number;
}

function scanPair(pair: Uint8Array, base: number, found: Found): void {
  const first = header.cursor();
  const copy = header.cursor();
  for (let at = 0; at < BLOCK && at < pair.length;) {
    const there = holds(pair, at, base + at, first);
    const copied = holds(pair, at + BLOCK, base + at, copy);
    if (there) add(found, first.id, base + at);
    // The hash does not cover the number.
    if (copied && !(there && copy.id === first.id)) add(found, copy.id, base + at);
    at += there || copied ? Math.ceil((there ? first : copy).length / STEP) * STEP : STEP;
  }
}

/** Whether the entry of `offset` stands at `at`, and its descriptor has the right hash; the cursor lies over it then. */
function holds(pair: Uint8Array, at: number, offset: number, cursor: Header): boolean {
  if (at + header.size > pair.length || !isEntry(cursor.over(pair, at), offset)) return false;
  const end = at + cursor.length;
  return end <= pair.length && hashOf(pair.subarray(at + header.size, end)) === cursor.hash;
}

function add(found: Found, id: number, offset: number): void {
  if (found.count >= MOST_ENTRIES) return;
  if (found.count === found.ids.length) {
    const ids = new Uint32Array(found.count * 2);
    ids.set(found.ids);
    const offsets = new Float64Array(found.count * 2);
    offsets.set(found.offsets);
    found.ids = ids;
    found.offsets = offsets;
  }
  found.ids[found.count] = id;
  found.offsets[found.count++] = offset;
}

function sorted({ ids, offsets, count }: Found): Index {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  // Stable: as they are written ids ascend, and nothing moves.
  order.sort((a, b) => ids[a]! - ids[b]! || a - b);
  return {
    ids: Uint32Array.from(order, (index) => ids[index]!),
    offsets: Float64Array.from(order, (index) => offsets[index]!),
  };
}
