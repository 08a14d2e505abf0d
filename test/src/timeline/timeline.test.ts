import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Field, ItemTime } from "../../../native-free/model/item.ts";
import { placeOf, zoneOfDate } from "../../../src/case/event-time.ts";
import type { Case } from "../../../src/case/case-folder.ts";
import { noScopeRules } from "../../../src/case/scope.ts";
import { isDerived, voidDerived } from "../../../src/case/derived.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { dateFields } from "../../../src/case/event-store.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import { bucketSizes, type TimelineEvent } from "../../../src/timeline/event.ts";
import { bodyLinesOf, csvLine, momentsOf } from "../../../src/timeline/event-lines.ts";
import { timelineOf, type Timeline, type TimelineQuestion } from "../../../src/timeline/timeline.ts";
import { doc, newCase, type Doc } from "../../fixtures/searched-case.ts";
import { itemRow } from "../../fixtures/work-file-rows.ts";

const time = (kind: ItemTime["kind"], value: string, source = "stat", zone: ItemTime["zone"] = "utc"): ItemTime => ({
  ...{ kind, value, zone, source },
});
const field = (name: string, value: string, source = "header"): Field => ({ name, value, source }) as Field;

/** What is derived of a work file holds no more, as after a change. */
function voidDerivedOf(theCase: Case, label: string): void {
  const database = openDatabase(theCase.paths.items(label));
  expect(isDerived(database)).toBe(true);
  voidDerived(database);
  database.close();
}

/** These cases have no operation form. */
const ask = <T>(theCase: Case, question: TimelineQuestion, use: (timeline: Timeline) => T): T =>
  timelineOf(theCase, { scope: noScopeRules, ...question }, use);
const all = (theCase: Case, question: TimelineQuestion = {}) =>
  ask(theCase, question, (timeline) => [...timeline.events()]);
const counts = (theCase: Case, question: TimelineQuestion = {}) =>
  ask(theCase, question, (timeline) => timeline.counts());
const short = ({ at, kind, source, path }: TimelineEvent) =>
  `${at === null ? "-" : new Date(at).toISOString().slice(0, 19)} ${kind} ${source} ${path}`;

const mail = doc(
  "inbox/1.eml",
  "the first mail",
  { times: [time("m", "2019-04-05T06:07:08.123456789Z")] },
  {
    fields: [
      field("sent", "2019-04-05T08:00:00+02:00"),
      field("received", "2019-04-05T06:00:05Z"),
      field("title", "x"),
    ],
  },
);
const letter = doc(
  "letter.docx",
  "the letter",
  {
    times: [time("m", "2019-04-05T06:00:00", "fat", "local-unknown"), time("a", "2019-04-05", "fat", "local-unknown")],
  },
  { fields: [field("created", "2019-04-05T06:00:00Z", "core"), field("printed", "0000-00-00", "core")] },
);

describe("a timeline", () => {
  const theCase = newCase({
    M01: [mail, letter],
    M02: [doc("inbox/1.eml", "the first mail", { times: [] }, mail.content!.row)],
  });

  it("holds every date of every item in the order of time, exhibit, path, kind and source", () => {
    expect(all(theCase).map(short)).toEqual([
      "2019-04-05T00:00:00 a fat M01/letter.docx",
      "2019-04-05T06:00:00 sent header M01/inbox/1.eml",
      "2019-04-05T06:00:00 created core M01/letter.docx",
      "2019-04-05T06:00:00 m fat M01/letter.docx",
      "2019-04-05T06:00:00 sent header M02/inbox/1.eml",
      "2019-04-05T06:00:05 received header M01/inbox/1.eml",
      "2019-04-05T06:00:05 received header M02/inbox/1.eml",
      "2019-04-05T06:07:08 m stat M01/inbox/1.eml",
    ]);
    expect(counts(theCase)).toEqual({ events: 8, items: 3, localTimes: 2, notPlaced: 1 });
  });

  it("gives the digits that are recorded, and what is known of the zone", () => {
    const [first] = all(theCase, { kinds: ["sent"] });
    expect(first).toMatchObject({ value: "2019-04-05T08:00:00+02:00", zone: "offset", at: Date.UTC(2019, 3, 5, 6) });
    expect(first?.item).toMatchObject({ state: "allocated", kind: "file", type: "text", sha256: mail.item.content });
    const [written] = all(theCase, { query: "name:1.eml", kinds: ["m"] });
    expect(written).toMatchObject({ value: "2019-04-05T06:07:08.123456789Z", zone: "utc" });
    expect(all(theCase, { kinds: ["a"] })[0]).toMatchObject({ value: "2019-04-05", zone: "local-unknown" });
  });

  it("takes local times for a zone, which leaves the others where they are", () => {
    const shifted = all(theCase, { query: "ext:docx", zoneMinutes: 120 });
    expect(shifted.map(short)).toEqual([
      "2019-04-04T22:00:00 a fat M01/letter.docx",
      "2019-04-05T04:00:00 m fat M01/letter.docx",
      "2019-04-05T06:00:00 created core M01/letter.docx",
    ]);
    const from = Date.UTC(2019, 3, 5, 4);
    expect(all(theCase, { query: "ext:docx", zoneMinutes: 120, from, to: from }).map(short)).toEqual([
      "2019-04-05T04:00:00 m fat M01/letter.docx",
    ]);
  });

  it("keeps to a query, to kinds, to sources and to instants, both ends in", () => {
    expect(all(theCase, { query: "exhibit:M02" })).toHaveLength(2);
    expect(all(theCase, { query: "nowhere" })).toEqual([]);
    expect(all(theCase, { kinds: ["sent", "received"] })).toHaveLength(4);
    expect(all(theCase, { sources: ["HEAD*"] })).toHaveLength(4);
    expect(all(theCase, { sources: ["core", "st?t"] }).map(({ kind }) => kind)).toEqual(["created", "m"]);
    const [from, to] = [Date.UTC(2019, 3, 5, 6), Date.UTC(2019, 3, 5, 6, 0, 5)];
    expect(all(theCase, { from, to })).toHaveLength(6);
    expect(all(theCase, { from: from + 1, to: to - 1 })).toEqual([]);
    expect(counts(theCase, { from, to })).toEqual({ events: 6, items: 3, localTimes: 1, notPlaced: 1 });
  });

  it("refuses kinds that there are not, turned bounds, and cursors that are none", () => {
    expect(() => all(theCase, { kinds: ["send"] })).toThrow(/found "send" \(did you mean sent\?\)/);
    expect(() => all(theCase, { from: 2, to: 1 })).toThrow(/Expected --from before --to/);
    expect(() => all(theCase, { query: "(" })).toThrow(/at character 2/);
    const page = (after: string) => ask(theCase, {}, (timeline) => timeline.page({ limit: 1, after }));
    expect(() => page("nonsense")).toThrow(/Expected a cursor/);
  });

  it("lists what has no place in time on request", () => {
    const [only, ...others] = all(theCase, { notPlaced: true });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ at: null, value: "0000-00-00", kind: "printed", path: "M01/letter.docx" });
    expect(counts(theCase, { notPlaced: true })).toMatchObject({ events: 1, items: 1 });
    expect(counts(theCase, { kinds: ["sent"] }).notPlaced).toBe(0);
  });

  it("leaves out what scope rules exclude, and says how many items that were", () => {
    const scope = { custodians: [], dates: null, folders: ["inbox"], types: [], terms: [] };
    expect(all(theCase, { scope }).map(({ path }) => path.slice(4))).toEqual(new Array(5).fill("inbox/1.eml"));
    expect(ask(theCase, { scope }, ({ answer }) => answer.counts())).toMatchObject({ items: 2, outOfScope: 1 });
    expect(counts(theCase, { scope, kinds: ["printed"] }).notPlaced).toBe(0);
  });

  it("says for each instant of an item what a body file and a table put together", () => {
    const moments = [...momentsOf(all(theCase, { query: "exhibit:M01" }))];
    expect(moments.map((moment) => moment.map(({ kind }) => kind).join())).toEqual([
      "a",
      "sent",
      "created,m",
      "received",
      "m",
    ]);
  });
});

describe("lines of events", () => {
  const path = "folder/=1+1|50%\u001b.txt";
  const times = [
    time("m", "2019-04-05T06:00:00.5Z", "$SI"),
    time("b", "2019-04-05T06:00:00.5Z", "$SI"),
    time("m", "1969-12-31T23:59:59Z", "$FN"),
  ];
  const fields = [field("sent", "2019-04-05T06:00:00.5Z", "=header")];
  const theCase = newCase({
    M01: [doc(path, "text", { times, state: "deleted", nameClaim: "deleted" } as never, { fields })],
  });

  it("are CSV that no spreadsheet and no terminal acts on", () => {
    const line = csvLine(all(theCase, { kinds: ["sent"] })[0]!);
    expect(line).toContain(`"2019-04-05T06:00:00.500Z","2019-04-05T06:00:00.5Z","utc","sent","'=header","M01"`);
    expect(line).toContain('"M01/folder/=1+1|50%\\x1b.txt"');
    expect(line.endsWith("\r\n")).toBe(true);
  });

  it("are those of a body file, each source apart, dates of contents in all four places", () => {
    const lines = [...momentsOf(all(theCase))].flatMap((moment) => bodyLinesOf(moment));
    const name = "M01/folder/=1+1%7C50%25\\x1b.txt (deleted)";
    const of = (line: string) => [line.split("|")[1], line.split("|").slice(7).join(" ")];
    const at = Date.UTC(2019, 3, 5, 6) / 1000;
    expect(lines.map(of)).toEqual([
      [`${name} ($FN)`, "0 -1 0 0"],
      [`${name} ($SI)`, `0 ${at} 0 ${at}`],
      [`${name} (sent, =header)`, `${at} ${at} ${at} ${at}`],
    ]);
    expect(lines.every((line) => line.split("|").length === 11)).toBe(true);
    expect(lines[0]).toMatch(/^[0-9a-f]{32}\|/);
  });
});

describe("a timeline of a case that is being processed", () => {
  it("is of what is there, and says what is not", () => {
    const theCase = newCase({ M01: [mail] }, { pending: 2 });
    expect(all(theCase)).toHaveLength(3);
    expect(ask(theCase, {}, ({ answer }) => answer.notSearched().pendingUnits)).toBe(2);
    const writer = WorkFileWriter.open(theCase.paths.items("M01"), { exhibit: "M01", profile: "p" });
    writer.addItems("p0", [itemRow("new", null, { times: [time("b", "2001-01-01T00:00:00Z")] })]);
    writer.flush();
    expect(all(theCase).map(short)[0]).toBe("2001-01-01T00:00:00 b stat M01/new");
    writer.close();
  });
});

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const dates = pick(
  ...[
    "2019-04-05T06:07:08.123Z",
    "2019-04-05T06:07:08",
    "2019-04-05",
    "2019",
    "2018-12",
    "2019-04-05T08:07:08.123+02:00",
  ],
  ...[
    "1601-01-01T00:00:00Z",
    "2200-12-31T23:59:59",
    "0000",
    "gestern",
    "2019-04-05T06:59:59.999Z",
    "2019-04-05T07:00:00",
  ],
);
const times = fc.array(
  fc.record({
    kind: pick("m", "a", "b"),
    value: dates,
    zone: pick("utc", "local-unknown"),
    source: pick("$SI", "$FN"),
  }),
  { maxLength: 4 },
);
const fields = fc.array(
  fc.record({ name: pick("sent", "modified", "title"), value: dates, source: pick("header", "$SI") }),
  { maxLength: 3 },
);
const docs = fc.uniqueArray(fc.record({ name: pick("a", "b", "b/c", "ä", "😀", "\uffee"), times, fields }), {
  selector: ({ name }) => name,
  maxLength: 5,
});

describe("every question", () => {
  /** What there is, made simply: [instant, exhibit, path, kind, source, number in the item], null for no place. */
  function reference(exhibits: Record<string, readonly Doc[]>, zoneMinutes: number) {
    const events = Object.entries(exhibits).flatMap(([label, list]) =>
      list.flatMap(({ item, content }) => [
        ...item.times.map((each, seq) => ({
          ...each,
          kind: each.kind as string,
          label,
          path: item.path,
          seq: seq * 2,
        })),
        ...(content?.row.fields ?? [])
          .map(({ name, value, source }, seq) => {
            return {
              kind: name as string,
              value,
              source,
              zone: zoneOfDate(value),
              label,
              path: item.path,
              seq: seq * 2 + 1,
            };
          })
          .filter(({ kind }) => dateFields.includes(kind)),
      ]),
    );
    const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    return events
      .map((event) => {
        const at = placeOf(event.value) - (event.zone === "local-unknown" ? zoneMinutes * 60_000 : 0);
        return { ...event, at: Number.isNaN(at) ? null : at };
      })
      .sort(
        (a, b) =>
          (a.at ?? 0) - (b.at ?? 0) ||
          bytes(a.label, b.label) ||
          bytes(a.path, b.path) ||
          bytes(a.kind, b.kind) ||
          bytes(a.source, b.source) ||
          a.seq - b.seq,
      );
  }

  it("has the answer of a simple reference, page by page too, and its histograms add up", () => {
    fc.assert(
      fc.property(
        docs,
        docs,
        pick(0, 120, -330),
        fc.integer({ min: 1, max: 4 }),
        (first, second, zoneMinutes, limit) => {
          const make = (list: typeof first, label: string) =>
            list.map(({ name, times: ofItem, fields: ofContent }) =>
              doc(name, `${label} ${name}`, { times: ofItem as ItemTime[] }, { fields: ofContent as Field[] }),
            );
          const exhibits = { M01: make(first, "1"), M02: make(second, "2") };
          const theCase = newCase(exhibits);
          const wanted = reference(exhibits, zoneMinutes);
          const plain = ({ at, exhibit, path, kind, source, value }: TimelineEvent) =>
            [at, exhibit, path, kind, source, value].join(" ");
          const expected = (list: typeof wanted) =>
            list.map(({ at, label, path, kind, source, value }) =>
              [at, label, `${label}/${path}`, kind, source, value].join(" "),
            );
          const placed = wanted.filter(({ at }) => at !== null);
          ask(theCase, { zoneMinutes }, (timeline) => {
            const events = [...timeline.events()];
            expect(events.map(plain)).toEqual(expected(placed));
            const paged: TimelineEvent[] = [];
            for (let after: string | null = null; ;) {
              const page = timeline.page({ limit, after });
              paged.push(...page.events);
              after = page.next;
              if (after === null) break;
            }
            expect(paged).toEqual(events);
            for (const event of events)
              expect([...timeline.events(event.cursor)].length).toBe(events.length - 1 - events.indexOf(event));
            const local = placed.filter(({ zone }) => zone === "local-unknown").length;
            const counted = timeline.counts();
            expect(counted).toEqual({
              events: placed.length,
              items: new Set(placed.map(({ label, path }) => `${label} ${path}`)).size,
              localTimes: local,
              notPlaced: wanted.length - placed.length,
            });
            for (const size of bucketSizes) {
              const buckets = [...timeline.histogram(size)];
              const length = { year: 4, month: 7, day: 10, hour: 13 }[size];
              const keys = placed.map(({ at }) => new Date(at!).toISOString().slice(0, length));
              expect(buckets.map(({ bucket, events: count }) => [bucket, count])).toEqual(
                [...new Set(keys)].map((key) => [key, keys.filter((each) => each === key).length]),
              );
              expect(buckets.reduce((sum, { localTimes }) => sum + localTimes, 0)).toBe(local);
              expect(buckets.every(({ bucket, from }) => new Date(from).toISOString().startsWith(bucket))).toBe(true);
            }
          });
          ask(theCase, { zoneMinutes, notPlaced: true }, (timeline) => {
            expect([...timeline.events()].map(plain)).toEqual(expected(wanted.filter(({ at }) => at === null)));
          });
          // Made on the spot the events are the same.
          const stored = all(theCase, { zoneMinutes });
          for (const label of ["M01", "M02"]) voidDerivedOf(theCase, label);
          expect(all(theCase, { zoneMinutes })).toEqual(stored);
          const [from, to] = [Date.UTC(2019, 3, 5), Date.UTC(2019, 3, 5, 6, 59, 59, 999)];
          const question = { zoneMinutes, from, to, kinds: ["m", "sent"], sources: ["$si"], query: "exhibit:M02" };
          const some = placed.filter(({ at, kind, source, label }) => {
            return at! >= from && at! <= to && /^(m|sent)$/.test(kind) && source === "$SI" && label === "M02";
          });
          expect(all(theCase, question).map(plain)).toEqual(expected(some));
          expect(counts(theCase, question).events).toBe(some.length);
        },
      ),
      { numRuns: 8 },
    );
  });
});
