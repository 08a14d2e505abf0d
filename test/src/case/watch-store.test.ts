import { rmSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { copyOfContent } from "../../../src/case/copy-content.ts";
import { isDerived } from "../../../src/case/derived.ts";
import { IndexPages, indexNames } from "../../../src/case/posting-pages.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { corpusOfReader } from "../../../src/case/watch-corpus.ts";
import { WatchStore, type AppliedList } from "../../../src/case/watch-store.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import { standingOf, type ListStanding, type ListToApply } from "../../../src/watch/apply-lists.ts";
import { applyTo } from "../../fixtures/apply-list.ts";
import { doc, newCase, paths, search } from "../../fixtures/searched-case.ts";
import { listText, storedPlaces } from "../../fixtures/watched-case.ts";
import { itemRow, preparedContent } from "../../fixtures/work-file-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-watch-store-"));
afterAll(() => rmSync(folder, { recursive: true }));

const list = join(folder, "goods.txt");
writeFileSync(list, listText("goods", ["word ivory"]));

const shared = { share: "anywhere" } as const;
const fields = [{ name: "title" as const, value: "ivory", source: "pdf" }];
const one = doc("folder:/ivory/a.txt", "ivory a", {}, { fields });
const theCase = newCase({
  M01: [{ ...one, content: { ...one.content!, ...shared } }, doc("folder:/b.txt", "nothing")],
});
const file = theCase.paths.items("M01");

function reading<T>(work: (reader: WorkFileReader) => T): T {
  const reader = WorkFileReader.open(file);
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}

/** Processing of an exhibit of one archive with an encrypted member that no password opens. */
function processZip(workFile: string, revision: number): void {
  const writer = WorkFileWriter.open(workFile, { exhibit: "M01", profile: "ab".repeat(32) });
  writer.reopenEncrypted(revision);
  writer.recover();
  writer.plan([{ key: "zip", order: 0, path: "goods.zip", size: 1 }]);
  for (const { key } of [...writer.pending()]) {
    writer.addItems(key, [
      itemRow("goods.zip", "zip"),
      itemRow("goods.zip/ivory price.doc", null, { status: "failed", reason: "encrypted" }),
      itemRow("goods.zip/readme.txt", "ivory for sale"),
    ]);
    writer.addContent(preparedContent("zip", { status: "partial", reason: "encrypted" }));
    writer.addContent(preparedContent("ivory for sale"));
    writer.finishUnit({ key, items: 3, status: "partial", reason: "encrypted" });
  }
  writer.close();
}

function stateIn(workFile: string): { corpus: string; lists: AppliedList[] } {
  const store = WatchStore.open(workFile);
  try {
    return { corpus: store.corpus(), lists: store.lists() };
  } finally {
    store.close();
  }
}

function hitsIn(workFile: string): { standing: ListStanding; texts: number; places: number } {
  const { corpus, lists } = stateIn(workFile);
  const database = openDatabase(workFile);
  const rows = (table: string) => database.prepare<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0;
  try {
    const wanted = { id: "goods", sha256: lists[0]?.sha256 ?? "", own: false } as ListToApply;
    return { standing: standingOf(wanted, lists, corpus), texts: rows("entity"), places: rows("watch_place") };
  } finally {
    database.close();
  }
}

describe("what is stored of lists that were applied", () => {
  it("does not change what they are applied to, and does not go into a copy of a content's result", async () => {
    const before = reading(corpusOfReader);
    await applyTo(file, list);
    expect(reading(corpusOfReader)).toBe(before);
    expect(paths(search(theCase, "entity:watchlist-goods"))).toEqual(["M01/folder:/ivory/a.txt"]);
    const sha256 = one.content!.row.sha256;
    expect(reading((reader) => copyOfContent(reader, sha256, false)?.row.entities)).toEqual([]);
    expect(storedPlaces(theCase, "M01", "goods")).toHaveLength(2);
  });

  it("goes with the rows that it hangs on, and processing that follows changes what lists are applied to", () => {
    const before = reading(corpusOfReader);
    const database = openDatabase(file);
    database.exec("UPDATE content SET state = 1 WHERE sha256 = (SELECT sha256 FROM content ORDER BY id LIMIT 1)");
    expect(storedPlaces(theCase, "M01", "goods")).toHaveLength(1);
    database.exec("UPDATE content SET state = 2");
    database.exec("DELETE FROM item_time; DELETE FROM item WHERE name = 'a.txt'");
    database.close();
    expect(storedPlaces(theCase, "M01", "goods")).toEqual([]);
    expect(reading(corpusOfReader)).not.toBe(before);
  });

  it("goes with units that are examined again, and then the list is to be applied anew although nothing else changed", async () => {
    const zip = join(folder, "zip.db");
    processZip(zip, 1);
    expect(await applyTo(zip, list)).toMatchObject([{ list: "goods" }]);
    expect(hitsIn(zip)).toEqual({ standing: "unchanged", texts: 1, places: 1 });
    const { corpus } = stateIn(zip);
    processZip(zip, 1);
    expect(hitsIn(zip)).toEqual({ standing: "unchanged", texts: 1, places: 1 });
    processZip(zip, 2);
    expect(stateIn(zip)).toMatchObject({ corpus, lists: [{ corpus: "" }] });
    expect(hitsIn(zip)).toEqual({ standing: "changed", texts: 0, places: 0 });
    await applyTo(zip, list);
    expect(hitsIn(zip)).toEqual({ standing: "unchanged", texts: 1, places: 1 });
  });

  it("is begun anew where it was begun and rows of it went", async () => {
    const zip = join(folder, "begun.db");
    processZip(zip, 1);
    const [applied] = await applyTo(zip, list);
    const database = openDatabase(zip);
    database.exec("UPDATE watch_list SET finished = NULL");
    database.close();
    expect(applied?.finished).not.toBeNull();
    expect(hitsIn(zip).standing).toBe("begun");
    processZip(zip, 2);
    expect(hitsIn(zip).standing).toBe("changed");
  });

  it("has the triggers of today where it was made with others", () => {
    const zip = join(folder, "older.db");
    processZip(zip, 1);
    WatchStore.open(zip).close();
    const database = openDatabase(zip);
    const triggers = () =>
      database
        .prepare<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        .all()
        .map(({ name }) => name);
    const today = triggers();
    database.exec(`DROP TRIGGER watched_item_gone;
      CREATE TRIGGER watch_place_item_gone AFTER DELETE ON item BEGIN DELETE FROM watch_place WHERE item = old.id; END;
      CREATE TRIGGER watch_place_content_gone AFTER DELETE ON content BEGIN DELETE FROM watch_place WHERE content = old.id; END`);
    expect(triggers()).not.toEqual(today);
    WatchStore.open(zip).close();
    expect(triggers()).toEqual(today);
    database.close();
  });

  it("leaves indexes of one segment each where everything is processed, and nothing done where not", () => {
    const many = join(folder, "many.db");
    const writer = WorkFileWriter.open(many, { exhibit: "M01", profile: "ab".repeat(32) }, { commitRows: 1 });
    writer.plan(["a", "b", "c"].map((key, order) => ({ key, order, path: key, size: 1 })));
    for (const key of ["a", "b"]) {
      writer.addItems(key, [itemRow(key, `ivory ${key}`)]);
      writer.addContent(preparedContent(`ivory ${key}`, { fields: [{ name: "title", value: key, source: "pdf" }] }));
      writer.finishUnit({ key, items: 1, status: "done", reason: null });
    }
    writer.close();
    const segments = () => {
      const reader = WorkFileReader.open(many);
      const counts = indexNames.map((name) => new IndexPages(reader, name).segments.length);
      reader.close();
      return counts;
    };
    const settled = () => {
      const store = WatchStore.open(many);
      store.settle();
      store.close();
      const database = openDatabase(many);
      const is = isDerived(database);
      database.close();
      return is;
    };
    expect([settled(), segments()]).toEqual([false, [2, 2, 2]]);
    const database = openDatabase(many);
    database.exec("UPDATE unit SET done = 1, items = 0, status = 'done' WHERE key = 'c'");
    database.close();
    expect([settled(), segments()]).toEqual([true, [1, 1, 1]]);
  });

  it("is not there before the first list, and not after the last", () => {
    const other = newCase({ M01: [doc("a.txt", "x")] });
    const store = WatchStore.open(other.paths.items("M01"));
    expect([store.lists(), store.remove("goods")]).toEqual([[], false]);
    store.close();
  });
});
