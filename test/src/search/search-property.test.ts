import { rmSync } from "node:fs";
import process from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, tokensOf } from "../../../native-free/model/fold.ts";
import { stateOf, worse } from "../../../native-free/model/item.ts";
import { noScopeRules } from "../../../src/case/scope.ts";
import { searchCase, type SearchAnswer } from "../../../src/search/search-case.ts";
import { doc, newCase, paths, search, type Doc } from "../../fixtures/searched-case.ts";

const isCampaign = process.env["VESTIGE_CAMPAIGN"] === "1";

describe("against a reader of everything", () => {
  const vocabulary = ["alpha", "beta", "Straße", "strasse", "łódź", "中文", "x-ray", "alphabet", "Αθήνα"];
  const wordsOf = fc.array(fc.constantFrom(...vocabulary), { maxLength: 6 });
  const docs = fc
    .uniqueArray(
      fc.record({
        name: fc
          .tuple(fc.constantFrom("a", "b/c", "alpha", "beta/alpha"), fc.nat(50))
          .map(([base, n]) => `${base}-${n}.txt`),
        words: fc.option(wordsOf, { freq: 6 }),
        size: fc.nat(5),
        deleted: fc.boolean(),
        failed: fc.boolean(),
      }),
      { maxLength: 14, selector: ({ name }) => name },
    )
    .map((records) =>
      records.map(({ name, words, size, deleted, failed }) =>
        doc(name, words ? words.join(" ") : null, {
          size,
          nameClaim: deleted ? "deleted" : "allocated",
          ...(failed && { status: "failed", reason: "timeout" }),
        }),
      ),
    );
  type Expect = (doc: Doc) => boolean;
  const has = (text: string, phrase: readonly string[], prefix: boolean) => {
    const tokens = tokensOf(text);
    const last = phrase.length - 1;
    return tokens.some((_, at) =>
      phrase.every((token, k) =>
        k === last && prefix ? tokens[at + k]?.startsWith(token) === true : tokens[at + k] === token,
      ),
    );
  };
  const textOf = (one: Doc) => (one.content ? (one.content.blocks[0]?.folded ?? "") : "");
  const leaf: fc.Arbitrary<[string, Expect]> = fc.oneof(
    fc
      .tuple(
        fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        fc.constantFrom("", "text:", "name:"),
      )
      .map(([words, prefix, field]): [string, Expect] => {
        const phrase = tokensOf(words.join(" "));
        return [
          `${field}"${words.join(" ")}"${prefix ? "*" : ""}`,
          (one) => {
            const folders = one.item.path.split("/").slice(0, -1).join("/");
            const places =
              field === "text:"
                ? [textOf(one)]
                : field === "name:"
                  ? [one.item.name.text]
                  : [textOf(one), one.item.name.text, folders];
            return places.some((place) => has(place, phrase, prefix));
          },
        ];
      }),
    fc
      .tuple(fc.nat(5), fc.nat(5))
      .map(([a, b]): [string, Expect] => [
        `size:${Math.min(a, b)}..${Math.max(a, b)}`,
        ({ item }) => (item.size ?? -1) >= Math.min(a, b) && (item.size ?? -1) <= Math.max(a, b),
      ]),
    fc
      .constantFrom("deleted", "allocated")
      .map((state): [string, Expect] => [`state:${state}`, ({ item }) => stateOf(item) === state]),
    fc
      .constantFrom("failed", "done")
      .map((status): [string, Expect] => [
        `status:${status}`,
        ({ item, content }) => worse(item, content?.row ?? item).status === status,
      ]),
    fc
      .constantFrom("b", "LPHA-1")
      .map((part): [string, Expect] => [
        `path:${part}`,
        ({ item }) => fold(item.path).includes(fold(part)) || fold(`A/${item.path}`).includes(fold(part)),
      ]),
  );
  const { query } = fc.letrec<{ query: [string, Expect] }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 3 },
      leaf,
      tie("query").map(([text, test]): [string, Expect] => [`NOT (${text})`, (one) => !test(one)]),
      fc
        .tuple(tie("query"), tie("query"))
        .map(([[a, p], [b, q]]): [string, Expect] => [`(${a}) (${b})`, (one) => p(one) && q(one)]),
      fc
        .tuple(tie("query"), tie("query"))
        .map(([[a, p], [b, q]]): [string, Expect] => [`(${a}) OR (${b})`, (one) => p(one) || q(one)]),
    ),
  }));

  it(
    "finds exactly the same items, counts them, and pages through all of them",
    { timeout: isCampaign ? 1_200_000 : 60_000 },
    () => {
      fc.assert(
        fc.property(
          docs,
          fc.array(query, { minLength: 4, maxLength: 4 }),
          fc.integer({ min: 1, max: 5 }),
          (corpus, queries, limit) => {
            const theCase = newCase({ A: corpus });
            for (const [text, test] of queries) {
              const expected = corpus.filter(test);
              const answer = search(theCase, text);
              expect([text, paths(answer)]).toEqual([text, expected.map(({ item }) => `A/${item.path}`).sort()]);
              const contents = new Set(expected.map(({ item }) => item.content).filter((content) => content !== null));
              expect(answer.counts).toMatchObject({ items: expected.length, contents: contents.size, outOfScope: 0 });
              const paged: string[] = [];
              for (let after: string | null = null, pages = 0; pages <= corpus.length; pages += 1) {
                const page: SearchAnswer = searchCase(theCase, text, { limit, after, scope: noScopeRules });
                expect(page.hits.length).toBeLessThanOrEqual(limit);
                paged.push(...paths(page));
                after = page.next;
                if (after === null) break;
              }
              expect(paged).toEqual(paths(answer));
              for (const hit of answer.hits) if (hit.field === "text") expect(hit.snippet).not.toBeNull();
            }
            rmSync(theCase.paths.root, { recursive: true });
          },
        ),
        { numRuns: isCampaign ? 1000 : 25 },
      );
    },
  );

  it("pages over exhibits in order", () => {
    const many = (label: string) =>
      Array.from({ length: 7 }, (_, at) => doc(`${label}${at}`, `word ${label}${at % 3}`));
    const theCase = newCase({ B: many("b"), A: many("a"), C: [] });
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const page: SearchAnswer = searchCase(theCase, "word", { limit: 3, after, scope: noScopeRules });
      expect(page.counts).toMatchObject({ items: 14, contents: 6, outOfScope: 0 });
      seen.push(...paths(page));
      after = page.next;
      if (after === null) break;
    }
    expect(seen).toEqual(
      ["A", "B"].flatMap((label) => Array.from({ length: 7 }, (_, at) => `${label}/${label.toLowerCase()}${at}`)),
    );
  });
});
