import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { parseQuery } from "../../../src/search/query-parser.ts";
import { printQuery, type Condition, type Query } from "../../../src/search/query.ts";

/** Without positions. */
const bare = (query: Query): unknown =>
  JSON.parse(JSON.stringify(query, (key, value: unknown) => (key === "at" || key === "end" ? undefined : value)));

const read = (text: string) => printQuery(parseQuery(text));

describe("parser", () => {
  it.each([
    ["invoice", '"invoice"'],
    ["Straße łódź", '"strasse" AND "lodz"'],
    ["a b OR c d", '("a" AND "b") OR ("c" AND "d")'],
    ["a AND (b OR c) NOT d", '"a" AND ("b" OR "c") AND NOT "d"'],
    ["-a", 'NOT "a"'],
    ["-(a b)", 'NOT ("a" AND "b")'],
    ["NOT NOT a", 'NOT NOT "a"'],
    ['"two words"', '"two words"'],
    ['"two wor"*', '"two wor"*'],
    ["inv*", '"inv"*'],
    ["a.b@c.de", '"a b c de"'],
    ["2402-20", '"2402 20"'],
    ["2402-*", '"2402"'],
    ["中文", '"中 文"'],
    ["and or not near", '"and" AND "or" AND "not" AND "near"'],
    ["*", "*"],
    ["text:a name:b", 'text:"a" AND name:"b"'],
    ["name:*.doc?", 'name:"*.doc?"'],
    ["name:foo?", 'name:"foo?"'],
    ['"what?"', '"what"'],
    ["TYPE:PDF", 'type:"pdf"'],
    ["ext:.XLSX", 'ext:"xlsx"'],
    ['path:"A b/ß"', 'path:"a b/ss"'],
    ["size:1k..5M", "size:1024..5242880"],
    ["size:>1M", "size:1048577.."],
    ["size:<=1.5k", "size:..1536"],
    ["size:7", "size:7..7"],
    ["date:2019", "date:2019-01-01T00:00:00.000Z..2019-12-31T23:59:59.999Z"],
    ["date:2019-03..2019-06", "date:2019-03-01T00:00:00.000Z..2019-06-30T23:59:59.999Z"],
    ["date:>=2020", "date:2020-01-01T00:00:00.000Z.."],
    ["date:>2020-02", "date:2020-03-01T00:00:00.000Z.."],
    ["date:<2020-02-29", "date:..2020-02-28T23:59:59.999Z"],
    ["date:2020-02-29T10:30", "date:2020-02-29T10:30:00.000Z..2020-02-29T10:30:59.999Z"],
    ["state:Deleted status:failed lang:EL lang:none", "state:deleted AND status:failed AND lang:el AND lang:none"],
    ["exhibit:M01", 'exhibit:"m01"'],
    [`hash:${"AB".repeat(16)}`, `hash:${"ab".repeat(16)}`],
    ['"NEAR" "path:x" "AND"', '"near" AND "path x" AND "and"'],
  ])("%s", (text, printed) => {
    expect(read(text)).toBe(printed);
    expect(read(printed)).toBe(printed);
  });

  it.each([
    ["", 1, "nothing"],
    ["   ", 1, "nothing"],
    ["a AND", 6, "end of the query"],
    ["a OR OR b", 6, "operator OR"],
    ["AND a", 1, "operator AND"],
    ["NOT", 4, "end of the query"],
    ["(a b", 1, "closes this"],
    ["a b)", 4, "without a ("],
    ["()", 2, "without a ("],
    ['say "hello', 5, "closing"],
    ["x ...", 3, "letters or digits"],
    ['""', 1, "letters or digits"],
    ["pth:x", 1, "did you mean path:?"],
    ["http://x.de", 1, "quotes"],
    ["size:", 6, "found none"],
    ["size:big", 6, "a size"],
    ["size:1..x", 9, "a size"],
    ["size:5..1", 6, "smaller value first"],
    ["size:..", 6, "a size"],
    ["date:2019-13", 6, "a date"],
    ["date:2019-02-29", 6, "a date"],
    ["date:2019..31.12.2019", 12, "a date"],
    ["hash:abc", 6, "32, 40 or 64"],
    ['entity:"two words"', 8, "a kind of identifier"],
    ["state:gone", 7, "orphan"],
    ["lang:german1", 6, "language code"],
    ["state:deletd", 7, "(did you mean deleted?)"],
    ["status:nonsense", 8, "done partial failed skipped"],
    ["foo:x", 1, "expected one of the fields date entity exact exhibit ext"],
    [`${"(".repeat(60)}a`, 42, "40 parentheses"],
    [Array.from({ length: 201 }, () => "a").join(" "), 401, "200 words"],
    ["a".repeat(10_001), 10_001, "10000 characters"],
  ])("says where %j is wrong", (text, at, words) => {
    let problem: unknown = null;
    try {
      parseQuery(text);
    } catch (error) {
      problem = error;
    }
    if (!isOperatorError(problem)) throw new Error(`not refused: ${String(problem)}`);
    expect(problem.code).toBe("search/query");
    expect(problem.message).toContain(`at character ${at}:`);
    expect(problem.message).toContain(words);
  });

  const span = { at: 0, end: 0 };
  const word = fc.string({ unit: fc.constantFrom(..."abzß9中λ"), minLength: 1, maxLength: 6 });
  const condition: fc.Arbitrary<Condition> = fc.oneof(
    fc.record({
      on: fc.constantFrom("type" as const, "ext" as const),
      pattern: fc.constantFrom("pdf", "image/*"),
      whole: fc.constant(true),
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
    fc.record({ on: fc.constant("lang" as const), value: fc.constantFrom("de", "el", null) }),
    fc
      .tuple(fc.constantFrom("size" as const, "date" as const), fc.nat(10 ** 12), fc.nat(10 ** 12))
      .map(([on, from, more]) => ({ on, range: { from, to: from + more } })),
  );
  const { tree } = fc.letrec<{ tree: Query }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      word.map((value) => parseQuery(`"${value}"`)),
      condition.map((one): Query => ({ kind: "filter", condition: one, ...span })),
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
});
