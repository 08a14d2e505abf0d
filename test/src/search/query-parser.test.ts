import { describe, expect, it } from "vitest";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { queryHints } from "../../../src/search/query-hints.ts";
import { parseQuery } from "../../../src/search/query-parser.ts";
import { printQuery } from "../../../src/search/query-print.ts";

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
    ["exact:EXACT:Ab text:(exact:exact:(B))", 'exact:"Ab" AND exact:text:"B"'],
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
    // What word processors and East Asian keyboards type.
    ["“two words” „drei Wörter“ «a b»", '"two words" AND "drei worter" AND "a b"'],
    ["（a OR b）", '"a" OR "b"'],
    ["type：pdf", 'type:"pdf"'],
    // Several values, and a field for a group.
    ["ext:doc,.DOCX", 'ext:"doc" OR ext:"docx"'],
    ["size:..1k,1M..", "size:..1024 OR size:1048576.."],
    ["state:deleted,orphan x", '(state:deleted OR state:orphan) AND "x"'],
    ["width:1,5..7", "width:1..1 OR width:5..7"],
    ['path:a,b author:a,b ext:"a,b"', 'path:"a,b" AND author:"a b" AND ext:"a,b"'],
    ["type:(pdf OR docx)", 'type:"pdf" OR type:"docx"'],
    ["author:(müller -(maier OR x))", 'author:"muller" AND NOT (author:"maier" OR author:"x")'],
    ["text:(a NEAR/3 b)", 'text:("a" NEAR/3 "b")'],
    ["-text:(a NEAR/3 b) c", 'NOT text:("a" NEAR/3 "b") AND "c"'],
    ["text:a PRE/2 text:b", 'text:("a" PRE/2 "b")'],
    ["text:(stem:trees OR in*ce)", 'text:(stem:"trees") OR text:(in*ce)'],
    ["name:foo~2 text:/a.b/", "name:(foo~2) AND text:(/a.b/)"],
    // The same name as a field of the query language.
    [
      "doc-modified:2019 modified:2019",
      "doc-modified:2019-01-01T00:00:00.000Z..2019-12-31T23:59:59.999Z AND date:2019-01-01T00:00:00.000Z..2019-12-31T23:59:59.999Z",
    ],
    ["exact:Straße", 'exact:"Straße"'],
    ["exact:Straß*", 'exact:"Straß"*'],
    ['exact:author:"Jürgen M"', 'exact:author:"Jürgen M"'],
    ["exact:(Ä OR author:(Ö) text:Ü type:pdf)", 'exact:"Ä" OR (exact:author:"Ö" AND exact:text:"Ü" AND type:"pdf")'],
    ['exact:"Zwei  Wörter" NEAR/2 b', 'exact:"Zwei  Wörter" NEAR/2 "b"'],
    ["code:CSQU-305438-3", 'code:"csqu3054383"'],
    ["terms:drugs hash:@known like:M01/a.txt", 'terms:"drugs" AND hash:"@known" AND like:"M01/a.txt"'],
    ["exact:terms:drugs", 'exact:terms:"drugs"'],
    // Wildcards beside separators, and beside characters that are words by themselves.
    ["*@c.de", '"c de"'],
    ["*7654*", "*7654*"],
    ["*中文*", '"中 文"'],
    ["ab中文c*", '"ab 中 文 c"*'],
    ["created:>2019", "created:2020-01-01T00:00:00.000Z.."],
    ["width:>1000", "width:1000.0000000000001.."],
    ["author:jur*", 'author:"jur*"'],
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
    ["/a(b/", 1, "missing closing ): `a(b`"],
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
    ["foo:x", 1, "expected one of the fields code date encrypted entity exact exhibit ext"],
    [`${"(".repeat(60)}a`, 42, "40 parentheses"],
    [Array.from({ length: 2001 }, () => "a").join(" "), 4001, "2000 words"],
    ["a".repeat(100_001), 100_001, "100000 characters"],
    ["authr:x", 1, "did you mean author:?"],
    ["lasmodifiedby:x", 1, "did you mean lastModifiedBy:?"],
    ["modfied:2019", 1, "did you mean modified:?"],
    ["x “two words", 3, "closing"],
    ["ext:doc,,docx", 9, "a value"],
    ["size:1k,big", 9, "a size"],
    ["author:(type:pdf)", 9, "author:( )"],
    ["type:(stem:trees)", 7, "type:( )"],
    ["author:(/x/)", 9, "author:( )"],
    ["bad:(x)", 1, "one of the fields"],
    ["(a (b c)", 1, "closes this"],
    ["jo*@c.de", 1, "PRE/0"],
    ["中*文", 1, "PRE/0"],
    ["a NEAR/x b", 3, "NEAR/5"],
    ["text:a NEAR/3 b", 15, "in one place"],
    [Array.from({ length: 11 }, () => "a").join(" NEAR/3 "), 3, "at most 10"],
    ["exact:(a stem:b)", 10, "accents and case"],
    ["exact:word~1", 1, "accents and case"],
    ["exact:in*ce", 1, "accents and case"],
    ["hash:@", 6, "name of a file"],
    ["code:a*b", 6, "without wildcards"],
    ["date:last-30d", 6, "the same on every day"],
    ["date:today..2020", 6, "the same on every day"],
    ["date:2020..tomorow", 12, "a date"],
    ['date:"last 30x before 2019"', 6, "a date"],
    ["date:last-9999y-before-2019", 6, "a date"],
    ["date:>9999", 6, "a date"],
    // A value without quotation marks ends at a blank, and what follows is a word.
    ["date:>last 1d", 7, "a date"],
    ["size:<0", 6, "a size"],
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

  const now = Date.parse("2019-06-15T13:14:15.016Z");
  it.each([
    ["today", "2019-06-15T00:00:00.000Z..2019-06-15T23:59:59.999Z"],
    ["Yesterday", "2019-06-14T00:00:00.000Z..2019-06-14T23:59:59.999Z"],
    ["..now", "..2019-06-15T13:14:15.016Z"],
    ["last-1d", "2019-06-15T00:00:00.000Z..2019-06-15T23:59:59.999Z"],
    ["last-30d", "2019-05-17T00:00:00.000Z..2019-06-15T23:59:59.999Z"],
    ['"last 2 w"', "2019-06-02T00:00:00.000Z..2019-06-15T23:59:59.999Z"],
    ['"last 30d before 2019-06-01"', "2019-05-02T00:00:00.000Z..2019-05-31T23:59:59.999Z"],
    ["last-30d-before-2019-06-01", "2019-05-02T00:00:00.000Z..2019-05-31T23:59:59.999Z"],
    ["last-1m-before-2019-03-31", "2019-02-28T00:00:00.000Z..2019-03-30T23:59:59.999Z"],
    ["last-1y-before-2020-02-29", "2019-02-28T00:00:00.000Z..2020-02-28T23:59:59.999Z"],
    ["last-1y-before-2020", "2019-01-01T00:00:00.000Z..2019-12-31T23:59:59.999Z"],
    ["last-1d-before-yesterday", "2019-06-13T00:00:00.000Z..2019-06-13T23:59:59.999Z"],
    ['"next 3m after 2019-11-30"', "2019-12-01T00:00:00.000Z..2020-02-29T23:59:59.999Z"],
    ['"3d around 2019-06-01"', "2019-05-29T00:00:00.000Z..2019-06-04T23:59:59.999Z"],
    ["1w-around-2019-02", "2019-01-25T00:00:00.000Z..2019-03-07T23:59:59.999Z"],
  ])("date:%s is %s", (text, range) => {
    for (const field of ["date", "created"]) {
      const printed = printQuery(parseQuery(`${field}:${text}`, { now }));
      expect(printed).toBe(`${field}:${range}`);
      expect(read(printed)).toBe(printed);
    }
  });

  it("takes every word as it stands where exactness is asked for as a whole", () => {
    const exact = (text: string) => printQuery(parseQuery(text, { exactOnly: true }));
    expect(exact('Straße "zwei Wörter" inv* text:Ä name:Ö')).toBe(
      'exact:"Straße" AND exact:"zwei Wörter" AND exact:"inv"* AND exact:text:"Ä" AND exact:name:"Ö"',
    );
    expect(exact("type:PDF author:Müller created:2019 * name:*.Pdf terms:x")).toBe(
      'type:"pdf" AND exact:author:"Müller" AND created:2019-01-01T00:00:00.000Z..2019-12-31T23:59:59.999Z AND * AND name:"*.pdf" AND exact:terms:"x"',
    );
    expect(exact("Ä NEAR/2 B /x.z/")).toBe('(exact:"Ä" NEAR/2 exact:"B") AND /(?-i)x.z/');
    for (const text of ["word~", "stem:a", "sounds:a", "script:a", "in*ce", "author:M*r", "(a OR stem:b)"]) {
      expect(() => parseQuery(text, { exactOnly: true }), text).toThrow("accents and case count here");
    }
  });

  it("tells operators in small letters", () => {
    expect(queryHints("a and b")).toEqual([expect.stringContaining("At character 3 and is searched for as a word")]);
    expect(queryHints("a or b not c").map((hint) => hint.slice(0, 17))).toEqual([
      "At character 3 or",
      "At character 8 no",
    ]);
    expect(queryHints("not a (b near/3 c)")).toHaveLength(2);
    for (const text of ['a "and" b', "a AND b", "and", "a and", "text:and b", "android orange"]) {
      expect(queryHints(text), text).toEqual([]);
    }
  });
});
