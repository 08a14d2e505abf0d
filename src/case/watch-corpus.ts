/** A fingerprint of everything in a work file that watch-lists are applied to. */
import { createHash } from "node:crypto";
import type { SqlRow } from "./sqlite.ts";
import type { WorkFileReader } from "./work-file-reader.ts";

/**
 * SHA-256 (hex) over the contents with the hashes of their texts, and the numbers of items and fields. Row numbers are in it, since
 * how far a list is applied is told by them. The results of watch-lists are not.
 */
export function corpusOf(rowsOf: (sql: string) => Iterable<SqlRow>): string {
  const hash = createHash("sha256");
  for (const row of rowsOf("SELECT id, sha256, text_sha256 FROM content WHERE state = 2 ORDER BY id")) {
    hash.update(`${row["id"] as number} `);
    hash.update(row["sha256"] as Uint8Array);
    if (row["text_sha256"] !== null) hash.update(row["text_sha256"] as Uint8Array);
  }
  for (const sql of ["SELECT count(*) AS n, max(id) AS m FROM item", "SELECT count(*) AS n, 0 AS m FROM metadata"]) {
    for (const row of rowsOf(sql)) hash.update(`\n${row["n"] as number} ${row["m"] as number}`);
  }
  return hash.digest("hex");
}

export function corpusOfReader(reader: WorkFileReader): string {
  return corpusOf((sql) => reader.iterate(sql));
}
