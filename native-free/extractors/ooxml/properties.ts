/**
 * Document properties of an OOXML package: core (ECMA-376 part 2, clause 8), extended and custom (part 1, clauses 22.2
 * and 22.3).
 */
import type { ZipEntry } from "../../containers/zip-parts.ts";
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { readXmlPart, type DocumentRun } from "../document-run.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";
import type { OoxmlPackage } from "./package.ts";

const FIELDS: Readonly<Record<string, FieldName>> = {
  title: "title",
  creator: "author",
  lastModifiedBy: "lastModifiedBy",
  created: "created",
  modified: "modified",
  lastPrinted: "printed",
  subject: "subject",
  keywords: "keywords",
  description: "description",
  category: "category",
  language: "language",
  revision: "revision",
  Application: "software",
  Company: "company",
  Manager: "manager",
  Template: "template",
  Pages: "pageCount",
  Slides: "pageCount",
  Words: "wordCount",
  HyperlinkBase: "linkBase",
};

/** Reads what stands directly below the root, by element name. */
class Properties implements XmlHandler {
  readonly #run: DocumentRun;
  readonly #source: string;
  readonly #open: string[] = [];
  #text = "";
  #custom = "";

  constructor(run: DocumentRun, source: string) {
    this.#run = run;
    this.#source = source;
  }

  open(local: string, attributes: XmlAttributes): void {
    this.#open.push(local);
    if (this.#open.length === 2) this.#text = "";
    if (local === "property") this.#custom = attributes.get("name") ?? "";
  }

  close(local: string): void {
    if (this.#open.length === 2) {
      const name = Object.hasOwn(FIELDS, local) ? FIELDS[local] : undefined;
      const text = this.#text.trim();
      if (local === "property") this.#run.field("custom", `${this.#custom}: ${text}`, this.#source);
      else if (name) this.#run.field(name, text, this.#source);
    }
    this.#open.pop();
  }

  text(text: string): void {
    if (this.#open.length >= 2) this.#text += text;
  }
}

const PLACES: readonly (readonly [type: string, part: string])[] = [
  ["core-properties", "docProps/core.xml"],
  ["extended-properties", "docProps/app.xml"],
  ["custom-properties", "docProps/custom.xml"],
];

/** Strict documents and some writers use these names for the same relationships. */
const OTHER_TYPES: Readonly<Record<string, readonly string[]>> = {
  "core-properties": ["core-properties", "coreProperties"],
  "extended-properties": ["extended-properties", "extendedProperties"],
  "custom-properties": ["custom-properties", "customProperties"],
};

export async function* readProperties(pack: OoxmlPackage, run: DocumentRun): AsyncGenerator<Extraction> {
  for (const [type, usual] of PLACES) {
    const related = await pack.related("", ...(OTHER_TYPES[type] ?? [type]));
    const entries: (ZipEntry | null)[] =
      related.length > 0 ? related.map(({ entry }) => entry) : [pack.parts.get(usual)];
    for (const entry of entries) {
      if (!entry || pack.handled.has(entry)) continue;
      pack.handled.add(entry);
      yield* readXmlPart(run, entry, type, new Properties(run, usual));
    }
  }
}
