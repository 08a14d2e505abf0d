/** How often the contents of a work file are compared with an item. */
import { afterAll, expect, it, vi } from "vitest";
import { WorkFileReader } from "../../../../src/case/work-file-reader.ts";
import { parseQuery } from "../../../../src/search/query-parser.ts";
import type { LikeTerm } from "../../../../src/search/query.ts";
import { featuresOf } from "../../../../src/search/similar.ts";
import { contentsWith, holdsContent } from "../../../../src/search/words/candidates.ts";
import { doc, newCase } from "../../../fixtures/searched-case.ts";

const theCase = newCase({ M01: [doc("a.txt", "one text"), doc("b.txt", "one text"), doc("c.txt", "another")] });
const reader = WorkFileReader.open(theCase.paths.items("M01"));
afterAll(() => reader.close());

it("like: compares every content once, for the answer and for its hits", () => {
  const term = (): LikeTerm => ({ ...(parseQuery("like:a.txt") as LikeTerm), target: featuresOf(theCase, "a.txt") });
  const one = term();
  const items = [...reader.items()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const read = vi.spyOn(reader, "iterate");
  expect(contentsWith(reader, one).size).toBe(1);
  expect(read).toHaveBeenCalledTimes(1);
  expect(items.map((item) => holdsContent(reader, item, one))).toEqual([true, true, false]);
  expect(read).toHaveBeenCalledTimes(1);
  // Another question is another term.
  contentsWith(reader, term());
  expect(read).toHaveBeenCalledTimes(2);
});
