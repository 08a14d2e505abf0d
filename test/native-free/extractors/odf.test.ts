/** OpenDocument files of our own making. */
import { describe, expect, it } from "vitest";
import { odfExtractor } from "../../../native-free/extractors/odf/extractor.ts";
import { codesOf, readWith, textUnder } from "../../fixtures/extraction-reader.ts";
import { flatText, odpContent, odsContent, odtContent, openDocument } from "../../fixtures/office-parts.ts";

describe("OpenDocument text", () => {
  it("gives text of every place under its label", async () => {
    const result = await readWith(odfExtractor, openDocument());
    expect([result.thrown, result.statuses, result.findings]).toEqual([null, [], []]);
    expect(textUnder(result, null)).toBe("Heading\none   two\tthree\nfour five after the comment\nlink\n");
    expect(textUnder(result, "comment")).toBe("Rita Rüge\n2024-03-02T09:00:00\ncomment words\n");
    expect(textUnder(result, "deleted text")).toBe("Anna\n2024-01-01\nremoved words\n");
    expect(textUnder(result, "endnote")).toBe("endnote words\n");
    expect(textUnder(result, "sheet Tabelle1")).toBe("c1\t2\na seized lorry\n");
    expect(textUnder(result, "formulas of sheet Tabelle1")).toBe("of:=1+1\n");
    expect(textUnder(result, "header")).toBe("header words\n");
    expect(textUnder(result, "links")).toBe("https://example.test/odt\n");
  });

  it("gives metadata as fields and pictures as children", async () => {
    const { fields, languages, children } = await readWith(odfExtractor, openDocument());
    expect(fields).toEqual({
      title: ["Titel"],
      author: ["Anna Autorin"],
      lastModifiedBy: ["Karl"],
      created: ["2024-03-01T08:00:00"],
      language: ["de-AT"],
      custom: ["Akte: 7"],
      pageCount: ["2"],
      wordCount: ["9"],
      changeAuthor: ["Anna", "Rita Rüge"],
    });
    expect(languages).toEqual(["de"]);
    expect(children.map(({ child, bytes }) => [child.name.text, bytes.toString()])).toEqual([
      ["Pictures/1.png", "not really a picture"],
    ]);
  });

  it("reads embedded objects and flat documents", async () => {
    const result = await readWith(odfExtractor, openDocument({ "Object 1/content.xml": odtContent }));
    expect(textUnder(result, "embedded object")).toContain("Heading");
    const flat = await readWith(odfExtractor, Buffer.from(flatText));
    expect(textUnder(flat, null)).toBe("flat words\n");
    expect(flat.fields["author"]).toEqual(["Anna Autorin"]);
  });

  it("says that it is encrypted, and gives none of the cipher text", async () => {
    const manifest = `<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`;
    const result = await readWith(
      odfExtractor,
      openDocument({ "META-INF/manifest.xml": manifest, "content.xml": "\u0001\u0002" }),
    );
    expect(codesOf(result.findings)).toEqual(["document/encrypted"]);
    expect(result.statuses).toEqual(["failed:encrypted"]);
    expect(result.fields["title"]).toEqual(["Titel"]);
  });

  it("keeps what stands before damage and says so", async () => {
    const result = await readWith(odfExtractor, openDocument({ "content.xml": odtContent.slice(0, 900) }));
    expect(textUnder(result, null)).toContain("Heading");
    expect(codesOf(result.findings)).toEqual(["document/xml-damaged"]);
    expect(result.statuses).toEqual(["partial:damaged"]);
    const none = await readWith(odfExtractor, Buffer.from("PK\u0003\u0004"));
    expect(none.thrown).toBe("zip/damaged");
  });
});

describe("OpenDocument spreadsheets and presentations", () => {
  it("give cells as rows, and hidden sheets as such", async () => {
    const result = await readWith(odfExtractor, openDocument({ "content.xml": odsContent }));
    expect(textUnder(result, "sheet Open")).toBe("1,5\t2024-03-01\n");
    expect(textUnder(result, "hidden sheet Shadow")).toBe("kept from view\n");
  });

  it("give slides with their notes", async () => {
    const result = await readWith(odfExtractor, openDocument({ "content.xml": odpContent }));
    expect(textUnder(result, "slide 1")).toBe("on slide one\n");
    expect(textUnder(result, "notes 1")).toBe("note one\n");
    expect(textUnder(result, "slide 2")).toBe("on slide two\n");
  });
});
