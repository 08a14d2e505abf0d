/** Office Open XML (ECMA-376) documents with what investigators look for: comments, tracked changes, hidden sheets, notes. */
import { partsZip } from "./archive.ts";
import type { Sample } from "./sample.ts";

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packageTypes = "application/vnd.openxmlformats-officedocument";

type Relation = readonly [id: string, type: string, target: string];

function relations(list: readonly Relation[]): string {
  const lines = list.map(([id, type, target]) => {
    const kind = type.includes(":") ? type : `${office}/${type}`;
    return `<Relationship Id="${id}" Type="${kind}" Target="${target}"/>`;
  });
  return `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${lines.join("")}</Relationships>`;
}

function contentTypes(overrides: Readonly<Record<string, string>>): string {
  const all = {
    ...overrides,
    "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    "/docProps/app.xml": `${packageTypes}.extended-properties+xml`,
  };
  const lines = Object.entries(all).map(([part, type]) => `<Override PartName="${part}" ContentType="${type}"/>`);
  return `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${lines.join("")}</Types>`;
}

interface About {
  readonly title: string;
  readonly author: string;
  readonly savedBy: string;
}

/** The parts that every package has; `main` is the target of the office document relation. */
function shell(main: string, types: Readonly<Record<string, string>>, about: About): Record<string, string> {
  const core = "http://schemas.openxmlformats.org/package/2006";
  return {
    "[Content_Types].xml": contentTypes(types),
    "_rels/.rels": relations([
      ["rId1", "officeDocument", main],
      ["rId2", `${core}/relationships/metadata/core-properties`, "docProps/core.xml"],
      ["rId3", "extended-properties", "docProps/app.xml"],
    ]),
    "docProps/core.xml": `${head}<cp:coreProperties xmlns:cp="${core}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${about.title}</dc:title><dc:creator>${about.author}</dc:creator><cp:lastModifiedBy>${about.savedBy}</cp:lastModifiedBy><dcterms:created xsi:type="dcterms:W3CDTF">2026-01-19T09:30:00Z</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">2026-02-02T16:45:00Z</dcterms:modified></cp:coreProperties>`,
    "docProps/app.xml": `${head}<Properties xmlns="${"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"}"><Application>Quillmere Writer</Application><Company>Quillmere Import and Transit</Company></Properties>`,
  };
}

const wordNamespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const run = (text: string) => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (inner: string) => `<w:p>${inner}</w:p>`;
const change = 'w:id="7" w:author="Odalrik Fernsby-Quast" w:date="2026-01-20T10:00:00Z"';

/** A word processing document of the given paragraphs; with `reviewed`, also a comment, tracked changes and a table. */
export function wordDocument(about: About, paragraphs: readonly string[], reviewed = false): Uint8Array {
  const wordType = `${packageTypes}.wordprocessingml`;
  const types: Record<string, string> = { "/word/document.xml": `${wordType}.document.main+xml` };
  if (reviewed) types["/word/comments.xml"] = `${wordType}.comments+xml`;
  const row = (cells: readonly string[]) =>
    `<w:tr>${cells.map((cell) => `<w:tc>${paragraph(run(cell))}</w:tc>`).join("")}</w:tr>`;
  const extras = reviewed
    ? paragraph(
        `${run("The declared value is ")}<w:del ${change}><w:r><w:delText>Mumblethorpe 48,000</w:delText></w:r></w:del><w:ins ${change}>${run("Grindlewick 12,000")}</w:ins><w:commentRangeStart w:id="1"/>${run(" euro.")}<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>`,
      ) + `<w:tbl>${row(["Container", "Weight"])}${row(["CSQU3054383", "Pondergrumble 21,480 kg"])}</w:tbl>`
    : "";
  const body = paragraphs.map((text) => paragraph(run(text))).join("") + extras;
  const parts: Record<string, string> = {
    ...shell("word/document.xml", types, about),
    "word/document.xml": `${head}<w:document ${wordNamespace}><w:body>${body}<w:sectPr/></w:body></w:document>`,
  };
  if (reviewed) {
    parts["word/_rels/document.xml.rels"] = relations([["rId1", "comments", "comments.xml"]]);
    parts["word/comments.xml"] =
      `${head}<w:comments ${wordNamespace}><w:comment w:id="1" w:author="Zenobia Halvorqvist" w:date="2026-01-21T11:00:00Z">${paragraph(run("Who decided this? Whisperfinch knows."))}</w:comment></w:comments>`;
  }
  return partsZip(parts);
}

const sheetNamespace = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';

function workbook(about: About): Uint8Array {
  const type = `${packageTypes}.spreadsheetml`;
  const strings = ["Invoice", "Amount", "Bramblecoin ledger", "Total"];
  const shared = strings.map((text) => `<si><t>${text}</t></si>`).join("");
  const sheet = (rows: string) => `${head}<worksheet ${sheetNamespace}><sheetData>${rows}</sheetData></worksheet>`;
  const name = (index: number, title: string, more = "") =>
    `<sheet name="${title}" sheetId="${index}" ${more}r:id="rId${index}"/>`;
  return partsZip({
    ...shell(
      "xl/workbook.xml",
      {
        "/xl/workbook.xml": `${type}.sheet.main+xml`,
        "/xl/worksheets/sheet1.xml": `${type}.worksheet+xml`,
        "/xl/worksheets/sheet2.xml": `${type}.worksheet+xml`,
        "/xl/sharedStrings.xml": `${type}.sharedStrings+xml`,
      },
      about,
    ),
    "xl/workbook.xml": `${head}<workbook ${sheetNamespace} xmlns:r="${office}"><sheets>${name(1, "Invoices")}${name(2, "Second books", 'state="hidden" ')}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations([
      ["rId1", "worksheet", "worksheets/sheet1.xml"],
      ["rId2", "worksheet", "worksheets/sheet2.xml"],
      ["rId3", "sharedStrings", "sharedStrings.xml"],
    ]),
    "xl/sharedStrings.xml": `${head}<sst ${sheetNamespace} count="4" uniqueCount="4">${shared}</sst>`,
    "xl/worksheets/sheet1.xml": sheet(
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>Snickerbolt 17</t></is></c><c r="B2"><v>1250.5</v></c></row><row r="3"><c r="A3" t="s"><v>3</v></c><c r="B3"><f>SUM(B2:B2)*2</f><v>2501</v></c></row>',
    ),
    "xl/worksheets/sheet2.xml": sheet('<row r="1"><c r="A1" t="s"><v>2</v></c><c r="B1"><v>987654</v></c></row>'),
  });
}

function presentation(about: About): Uint8Array {
  const type = `${packageTypes}.presentationml`;
  const spaces = `xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="${office}"`;
  const shape = (text: string) =>
    `<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id="2" name="Text"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld>`;
  return partsZip({
    ...shell(
      "ppt/presentation.xml",
      {
        "/ppt/presentation.xml": `${type}.presentation.main+xml`,
        "/ppt/slides/slide1.xml": `${type}.slide+xml`,
        "/ppt/notesSlides/notesSlide1.xml": `${type}.notesSlide+xml`,
      },
      about,
    ),
    "ppt/presentation.xml": `${head}<p:presentation ${spaces}><p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>`,
    "ppt/_rels/presentation.xml.rels": relations([["rId1", "slide", "slides/slide1.xml"]]),
    "ppt/slides/slide1.xml": `${head}<p:sld ${spaces}>${shape("New routes: Fiddlewharf to Port Ambrine")}</p:sld>`,
    "ppt/slides/_rels/slide1.xml.rels": relations([["rId1", "notesSlide", "../notesSlides/notesSlide1.xml"]]),
    "ppt/notesSlides/notesSlide1.xml": `${head}<p:notes ${spaces}>${shape("Do not mention the Crumbleweir agreement.")}</p:notes>`,
    "ppt/notesSlides/_rels/notesSlide1.xml.rels": relations([["rId1", "slide", "../slides/slide1.xml"]]),
  });
}

export function officeSamples(): Sample[] {
  const odalrik = { author: "Odalrik Fernsby-Quast", savedBy: "Zenobia Halvorqvist" };
  const declared = { author: odalrik.author, lastModifiedBy: odalrik.savedBy, created: "2026-01-19T09:30:00Z" };
  return [
    {
      path: "contracts/Transit agreement.docx",
      data: wordDocument(
        { title: "Transit agreement", ...odalrik },
        [
          "Agreement between Quillmere Import and Transit and Brackenfold Shipping.",
          "Clause 4: the Dapplegrove rule applies.",
        ],
        true,
      ),
      expect: {
        type: "docx",
        status: "done",
        words: ["Dapplegrove", "Grindlewick", "Mumblethorpe", "Whisperfinch", "Pondergrumble"],
        fields: { title: "Transit agreement", ...declared },
        language: "en",
      },
    },
    {
      path: "accounts/Invoices 2026.xlsx",
      data: workbook({ title: "Invoices", ...odalrik }),
      expect: {
        type: "xlsx",
        status: "done",
        words: ["Snickerbolt", "Bramblecoin", "2501"],
        fields: { title: "Invoices", ...declared },
      },
    },
    {
      path: "marketing/Routes.pptx",
      data: presentation({ title: "Routes", ...odalrik }),
      expect: {
        type: "pptx",
        status: "done",
        words: ["Fiddlewharf", "Crumbleweir"],
        fields: { title: "Routes", ...declared },
      },
    },
  ];
}
