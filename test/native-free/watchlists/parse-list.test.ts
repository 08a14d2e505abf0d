/** Reading watch-lists: what is taken, and how what is wrong is told. */
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { headerNames, parseWatchList } from "../../../native-free/watchlists/parse-list.ts";
import { listSays } from "../../../src/messages/en.ts";

const header = "id: sample\nversion: 1.0\ndate: 2026-02-28\ntitle: Sample\nlanguage: en\n";
const headerLines = header.split("\n").length - 1;
const entryOf = (line: string) => parseWatchList(header + line, "a.txt").list?.entries[0];
const problemsOf = (text: string) => parseWatchList(text, "a.txt").problems;

describe("a watch-list", () => {
  it("has a header, headings and entries", () => {
    const text = `\ufeff${header}licence: Apache-2.0\r\nsource: One\nsource: Two\nnote: N\n\n# comment\nword free\n[Tobacco]  # all of it\n  stem zigarett  @de,nl  =  cigarettes of any kind  # and more\n`;
    const { list, problems } = parseWatchList(text, "a.txt");
    expect(problems).toEqual([]);
    expect(list).toMatchObject({
      id: "sample",
      version: "1.0",
      licence: "Apache-2.0",
      sources: ["One", "Two"],
      notes: ["N"],
    });
    expect(list?.entries).toEqual([
      {
        mode: "word",
        text: "free",
        prefix: false,
        flags: "",
        languages: ["en"],
        category: "",
        label: "",
        comment: "",
        line: 12,
      },
      {
        ...{ mode: "stem", text: "zigarett", prefix: false, flags: "", languages: ["de", "nl"], category: "Tobacco" },
        ...{ label: "cigarettes of any kind", comment: "and more", line: 14 },
      },
    ]);
  });

  it.each([
    ["code 2402 20*", { mode: "code", text: "2402 20", prefix: true }],
    ["code EUR.1 # x", { mode: "code", text: "EUR.1", prefix: false, comment: "x" }],
    ["regex /a\\/b #1/i @de = L", { mode: "regex", text: "a\\/b #1", flags: "i", languages: ["de"], label: "L" }],
    ['phrase "No. #1 @x = ""y"""', { mode: "phrase", text: 'No. #1 @x = "y"' }],
    ["phrase sender@example = mail", { mode: "phrase", text: "sender@example", label: "mail" }],
    ["word 香烟 @zh", { mode: "word", text: "香烟", languages: ["zh"] }],
    ["tariff 2402.20.90", { mode: "tariff", text: "2402.20.90" }],
  ])("takes %s", (line, wanted) => {
    expect(entryOf(line)).toMatchObject(wanted);
  });

  it.each([
    ["wort Elfenbein", "mode", 1, "wort"],
    ["  word", "text-missing", 7, ""],
    ["word # nothing", "text-missing", 6, "# nothing"],
    ["word two words", "word", 6, "two words"],
    ["word x-ray", "word", 6, "x-ray"],
    ["stem ab", "stem", 6, "ab"],
    ["stem a b c", "word", 6, "a b c"],
    ["phrase one", "phrase", 8, "one"],
    ["code 1", "code", 6, "1"],
    ["code 24*02", "code", 6, "24*02"],
    ["code ελ123", "code", 6, "ελ123"],
    ["tariff 24", "tariff", 8, "24"],
    ["tariff 24A2", "tariff", 8, "24A2"],
    ['word "open', "quote-open", 6, '"open'],
    ['word "a"b', "quote-open", 6, '"a"b'],
    ['word ""', "text-missing", 6, '""'],
    ["word ivory @DE", "language", 13, "DE"],
    ["word ivory @de @nl", "tail", 12, "@de @nl"],
    ["word ivory =", "label-empty", 13, ""],
    ["regex abc", "regex-start", 7, "abc"],
    ["regex /abc", "regex-end", 11, ""],
    ["regex /abc/g", "regex-flags", 12, "g"],
    ["regex /abc/ii", "regex-flags", 12, "ii"],
    ["regex /(a)\\1/", "regex-syntax", 11, "\\1"],
    ["regex /ab(?=c)/", "regex-syntax", 10, "(?="],
    ["regex /a(?<!b)c/", "regex-syntax", 9, "(?<"],
    ["regex /a*/", "regex-empty", 8, "a*"],
    ["[", "category", 1, "["],
    ["[ ] x", "category", 1, "[ ] x"],
    ["Title: again", "header-unknown", 1, "Title"],
    ["id: again", "header-twice", 1, "id"],
    ["note:", "header-empty", 6, ""],
  ])("refuses %j as %s", (line, code, column, found) => {
    const [problem, ...others] = problemsOf(`${header}${line}\nword fine`);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code, column, file: "a.txt", line: headerLines + 1 });
    expect(problem?.found.startsWith(found)).toBe(true);
    const sentence = listSays.problem(problem!, 0);
    expect(sentence).toContain(`a.txt is wrong at line ${headerLines + 1}, column ${column}: expected `);
    expect(sentence).toMatch(/found |: .*$/);
  });

  it("refuses a header that is not complete, or below an entry, and a list without entries", () => {
    expect(problemsOf("word a").map(({ code, detail }) => `${code} ${detail}`)).toEqual(
      ["id", "version", "date", "title", "language"].map((name) => `header-missing ${name}`),
    );
    expect(problemsOf(`${header}word a\nnote: x`)).toMatchObject([{ code: "header-late", line: headerLines + 2 }]);
    expect(problemsOf(header)).toMatchObject([{ code: "no-entries" }]);
    expect(headerNames).toContain("note");
  });

  it.each([
    ["id: My List", "id"],
    ["version: v1", "version"],
    ["date: 2026-02-29", "date"],
    ["date: 22.11.2026", "date"],
    ["language: english", "language"],
  ])("refuses %s", (line, code) => {
    const name = line.slice(0, line.indexOf(":"));
    const text = header.replace(new RegExp(`^${name}:.*$`, "m"), line);
    expect(problemsOf(`${text}word a`)).toMatchObject([{ code, column: name.length + 3 }]);
  });

  it("tells every wrong line at once, in order", () => {
    const problems = problemsOf(`${header}x\nword a\ny\nstem b`);
    expect(problems.map(({ line }) => line - headerLines)).toEqual([1, 3, 4]);
    expect(listSays.problem(problems[0]!, problems.length - 1)).toContain("(and 2 more problems in this file)");
  });

  it("passes over no line: each is a header, a heading, a comment, an entry or a problem", () => {
    const line = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, " ")),
      fc
        .tuple(fc.constantFrom("word", "phrase", "stem", "code", "tariff", "regex"), fc.string({ maxLength: 12 }))
        .map(([mode, text]) => `${mode} ${text.replaceAll(/[\r\n]/g, " ")}`),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (lines) => {
        const { problems } = parseWatchList(`${header}${lines.join("\n")}`, "a.txt");
        for (const [index, text] of lines.entries()) {
          const isQuiet = /^\s*(#.*)?$/.test(text) || /^\s*\[[^[\]]*[^[\]\s][^[\]]*\]\s*(#.*)?$/.test(text);
          const alone = parseWatchList(`${header}${text}\nword fine`, "a.txt");
          const told = problems.some((problem) => problem.line === headerLines + 1 + index);
          const taken = alone.list !== null && alone.list.entries.length === 2;
          const isHeader = alone.list !== null && /^\s*(source|note|licence)\s*:/.test(text);
          expect([text, isQuiet || told || taken || isHeader]).toEqual([text, true]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
