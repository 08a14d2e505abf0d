/**
 * A hash set on disk (`lists/hashsets/NAME.vhs`): sorted keys of MD5, SHA-1 and SHA-256 with an index by their first two bytes, so that
 * a look-up is one read of a few kilobytes and memory does not grow with the set.
 *
 * Layout: 16 bytes `vestige.hashset1`; u32 little-endian length of the head; the head as JSON; then for each section of the head, in its
 * order, 65,537 u32 little-endian (number of keys whose first two bytes are smaller) and the records: key, one byte of category.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { z } from "zod";
import { caseSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

export const hashSetMark = "vestige.hashset1";

/** Bytes of a key. */
export const keyBytes = { md5: 16, sha1: 20, sha256: 32 } as const;
export type HashKind = keyof typeof keyBytes;
export const hashKinds = ["md5", "sha1", "sha256"] as const satisfies readonly HashKind[];

export const indexEntries = 65_537;

/** `known`: files that anybody has; `alert`: files that are looked for. */
export const verdicts = ["known", "alert"] as const;
export type HashVerdict = (typeof verdicts)[number];

const headShape = z.object({
  name: z.string(),
  verdict: z.enum(verdicts),
  /** Where it came from: format, name and SHA-256 (hex) of the source. */
  source: z.object({ format: z.string(), file: z.string(), sha256: z.string() }),
  /** Names of the categories that records carry; 0 is none. */
  categories: z.record(z.string(), z.string()),
  sections: z.array(z.object({ kind: z.enum(hashKinds), keys: z.number().int().nonnegative() })),
});

export type HashSetHead = z.infer<typeof headShape>;

interface Section {
  readonly index: Uint32Array;
  /** Of the records in the file. */
  readonly start: number;
}

export class HashSetFile {
  readonly head: HashSetHead;
  readonly #descriptor: number;
  readonly #sections = new Map<HashKind, Section>();
  #bucket = Buffer.alloc(4096);

  private constructor(descriptor: number, head: HashSetHead, start: number) {
    this.#descriptor = descriptor;
    this.head = head;
    let at = start;
    for (const { kind, keys } of head.sections) {
      const bytes = new Uint8Array(indexEntries * 4);
      readFully(descriptor, bytes, at);
      at += bytes.length;
      this.#sections.set(kind, { index: new Uint32Array(bytes.buffer), start: at });
      at += keys * (keyBytes[kind] + 1);
    }
    if (fstatSync(descriptor).size !== at) throw new Error("length");
  }

  /** Throws OperatorError for a file that is not a hash set of ours, or cut. */
  static open(file: string): HashSetFile {
    const descriptor = openSync(file, "r");
    try {
      const front = Buffer.alloc(20);
      readFully(descriptor, front, 0);
      if (front.toString("latin1", 0, 16) !== hashSetMark) throw new Error("mark");
      const head = Buffer.alloc(Math.min(front.readUInt32LE(16), 1 << 20));
      readFully(descriptor, head, 20);
      return new HashSetFile(descriptor, headShape.parse(JSON.parse(head.toString("utf8"))), 20 + head.length);
    } catch {
      closeSync(descriptor);
      throw new OperatorError("hashset/damaged", caseSays.hashSetDamaged(file));
    }
  }

  /** The category of a hash (0: none); null where the set does not hold it. */
  find(kind: HashKind, hash: Uint8Array): number | null {
    const section = this.#sections.get(kind);
    if (!section || hash.length !== keyBytes[kind]) return null;
    const prefix = ((hash[0] as number) << 8) | (hash[1] as number);
    const first = section.index[prefix] as number;
    const count = (section.index[prefix + 1] as number) - first;
    if (count <= 0) return null;
    const width = keyBytes[kind] + 1;
    if (this.#bucket.length < count * width) this.#bucket = Buffer.alloc(count * width * 2);
    readFully(this.#descriptor, this.#bucket.subarray(0, count * width), section.start + first * width);
    return this.#search(hash, count, width);
  }

  #search(hash: Uint8Array, count: number, width: number): number | null {
    let low = 0;
    for (let high = count; low < high;) {
      const middle = (low + high) >>> 1;
      const order = this.#bucket.compare(hash, 0, hash.length, middle * width, middle * width + hash.length);
      if (order === 0) return this.#bucket[middle * width + hash.length] as number;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return null;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function readFully(descriptor: number, target: Uint8Array, from: number): void {
  for (let at = 0; at < target.length;) {
    const count = readSync(descriptor, target, at, target.length - at, from + at);
    if (count === 0) throw new OperatorError("hashset/damaged", caseSays.hashSetDamaged("the hash set"));
    at += count;
  }
}
