/** The package document of a book (EPUB 3.3, 5; OPF 2.0.1): what it says of itself, and its pages in their order. */
import type { FieldName } from "../../model/fields.ts";
import type { DocumentRun } from "../document-run.ts";
import { isoDate } from "../plausible.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";

const FIELDS: Readonly<Record<string, FieldName>> = {
  title: "title",
  creator: "author",
  description: "description",
  subject: "keywords",
  rights: "copyright",
  identifier: "documentId",
  language: "language",
  publisher: "company",
};
/** Properties of `meta` elements: those of EPUB 3, and what calibre writes. */
const METAS: Readonly<Record<string, FieldName>> = {
  "dcterms:modified": "modified",
  generator: "software",
  "calibre:timestamp": "created",
};

export class PackageDocument implements XmlHandler {
  readonly #run: DocumentRun;
  readonly #items = new Map<string, string>();
  readonly #order: string[] = [];
  #folder = "";
  #element = "";
  #text = "";
  #property = "";
  #event = "";

  constructor(run: DocumentRun) {
    this.#run = run;
  }

  /** Paths in the document are relative to its own part. */
  startAt(part: string): void {
    this.#folder = part.slice(0, part.lastIndexOf("/") + 1);
  }

  /** Part names of the pages in reading order. */
  get spine(): string[] {
    return this.#order.flatMap((id) => this.#items.get(id) ?? []);
  }

  open(local: string, attributes: XmlAttributes, name: string): void {
    this.#element = name.startsWith("dc:") ? `dc:${local}` : local;
    this.#text = "";
    this.#event = attributes.get("event") ?? "";
    if (local === "item") this.#items.set(attributes.get("id") ?? "", this.#resolve(attributes.get("href") ?? ""));
    else if (local === "itemref") this.#order.push(attributes.get("idref") ?? "");
    else if (local === "package") this.#run.field("formatVersion", attributes.get("version") ?? "", "opf");
    else if (local === "meta") {
      this.#property = attributes.get("property") ?? "";
      this.#meta(attributes.get("name") ?? "", attributes.get("content") ?? "");
    }
  }

  close(): void {
    const text = this.#text.trim();
    if (this.#element === "meta") this.#meta(this.#property, text);
    else if (this.#element === "dc:date") this.#date(text);
    else if (this.#element.startsWith("dc:") && text !== "") this.#dublinCore(this.#element.slice(3), text);
    this.#element = "";
  }

  text(text: string): void {
    if (this.#element !== "") this.#text += text;
  }

  #dublinCore(name: string, text: string): void {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (field) this.#run.field(field, text, "opf");
    else this.#run.field("custom", `${name}: ${text}`, "opf");
    const language = name === "language" ? /^([a-z]{2})(-|$)/i.exec(text)?.[1] : undefined;
    if (language !== undefined) this.#run.push({ what: "language", language: language.toLowerCase() });
  }

  #date(text: string): void {
    const date = isoDate(text);
    if (date !== null) this.#run.field(this.#event === "modification" ? "modified" : "created", date, "opf");
    else if (text !== "") this.#run.field("custom", `date: ${text}`, "opf");
  }

  #meta(name: string, text: string): void {
    if (name === "" || text === "") return;
    const field = Object.hasOwn(METAS, name) ? METAS[name] : undefined;
    const date = field === "modified" || field === "created" ? isoDate(text) : null;
    if (field && (date !== null || field === "software")) this.#run.field(field, date ?? text, "opf");
    else this.#run.field("custom", `${name}: ${text}`, "opf");
  }

  #resolve(href: string): string {
    const steps: string[] = [];
    for (const step of `${this.#folder}${href.replace(/[?#].*$/s, "")}`.split("/")) {
      if (step === "..") steps.pop();
      else if (step !== "" && step !== ".") steps.push(step);
    }
    return steps.join("/");
  }
}
