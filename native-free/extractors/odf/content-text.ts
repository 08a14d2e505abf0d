/**
 * Running text of OpenDocument content and styles (ISO/IEC 26300, part 1 of OASIS ODF 1.3): paragraphs, tables, slides, notes,
 * annotations with author and date, tracked changes. Deleted text is told apart; inserted and hidden text stands in its
 * place and once more under a label of its own; formulas are kept.
 */
import { TextBlocks, type DocumentRun } from "../document-run.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";

/** A cell or row may claim to be repeated a million times; its text is given once, and rows break once. */
const SPACES_LIMIT = 1000;

/** Elements whose character data is text of the document; `span` and the like stand inside them. */
const LINES = new Set(["p", "h"]);
/** Elements that hold a place of their own, with its label. */
const PLACES: Readonly<Record<string, string>> = {
  "office:annotation": "comment",
  "text:deletion": "deleted text",
  "table:deletion": "deleted text",
  "table:cell-content-deletion": "deleted text",
  "text:note": "footnote",
  "presentation:notes": "notes",
  "style:header": "header",
  "style:header-left": "header",
  "style:header-first": "header",
  "style:footer": "footer",
  "style:footer-left": "footer",
  "style:footer-first": "footer",
  "table:tracked-changes": "deleted text",
};
/** Alternative texts of drawings. */
const CAPTIONS = new Set(["svg:title", "svg:desc"]);

interface Place {
  readonly depth: number;
  readonly blocks: TextBlocks;
}

function joinLines(text: string): string {
  return text.replaceAll(/\s+/g, (space) => (space.includes("\n") ? " " : space));
}

function isHiding(attributes: XmlAttributes): boolean {
  return (
    attributes.get("table:display") === "false" ||
    attributes.get("presentation:visibility") === "hidden" ||
    attributes.get("text:display") === "none"
  );
}

/** Elements that a style or their own attributes can hide, with how the reader is told. */
const HIDEABLE = new Set(["text:span", "text:p", "text:h", "text:section"]);
/** Attributes whose text no paragraph shows: fields, queries, scripts' addresses, choices of forms. */
const SPOKEN: Readonly<Record<string, readonly string[]>> = {
  "text:hidden-text": ["text:string-value"],
  "text:hidden-paragraph": ["text:condition"],
  "text:conditional-text": ["text:string-value-if-true", "text:string-value-if-false"],
  "text:variable-set": ["text:formula"],
  "text:user-field-decl": ["office:string-value", "office:value"],
  "db:query": ["db:name", "db:command"],
  "db:table-representation": ["db:name"],
  "form:text": ["form:value", "form:current-value"],
  "form:textarea": ["form:value", "form:current-value"],
  "form:hidden": ["form:name", "form:value"],
  "form:option": ["form:label"],
  "form:item": ["form:label"],
  "form:button": ["form:label"],
  "form:checkbox": ["form:label"],
  "table:named-range": ["table:name", "table:cell-range-address"],
  "table:named-expression": ["table:name", "table:expression"],
};

/** Knows elements by the prefixes that the specification uses and that all writers follow. */
export class ContentText implements XmlHandler {
  readonly #run: DocumentRun;
  readonly #main: TextBlocks;
  readonly #formulas: TextBlocks;
  readonly #inserted: TextBlocks;
  readonly #hidden: TextBlocks;
  readonly #unshown: TextBlocks;
  /** Tracked changes that are insertions, by id, and those of them that are open where the reader stands. */
  readonly #insertions = new Set<string>();
  readonly #openInsertions = new Set<string>();
  #region = "";
  readonly #hiddenDepths: number[] = [];
  #creator: string | null = null;
  readonly #links = new Set<string>();
  /** Places inside places: a comment inside a note inside a slide. */
  readonly #places: Place[] = [];
  /** Styles, read before the body, that say that what has them is not shown. */
  readonly #hiddenStyles = new Set<string>();
  /** Depths of the open paragraphs: a comment inside a paragraph has paragraphs of its own. */
  readonly #lines: number[] = [];
  #style = "";
  #depth = 0;
  #captionDepth = 0;
  #metaDepth = 0;
  #slide = 0;
  #cellValue: string | null = null;
  #cellHasText = false;
  #cellDepth = 0;

  constructor(run: DocumentRun, label: string | null) {
    this.#run = run;
    this.#main = new TextBlocks(run, label);
    this.#formulas = new TextBlocks(run, "formulas");
    this.#inserted = new TextBlocks(run, "inserted text");
    this.#hidden = new TextBlocks(run, "hidden text");
    this.#unshown = new TextBlocks(run, "fields and forms");
  }

  open(local: string, attributes: XmlAttributes, name: string): void {
    this.#depth += 1;
    this.#link(attributes);
    this.#notice(attributes, name);
    const label = Object.hasOwn(PLACES, name) ? PLACES[name] : undefined;
    if (label !== undefined) this.#openPlace(label, attributes);
    else if (LINES.has(local) && name.startsWith("text:")) this.#openLine();
    else if (CAPTIONS.has(name)) this.#captionDepth = this.#depth;
    else if (name === "dc:creator" || name === "dc:date") {
      this.#metaDepth = this.#depth;
      this.#creator = name === "dc:creator" ? "" : null;
    } else if (name === "table:table") this.#openTable(attributes);
    else if (name === "draw:page") this.#openSlide(attributes);
    else if (name === "table:table-cell") this.#openCell(attributes);
    else if (name === "style:style") this.#style = attributes.get("style:name") ?? "";
    else if (name.startsWith("style:") && isHiding(attributes)) this.#hiddenStyles.add(this.#style);
    else this.#mark(local, attributes);
  }

  close(local: string, name: string): void {
    if (this.#places.at(-1)?.depth === this.#depth) this.#closePlace();
    if (LINES.has(local) && name.startsWith("text:")) this.#closeLine();
    else if (this.#captionDepth === this.#depth) {
      this.#captionDepth = 0;
      this.#blocks.endLine();
    } else if (name === "table:table-cell") this.#closeCell();
    else if (name === "table:table-row") this.#blocks.endLine();
    if (this.#metaDepth === this.#depth) {
      this.#metaDepth = 0;
      this.#blocks.endLine();
      if (this.#creator !== null) this.#run.fieldOnce("changeAuthor", this.#creator, "change");
      this.#creator = null;
    }
    if (this.#hiddenDepths.at(-1) === this.#depth) this.#hiddenDepths.pop();
    this.#depth -= 1;
    if (this.#depth === 0) this.finish();
  }

  text(text: string): void {
    // Line breaks of the file are spaces of the text (6.1.2).
    if (this.#creator !== null && this.#creator.length < 1000) this.#creator += text;
    if (this.#metaDepth === 0 && this.#lines.length > 0) this.#addRun(joinLines(text));
    else if (this.#captionDepth > 0) this.#blocks.add(text);
    else if (this.#metaDepth > 0 && this.#places.length > 0) this.#blocks.add(text);
  }

  /** Gives out what was gathered, also where the part broke off. */
  finish(): void {
    while (this.#places.length > 0) this.#closePlace();
    this.#main.flush();
    for (const blocks of [this.#formulas, this.#inserted, this.#hidden, this.#unshown]) blocks.flush();
    if (this.#links.size > 0) this.#run.text(`${[...this.#links].join("\n")}\n`, "links");
    this.#links.clear();
  }

  #addRun(text: string): void {
    this.#blocks.add(text);
    if (this.#openInsertions.size > 0) this.#inserted.add(text);
    if (this.#hiddenDepths.length > 0) this.#hidden.add(text);
  }

  /** Changes, hiding and words in attributes, whatever else the element is. */
  #notice(attributes: XmlAttributes, name: string): void {
    if (name === "text:changed-region") this.#region = attributes.get("text:id") ?? attributes.get("xml:id") ?? "";
    else if (name === "text:insertion") this.#insertions.add(this.#region);
    else if (name === "text:change-start") this.#openInsertion(attributes.get("text:change-id") ?? "");
    else if (name === "text:change-end") this.#openInsertions.delete(attributes.get("text:change-id") ?? "");
    else if (HIDEABLE.has(name)) this.#hide(attributes, name);
    for (const key of Object.hasOwn(SPOKEN, name) ? (SPOKEN[name] ?? []) : []) {
      const text = attributes.get(key);
      if (text === null || text === "") continue;
      const blocks = name === "text:hidden-text" ? this.#hidden : this.#unshown;
      blocks.add(text);
      blocks.endLine();
    }
  }

  #openInsertion(id: string): void {
    if (this.#insertions.has(id)) this.#openInsertions.add(id);
  }

  #hide(attributes: XmlAttributes, name: string): void {
    const display = attributes.get("text:display");
    const isHidden = this.#hiddenStyles.has(attributes.get("text:style-name") ?? "");
    if (display !== "none" && display !== "condition" && !isHidden) return;
    this.#hiddenDepths.push(this.#depth);
    if (name === "text:section") {
      this.#run.field("hiddenPart", `section ${attributes.get("text:name") ?? ""}`.trim(), "content");
    }
  }

  get #blocks(): TextBlocks {
    return this.#places.at(-1)?.blocks ?? this.#main;
  }

  #openPlace(label: string, attributes: XmlAttributes): void {
    const isEndnote = attributes.get("text:note-class") === "endnote";
    const named = isEndnote ? "endnote" : label === "notes" && this.#slide > 0 ? `notes ${this.#slide}` : label;
    this.#places.push({ depth: this.#depth, blocks: new TextBlocks(this.#run, named) });
  }

  #closePlace(): void {
    this.#places.pop()?.blocks.flush();
  }

  /** A text box stands inside of the paragraph that it is anchored to. */
  #openLine(): void {
    if (this.#lines.length > 0) this.#blocks.endLine();
    this.#lines.push(this.#depth);
  }

  #closeLine(): void {
    this.#lines.pop();
    this.#inserted.endLine();
    this.#hidden.endLine();
    this.#cellHasText = true;
    if (this.#cellDepth > 0 && this.#places.length === 0) this.#blocks.endCell();
    else this.#blocks.endLine();
  }

  /** Links lead out of the document; those to its own parts and anchors are left out. */
  #link(attributes: XmlAttributes): void {
    const target = attributes.get("xlink:href");
    if (target !== null && /^[a-z][a-z0-9+.-]*:|^\.\.|^\//i.test(target)) this.#links.add(target);
  }

  #openTable(attributes: XmlAttributes): void {
    const sheet = attributes.get("table:name");
    if (sheet === null || this.#places.length > 0) return;
    const hidden = this.#hiddenStyles.has(attributes.get("table:style-name") ?? "");
    if (hidden) this.#run.field("hiddenPart", `sheet ${sheet}`, "content");
    this.#main.relabel(`${hidden ? "hidden " : ""}sheet ${sheet}`);
    this.#formulas.relabel(`formulas of sheet ${sheet}`);
  }

  #openSlide(attributes: XmlAttributes): void {
    this.#slide += 1;
    const hidden = this.#hiddenStyles.has(attributes.get("draw:style-name") ?? "");
    if (hidden) this.#run.field("hiddenPart", `slide ${this.#slide}`, "content");
    this.#main.relabel(`${hidden ? "hidden " : ""}slide ${this.#slide}`);
  }

  #openCell(attributes: XmlAttributes): void {
    const formula = attributes.get("table:formula");
    if (formula !== null) {
      this.#formulas.add(formula);
      this.#formulas.endLine();
    }
    this.#cellHasText = false;
    this.#cellDepth += 1;
    const date = attributes.get("office:date-value") ?? attributes.get("office:time-value");
    this.#cellValue = date ?? attributes.get("office:value") ?? attributes.get("office:string-value");
  }

  /** Cells show text; where one has a value but no text, the value stands for it. */
  #closeCell(): void {
    this.#cellDepth = Math.max(0, this.#cellDepth - 1);
    if (!this.#cellHasText && this.#cellValue !== null) this.#blocks.add(this.#cellValue);
    this.#cellValue = null;
    this.#blocks.endCell();
  }

  #mark(local: string, attributes: XmlAttributes): void {
    if (this.#lines.length === 0) return;
    if (local === "tab") this.#blocks.add("\t");
    else if (local === "line-break") this.#blocks.add("\n");
    else if (local === "s") {
      const count = Number(attributes.get("text:c") ?? 1);
      this.#blocks.add(" ".repeat(Math.max(1, Math.min(SPACES_LIMIT, count || 1))));
    }
  }
}
