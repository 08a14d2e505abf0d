/** Generated documents of Office 97 to 2003: every part of them that readers tell apart. */
import { describe, expect, it } from "vitest";
import { docExtractor } from "../../../native-free/extractors/doc/extractor.ts";
import { pptExtractor } from "../../../native-free/extractors/ppt/extractor.ts";
import { rtfExtractor } from "../../../native-free/extractors/rtf/extractor.ts";
import { xlsExtractor } from "../../../native-free/extractors/xls/extractor.ts";
import { codesOf, type ReadResult, readWith } from "../../fixtures/extraction-reader.ts";
import { presentation, richText, wordDocument, workbook } from "../../fixtures/office-writer.ts";

const options = { passwords: [], beside: null };
const textsOf = ({ texts }: ReadResult): Record<string, string> =>
  Object.fromEntries(texts.map(({ label, text }) => [label ?? "", text]));

describe("a workbook", () => {
  it("gives visible, hidden and very hidden sheets, formulas, comments, names and strings of no cell", async () => {
    const read = await readWith(xlsExtractor, workbook(), options);
    expect(textsOf(read)).toEqual({
      "sheet Accounts": "plain\tcut by the end of a record\n2024-01-01\t42\nmade42\n",
      "formulas of sheet Accounts": 'A3 ="made"&B2\n',
      "comments of sheet Accounts": "[A3, Ann Auditor] look here\n",
      "hidden sheet Hidden": "tucked away\n",
      "very hidden sheet Deeper": "buried δεδομένα\n",
      "defined names": "Secret = (-7*A1)\n",
      "strings of no cell": "left over\n",
    });
    expect(read.fields).toEqual({
      changeAuthor: ["Ann Auditor"],
      hiddenPart: ["2 columns of sheet Accounts", "hidden sheet Hidden", "very hidden sheet Deeper"],
    });
    expect([read.statuses, read.findings]).toEqual([[], []]);
  });

  it("whose directory is cut away still gives its cells", async () => {
    const bytes = workbook();
    const read = await readWith(xlsExtractor, bytes.subarray(0, 512 + 4200), options);
    expect(textsOf(read)["very hidden sheet Deeper"]).toBe("buried δεδομένα\n");
    expect(codesOf(read.findings)).toContain("document/no-main-part");
    expect(read.statuses).toContain("partial:damaged");
  });
});

describe("a Word document", () => {
  it("gives text, notes, comments, deleted words with their authors, history and objects", async () => {
    const read = await readWith(docExtractor, wordDocument(), options);
    expect(textsOf(read)).toEqual({
      "": "Shown words. More: Ελληνικά\n",
      "deleted text by Bob": "gone! \n",
      footnotes: "note text\n",
      comments: "[Ann Auditor] remark\n\n",
      "saved by": "Bob\tE:\\secret\\plan.doc\n",
    });
    expect(read.fields).toEqual({
      changeAuthor: ["Bob", "Ann Auditor"],
      originalPath: ["E:\\secret\\plan.doc", "C:\\Users\\ann\\secret.txt"],
    });
    expect(read.children.map(({ child, bytes }) => [child.name.text, bytes.toString()])).toEqual([
      ["secret.txt", "hidden in an object"],
    ]);
  });
});

describe("a presentation", () => {
  it("gives slides in order, hidden ones, notes, comments and what an earlier edit left", async () => {
    const read = await readWith(pptExtractor, presentation(), options);
    expect(textsOf(read)).toEqual({
      "slide 1": "Outline of one\nΣχέδιο\n",
      "hidden slide 2": "not for the audience\n",
      "comment on hidden slide 2": "[Ann Auditor, 2003-05-12T09:30:00] check this figure\n",
      "notes 1": "say this aloud\n",
      "earlier version of slide": "first draft of the plan\n",
    });
    expect(read.fields["hiddenPart"]).toEqual(["hidden slide 2", "earlier version of slide"]);
    expect(read.fields["lastModifiedBy"]).toEqual(["Ann"]);
  });
});

describe("rich text", () => {
  it("gives characters of several sets, notes, comments, deleted words, fields, objects and pictures", async () => {
    const read = await readWith(rtfExtractor, richText(), options);
    expect(textsOf(read)).toEqual({
      "": "Café Αθ Ωmega.\na linkshown",
      "deleted text by Bob": "taken out",
      "field codes": 'HYPERLINK "http://example.org/x"\n',
      footnotes: "a note\n",
      comments: "[Ann Auditor] a remark\n",
    });
    expect(read.fields).toEqual({
      title: ["A plan"],
      author: ["Ann Auditor"],
      lastModifiedBy: ["Bob"],
      created: ["2004-03-02T09:05"],
      company: ["Example"],
      software: ["Writer 1"],
      changeAuthor: ["Bob", "Ann Auditor"],
      originalPath: ["D:\\work\\memo.txt"],
    });
    expect(read.children.map(({ child, bytes }) => [child.name.text, bytes.toString("latin1")])).toEqual([
      ["memo.txt", "memo in a package"],
      ["picture-1.png", "\x89PNG\r\n\x1a\n"],
      ["picture-2.jpg", "\xff\xd8}{"],
      ["bytes-after-document", "\\par end}"],
    ]);
  });

  it("that ends inside of binary data ends there", async () => {
    const read = await readWith(rtfExtractor, Buffer.from("{\\rtf1 words{\\pict\\bin900 \x01\x02", "latin1"), options);
    expect(textsOf(read)).toEqual({ "": "words" });
    expect(read.children.map(({ bytes }) => bytes.length)).toEqual([2]);
  });

  it("whose groups do not end says so", async () => {
    const read = await readWith(rtfExtractor, Buffer.from("{\\rtf1 {\\b left open"), options);
    expect(textsOf(read)).toEqual({ "": "left open" });
    expect([codesOf(read.findings), read.statuses]).toEqual([["document/damaged"], ["partial:damaged"]]);
  });
});

describe("streams that no reader knows", () => {
  it("are children of their documents, with what is odd about them", async () => {
    const { writeCompound } = await import("../../fixtures/compound-writer.ts");
    const bytes = writeCompound([
      { path: "PowerPoint Document", bytes: Buffer.alloc(4096) },
      { path: "Hidden/notes", bytes: Buffer.from("put away") },
      { path: "\u0001CompObj", bytes: Buffer.alloc(8) },
    ]);
    const { children } = await readWith(pptExtractor, bytes, options);
    expect(children.map(({ child, bytes: content }) => [child.name.text, content.toString()])).toEqual([
      ["Hidden/notes", "put away"],
    ]);
  });
});
