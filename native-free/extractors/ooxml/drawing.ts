/**
 * Visio drawings (MS-VSDX): text of the pages' shapes and of masters, names of pages, data of shapes, links, comments with
 * their authors. Not supported: text of shapes that only a master holds is given once, with the master.
 */
import { partName, type ZipEntry } from "../../containers/zip-parts.ts";
import type { Extraction } from "../../model/extraction.ts";
import { readXmlPart, TextBlocks, type DocumentRun } from "../document-run.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";
import type { OoxmlPackage } from "./package.ts";

/** Cells of the sections Property, Hyperlink and User that hold words of the author (2.4.4). */
const WORD_CELLS = new Set(["Value", "Label", "Prompt", "Description", "Address", "SubAddress", "ExtraInfo"]);
const WORD_SECTIONS = new Set(["Property", "Hyperlink", "User"]);

export async function* readDrawing(pack: OoxmlPackage, run: DocumentRun, main: ZipEntry): AsyncGenerator<Extraction> {
  pack.handled.add(main);
  const names = await readPageNames(pack, run);
  for (const entry of pack.unhandled(/^visio\/pages\/page\d+\.xml$/i)) {
    const page = names.get(partName(entry).toLowerCase());
    const label = page === undefined || page.name === "" ? "drawing" : `drawing ${page.name}`;
    if (page?.isBackground) run.field("hiddenPart", `background page ${page.name}`, "pages");
    yield* readShapes(pack, run, entry, label);
  }
  for (const entry of pack.unhandled(/^visio\/masters\/master\d+\.xml$/i)) {
    yield* readShapes(pack, run, entry, "master shape");
  }
  for (const entry of pack.unhandled(/^visio\/comments\.xml$/i)) yield* readComments(pack, run, entry);
}

interface PageName {
  readonly name: string;
  readonly isBackground: boolean;
}

/** Names by part name, lower-case, through the relationship that each page of the list names. */
async function readPageNames(pack: OoxmlPackage, run: DocumentRun): Promise<Map<string, PageName>> {
  const names = new Map<string, PageName>();
  const byRelation = new Map<string, PageName>();
  let page: PageName | null = null;
  const handler: XmlHandler = {
    open: (local, attributes) => {
      if (local === "Page") {
        const name = attributes.get("Name") ?? attributes.get("NameU") ?? "";
        page = { name, isBackground: /^(1|true)$/.test(attributes.get("Background") ?? "") };
      } else if (local === "Rel" && page) byRelation.set(attributes.get("r:id") ?? attributes.get("id") ?? "", page);
    },
    close: () => undefined,
    text: () => undefined,
  };
  for (const entry of pack.unhandled(/^visio\/pages\/pages\.xml$/i)) {
    pack.handled.add(entry);
    for await (const extraction of readXmlPart(run, entry, "pages", handler)) run.push(extraction);
    for (const { id, entry: part } of await pack.related(partName(entry), "page")) {
      const named = byRelation.get(id);
      if (named) names.set(partName(part).toLowerCase(), named);
    }
  }
  return names;
}

async function* readShapes(
  pack: OoxmlPackage,
  run: DocumentRun,
  entry: ZipEntry,
  label: string,
): AsyncGenerator<Extraction> {
  if (run.isFull) return;
  pack.handled.add(entry);
  const handler = new ShapeText(run, label);
  yield* readXmlPart(run, entry, "drawing", handler);
  handler.finish();
  yield* run.drain();
  await pack.relationshipsOf(partName(entry));
}

class ShapeText implements XmlHandler {
  readonly #text: TextBlocks;
  readonly #data: TextBlocks;
  #textDepth = 0;
  #section = "";

  constructor(run: DocumentRun, label: string) {
    this.#text = new TextBlocks(run, label);
    this.#data = new TextBlocks(run, `shape data of ${label}`);
  }

  open(local: string, attributes: XmlAttributes): void {
    if (this.#textDepth > 0 || local === "Text") this.#textDepth += 1;
    else if (local === "Section") this.#section = attributes.get("N") ?? "";
    else if (local === "Cell" && WORD_SECTIONS.has(this.#section)) this.#cell(attributes);
  }

  close(local: string): void {
    if (local === "Section") this.#section = "";
    if (this.#textDepth === 0) return;
    this.#textDepth -= 1;
    if (this.#textDepth === 0) this.#text.endLine();
  }

  text(text: string): void {
    if (this.#textDepth > 0) this.#text.add(text);
  }

  finish(): void {
    this.#text.flush();
    this.#data.flush();
  }

  #cell(attributes: XmlAttributes): void {
    const value = attributes.get("V") ?? "";
    if (!WORD_CELLS.has(attributes.get("N") ?? "") || !/\p{L}/u.test(value)) return;
    this.#data.add(value);
    this.#data.endLine();
  }
}

/** Authors stand in a list before the entries that name them by number (2.2.5.1). */
async function* readComments(pack: OoxmlPackage, run: DocumentRun, entry: ZipEntry): AsyncGenerator<Extraction> {
  const authors = new Map<string, string>();
  const blocks = new TextBlocks(run, "comment");
  let inEntry = false;
  const handler: XmlHandler = {
    open: (local, attributes) => {
      if (local === "AuthorEntry") authors.set(attributes.get("ID") ?? "", attributes.get("Name") ?? "");
      inEntry = local === "CommentEntry";
      if (!inEntry) return;
      const author = authors.get(attributes.get("AuthorID") ?? "") ?? "";
      if (author !== "") run.fieldOnce("changeAuthor", author, "comment");
      const head = [author, attributes.get("Date") ?? ""].filter((part) => part !== "");
      if (head.length > 0) blocks.add(`[${head.join(", ")}] `);
    },
    close: (local) => {
      if (local === "CommentEntry") blocks.endLine();
      inEntry = false;
    },
    text: (text) => {
      if (inEntry) blocks.add(text);
    },
  };
  pack.handled.add(entry);
  yield* readXmlPart(run, entry, "comments", handler);
  blocks.flush();
  yield* run.drain();
}
