import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import { writeHashSet } from "../../../src/hashsets/write-hash-set.ts";
import { digestOf, itemRow, preparedContent } from "../../fixtures/work-file-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-known-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const texts = ["one", "two"];
const set = join(folder, "alert.vhs");
writeHashSet(
  set,
  { name: "wanted", verdict: "alert", source: { format: "text", file: "x", sha256: "00" }, categories: {} },
  texts.map((text) => ({ sha256: Buffer.from(digestOf("sha256", text), "hex"), category: 0 })),
);

let count = 0;
const newFile = () => join(folder, `${(count += 1)}.db`);

function open(file: string, revision = 1): WorkFileWriter {
  const writer = WorkFileWriter.open(file, { exhibit: "M01", profile: "ab".repeat(32) });
  writer.reopenEncrypted(revision);
  writer.recover();
  writer.plan(texts.map((key, order) => ({ key, order, path: key, size: 1 })));
  return writer;
}

function examine(writer: WorkFileWriter, keys: readonly string[], reason: "encrypted" | null = null): void {
  for (const key of keys) {
    const status = reason === null ? "done" : "partial";
    writer.addItems(key, [itemRow(`${key}.jpg`, key)]);
    writer.addContent(preparedContent(key, { status, reason }));
    writer.finishUnit({ key, items: 1, status, reason });
  }
  writer.flush();
}

function match(writer: WorkFileWriter, identity = "sets"): void {
  writer.matchHashSets([set], identity);
}

function knownIn(file: string): number {
  const database = openDatabase(file);
  try {
    return database.prepare<{ n: number }>("SELECT count(*) AS n FROM known WHERE verdict = 'alert'").get()?.n ?? 0;
  } finally {
    database.close();
  }
}

/** A run of the engine: what it examines, and whether it comes to the hash sets. */
function run(file: string, work: (writer: WorkFileWriter) => void): void {
  const writer = open(file);
  work(writer);
  writer.close();
}

describe("contents and hash sets", () => {
  it("are compared by the next run where one died after the last unit", () => {
    const file = newFile();
    run(file, (writer) => {
      examine(writer, ["one"]);
      match(writer);
    });
    expect(knownIn(file)).toBe(1);
    run(file, (writer) => examine(writer, ["two"]));
    expect(knownIn(file)).toBe(1);
    run(file, match);
    expect(knownIn(file)).toBe(2);
  });

  it("are compared by the next run where one died after what new passwords made of them", () => {
    const file = newFile();
    run(file, (writer) => {
      examine(writer, texts, "encrypted");
      match(writer);
    });
    const again = open(file, 2);
    expect([...again.pending()]).toHaveLength(2);
    examine(again, texts);
    again.close();
    expect(knownIn(file)).toBe(0);
    const last = open(file, 2);
    match(last);
    last.close();
    expect(knownIn(file)).toBe(2);
  });

  it("are compared again where one writer goes on after it compared them", () => {
    const file = newFile();
    run(file, (writer) => {
      examine(writer, ["one"]);
      match(writer);
      examine(writer, ["two"]);
      match(writer);
    });
    expect(knownIn(file)).toBe(2);
  });

  it("are not compared where neither changed", () => {
    const file = newFile();
    run(file, (writer) => {
      examine(writer, texts);
      match(writer);
    });
    const database = openDatabase(file);
    database.exec("DELETE FROM known");
    database.close();
    run(file, match);
    expect(knownIn(file)).toBe(0);
    run(file, (writer) => match(writer, "other sets"));
    expect(knownIn(file)).toBe(2);
  });
});
