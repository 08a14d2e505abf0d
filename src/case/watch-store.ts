/**
 * What is stored of watch-lists that were applied after processing: which lists, how far, and their hits. Hits in text are entities of
 * kind `watchlist-ID` with block, offset and length, as processing stores them; what processing does not look at (names, folders,
 * fields of documents, identifiers as they are normalised) has a table of its own, so that entities mean the same in every work file.
 */
import { kindOfList } from "../../native-free/watchlists/list-kind.ts";
import { derive, voidDerived } from "./derived.ts";
import { migrate, setUpWriter } from "./schema.ts";
import { type Database, type SqlRow, type Statement } from "./sqlite.ts";
import { corpusOf } from "./watch-corpus.ts";
import { openToWrite, workFileError } from "./work-file-error.ts";
import type { WorkFileReader } from "./work-file-reader.ts";

/**
 * May be run on any work file; `recovery.ts` knows none of it, so that triggers remove what hangs on rows that go. What comes again may
 * get the same row numbers, so that the triggers also say of every list that it is to be applied anew. A trigger that changes gets
 * another name, since one that is there stays as it is; the old one is dropped after it, so that a kill leaves no file without.
 */
const watchTables = `
CREATE TABLE IF NOT EXISTS watch_list (
  list TEXT PRIMARY KEY,               -- id
  version TEXT NOT NULL, title TEXT NOT NULL, file TEXT NOT NULL,
  sha256 TEXT NOT NULL,                -- of the list's bytes, hex
  entries INTEGER NOT NULL,
  own INTEGER NOT NULL,                -- 1: processing looked for it in texts, its entities are not touched
  corpus TEXT NOT NULL,                -- what it was applied to, see WatchStore.corpus; empty once rows of that went
  contents INTEGER NOT NULL, items INTEGER NOT NULL, -- row numbers up to which it is applied
  chars INTEGER NOT NULL,              -- UTF-16 units of text looked at
  cut INTEGER NOT NULL,                -- contents with more hits than are kept
  tool TEXT NOT NULL, started TEXT NOT NULL, finished TEXT
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS watch_place (
  list TEXT NOT NULL,
  value TEXT NOT NULL,                 -- as that of an entity: the entry, of a regex what stands there
  content INTEGER, item INTEGER,       -- one of both
  place TEXT NOT NULL,                 -- name, path, field, identifier
  name TEXT,                           -- of the field; kind of the identifier
  seq INTEGER,                         -- of the field or identifier in its content
  offset INTEGER NOT NULL, length INTEGER NOT NULL -- UTF-16 units of the name, the folders, the field's or the identifier's value
);
CREATE INDEX IF NOT EXISTS watch_place_value ON watch_place (list, value);
CREATE INDEX IF NOT EXISTS watch_place_content ON watch_place (content) WHERE content IS NOT NULL;
CREATE INDEX IF NOT EXISTS watch_place_item ON watch_place (item) WHERE item IS NOT NULL;

CREATE TRIGGER IF NOT EXISTS watched_item_gone AFTER DELETE ON item BEGIN
  DELETE FROM watch_place WHERE item = old.id;
  UPDATE watch_list SET corpus = '' WHERE corpus <> '';
END;
CREATE TRIGGER IF NOT EXISTS watched_content_anew AFTER UPDATE OF state ON content WHEN old.state = 2 AND new.state <> 2 BEGIN
  DELETE FROM watch_place WHERE content = old.id;
  UPDATE watch_list SET corpus = '' WHERE corpus <> '';
END;
CREATE TRIGGER IF NOT EXISTS watched_content_gone AFTER DELETE ON content BEGIN
  DELETE FROM watch_place WHERE content = old.id;
  UPDATE watch_list SET corpus = '' WHERE corpus <> '';
END;
DROP TRIGGER IF EXISTS watch_place_item_gone;
DROP TRIGGER IF EXISTS watch_place_content_anew;
DROP TRIGGER IF EXISTS watch_place_content_gone;
`;

/** A list that is applied to a work file, or was begun to be. */
export interface AppliedList {
  readonly list: string;
  readonly version: string;
  readonly title: string;
  /** Name without folder. */
  readonly file: string;
  readonly sha256: string;
  readonly entries: number;
  /** Processing looked for it in texts. */
  readonly own: boolean;
  /** What it was applied to, see `WatchStore.corpus`; empty once rows of that went, whatever came in their place. */
  readonly corpus: string;
  readonly contents: number;
  readonly items: number;
  readonly chars: number;
  readonly cut: number;
  readonly tool: string;
  /** ISO 8601 UTC; `finished` is null while there is something left. */
  readonly started: string;
  readonly finished: string | null;
}

/** A hit in the text of a content. */
export interface TextHit {
  readonly list: string;
  readonly content: number;
  readonly value: string;
  readonly block: number;
  readonly offset: number;
  readonly length: number;
}

/** A hit elsewhere. */
export interface PlaceHit {
  readonly list: string;
  readonly value: string;
  readonly content: number | null;
  readonly item: number | null;
  readonly place: "name" | "path" | "field" | "identifier";
  readonly name: string | null;
  readonly seq: number | null;
  readonly offset: number;
  readonly length: number;
}

/** Hits of a stretch of contents or items, which is looked through to its end. */
export interface WatchBatch {
  readonly what: "contents" | "items";
  /** Last row number. */
  readonly upTo: number;
  readonly text: readonly TextHit[];
  readonly places: readonly PlaceHit[];
  readonly chars: number;
  /** Contents with more hits than are kept, by list. */
  readonly cut: Readonly<Record<string, number>>;
}

function appliedList(row: SqlRow): AppliedList {
  return { ...(row as unknown as AppliedList), own: row["own"] === 1 };
}

/** Ordered by id. Empty where none was ever applied. */
export function appliedLists(reader: WorkFileReader): AppliedList[] {
  if (!hasWatchTables(reader)) return [];
  return reader.select("SELECT * FROM watch_list ORDER BY list").map(appliedList);
}

export function hasWatchTables(reader: WorkFileReader): boolean {
  return reader.select("SELECT 1 FROM sqlite_master WHERE name = 'watch_place'").length > 0;
}

/** The writer. Whoever has one holds the exhibit's lock. */
export class WatchStore {
  readonly #database: Database;
  readonly #next: Statement<{ seq: number }>;
  readonly #entity: Statement;
  readonly #place: Statement;

  private constructor(database: Database) {
    this.#database = database;
    this.#next = database.prepare("SELECT coalesce(max(seq), -1) + 1 AS seq FROM entity WHERE content = ?");
    this.#entity = database.prepare(
      `INSERT INTO entity (content, seq, kind, value, quality, block, offset, length) VALUES (?, ?, ?, ?, 'pattern', ?, ?, ?)`,
    );
    this.#place = database.prepare(
      "INSERT INTO watch_place (list, value, content, item, place, name, seq, offset, length) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
  }

  /**
   * Brings an older work file to the present version. Throws OperatorError for a newer one. As every method, also where the file is
   * damaged or its disk is full; what was being stored is not there then, and what was stored before is.
   */
  static open(file: string): WatchStore {
    return openToWrite(file, (database) => {
      setUpWriter(database);
      migrate(database);
      database.exec(watchTables);
      return new WatchStore(database);
    });
  }

  close(): void {
    this.#database.close();
  }

  /** Makes anew what a search asks first, where everything is processed. Call after the last change. */
  settle(): void {
    this.#guard(() => derive(this.#database));
  }

  lists(): AppliedList[] {
    return this.#guard(() => this.#database.prepare("SELECT * FROM watch_list ORDER BY list").all().map(appliedList));
  }

  /** Highest row numbers. */
  ends(): { readonly contents: number; readonly items: number } {
    const end = (table: string) =>
      this.#database.prepare<{ id: number }>(`SELECT coalesce(max(id), 0) AS id FROM ${table}`).get()?.id ?? 0;
    return this.#guard(() => ({ contents: end("content"), items: end("item") }));
  }

  /** Begins a list, or begins it anew: its earlier results go. Of a list of processing its entities stay. */
  begin(list: Omit<AppliedList, "contents" | "items" | "chars" | "cut" | "finished">): void {
    this.#change(() => {
      voidDerived(this.#database);
      this.#removeResults(list.list, list.own);
      this.#database
        .prepare(
          `INSERT OR REPLACE INTO watch_list
             (list, version, title, file, sha256, entries, own, corpus, contents, items, chars, cut, tool, started, finished)
           VALUES (:list, :version, :title, :file, :sha256, :entries, :own, :corpus, 0, 0, 0, 0, :tool, :started, NULL)`,
        )
        .run({ ...list, own: list.own ? 1 : 0 });
    });
  }

  /** Stores batches that follow one another, for these lists, with how far they lead. */
  add(lists: readonly string[], batches: readonly WatchBatch[]): void {
    this.#change(() => {
      voidDerived(this.#database);
      for (const { text, places } of batches) {
        this.#addText(text);
        for (const { list, value, content, item, place, name, seq, offset, length } of places)
          this.#place.run([list, value, content, item, place, name, seq, offset, length]);
      }
      const last = batches.at(-1);
      const chars = batches.reduce((sum, batch) => sum + batch.chars, 0);
      for (const list of last ? lists : []) {
        const cut = batches.reduce((sum, batch) => sum + (batch.cut[list] ?? 0), 0);
        this.#database
          .prepare(
            `UPDATE watch_list SET ${(last as WatchBatch).what} = ?, chars = chars + ?, cut = cut + ? WHERE list = ?`,
          )
          .run([(last as WatchBatch).upTo, chars, cut, list]);
      }
    });
  }

  #addText(hits: readonly TextHit[]): void {
    let content = -1;
    let seq = 0;
    for (const hit of hits) {
      if (hit.content !== content) {
        content = hit.content;
        seq = this.#next.get([content])?.seq ?? 0;
      }
      this.#entity.run([content, seq, kindOfList(hit.list), hit.value, hit.block, hit.offset, hit.length]);
      seq += 1;
    }
  }

  finish(lists: readonly string[], finished: string): void {
    this.#change(() => {
      const set = this.#database.prepare("UPDATE watch_list SET finished = ? WHERE list = ?");
      for (const list of lists) set.run([finished, list]);
    });
  }

  /** False where nothing was there. */
  remove(list: string): boolean {
    return this.#change(() => {
      const known = this.#database.prepare<{ own: number }>("SELECT own FROM watch_list WHERE list = ?").get([list]);
      if (!known) return false;
      voidDerived(this.#database);
      this.#removeResults(list, known.own === 1);
      this.#database.prepare("DELETE FROM watch_list WHERE list = ?").run([list]);
      return true;
    });
  }

  #removeResults(list: string, own: boolean): void {
    if (!own) this.#database.prepare("DELETE FROM entity WHERE kind = ?").run([kindOfList(list)]);
    this.#database.prepare("DELETE FROM watch_place WHERE list = ?").run([list]);
  }

  /** What lists are applied to: changes with every text, field, name and identifier that processing adds or takes away. */
  corpus(): string {
    return this.#guard(() => corpusOf((sql) => this.#database.prepare(sql).iterate()));
  }

  #change<T>(work: () => T): T {
    return this.#guard(() => this.#database.transaction(work, "immediate"));
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw workFileError(error, this.#database.file);
    }
  }
}
