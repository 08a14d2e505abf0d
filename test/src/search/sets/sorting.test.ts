/** Orders by texts of documents: against a plain sort of what is compared, and what they hold. */
import { describe, expect, it } from "vitest";
import { noScopeRules } from "../../../../src/case/scope.ts";
import { openDatabase } from "../../../../src/case/sqlite.ts";
import { WorkFileReader } from "../../../../src/case/work-file-reader.ts";
import { SearchSession } from "../../../../src/search/session.ts";
import { ItemColumns } from "../../../../src/search/sets/item-columns.ts";
import { compareText, compareValues, sortColumn, type Sort } from "../../../../src/search/sets/sorting.ts";
import { heapAfterCollection } from "../../../fixtures/heap.ts";
import { doc, newCase } from "../../../fixtures/searched-case.ts";

const subject = (value: string) => ({ name: "subject", value, source: "test" }) as const;

/** The first 500 units, and the other half of a pair that they would part. */
function compared(text: string): string {
  let cut = "";
  for (const sign of text) if (cut.length < 500) cut += sign;
  return cut;
}

/** Signs whose order as UTF-16 units is not that of their bytes, and zero bytes; before them, texts that end about the 500th unit. */
const signs = ["a", "b", "é", "\0", "\u{E000}", "\u{FFFE}", "\u{1F600}", "\u{10FFFF}"];
const starts = ["", "x".repeat(498), "x".repeat(499), "x".repeat(500), "€".repeat(499), "\u{1F600}".repeat(249)];
const endings = ["", ...signs, ...signs.map((sign) => `${sign}a`), ...signs.map((sign) => `a${sign}`)];
const texts = starts.flatMap((start) => endings.map((ending) => start + ending));

/** One, none or two texts of a content. */
function textsOf(at: number): string[] {
  const other = texts[(at * 37) % texts.length] as string;
  return at % 11 === 0 ? [] : at % 3 === 0 ? [texts[at] as string, other] : [texts[at] as string];
}

describe("an order by a text of documents", () => {
  const docs = texts.map((_, at) =>
    doc(`${(at * 7) % 10}/${at}`, `word ${at}`, {}, { fields: textsOf(at).map(subject) }),
  );
  const theCase = newCase({ A: docs.filter((_, at) => at % 2 === 0), B: docs.filter((_, at) => at % 2 === 1) });
  const valued = texts.map((_, at) => ({
    path: `${at % 2 === 0 ? "A" : "B"}/${(at * 7) % 10}/${at}`,
    value: textsOf(at).map(compared).toSorted(compareText)[0] ?? null,
  }));

  it.each([false, true])("is that of a plain sort by the least text of each (descending: %s)", (descending) => {
    const sort: Sort = { by: "subject", descending };
    const expected = valued
      .toSorted((x, y) => compareValues(x.value, y.value, descending ? -1 : 1) || compareText(x.path, y.path))
      .map(({ path }) => path);
    const session = SearchSession.open(theCase, { scope: noScopeRules });
    session.ask("*", (answer) => {
      expect([...answer.ids(sort)].map(({ path }) => path)).toEqual(expected);
      const paged: string[] = [];
      for (let after: string | null = null; ;) {
        const page = answer.page({ limit: 1, after, sort });
        paged.push(...page.hits.map(({ path }) => path));
        after = page.next;
        if (after === null) break;
      }
      expect(paged).toEqual(expected);
    });
    session.close();
  });

  it("does not hold the texts", () => {
    const one = newCase({ A: [doc("a", "word", {}, { fields: [subject("of its own")] })] });
    const file = one.paths.items("A");
    const database = openDatabase(file);
    database.exec(`
      CREATE TEMP TABLE number AS
        WITH RECURSIVE n (id) AS (SELECT 1000 UNION ALL SELECT id + 1 FROM n WHERE id < 20999) SELECT id FROM n;
      INSERT INTO content (id, sha256, state) SELECT id, randomblob(32), 2 FROM number;
      INSERT INTO metadata (content, seq, name, value, source)
        SELECT id, 0, 'subject', id || substr(hex(zeroblob(250)), 1, 490), 'test' FROM number;
    `);
    database.close();
    const reader = WorkFileReader.open(file);
    const columns = new ItemColumns(reader);
    const before = heapAfterCollection();
    const column = sortColumn(reader, columns, "subject");
    // 10 MB of texts; the order of 20,000 is a few hundred kilobytes.
    expect(heapAfterCollection() - before).toBeLessThan(2_000_000);
    expect([column.valueOf(0), column.keyOf("of its own"), column.keyOf("zzz")]).toEqual([
      "of its own",
      20_000,
      20_000.5,
    ]);
    reader.close();
  });
});
