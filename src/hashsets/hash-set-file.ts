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
const indexBytes = indexEntries * 4;

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

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    const { head, places } = frontOf(descriptor);
    this.head = head;
    for (const { kind, at } of places) {
      const bytes = new Uint8Array(indexBytes);
      readFully(descriptor, bytes, at);
      this.#sections.set(kind, { index: new Uint32Array(bytes.buffer), start: at + indexBytes });
    }
  }

  /** The caller closes it. Throws OperatorError for a file that is not a hash set of ours, or cut. */
  static open(file: string): HashSetFile {
    return opened(file, (descriptor) => new HashSetFile(descriptor)).result;
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

/** The head alone, at the price of one small read. Throws OperatorError like `HashSetFile.open`. */
export function readHashSetHead(file: string): HashSetHead {
  const { result, descriptor } = opened(file, frontOf);
  closeSync(descriptor);
  return result.head;
}

/** The file stays open. */
function opened<T>(file: string, work: (descriptor: number) => T): { readonly result: T; readonly descriptor: number } {
  const descriptor = openSync(file, "r");
  try {
    return { result: work(descriptor), descriptor };
  } catch {
    closeSync(descriptor);
    throw new OperatorError("hashset/damaged", caseSays.hashSetDamaged(file));
  }
}

interface Front {
  readonly head: HashSetHead;
  /** Where the index of each section begins. */
  readonly places: readonly { readonly kind: HashKind; readonly at: number }[];
}

/** Throws for what is not a hash set of ours, or not of the length that its head asks for. */
function frontOf(descriptor: number): Front {
  const front = Buffer.alloc(20);
  readFully(descriptor, front, 0);
  if (front.toString("latin1", 0, 16) !== hashSetMark) throw new Error("mark");
  const json = Buffer.alloc(Math.min(front.readUInt32LE(16), 1 << 20));
  readFully(descriptor, json, front.length);
  const head = headShape.parse(JSON.parse(json.toString("utf8")));
  let end = front.length + json.length;
  const places = head.sections.map(({ kind, keys }) => {
    const at = end;
    end += indexBytes + keys * (keyBytes[kind] + 1);
    return { kind, at };
  });
  if (fstatSync(descriptor).size !== end) throw new Error("length");
  return { head, places };
}

function readFully(descriptor: number, target: Uint8Array, from: number): void {
  for (let at = 0; at < target.length;) {
    const count = readSync(descriptor, target, at, target.length - at, from + at);
    if (count === 0) throw new OperatorError("hashset/damaged", caseSays.hashSetDamaged("the hash set"));
    at += count;
  }
}
