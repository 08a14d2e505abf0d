/**
 * SpreadsheetML (ECMA-376 part 1, clause 18): sheets in their order, hidden ones named as such, formulas, names,
 * comments, text of drawings, cached data of pivot tables and external links (often of other files). Binary workbooks
 * (xlsb, MS-XLSB) have a reader of their own.
 */
import { partName, type ZipEntry } from "../../containers/zip-parts.ts";
import type { Extraction } from "../../model/extraction.ts";
import { readXmlPart, TextBlocks, type DocumentRun } from "../document-run.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";
import { readBinarySheets } from "./binary-sheets.ts";
import { CellFormats } from "./cell-format.ts";
import type { OoxmlPackage } from "./package.ts";
import { readComments, readPersons } from "./sheet-comments.ts";
import { SheetText, type SharedStrings } from "./sheet-text.ts";
import { readStrayText, readTextPart } from "./word.ts";

interface Workbook {
  readonly sheets: { name: string; id: string; hiding: string }[];
  is1904: boolean;
}

export async function* readSheets(pack: OoxmlPackage, run: DocumentRun, main: ZipEntry): AsyncGenerator<Extraction> {
  pack.handled.add(main);
  if (/\.bin$/i.test(partName(main))) return yield* readBinarySheets(pack, run, main);
  const book: Workbook = { sheets: [], is1904: false };
  yield* readXmlPart(run, main, "workbook", new WorkbookText(run, book));
  const shared = await readShared(pack, run, partName(main));
  for (const { name, hiding } of book.sheets) {
    if (hiding !== "") run.field("hiddenPart", `${hiding === "hidden " ? "" : hiding}sheet ${name}`, "workbook");
  }
  const persons = await readPersons(pack, run);
  const formats = new CellFormats();
  for (const entry of await entriesOf(pack, partName(main), "styles", /^xl\/styles\.xml$/i)) {
    pack.handled.add(entry);
    yield* readXmlPart(run, entry, "styles", formats);
  }
  for (const { entry, label } of await orderSheets(pack, partName(main), book)) {
    yield* readSheet(pack, run, entry, new SheetText(run, label, shared, formats, book.is1904), label, persons);
  }
  yield* readUnused(run, shared);
  yield* readCaches(pack, run, persons);
  yield* readStrayText(pack, run);
}

/** States of sheets (18.18.68); a program offers to show a hidden one, but not a very hidden one. */
const HIDING: Readonly<Record<string, string>> = { hidden: "hidden ", veryHidden: "very hidden " };

class WorkbookText implements XmlHandler {
  readonly #book: Workbook;
  readonly #names: TextBlocks;
  #inName = false;

  constructor(run: DocumentRun, book: Workbook) {
    this.#book = book;
    this.#names = new TextBlocks(run, "defined names");
  }

  open(local: string, attributes: XmlAttributes): void {
    if (local === "sheet") {
      const state = attributes.get("state") ?? "visible";
      const id = attributes.get("r:id") ?? attributes.get("id") ?? "";
      this.#book.sheets.push({ name: attributes.get("name") ?? "", id, hiding: HIDING[state] ?? "" });
    } else if (local === "workbookPr") this.#book.is1904 = /^(1|true)$/.test(attributes.get("date1904") ?? "");
    else if (local === "definedName") {
      this.#inName = true;
      this.#names.add(`${attributes.get("name") ?? ""} = `);
    }
  }

  close(local: string): void {
    if (local === "definedName") {
      this.#inName = false;
      this.#names.endLine();
    } else if (local === "workbook") this.#names.flush();
  }

  text(text: string): void {
    if (this.#inName) this.#names.add(text);
  }
}

/** Targets of a relationship type, or the parts that usually are. */
async function entriesOf(pack: OoxmlPackage, part: string, type: string, usual: RegExp): Promise<ZipEntry[]> {
  const related = await pack.related(part, type);
  return related.length > 0 ? related.map(({ entry }) => entry) : pack.unhandled(usual);
}

async function readShared(pack: OoxmlPackage, run: DocumentRun, main: string): Promise<SharedStrings> {
  const strings: string[] = [];
  let text = "";
  let [inText, phonetic] = [false, false];
  const handler: XmlHandler = {
    open: (local) => {
      if (local === "si") text = "";
      else if (local === "rPh") phonetic = true;
      inText = local === "t" && !phonetic;
    },
    close: (local) => {
      inText = false;
      if (local === "si") strings.push(text);
      else if (local === "rPh") phonetic = false;
    },
    text: (piece) => {
      if (inText) text += piece;
    },
  };
  for (const entry of await entriesOf(pack, main, "sharedStrings", /^xl\/sharedStrings\.xml$/i)) {
    pack.handled.add(entry);
    for await (const extraction of readXmlPart(run, entry, "shared-strings", handler)) run.push(extraction);
  }
  return { strings, used: new Set() };
}

async function orderSheets(
  pack: OoxmlPackage,
  main: string,
  book: Workbook,
): Promise<{ entry: ZipEntry; label: string }[]> {
  const types = ["worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"];
  const related = await pack.related(main, ...types);
  const sheets = new Map<ZipEntry, string>();
  for (const { name, id, hiding } of book.sheets) {
    const part = related.find((candidate) => candidate.id === id);
    if (!part) continue;
    const macro = part.type.endsWith("acrosheet") ? "macro " : "";
    sheets.set(part.entry, `${hiding}${macro}sheet ${name}`);
  }
  const usual = pack.unhandled(/^xl\/(worksheets|chartsheets|dialogsheets|macrosheets)\/[^/]+\.xml$/i);
  for (const entry of [...related.map((part) => part.entry), ...usual]) {
    if (!sheets.has(entry)) sheets.set(entry, `sheet outside of the workbook`);
  }
  return [...sheets].map(([entry, label]) => ({ entry, label }));
}

async function* readSheet(
  pack: OoxmlPackage,
  run: DocumentRun,
  entry: ZipEntry,
  text: SheetText,
  label: string,
  persons: ReadonlyMap<string, string>,
): AsyncGenerator<Extraction> {
  if (run.isFull) return;
  pack.handled.add(entry);
  yield* readXmlPart(run, entry, "sheet", text);
  text.finish();
  yield* run.drain();
  const name = partName(entry);
  for (const { entry: part, type } of await pack.related(name, "comments", "threadedComment", "drawing")) {
    if (type === "drawing") {
      yield* readTextPart(pack, run, part, { label });
      for (const chart of await pack.related(partName(part), "chart", "chartEx", "diagramData")) {
        yield* readTextPart(pack, run, chart.entry, { label });
      }
    } else yield* readComments(pack, run, part, `comments of ${label}`, persons);
  }
}

/** Strings that no cell shows: left over from deleted cells, or cells that could not be read. */
async function* readUnused(run: DocumentRun, shared: SharedStrings): AsyncGenerator<Extraction> {
  const blocks = new TextBlocks(run, "strings of no cell");
  for (const [index, text] of shared.strings.entries()) {
    if (shared.used.has(index) || run.isFull) continue;
    blocks.add(text);
    blocks.endLine();
  }
  blocks.flush();
  yield* run.drain();
}

const CACHES: readonly (readonly [label: string, pattern: RegExp])[] = [
  ["pivot cache", /^xl\/pivotCache\/pivotCache(Definition|Records)\d*\.xml$/i],
  ["external link", /^xl\/externalLinks\/externalLink\d*\.xml$/i],
  ["connections", /^xl\/connections\.xml$/i],
  ["query", /^xl\/queryTables\/[^/]+\.xml$/i],
  ["table", /^xl\/(tables|pivotTables)\/[^/]+\.xml$/i],
  ["comments", /^xl\/(comments|threadedComments\/threadedComment)\d*\.xml$/i],
  ["drawing", /^xl\/drawings\/drawing\d+\.xml$/i],
];

const CACHED = new Set([
  ...["v", "name", "val", "ddeService", "ddeTopic", "displayName", "comment", "description", "connection", "command"],
  ...["sourceFile", "url", "userId", "refreshedBy", "totalsRowLabel", "caption"],
]);

async function* readCaches(
  pack: OoxmlPackage,
  run: DocumentRun,
  persons: ReadonlyMap<string, string>,
): AsyncGenerator<Extraction> {
  for (const [label, pattern] of CACHES) {
    for (const entry of pack.unhandled(pattern)) {
      if (label === "comments") yield* readComments(pack, run, entry, label, persons);
      else if (label === "drawing") yield* readTextPart(pack, run, entry, { label });
      else yield* readCache(pack, run, entry, label);
    }
  }
}

/** Parts that keep data in attributes and `v` elements. */
async function* readCache(
  pack: OoxmlPackage,
  run: DocumentRun,
  entry: ZipEntry,
  label: string,
): AsyncGenerator<Extraction> {
  const blocks = new TextBlocks(run, label);
  let inValue = false;
  const handler: XmlHandler = {
    open: (local, attributes) => {
      inValue = local === "v";
      for (const name of CACHED) {
        const text = attributes.get(name);
        if (text === null || text === "" || (name === "v" && local === "x")) continue;
        blocks.add(text);
        blocks.endLine();
      }
    },
    close: (local) => {
      inValue = false;
      if (local === "v" || local === "row") blocks.endLine();
    },
    text: (text) => {
      if (inValue) blocks.add(text);
    },
  };
  pack.handled.add(entry);
  yield* readXmlPart(run, entry, label.replace(" ", "-"), handler);
  blocks.flush();
  yield* run.drain();
}
