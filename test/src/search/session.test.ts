/** Sessions: orders, pages, facets and exports against a plain reading of all items; columns stored and made on the spot. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Case } from "../../../src/case/case-folder.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { noScopeRules } from "../../../src/case/scope.ts";
import type { Answer } from "../../../src/search/answer.ts";
import { exportHits } from "../../../src/search/export/export-hits.ts";
import { SearchSession } from "../../../src/search/session.ts";
import type { Facet, FacetName } from "../../../src/search/sets/facets.ts";
import { narrowing } from "../../../src/search/sets/narrowing.ts";
import { compareValues, type Sort, type SortValue } from "../../../src/search/sets/sorting.ts";
import { doc, newCase, type Doc } from "../../fixtures/searched-case.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-session-"));
afterAll(() => rmSync(folder, { recursive: true }));

function asking<T>(theCase: Case, query: string, use: (answer: Answer) => T): T {
  const session = SearchSession.open(theCase, { scope: noScopeRules });
  try {
    return session.ask(query, use);
  } finally {
    session.close();
  }
}

const types = [
  { type: "pdf", mime: "application/pdf", category: "document" },
  { type: "jpeg", mime: "image/jpeg", category: "picture" },
] as const;
const field = (name: "author" | "width", value: string) => ({ name, value, source: "test" });
const record = fc.record({
  at: fc.nat(999),
  words: fc.option(fc.constantFrom("alpha", "beta", "alpha beta", "gamma"), { freq: 5 }),
  size: fc.option(fc.constantFrom(0, 7, 1024, 2 ** 21), { freq: 4 }),
  month: fc.option(fc.integer({ min: 1, max: 12 }), { freq: 4 }),
  type: fc.nat(1),
  language: fc.constantFrom(null, "de", "el"),
  author: fc.option(fc.constantFrom("Zoë", "anna", "Anna"), { freq: 2 }),
  pages: fc.option(fc.constantFrom("2", "10", "x"), { freq: 2 }),
});
type Facts = (typeof record extends fc.Arbitrary<infer T> ? T : never) & { readonly exhibit: string };

function docOf(
  { at, words, size, month, type, language, author, pages }: Omit<Facts, "exhibit">,
  exhibit: string,
): Doc {
  const fields = [...(author ? [field("author", author)] : []), ...(pages ? [field("width", pages)] : [])];
  // What a content says of itself belongs to its bytes.
  const text = words && `${words} ${type} ${language} ${author} ${pages}`;
  const when = month === null ? [] : [`2020-${String(month).padStart(2, "0")}-05T06:07:08Z`];
  const times = when.map((value) => ({ kind: "m", value, zone: "utc", source: "stat" }) as const);
  return doc(`${at % 7}/f${at}.${exhibit}`, text, { size, times }, { ...types[type], language, fields });
}

const exhibits = fc
  .tuple(
    fc.uniqueArray(record, { maxLength: 12, selector: ({ at }) => at }),
    fc.uniqueArray(record, { maxLength: 12, selector: ({ at }) => at }),
  )
  .map(([a, b]) => ({ A: a, B: b }));

type Exhibits = typeof exhibits extends fc.Arbitrary<infer T> ? T : never;
const labels = ["A", "B"] as const;
const caseOf = (held: Exhibits) =>
  newCase({ A: held.A.map((each) => docOf(each, "A")), B: held.B.map((each) => docOf(each, "B")) });
const allOf = (held: Exhibits): Facts[] =>
  labels.flatMap((exhibit) => held[exhibit].map((each) => ({ ...each, exhibit })));
const pathOf = ({ at, exhibit }: Facts) => `${exhibit}/${at % 7}/f${at}.${exhibit}`;
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

const values: Readonly<Record<string, (facts: Facts) => SortValue>> = {
  size: ({ size }) => size,
  modified: ({ month }) => (month === null ? null : Date.UTC(2020, month - 1, 5, 6, 7, 8)),
  name: ({ at, exhibit }) => `f${at}.${exhibit}`,
  path: ({ at, exhibit }) => `${at % 7}/f${at}.${exhibit}`,
  type: ({ words, type }) => (words === null ? null : types[type as 0 | 1].type),
  language: ({ words, language }) => (words === null ? null : language),
  author: ({ words, author }) => (words === null ? null : author),
  width: ({ words, pages }) => (words === null || pages === null || pages === "x" ? null : Number(pages)),
};

function sorted(all: readonly Facts[], { by, descending }: Sort): string[] {
  const value = values[by] as (facts: Facts) => SortValue;
  return all
    .toSorted(
      (a, b) =>
        (by === "path" && !descending ? 0 : compareValues(value(a), value(b), descending ? -1 : 1)) ||
        byBytes(a.exhibit, b.exhibit) ||
        byBytes(pathOf(a), pathOf(b)),
    )
    .map(pathOf);
}

const sorts = fc.record({
  by: fc.constantFrom(...Object.keys(values)),
  descending: fc.boolean(),
}) as fc.Arbitrary<Sort>;

describe("orders", () => {
  it("are those of a plain sort, page by page and all at once", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(exhibits, sorts, fc.integer({ min: 1, max: 5 }), (held, sort, limit) => {
        const expected = sorted(allOf(held), sort);
        asking(caseOf(held), "*", (answer) => {
          expect([...answer.ids(sort)].map(({ path }) => path)).toEqual(expected);
          const paged: string[] = [];
          for (let after: string | null = null; ;) {
            const page = answer.page({ limit, after, sort });
            paged.push(...page.hits.map(({ path }) => path));
            if (page.next === null) break;
            after = page.next;
          }
          expect(paged).toEqual(expected);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("refuse a cursor of another order", () => {
    const theCase = newCase({ A: [doc("a", "x"), doc("b", "x")] });
    asking(theCase, "x", (answer) => {
      const { next } = answer.page({ limit: 1, sort: { by: "size", descending: true } });
      expect(() => answer.page({ after: next })).toThrow("--after");
      expect(() => answer.page({ after: next, sort: { by: "size", descending: false } })).toThrow("--after");
    });
  });
});

const facetsOf: Readonly<Record<string, (facts: Facts, all: readonly Facts[]) => string | null>> = {
  type: values["type"] as (facts: Facts) => string | null,
  category: ({ words, type }) => (words === null ? null : types[type as 0 | 1].category),
  language: values["language"] as (facts: Facts) => string | null,
  exhibit: ({ exhibit }) => exhibit,
  extension: ({ exhibit }) => exhibit.toLowerCase(),
  year: ({ month }) => (month === null ? null : "2020"),
  month: ({ month }) => (month === null ? null : `2020-${String(month).padStart(2, "0")}`),
  size: ({ size }) => (size === null ? null : ({ 0: "0", 7: "1..1k", 1024: "1k..10k" }[size] ?? "1M..10M")),
  author: values["author"] as (facts: Facts) => string | null,
  width: ({ words, pages }) => (words === null ? null : pages),
  duplicates: (facts, all) => {
    const key = (one: Facts) => [one.words, one.type, one.language, one.author, one.pages].join();
    if (facts.words === null) return null;
    return all.filter((other) => other.words !== null && key(other) === key(facts)).length > 1 ? "yes" : "no";
  },
  encrypted: () => "no",
  known: () => null,
  tag: () => null,
};

/** What the queries of facets count otherwise than the facets do. */
function narrowedCounts(theCase: Case, facets: readonly Facet[]): string[] {
  return facets.flatMap(({ name, values: told }) =>
    told.flatMap(({ value, items, query }) => {
      if (query === null) return [];
      const found = asking(theCase, `* ${query}`, (answer) => answer.counts().items);
      // Words of a document's text may stand in others, too.
      const isRight = name === "author" && value !== null ? found >= items : found === items;
      return isRight ? [] : [`${name} ${value}: ${items}, ${query}: ${found}`];
    }),
  );
}

describe("facets", () => {
  it("count what a plain reading counts", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(exhibits, (held) => {
        const all = allOf(held);
        const names = Object.keys(facetsOf) as FacetName[];
        const theCase = caseOf(held);
        const facets = asking(theCase, "*", (answer) => answer.facets(names));
        expect(narrowedCounts(theCase, facets)).toEqual([]);
        asking(theCase, "*", (answer) => {
          for (const { name, values: told, more } of answer.facets(names)) {
            const expected = new Map<string | null, number>();
            if (name !== "tag") {
              for (const facts of all) {
                const value = facetsOf[name]!(facts, all);
                expected.set(value, (expected.get(value) ?? 0) + 1);
              }
            }
            expect([name, new Map(told.map(({ value, items }) => [value, items]))]).toEqual([name, expected]);
            expect(more).toEqual({ values: 0, items: 0 });
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  it("tell the most frequent values and how many more there are", () => {
    const docs = ["a", "b", "b", "c", "c", "c"].map((author, at) =>
      doc(`${at}`, `text ${at}`, {}, { fields: [field("author", author)] }),
    );
    const [facet] = asking(newCase({ A: docs }), "text", (answer) => answer.facets(["author"], 2));
    expect(facet).toEqual({
      name: "author",
      values: [
        { value: "c", items: 3, query: "author:c" },
        { value: "b", items: 2, query: "author:b" },
      ],
      more: { values: 1, items: 1 },
    });
  });
});

it.each([
  ["type", "pdf", "type:pdf"],
  ["type", null, "NOT type:*"],
  ["author", null, "NOT author:*"],
  ["author", "J. Miller & Sons", 'author:"J. Miller & Sons"'],
  ["author", "--", null],
  ["author", 'the "boss"', null],
  ["category", null, null],
  ["modified" as FacetName, "x", null],
  ["created", "2019-03-01T10:00:00Z", null],
  ["width", "800", "width:800"],
  ["size", "10k..100k", "size:10240..102399"],
  ["size", "0", "size:0"],
  ["size", "1G..", "size:>=1073741824"],
  ["month", "2019-03", "date:2019-03"],
  ["month", "-00271-01", null],
  ["year", null, "NOT (date:>=1970 OR date:<1970)"],
  ["watchlist", "drugs", "entity:watchlist-drugs"],
  ["owner", "Port Office", null],
  ["duplicates", "yes", null],
] as const)("the query of %s %s is %s", (name, value, query) => {
  expect(narrowing(name, value)).toBe(query);
});

describe("what became of items", () => {
  const failed = { status: "failed", reason: "encrypted" } as const;
  const theCase = newCase({
    A: [
      doc("locked.zip", "a", { ...failed, extensionMismatch: true }),
      doc("open.txt", "b", { status: "partial", reason: "damaged" }),
      doc("folder", null, { kind: "directory" }),
    ],
  });

  it.each([
    ["encrypted:yes", ["A/locked.zip"]],
    ["encrypted:no kind:file", ["A/open.txt"]],
    ["mismatch:yes", ["A/locked.zip"]],
    ["reason:damaged,encrypted mismatch:no", ["A/open.txt"]],
    ["kind:dir*", ["A/folder"]],
  ])("%s", (query, expected) => {
    expect(asking(theCase, query, (answer) => [...answer.ids()].map(({ path }) => path))).toEqual(expected);
  });

  it("is counted by the same properties", () => {
    const facets = asking(theCase, "kind:file", (answer) => answer.facets(["encrypted", "mismatch", "reason"]));
    expect(facets.map(({ values: told }) => told.map(({ value, items }) => `${value} ${items}`))).toEqual([
      ["no 1", "yes 1"],
      ["no 1", "yes 1"],
      ["damaged 1", "encrypted 1"],
    ]);
  });
});

describe("columns", () => {
  const docs = Array.from({ length: 30 }, (_, at) => docOf({ ...blank, at, size: at % 3, type: at % 2 }, "A"));

  it("say the same stored and made on the spot", () => {
    const theCase = newCase({ A: docs });
    const ask = () =>
      asking(theCase, "alpha size:>0", (answer) => [
        answer.counts(),
        answer.facets(["type", "size", "language"]),
        [...answer.ids({ by: "size", descending: true })],
      ]);
    const stored = ask();
    const database = openDatabase(theCase.paths.items("A"));
    expect(database.prepare("SELECT count(*) AS n FROM item_column").get([])).not.toEqual({ n: 0 });
    database.exec("DELETE FROM item_column; DELETE FROM meta WHERE key = 'derived'");
    database.close();
    expect(ask()).toEqual(stored);
  });

  it("are made anew in a session when the work file changes", () => {
    const theCase = newCase({ A: docs });
    const session = SearchSession.open(theCase, { scope: noScopeRules });
    const count = () => session.ask("size:2", (answer) => answer.counts().items);
    expect(count()).toBe(10);
    const database = openDatabase(theCase.paths.items("A"));
    database.exec("DELETE FROM meta WHERE key = 'derived'; UPDATE item SET size = 2 WHERE size = 1");
    database.close();
    expect(count()).toBe(20);
    session.close();
  });
});

const blank = { words: "alpha", size: 1, month: 2, type: 0, language: null, author: null, pages: null } as const;

describe("exports", () => {
  const theCase = newCase({ A: [doc("a.txt", "alpha one"), doc("d/=b%.txt", "alpha\ntwo", { nameClaim: "deleted" })] });

  it.each(["csv", "json", "body"] as const)("write all hits as %s, whole and with their hash", (format) => {
    const file = join(folder, `hits.${format}`);
    let shown = false;
    const exported = asking(theCase, "alpha", (answer) =>
      exportHits(answer, file, format, {
        beforeShown: () => {
          expect(readdirSync(folder)).not.toContain(`hits.${format}`);
          shown = true;
        },
      }),
    );
    const bytes = readFileSync(file);
    expect([shown, exported.hits, exported.bytes]).toEqual([true, 2, bytes.length]);
    expect(exported.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    const lines = bytes.toString("utf8").trimEnd().split(/\r?\n/);
    expect(lines).toHaveLength(format === "csv" ? 3 : 2);
    const md5 = createHash("md5").update("alpha one").digest("hex");
    expect(lines.at(-2)).toContain(md5);
    if (format === "body") {
      // 2019-04-05T06:07:08Z
      expect(lines[0]).toMatch(
        new RegExp(`^${md5}\\|A/a.txt\\|[^|]+\\|r/rrwxrwxrwx\\|0\\|0\\|9\\|0\\|1554444428\\|0\\|0$`),
      );
      expect(lines[1]).toContain("|A/d/=b%25.txt (deleted)|");
    }
    if (format === "json") expect(JSON.parse(lines[0] as string)).toMatchObject({ event: "hit", path: "A/a.txt", md5 });
  });

  it("leave a file alone that is there, and nothing behind where the record fails", () => {
    const file = join(folder, "there.csv");
    writeFileSync(file, "mine");
    const write = (name: string, beforeShown = () => {}) =>
      asking(theCase, "alpha", (answer) => exportHits(answer, name, "csv", { beforeShown }));
    expect(() => write(file)).toThrow("is not replaced");
    expect(readFileSync(file, "utf8")).toBe("mine");
    const before = readdirSync(folder);
    expect(() =>
      write(join(folder, "never.csv"), () => {
        throw new Error("no entry");
      }),
    ).toThrow("no entry");
    expect(readdirSync(folder)).toEqual(before);
  });
});
