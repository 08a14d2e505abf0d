/** Metadata of OpenDocument (OASIS ODF 1.3 part 3, 4.3): `meta.xml`, or the `office:meta` of a flat document. */
import type { FieldName } from "../../model/fields.ts";
import type { DocumentRun } from "../document-run.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";

const FIELDS: Readonly<Record<string, FieldName>> = {
  "dc:title": "title",
  "dc:subject": "subject",
  "dc:description": "description",
  "dc:creator": "lastModifiedBy",
  "dc:date": "modified",
  "dc:language": "language",
  "meta:initial-creator": "author",
  "meta:creation-date": "created",
  "meta:print-date": "printed",
  "meta:keyword": "keywords",
  "meta:generator": "software",
  "meta:editing-cycles": "revision",
};

export class MetaFields implements XmlHandler {
  readonly #run: DocumentRun;
  readonly #source: string;
  #inMeta = false;
  #element = "";
  #text = "";
  #custom = "";

  constructor(run: DocumentRun, source: string) {
    this.#run = run;
    this.#source = source;
  }

  open(_local: string, attributes: XmlAttributes, name: string): void {
    if (name === "office:meta") this.#inMeta = true;
    if (!this.#inMeta) return;
    this.#element = name;
    this.#text = "";
    if (name === "meta:user-defined") this.#custom = attributes.get("meta:name") ?? "";
    else if (name === "meta:template") this.#run.field("template", templateOf(attributes), this.#source);
    else if (name === "meta:document-statistic") this.#count(attributes);
  }

  close(_local: string, name: string): void {
    if (name === "office:meta") this.#inMeta = false;
    if (!this.#inMeta || this.#element !== name) return;
    this.#element = "";
    const text = this.#text.trim();
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (field) this.#run.field(field, text, this.#source);
    else if (name === "meta:user-defined" && text !== "")
      this.#run.field("custom", `${this.#custom}: ${text}`, this.#source);
    else if (name === "meta:printed-by" && text !== "") this.#run.field("custom", `printed-by: ${text}`, this.#source);
    const language = name === "dc:language" ? /^([a-z]{2})(-|$)/i.exec(text)?.[1] : undefined;
    if (language !== undefined) this.#run.push({ what: "language", language: language.toLowerCase() });
  }

  text(text: string): void {
    if (this.#inMeta) this.#text += text;
  }

  #count(attributes: XmlAttributes): void {
    const pages = attributes.get("meta:page-count");
    const words = attributes.get("meta:word-count");
    if (pages !== null) this.#run.field("pageCount", pages, this.#source);
    if (words !== null) this.#run.field("wordCount", words, this.#source);
  }
}

function templateOf(attributes: XmlAttributes): string {
  const parts = [attributes.get("xlink:title"), attributes.get("xlink:href")];
  return parts.filter((part) => part !== null && part !== "").join(" ");
}
