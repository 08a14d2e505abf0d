/**
 * Makes a hash set of any size in bounded memory: hashes are dealt out to 256 files by their first byte, each of which is sorted alone.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { asOperatorError, syncFolder } from "../case/atomic-file.ts";
import { piecesOf } from "../case/file-pieces.ts";
import { hashKinds, hashSetMark, indexEntries, keyBytes, type HashKind, type HashSetHead } from "./hash-set-file.ts";

/** One file of a source: the hashes that it gives, and its category (0: none). */
export interface HashRecord {
  readonly md5?: Uint8Array | null;
  readonly sha1?: Uint8Array | null;
  readonly sha256?: Uint8Array | null;
  readonly category: number;
}

const dealtBytes = 64 * 1024;

/** Deals records of one kind of hash out to files by first byte. */
class Dealer {
  readonly width: number;
  readonly #folder: string;
  readonly #kind: HashKind;
  readonly #held = new Map<number, { bytes: Buffer; filled: number }>();

  constructor(folder: string, kind: HashKind) {
    this.#folder = folder;
    this.#kind = kind;
    this.width = keyBytes[kind] + 1;
  }

  add(hash: Uint8Array, category: number): void {
    const first = hash[0] as number;
    const held = this.#held.get(first) ?? { bytes: Buffer.alloc(dealtBytes), filled: 0 };
    this.#held.set(first, held);
    held.bytes.set(hash, held.filled);
    held.bytes[held.filled + this.width - 1] = category;
    held.filled += this.width;
    if (held.filled + this.width > dealtBytes) this.#flush(first, held);
  }

  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  /** The records with that first byte, sorted, each hash once: of several categories the highest. */
  sorted(first: number): Buffer {
    const held = this.#held.get(first);
    if (!held) return Buffer.alloc(0);
    this.#flush(first, held);
    const text = readFileSync(this.#file(first)).toString("latin1");
    rmSync(this.#file(first));
    const records: string[] = [];
    for (let at = 0; at < text.length; at += this.width) records.push(text.slice(at, at + this.width));
    records.sort();
    const key = this.width - 1;
    const unique = records.filter((record, n) => record.slice(0, key) !== records[n + 1]?.slice(0, key));
    return Buffer.from(unique.join(""), "latin1");
  }

  #flush(first: number, held: { bytes: Buffer; filled: number }): void {
    const descriptor = openSync(this.#file(first), "a", 0o600);
    try {
      for (let at = 0; at < held.filled;) at += writeSync(descriptor, held.bytes, at, held.filled - at);
    } finally {
      closeSync(descriptor);
    }
    held.filled = 0;
  }

  #file(first: number): string {
    return join(this.#folder, `${this.#kind}-${first}`);
  }
}

/**
 * Writes the set to `file`, which appears whole or not at all; returns its head. Throws OperatorError for a full disk, and what the
 * source throws.
 */
export function writeHashSet(
  file: string,
  about: Omit<HashSetHead, "sections">,
  records: Iterable<HashRecord>,
): HashSetHead {
  const folder = mkdtempSync(join(dirname(file), ".making-"));
  try {
    const dealers = hashKinds.map((kind) => ({ kind, dealer: new Dealer(folder, kind) }));
    for (const record of records) {
      for (const { kind, dealer } of dealers) {
        const hash = record[kind];
        if (hash) dealer.add(hash, record.category);
      }
    }
    const sections = dealers
      .filter(({ dealer }) => !dealer.isEmpty)
      .map(({ kind, dealer }) => ({ kind, ...sortedSection(join(folder, `${kind}-sorted`), dealer) }));
    const head = { ...about, sections: sections.map(({ kind, keys }) => ({ kind, keys })) };
    assemble(join(folder, "whole"), head, sections);
    renameSync(join(folder, "whole"), file);
    syncFolder(dirname(file));
    return head;
  } catch (error) {
    throw asOperatorError(error, dirname(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface SortedSection {
  readonly keys: number;
  readonly index: Uint32Array;
  readonly file: string;
}

function sortedSection(file: string, dealer: Dealer): SortedSection {
  const index = new Uint32Array(indexEntries);
  const descriptor = openSync(file, "w", 0o600);
  let keys = 0;
  try {
    for (let first = 0; first < 256; first++) {
      const records = dealer.sorted(first);
      for (let at = 0; at < records.length; at += dealer.width)
        index[((first << 8) | (records[at + 1] as number)) + 1]! += 1;
      keys += records.length / dealer.width;
      for (let at = 0; at < records.length;) at += writeSync(descriptor, records, at, records.length - at);
    }
  } finally {
    closeSync(descriptor);
  }
  for (let prefix = 1; prefix < indexEntries; prefix++) index[prefix]! += index[prefix - 1] as number;
  return { keys, index, file };
}

function assemble(file: string, head: HashSetHead, sections: readonly SortedSection[]): void {
  const json = Buffer.from(JSON.stringify(head), "utf8");
  const front = Buffer.alloc(20);
  front.write(hashSetMark, "latin1");
  front.writeUInt32LE(json.length, 16);
  const descriptor = openSync(file, "w", 0o644);
  const write = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, bytes.length - at);
  };
  try {
    write(front);
    write(json);
    for (const section of sections) {
      write(new Uint8Array(section.index.buffer));
      for (const piece of piecesOf(section.file)) write(piece);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
