import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { textOverlapChars } from "../../../native-free/model/prepared.ts";
import { noScopeRules, type ScopeRules } from "../../../src/case/scope.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import { readExhibit, writeExhibit } from "../../../src/case/case-folder.ts";
import { searchSays } from "../../../src/messages/en.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { csvOfAnswer } from "../../../src/search/csv.ts";
import type { Hit } from "../../../src/search/hit.ts";
import { searchCase } from "../../../src/search/search-case.ts";
import { doc, newCase, paths, search } from "../../fixtures/searched-case.ts";
import { itemRow, preparedBlock, preparedContent } from "../../fixtures/work-file-rows.ts";

const mixed = newCase({
  M01: [
    doc(
      "docs/Große Rechnung.pdf",
      "Die Straße in Łódź, container CSQU 305438-3.",
      { size: 5000 },
      { type: "pdf", mime: "application/pdf", category: "document", language: "de" },
    ),
    doc("docs/a.zip!/inner note.txt", "Invoice 2402-20 to a.b@c.de; paid twice, paid late", {
      nameClaim: "deleted",
      size: 10,
    }),
    doc("docs/中文/报告.txt", "这是中文报告 Αθήνα", {
      times: [{ kind: "m", value: "2021-02-03T04:05:06Z", zone: "utc", source: "stat" }],
    }),
    doc("broken.bin", null, { status: "failed", reason: "timeout", content: "ee".repeat(32), times: [] }),
    doc("docs", null, { kind: "directory", size: null, content: null }),
  ],
  M02: [doc("copy of note.txt", "Invoice 2402-20 to a.b@c.de; paid twice, paid late")],
});

describe("search", () => {
  it.each<[string, string[]]>([
    ["strasse", ["M01/docs/Große Rechnung.pdf"]],
    ["LODZ", ["M01/docs/Große Rechnung.pdf"]],
    ["grosse", ["M01/docs/Große Rechnung.pdf"]],
    ["text:grosse", []],
    ["name:grosse", ["M01/docs/Große Rechnung.pdf"]],
    ["name:docs", ["M01/docs"]],
    ["2402-20", ["M01/docs/a.zip!/inner note.txt", "M02/copy of note.txt"]],
    ["2402-2", []],
    ["2402-2*", ["M01/docs/a.zip!/inner note.txt", "M02/copy of note.txt"]],
    ["a.b@c.de", ["M01/docs/a.zip!/inner note.txt", "M02/copy of note.txt"]],
    ['"CSQU 305438-3"', ["M01/docs/Große Rechnung.pdf"]],
    ["中文", ["M01/docs/中文/报告.txt"]],
    ["文中", []],
    ["ΑΘΗΝΑ", ["M01/docs/中文/报告.txt"]],
    ["inv* -exhibit:M02", ["M01/docs/a.zip!/inner note.txt"]],
    ["type:pdf", ["M01/docs/Große Rechnung.pdf"]],
    ["type:document OR lang:de", ["M01/docs/Große Rechnung.pdf"]],
    ["type:application/*", ["M01/docs/Große Rechnung.pdf"]],
    ["ext:PDF", ["M01/docs/Große Rechnung.pdf"]],
    ["name:gro*.pdf", ["M01/docs/Große Rechnung.pdf"]],
    ["path:zip!/", ["M01/docs/a.zip!/inner note.txt"]],
    ['path:"m01/docs/*.pdf"', ["M01/docs/Große Rechnung.pdf"]],
    ["size:>1k", ["M01/docs/Große Rechnung.pdf"]],
    ["size:10", ["M01/docs/a.zip!/inner note.txt"]],
    ["date:2021", ["M01/docs/中文/报告.txt"]],
    ["date:<2021 exhibit:m01", ["M01/docs", "M01/docs/Große Rechnung.pdf", "M01/docs/a.zip!/inner note.txt"]],
    ["state:deleted", ["M01/docs/a.zip!/inner note.txt"]],
    ["status:failed", ["M01/broken.bin"]],
    [`hash:${"ee".repeat(32)}`, ["M01/broken.bin"]],
    [`hash:${preparedContent("这是中文报告 Αθήνα").row.md5}`, ["M01/docs/中文/报告.txt"]],
    [`hash:${preparedContent("这是中文报告 Αθήνα").row.sha1}`, ["M01/docs/中文/报告.txt"]],
    ["-date:>=1980", ["M01/broken.bin"]],
  ])("%s", (query, expected) => {
    expect(paths(search(mixed, query)).sort()).toEqual([...expected].sort());
  });

  it("says which rule matched, where, and what stands around, in the original writing", () => {
    const [hit] = search(mixed, 'nothing OR "strasse in lodz"').hits;
    expect(hit).toMatchObject({
      rule: '"strasse in lodz"',
      field: "text",
      offset: 4,
      length: 14,
      matches: 1,
      matchesComplete: true,
    });
    expect(hit?.snippet).toEqual({ before: "Die ", match: "Straße in Łódź", after: ", container CSQU 305438-3." });
    expect(search(mixed, "paid").hits[0]).toMatchObject({ matches: 2, offset: 29 });
    expect(search(mixed, "grosse").hits[0]).toMatchObject({
      field: "name",
      offset: 0,
      length: 5,
      snippet: { match: "Große" },
    });
    expect(search(mixed, "zip inner").hits[0]).toMatchObject({ rule: "zip", field: "path", snippet: { match: "zip" } });
    expect(search(mixed, "-x size:10").hits[0]).toMatchObject({
      rule: "size:10",
      field: "size",
      offset: null,
      snippet: null,
    });
  });

  it("counts items and different contents, also across exhibits, and what was not searched", () => {
    expect(search(mixed, "invoice").counts).toMatchObject({ items: 2, contents: 1, outOfScope: 0 });
    expect(search(mixed, "*").counts).toMatchObject({ items: 6, contents: 4, outOfScope: 0 });
    expect(search(mixed, "x").notSearched).toEqual({
      failed: 1,
      partial: 0,
      skipped: 0,
      encrypted: 0,
      pendingUnits: 0,
      exhibits: [],
      notAcquired: [],
    });
    const unfinished = newCase(
      { A: [doc("x", "word", { status: "skipped", reason: "rule" }, { status: "partial", reason: "damaged" })] },
      { pending: 3 },
    );
    rmSync(unfinished.paths.work("B"), { recursive: true, force: true });
    expect(search(unfinished, "word").notSearched).toMatchObject({ partial: 1, skipped: 0, pendingUnits: 3 });
  });

  it("tells an exhibit that is not to be acquired from one that is not processed", () => {
    const three = newCase({ A: [doc("x", "word")], B: [], C: [] });
    for (const label of ["B", "C"]) rmSync(three.paths.work(label), { recursive: true });
    writeExhibit(three, { ...readExhibit(three, "C"), decision: "none", reason: "refused by the court" });
    const { notSearched } = search(three, "word");
    expect(notSearched).toMatchObject({ exhibits: ["B"], notAcquired: ["C"] });
    expect(searchSays.notSearched(notSearched)).toBe(
      "Not or not wholly searched: not processed at all: B; not acquired: C.",
    );
  });

  it("gives a reason also where no word or field says one", () => {
    const folder = search(mixed, " NOT invoice ").hits.find(({ path }) => path === "M01/docs");
    expect(folder).toMatchObject({ rule: "NOT invoice", field: "not", matches: 0, snippet: null });
    expect(searchSays.hitFacts(folder as Hit, String)).toBe("(not excluded, folder)");
    const all = search(mixed, "*").hits;
    expect(all.map(({ rule, field }) => `${rule} ${field}`)).toEqual(all.map(() => "* all"));
    const both = search(mixed, "strasse OR NOT invoice").hits;
    expect(both.map(({ field }) => field).sort()).toEqual(["not", "not", "not", "text"]);
  });

  it("finds phrases over the seam of two blocks once, with offsets in the whole text and the place", () => {
    const first = `${"x ".repeat(2000)}start alpha beta gamma ${"y ".repeat(200)}`;
    const second = `${first.slice(-textOverlapChars)}omega ${"z ".repeat(10)}alpha beta`;
    const text = first + second.slice(textOverlapChars);
    const marks = [
      { at: 0, label: "page 7" },
      { at: textOverlapChars, label: "page 8" },
    ];
    const content = preparedContent(text, {}, [preparedBlock(0, first), preparedBlock(1, second, marks)]);
    const long = newCase({ A: [{ item: itemRow("long.txt", text), content }] });
    expect(search(long, '"alpha beta"').hits[0]).toMatchObject({
      matches: 2,
      offset: text.indexOf("alpha"),
      place: { label: null, block: 0 },
    });
    expect(search(long, "omega").hits[0]).toMatchObject({
      matches: 1,
      offset: text.indexOf("omega"),
      place: { label: "page 8", block: 1 },
    });
    expect(search(long, "start AND omega").counts.items).toBe(1);
  });

  it("names a scope term without letters and digits, which earlier forms may hold", () => {
    const scoped = newCase({ M01: [doc("a", "invoice")] });
    expect(() => search(scoped, "invoice", { ...noScopeRules, terms: ["invoice", "§"] })).toThrow(
      'Expected letters or digits in every scope term of the operation form, found "§"',
    );
  });

  it("obeys scope rules before counting and states what they exclude", () => {
    const rule = (rules: Partial<ScopeRules>, query = "*") => search(mixed, query, { ...noScopeRules, ...rules });
    const all = 6;
    const scoped: [Partial<ScopeRules>, string[]][] = [
      [{ folders: ["docs/a.zip"] }, ["M01/docs/a.zip!/inner note.txt"]],
      [{ folders: ["/DOCS/中文/"] }, ["M01/docs/中文/报告.txt"]],
      [{ types: ["pdf"] }, ["M01/docs/Große Rechnung.pdf"]],
      [{ dates: { from: "2021-02-03", to: "2021-02-03" } }, ["M01/docs/中文/报告.txt"]],
      [{ dates: { from: "2022-01-01", to: null } }, []],
      [{ terms: ["strasse", "Αθήνα"] }, ["M01/docs/Große Rechnung.pdf", "M01/docs/中文/报告.txt"]],
      [{ terms: ["strasse"], types: ["text"] }, []],
      [{ custodians: ["Somebody"] }, []],
    ];
    for (const [rules, expected] of scoped) {
      const answer = rule(rules);
      expect(paths(answer)).toEqual(expected);
      expect(answer.counts).toMatchObject({ items: expected.length, outOfScope: all - expected.length });
    }
    expect(rule({ folders: ["docs/a.zip"] }, "invoice").counts).toMatchObject({ items: 1, contents: 1, outOfScope: 1 });
    const owned = newCase({ A: [doc("x", "word")] }, { custodian: "Müller" });
    expect(search(owned, "word", { ...noScopeRules, custodians: ["MULLER"] }).counts.items).toBe(1);
    expect(search(owned, "word", { ...noScopeRules, custodians: ["other"] }).counts).toMatchObject({
      items: 0,
      contents: 0,
      outOfScope: 1,
    });
  });

  it("treats whatever is typed as words", () => {
    for (const typed of [
      `"x' OR 1=1 --"`,
      '"name : strasse"',
      '"strasse* OR lodz"',
      '"NEAR(strasse lodz)"',
      '"{name} : x"',
      "'DROP TABLE item;--",
      'path:"%"',
      'path:"_"',
      "type:'",
      "+strasse+x",
    ]) {
      const answer = search(mixed, typed);
      expect([typed, answer.counts.items]).toEqual([typed, 0]);
    }
    expect(search(mixed, "*").counts.items).toBe(6);
  });

  it("reads while a writer is at work, and only what it committed", () => {
    const busy = newCase({ A: [doc("one", "word")] });
    const writer = WorkFileWriter.open(busy.paths.items("A"), { exhibit: "A", profile: "p" });
    writer.plan([{ key: "v", order: 5, path: "v", size: 1 }]);
    writer.addItems("v", [itemRow("two", "word two")]);
    writer.addContent(preparedContent("word two"));
    expect(search(busy, "word").counts.items).toBe(1);
    writer.flush();
    const answer = search(busy, "word");
    expect([answer.counts.items, answer.notSearched.pendingUnits]).toEqual([2, 1]);
    writer.close();
  });

  it("refuses a cursor that is none and an index of another fold", () => {
    const code = (work: () => unknown) => {
      try {
        work();
      } catch (error) {
        return isOperatorError(error) ? error.code : error;
      }
      return null;
    };
    expect(code(() => searchCase(mixed, "x", { after: "bogus", scope: noScopeRules }))).toBe("search/cursor");
    expect(code(() => searchCase(mixed, "x", { after: "W10", scope: noScopeRules }))).toBe("search/cursor");
  });

  it("gives CSV with as many cells in every row as the header, and CR LF ends", () => {
    const hostile = newCase({ A: [doc('=1+1,"x"\n.txt', 'word\r\nword, "q"')] });
    const csv = csvOfAnswer(search(hostile, "word"));
    const rows = csv.split("\r\n");
    expect(rows.pop()).toBe("");
    const cells = rows.map((row) => row.match(/"(?:[^"]|"")*"(?=,|$)/g)?.length);
    expect(new Set(cells)).toEqual(new Set([22]));
    expect(csv).toContain('word word, ""q""');
  });
});
