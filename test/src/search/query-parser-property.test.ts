/** Properties of the parser: what is printed reads back, anything is read or refused, and quickly. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { tokensOf } from "../../../native-free/model/fold.ts";
import { parseQuery } from "../../../src/search/query-parser.ts";
import { printQuery } from "../../../src/search/query-print.ts";
import type { Condition, Query } from "../../../src/search/query.ts";
import { cpuMs } from "../../fixtures/cpu-time.ts";

/** Patterns of the fields that have them cover the whole value. */
const withWhole = (condition: Condition): Condition =>
  condition.on === "type" || condition.on === "ext" ? { ...condition, whole: true } : condition;

/** Without positions. */
const bare = (query: Query): unknown =>
  JSON.parse(JSON.stringify(query, (key, value: unknown) => (key === "at" || key === "end" ? undefined : value)));

const read = (text: string) => printQuery(parseQuery(text));

describe("parser", () => {
  const now = Date.parse("2019-06-15T13:14:15.016Z");
  const span = { at: 0, end: 0 };
  const word = fc.string({ unit: fc.constantFrom(..."abzß9中λ"), minLength: 1, maxLength: 6 });
  const plainWord = fc.string({ unit: fc.constantFrom(..."abz9λй"), minLength: 1, maxLength: 6 });
  const place = fc.constantFrom("any" as const, "text" as const, "name" as const);
  const condition: fc.Arbitrary<Condition> = fc.oneof(
    fc.record({
      on: fc.constantFrom("type" as const, "ext" as const, "known" as const, "tag" as const),
      pattern: fc.constantFrom("pdf", "image/*", "a,b", "two words"),
    }) as fc.Arbitrary<Condition>,
    fc.record({
      on: fc.constant("path" as const),
      pattern: fc.constantFrom("a b", "c:/x"),
      whole: fc.constant(false),
    }),
    fc.record({
      on: fc.constant("hash" as const),
      hash: fc.constantFrom("0f".repeat(16), "a1".repeat(20), "c3".repeat(32)),
    }),
    fc.record({
      on: fc.constant("entity" as const),
      kind: fc.constantFrom("iban", "*", "un-number"),
      pattern: fc.constantFrom(null, "gb82*", "a b", "x:y"),
    }),
    fc.record({ on: fc.constant("state" as const), value: fc.constantFrom("deleted" as const, "allocated" as const) }),
    fc.record({ on: fc.constant("status" as const), value: fc.constantFrom("done" as const, "failed" as const) }),
    fc.record({ on: fc.constant("lang" as const), value: fc.constantFrom("de", "el", null) }),
    fc.record({ on: fc.constant("exhibit" as const), value: fc.constantFrom("m01", "x 2") }),
    fc
      .tuple(fc.constantFrom("size" as const, "date" as const), fc.nat(10 ** 12), fc.nat(10 ** 12))
      .map(([on, from, more]) => ({ on, range: { from, to: from + more } })),
    fc
      .tuple(fc.constantFrom("created" as const, "modified" as const, "printed" as const), fc.nat(10 ** 12))
      .map(([name, from]) => ({ on: "field", name, words: null, pattern: null, range: { from, to: null } }) as const),
    fc
      .tuple(fc.constantFrom("width" as const, "size" as const), fc.double({ min: -1e9, max: 1e9, noNaN: true }))
      .map(([name, to]) => ({
        ...({ on: "field", name, words: null, pattern: null } as const),
        range: { from: null, to: to === 0 ? 0 : to },
      })),
    fc
      .tuple(fc.constantFrom("author" as const, "folder" as const), fc.array(plainWord, { minLength: 1, maxLength: 3 }))
      .map(([name, words]) => ({ on: "field", name, words, pattern: null, range: null }) as const),
  );
  const typed = fc
    .string({ unit: fc.constantFrom(..."aÄß é中,:-/*~()“'"), minLength: 1, maxLength: 8 })
    .map((text) => `x${text}y`);
  const part = fc.oneof(
    fc.record({
      tokens: fc.array(plainWord, { minLength: 1, maxLength: 2 }),
      prefix: fc.boolean(),
      exact: fc.constant(null),
    }),
    fc.tuple(typed, fc.boolean()).map(([exact, prefix]) => ({ tokens: tokensOf(exact), prefix, exact })),
  );
  const special: fc.Arbitrary<Query> = fc.oneof(
    fc.tuple(fc.constantFrom("any" as const, "text" as const), plainWord, plainWord).map(([field, a, b]): Query => ({
      kind: "words",
      how: "pattern",
      field,
      value: `${a}*${b}`,
      distance: 0,
      ...span,
    })),
    fc
      .tuple(place, plainWord, fc.integer({ min: 1, max: 2 }))
      .map(([field, value, distance]): Query => ({ kind: "words", how: "fuzzy", field, value, distance, ...span })),
    fc
      .tuple(place, fc.constantFrom("stem" as const, "sounds" as const, "script" as const), plainWord)
      .map(([field, how, value]): Query => ({ kind: "words", how, field, value, distance: 0, ...span })),
    fc
      .record({
        field: place,
        parts: fc.array(part, { minLength: 2, maxLength: 4 }),
        distance: fc.nat(9999),
        ordered: fc.boolean(),
      })
      .map((near): Query => ({ kind: "near", ...near, ...span })),
    fc
      .tuple(place, fc.constantFrom("a.b", "x/y", "(?-i)A b\\.c", "[/]+", "\\d{4}"))
      .map(([field, source]): Query => ({ kind: "regex", field, source, ...span })),
    fc
      .tuple(fc.oneof(place, fc.constantFrom("author" as const, "folder" as const)), typed, fc.boolean())
      .map(([field, value, prefix]): Query => ({
        ...{ kind: "exact", field, value: value.normalize("NFC"), prefix },
        ...span,
      })),
    fc.tuple(place, plainWord).map(([field, value]): Query => ({ kind: "code", field, value, ...span })),
    fc
      .tuple(place, typed, fc.boolean())
      .map(([field, name, exact]): Query => ({ kind: "list", field, name, exact, list: null, ...span })),
    typed.map((name): Query => ({ kind: "hashes", name, list: null, ...span })),
    typed.map((item): Query => ({ kind: "like", item, target: null, ...span })),
  );
  const { tree } = fc.letrec<{ tree: Query }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.tuple(place, word, fc.boolean()).map(([field, value, prefix]): Query => {
        const query = parseQuery(`"${value}"${prefix ? "*" : ""}`);
        return query.kind === "text" ? { ...query, field } : query;
      }),
      fc.constant<Query>({ kind: "all", ...span }),
      condition.map((one): Query => ({ kind: "filter", condition: withWhole(one), ...span })),
      special,
      tie("tree").map((part): Query => ({ kind: "not", part, ...span })),
      fc
        .tuple(fc.constantFrom("and" as const, "or" as const), fc.array(tie("tree"), { minLength: 2, maxLength: 3 }))
        .map(([kind, parts]): Query => ({
          kind,
          parts: parts.flatMap((part) => (part.kind === kind ? part.parts : [part])),
          ...span,
        })),
    ),
  }));

  it("reads a printed query back as the same tree", () => {
    fc.assert(
      fc.property(tree, (query) => {
        expect(bare(parseQuery(printQuery(query)))).toEqual(bare(query));
      }),
    );
  });

  it("either reads or refuses any text, with positions inside it", () => {
    const piece = fc.constantFrom(
      '"',
      "(",
      ")",
      "-",
      "*",
      " ",
      "AND",
      "OR",
      "NOT",
      "NEAR",
      "a",
      "é",
      "path:",
      "size:",
      "1..2",
      ">",
      "';--",
      "\u0000",
      "~",
      "/",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        try {
          const query = parseQuery(text);
          expect(query.end).toBeLessThanOrEqual(text.length);
        } catch (error) {
          if (!isOperatorError(error)) throw error;
          const at = Number(/character (\d+):/.exec(error.message)?.[1]);
          expect(at).toBeGreaterThanOrEqual(1);
          expect(at).toBeLessThanOrEqual(text.length + 1);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses nothing but with a sentence, whatever is typed", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 40 })), (text) => {
        try {
          const query = parseQuery(text, { now });
          expect(bare(parseQuery(printQuery(query)))).toEqual(bare(query));
        } catch (error) {
          if (!isOperatorError(error)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("takes time that grows with the query, whatever is repeated in it", () => {
    const pieces = [
      "a ",
      "a OR ",
      "(",
      "-",
      "NOT ",
      '"',
      "“",
      "a~",
      "*",
      "a*",
      "/a",
      "\\",
      "ext:a,",
      ",",
      "text:(",
      "中",
      "exact:",
      "x:",
      "a-",
      "..",
    ];
    for (const piece of pieces) {
      const text = piece.repeat(Math.floor(100_000 / piece.length));
      const start = cpuMs();
      for (const query of [text, `a ${text}`, `ext:${text}`, `date:${text}`, `"${text}"`]) {
        try {
          parseQuery(query.slice(0, 100_000), { now });
        } catch (error) {
          if (!isOperatorError(error)) throw error;
        }
      }
      expect(cpuMs() - start, piece).toBeLessThan(2000);
    }
  });

  it("reads a thousand alternatives", () => {
    const words = Array.from({ length: 1000 }, (_, at) => `word${at}`);
    const query = parseQuery(words.join(" OR "));
    expect(query).toMatchObject({ kind: "or" });
    expect(printQuery(query)).toBe(words.map((each) => `"${each}"`).join(" OR "));
    expect(read(`ext:${words.join(",")}`)).toBe(words.map((each) => `ext:"${each}"`).join(" OR "));
  });
});
