/** The medium of a UDIF image. */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { finding } from "../../model/findings.ts";
import { checkClaims, type Claim } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import { MappedImage, type Extent, type MappedImageOptions, type PackedExtent } from "../mapped-image.ts";
import type { Block, BlockMap, BlockTable } from "./block-map.ts";
import type { DataFork } from "./data-fork.ts";
import type { Trailer } from "./trailer.ts";
import { mostBlockBytes, unpackBlock } from "./unpack.ts";
import { checksumWithZeros } from "./zero-checksum.ts";

export interface DmgParts extends Omit<MappedImageOptions, "format"> {
  readonly map: BlockMap;
  /** As a segment of its own, by the name of the first file. */
  readonly fork: DataFork;
  /** The file and the offset of the fork in it, where there is one file. */
  readonly single: { readonly segment: ImageSegment; readonly offset: number } | null;
  /** Null where it was lost. */
  readonly trailer: Trailer | null;
  readonly name: string;
}

const checkedBytes = 1 << 20;
/** CRC-32 among the types of checksums. */
const crc32Type = 2;

export class DmgImage extends MappedImage {
  readonly #parts: DmgParts;
  readonly #forkSegment: ImageSegment;

  constructor(parts: DmgParts) {
    super({ ...parts, format: "dmg" });
    this.#parts = parts;
    this.#forkSegment = { name: parts.name, source: parts.fork };
  }

  protected override extentAt(at: number): Extent {
    const block = this.#parts.map.find(at);
    if (typeof block === "number") return { kind: "missing", start: at, end: Math.min(block, this.size) };
    const { start, end, kind, offset, length } = block;
    if (kind === "zero" || kind === "ignore") return { kind: "sparse", start, end };
    if (kind === "unknown") return { kind: "unknown", start, end };
    const { single, fork } = this.#parts;
    if (!single && !fork.holds(offset, length)) return { kind: "missing", start, end };
    const place = single
      ? { segment: single.segment, offset: offset + single.offset }
      : { segment: this.#forkSegment, offset };
    if (kind === "raw") return this.#raw(start, end, length, at, place);
    // No method makes data much larger than they are: more is a table that is damaged.
    if (end - start > mostBlockBytes || length > 2 * (end - start) + (64 << 10))
      return { kind: "unreadable", start, end };
    return { kind: "packed", start, end, ...place, length };
  }

  /** A raw block shorter than its sectors lacks the rest. */
  #raw(
    start: number,
    end: number,
    length: number,
    at: number,
    place: { segment: ImageSegment; offset: number },
  ): Extent {
    const held = Math.min(end, start + length);
    if (at < held) return { kind: "stored", start, end: held, ...place };
    return { kind: "missing", start: held, end };
  }

  protected override unpack(packed: Uint8Array, target: Uint8Array, { start }: PackedExtent): string | null {
    const block = this.#parts.map.find(start);
    return typeof block === "number" ? "table" : unpackBlock(block.kind, packed, target);
  }

  protected override checkContainer(): void {
    const { map, trailer } = this.#parts;
    this.#checkClaims();
    if (!trailer) return;
    this.#checkFork(trailer);
    for (const [index, table] of map.tables.entries()) this.#checkTable(table, index);
    if (trailer.masterChecksumType === crc32Type) this.#checkMaster(trailer);
  }

  #checkClaims(): void {
    const { map, single, trailer } = this.#parts;
    const base = single?.offset ?? 0;
    const file = single?.segment ?? this.#forkSegment;
    const found = checkClaims(file, file.source.size, (claim) => {
      for (let i = 0; i < map.count; i++) {
        const { kind, offset, length } = map.block(i);
        if (kind !== "zero" && kind !== "ignore") claim(base + offset, length);
      }
      if (single && trailer) claimTrailer(trailer, claim);
    });
    // Without a trailer there is no telling what belongs to the tables.
    for (const each of found) if (trailer || each.code !== "image/unclaimed") this.addFinding(each);
  }

  #checkFork({ dataChecksumType, dataChecksum, dataFork }: Trailer): void {
    const { fork, single } = this.#parts;
    // Of a set each trailer has that of its own part.
    if (dataChecksumType !== crc32Type || !single) return;
    // Cut off, which is told of already.
    if (dataFork.offset + dataFork.length > single.segment.source.size) return;
    const sum = checksumOf(fork, 0, dataFork.length, 0);
    if (sum !== dataChecksum) this.#differs("data fork", sum, dataChecksum);
  }

  #checkTable({ first, count, checksumType, checksum }: BlockTable, index: number): void {
    if (checksumType !== crc32Type) return;
    let sum = 0;
    for (let i = first; i < first + count; i++) {
      const block = this.#parts.map.block(i);
      const length = block.end - block.start;
      // What cannot be had is told of already, and may claim to be without end.
      if (block.kind !== "zero" && block.kind !== "ignore" && !this.#isThere(block)) return;
      if (block.kind === "zero") sum = checksumWithZeros(sum, length);
      else if (block.kind !== "ignore") sum = checksumOf(this, block.start, length, sum);
    }
    if (sum !== checksum) this.#differs(`block table ${index + 1}`, sum, checksum);
  }

  #isThere({ kind, start, end, offset, length }: Block): boolean {
    const { fork, single } = this.#parts;
    const held = single ? offset + single.offset + length <= single.segment.source.size : fork.holds(offset, length);
    const whole = kind === "raw" ? end - start <= length : end - start <= mostBlockBytes;
    return held && whole && end <= this.size && kind !== "unknown";
  }

  #checkMaster({ masterChecksum }: Trailer): void {
    const sums = new DataView(new ArrayBuffer(this.#parts.map.tables.length * 4));
    for (const [index, { checksum }] of this.#parts.map.tables.entries()) sums.setUint32(index * 4, checksum);
    const sum = crc32(new Uint8Array(sums.buffer));
    if (sum !== masterChecksum) this.#differs("checksums of the tables", sum, masterChecksum);
  }

  #differs(part: string, computed: number, stored: number): void {
    this.addFinding(finding("image/part-checksum", { part, computed: hex(computed), stored: hex(stored) }));
  }
}

function claimTrailer(trailer: Trailer, claim: Claim): void {
  claim(trailer.at, 512);
  for (const { offset, length } of [trailer.propertyList, trailer.resourceFork, trailer.codeSignature]) {
    if (Number.isSafeInteger(offset + length)) claim(offset, length);
  }
}

/** CRC-32 of a stretch, going on from `sum`. */
function checksumOf(source: ByteSource, start: number, length: number, sum: number): number {
  const buffer = new Uint8Array(Math.max(0, Math.min(checkedBytes, length)));
  let running = sum;
  for (let done = 0; done < length; done += checkedBytes) {
    const part = buffer.subarray(0, Math.min(checkedBytes, length - done));
    const got = source.readInto(part, start + done);
    running = crc32(part.subarray(0, got), running);
    if (got < part.length) break;
  }
  return running;
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, "0");
}
