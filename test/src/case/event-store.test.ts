import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { packEvents, unpackEvents, EventColumns } from "../../../src/case/event-block.ts";
import { eventsOf } from "../../../src/case/event-reader.ts";
import { buildEvents, dateFields, makeEvents, ranksOf, type EventDatabase } from "../../../src/case/event-store.ts";
import { placeOf, zoneOfDate, zoneOfTime } from "../../../src/case/event-time.ts";
import { openDatabase, type Database } from "../../../src/case/sqlite.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import type { ItemTime } from "../../../native-free/model/item.ts";
import type { Field } from "../../../native-free/model/item.ts";
import { itemRow, preparedContent } from "../../fixtures/work-file-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-events-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Dated {
  readonly path: string;
  readonly times: readonly ItemTime[];
  /** Text of the content and its fields; null: no content. */
  readonly content: { readonly text: string; readonly fields: readonly Field[] } | null;
}

let files = 0;

function workFile(items: readonly Dated[]): string {
  const file = join(folder, `items-${(files += 1)}.db`);
  const writer = WorkFileWriter.open(file, { exhibit: "M01", profile: "p" });
  writer.plan([{ key: "u", order: 0, path: "u", size: 1 }]);
  for (const { path, times, content } of items) {
    writer.addItems("u", [itemRow(path, content?.text ?? null, { times })]);
    if (content) writer.addContent(preparedContent(content.text, { fields: content.fields }));
  }
  writer.finishUnit({ key: "u", items: items.length, status: "done", reason: null });
  writer.close();
  return file;
}

/** What the tables say, class by class, as `instant path kind source seq`. */
function eventsIn(database: Database, schema: "main" | "temp" = "main"): string[][] {
  const kinds = database.prepare(`SELECT kind, source FROM ${schema}.event_kind ORDER BY code`).all();
  const paths = new Map(
    database
      .prepare("SELECT id, path FROM item")
      .all()
      .map(({ id, path }) => [id, path]),
  );
  const lists: string[][] = [[], [], []];
  const blocks = database.prepare<{ id: number; events: number; data: Uint8Array; first: number; last: number }>(
    `SELECT * FROM ${schema}.event_block ORDER BY id`,
  );
  for (const { id, events, data, first, last } of blocks.all()) {
    const columns = unpackEvents(data, events);
    expect([columns.at(0), columns.at(events - 1)]).toEqual([first, last]);
    for (let index = 0; index < events; index++) {
      const { kind, source } = kinds[columns.code[index]!]!;
      const entry = columns.entry[index]!;
      const path = paths.get(columns.item[index]!);
      lists[Math.floor(id / 2 ** 32)]!.push(
        [columns.at(index), path, kind, source, entry >>> 1, entry & 1 ? "field" : "time"].join(" "),
      );
    }
  }
  return lists;
}

/** The same, made simply. */
function expected(items: readonly Dated[]): string[][] {
  const described = new Map(
    items.flatMap(({ content }) => (content ? [[content.text, content] as const] : [])).reverse(),
  );
  const all = items.flatMap(({ path, times, content }) => {
    const ofTimes = times.map((time, seq) => {
      const zone = time.zone === "utc" ? "utc" : time.zone === "offset" ? zoneOfDate(time.value) : "local-unknown";
      return { at: placeOf(time.value), zone, path, kind: time.kind as string, source: time.source, seq, is: "time" };
    });
    const fields = content ? described.get(content.text)!.fields : [];
    const ofFields = fields.flatMap(({ name, value, source }, seq) => {
      if (!dateFields.includes(name)) return [];
      return [{ at: placeOf(value), zone: zoneOfDate(value), path, kind: name, source, seq, is: "field" }];
    });
    return [...ofTimes, ...ofFields];
  });
  const texts = (list: typeof all, isPlaced: boolean) =>
    list
      .map((event) => ({ ...event, at: isPlaced ? event.at : 0 }))
      .sort(
        (a, b) =>
          a.at - b.at ||
          (a.path === b.path ? 0 : Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))) ||
          (a.kind === b.kind ? 0 : a.kind < b.kind ? -1 : 1) ||
          (a.source === b.source ? 0 : a.source < b.source ? -1 : 1) ||
          a.seq * 2 + (a.is === "field" ? 1 : 0) - b.seq * 2 - (b.is === "field" ? 1 : 0),
      )
      .map(({ at, path, kind, source, seq, is }) => [at, path, kind, source, seq, is].join(" "));
  const placed = all.filter(({ at }) => !Number.isNaN(at));
  const isLocal = ({ zone }: { zone: string }) => zone === "local-unknown";
  return [
    texts(
      placed.filter((event) => !isLocal(event)),
      true,
    ),
    texts(placed.filter(isLocal), true),
    texts(
      all.filter(({ at }) => Number.isNaN(at)),
      false,
    ),
  ];
}

const doorOf = (database: Database): EventDatabase => ({
  select: (sql, params) => database.prepare<never>(sql).all(params),
  change: (sql, params) => void database.prepare(sql).run(params),
});

/** The tables of a work file as its writer left them, as they are made at once, in many runs, and in `temp`. */
function madeIn(file: string, atOnce: number): string[][][] {
  const database = openDatabase(file);
  try {
    const written = eventsIn(database);
    const ranks = ranksOf(doorOf(database));
    database.transaction(() => buildEvents(database, ranks));
    const whole = eventsIn(database);
    makeEvents(doorOf(database), "main", ranks, atOnce);
    const inRuns = eventsIn(database);
    expect(database.prepare("SELECT count(*) AS n FROM event_block WHERE id >= ?").get([3 * 2 ** 32])).toEqual({
      n: 0,
    });
    makeEvents(doorOf(database), "temp", ranks);
    return [written, whole, inRuns, eventsIn(database, "temp")];
  } finally {
    database.close();
  }
}

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const dates = pick(
  ...["2019-04-05T06:07:08.123456789Z", "2019-04-05T06:07:08Z", "2019-04-05T06:07:08", "2019-04-05", "2019", "2018-12"],
  ...["2019-04-05T08:07:08+02:00", "1601-01-01T00:00:00Z", "1601-01-01T00:30:00+01:00", "2200-12-31T23:59:60Z"],
  ...[
    "0000-00-00",
    "1600-12-31",
    "2201-01-01",
    "gestern",
    "",
    "2019-02-30",
    "2019-13-01",
    "a\tb\nc",
    "1980-01-01T00:00:00",
  ],
);
const time = fc.record({
  kind: pick("m", "a", "c", "b"),
  // Times of items come from our readers.
  value: dates.filter((text) => !/[\t\n]/.test(text)),
  zone: pick("utc", "offset", "local-unknown"),
  source: pick("$SI", "$FN", "stat"),
});
const field = fc.record({
  name: pick("sent", "created", "modified", "title", "birthday"),
  value: dates,
  source: pick("header", "core", "$SI"),
});
const contents = fc.array(fc.array(field, { maxLength: 4 }), { minLength: 1, maxLength: 4 });
const itemsOf = (each: readonly (readonly Field[])[]) =>
  fc.uniqueArray(
    fc.record({
      path: pick("b.txt", "a.txt", "a/b.txt", "ä.txt", "😀.txt", "\uffee.txt", "z", "Z", "zip!/x"),
      times: fc.array(time, { maxLength: 5 }),
      content: fc.option(
        fc.integer({ min: 0, max: each.length - 1 }).map((at) => ({ text: `text ${at}`, fields: each[at]! })),
        { nil: null },
      ),
    }),
    { selector: ({ path }) => path, maxLength: 8 },
  );

describe("the events of a work file", () => {
  it("are every date of every item in order, however they are made", () => {
    fc.assert(
      fc.property(contents.chain(itemsOf), fc.integer({ min: 1, max: 7 }), (items, atOnce) => {
        const wanted = expected(items as readonly Dated[]);
        for (const made of madeIn(workFile(items as readonly Dated[]), atOnce)) expect(made).toEqual(wanted);
      }),
      { numRuns: 15 },
    );
  });

  it("are more than a block, cut where items and instants end", () => {
    const times = (count: number): ItemTime[] =>
      Array.from({ length: count }, (_, at) => ({
        kind: "m",
        value: `20${10 + (at % 3)}-01-01T00:00:00Z`,
        zone: "utc",
        source: "stat",
      }));
    const items: Dated[] = [
      { path: "b", times: times(30_000), content: null },
      { path: "a", times: times(3000), content: null },
    ];
    const file = workFile(items);
    const wanted = expected(items);
    for (const made of madeIn(file, 9000)) expect(made).toEqual(wanted);
    const database = openDatabase(file, { readonly: true });
    const blocks = database.prepare<{ events: number }>("SELECT events FROM event_block ORDER BY id").all();
    database.close();
    // Of each year 1,000 dates of one item and 10,000 of the other.
    expect(blocks.map(({ events }) => events)).toEqual([11_000, 11_000, 11_000]);
  });

  it("are the same for a reader while processing goes on, and follow what is committed", () => {
    const at = (value: string): ItemTime => ({ kind: "m", value, zone: "utc", source: "stat" });
    const file = join(folder, "growing.db");
    const writer = WorkFileWriter.open(file, { exhibit: "M01", profile: "p" });
    writer.plan([{ key: "u", order: 0, path: "u", size: 1 }]);
    writer.addItems("u", [itemRow("late", null, { times: [at("2020-01-01T00:00:00Z")] })]);
    writer.flush();
    const reader = WorkFileReader.open(file);
    const lengths = () => eventsOf(reader).classes.map(({ length }) => length);
    expect(lengths()).toEqual([1, 0, 0]);
    expect(lengths()).toEqual([1, 0, 0]);
    writer.addItems("u", [itemRow("early", null, { times: [at("2010-01-01T00:00:00Z"), at("nie")] })]);
    writer.flush();
    expect(lengths()).toEqual([2, 0, 1]);
    const zoned = eventsOf(reader).classes[0]!;
    expect([...zoned.stretches(0, 2)].map(({ columns }) => [columns.at(0), columns.at(1)])).toEqual([
      [Date.UTC(2010, 0), Date.UTC(2020, 0)],
    ]);
    expect(zoned.positionAt(Date.UTC(2010, 0))).toBe(0);
    expect(zoned.positionAt(Date.UTC(2010, 0) + 1)).toBe(1);
    expect(zoned.positionAt(Date.UTC(2030, 0))).toBe(2);
    reader.close();
    writer.close();
  });

  it("are there for a reader whose earlier question ended with an error", () => {
    const file = join(folder, "failed.db");
    const writer = WorkFileWriter.open(file, { exhibit: "M01", profile: "p" });
    writer.plan([{ key: "u", order: 0, path: "u", size: 1 }]);
    writer.addItems("u", [itemRow("a", null)]);
    writer.flush();
    const reader = WorkFileReader.open(file);
    const lengths = () => eventsOf(reader).classes.map(({ length }) => length);
    expect(() =>
      reader.snapshot(() => {
        expect(lengths()).toEqual([1, 0, 0]);
        throw new Error("stopped");
      }),
    ).toThrow("stopped");
    expect(reader.snapshot(lengths)).toEqual([1, 0, 0]);
    const made = () => reader.select("SELECT name FROM temp.sqlite_schema WHERE name LIKE 'event!_%' ESCAPE '!'");
    expect(made()).toHaveLength(2);
    // They go once the work file has its own.
    writer.finishUnit({ key: "u", items: 1, status: "done", reason: null });
    writer.close();
    expect(reader.snapshot(lengths)).toEqual([1, 0, 0]);
    expect(made()).toEqual([]);
    reader.close();
  });
});

describe("a block of events", () => {
  it("gives back what went in", () => {
    const columns = new EventColumns(3);
    columns.push(Date.UTC(1601, 0, 1) - 3_600_000, 1, 0, 0);
    columns.push(Date.UTC(2201, 0, 1), 2 ** 32 - 1, 2 ** 31, 65_535);
    columns.push(-1, 7, 3, 2);
    const read = unpackEvents(packEvents(columns, 0, 3), 3);
    const rows = [0, 1, 2].map((n) => [read.at(n), read.item[n], read.entry[n], read.code[n]]);
    expect(rows).toEqual([
      [Date.UTC(1601, 0, 1) - 3_600_000, 1, 0, 0],
      [Date.UTC(2201, 0, 1), 2 ** 32 - 1, 2 ** 31, 65_535],
      [-1, 7, 3, 2],
    ]);
    expect(() => unpackEvents(packEvents(columns, 0, 3), 2)).toThrow();
    expect(() => unpackEvents(packEvents(columns, 0, 2), 3)).toThrow(/another length/);
  });
});

describe("the place of a date", () => {
  it("is that of the calendar, as Date has it", () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1601, 0), max: Date.UTC(2201, 0) - 1 }), (at) => {
        expect(placeOf(new Date(at).toISOString())).toBe(at);
      }),
    );
  });

  it("is the first instant of what is said, and counts zones", () => {
    const known: readonly (readonly [string, number])[] = [
      ["2019", Date.UTC(2019, 0)],
      ["2019-03", Date.UTC(2019, 2)],
      ["2020-02-29", Date.UTC(2020, 1, 29)],
      ["2019-03-04T05:06", Date.UTC(2019, 2, 4, 5, 6)],
      ["2019-03-04T05:06:07.1Z", Date.UTC(2019, 2, 4, 5, 6, 7, 100)],
      ["2019-03-04T05:06:07.999999999", Date.UTC(2019, 2, 4, 5, 6, 7, 999)],
      ["2019-03-04T05:06:07+02:00", Date.UTC(2019, 2, 4, 3, 6, 7)],
      ["2019-03-04T05:06-0330", Date.UTC(2019, 2, 4, 8, 36)],
      ["2016-12-31T23:59:60Z", Date.UTC(2017, 0)],
    ];
    for (const [text, at] of known) expect(placeOf(text), text).toBe(at);
  });

  it("is nowhere for what is no date from 1601 to 2200", () => {
    const others = [
      ...[
        "",
        "0",
        "0000-01-01",
        "1600-12-31T23:59:59Z",
        "2201-01-01",
        "20190304",
        "2019-3-4",
        "2019-02-29",
        "2019-00-01",
      ],
      ...[
        "2019-01-00",
        "2019-04-31",
        "2019-01-01 00:00",
        "2019-01-01T24:00",
        "2019-01-01T00:60",
        "2019-01-01T00:00:61",
      ],
      ...["2019-01-01T00:00:00.", "2019-01-01T00:00:00.1234567890", "2019-01-01T00:00:00+2", "2019-01-01T00:00ZZ"],
      ...["2019-01-01T00:00:00+24:00", "+12019-01-01", "-2019-01-01", "2019-1", "2019-01-", "yesterday", "２０１９"],
    ];
    for (const text of others) expect(placeOf(text), text).toBeNaN();
  });

  it("is known of a zone where the text or the reader says it", () => {
    expect(["2019", "2019-03-04", "2019-03-04T05:06:07", "2019-03-04T05:06"].map(zoneOfDate)).toEqual(
      new Array(4).fill("local-unknown"),
    );
    expect(["2019-03-04T05:06Z", "2019-03-04T05:06:07.1Z"].map(zoneOfDate)).toEqual(["utc", "utc"]);
    expect(["2019-03-04T05:06-03:00", "2019-03-04T05:06:07.1+0200"].map(zoneOfDate)).toEqual(["offset", "offset"]);
    expect(zoneOfTime("2019-03-04T05:06:07", "utc")).toBe("utc");
    expect(zoneOfTime("2019-03-04T05:06:07Z", "local-unknown")).toBe("local-unknown");
    expect(zoneOfTime("2019-03-04T05:06:07", "offset")).toBe("local-unknown");
  });
});
