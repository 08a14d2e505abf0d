/** PresentationML (ECMA-376 part 1, clause 19): slides in their order with notes and comments, then the masters. */
import { partName, type ZipEntry } from "../../containers/zip-parts.ts";
import type { Extraction } from "../../model/extraction.ts";
import { readXmlPart, type DocumentRun } from "../document-run.ts";
import type { XmlHandler } from "../xml-stream.ts";
import type { OoxmlPackage } from "./package.ts";
import { readStrayText, readTextPart } from "./word.ts";

export async function* readSlides(pack: OoxmlPackage, run: DocumentRun, main: ZipEntry): AsyncGenerator<Extraction> {
  pack.handled.add(main);
  const order: string[] = [];
  const list: XmlHandler = {
    open: (local, attributes) => {
      if (local === "sldId") order.push(attributes.get("r:id") ?? attributes.get("id") ?? "");
    },
    close: () => undefined,
    text: () => undefined,
  };
  yield* readXmlPart(run, main, "presentation", list);
  const authors = await readAuthors(pack, run, main);
  const slides = await orderSlides(pack, partName(main), order);
  for (const [index, slide] of slides.entries()) yield* readSlide(pack, run, slide, index + 1, authors);
  yield* readMasters(pack, run, partName(main));
  yield* readStray(pack, run, authors);
  yield* readStrayText(pack, run);
}

/** Slides as the presentation shows them, then those that it does not list. */
async function orderSlides(pack: OoxmlPackage, main: string, order: readonly string[]): Promise<ZipEntry[]> {
  const related = await pack.related(main, "slide");
  const byId = new Map(related.map(({ id, entry }) => [id, entry]));
  const listed = order.flatMap((id) => byId.get(id) ?? []);
  const all = [...listed, ...related.map(({ entry }) => entry), ...pack.unhandled(/^ppt\/slides\/slide\d+\.xml$/i)];
  return [...new Set(all)];
}

async function* readSlide(
  pack: OoxmlPackage,
  run: DocumentRun,
  slide: ZipEntry,
  number: number,
  authors: ReadonlyMap<string, string>,
): AsyncGenerator<Extraction> {
  const options = { label: `slide ${number}`, hiddenLabel: `hidden slide ${number}` };
  yield* readTextPart(pack, run, slide, options);
  const name = partName(slide);
  for (const { entry, type } of await pack.related(name, "chart", "chartEx", "diagramData", "notesSlide", "comments")) {
    if (type === "comments") yield* readTextPart(pack, run, entry, { label: `comment on slide ${number}`, authors });
    else yield* readTextPart(pack, run, entry, { label: type === "notesSlide" ? `notes ${number}` : options.label });
  }
}

/** Authors of comments by id, in the old and the new kind of comments. */
async function readAuthors(pack: OoxmlPackage, run: DocumentRun, main: ZipEntry): Promise<Map<string, string>> {
  const authors = new Map<string, string>();
  const handler: XmlHandler = {
    open: (local, attributes) => {
      if (local === "cmAuthor" || local === "author") {
        authors.set(attributes.get("id") ?? "", attributes.get("name") ?? "");
      }
    },
    close: () => undefined,
    text: () => undefined,
  };
  const related = await pack.related(partName(main), "commentAuthors", "authors");
  const usual = pack.unhandled(/^ppt\/(commentAuthors|authors)\.xml$/i);
  for (const entry of new Set([...related.map(({ entry }) => entry), ...usual])) {
    pack.handled.add(entry);
    for await (const extraction of readXmlPart(run, entry, "authors", handler)) run.push(extraction);
  }
  return authors;
}

/** Masters and layouts: what their author put there, without the prompts of their placeholders. */
async function* readMasters(pack: OoxmlPackage, run: DocumentRun, main: string): AsyncGenerator<Extraction> {
  const options = { label: "slide master", dropPlaceholders: true };
  for (const { entry } of await pack.related(main, "slideMaster", "notesMaster", "handoutMaster")) {
    yield* readTextPart(pack, run, entry, options);
    for (const layout of await pack.related(partName(entry), "slideLayout")) {
      yield* readTextPart(pack, run, layout.entry, options);
    }
  }
  const stray = /^ppt\/(slideMasters|slideLayouts|notesMasters|handoutMasters)\/[^/]+\.xml$/i;
  for (const entry of pack.unhandled(stray)) yield* readTextPart(pack, run, entry, options);
}

/** Notes and comments that no slide leads to. */
async function* readStray(
  pack: OoxmlPackage,
  run: DocumentRun,
  authors: ReadonlyMap<string, string>,
): AsyncGenerator<Extraction> {
  for (const entry of pack.unhandled(/^ppt\/notesSlides\/[^/]+\.xml$/i)) {
    yield* readTextPart(pack, run, entry, { label: "notes" });
  }
  for (const entry of pack.unhandled(/^ppt\/comments\/[^/]+\.xml$/i)) {
    yield* readTextPart(pack, run, entry, { label: "comment", authors });
  }
}
