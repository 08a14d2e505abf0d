import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { sqlitePageCarver } from "../../../../native-free/carving/databases/sqlite-page.ts";
import { sqliteRecords } from "../../../../native-free/carving/databases/sqlite-records.ts";
import { addContacts, writtenDatabase } from "../../../fixtures/carving/sqlite-files.ts";

const pageBytes = 4096;

/** The second page: that of the one table. */
function tablePage(statement: string, settings: readonly string[] = []): Uint8Array {
  const { file } = writtenDatabase([`page_size = ${pageBytes}`, "secure_delete = off", ...settings], (database) => {
    addContacts(database, 1, 60);
    if (statement !== "") database.exec(statement);
  });
  return file.subarray(pageBytes, 2 * pageBytes);
}

describe("rows of a page of SQLite", () => {
  it("gives the rows in use as SQLite does", () => {
    const rows = sqliteRecords(tablePage(""))!;
    expect(rows).toHaveLength(60);
    const row = rows.find(({ rowid }) => rowid === 17)!;
    expect(row).toMatchObject({ live: true, values: [null, "Consignee number 17", "+32475120017", 2.125] });
  });

  it("finds deleted rows, alone and next to each other", () => {
    const rows = sqliteRecords(tablePage("delete from contacts where id in (5, 20, 21, 22, 40)"))!;
    const freed = rows.filter(({ live }) => !live).map(({ values }) => values[1]);
    expect(rows.filter(({ live }) => live)).toHaveLength(55);
    expect(new Set(freed)).toEqual(new Set([5, 20, 21, 22, 40].map((id) => `Consignee number ${id}`)));
    expect(freed).toHaveLength(5);
  });

  it("finds nothing where SQLite overwrote what it deleted", () => {
    const rows = sqliteRecords(tablePage("delete from contacts where id in (5, 20)", ["secure_delete = on"]))!;
    expect(rows.filter(({ live }) => !live)).toEqual([]);
  });

  it("gives values of every type", () => {
    const { file } = writtenDatabase(["page_size = 4096"], (database) => {
      database.exec("create table t (a, b, c, d, e, f, g, h)");
      database.exec("insert into t values (0, 1, -129, 8388607, -9007199254740993, 1.5, x'00ff', 'naïve')");
    });
    const [row] = sqliteRecords(file.subarray(4096, 8192))!;
    const blob = Uint8Array.of(0, 255);
    expect(row!.values).toEqual([0, 1, -129, 8_388_607, -9_007_199_254_740_993n, 1.5, blob, "naïve"]);
  });

  it("gives texts in UTF-16", () => {
    const { file } = writtenDatabase(["page_size = 4096", "encoding = 'UTF-16be'"], (database) => {
      database.exec("create table t (a); insert into t values ('łódź')");
    });
    expect(sqliteRecords(file.subarray(4096, 8192), { encoding: 3 })![0]!.values).toEqual(["łódź"]);
  });

  it("reads the schema on the first page", () => {
    const { file } = writtenDatabase(["page_size = 4096"], (database) => addContacts(database, 1, 1));
    expect(sqliteRecords(file.subarray(0, 4096), { headAt: 100 })![0]!.values.slice(0, 4)).toEqual([
      "table",
      "contacts",
      "contacts",
      2,
    ]);
  });

  it("is null for other pages and throws for none", () => {
    expect(sqliteRecords(new Uint8Array(pageBytes))).toBeNull();
    const page = tablePage("delete from contacts where id in (5, 20, 21)");
    const changes = fc.array(fc.tuple(fc.nat(pageBytes - 1), fc.nat(255)), { maxLength: 20 });
    fc.assert(
      fc.property(changes, (places) => {
        const changed = Uint8Array.from(page);
        for (const [at, value] of places) changed[at] = value;
        const rows = sqliteRecords(changed) ?? [];
        expect(rows.every(({ at, length }) => at >= 0 && length > 0 && at + length <= pageBytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe("single pages of SQLite", () => {
  it("are found without their database and say how many rows they hold", () => {
    const page = Uint8Array.from(tablePage(""));
    const found = sqlitePageCarver.carve(new MemorySource(page), 0, page.length);
    expect(found).toMatchObject({ verdict: "fragment", length: pageBytes });
    expect(found!.findings).toEqual([
      { code: "carving/sqlite-rows", offset: null, length: null, params: { rows: 60, freed: 0 } },
    ]);
  });
});
