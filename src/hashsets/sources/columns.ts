/** Hashes in the cells of a table: which column holds which, and their bytes. */
import type { HashKind } from "../hash-set-file.ts";
import type { HashRecord } from "../write-hash-set.ts";

const byLength: Readonly<Record<number, HashKind>> = { 32: "md5", 40: "sha1", 64: "sha256" };
const byTitle: Readonly<Record<string, HashKind | "hash">> = {
  ...{ md5: "md5", sha1: "sha1", sha256: "sha256", hash: "hash", hash_value: "hash", hashvalue: "hash" },
};

/** The bytes of a hash in hexadecimal with its kind, by its length; null for anything else. */
export function hashOf(text: string): { kind: HashKind; bytes: Uint8Array } | null {
  const kind = byLength[text.length];
  return kind && /^[0-9a-fA-F]+$/.test(text) ? { kind, bytes: Buffer.from(text, "hex") } : null;
}

/** Columns with hashes, by the titles of a table; empty where none has one of the usual titles. */
export function hashColumns(titles: readonly string[]): number[] {
  return titles.flatMap((title, at) => (byTitle[title.toLowerCase().replaceAll(/[-\s]/g, "")] ? [at] : []));
}

/** The record of a row; null where none of the columns holds a hash. */
export function recordOf(cells: readonly string[], columns: readonly number[], category = 0): HashRecord | null {
  const record: { -readonly [Kind in HashKind]?: Uint8Array } = {};
  for (const column of columns) {
    const hash = hashOf((cells[column] ?? "").trim());
    if (hash) record[hash.kind] = hash.bytes;
  }
  return Object.keys(record).length > 0 ? { ...record, category } : null;
}
