/**
 * The work file: one SQLite database per exhibit with everything known of its items. The one definition of its tables.
 *
 * An *item* is an occurrence, a *content* what the bytes say; items refer to contents by number. A content is written in
 * pieces, so it has a state, and readers use `complete` ones only. Row numbers are arbitrary (they follow the order of
 * arrival) and never leave this folder: ids of items and hashes of contents are what is stable.
 */
import { OperatorError } from "../messages/operator-error.ts";
import { caseSays, searchSays } from "../messages/en.ts";
import { eventTables } from "./event-store.ts";
import { indexAllFields } from "./field-index.ts";
import { derivedTables } from "./schema-derived.ts";
import { indexAllTexts, indexTables } from "./schema-index.ts";
import { pictureTables } from "./schema-pictures.ts";
import type { Database } from "./sqlite.ts";

/** `user_version` of the database. Raised with every migration. */
export const workFileVersion = 6;

/** `content.state`: what is known of a content. */
export const contentState = {
  /** Only that items with this hash exist. */
  hashed: 0,
  /** Its text is being stored; rows of it may be there. */
  writing: 1,
  complete: 2,
} as const;

const tables = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE unit (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,            -- item id of the root
  position INTEGER NOT NULL,           -- in the manifest: order of processing
  path TEXT NOT NULL,
  size INTEGER NOT NULL,               -- bytes
  done INTEGER NOT NULL DEFAULT 0,     -- 1: the final row was written, all rows of the unit are there
  items INTEGER,
  status TEXT,
  reason TEXT
);
CREATE INDEX unit_pending ON unit (position, id) WHERE done = 0;

CREATE TABLE content (
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,
  state INTEGER NOT NULL,              -- contentState
  sha1 BLOB, md5 BLOB,
  size INTEGER,                        -- bytes
  type TEXT, mime TEXT, category TEXT, charset TEXT,
  language TEXT,                       -- ISO 639-1
  entropy REAL,                        -- bits per byte
  status TEXT, reason TEXT,
  text_kind TEXT,                      -- text, strings, none; recognised, or +recognised behind one of them
  text_sha256 BLOB                     -- of the text as stored; null where there is none
);
CREATE INDEX content_writing ON content (id) WHERE state = 1;

CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,            -- item id, 26 characters
  unit INTEGER NOT NULL REFERENCES unit,
  parent TEXT,                         -- item id of the holder
  path TEXT NOT NULL,                  -- forensic path without the exhibit label
  name TEXT NOT NULL,
  name_bytes TEXT,                     -- base64, where name does not give the bytes back
  extension TEXT,                      -- folded, without the dot
  kind TEXT NOT NULL,
  name_claim TEXT NOT NULL, content_claim TEXT NOT NULL, origin TEXT NOT NULL,
  state TEXT NOT NULL,                 -- derived from the claims
  status TEXT NOT NULL, reason TEXT,
  size INTEGER,
  content INTEGER REFERENCES content,
  mismatch INTEGER NOT NULL,           -- 1: the extension belongs to another type
  depth INTEGER NOT NULL,
  modified INTEGER                     -- ms since 1970 UTC of the first modification time; local times as if UTC
);
CREATE INDEX item_unit ON item (unit);
CREATE INDEX item_content ON item (content);
CREATE INDEX item_path ON item (path, key);

CREATE TABLE item_time (
  item INTEGER NOT NULL REFERENCES item, seq INTEGER NOT NULL,
  kind TEXT NOT NULL,                  -- m a c b
  value TEXT NOT NULL,                 -- ISO 8601 with the source's digits
  zone TEXT NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (item, seq)
) WITHOUT ROWID;

CREATE TABLE item_extent (
  item INTEGER NOT NULL REFERENCES item, seq INTEGER NOT NULL,
  start INTEGER NOT NULL, length INTEGER NOT NULL, -- bytes of the parent
  kind TEXT NOT NULL,                  -- data sparse unreadable missing unknown
  PRIMARY KEY (item, seq)
) WITHOUT ROWID;

CREATE TABLE metadata (
  content INTEGER NOT NULL REFERENCES content, seq INTEGER NOT NULL,
  name TEXT NOT NULL, value TEXT NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (content, seq)
) WITHOUT ROWID;

CREATE TABLE finding (
  id INTEGER PRIMARY KEY,
  item INTEGER REFERENCES item,        -- one of item and content is set
  content INTEGER REFERENCES content,
  code TEXT NOT NULL,
  offset INTEGER, length INTEGER,      -- bytes inside the item
  params TEXT NOT NULL                 -- JSON
);
CREATE INDEX finding_item ON finding (item) WHERE item IS NOT NULL;
CREATE INDEX finding_content ON finding (content) WHERE content IS NOT NULL;
CREATE INDEX finding_code ON finding (code);

CREATE TABLE entity (
  content INTEGER NOT NULL REFERENCES content, seq INTEGER NOT NULL,
  kind TEXT NOT NULL, value TEXT NOT NULL, quality TEXT NOT NULL,
  block INTEGER, offset INTEGER, length INTEGER,
  PRIMARY KEY (content, seq)
) WITHOUT ROWID;
CREATE INDEX entity_value ON entity (kind, value);

CREATE TABLE text_block (
  id INTEGER PRIMARY KEY,              -- content × 2^20 + block; see text-rows.ts
  labels TEXT,                         -- JSON [{ at, label }]; null for running text
  chars INTEGER NOT NULL,              -- UTF-16 units
  text BLOB NOT NULL                   -- UTF-8, zstd
);

-- Both hold folded text, in which every character outside ASCII is a part of a word: the tokenizer need not look at it, and
-- knows no other Unicode than ours.
CREATE VIRTUAL TABLE fts_text USING fts5 (
  text, content = '', contentless_delete = 1,
  tokenize = 'ascii'
);
CREATE VIRTUAL TABLE fts_name USING fts5 (
  name, folder, content = '', contentless_delete = 1,
  tokenize = 'ascii'
);
`;

/** Version 1 never wrote extents, and knew contents of files only. */
const mediaTables = `
DROP TABLE item_extent;
CREATE TABLE item_extent (
  item INTEGER NOT NULL REFERENCES item, seq INTEGER NOT NULL,
  start INTEGER, length INTEGER NOT NULL, -- bytes of the volume; start is null for what has no place in it
  kind TEXT NOT NULL,                  -- data sparse missing
  state TEXT NOT NULL,                 -- intact, partly overwritten, overwritten, missing
  PRIMARY KEY (item, seq)
) WITHOUT ROWID;

-- A number of the list of treatments: how much was made of it. Of a content that is met in several ways the lowest counts.
ALTER TABLE content ADD COLUMN treatment INTEGER NOT NULL DEFAULT 0;
`;

/** Results are copied from one work file of a case to another. */
const sharingTables = `
-- A number of the list of shares: whether the result holds for equal bytes elsewhere.
ALTER TABLE content ADD COLUMN share INTEGER NOT NULL DEFAULT 0;

-- What contents are compared by that are not equal; no row where there is nothing.
CREATE TABLE similarity (
  content INTEGER PRIMARY KEY REFERENCES content,
  sketch BLOB,                         -- of the text: 64 numbers of 32 bits, little-endian
  ssdeep TEXT, tlsh TEXT               -- of the bytes
);

-- Values of the fields, folded; rowid = content.
CREATE VIRTUAL TABLE fts_field USING fts5 (
  value, content = '', contentless_delete = 1,
  tokenize = 'ascii'
);

-- What hash sets of the case say of a content: made anew when they or the contents change.
CREATE TABLE known (
  content INTEGER NOT NULL REFERENCES content,
  list TEXT NOT NULL,                  -- name of the hash set
  verdict TEXT NOT NULL,               -- known alert
  category TEXT,                       -- where the set has categories
  PRIMARY KEY (content, list)
) WITHOUT ROWID;
`;

/** `migrations[n]` leads from version n to n + 1. */
const migrations: readonly string[] = [
  tables,
  mediaTables,
  sharingTables,
  pictureTables,
  derivedTables + eventTables,
  indexTables,
];

/** The schema version of an open work file; 0 for a new one. Throws OperatorError for a newer one. */
export function checkVersion(database: Database): number {
  const found = Number(database.pragma("user_version") ?? 0);
  if (found > workFileVersion) {
    throw new OperatorError("case/newer-format", caseSays.newerFormat(database.file, found, workFileVersion));
  }
  return found;
}

/** Throws OperatorError where the work file has not been brought to the present version, or where nothing is in it yet. */
export function checkCurrent(database: Database): void {
  const found = checkVersion(database);
  // A writer has made the file and not its tables.
  if (found === 0) throw new OperatorError("case/not-processed", searchSays.notProcessed(database.file));
  if (found < workFileVersion) {
    throw new OperatorError("case/older-format", caseSays.olderFormat(database.file, found, workFileVersion));
  }
}

/**
 * Brings a work file to the present version, each step in one transaction; a new one in a single transaction, since others may look at
 * it already. Throws OperatorError for a newer one.
 */
export function migrate(database: Database): void {
  const found = checkVersion(database);
  const steps = Array.from({ length: workFileVersion - found }, (_, index) => found + index);
  const groups = found === 0 ? [steps] : steps.map((version) => [version]);
  for (const group of groups) {
    database.transaction(() => {
      for (const version of group) migrateFrom(database, version);
    }, "immediate");
  }
}

function migrateFrom(database: Database, version: number): void {
  database.exec(migrations[version] as string);
  if (migrations[version] === sharingTables) indexAllFields(database);
  if (migrations[version] === indexTables) indexAllTexts(database);
  database.exec(`PRAGMA user_version = ${version + 1}`);
}

/** Settings of a connection that writes. */
export function setUpWriter(database: Database): void {
  database.pragma("journal_mode = WAL");
  database.exec("PRAGMA synchronous = NORMAL");
  database.exec("PRAGMA cache_size = -65536");
  // Pages (4 KiB) in the log before it is copied back: 64 MiB, since a commit is tens of megabytes.
  database.exec("PRAGMA wal_autocheckpoint = 16384");
  database.exec("PRAGMA temp_store = MEMORY");
}
