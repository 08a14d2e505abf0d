/** OOXML documents of our own making: every place that can hold text, and what happens when parts are wrong. */
import { describe, expect, it } from "vitest";
import { formatSerial } from "../../../native-free/extractors/ooxml/cell-format.ts";
import { ooxmlExtractor } from "../../../native-free/extractors/ooxml/extractor.ts";
import { codesOf, readWith, sharedData, textUnder } from "../../fixtures/extraction-reader.ts";
import {
  office,
  presentation,
  properties,
  relations,
  sheetParts,
  wordDocument,
  wordParts,
  workbook,
} from "../../fixtures/office-parts.ts";
import { zip } from "../../fixtures/zip-writer.ts";

describe("word processing documents", () => {
  it("give text of every place under its label", async () => {
    const result = await readWith(ooxmlExtractor, wordDocument());
    expect([result.thrown, result.statuses, result.findings]).toEqual([null, [], []]);
    expect(textUnder(result, null)).toBe(
      "First paragraph\ttabbed\ninserted words\nhidden words\ncell one\ncell two\nboxed words\n",
    );
    expect(textUnder(result, "deleted text")).toBe("removed words\n");
    expect(textUnder(result, "inserted text")).toBe("inserted words\n");
    expect(textUnder(result, "hidden text")).toBe("hidden words\n");
    expect(textUnder(result, "field code")).toBe(`HYPERLINK "https://example.test/secret"\n`);
    expect(textUnder(result, "header")).toBe("header words\n");
    expect(textUnder(result, "footer")).toBe("footer words\n");
    expect(textUnder(result, "footnote")).toBe("footnote words\n");
    expect(textUnder(result, "comment")).toBe("[Rita Rüge, 2024-03-02T09:00:00Z]\ncomment words\n");
    expect(textUnder(result, "alternative text")).toBe("a seized lorry\n");
    expect(textUnder(result, "links")).toBe("https://example.test/linked\n");
  });

  it("give properties as fields and what they embed as children", async () => {
    const { fields, children } = await readWith(ooxmlExtractor, wordDocument());
    expect(fields).toEqual({
      title: ["Über uns & mehr"],
      author: ["Anna Autorin"],
      lastModifiedBy: ["Karl Käufer"],
      created: ["2024-03-01T08:00:00Z"],
      keywords: ["zoll;wein"],
      software: ["Testoffice"],
      company: ["Muster GmbH"],
      pageCount: ["3"],
      custom: ["Aktenzeichen: 2402-20"],
      changeAuthor: ["B", "Rita Rüge"],
    });
    expect(children.map(({ child, bytes }) => [child.name.text, child.origin, bytes.toString()])).toEqual([
      ["word/media/image1.png", "embedded", "not really a picture"],
      ["word/vbaProject.bin", "embedded", "not really macros"],
    ]);
  });

  it("are read by part names where relationships are missing", async () => {
    const { "word/_rels/document.xml.rels": _, ...parts } = wordParts;
    const bytes = zip(Object.entries({ ...properties, ...parts }).map(([name, data]) => ({ name, data })));
    const result = await readWith(ooxmlExtractor, bytes);
    expect(textUnder(result, null)).toContain("First paragraph");
    expect(textUnder(result, "comment")).toContain("comment words");
    expect(result.fields["author"]).toEqual(["Anna Autorin"]);
  });

  it("are read in UTF-16 and in the strict variant", async () => {
    const strict = `<?xml version="1.0" encoding="UTF-16"?><w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r><w:t>strict Größe</w:t></w:r></w:p></w:body></w:document>`;
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(strict, "utf16le")]);
    const result = await readWith(ooxmlExtractor, office("word/document.xml", { "word/document.xml": utf16 }));
    expect(textUnder(result, null)).toBe("strict Größe\n");
    expect(result.statuses).toEqual([]);
  });

  it("keep what stands before damage and say so", async () => {
    const cut = (wordParts["word/document.xml"] ?? "").slice(0, 420);
    const result = await readWith(ooxmlExtractor, wordDocument({ "word/document.xml": cut }));
    expect(textUnder(result, null)).toContain("First paragraph");
    expect(result.findings).toMatchObject([
      { code: "document/xml-damaged", params: { part: "document", problem: "unclosed" } },
    ]);
    expect(result.statuses).toEqual(["partial:damaged"]);
    const headless = await readWith(ooxmlExtractor, office("word/none.xml", properties));
    expect(codesOf(headless.findings)).toEqual(["document/no-main-part"]);
    expect(headless.fields["title"]).toEqual(["Über uns & mehr"]);
  });

  it("say where a part has no readable data", async () => {
    const bytes = zip([{ name: "word/document.xml", data: "x", flags: 1 }]);
    const result = await readWith(ooxmlExtractor, bytes);
    expect(codesOf(result.findings)).toEqual(["document/part-unreadable", "document/xml-damaged"]);
    expect(result.statuses).toContain("partial:encrypted");
  });
});

describe("hostile markup", () => {
  const body = (text: string): string =>
    `<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`;

  it("expands no entity and follows no document type", async () => {
    const laughs = `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>`;
    const result = await readWith(
      ooxmlExtractor,
      wordDocument({ "word/document.xml": laughs + body("&b;&f; ok &amp; &#x41;") }),
    );
    expect(textUnder(result, null)).toBe("&b;&f; ok & A\n");
    expect(codesOf(result.findings)).toEqual(["document/doctype", "document/xml-damaged"]);
  });

  it("stops at the limit of text, and at the limit of a part that has none", async () => {
    const long = body("lorem ipsum </w:t></w:r></w:p><w:p><w:r><w:t>".repeat(200_000));
    const texts = await readWith(ooxmlExtractor, wordDocument({ "word/document.xml": long }), {
      textLimitChars: 10_000,
    });
    const chars = texts.texts.reduce((total, { text }) => total + text.length, 0);
    expect(chars).toBeGreaterThan(10_000);
    expect(chars).toBeLessThan(400_000);
    const empty = body("</w:t><w:t>".repeat(1_000_000));
    const markup = await readWith(ooxmlExtractor, wordDocument({ "word/document.xml": empty }), {
      textLimitChars: 10_000,
    });
    expect(codesOf(markup.findings)).toContain("document/part-limit");
    expect(markup.statuses).toContain("partial:budget");
  });

  it("multiplies no shared string beyond the limit of text", async () => {
    const cells = `<c t="s"><v>0</v></c>`.repeat(20_000);
    const bytes = office("xl/workbook.xml", {
      ...sheetParts,
      "xl/sharedStrings.xml": `<sst><si><t>${"x".repeat(100_000)}</t></si></sst>`,
      "xl/worksheets/sheet1.xml": `<worksheet><sheetData><row>${cells}</row></sheetData></worksheet>`,
    });
    const { texts } = await readWith(ooxmlExtractor, bytes, { textLimitChars: 1_000_000 });
    expect(texts.reduce((total, { text }) => total + text.length, 0)).toBeLessThan(3_000_000);
  });
});

describe("workbooks", () => {
  it("give cells as rows, dates as dates, hidden sheets as such", async () => {
    const result = await readWith(ooxmlExtractor, workbook());
    expect([result.thrown, result.statuses, result.findings]).toEqual([null, [], []]);
    expect(textUnder(result, "sheet Totals")).toBe(
      "shared one\trich text\tinline\n42.5\t2024-03-01\t2024-03-01T12:00:00\t45352\t18:00:00\nsecret\tTRUE\t#REF!\t99\ntext box on sheet\n",
    );
    expect(textUnder(result, "very hidden sheet Shadow")).toBe("kept from view\n");
    expect(textUnder(result, "formulas of sheet Totals")).toBe(`A3 =CONCAT("se","cret")\n`);
    expect(textUnder(result, "settings of sheet Totals")).toBe("&CPage header\n");
    expect(textUnder(result, "comments of sheet Totals")).toBe("[B2, Rita] check this date\n");
    expect(textUnder(result, "defined names")).toBe("Rate = Totals!$A$1\n");
    expect(textUnder(result, "strings of no cell")).toBe("left behind\n");
    expect(textUnder(result, "pivot cache")).toBe("Karl\nold supplier\n");
  });

  it("count days as the two systems do", () => {
    expect(formatSerial(1, false)).toBe("1900-01-01");
    expect(formatSerial(59, false)).toBe("1900-02-28");
    expect(formatSerial(61, false)).toBe("1900-03-01");
    expect(formatSerial(45352, false)).toBe("2024-03-01");
    expect(formatSerial(43890, true)).toBe("2024-03-01");
    expect(formatSerial(0.5, false)).toBe("12:00:00");
    expect(formatSerial(-1, false)).toBeNull();
    expect(formatSerial(1e9, false)).toBeNull();
  });

  it("are read in the binary form, with embedded files as children", async (context) => {
    const bytes = sharedData("documents/oletools/tests/test-data/oleobj/embedded-simple-2007.xlsb");
    const links = sharedData("documents/oletools/tests/test-data/msodde/dde-test.xlsb");
    if (!bytes || !links) return context.skip("shared test data are absent");
    const result = await readWith(ooxmlExtractor, bytes);
    expect([result.findings, result.statuses]).toEqual([[], []]);
    expect(textUnder(result, "sheet Tabelle1")).toBe(
      "This spreadsheet contains an embedded object\nHave fun parsing :-)\n",
    );
    expect(result.children.map(({ child }) => child.name.text)).toContain("xl/embeddings/oleObject1.bin");
    const dde = await readWith(ooxmlExtractor, links);
    expect(textUnder(dde, "sheet Tabelle1")).toContain("Long live open source!\n");
    return undefined;
  });
});

describe("presentations", () => {
  it("give slides in the order in which they are shown, with notes and comments", async () => {
    const result = await readWith(ooxmlExtractor, presentation());
    expect([result.thrown, result.statuses, result.findings]).toEqual([null, [], []]);
    expect(result.texts.map(({ label, text }) => [label, text])).toEqual([
      ["slide 1", "shown first\nsecond line\n"],
      ["notes 1", "speaker notes\n"],
      ["comment on slide 1", "[Rita, 2024-01-02T03:04:05]\nremark on slide\n"],
      ["hidden slide 2", "shown second\nsecond line\n"],
      ["slide master", "Muster GmbH confidential\n"],
    ]);
  });
});

describe("what others planted in documents", () => {
  it("is found: dynamic data exchange, macros, remote objects", async (context) => {
    const folder = "documents/oletools/tests/test-data";
    const dde = sharedData(`${folder}/msodde/dde-test.docx`);
    const macro = sharedData(`${folder}/excel4-macros/excel4_sample_macro.xlsm`);
    const remote = sharedData(`${folder}/oleobj/external_link/sample_with_external_link_to_doc.docx`);
    if (!dde || !macro || !remote) return context.skip("shared test data are absent");
    expect(textUnder(await readWith(ooxmlExtractor, dde), "field code")).toContain(
      "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe",
    );
    const formulas = textUnder(await readWith(ooxmlExtractor, macro), "formulas of macro sheet Macro1");
    expect(formulas).toContain("=ALERT(");
    expect(textUnder(await readWith(ooxmlExtractor, remote), "links")).toContain("https://raw.githubusercontent.com/");
    return undefined;
  });

  it("does not hide behind a damaged list of relationships", async () => {
    const bytes = wordDocument({
      "word/_rels/document.xml.rels": relations(["a", "header", "header1.xml"]).slice(0, -30),
    });
    const result = await readWith(ooxmlExtractor, bytes);
    expect(textUnder(result, "comment")).toContain("comment words");
    expect(codesOf(result.findings)).toEqual(["document/xml-damaged"]);
  });
});
