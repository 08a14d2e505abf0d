/** File identifier descriptors of a directory (ECMA-167 4/8.6 and 4/14.4), those that are left behind its end included. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { viewRange } from "../../bytes/byte-source.ts";
import type { BlockSet } from "../block-set.ts";
import { ExtentSource } from "../extent-source.ts";
import type { FileExtent } from "../file-system.ts";
import { wholeExtents } from "./content.ts";
import * as layout from "./layouts.ts";
import { allocation, type FileRecord } from "./record.ts";
import { crcOf, tagIdAt } from "./tag.ts";
import type { UdfVolume } from "./volume.ts";

/** One descriptor. Bytes are borrowed for reading. */
export interface Identifier {
  /** In the bytes of the directory. */
  readonly offset: number;
  readonly characteristics: number;
  /** 0: it leads nowhere. */
  readonly icbLength: number;
  readonly block: number;
  readonly partition: number;
  /** Lower half of that of its file; 0 for none. */
  readonly uniqueId: number;
  readonly version: number;
  /** Compressed Unicode. */
  readonly name: Uint8Array;
  /** Behind the end of the directory. */
  readonly isSlack: boolean;
  /** Whether its CRC, or else its tag, is wrong. */
  readonly isDamaged: boolean;
}

const windowBytes = 256 << 10;
/** The longest one there can be: name of 255 bytes, implementation use of 65,535. */
const mostBytes = layout.fileIdentifier.size + 255 + 65_535 + 3;
const fields = layout.fileIdentifier.cursor();
const tag = layout.tag.cursor();
const { tagId } = layout;

export class DirectoryReader {
  readonly #volume: ByteSource;
  readonly #source: ByteSource;
  readonly #extents: readonly FileExtent[];
  readonly #size: number;
  #window: Uint8Array = new Uint8Array(0);
  #windowAt = 0;
  #at = 0;
  #extent = 0;
  #extentEnd = 0;
  #inGarbage = false;
  /** Places inside of the directory where no descriptor could be made out. */
  damaged = 0;
  /** A block that was listed before, as part of this directory or of another; -1 for none. */
  again = -1;

  /** Blocks in `taken` are left out, the others are added: each block of a volume is listed once, so that every walk ends. */
  constructor(volume: UdfVolume, record: FileRecord, taken: BlockSet) {
    this.#volume = volume.source;
    const whole = wholeExtents(volume, record);
    this.#extents = record.allocation === allocation.embedded ? whole : this.#untaken(volume, whole, taken);
    this.#source = new ExtentSource(volume.source, this.#extents);
    this.#size = record.size;
    this.#extentEnd = this.#extents[0]?.length ?? 0;
  }

  #untaken({ blockBytes, blocks }: UdfVolume, extents: readonly FileExtent[], taken: BlockSet): FileExtent[] {
    const out: { start: number | null; length: number; state: "intact" }[] = [];
    const add = (start: number | null, length: number): void => {
      const last = out.at(-1);
      const joins =
        start === null ? last?.start === null : last && last.start !== null && last.start + last.length === start;
      if (last && joins) last.length += length;
      else if (length > 0) out.push({ start, length, state: "intact" });
    };
    for (const { start, length } of extents) {
      if (start === null) {
        add(null, length);
        continue;
      }
      const held = Math.max(0, Math.min(length, blocks.count * blockBytes - start));
      for (let inside = 0; inside < held; inside += blockBytes) {
        const block = (start + inside) / blockBytes;
        const isMine = taken.add(block);
        if (!isMine) this.again = block;
        add(isMine ? start + inside : null, Math.min(blockBytes, held - inside));
      }
      add(null, length - held);
    }
    return out;
  }

  /** Continues at a place that a descriptor was at. */
  seek(offset: number): void {
    this.#at = offset;
    this.#extent = 0;
    this.#extentEnd = this.#extents[0]?.length ?? 0;
  }

  /** The next descriptor; null at the end. */
  next(): Identifier | null {
    for (;;) {
      if (!this.#skipHoles()) return null;
      const held = this.#ensure(Math.min(mostBytes, this.#source.size - this.#at));
      const found = this.#read(held);
      if (found !== null) {
        this.#inGarbage = false;
        return found;
      }
      this.#garbage(held);
    }
  }

  /** To the next stretch that has bytes; false at the end. */
  #skipHoles(): boolean {
    const extents = this.#extents;
    while (this.#extent < extents.length) {
      if (this.#at >= this.#extentEnd) {
        this.#extent++;
        this.#extentEnd += extents[this.#extent]?.length ?? 0;
      } else if (extents[this.#extent]!.start === null) {
        this.#at = this.#extentEnd;
      } else return true;
    }
    return false;
  }

  /** Place in the window of the current offset, with `count` bytes behind it if there are so many. */
  #ensure(count: number): number {
    const inside = this.#at - this.#windowAt;
    if (inside >= 0 && inside + count <= this.#window.length) return inside;
    this.#windowAt = this.#at;
    const length = Math.min(windowBytes, this.#source.size - this.#at);
    const extent = this.#extents[this.#extent]!;
    const whole = extent.start !== null && this.#at + length <= this.#extentEnd;
    if (whole) {
      const start = extent.start + extent.length - (this.#extentEnd - this.#at);
      this.#window = viewRange(this.#volume, start, length);
      if (this.#window.length === length) return 0;
    }
    this.#window = new Uint8Array(length);
    this.#source.readInto(this.#window, this.#at);
    return 0;
  }

  #read(at: number): Identifier | null {
    const bytes = this.#window;
    if (at + layout.fileIdentifier.size > bytes.length) return null;
    if (bytes[at] !== 1 || bytes[at + 1] !== 1) return null;
    const { nameBytes, useBytes } = fields.over(bytes, at);
    const used = layout.fileIdentifier.size + useBytes + nameBytes;
    if (at + used > bytes.length) return null;
    const { crc, crcLength } = tag.over(bytes, at);
    const from = at + layout.tag.size;
    const crcHolds = crcLength > 0 && from + crcLength <= bytes.length && crcOf(bytes, from, crcLength) === crc;
    const tagHolds = tagIdAt(bytes, at) === tagId.fileIdentifier;
    if (!tagHolds && !crcHolds) return null;
    const name = at + layout.fileIdentifier.size + useBytes;
    const offset = this.#at;
    this.#at += (used + 3) & ~3;
    fields.over(bytes, at);
    return {
      offset,
      characteristics: fields.characteristics,
      icbLength: fields.icbLength & 0x3fff_ffff,
      block: fields.icbBlock,
      partition: fields.icbPartition,
      uniqueId: fields.uniqueId,
      version: fields.version,
      name: bytes.subarray(name, name + nameBytes),
      isSlack: offset >= this.#size,
      isDamaged: !tagHolds || (!crcHolds && crcLength > 0),
    };
  }

  /** On to the next place that may hold one: they begin at multiples of four. */
  #garbage(held: number): void {
    const bytes = this.#window;
    const end = Math.min(bytes.length, held + (this.#extentEnd - this.#at));
    let at = held;
    if (bytes.subarray(at, at + 4).some((byte) => byte !== 0) && this.#at < this.#size && !this.#inGarbage) {
      this.damaged++;
      this.#inGarbage = true;
    }
    for (at += 4; at < end && (bytes[at] !== 1 || bytes[at + 1] !== 1); at += 4);
    this.#at += Math.min(at, Math.max(end, held + 4)) - held;
  }
}
