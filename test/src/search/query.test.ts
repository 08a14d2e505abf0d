/** What a query says of its hits before any of them is looked at. */
import { describe, expect, it } from "vitest";
import { parseQuery } from "../../../src/search/query-parser.ts";
import { isConjunction, positiveTerms } from "../../../src/search/query.ts";
import { doc, newCase, search } from "../../fixtures/searched-case.ts";

describe("conditions that hold for every hit", () => {
  it.each<[string, boolean]>([
    ["type:pdf", true],
    ["type:pdf ext:pdf", true],
    ["type:pdf -draft", true],
    ["type:pdf NOT (draft OR ext:doc)", true],
    ["type:pdf -(ext:doc -(ext:txt OR ext:csv))", true],
    ["-(type:pdf OR ext:doc)", true],
    ["type:pdf OR ext:doc", false],
    ["type:pdf OR -draft", false],
    ["type:pdf (ext:doc OR ext:pdf) -draft", false],
  ])("%s: %s", (text, expected) => {
    expect(isConjunction(parseQuery(text))).toBe(expected);
  });

  it("are those of a conjunction, whatever is excluded", () => {
    const one = newCase({ M01: ["a.txt", "b.txt", "b.csv", "c.txt", "c.csv"].map((name) => doc(name, `of ${name}`)) });
    const paths = (query: string) => search(one, query).hits.map(({ path }) => path);
    const filters = ["ext:txt", "ext:csv", "name:b*", "name:c*"];
    const queries = filters.flatMap((first) =>
      filters.flatMap((second) => [
        ...[`${first} -${second}`, `-(${first} OR ${second})`, `NOT NOT ${first} ${second}`],
        ...[`${first} OR -${second}`, `${first} -(${second} -name:b*)`, `${first} -(${second} OR name:b*)`],
      ]),
    );
    let conjunctions = 0;
    for (const text of queries) {
      const query = parseQuery(text);
      if (!isConjunction(query)) continue;
      conjunctions += 1;
      for (const { at, end } of positiveTerms(query)) {
        expect(paths(text.slice(at, end)), text).toEqual(expect.arrayContaining(paths(text)));
      }
    }
    expect(conjunctions).toBe(80);
  });
});
