/** Content that the Windows Overlay Filter keeps packed in the stream `WofCompressedData` of the file itself. */
import { readRange, type ByteSource } from "../../../bytes/byte-source.ts";
import { wide } from "../../../bytes/field-types.ts";
import { struct, u32 } from "../../../bytes/struct.ts";
import { unpackLzx } from "./lzx.ts";
import { PackedSource, type BadStretch, type HeldTo, type Units } from "./packed-source.ts";
import { unpackXpress } from "./xpress.ts";

/** Of FILE_PROVIDER_EXTERNAL_INFO: XPRESS in chunks of 4 KiB, LZX in those of 32, XPRESS in those of 8 and 16. */
export type WofAlgorithm = 0 | 1 | 2 | 3;

const chunkBytes: readonly number[] = [4096, 32768, 8192, 16384];
const LZX = 1;
/** Contents of this size and above have 64-bit offsets. */
const WIDE_FROM = 2 ** 32;
const narrowOffset = struct("wof.offset", 4, { value: [0, u32, "bytes"] });
const wideOffset = struct("wof.wideOffset", 8, { value: [0, wide, "bytes"] });
/** Bytes of the table that are kept at a time; a multiple of the width of both kinds of offset. */
const TABLE_WINDOW = 4096;

/** WOF_EXTERNAL_INFO, then that of the provider of files. */
const wofInfo = struct("wof.externalInfo", 8, { version: [0, u32], provider: [4, u32] });
const fileInfo = struct("wof.fileInfo", 16, { version: [8, u32], algorithm: [12, u32] });
const PROVIDER_WIM = 1;
const PROVIDER_FILE = 2;

/** The table of chunks says where each but the first begins, counted from its own end. A chunk as long as what it holds is plain. */
export class WofSource extends PackedSource {
  readonly #lzx: boolean;
  readonly #chunks: number;
  readonly #offset: typeof narrowOffset | typeof wideOffset;
  readonly #tableBytes: number;
  #window: Uint8Array = new Uint8Array(0);
  #windowAt = -1;

  /** `packed` is the stream, `size` that of the content. */
  constructor(packed: ByteSource, size: number, algorithm: WofAlgorithm) {
    super(packed, size, chunkBytes[algorithm]!);
    this.#lzx = algorithm === LZX;
    this.#chunks = Math.ceil(size / this.unitBytes);
    this.#offset = size < WIDE_FROM ? narrowOffset : wideOffset;
    this.#tableBytes = Math.max(0, this.#chunks - 1) * this.#offset.size;
  }

  protected override unitsAt(unit: number): Units {
    const from = this.#startOf(unit);
    const to = unit + 1 < this.#chunks ? this.#startOf(unit + 1) : this.stored.size - this.#tableBytes;
    const unpacked = this.unpackedSize(unit);
    if (from === null || to === null) return { kind: "missing", count: from === null ? this.#chunks - unit : 1 };
    if (to <= from || to - from > unpacked) return { kind: "unreadable", count: this.#holeFrom(unit) };
    const offset = this.#tableBytes + from;
    if (to - from === unpacked) return { kind: "plain", count: 1, offset };
    return { kind: "packed", count: 1, offset, length: to - from };
  }

  /** How many chunks from one that cannot be on have no table entry, because the stream is a hole there; at least one. */
  #holeFrom(unit: number): number {
    const width = this.#offset.size;
    const at = unit * width;
    if (at >= Math.min(this.stored.size, this.#tableBytes)) return 1;
    for (const { kind, start, length } of this.stored.runsIn(at, Math.min(this.stored.size, this.#tableBytes) - at))
      return kind === "data" ? 1 : Math.max(1, Math.floor((start + length - at) / width));
    return 1;
  }

  /** Behind the table; null where the stream does not reach so far. */
  #startOf(unit: number): number | null {
    if (unit === 0) return 0;
    const width = this.#offset.size;
    const at = (unit - 1) * width;
    if (at + width > this.stored.size) return null;
    const windowAt = at - (at % TABLE_WINDOW);
    if (windowAt !== this.#windowAt) {
      this.#window = readRange(this.stored, windowAt, Math.min(TABLE_WINDOW, this.#tableBytes - windowAt));
      this.#windowAt = windowAt;
    }
    return this.#offset.cursor().over(this.#window, at - windowAt).value;
  }

  protected override unpack(
    packed: Uint8Array,
    target: Uint8Array,
    heldTo: HeldTo,
  ): readonly Omit<BadStretch, "kind">[] {
    const held = heldTo(0, packed.length);
    const there = held < packed.length ? packed.subarray(0, held) : packed;
    const good = this.#lzx ? unpackLzx(there, target) : unpackXpress(there, target);
    return good < target.length ? [{ from: good, to: target.length }] : [];
  }
}

interface WofInfo {
  readonly algorithm: WofAlgorithm;
}

/**
 * Data of a reparse point with the tag IO_REPARSE_TAG_WOF (0x80000017), behind its header. Null where it names no packed file:
 * `isWimBacked` tells the one other use there is.
 */
export function readWof(reparseData: Uint8Array): WofInfo | null {
  if (reparseData.length < fileInfo.size || wofInfo.cursor().over(reparseData).provider !== PROVIDER_FILE) return null;
  const { algorithm } = fileInfo.cursor().over(reparseData);
  return isAlgorithm(algorithm) ? { algorithm } : null;
}

/** Whether the content lies in a WIM image elsewhere in the volume. */
export function isWimBacked(reparseData: Uint8Array): boolean {
  return reparseData.length >= wofInfo.size && wofInfo.cursor().over(reparseData).provider === PROVIDER_WIM;
}

function isAlgorithm(value: number): value is WofAlgorithm {
  return value < chunkBytes.length;
}
