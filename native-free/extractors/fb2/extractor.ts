/**
 * FictionBook 2 (the schema FictionBook2.21): one XML file with description, bodies and pictures in base64. Not supported:
 * style sheets.
 */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { bytesChild } from "../part-child.ts";
import { DocumentRun, readXmlStream, TextBlocks } from "../document-run.ts";
import { isoDate } from "../plausible.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";

export const fb2Extractor: Extractor = {
  id: "fb2",
  family: "extractor",
  name: "FictionBook",
  spec: "FictionBook 2.21",
  level: "complete",
  types: ["fb2"],
  extract: (source, context) => extractBook(source, context),
};

const STEP_BYTES = 256 * 1024;

async function* extractBook(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const run = new DocumentRun(context);
  const handler = new BookText(run);
  yield* readXmlStream(run, pieces(source), "document", handler);
  handler.finish();
  yield* run.drain();
}

async function* pieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += STEP_BYTES) yield readRange(source, at, STEP_BYTES);
}

/** Parent and element below `description`, with the field that they make. */
const FIELDS: Readonly<Record<string, FieldName>> = {
  "title-info/book-title": "title",
  "title-info/genre": "genre",
  "title-info/keywords": "keywords",
  "title-info/lang": "language",
  "document-info/program-used": "software",
  "document-info/id": "documentId",
  "document-info/version": "revision",
  "document-info/src-url": "url",
  "publish-info/publisher": "company",
};
const NAMES = new Set(["first-name", "middle-name", "last-name", "nickname", "email"]);
const LINES = new Set(["p", "v", "subtitle", "text-author", "date", "title", "tr"]);

class BookText implements XmlHandler {
  readonly #run: DocumentRun;
  readonly #blocks: TextBlocks;
  readonly #open: string[] = [];
  #text = "";
  #person: string[] | null = null;
  #binary: { readonly id: string; readonly pieces: string[] } | null = null;
  #count = 0;

  constructor(run: DocumentRun) {
    this.#run = run;
    this.#blocks = new TextBlocks(run, null);
  }

  open(local: string, attributes: XmlAttributes): void {
    this.#open.push(local);
    this.#text = "";
    if (local === "author" || local === "translator") this.#person = [];
    else if (local === "body") this.#blocks.relabel(attributes.get("name"));
    else if (local === "binary") this.#binary = { id: attributes.get("id") ?? "", pieces: [] };
  }

  close(local: string): void {
    this.#open.pop();
    const parent = this.#open.at(-1) ?? "";
    if (local === "binary") this.#closeBinary();
    else if (this.#person && NAMES.has(local)) this.#person.push(this.#text.trim());
    else if (local === "author" || local === "translator") this.#closePerson(local, parent);
    else if (this.#open.includes("description")) this.#closeField(local, parent);
    if (LINES.has(local)) this.#blocks.endLine();
    else if (local === "td" || local === "th") this.#blocks.endCell();
    this.#text = "";
  }

  text(text: string): void {
    if (this.#binary) this.#binary.pieces.push(text);
    else if (this.#open.includes("body") || this.#open.includes("annotation")) this.#blocks.add(this.#inLine(text));
    else this.#text += text;
  }

  finish(): void {
    this.#blocks.flush();
  }

  /** White space between paragraphs is layout. */
  #inLine(text: string): string {
    return this.#open.some((name) => LINES.has(name)) ? text.replaceAll(/\s+/g, " ") : text.trim();
  }

  #closePerson(local: string, parent: string): void {
    const name = (this.#person ?? []).filter((part) => part !== "").join(" ");
    this.#person = null;
    const isMaker = parent === "document-info";
    if (local === "author") this.#run.field(isMaker ? "lastModifiedBy" : "author", name, "fb2");
    else if (name !== "") this.#run.field("custom", `translator: ${name}`, "fb2");
  }

  #closeField(local: string, parent: string): void {
    const text = this.#text.trim();
    if (text === "") return;
    const field = FIELDS[`${parent}/${local}`];
    if (field) this.#run.field(field, text, "fb2");
    else if (local === "date") this.#run.field("created", isoDate(text) ?? "", "fb2");
    else this.#run.field("custom", `${local}: ${text}`, "fb2");
    const language = local === "lang" ? /^([a-z]{2})(-|$)/i.exec(text)?.[1] : undefined;
    if (language !== undefined) this.#run.push({ what: "language", language: language.toLowerCase() });
  }

  #closeBinary(): void {
    const binary = this.#binary;
    this.#binary = null;
    if (!binary) return;
    const bytes = Buffer.from(binary.pieces.join(""), "base64");
    this.#count += 1;
    if (bytes.length > 0)
      this.#run.push({
        what: "child",
        child: bytesChild(`binary:${this.#count}`, binary.id || `binary-${this.#count}`, bytes),
      });
  }
}
