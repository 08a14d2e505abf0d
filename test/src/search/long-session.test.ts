/** A session that lives while work files come, go and are made anew. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import type { Case } from "../../../src/case/case-folder.ts";
import { noScopeRules } from "../../../src/case/scope.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import { SearchSession } from "../../../src/search/session.ts";
import { doc, newCase } from "../../fixtures/searched-case.ts";
import { itemRow, preparedBlock, preparedContent } from "../../fixtures/work-file-rows.ts";

const docs = (letter: string) => [1, 2, 3].map((number) => doc(`${letter}${number}`, `word of ${letter} ${number}`));

function withSession<T>(theCase: Case, use: (session: SearchSession) => T): T {
  const session = SearchSession.open(theCase, { scope: noScopeRules });
  try {
    return use(session);
  } finally {
    session.close();
  }
}

const pathsOf = (session: SearchSession) => session.ask("word", (answer) => [...answer.ids()].map(({ path }) => path));
const missing = (session: SearchSession) => session.ask("word", (answer) => answer.notSearched().exhibits);

function pagesOf(session: SearchSession, limit: number): string[] {
  const found: string[] = [];
  for (let after: string | null = null; ;) {
    const page = session.ask("word", (answer) => answer.page({ limit, after }));
    found.push(...page.hits.map(({ path }) => path));
    after = page.next;
    if (after === null) return found;
  }
}

describe("a session", () => {
  it("has exhibits in their order, whichever was searchable first", () => {
    const theCase = newCase({ A: docs("a"), B: docs("b") });
    const file = theCase.paths.items("A");
    const bytes = readFileSync(file);
    rmSync(file);
    withSession(theCase, (session) => {
      expect(missing(session)).toEqual(["A"]);
      expect(pathsOf(session)).toEqual(["B/b1", "B/b2", "B/b3"]);
      writeFileSync(file, bytes);
      for (const limit of [1, 2, 3, 4, 5, 6]) {
        expect(pagesOf(session, limit)).toEqual(["A/a1", "A/a2", "A/a3", "B/b1", "B/b2", "B/b3"]);
      }
    });
  });

  it("looks into the work file that took the place of another", () => {
    const theCase = newCase({ A: docs("a") });
    const other = newCase({ A: docs("n") });
    withSession(theCase, (session) => {
      expect(pathsOf(session)).toEqual(["A/a1", "A/a2", "A/a3"]);
      rmSync(theCase.paths.items("A"));
      expect(pathsOf(session)).toEqual([]);
      expect(missing(session)).toEqual(["A"]);
      writeFileSync(theCase.paths.items("A"), readFileSync(other.paths.items("A")));
      expect(pathsOf(session)).toEqual(["A/n1", "A/n2", "A/n3"]);
      expect(missing(session)).toEqual([]);
    });
  });

  it("takes a work file without tables for one that is not there yet", () => {
    const theCase = newCase({ A: docs("a"), B: docs("b") });
    rmSync(theCase.paths.items("B"));
    const database = openDatabase(theCase.paths.items("B"));
    database.pragma("journal_mode = WAL");
    withSession(theCase, (session) => {
      expect(pathsOf(session)).toEqual(["A/a1", "A/a2", "A/a3"]);
      expect(missing(session)).toEqual(["B"]);
    });
    database.close();
  });

  it("leaves no work file open that it cannot read", () => {
    const theCase = newCase({ A: docs("a"), B: docs("b") });
    const opened = vi.spyOn(WorkFileReader, "open");
    const closed = vi.spyOn(WorkFileReader.prototype, "close");
    const change = (sql: string) => {
      const database = openDatabase(theCase.paths.items("B"));
      database.exec(sql);
      database.close();
    };
    const open = () => SearchSession.open(theCase, { scope: noScopeRules }).close();
    change("ALTER TABLE meta RENAME TO lost");
    expect(open).toThrow("meta");
    change("ALTER TABLE lost RENAME TO meta; UPDATE meta SET value = 'other' WHERE key = 'tokenizer'");
    expect(open).toThrow("other");
    change("UPDATE meta SET value = '' WHERE key = 'tokenizer'");
    open();
    expect(opened).toHaveBeenCalledTimes(6);
    expect(closed).toHaveBeenCalledTimes(6);
    vi.restoreAllMocks();
  });

  it("answers a question inside of another at the same moment", () => {
    withSession(newCase({ A: docs("a"), B: docs("b") }), (session) => {
      const counts = session.ask("word", (answer) =>
        [...answer.hits()].map((hit) => session.ask(hit.item.name.text, (inner) => inner.counts().items)),
      );
      expect(counts).toEqual([1, 1, 1, 1, 1, 1]);
      expect(session.ask("word", (answer) => answer.counts().items)).toBe(6);
    });
  });
});

describe("the rule of a hit", () => {
  const pdf = { type: "pdf", mime: "application/pdf", category: "documents" };
  const theCase = newCase({
    A: [doc("big.zip", "one", { size: 2 ** 21 }), doc("small.pdf", "two", { size: 7 }, pdf)],
  });

  it.each([
    ["type:pdf OR size:>1M", ["size:>1M", "type:pdf"]],
    ["(type:pdf size:>1G) OR ext:zip,pdf", ["ext:zip,pdf", "type:pdf"]],
    ["type:pdf OR NOT nothing", ["type:pdf OR NOT nothing", "type:pdf"]],
    ["size:>1 kind:file", ["size:>1", "size:>1"]],
  ])("of %s is one that the item meets", (query, rules) => {
    const hits = withSession(theCase, (session) => session.ask(query, (answer) => [...answer.hits()]));
    expect(hits.map(({ rule }) => rule)).toEqual(rules);
  });
});

describe("a text of many blocks", () => {
  const blocks = Array.from({ length: 6 }, (_, index) =>
    // Behind what it has in common with the block before.
    preparedBlock(index, `${"hay ".repeat(400)}block ${index} has ${index === 4 ? "the needle of this one" : "hay"}`),
  );
  const long = { item: itemRow("long.txt", "long"), content: preparedContent("long", {}, blocks) };
  const theCase = newCase({
    A: [doc("before.txt", "the needle of somebody else"), long, doc("later.txt", "a needle of a third")],
  });

  it("is told of by its own words, among others that have them, too", () => {
    const hits = withSession(theCase, (session) => session.ask("needle", (answer) => [...answer.hits()]));
    const told = hits.map(({ path, snippet, matches, place }) => [
      path,
      snippet?.before.trim().split(" ").slice(-3).join(" "),
      matches,
      place?.block,
    ]);
    expect(told).toEqual([
      ["A/before.txt", "the", 1, 0],
      ["A/later.txt", "a", 1, 0],
      ["A/long.txt", "4 has the", 1, 4],
    ]);
  });

  it("is found by its first block, too", () => {
    const hits = withSession(theCase, (session) => session.ask('"block 0 has"', (answer) => [...answer.hits()]));
    expect(hits.map(({ path, place }) => [path, place?.block])).toEqual([["A/long.txt", 0]]);
  });
});

describe("orders by what documents say", () => {
  const long = "x".repeat(1_100_000);
  const field = (name: "modified" | "description", value: string) => ({ name, value, source: "test" });
  const said = (path: string, modified: string, description: string, time: string) =>
    doc(
      path,
      `word ${path}`,
      { times: [{ kind: "m", value: time, zone: "utc", source: "stat" }] },
      { fields: [field("modified", modified), field("description", description)] },
    );
  const theCase = newCase({
    A: [
      said("x", "2001-01-01T00:00:00Z", `${long}b`, "2020-01-01T00:00:00Z"),
      said("y", "2015-01-01T00:00:00Z", `${long}a`, "2010-01-01T00:00:00Z"),
    ],
  });
  const order = (by: "modified" | "doc-modified") =>
    withSession(theCase, (session) =>
      session.ask("word", (answer) => [...answer.ids({ by, descending: false })].map(({ path }) => path)),
    );

  it("are told from those by properties of the same name", () => {
    expect(order("modified")).toEqual(["A/y", "A/x"]);
    expect(order("doc-modified")).toEqual(["A/x", "A/y"]);
    const facets = withSession(theCase, (session) =>
      session.ask("word", (answer) => answer.facets(["size", "doc-modified"])),
    );
    expect(facets[1]?.values.map(({ value }) => value)).toEqual(["2001-01-01T00:00:00Z", "2015-01-01T00:00:00Z"]);
  });

  it("have short cursors, whatever the length of a value", () => {
    const sort = { by: "description", descending: false } as const;
    withSession(theCase, (session) => {
      const first = session.ask("word", (answer) => answer.page({ limit: 1, sort }));
      expect(first.next?.length).toBeLessThan(2000);
      const second = session.ask("word", (answer) => answer.page({ limit: 1, sort, after: first.next }));
      expect([...first.hits, ...second.hits].map(({ path }) => path)).toEqual(["A/x", "A/y"]);
      expect(second.next).toBeNull();
    });
  });
});
