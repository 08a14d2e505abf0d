/**
 * Running text of WordprocessingML and DrawingML parts (ECMA-376 part 1, clauses 17 and 20 to 21): bodies, headers, notes,
 * comments, text boxes, slides, charts, diagrams. Hidden text is kept, deleted text is told apart, field codes are
 * kept, alternative descriptions of pictures are kept.
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
}

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

  constructor(run: DocumentRun, options: BodyOptions) {
    this.#run = run;
    this.#options = options;
    this.#blocks = new TextBlocks(run, options.label);
    this.#deleted = new TextBlocks(run, "deleted text");
    this.#codes = new TextBlocks(run, "field code");
  }

  open(local: string, attributes: XmlAttributes): void {
    this.#open.push(local);
    if (this.#skipFrom > 0) return;
    if (local === "AlternateContent") this.#choiceSeen.push(false);
    else if (local === "Choice") this.#choiceSeen[this.#choiceSeen.length - 1] = true;
    else if (local === "Fallback" && this.#choiceSeen.at(-1) === true) this.#skipFrom = this.#open.length;
    else if (local === "sld" && isOff(attributes.get("show"))) this.#blocks.relabel(this.#options.hiddenLabel ?? null);
    else if (local === "comment" || local === "cm") this.#openComment(attributes);
    else if (local === "docPr" || local === "cNvPr") this.#describe(attributes);
    else if (local === "sp" && this.#options.dropPlaceholders) this.#shape = { text: "", dropped: false };
    else if (local === "ph" && this.#shape) this.#shape.dropped = true;
    else if (local === "listEntry" || local === "listItem") this.#addLine(attributes.get("val") ?? "");
    else if (local === "fldSimple") this.#addCode(attributes.get("instr") ?? "");
    const mark = BREAKS[local];
    if (mark !== undefined && this.#isInRun()) this.#add(mark);
  }

  close(local: string): void {
    this.#open.pop();
    if (this.#skipFrom > 0) {
      if (this.#open.length < this.#skipFrom) this.#skipFrom = 0;
      return;
    }
    if (local === "p" || local === "pt" || local === "tr" || local === "cm") {
      if (this.#shape) this.#shape.text += "\n";
      else this.#blocks.endLine();
      this.#deleted.endLine();
      this.#codes.endLine();
    } else if (local === "tc") this.#blocks.endCell();
    else if (local === "AlternateContent") this.#choiceSeen.pop();
    else if (local === "sp" && this.#shape) this.#closeShape();
    if (this.#open.length === 0) this.#finish();
  }

  text(text: string): void {
    if (this.#skipFrom > 0) return;
    const element = this.#open.at(-1);
    if (element === "t" || element === "text" || element === "v") this.#add(text);
    else if (element === "delText") this.#deleted.add(text);
    else if (element === "instrText" || element === "delInstrText") this.#codes.add(text);
  }

  /** `tab` also defines tab stops and `br` may be a border; only inside a run or text line they are characters. */
  #isInRun(): boolean {
    const parent = this.#open.at(-2);
    return parent === "r" || parent === "p";
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
    const date = attributes.get("date") ?? attributes.get("dt") ?? attributes.get("created") ?? "";
    const head = [author, date].filter((part) => part !== "").join(", ");
    if (head !== "") this.#addLine(`[${head}]`);
  }

  /** Alternative texts are what a blind reader hears: often a caption, sometimes a file name of the author's disk. */
  #describe(attributes: XmlAttributes): void {
    for (const name of ["title", "descr"]) {
      const text = attributes.get(name);
      if (text !== null && text.trim() !== "") this.#run.text(`${text}\n`, "alternative text");
    }
  }

  #closeShape(): void {
    if (this.#shape && !this.#shape.dropped) this.#blocks.add(this.#shape.text);
    this.#shape = null;
    this.#blocks.endLine();
  }

  #finish(): void {
    this.#blocks.flush();
    this.#deleted.flush();
    this.#codes.flush();
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
