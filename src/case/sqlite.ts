/**
 * One adapter over two SQLite engines: better-sqlite3 where its addon can be loaded, else Node's own `node:sqlite`.
 * Both are synchronous and carry FTS5 with contentless deletes. Nothing outside `src/case` imports SQLite.
 *
 * Integers come back as numbers; a statement prepared with `bigints` gives every integer as bigint, which is needed for
 * columns that may pass 2^53. A statement must not be run again while it is being iterated.
 */
import type BetterSqlite3 from "better-sqlite3";
import { createRequire } from "node:module";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

export type Engine = "better-sqlite3" | "node:sqlite";
export type SqlValue = null | number | bigint | string | Uint8Array;
/** Positional values, or values by name without the `@`, `:` or `$` that stands in the SQL. */
export type SqlParams = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;
export type SqlRow = Record<string, SqlValue>;

export interface Statement<Row = SqlRow> {
  run(params?: SqlParams): { readonly changes: number; readonly lastRowid: number };
  get(params?: SqlParams): Row | undefined;
  all(params?: SqlParams): Row[];
  iterate(params?: SqlParams): IterableIterator<Row>;
}

export interface Database {
  readonly engine: Engine;
  readonly file: string;
  exec(sql: string): void;
  prepare<Row = SqlRow>(sql: string, options?: { readonly bigints?: boolean }): Statement<Row>;
  /** Runs `work` between BEGIN and COMMIT; rolls back and rethrows when it throws. Not nestable. */
  transaction<T>(work: () => T, kind?: "deferred" | "immediate" | "exclusive"): T;
  /** The first value that the pragma answers, or null. `text` is ours, never input. */
  pragma(text: string): SqlValue;
  /** Makes a pure function of ours callable from SQL on this connection; it answers 0 or 1. */
  define(name: string, test: (...values: SqlValue[]) => boolean): void;
  close(): void;
}

export interface OpenOptions {
  readonly readonly?: boolean;
  /** Reads a file that nobody can change, such as one on a write-protected medium; only `node:sqlite` can. */
  readonly immutable?: boolean;
  /** How long to wait for a lock. */
  readonly timeoutMs?: number;
  /** For tests; by default the best engine that loads. */
  readonly engine?: Engine;
}

const defaultTimeoutMs = 5000;
const require = createRequire(import.meta.url);
let better: typeof BetterSqlite3 | null | undefined;

/** better-sqlite3 with its addon, or null where it is not installed or addons are not allowed. */
function loadBetter(): typeof BetterSqlite3 | null {
  if (better !== undefined) return better;
  better = null;
  try {
    const loaded = require("better-sqlite3") as typeof BetterSqlite3;
    // The addon is only loaded by the first database.
    new loaded(":memory:").close();
    better = loaded;
  } catch (error) {
    // Absent, made for another platform, or refused by --no-addons or --permission: all of these have the second engine.
    if (!(error instanceof Error)) throw error;
  }
  return better;
}

/** The engine that `openDatabase` takes by default. */
export function defaultEngine(): Engine {
  return loadBetter() ? "better-sqlite3" : "node:sqlite";
}

/**
 * Opens or creates the database in `file` (`:memory:` for none). `readonly` needs an existing file.
 * Throws the engine's error; `sqliteCode` names it.
 */
export function openDatabase(file: string, options: OpenOptions = {}): Database {
  const engine = options.immutable ? "node:sqlite" : (options.engine ?? defaultEngine());
  const path = file === ":memory:" ? file : resolve(file);
  return engine === "better-sqlite3" ? openBetter(path, options) : openBuiltIn(path, options);
}

/** `SQLITE_BUSY`, `SQLITE_FULL`, `SQLITE_CORRUPT` … of an error of either engine, null for any other error. */
export function sqliteCode(error: unknown): string | null {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  if (typeof code === "string" && code.startsWith("SQLITE_")) return primaryCode(code);
  if (code === "ERR_SQLITE_ERROR" && typeof errcode === "number") {
    return primaryCodes[errcode & 0xff] ?? "SQLITE_ERROR";
  }
  return null;
}

/** Primary result codes of SQLite ("Result and Error Codes", section 3) that callers tell apart. */
const primaryCodes: Readonly<Record<number, string>> = {
  1: "SQLITE_ERROR",
  5: "SQLITE_BUSY",
  6: "SQLITE_LOCKED",
  7: "SQLITE_NOMEM",
  8: "SQLITE_READONLY",
  10: "SQLITE_IOERR",
  11: "SQLITE_CORRUPT",
  13: "SQLITE_FULL",
  14: "SQLITE_CANTOPEN",
  19: "SQLITE_CONSTRAINT",
  26: "SQLITE_NOTADB",
};

function primaryCode(code: string): string {
  return Object.values(primaryCodes).find((primary) => code === primary || code.startsWith(`${primary}_`)) ?? code;
}

function runTransaction<T>(exec: (sql: string) => void, work: () => T, kind: string): T {
  exec(`BEGIN ${kind}`);
  let result: T;
  try {
    result = work();
    exec("COMMIT");
  } catch (error) {
    try {
      exec("ROLLBACK");
    } catch (second) {
      // SQLite has already rolled back on its own (disk full, I/O error): the first error is the one that counts.
      if (sqliteCode(second) === null) throw second;
    }
    throw error;
  }
  return result;
}

function firstValue(row: SqlRow | undefined): SqlValue {
  return row ? (Object.values(row)[0] ?? null) : null;
}

function openBetter(file: string, options: OpenOptions): Database {
  const loaded = loadBetter();
  if (!loaded) throw new Error("better-sqlite3 cannot be loaded here");
  const database = new loaded(file, {
    readonly: options.readonly ?? false,
    timeout: options.timeoutMs ?? defaultTimeoutMs,
  });
  const exec = (sql: string) => void database.exec(sql);
  return {
    engine: "better-sqlite3",
    file,
    exec,
    prepare: <Row>(sql: string, how?: { bigints?: boolean }) =>
      betterStatement<Row>(database.prepare(sql), how?.bigints ?? false),
    transaction: (work, kind = "deferred") => runTransaction(exec, work, kind),
    pragma: (text) => firstValue((database.pragma(text) as SqlRow[] | undefined)?.[0]),
    define: (name, test) =>
      void database.function(name, { deterministic: true, varargs: true }, (...values: unknown[]) =>
        test(...(values as SqlValue[])) ? 1 : 0,
      ),
    close: () => void database.close(),
  };
}

function betterStatement<Row>(statement: BetterSqlite3.Statement, bigints: boolean): Statement<Row> {
  if (bigints) statement.safeIntegers(true);
  const none: SqlParams = [];
  return {
    run: (params = none) => {
      const { changes, lastInsertRowid } = statement.run(params);
      return { changes, lastRowid: Number(lastInsertRowid) };
    },
    get: (params = none) => statement.get(params) as Row | undefined,
    all: (params = none) => statement.all(params) as Row[],
    iterate: (params = none) => statement.iterate(params) as IterableIterator<Row>,
  };
}

function openBuiltIn(file: string, options: OpenOptions): Database {
  // Loaded on demand, so that nothing of it runs where the addon is used.
  const { DatabaseSync: BuiltIn } = process.getBuiltinModule("node:sqlite");
  const place = options.immutable ? pathToFileURL(file) : file;
  if (place instanceof URL) place.searchParams.set("immutable", "1");
  const database: DatabaseSync = new BuiltIn(place, {
    readOnly: options.readonly ?? false,
    timeout: options.timeoutMs ?? defaultTimeoutMs,
  });
  const exec = (sql: string) => database.exec(sql);
  return {
    engine: "node:sqlite",
    file,
    exec,
    prepare: <Row>(sql: string, how?: { bigints?: boolean }) =>
      builtInStatement<Row>(database.prepare(sql), how?.bigints ?? false),
    transaction: (work, kind = "deferred") => runTransaction(exec, work, kind),
    pragma: (text) => firstValue(database.prepare(`PRAGMA ${text}`).get() as SqlRow | undefined),
    define: (name, test) =>
      database.function(name, { deterministic: true, varargs: true }, (...values: unknown[]) =>
        test(...(values as SqlValue[])) ? 1 : 0,
      ),
    // The other engine lets a database be closed twice, too.
    close: () => (database.isOpen ? database.close() : undefined),
  };
}

type Positional = SqlValue[];
type Named = Record<string, SqlValue>;

function builtInStatement<Row>(statement: StatementSync, bigints: boolean): Statement<Row> {
  if (bigints) statement.setReadBigInts(true);
  // The built-in module tells named from positional values by shape; an array must be spread.
  const call = <T>(params: SqlParams | undefined, positional: (v: Positional) => T, named: (v: Named) => T): T =>
    params === undefined || Array.isArray(params) ? positional((params ?? []) as Positional) : named(params as Named);
  return {
    run: (params) => {
      const done = call(
        params,
        (values) => statement.run(...values),
        (values) => statement.run(values),
      );
      return { changes: Number(done.changes), lastRowid: Number(done.lastInsertRowid) };
    },
    get: (params) =>
      call(
        params,
        (values) => statement.get(...values),
        (values) => statement.get(values),
      ) as Row | undefined,
    all: (params) =>
      call(
        params,
        (values) => statement.all(...values),
        (values) => statement.all(values),
      ) as Row[],
    iterate: (params) =>
      call(
        params,
        (values) => statement.iterate(...values),
        (values) => statement.iterate(values),
      ) as IterableIterator<Row>,
  };
}
