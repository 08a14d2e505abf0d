import { rmSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { copyOfContent } from "../../../src/case/copy-content.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { corpusOfReader } from "../../../src/case/watch-corpus.ts";
import { WatchStore } from "../../../src/case/watch-store.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import { applyTo } from "../../fixtures/apply-list.ts";
import { doc, newCase, paths, search } from "../../fixtures/searched-case.ts";
import { listText, storedPlaces } from "../../fixtures/watched-case.ts";

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

  it("is not there before the first list, and not after the last", () => {
    const other = newCase({ M01: [doc("a.txt", "x")] });
    const store = WatchStore.open(other.paths.items("M01"));
    expect([store.lists(), store.remove("goods")]).toEqual([[], false]);
    store.close();
  });
});
