import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, describe, expect, it } from "vitest";
import { defaultEngine, openDatabase, sqliteCode, type Engine } from "../../../src/case/sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true }));

const addons = !process.execArgv.includes("--no-addons") && !process.env["NODE_OPTIONS"]?.includes("--no-addons");
const engines: Engine[] = addons ? ["better-sqlite3", "node:sqlite"] : ["node:sqlite"];

it("takes better-sqlite3 where addons are allowed and node:sqlite where they are not", () => {
  expect(defaultEngine()).toBe(addons ? "better-sqlite3" : "node:sqlite");
  const module = new URL("../../../src/case/sqlite.ts", import.meta.url).href;
  const script = `import { defaultEngine } from ${JSON.stringify(module)}; process.stdout.write(defaultEngine());`;
  const answer = execFileSync(process.execPath, ["--no-addons", "--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  expect(answer).toBe("node:sqlite");
});

it("reads a file that nobody can change", () => {
  const file = join(folder, "odd name #1?%41.db");
  const database = openDatabase(file);
  database.exec("CREATE TABLE t (a INTEGER)");
  database.close();
  const fixed = openDatabase(file, { readonly: true, immutable: true });
  expect(fixed.engine).toBe("node:sqlite");
  expect(fixed.prepare("SELECT count(*) AS n FROM t").get()).toEqual({ n: 0 });
  expect(() => fixed.exec("INSERT INTO t VALUES (1)")).toThrow();
  fixed.close();
});

describe.each(engines)("%s", (engine) => {
  let files = 0;
  const newFile = () => join(folder, `${engine.replace(":", "-")}-${(files += 1)}.db`);
  const memory = () => openDatabase(":memory:", { engine });

  it("binds by position and by name, and gives every type back", () => {
    const database = memory();
    expect(database.engine).toBe(engine);
    database.exec("CREATE TABLE t (a INTEGER, b REAL, c TEXT, d BLOB, e)");
    const bytes = Uint8Array.of(0, 1, 255);
    const done = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)").run([7, 1.5, "łódź\u0000x", bytes, null]);
    expect(done).toEqual({ changes: 1, lastRowid: 1 });
    database.prepare("INSERT INTO t (a, c) VALUES (:a, @c)").run({ a: 8, c: "named" });
    const row = database.prepare<Record<string, unknown>>("SELECT * FROM t WHERE a = $a").get({ a: 7 }) ?? {};
    expect({ ...row, d: [...(row["d"] as Uint8Array)] }).toEqual({
      a: 7,
      b: 1.5,
      c: "łódź\u0000x",
      d: [0, 1, 255],
      e: null,
    });
    expect(database.prepare("SELECT a FROM t WHERE a > 100").get()).toBeUndefined();
    expect(database.prepare("SELECT a FROM t ORDER BY a").all()).toEqual([{ a: 7 }, { a: 8 }]);
    expect([...database.prepare("SELECT a FROM t WHERE a < ? ORDER BY a").iterate([8])]).toEqual([{ a: 7 }]);
    database.close();
  });

  it("gives 64-bit integers as bigint where that is asked for", () => {
    const database = memory();
    const big = 2n ** 63n - 1n;
    database.exec("CREATE TABLE t (a INTEGER)");
    database.prepare("INSERT INTO t VALUES (?)").run([big]);
    expect(database.prepare("SELECT a FROM t", { bigints: true }).get()).toEqual({ a: big });
    database.close();
  });

  it("commits, rolls back and rethrows", () => {
    const database = memory();
    database.exec("CREATE TABLE t (a INTEGER)");
    const insert = database.prepare("INSERT INTO t VALUES (?)");
    expect(database.transaction(() => insert.run([1]).changes, "immediate")).toBe(1);
    const failure = new Error("mine");
    expect(() =>
      database.transaction(() => {
        insert.run([2]);
        throw failure;
      }),
    ).toThrow(failure);
    expect(database.prepare("SELECT a FROM t").all()).toEqual([{ a: 1 }]);
    database.close();
  });

  it("reads on one connection what another commits, and not before", () => {
    const file = newFile();
    const writer = openDatabase(file, { engine });
    expect(writer.pragma("journal_mode = WAL")).toBe("wal");
    writer.exec("CREATE TABLE t (a INTEGER)");
    const reader = openDatabase(file, { engine, readonly: true });
    writer.exec("BEGIN");
    writer.exec("INSERT INTO t VALUES (1)");
    expect(reader.prepare("SELECT count(*) AS n FROM t").get()).toEqual({ n: 0 });
    writer.exec("COMMIT");
    expect(reader.prepare("SELECT count(*) AS n FROM t").get()).toEqual({ n: 1 });
    expect(() => reader.exec("INSERT INTO t VALUES (2)")).toThrow();
    reader.close();
    writer.close();
  });

  it("names errors alike", () => {
    const file = newFile();
    const code = (work: () => unknown) => {
      try {
        work();
      } catch (error) {
        return sqliteCode(error);
      }
      return "nothing";
    };
    const one = openDatabase(file, { engine, timeoutMs: 0 });
    one.exec("CREATE TABLE t (a INTEGER UNIQUE)");
    one.exec("INSERT INTO t VALUES (1)");
    expect(code(() => one.exec("INSERT INTO t VALUES (1)"))).toBe("SQLITE_CONSTRAINT");
    expect(code(() => one.exec("nonsense"))).toBe("SQLITE_ERROR");
    const two = openDatabase(file, { engine, timeoutMs: 0 });
    one.exec("BEGIN EXCLUSIVE");
    expect(code(() => two.exec("BEGIN IMMEDIATE"))).toBe("SQLITE_BUSY");
    one.close();
    two.close();
    const foreign = newFile();
    writeFileSync(foreign, "this is no database, however long it is made ".repeat(30));
    expect(code(() => openDatabase(foreign, { engine }).exec("CREATE TABLE t (a)"))).toBe("SQLITE_NOTADB");
    expect(code(() => openDatabase(join(folder, "absent.db"), { engine, readonly: true }))).toBe("SQLITE_CANTOPEN");
    expect(sqliteCode(new Error("mine"))).toBeNull();
  });

  it("has FTS5 with contentless deletes, marks in tokens and phrases", () => {
    const database = memory();
    database.exec(
      `CREATE VIRTUAL TABLE t USING fts5 (x, content = '', contentless_delete = 1,
         tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'")`,
    );
    const insert = database.prepare("INSERT INTO t (rowid, x) VALUES (?, ?)");
    insert.run([2 ** 40, "one two three"]);
    insert.run([5, "हिन्दी two one"]);
    const match = database.prepare<{ rowid: number }>("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rowid");
    const rows = (query: string) => match.all([query]).map(({ rowid }) => rowid);
    expect(rows('"one two"')).toEqual([2 ** 40]);
    expect(rows('"हिन्दी"')).toEqual([5]);
    expect(rows('"ह"')).toEqual([]);
    database.prepare("DELETE FROM t WHERE rowid = ?").run([5]);
    expect(rows('"one"')).toEqual([2 ** 40]);
    database.close();
  });

  it("calls our functions from SQL", () => {
    const database = memory();
    database.define("longer_than", (text, length) => String(text).length > Number(length));
    expect(database.prepare("SELECT longer_than('abc', 2) AS a, longer_than('abc', 3) AS b").get()).toEqual({
      a: 1,
      b: 0,
    });
    database.close();
  });
});
