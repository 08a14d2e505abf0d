/** One worksheet or macro sheet of SpreadsheetML (ECMA-376 part 1, 18.3): cells in rows, formulas, headers, rules. */
import { TextBlocks, type DocumentRun } from "../document-run.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";
import { formatSerial, type CellFormats } from "./cell-format.ts";

export interface SharedStrings {
  readonly strings: readonly string[];
  readonly used: Set<number>;
}

const NOTED = new Set(["oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"]);
const RULES = new Set(["formula", "formula1", "formula2"]);

export class SheetText implements XmlHandler {
  readonly #cells: TextBlocks;
  readonly #formulas: TextBlocks;
  readonly #notes: TextBlocks;
  readonly #shared: SharedStrings;
  readonly #formats: CellFormats;
  readonly #is1904: boolean;
  #cell = { at: "", type: "n", style: 0 };
  #value = "";
  #inline = "";
  #formula = "";
  #element = "";
  #phonetic = false;
  readonly #run: DocumentRun;
  readonly #label: string;
  readonly #hidden = { row: 0, col: 0 };

  constructor(run: DocumentRun, label: string, shared: SharedStrings, formats: CellFormats, is1904: boolean) {
    this.#run = run;
    this.#label = label;
    this.#cells = new TextBlocks(run, label);
    this.#formulas = new TextBlocks(run, `formulas of ${label}`);
    this.#notes = new TextBlocks(run, `settings of ${label}`);
    this.#shared = shared;
    this.#formats = formats;
    this.#is1904 = is1904;
  }

  open(local: string, attributes: XmlAttributes): void {
    this.#element = local;
    if (local === "c") {
      const style = Number(attributes.get("s") ?? 0);
      this.#cell = { at: attributes.get("r") ?? "", type: attributes.get("t") ?? "n", style };
      this.#value = this.#inline = this.#formula = "";
    } else if (local === "rPh") this.#phonetic = true;
    else if (local === "row" || local === "col") this.#countHidden(local, attributes);
    else if (local === "hyperlink" || local === "dataValidation") this.#noteAttributes(attributes);
    else if (NOTED.has(local) || RULES.has(local)) this.#notes.endLine();
  }

  close(local: string): void {
    this.#element = "";
    if (local === "c") this.#closeCell();
    else if (local === "row") this.#cells.endLine();
    else if (local === "rPh") this.#phonetic = false;
    else if (NOTED.has(local) || RULES.has(local)) this.#notes.endLine();
  }

  text(text: string): void {
    if (this.#element === "v") this.#value += text;
    else if (this.#element === "t" && !this.#phonetic) this.#inline += text;
    else if (this.#element === "f") this.#formula += text;
    else if (NOTED.has(this.#element) || RULES.has(this.#element)) this.#notes.add(text);
  }

  finish(): void {
    this.#cells.endLine();
    const { row, col } = this.#hidden;
    if (row > 0) this.#run.field("hiddenPart", `${row} rows of ${this.#label}`, "sheet");
    if (col > 0) this.#run.field("hiddenPart", `${col} columns of ${this.#label}`, "sheet");
    this.#hidden.row = this.#hidden.col = 0;
    for (const blocks of [this.#cells, this.#formulas, this.#notes]) blocks.flush();
  }

  #countHidden(local: "row" | "col", attributes: XmlAttributes): void {
    if (!/^(1|true)$/.test(attributes.get("hidden") ?? "")) return;
    const first = Number(attributes.get("min") ?? 1);
    const last = Number(attributes.get("max") ?? first);
    this.#hidden[local] += local === "row" || !(last >= first) ? 1 : last - first + 1;
  }

  #closeCell(): void {
    const shown = this.#shownValue();
    if (shown !== "") {
      this.#cells.add(shown);
      this.#cells.endCell();
    }
    if (this.#formula.trim() === "") return;
    this.#formulas.add(`${this.#cell.at} =${this.#formula}`);
    this.#formulas.endLine();
  }

  #shownValue(): string {
    const { type, style } = this.#cell;
    if (type === "inlineStr") return this.#inline;
    if (type === "s") return this.#sharedString();
    if (type === "b") return this.#value === "1" ? "TRUE" : this.#value === "0" ? "FALSE" : this.#value;
    if (type === "n" && this.#value !== "" && this.#formats.isDate(style)) {
      return formatSerial(Number(this.#value), this.#is1904) ?? this.#value;
    }
    return this.#value + this.#inline;
  }

  /** An index without a string is given as it stands: the number is all there is. */
  #sharedString(): string {
    const index = Number(this.#value);
    const text = this.#shared.strings[index];
    if (text === undefined) return this.#value;
    this.#shared.used.add(index);
    return text;
  }

  #noteAttributes(attributes: XmlAttributes): void {
    for (const name of ["display", "location", "tooltip", "error", "errorTitle", "prompt", "promptTitle"]) {
      const text = attributes.get(name);
      if (text === null) continue;
      this.#notes.add(text);
      this.#notes.endLine();
    }
  }
}
