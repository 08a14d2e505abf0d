import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { sqliteExtractor } from "../../../native-free/extractors/sqlite/extractor.ts";
import { parseTable } from "../../../native-free/extractors/sqlite/schema.ts";
import type { Beside, Child } from "../../../native-free/model/extraction.ts";
import { packedComment } from "../../fixtures/data-files.ts";
import * as places from "../../fixtures/sqlite-places.ts";
import { context, gather, sourceOf } from "./gather.ts";

const read = (bytes: Uint8Array): ReturnType<typeof gather> =>
  gather(sqliteExtractor.extract(sourceOf(bytes), context));
const word = "consignment";

async function childrenOf(bytes: Uint8Array, beside: Beside | null = null): Promise<[Child, string][]> {
  const found: [Child, string][] = [];
  for await (const extraction of sqliteExtractor.extract(sourceOf(bytes), { ...context, beside })) {
    if (extraction.what !== "child" || !("open" in extraction.child.content)) continue;
    const pieces: Uint8Array[] = [];
    for await (const piece of extraction.child.content.open()) pieces.push(piece);
    found.push([extraction.child, Buffer.concat(pieces).toString("utf8")]);
  }
  return found;
}

describe("SQLite databases", () => {
  it("gives schema, number of rows and every row with its row id", async () => {
    const file = places.written([], (database) => {
      places.addRows(database, "parcels", 1, 300, word);
      database.exec("create view heavy as select * from parcels where id > 5");
    }).file;
    const { fields, labelled, findings, statuses } = await read(file);
    expect(fields).toEqual([["table", "parcels (300)"]]);
    expect(labelled["schema"]).toContain("CREATE VIEW heavy as select");
    const lines = labelled["parcels"]!.trimEnd().split("\n");
    expect(lines).toHaveLength(301);
    expect(lines[0]).toBe("id\tname\tnote");
    expect(lines[300]).toBe(`300\tName 300\t${word} 300`);
    expect([findings, statuses]).toEqual([[], []]);
  });

  it.each(["UTF-8", "UTF-16le", "UTF-16be"])("reads texts in %s", async (encoding) => {
    const { labelled } = await read(places.inEncoding(encoding, "Αθήνα Łódź"));
    expect(labelled["parcels"]).toContain("1\tName 1\tΑθήνα Łódź 1");
  });

  it("puts numbers of every width and long values together", async () => {
    const numbers = [
      0,
      1,
      -1,
      127,
      -32_768,
      8_388_607,
      -2_147_483_648,
      140_737_488_355_327,
      -9_007_199_254_740_993n,
      1.5,
    ];
    const file = places.written([], (database) => {
      database.exec("create table numbers (value)");
      for (const value of numbers) database.prepare("insert into numbers values (?)").run(value);
    }).file;
    const { labelled } = await read(file);
    expect(labelled["numbers"]!.trimEnd().split("\n").slice(1)).toEqual(numbers.map(String));
    expect((await read(places.longValue(word))).labelled["parcels"]).toContain(`${word} 1\n`);
  });

  it("reads tables without row ids, whose key stands first", async () => {
    const { fields, labelled } = await read(places.withoutRowid(word));
    expect(fields).toEqual([["table", "places (500)"]]);
    const lines = labelled["places"]!.trimEnd().split("\n");
    expect(lines[0]).toBe("code\tnote\ttown");
    expect(new Set(lines).size).toBe(501);
    expect(lines).toContain(`code-77\t${word} 77\tTown 77`);
  });

  it("marks what was deleted, in pages of a table and in free ones", async () => {
    const row = await read(places.deletedRow(word));
    expect(row.labelled["table parcels, deleted"]).toContain(`gone ${word}\tdeleted note`);
    expect(row.labelled["parcels"]).not.toContain(word);
    const page = await read(places.freePage(word));
    const rows = page.labelled["free pages, deleted"]!.match(new RegExp(word, "g"))!;
    expect(rows.length).toBeGreaterThanOrEqual(390);
    expect([page.findings, page.statuses]).toEqual([[], []]);
  });

  it("gives blobs that are files as children, and reads the others", async () => {
    const picture = packedComment(word);
    const [found] = await childrenOf(places.withBlob(picture));
    expect(found![0]).toMatchObject({ name: { text: "content 1.png" }, origin: "embedded", size: picture.length });
    const record = Buffer.concat([Buffer.from([0x0a, 0x0b]), Buffer.from(word), Buffer.alloc(80, 0x80)]);
    expect(await childrenOf(places.withBlob(record))).toEqual([]);
    expect((await read(places.withBlob(record))).labelled["files"]).toContain(word);
  });
});

describe("logs and journals of SQLite", () => {
  it("reads a log by itself, and what it changes as a child of the database", async () => {
    const { file, beside: log } = places.logged(word);
    expect((await read(log)).labelled["page 2"]).toContain(word);
    expect((await read(file)).labelled["parcels"]).not.toContain(word);
    const folder: Beside = {
      self: "a.db",
      names: () => ["a.db", "a.db-wal"],
      open: (name) => (name === "a.db-wal" ? new MemorySource(log) : null),
    };
    const [found] = await childrenOf(file, folder);
    expect(found![0].name.text).toBe("write-ahead log.txt");
    expect(found![1]).toBe(`table parcels\n6\tName 6\t${word} 6\n`);
    const alone: Beside = { ...folder, open: () => null };
    expect(await childrenOf(file, alone)).toEqual([]);
  });

  it("does not take frames over that were not committed or whose checksum fails", async () => {
    const { file, beside: log } = places.logged(word);
    const broken = Buffer.from(log);
    broken[broken.length - 1]! ^= 1;
    const folder: Beside = { self: "a.db", names: () => [], open: () => new MemorySource(broken) };
    const [found] = await childrenOf(file, folder);
    expect(found![1]).toContain("earlier or uncommitted states\n");
    expect(found![1]).not.toContain("table parcels\n");
  });

  it("reads the old pages of a journal", async () => {
    const { labelled } = await read(places.journalled(word).beside);
    expect(Object.values(labelled).join("")).toContain(`Name 1\tbefore ${word} 1`);
  });
});

describe("damaged databases", () => {
  const file = Buffer.from(places.withoutRowid(word));

  it("says how many pages are missing and reads the others", async () => {
    const { findings, statuses, labelled } = await read(file.subarray(0, file.length - 2 * 4096));
    expect(findings[0]).toEqual(["database/truncated", { pages: 2 }]);
    expect(statuses).toContain("partial: damaged");
    expect(labelled["places"]).toContain(word);
  });

  it("counts pages that are none, and refuses a header that is none", async () => {
    const broken = Buffer.from(file);
    broken.fill(0xee, 3 * 4096, 4 * 4096);
    const { findings } = await read(broken);
    expect(findings).toEqual([["database/damaged", { pages: 1, chains: 0, rows: 0 }]]);
    const header = Buffer.from(file);
    header.writeUInt16BE(777, 16);
    await expect(read(header)).rejects.toMatchObject({ code: "database/header", params: { what: "page size" } });
  });

  it("says that a row is longer than may be read at once", async () => {
    const long = places.longValue(word);
    const small = { ...context, wholeLimitBytes: 10_000 };
    const { findings, statuses } = await gather(sqliteExtractor.extract(sourceOf(long), small));
    expect(findings).toEqual([["database/row-too-long", { rows: 1 }]]);
    expect(statuses).toEqual(["partial: budget"]);
  });
});

it("understands the columns of any CREATE TABLE", () => {
  expect(parseTable(`CREATE TABLE "a b" ([x y] INTEGER PRIMARY KEY, "q""q" text DEFAULT (1, 2), -- note\n z)`)).toEqual(
    {
      columns: ["x y", 'q"q', "z"],
      rowidAt: 0,
      withoutRowid: false,
    },
  );
  expect(parseTable("create table t (a, b integer, c, primary key (c, b)) without rowid").columns).toEqual([
    "c",
    "b",
    "a",
  ]);
  expect(parseTable("create table t (a INT PRIMARY KEY, v AS (a+1), s AS (a) STORED)")).toMatchObject({
    columns: ["a", "s"],
    rowidAt: -1,
  });
});
