/**
 * Basic modules of an OpenDocument package (the DTDs of OpenOffice.org's `Basic` folder: module.mod, libraries.mod): source as
 * text, the module's name as a field. Scripts in other languages are children.
 */
import { partName, type Parts } from "../../containers/zip-parts.ts";
import type { Extraction } from "../../model/extraction.ts";
import { readXmlPart, TextBlocks, type DocumentRun } from "../document-run.ts";
import type { XmlHandler } from "../xml-stream.ts";

export async function* readMacros(
  parts: Parts,
  run: DocumentRun,
  encrypted: ReadonlySet<string>,
): AsyncGenerator<Extraction> {
  for (const entry of parts.entries) {
    const part = partName(entry);
    if (entry.kind !== "file" || !/^Basic\/.*\.xml$/i.test(part) || encrypted.has(part) || run.isFull) continue;
    const handler = new ModuleText(run, part.split("/").at(-2) ?? "");
    yield* readXmlPart(run, entry, "macro", handler);
    handler.finish();
    yield* run.drain();
  }
}

/** Also reads dialogs, of which what their author wrote into controls is kept. */
class ModuleText implements XmlHandler {
  readonly #run: DocumentRun;
  readonly #library: string;
  #blocks: TextBlocks | null = null;
  readonly #dialog: TextBlocks;

  constructor(run: DocumentRun, library: string) {
    this.#run = run;
    this.#library = library;
    this.#dialog = new TextBlocks(run, `dialog of ${library}`);
  }

  open(local: string, attributes: { get(name: string): string | null }): void {
    if (local === "module") {
      const name = `${this.#library}.${attributes.get("script:name") ?? ""}`;
      this.#run.field("macro", name, "basic");
      this.#blocks = new TextBlocks(this.#run, `macro ${name}`);
    }
    for (const key of ["dlg:value", "dlg:title", "dlg:help-text"]) {
      const text = attributes.get(key);
      if (text === null || text === "") continue;
      this.#dialog.add(text);
      this.#dialog.endLine();
    }
  }

  close(): void {
    // A module is one element.
  }

  text(text: string): void {
    this.#blocks?.add(text);
  }

  finish(): void {
    this.#blocks?.flush();
    this.#dialog.flush();
  }
}
