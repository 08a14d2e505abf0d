/** Facets that look beyond one work file, or beside it. */
import { afterEach, expect, it, vi } from "vitest";
import { noScopeRules } from "../../../../src/case/scope.ts";
import { SearchSession } from "../../../../src/search/session.ts";
import { ItemColumns } from "../../../../src/search/sets/item-columns.ts";
import { doc, newCase } from "../../../fixtures/searched-case.ts";

afterEach(() => vi.restoreAllMocks());

it("tells what has the same bytes in its own exhibit, in another one and in neither", () => {
  const theCase = newCase({
    A: [doc("1", "twice here"), doc("2", "twice here"), doc("3", "in all"), doc("4", "alone"), doc("5", null)],
    B: [doc("1", "in all"), doc("2", "in two"), doc("3", null)],
    C: [doc("1", "in all"), doc("2", "in two"), doc("3", "in two"), doc("4", "alone, too")],
  });
  const session = SearchSession.open(theCase, { scope: noScopeRules });
  const read = vi.spyOn(ItemColumns.prototype, "rows");
  const [facet] = session.ask("*", (answer) => answer.facets(["duplicates"]));
  expect(facet?.values.map(({ value, items }) => [value, items])).toEqual([
    ["yes", 8],
    [null, 2],
    ["no", 2],
  ]);
  // The items of each work file are counted once.
  expect(read.mock.calls.filter(([name]) => name === "content")).toHaveLength(3);
  const narrowed = session.ask("alone", (answer) => answer.facets(["duplicates"]));
  expect(narrowed[0]?.values.map(({ value, items }) => [value, items])).toEqual([["no", 2]]);
  session.close();
});
