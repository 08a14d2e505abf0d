/** Files that zisofs packed (versions 1 and 2): blocks of one size, each a zlib stream by itself; an empty one stands for zeros. */
import { readRange, type ByteSource, type Run } from "../../bytes/byte-source.ts";
import { inflateInto } from "../../kernels/inflate-into.ts";
import { zisofs2Magic, zisofs2Pointer, zisofsHead, zisofsMagic, zisofsPointer } from "./layouts.ts";
import type { PackedFile } from "./system-use.ts";

/** Blocks of 32, 64 and 128 KiB are used; version 2 allows up to 1 MiB. */
const leastShift = 15;
const mostShift = 20;
const keptBlocks = 4;
type BlockState = "data" | "sparse" | "unreadable";

/** Why a file cannot be unpacked; null where it can. */
export function packedProblem(stored: ByteSource, packed: PackedFile): string | null {
  if (packed.algorithm.toLowerCase() !== "pz") return "algorithm";
  if (packed.blockShift < leastShift || packed.blockShift > mostShift) return "block size";
  const head = readRange(stored, 0, zisofsHead.size);
  if (head.length < zisofsHead.size) return "size";
  const { magicA, magicB, unpackedBytes } = zisofsHead.cursor().over(head);
  const magic = packed.version === 2 ? zisofs2Magic : zisofsMagic;
  if (magicA !== magic.first || magicB !== magic.second) return "mark";
  if (packed.version !== 2 && unpackedBytes !== packed.bytes) return "size";
  const blocks = Math.ceil(packed.bytes / 2 ** packed.blockShift);
  return packed.headBytes + (blocks + 1) * pointerBytes(packed) > stored.size ? "pointers" : null;
}

function pointerBytes({ version }: PackedFile): number {
  return version === 2 ? zisofs2Pointer.size : zisofsPointer.size;
}

/** The unpacked bytes; blocks that cannot be unpacked are `unreadable`. */
export class UnpackedSource implements ByteSource {
  readonly size: number;
  readonly #stored: ByteSource;
  readonly #packed: PackedFile;
  readonly #blockBytes: number;
  /** Last used last. */
  readonly #kept = new Map<number, { readonly bytes: Uint8Array; readonly state: BlockState }>();

  /** `packedProblem` must have found none. */
  constructor(stored: ByteSource, packed: PackedFile) {
    this.size = packed.bytes;
    this.#stored = stored;
    this.#packed = packed;
    this.#blockBytes = 2 ** packed.blockShift;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (let done = 0; done < count;) {
      const block = Math.floor((at + done) / this.#blockBytes);
      const { bytes } = this.#block(block);
      const inside = at + done - block * this.#blockBytes;
      const length = Math.min(count - done, bytes.length - inside);
      target.set(bytes.subarray(inside, inside + length), done);
      done += length;
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    for (let from = at; from < end;) {
      const block = Math.floor(from / this.#blockBytes);
      const to = Math.min(end, (block + 1) * this.#blockBytes);
      const kind = this.#block(block).state;
      yield { start: from, length: to - from, kind, place: { path: "zisofs", offset: from, exact: false } };
      from = to;
    }
  }

  #block(block: number): { readonly bytes: Uint8Array; readonly state: BlockState } {
    const known = this.#kept.get(block) ?? this.#unpack(block);
    this.#kept.delete(block);
    this.#kept.set(block, known);
    if (this.#kept.size > keptBlocks) this.#kept.delete(this.#kept.keys().next().value!);
    return known;
  }

  #unpack(block: number): { bytes: Uint8Array; state: BlockState } {
    const length = Math.min(this.#blockBytes, this.size - block * this.#blockBytes);
    const [from, to] = [this.#pointer(block), this.#pointer(block + 1)];
    const bytes = new Uint8Array(length);
    if (from === to) return { bytes, state: "sparse" };
    const least = this.#packed.headBytes;
    // A packed block is hardly longer than what it holds.
    if (from < least || to < from || to > this.#stored.size || to - from > 2 * this.#blockBytes) {
      return { bytes, state: "unreadable" };
    }
    for (const { kind } of this.#stored.runsIn(from, to - from))
      if (kind !== "data") return { bytes, state: "unreadable" };
    // One byte more than there may be: inflating says then whether there are too many.
    const room = new Uint8Array(length + 1);
    if (inflateInto(readRange(this.#stored, from, to - from), room) !== length) return { bytes, state: "unreadable" };
    return { bytes: room.subarray(0, length), state: "data" };
  }

  #pointer(index: number): number {
    const wide = this.#packed.version === 2;
    const at = this.#packed.headBytes + index * pointerBytes(this.#packed);
    const bytes = readRange(this.#stored, at, pointerBytes(this.#packed));
    if (!wide) return zisofsPointer.cursor().over(bytes).place;
    const { low, high } = zisofs2Pointer.cursor().over(bytes);
    return high * 2 ** 32 + low;
  }
}
