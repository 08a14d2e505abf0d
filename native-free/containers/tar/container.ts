/**
 * tar archives as containers: every entry is a child, read forward without a directory. POSIX.1-2017 pax and ustar, old v7, GNU long names,
 * volume labels and sparse files in all forms, star, Solaris. Damaged headers are passed over to the next sound one. The content of a hard
 * link is that of the file it names, among the first 500,000 entries.
 * Not supported: joining volumes of a multi-volume archive; their parts are files.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { nameFromBytes } from "../../model/forensic-path.ts";
import { isZero, stretchChild } from "../../unpack/stream-child.ts";
import { type Content, type EntryHeaders, makeEntry } from "./entry.ts";
import { BLOCK_BYTES, isHeader, isZeroBlock, readHeader, type TarHeader, upToNul } from "./header.ts";
import { type PaxRecords, PaxValues, readPax } from "./pax.ts";

export const tarContainer: Extractor = {
  id: "tar",
  family: "container",
  name: "tar archive",
  spec: "POSIX.1-2017 pax; GNU tar manual, Tar Internals",
  level: "partial",
  types: ["tar"],
  extract: (source) => new TarWalk(source).extract(),
};

const MOST_LINKABLE = 500_000;
/** Long names and pax records larger than this are damage. */
const MOST_EXTENSION_BYTES = 16 * 1024 * 1024;
/** Blocks looked at in one read while a header is searched. */
const SEARCH_BLOCKS = 256;

const blocksOf = (length: number): number => Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES;

class TarWalk {
  readonly #source: ByteSource;
  #at = 0;
  /** Contents by name, for hard links. */
  readonly #contents = new Map<string, Content>();
  readonly #global = new Map<string, Uint8Array>();
  /** What stands before the entry's own header. */
  #start: number | null = null;
  #longName: Uint8Array | null = null;
  #longLink: Uint8Array | null = null;
  #records: PaxRecords = [];
  #isPaxDamaged = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async *extract(): AsyncGenerator<Extraction> {
    const { size } = this.#source;
    while (this.#at < size) {
      const block = readRange(this.#source, this.#at, BLOCK_BYTES);
      if (isHeader(block)) yield* this.#entry(readHeader(block));
      else if (this.#at > 0 && isZeroBlock(block)) this.#at += block.length;
      else if (yield* this.#passOver(block)) return;
    }
    if (this.#start !== null) yield* this.#damage("no-entry-behind-extension");
  }

  *#damage(problem: string): Generator<Extraction> {
    yield { what: "finding", finding: finding("archive/damaged", { problem }, { offset: this.#at, length: null }) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }

  /** Goes on at the next sound header; true where there is none. */
  *#passOver(block: Uint8Array): Generator<Extraction, boolean> {
    const from = this.#at;
    if (from === 0 && block.length < BLOCK_BYTES) throw new EvidenceError("archive/damaged", { problem: "header" });
    const found = this.#search(from + BLOCK_BYTES);
    if (found === null && from === 0) throw new EvidenceError("archive/damaged", { problem: "header" });
    if (found === null) {
      // Bytes that are no archive behind its end; without zeros before them, the archive has no end.
      if (!isZero(this.#source, from)) {
        yield { what: "child", child: stretchChild(this.#source, from, this.#source.size - from, "archive/trailing") };
      }
      if (!this.#isEndBefore(from)) yield* this.#damage("header");
      return true;
    }
    const length = found - from;
    yield { what: "finding", finding: finding("archive/skipped", { bytes: length }, { offset: from, length }) };
    yield { what: "status", status: "partial", reason: "damaged" };
    this.#forget();
    this.#at = found;
    return false;
  }

  #isEndBefore(at: number): boolean {
    return at >= BLOCK_BYTES && isZeroBlock(readRange(this.#source, at - BLOCK_BYTES, BLOCK_BYTES));
  }

  #search(from: number): number | null {
    const { size } = this.#source;
    for (let at = from; at + BLOCK_BYTES <= size; at += SEARCH_BLOCKS * BLOCK_BYTES) {
      const blocks = readRange(this.#source, at, SEARCH_BLOCKS * BLOCK_BYTES);
      for (let inside = 0; inside + BLOCK_BYTES <= blocks.length; inside += BLOCK_BYTES) {
        // Cheap first: a checksum field begins with a digit or blank.
        const digit = blocks[inside + 148]!;
        if (digit !== 0x20 && (digit < 0x30 || digit > 0x37)) continue;
        if (isHeader(blocks.subarray(inside, inside + BLOCK_BYTES))) return at + inside;
      }
    }
    return null;
  }

  #forget(): void {
    this.#start = null;
    this.#longName = this.#longLink = null;
    this.#records = [];
    this.#isPaxDamaged = false;
  }

  *#entry(header: TarHeader): Generator<Extraction> {
    if (header.type === "x" || header.type === "X" || header.type === "g") return yield* this.#pax(header);
    if (header.type === "L" || header.type === "K") return yield* this.#long(header);
    if (header.type === "V") {
      if (header.name.length > 0) {
        yield { what: "field", name: "title", value: nameFromBytes(header.name).text, source: "tar" };
      }
      this.#at += BLOCK_BYTES;
      return;
    }
    const headers: EntryHeaders = {
      at: this.#start ?? this.#at,
      dataAt: this.#at + BLOCK_BYTES,
      header,
      longName: this.#longName,
      longLink: this.#longLink,
      pax: new PaxValues(this.#records, this.#global),
      isPaxDamaged: this.#isPaxDamaged,
    };
    this.#forget();
    const entry = makeEntry(this.#source, headers, (name) => this.#contents.get(name) ?? null);
    const { child } = entry;
    if (child.kind === "file" && this.#contents.size < MOST_LINKABLE)
      this.#contents.set(child.name.text, child.content);
    yield { what: "child", child };
    this.#at = entry.isLost ? headers.dataAt : entry.dataAt + blocksOf(entry.dataBytes);
    if (entry.isLost) yield* this.#damage("size");
    else if (entry.dataAt + entry.dataBytes > this.#source.size) {
      yield { what: "status", status: "partial", reason: "damaged" };
    }
  }

  /** The body of an extension; null where it is not there as a whole. */
  *#body(header: TarHeader): Generator<Extraction, Uint8Array | null> {
    this.#start ??= this.#at;
    const at = this.#at + BLOCK_BYTES;
    const size = header.size ?? 0;
    const isSound = header.size !== null && size >= 0 && size <= MOST_EXTENSION_BYTES && at + size <= this.#source.size;
    if (!isSound) {
      yield* this.#damage("extension-size");
      this.#at = at;
      return null;
    }
    this.#at = at + blocksOf(size);
    return readRange(this.#source, at, size);
  }

  *#long(header: TarHeader): Generator<Extraction> {
    const body = yield* this.#body(header);
    if (!body) return;
    if (header.type === "L") this.#longName = upToNul(body).slice();
    else this.#longLink = upToNul(body).slice();
  }

  *#pax(header: TarHeader): Generator<Extraction> {
    const body = yield* this.#body(header);
    if (!body) return;
    const { records, isDamaged } = readPax(body);
    for (const [key, value] of records) {
      if (key === "comment" && value.length > 0) {
        yield { what: "field", name: "comment", value: nameFromBytes(value).text, source: "pax" };
      }
      if (header.type === "g") this.#global.set(key, value);
    }
    if (header.type === "g") {
      // A global header belongs to no entry.
      this.#start = null;
      if (isDamaged) yield* this.#damage("pax-records");
    } else {
      this.#records = records;
      this.#isPaxDamaged = isDamaged;
    }
  }
}
