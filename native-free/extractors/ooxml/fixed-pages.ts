/**
 * XPS and OpenXPS (ECMA-388): text of the fixed pages in their order, links, alternative texts. Words stand as their writer
 * drew them: runs of glyphs in the order of the markup. Not supported: interleaved parts, signature definitions.
 */
import { partName, type ZipEntry } from "../../containers/zip-parts.ts";
import type { Extraction } from "../../model/extraction.ts";
import { readXmlPart, TextBlocks, type DocumentRun } from "../document-run.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";
import { resolveTarget, type OoxmlPackage } from "./package.ts";

/** Documents and pages that one file may name. */
const LIST_LIMIT = 100_000;

export async function* readFixedPages(
  pack: OoxmlPackage,
  run: DocumentRun,
  main: ZipEntry,
): AsyncGenerator<Extraction> {
  const documents = await readSources(pack, run, main, "DocumentReference");
  const pages: ZipEntry[] = [];
  for (const document of documents) pages.push(...(await readSources(pack, run, document, "PageContent")));
  const all = new Set([...pages, ...pack.unhandled(/\.fpage$/i)]);
  run.field("pageCount", String(all.size), "xps");
  let number = 0;
  for (const page of all) {
    number += 1;
    if (pack.handled.has(page) || run.isFull) continue;
    pack.handled.add(page);
    const handler = new PageText(run, `page ${number}`);
    yield* readXmlPart(run, page, "page", handler);
    handler.finish();
    yield* run.drain();
  }
}

/** Parts that a list names by its `Source` attributes, in its order. */
async function readSources(pack: OoxmlPackage, run: DocumentRun, list: ZipEntry, element: string): Promise<ZipEntry[]> {
  const found: ZipEntry[] = [];
  const handler: XmlHandler = {
    open: (local, attributes) => {
      if (local !== element || found.length >= LIST_LIMIT) return;
      const entry = pack.parts.get(resolveTarget(partName(list), attributes.get("Source") ?? ""));
      if (entry) found.push(entry);
    },
    close: () => undefined,
    text: () => undefined,
  };
  pack.handled.add(list);
  for await (const extraction of readXmlPart(run, list, "page-list", handler)) run.push(extraction);
  return found;
}

class PageText implements XmlHandler {
  readonly #run: DocumentRun;
  readonly #blocks: TextBlocks;
  readonly #links = new Set<string>();
  #line: string | null = null;

  constructor(run: DocumentRun, label: string) {
    this.#run = run;
    this.#blocks = new TextBlocks(run, label);
  }

  open(local: string, attributes: XmlAttributes): void {
    const link = attributes.get("FixedPage.NavigateUri");
    if (link !== null) this.#links.add(link);
    for (const name of ["AutomationProperties.Name", "AutomationProperties.HelpText"]) {
      const text = attributes.get(name);
      if (text !== null) this.#run.text(`${text}\n`, "alternative text");
    }
    if (local === "Glyphs") this.#glyphs(attributes);
  }

  close(): void {
    // Pages are made of attributes.
  }

  text(): void {
    // Pages are made of attributes.
  }

  finish(): void {
    this.#blocks.endLine();
    this.#blocks.flush();
    if (this.#links.size > 0) this.#run.text(`${[...this.#links].join("\n")}\n`, "links");
  }

  /** Runs at one height are one line (12.1); `{}` in front is an escape (12.1.4). */
  #glyphs(attributes: XmlAttributes): void {
    const text = (attributes.get("UnicodeString") ?? "").replace(/^\{\}/, "");
    if (text === "") return;
    const height = attributes.get("OriginY");
    if (height !== this.#line) this.#blocks.endLine();
    else this.#blocks.add(" ");
    this.#line = height;
    this.#blocks.add(text);
  }
}
