/** What documents do not show is named as a field; who changed and commented is, too; earlier states are told apart. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import type { Extractor } from "../../../native-free/model/extraction.ts";
import { odfExtractor } from "../../../native-free/extractors/odf/extractor.ts";
import { ooxmlExtractor } from "../../../native-free/extractors/ooxml/extractor.ts";
import { pdfExtractor } from "../../../native-free/extractors/pdf/extractor.ts";
import { earlierEnds } from "../../../native-free/extractors/pdf/revisions.ts";
import { codesOf, readWith, sharedData, textUnder } from "../../fixtures/extraction-reader.ts";
import { documentWords } from "../../fixtures/hidden-words/documents.ts";
import { pageObjects, pdfFile, pdfUpdate, plainCatalog } from "../../fixtures/pdf-writer.ts";

const file = (name: string): Uint8Array => documentWords.find((each) => each.name === name)!.bytes;

describe("parts that are not shown", () => {
  const cases: readonly (readonly [name: string, reader: Extractor, hidden: string])[] = [
    ["hidden.xlsx", ooxmlExtractor, "sheet Two"],
    ["very-hidden.xlsx", ooxmlExtractor, "very hidden sheet Two"],
    ["column.xlsx", ooxmlExtractor, "1 columns of sheet Two"],
    ["hidden.pptx", ooxmlExtractor, "slide 2"],
    ["shape.vsdx", ooxmlExtractor, "background page Cellar"],
    ["section.odt", odfExtractor, "section Cellar"],
    ["hidden.ods", odfExtractor, "sheet Shadow"],
    ["layer.pdf", pdfExtractor, "layer Cellar"],
  ];
  for (const [name, reader, hidden] of cases) {
    it(`are named: ${hidden} of ${name}`, async () => {
      const { fields, statuses } = await readWith(reader, file(name));
      expect([fields["hiddenPart"], statuses]).toEqual([[hidden], []]);
    });
  }

  it("are not made up", async () => {
    for (const name of ["comment.xlsx", "notes.pptx"]) {
      expect((await readWith(ooxmlExtractor, file(name))).fields["hiddenPart"]).toBeUndefined();
    }
    expect((await readWith(odfExtractor, file("annotation.odt"))).fields["hiddenPart"]).toBeUndefined();
    expect((await readWith(pdfExtractor, file("annotation.pdf"))).fields["hiddenPart"]).toBeUndefined();
  });
});

describe("authors of changes and comments", () => {
  const cases: readonly (readonly [name: string, reader: Extractor, author: string])[] = [
    ["deletion.docx", ooxmlExtractor, "Anna"],
    ["comment.docx", ooxmlExtractor, "Rita"],
    ["comment.xlsx", ooxmlExtractor, "Rita"],
    ["thread.xlsx", ooxmlExtractor, "Rita"],
    ["comment.vsdx", ooxmlExtractor, "Rita"],
    ["insertion.odt", odfExtractor, "Anna"],
    ["annotation.odt", odfExtractor, "Rita"],
    ["annotation.pdf", pdfExtractor, "Rita"],
  ];
  for (const [name, reader, author] of cases) {
    it(`are named: ${author} in ${name}`, async () => {
      expect((await readWith(reader, file(name))).fields["changeAuthor"]).toEqual([author]);
    });
  }
});

describe("earlier states of a PDF", () => {
  const first = pdfFile({ 1: plainCatalog, ...pageObjects("first words"), 10: "<</Title(Old)>>" }, "/Info 10 0 R");
  const second = pdfUpdate(first, { 4: pageObjects("second words")[4]!, 10: "<</Title(New)>>" }, "/Info 10 0 R");
  const third = pdfUpdate(second, { 4: pageObjects("last words")[4]! }, "/Info 10 0 R");

  it("give what they alone show", async () => {
    const result = await readWith(pdfExtractor, third);
    expect(textUnder(result, "page 1")).toBe("last words");
    expect(textUnder(result, "revision 1, page 1")).toBe("first words\n");
    expect(textUnder(result, "revision 2, page 1")).toBe("second words\n");
    expect(textUnder(result, "revision 1, properties")).toBe("title: Old\n");
    expect(result.fields["title"]).toEqual(["New"]);
    expect(result.findings).toMatchObject([{ code: "pdf/revisions", params: { revisions: 2, read: 2 } }]);
  });

  it("are found at their ends, and not at those of documents inside", () => {
    expect(earlierEnds(third)).toEqual([first.length - 1, second.length - 1]);
    expect(earlierEnds(first)).toEqual([]);
    const holder = pdfFile({
      1: plainCatalog,
      ...pageObjects("x"),
      11: { entries: "/Type/EmbeddedFile", data: third },
    });
    expect(earlierEnds(holder)).toEqual([]);
    expect(earlierEnds(Buffer.alloc(0))).toEqual([]);
  });

  it("of real files are read", async (context) => {
    const bytes = sharedData("typed/binwalk/tests/inputs/pdf.bin");
    if (!bytes) return context.skip("shared test data are absent");
    const { findings, statuses } = await readWith(pdfExtractor, bytes);
    expect([codesOf(findings), statuses]).toEqual([["pdf/revisions"], []]);
    return undefined;
  });
});

describe("drawings and fixed pages of real makers", () => {
  it("are read", async (context) => {
    const xps = sharedData("documents/oletools/tests/test-data/other/presentation.xps");
    const visio = sharedData("typed/file-type/fixture/fixture-vsdx.vsdx");
    if (!xps || !visio) return context.skip("shared test data are absent");
    const pages = await readWith(ooxmlExtractor, xps);
    expect([pages.statuses, pages.fields["pageCount"]]).toEqual([[], ["3"]]);
    expect(textUnder(pages, "page 2")).toContain("Müssen gestoppt werden");
    expect([pages.fields["title"], pages.fields["author"]]).toEqual([["Präsentation"], ["schulung"]]);
    const drawing = await readWith(ooxmlExtractor, visio);
    expect([drawing.statuses, drawing.thrown]).toEqual([[], null]);
    return undefined;
  });
});
