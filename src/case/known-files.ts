/** Compares the contents of a work file with the hash sets of the case. */
import { HashSetFile, hashKinds } from "../hashsets/hash-set-file.ts";
import { voidDerived } from "./derived.ts";
import { contentState } from "./schema.ts";
import type { Database } from "./sqlite.ts";

interface Hashed {
  readonly id: number;
  readonly md5: Uint8Array | null;
  readonly sha1: Uint8Array | null;
  readonly sha256: Uint8Array;
}

const contentsPerPage = 5000;

/**
 * Makes the table `known` anew, in bounded transactions; the sets (files, in the order in which they are told) are named in `meta` once it
 * is whole. A kill in between is mended by the next call. Throws OperatorError for a damaged set.
 */
export function matchHashSets(database: Database, files: readonly string[], identity: string): void {
  voidDerived(database);
  forgetHashSets(database);
  database.exec("DELETE FROM known");
  const sets = files.map((file) => HashSetFile.open(file));
  try {
    if (sets.length > 0) matchContents(database, sets);
  } finally {
    for (const set of sets) set.close();
  }
  database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('hashsets', ?)").run([identity]);
}

/** The sets that the table `known` was made with; null where it is not whole, or items or contents changed since. */
export function matchedHashSets(database: Database): string | null {
  return database.prepare<{ value: string }>("SELECT value FROM meta WHERE key = 'hashsets'").get([])?.value ?? null;
}

/** To be called in the transaction of a change of items or contents, before it is committed: they are compared anew then. */
export function forgetHashSets(database: Database): void {
  database.exec("DELETE FROM meta WHERE key = 'hashsets'");
}

function matchContents(database: Database, sets: readonly HashSetFile[]): void {
  const page = database.prepare<Hashed>(
    `SELECT id, md5, sha1, sha256 FROM content WHERE id > ? AND state = ${contentState.complete} ORDER BY id LIMIT ${contentsPerPage}`,
  );
  const insert = database.prepare("INSERT INTO known (content, list, verdict, category) VALUES (?, ?, ?, ?)");
  for (let last = 0; ;) {
    const contents = page.all([last]);
    if (contents.length === 0) return;
    database.transaction(() => {
      for (const content of contents) {
        for (const set of sets) {
          const category = categoryIn(set, content);
          if (category === null) continue;
          const { name, verdict, categories } = set.head;
          insert.run([content.id, name, verdict, category === 0 ? null : (categories[category] ?? String(category))]);
        }
      }
    }, "immediate");
    last = contents.at(-1)!.id;
  }
}

/** Null where the set does not hold the content under any of its hashes. */
function categoryIn(set: HashSetFile, content: Hashed): number | null {
  for (const kind of hashKinds) {
    const hash = content[kind];
    const category = hash === null ? null : set.find(kind, hash);
    if (category !== null) return category;
  }
  return null;
}
