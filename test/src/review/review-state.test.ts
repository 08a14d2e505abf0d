/** Merging the work product of several officers, and what it does to searches. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import type { ReviewAct, ReviewLine, SavedSearch } from "../../../src/review/review-line.ts";
import { ReviewState } from "../../../src/review/review-state.ts";
import { noScopeRules } from "../../../src/case/scope.ts";
import { digestOfHits, findSearch } from "../../../src/review/saved-searches.ts";
import { parseQuery } from "../../../src/search/query-parser.ts";
import { printQuery } from "../../../src/search/query-print.ts";
import { SearchSession } from "../../../src/search/session.ts";
import { doc, newCase } from "../../fixtures/searched-case.ts";

const sha256Empty = createHash("sha256").digest("hex");

function lines(officer: string, acts: readonly ReviewAct[]): ReviewLine[] {
  return acts.map((act, seq) => {
    const at = new Date(seq * 1000).toISOString();
    return { ...act, format: 1, seq, prev: "", at, officer, keyId: "k", hash: "" } as ReviewLine;
  });
}

const on = (act: "tag" | "untag", item: string, value: string): ReviewAct => ({ act, exhibit: "M01", item, value });
const mark = (act: "mark" | "unmark", item: string, value: "hidden" | "privileged" | "out-of-scope"): ReviewAct => ({
  ...{ act, exhibit: "M01", item, value },
});

describe("merging", () => {
  it("keeps each officer's tag until that officer takes it back", () => {
    const a = lines("A", [on("tag", "x", "t"), on("untag", "x", "t"), on("untag", "x", "t")]);
    const b = lines("B", [on("tag", "x", "t"), on("tag", "x", "Große Sache")]);
    for (const order of [
      [...a, ...b],
      [...b, ...a],
    ]) {
      const state = new ReviewState(order);
      expect([...(state.item("M01", "x")?.tags ?? [])]).toEqual([
        ["t", new Set(["B"])],
        ["Große Sache", new Set(["B"])],
      ]);
      expect(state.tagged("M01", "grosse*")).toEqual(["x"]);
      expect(state.tagged("M02", "t")).toEqual([]);
    }
  });

  it("keeps an item out while anybody's mark holds, once, by the first mark that applies", () => {
    const a = lines("A", [mark("mark", "x", "hidden"), mark("mark", "y", "out-of-scope")]);
    const b = lines("B", [mark("mark", "x", "privileged"), mark("mark", "x", "hidden"), mark("unmark", "x", "hidden")]);
    const both = new ReviewState([...a, ...b]);
    expect(both.keptOut("M01")).toEqual({ privileged: ["x"], hidden: [], "out-of-scope": ["y"] });
    expect(both.marked("M01", "hidden")).toEqual(["x"]);
    const without = new ReviewState([
      ...lines("A", [...a, mark("unmark", "x", "hidden"), mark("unmark", "y", "out-of-scope")]),
    ]);
    expect(without.keptOut("M01")).toBeNull();
  });

  it("does not depend on how the officers' acts are interleaved", () => {
    const act = fc.record({ who: fc.constantFrom("A", "B", "C"), set: fc.boolean(), item: fc.constantFrom("x", "y") });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (all) => {
        const of = (who: string) =>
          lines(
            who,
            all
              .filter((each) => each.who === who)
              .map(({ set, item }) => mark(set ? "mark" : "unmark", item, "hidden")),
          );
        const state = new ReviewState([...of("C"), ...of("A"), ...of("B")]);
        for (const item of ["x", "y"]) {
          const holders = ["A", "B", "C"].filter(
            (who) => all.findLast((each) => each.who === who && each.item === item)?.set,
          );
          expect([...(state.item("M01", item)?.marks.get("hidden") ?? [])].sort()).toEqual(holders);
        }
      }),
    );
  });
});

describe("saved searches", () => {
  const value: SavedSearch = { name: "n", query: "q", withMarked: false, items: 1, digest: "d" };
  const save: ReviewAct = { act: "save-search", exhibit: null, item: null, value };

  it("are the officer's own first, then the only other one's, then by officer", () => {
    const remove: ReviewAct = { act: "remove-search", exhibit: null, item: null, value: { name: "n" } };
    const all = new ReviewState([
      ...lines("A", [save]),
      ...lines("B", [save]),
      ...lines("C", [save, remove]),
    ]).searches();
    expect(all.map(({ officer }) => officer)).toEqual(["A", "B"]);
    expect(findSearch(all, "n", "B").officer).toBe("B");
    expect(findSearch(all.slice(0, 1), "n", "C").officer).toBe("A");
    expect(findSearch(all, "n@A", "C").officer).toBe("A");
    const code = (wanted: string) => {
      try {
        return findSearch(all, wanted, "C").name;
      } catch (error) {
        if (!isOperatorError(error)) throw error;
        return error.code;
      }
    };
    expect([code("n"), code("m")]).toEqual(["review/several-searches", "review/no-search"]);
  });

  it("have a digest of the hits in any order", () => {
    // Labels whose order is not that of their lines: "-" stands before "/".
    const texts = { M1: ["seal one", "seal two", "other"], "M1-2": ["a seal"] };
    const theCase = newCase({
      M1: texts.M1.map((text, at) => doc(`${at}.txt`, text)),
      "M1-2": texts["M1-2"].map((text, at) => doc(`${at}.txt`, text)),
    });
    const session = SearchSession.open(theCase, { scope: noScopeRules });
    const digest = (query: string) =>
      session.ask(query, (answer) => {
        const lines = [...answer.ids()].map(({ exhibit, id }) => `${exhibit}/${id}\n`).sort();
        return [lines.length, digestOfHits(answer.exhibits), createHash("sha256").update(lines.join("")).digest("hex")];
      });
    const [count, found, expected] = digest("seal");
    expect([count, found]).toEqual([3, expected]);
    expect(digest("text:seal OR name:nothing")[1]).toBe(found);
    expect(digest("seal -two")[1]).not.toBe(found);
    expect(digest("nothing")).toEqual([0, sha256Empty, sha256Empty]);
    session.close();
  });
});

describe("tag: and mark: in queries", () => {
  it("read back as printed, and refuse marks that there are not", () => {
    for (const text of ['tag:"wichtig*"', 'mark:"hidden"', 'mark:"*"']) expect(printQuery(parseQuery(text))).toBe(text);
    expect(() => parseQuery("mark:secret")).toThrow("hidden");
  });
});
