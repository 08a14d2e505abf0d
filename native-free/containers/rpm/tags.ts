/** The header structure of RPM packages (rpm.org, "RPM Package Format 3 and 4"): an index of tags and a store of their values. */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { u32be } from "../../bytes/field-types.ts";
import { bytes, struct } from "../../bytes/struct.ts";

const intro = struct("rpm.HeaderIntro", 16, {
  magic: [0, bytes(4)],
  reserved: [4, u32be],
  entries: [8, u32be],
  storeBytes: [12, u32be],
});

const indexEntry = struct("rpm.IndexEntry", 16, {
  tag: [0, u32be],
  type: [4, u32be],
  place: [8, u32be, "offset in the store"],
  count: [12, u32be],
});

const MAGIC = "8eade801";
/** Limits of the format since 4.14: `hdr size`. */
const MOST_ENTRIES = 1_000_000;
const MOST_STORE_BYTES = 256 * 1024 * 1024;
const MOST_VALUES = 10_000;

export class RpmTags {
  /** First byte behind the header. */
  readonly end: number;
  readonly #index = new Map<number, { type: number; place: number; count: number }>();
  readonly #store: Buffer;

  constructor(end: number, index: Uint8Array, store: Uint8Array) {
    this.end = end;
    this.#store = Buffer.from(store.buffer, store.byteOffset, store.length);
    const cursor = indexEntry.cursor();
    for (let at = 0; at + indexEntry.size <= index.length; at += indexEntry.size) {
      const { tag, type, place, count } = cursor.over(index, at);
      if (!this.#index.has(tag)) this.#index.set(tag, { type, place, count });
    }
  }

  /** Strings of a tag, in order; of a translated one, the untranslated comes first. */
  strings(tag: number): string[] {
    const entry = this.#index.get(tag);
    if (!entry || ![6, 8, 9].includes(entry.type)) return [];
    const values: string[] = [];
    let at = entry.place;
    for (let index = 0; index < Math.min(entry.count, MOST_VALUES); index++) {
      const end = this.#store.indexOf(0, at);
      if (end < 0) break;
      values.push(this.#store.toString("utf8", at, end));
      at = end + 1;
    }
    return values;
  }

  text(tag: number): string | null {
    const [value = ""] = this.strings(tag);
    return value === "" ? null : value;
  }

  /** 32-bit numbers of a tag. */
  numbers(tag: number): number[] {
    const entry = this.#index.get(tag);
    if (entry?.type !== 4) return [];
    const values: number[] = [];
    for (let index = 0; index < Math.min(entry.count, MOST_VALUES); index++) {
      const at = entry.place + index * 4;
      if (at + 4 > this.#store.length) break;
      values.push(this.#store.readUInt32BE(at));
    }
    return values;
  }
}

/** The header at `at`; null where there is none or it does not fit into the source. */
export function readTags(source: ByteSource, at: number): RpmTags | null {
  const head = readRange(source, at, intro.size);
  if (head.length < intro.size) return null;
  const { magic, entries, storeBytes } = intro.cursor().over(head, 0);
  if (Buffer.from(magic).toString("hex") !== MAGIC) return null;
  const storeAt = at + intro.size + entries * indexEntry.size;
  const end = storeAt + storeBytes;
  if (entries > MOST_ENTRIES || storeBytes > MOST_STORE_BYTES || end > source.size) return null;
  return new RpmTags(
    end,
    readRange(source, at + intro.size, storeAt - at - intro.size),
    readRange(source, storeAt, storeBytes),
  );
}
