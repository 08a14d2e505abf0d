/** The medium of a cloop image: blocks of one size, each packed by itself. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { inflateBlock } from "../../kernels/inflate-block.ts";
import { decodeLz4Block } from "../../kernels/lz4-block.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { checkClaims } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import { MappedImage, type Extent, type PackedExtent } from "../mapped-image.ts";
import { TableWindows } from "../table-windows.ts";
import { cloopHead, indexEntry, packings, SCRIPT, SIGNATURE_2, SIGNATURE_4 } from "./layouts.ts";

interface Header {
  readonly version: number;
  readonly blockBytes: number;
  readonly blocks: number;
  readonly headerOffset: number;
  readonly indexOffset: number;
}

/** As QEMU allows. */
const MOST_BLOCK = 64 << 20;
const TWO_32 = 0x1_0000_0000;

/** The version that a head has; null where it is none. */
export function cloopVersionOf(bytes: Uint8Array, at: number): number | null {
  if (at < 0 || at + cloopHead.size > bytes.length) return null;
  const { script, signature } = cloopHead.cursor().over(bytes, at);
  if (script !== SCRIPT) return null;
  return signature === SIGNATURE_2 ? 2 : signature === SIGNATURE_4 ? 4 : null;
}

/** Throws EvidenceError: `image/not-recognised`, `image/structure-damaged`, `structure/number-too-large`. */
export function openCloop(segments: readonly ImageSegment[]): CloopImage {
  const segment = segments[0];
  if (!segment) throw new EvidenceError("image/not-recognised", { segments: 0 });
  return new CloopImage(segment, readHeader(segment.source));
}

function readHeader(source: ByteSource): Header {
  for (const headerOffset of [0, source.size - cloopHead.size]) {
    const head = readRange(source, Math.max(0, headerOffset), cloopHead.size);
    const version = cloopVersionOf(head, 0);
    if (version === null) continue;
    const { blockBytes, blocks } = cloopHead.cursor().over(head);
    if (blockBytes < 512 || blockBytes % 512 !== 0 || blockBytes > MOST_BLOCK) {
      throw new EvidenceError("image/structure-damaged", { structure: "header", problem: "size of a block" });
    }
    if (!Number.isSafeInteger(blocks * blockBytes)) throw new EvidenceError("structure/number-too-large");
    const indexBytes = (blocks + 1) * indexEntry.size;
    const indexOffset = headerOffset === 0 ? cloopHead.size : headerOffset - indexBytes;
    if (indexOffset < 0) throw new EvidenceError("image/structure-damaged", { structure: "index", problem: "length" });
    return { version, blockBytes, blocks, headerOffset, indexOffset };
  }
  throw new EvidenceError("image/not-recognised", { segments: 1 });
}

export class CloopImage extends MappedImage {
  readonly #segment: ImageSegment;
  readonly #header: Header;
  readonly #index: TableWindows;
  readonly #entry = indexEntry.cursor();

  constructor(segment: ImageSegment, header: Header) {
    const { version, blockBytes, blocks, indexOffset } = header;
    const expected = indexOffset + (blocks + 1) * indexEntry.size;
    const { size } = segment.source;
    super({
      format: "cloop",
      size: blocks * blockBytes,
      facts: factsOf({ version, "block-bytes": blockBytes }),
      findings: expected > size ? [finding("image/truncated", { segment: segment.name, bytes: size, expected })] : [],
    });
    this.#segment = segment;
    this.#header = header;
    this.#index = new TableWindows(segment.source);
  }

  /** How a block is packed and where it begins; null where the index ends. */
  #entryOf(block: number): { readonly packing: number; readonly offset: number } | null {
    const index = this.#index.find(this.#header.indexOffset + block * indexEntry.size, indexEntry.size);
    if (index === -1) return null;
    const { high, low } = this.#entry.over(this.#index.window, index);
    if (this.#header.version === 2) return { packing: 0, offset: high * TWO_32 + low };
    return { packing: high >>> 28, offset: (high & 0x0fffffff) * TWO_32 + low };
  }

  protected extentAt(at: number): Extent {
    const { blockBytes } = this.#header;
    const block = Math.floor(at / blockBytes);
    const stretch = { start: block * blockBytes, end: (block + 1) * blockBytes };
    const entry = this.#entryOf(block);
    const next = this.#entryOf(block + 1);
    // Where the file ends before an entry it does so before all that follow.
    if (!entry || !next) return { kind: "missing", start: stretch.start, end: this.size };
    const { packing, offset } = entry;
    const length = next.offset - offset;
    const segment = this.#segment;
    const stored = packings[packing] === "none";
    // Packed by any of these, a block grows by little at most.
    if (!(length > 0 && length <= blockBytes + blockBytes / 8 + 1024) || (stored && length !== blockBytes)) {
      return { kind: "unreadable", ...stretch };
    }
    if (stored) return { kind: "stored", ...stretch, segment, offset };
    return { kind: "packed", ...stretch, segment, offset, length };
  }

  protected override unpack(packed: Uint8Array, target: Uint8Array, extent: PackedExtent): string | null {
    const packing = packings[this.#entryOf(extent.start / this.#header.blockBytes)?.packing ?? -1] ?? "unknown";
    if (packing === "zlib") return inflateBlock(packed, target) === target.length ? null : packing;
    if (packing === "lz4") return decodeLz4Block(packed, target) === target.length ? null : packing;
    return `${packing} is not read`;
  }

  /** Compares the index with the file. */
  protected override checkContainer(): void {
    const { blocks, headerOffset, indexOffset } = this.#header;
    const { size } = this.#segment.source;
    let outside = 0;
    let backward = 0;
    const each = (visit: (offset: number, length: number) => void) => {
      for (let block = 0; block < blocks; block++) {
        const [entry, next] = [this.#entryOf(block), this.#entryOf(block + 1)];
        if (!entry || !next) break;
        visit(entry.offset, next.offset - entry.offset);
      }
    };
    each((offset, length) => {
      if (length <= 0) backward++;
      else if (offset + length > size) outside++;
    });
    const findings: Finding[] = [];
    if (outside > 0) findings.push(finding("image/outside-file", { blocks: outside }));
    const problem = `${backward} places out of order`;
    if (backward > 0) findings.push(finding("image/structure-damaged", { structure: "index", problem }));
    const claims = checkClaims(this.#segment, size, (claim) => {
      claim(headerOffset, cloopHead.size);
      claim(indexOffset, (blocks + 1) * indexEntry.size);
      each((offset, length) => {
        if (length > 0) claim(offset, length);
      });
    });
    for (const found of [...findings, ...claims]) this.addFinding(found);
  }
}
