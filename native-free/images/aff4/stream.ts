/** An ImageStream as a ByteSource: bevies of chunks with their indexes. Specification: AFF4 Standard 1.0a, section 3. */
import { hash } from "node:crypto";
import { readRange, type ByteSource, type Run } from "../../bytes/byte-source.ts";
import { copyBytes } from "../../bytes/copy-bytes.ts";
import { BadChunks } from "./bad-chunks.ts";
import { unpackChunk, type Aff4ChunkProblem } from "./chunk-codec.ts";
import { indexEntry, offsetEntry } from "./layouts.ts";
import type { BlockHash, Codec } from "./vocabulary.ts";

/** A bevy whose data and index are there. */
export interface Bevy {
  /** Name and number of the volume. */
  readonly name: string;
  readonly volume: number;
  readonly source: ByteSource;
  /** Of its data in that source. */
  readonly at: number;
  readonly length: number;
  /** Reads its index afresh. */
  readonly index: () => Uint8Array;
  /** True for offsets of 32 bits without lengths. */
  readonly offsetsOnly: boolean;
  /** Hashes of its chunks, where the image has any. */
  readonly hashes: { readonly kind: BlockHash; readonly read: () => Uint8Array | null } | null;
}

export interface StreamFacts {
  readonly urn: string;
  readonly size: number;
  readonly chunkBytes: number;
  readonly chunksInBevy: number;
  /** Null where the image does not say: what unpacks a chunk is taken. */
  readonly codec: Codec | null;
  readonly bevies: ReadonlyMap<number, Bevy>;
}

/** Where a chunk is stored. */
export interface ChunkPlace {
  readonly name: string;
  readonly volume: number;
  /** In that file. */
  readonly offset: number;
  readonly length: number;
}

/** Bevies in a row in one volume. */
interface BevyStretch {
  readonly first: number;
  count: number;
  readonly name: string;
}

function stretchesOf(bevies: ReadonlyMap<number, Bevy>): BevyStretch[] {
  const stretches: BevyStretch[] = [];
  for (const number of [...bevies.keys()].sort((a, b) => a - b)) {
    const { name } = bevies.get(number)!;
    const last = stretches.at(-1);
    if (last && last.name === name && last.first + last.count === number) last.count++;
    else stretches.push({ first: number, count: 1, name });
  }
  return stretches;
}

interface LoadedBevy {
  readonly index: Uint8Array;
  readonly hashes: Uint8Array | null;
}

const CACHE_BYTES = 8 << 20;
const CACHED_BEVIES = 8;
const GUESSES: readonly Codec[] = ["deflate", "lz4", "snappy"];

/** The least recently used item goes when there are more than `limit`. */
class Recent<T> {
  readonly #items = new Map<number, T>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: number, make: () => T): T {
    const known = this.#items.get(key);
    const item = known === undefined ? make() : known;
    this.#items.delete(key);
    this.#items.set(key, item);
    if (this.#items.size > this.#limit) this.#items.delete(this.#items.keys().next().value!);
    return item;
  }
}

export class Aff4Stream implements ByteSource {
  readonly size: number;
  readonly urn: string;
  readonly chunkBytes: number;
  readonly chunkCount: number;
  readonly bad = new BadChunks();
  readonly #facts: StreamFacts;
  readonly #stretches: readonly BevyStretch[];
  readonly #loaded = new Recent<LoadedBevy>(CACHED_BEVIES);
  readonly #chunks: Recent<Uint8Array | null>;
  readonly #entry = indexEntry.cursor();
  readonly #offset = offsetEntry.cursor();

  constructor(facts: StreamFacts) {
    this.#facts = facts;
    this.#stretches = stretchesOf(facts.bevies);
    this.size = facts.size;
    this.urn = facts.urn;
    this.chunkBytes = facts.chunkBytes;
    this.chunkCount = Math.ceil(facts.size / facts.chunkBytes);
    this.#chunks = new Recent(Math.max(2, CACHE_BYTES / facts.chunkBytes));
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (let done = 0; done < count;) {
      const chunk = Math.floor((at + done) / this.chunkBytes);
      const from = at + done - chunk * this.chunkBytes;
      const length = Math.min(count - done, this.chunkBytes - from);
      const raw = this.#chunks.get(chunk, () => this.#chunk(chunk));
      if (raw) copyBytes(raw, from, length, target, done);
      else target.fill(0, done, done + length);
      done += length;
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    const bevyBytes = this.chunkBytes * this.#facts.chunksInBevy;
    let next = this.#stretchFrom(Math.floor(at / bevyBytes));
    for (let start = Math.max(0, at); start < end;) {
      const stretch = this.#stretches[next];
      const from = stretch ? stretch.first * bevyBytes : Infinity;
      if (!stretch || start < from) {
        const to = Math.min(end, from);
        yield { start, length: to - start, kind: "missing", place: { path: "-", offset: start, exact: false } };
        start = to;
        continue;
      }
      const stretchEnd = Math.min(end, from + stretch.count * bevyBytes);
      const bad = this.bad.from(Math.floor(start / this.chunkBytes));
      const badFrom = bad ? bad.first * this.chunkBytes : Infinity;
      const isBad = badFrom <= start;
      const to = Math.min(stretchEnd, isBad ? badFrom + bad!.count * this.chunkBytes : badFrom);
      const kind = isBad ? "unreadable" : "data";
      yield { start, length: to - start, kind, place: { path: stretch.name, offset: start, exact: false } };
      start = to;
      if (to === from + stretch.count * bevyBytes) next++;
    }
  }

  /** Index of the first stretch that ends behind a bevy. */
  #stretchFrom(bevy: number): number {
    let [low, high] = [0, this.#stretches.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { first, count } = this.#stretches[middle]!;
      if (first + count > bevy) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Reads a chunk afresh: null where it is sound, else what is wrong; `missing` where no volume holds it. */
  checkChunk(chunk: number): Aff4ChunkProblem | "missing" | null {
    const bevy = this.#bevyOf(chunk);
    if (!bevy) return "missing";
    const raw = this.#load(chunk, bevy);
    if (typeof raw !== "string") return null;
    this.bad.add(chunk, bevy.volume, raw);
    return raw;
  }

  /** Where a chunk is stored; null where no volume holds it or its index is damaged. */
  placeOf(chunk: number): ChunkPlace | null {
    const bevy = this.#bevyOf(chunk);
    const entry = bevy ? this.#entryOf(chunk, bevy) : null;
    if (!bevy || !entry) return null;
    return { name: bevy.name, volume: bevy.volume, offset: bevy.at + entry.offset, length: entry.length };
  }

  #bevyOf(chunk: number): Bevy | null {
    return this.#facts.bevies.get(Math.floor(chunk / this.#facts.chunksInBevy)) ?? null;
  }

  #chunk(chunk: number): Uint8Array | null {
    const bevy = this.#bevyOf(chunk);
    if (!bevy) return null;
    const raw = this.#load(chunk, bevy);
    if (typeof raw !== "string") return raw;
    this.bad.add(chunk, bevy.volume, raw);
    return null;
  }

  #parts(chunk: number, bevy: Bevy): LoadedBevy {
    return this.#loaded.get(Math.floor(chunk / this.#facts.chunksInBevy), () => ({
      index: bevy.index(),
      hashes: bevy.hashes?.read() ?? null,
    }));
  }

  /** Null where the index has no such entry or it leads out of the bevy. */
  #entryOf(chunk: number, bevy: Bevy): { offset: number; length: number } | null {
    const { index } = this.#parts(chunk, bevy);
    const place = chunk % this.#facts.chunksInBevy;
    if (bevy.offsetsOnly) {
      const count = Math.floor(index.length / offsetEntry.size);
      if (place >= count) return null;
      const { offset } = this.#offset.over(index, place * offsetEntry.size);
      const next = place + 1 < count ? this.#offset.over(index, (place + 1) * offsetEntry.size).offset : bevy.length;
      return next > bevy.length || next < offset ? null : { offset, length: next - offset };
    }
    if ((place + 1) * indexEntry.size > index.length) return null;
    const { offset, length } = this.#entry.over(index, place * indexEntry.size);
    return offset + length > bevy.length ? null : { offset, length };
  }

  #load(chunk: number, bevy: Bevy): Uint8Array | Aff4ChunkProblem {
    const entry = this.#entryOf(chunk, bevy);
    const longest = 2 * this.chunkBytes + 1024;
    if (!entry || entry.length > longest) return "index-entry";
    if (bevy.at + entry.offset + entry.length > bevy.source.size) return "truncated";
    const stored = readRange(bevy.source, bevy.at + entry.offset, entry.length);
    if (stored.length === this.chunkBytes) return this.#verified(chunk, bevy, stored) ? stored : "block-hash";
    let worst: Aff4ChunkProblem = "not-unpacked";
    const raw = new Uint8Array(this.chunkBytes);
    const expected = this.#lengthOf(chunk);
    for (const codec of this.#facts.codec ? [this.#facts.codec] : GUESSES) {
      const length = unpackChunk(stored, codec, raw);
      if (length === -1) continue;
      if (length < expected) worst = "short";
      else if (this.#verified(chunk, bevy, raw)) return raw;
      else worst = "block-hash";
    }
    // Some writers neither pad nor pack the last chunk.
    if (stored.length !== expected) return worst;
    raw.fill(0).set(stored);
    return this.#verified(chunk, bevy, raw) ? raw : worst;
  }

  #lengthOf(chunk: number): number {
    return Math.min(this.chunkBytes, this.size - chunk * this.chunkBytes);
  }

  /** Against its block hash, where there is one; that of the last chunk may leave the padding out. */
  #verified(chunk: number, bevy: Bevy, raw: Uint8Array): boolean {
    const { hashes } = this.#parts(chunk, bevy);
    if (!hashes || !bevy.hashes) return true;
    const { algorithm, bytes } = bevy.hashes.kind;
    const at = (chunk % this.#facts.chunksInBevy) * bytes;
    if (at + bytes > hashes.length) return true;
    const matches = (part: Uint8Array): boolean =>
      hash(algorithm, part, "buffer").equals(hashes.subarray(at, at + bytes));
    if (matches(raw)) return true;
    const length = this.#lengthOf(chunk);
    return length < raw.length && matches(raw.subarray(0, length));
  }
}
