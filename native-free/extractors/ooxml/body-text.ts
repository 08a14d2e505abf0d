/**
 * Running text of WordprocessingML and DrawingML parts (ECMA-376 part 1, clauses 17 and 20 to 21): bodies, headers, notes,
 * comments, text boxes, slides, charts, diagrams. Deleted and moved text is told apart; inserted and hidden text stands in
 * its place and once more under a label of its own. Field codes and alternative descriptions of pictures are kept.
 */
import { TextBlocks, type DocumentRun } from "../document-run.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";

export interface BodyOptions {
  /** Text outside of comments and the like: null for the body itself. */
  readonly label: string | null;
  /** Elements whose content is not wanted (placeholders of slide masters). */
  readonly dropPlaceholders?: boolean;
  /** Comment authors by id, where comments name them by number. */
  readonly authors?: ReadonlyMap<string, string>;
  /** The label in place of `label` for a slide that is not shown. */
  readonly hiddenLabel?: string;
  /** Ids of character styles whose text is not shown. */
  readonly hiddenStyles?: ReadonlySet<string>;
}

/** Tracked changes around runs (17.13.5), with the label of their text where it is no part of the document any more. */
const CHANGES: Readonly<Record<string, "inserted text" | "deleted text" | "moved text">> = {
  ins: "inserted text",
  moveTo: "inserted text",
  del: "deleted text",
  moveFrom: "moved text",
};
const COMMENTS = new Set(["comment", "cm", "reply"]);

const BREAKS: Readonly<Record<string, string>> = { br: "\n", cr: "\n", tab: "\t", ptab: "\t", noBreakHyphen: "\u2011" };

/** Reads any part whose text lies in `t` inside `p`, in whatever of the namespaces. */
export class BodyText implements XmlHandler {
  readonly #run: DocumentRun;
  readonly #options: BodyOptions;
  readonly #blocks: TextBlocks;
  readonly #deleted: TextBlocks;
  readonly #codes: TextBlocks;
  readonly #open: string[] = [];
  /** Depth from which everything is skipped, 0 for none. */
  #skipFrom = 0;
  readonly #choiceSeen: boolean[] = [];
  #shape: { text: string; dropped: boolean } | null = null;
  readonly #changes: { readonly depth: number; readonly label: string }[] = [];
  readonly #inserted: TextBlocks;
  readonly #moved: TextBlocks;
  readonly #hidden: TextBlocks;
  #isRunHidden = false;

  constructor(run: DocumentRun, options: BodyOptions) {
    this.#run = run;
    this.#options = options;
    this.#blocks = new TextBlocks(run, options.label);
    this.#deleted = new TextBlocks(run, "deleted text");
    this.#codes = new TextBlocks(run, "field code");
    this.#inserted = new TextBlocks(run, "inserted text");
    this.#moved = new TextBlocks(run, "moved text");
    this.#hidden = new TextBlocks(run, "hidden text");
  }

  open(local: string, attributes: XmlAttributes): void {
    this.#open.push(local);
    if (this.#skipFrom > 0) return;
    if (local === "AlternateContent") this.#choiceSeen.push(false);
    else if (local === "Choice") this.#choiceSeen[this.#choiceSeen.length - 1] = true;
    else if (local === "Fallback" && this.#choiceSeen.at(-1) === true) this.#skipFrom = this.#open.length;
    else if (local === "sld" && isOff(attributes.get("show"))) this.#hideSlide();
    else if (COMMENTS.has(local)) this.#openComment(attributes);
    else if (local === "docPr" || local === "cNvPr") this.#describe(attributes);
    else if (local === "sp" && this.#options.dropPlaceholders) this.#shape = { text: "", dropped: false };
    else if (local === "ph" && this.#shape) this.#shape.dropped = true;
    // A text box stands inside of the paragraph that it is anchored to.
    else if (local === "txbxContent" || local === "txbx" || local === "textbox") this.#blocks.endLine();
    else if (local === "listEntry" || local === "listItem") this.#addLine(attributes.get("val") ?? "");
    else if (local === "fldSimple") this.#addCode(attributes.get("instr") ?? "");
    else this.#openMark(local, attributes);
    const mark = BREAKS[local];
    if (mark !== undefined && this.#isInRun()) this.#add(mark);
  }

  /** Changes and hiding, which stand around or in front of the text that they are about. */
  #openMark(local: string, attributes: XmlAttributes): void {
    if (local === "r") this.#isRunHidden = false;
    else if (local === "vanish" || local === "webHidden") this.#hideRun(!isOff(attributes.get("val")));
    else if (local === "rStyle") this.#hideRun(this.#options.hiddenStyles?.has(attributes.get("val") ?? "") ?? false);
    const author = attributes.get("author");
    if (author !== null) this.#run.fieldOnce("changeAuthor", author, "change");
    const label = Object.hasOwn(CHANGES, local) ? CHANGES[local] : undefined;
    if (label !== undefined) this.#changes.push({ depth: this.#open.length, label });
  }

  #hideRun(hides: boolean): void {
    if (hides && this.#open.at(-3) === "r") this.#isRunHidden = true;
  }

  close(local: string): void {
    if (this.#changes.at(-1)?.depth === this.#open.length) this.#changes.pop();
    if (local === "r") this.#isRunHidden = false;
    this.#open.pop();
    if (this.#skipFrom > 0) {
      if (this.#open.length < this.#skipFrom) this.#skipFrom = 0;
      return;
    }
    if (local === "p" || local === "pt" || local === "tr" || COMMENTS.has(local)) {
      if (this.#shape) this.#shape.text += "\n";
      else this.#blocks.endLine();
      for (const blocks of this.#asides) blocks.endLine();
    } else if (local === "tc") this.#blocks.endCell();
    else if (local === "AlternateContent") this.#choiceSeen.pop();
    else if (local === "sp" && this.#shape) this.#closeShape();
    if (this.#open.length === 0) this.#finish();
  }

  text(text: string): void {
    if (this.#skipFrom > 0) return;
    const element = this.#open.at(-1);
    if (element === "t" || element === "text" || element === "v") this.#addRun(text);
    else if (element === "delText") this.#deleted.add(text);
    else if (element === "instrText" || element === "delInstrText") this.#codes.add(text);
  }

  /** `tab` also defines tab stops and `br` may be a border; only inside a run or text line they are characters. */
  #isInRun(): boolean {
    const parent = this.#open.at(-2);
    return parent === "r" || parent === "p";
  }

  get #asides(): readonly TextBlocks[] {
    return [this.#deleted, this.#codes, this.#inserted, this.#moved, this.#hidden];
  }

  #addRun(text: string): void {
    const change = this.#changes.at(-1)?.label;
    if (change === "moved text") {
      this.#moved.add(text);
      return;
    }
    if (change === "inserted text") this.#inserted.add(text);
    if (this.#isRunHidden) this.#hidden.add(text);
    this.#add(text);
  }

  #add(text: string): void {
    if (this.#shape) this.#shape.text += text;
    else this.#blocks.add(text);
  }

  #addLine(text: string): void {
    this.#blocks.endLine();
    this.#blocks.add(text);
    this.#blocks.endLine();
  }

  #addCode(text: string): void {
    this.#codes.add(text);
    this.#codes.endLine();
  }

  #openComment(attributes: XmlAttributes): void {
    this.#blocks.flush();
    const named = attributes.get("author");
    const author = named ?? this.#options.authors?.get(attributes.get("authorId") ?? "") ?? "";
    if (author !== "") this.#run.fieldOnce("changeAuthor", author, "comment");
    const date = attributes.get("date") ?? attributes.get("dt") ?? attributes.get("created") ?? "";
    const head = [author, date].filter((part) => part !== "").join(", ");
    if (head !== "") this.#addLine(`[${head}]`);
  }

  /** Alternative texts are what a blind reader hears: often a caption, sometimes a file name of the author's disk. */
  #describe(attributes: XmlAttributes): void {
    if (attributes.get("hidden") === "1" || attributes.get("hidden") === "true") {
      const name = `shape ${attributes.get("name") ?? ""}`.trim();
      this.#run.field(
        "hiddenPart",
        this.#options.label === null ? name : `${name} on ${this.#options.label}`,
        "drawing",
      );
    }
    for (const name of ["title", "descr"]) {
      const text = attributes.get(name);
      if (text !== null && text.trim() !== "") this.#run.text(`${text}\n`, "alternative text");
    }
  }

  #hideSlide(): void {
    const label = this.#options.hiddenLabel;
    this.#blocks.relabel(label ?? null);
    if (label !== undefined) this.#run.field("hiddenPart", label.replace(/^hidden /, ""), "slide");
  }

  #closeShape(): void {
    if (this.#shape && !this.#shape.dropped) this.#blocks.add(this.#shape.text);
    this.#shape = null;
    this.#blocks.endLine();
  }

  #finish(): void {
    this.#blocks.flush();
    for (const blocks of this.#asides) blocks.flush();
  }

  /** Gives out what was gathered, also where the part broke off before its last element was closed. */
  finish(): void {
    if (this.#shape) this.#closeShape();
    this.#finish();
  }
}

function isOff(value: string | null): boolean {
  return value === "0" || value === "false";
}
