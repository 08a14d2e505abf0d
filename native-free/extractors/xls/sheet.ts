/** One sheet of a workbook (MS-XLS 2.1.7.20.6): cells in rows, formulas, comments, text boxes, headers. */
import { type DocumentRun, TextBlocks } from "../document-run.ts";
import { formatSerial } from "../ooxml-parts.ts";
import { biff, type BiffRecord } from "./biff.ts";
import { columnName, errorText, formulaText } from "./formula.ts";
import { charsAt, type Segments, stringAt, StringReader } from "./strings.ts";
import type { Workbook } from "./workbook.ts";

/** Older forms of records of cells, by the lower byte that they share with the newer ones. */
const oldForms: ReadonlyMap<number, number> = new Map([
  [0x0206, biff.formula],
  [0x0406, biff.formula],
  [0x0003, biff.number],
  [0x0004, biff.label],
  [0x0005, biff.boolOrError],
  [0x0007, biff.string],
  [0x0008, biff.row],
  [0x007e, biff.rk],
]);

interface Comment {
  readonly cell: string;
  readonly author: string;
  readonly object: number;
  readonly text: string;
}

export class Sheet {
  readonly #book: Workbook;
  readonly #run: DocumentRun;
  readonly #label: string;
  readonly #cells: TextBlocks;
  readonly #formulas: TextBlocks;
  readonly #notes: TextBlocks;
  readonly #objects = new Map<number, string>();
  readonly #comments: Comment[] = [];
  readonly #hidden = { row: 0, col: 0 };
  #row = -1;
  #object = -1;
  /** Tokens of the last formula that only points to a shared one, which follows it. */
  #waiting: { row: number; column: number } | null = null;

  constructor(book: Workbook, run: DocumentRun, label: string) {
    this.#book = book;
    this.#run = run;
    this.#label = label;
    this.#cells = new TextBlocks(run, label);
    this.#formulas = new TextBlocks(run, `formulas of ${label}`);
    this.#notes = new TextBlocks(run, `settings of ${label}`);
  }

  take({ type: written, data }: BiffRecord, segments: Segments): void {
    const type = oldForms.get(written) ?? written;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    try {
      if (type === biff.formula) this.#takeFormula(data, view);
      else if (!this.#takeCell(type, data, view)) this.#takeOther(type, data, view, segments);
    } catch (error) {
      // A record that is too short for what it should hold: its cell cannot be shown.
      if (!(error instanceof RangeError)) throw error;
    }
  }

  finish(): void {
    this.#cells.endLine();
    for (const blocks of [this.#cells, this.#formulas, this.#notes]) blocks.flush();
    this.#giveComments();
    const { row, col } = this.#hidden;
    if (row > 0) this.#run.field("hiddenPart", `${row} rows of ${this.#label}`, "xls");
    if (col > 0) this.#run.field("hiddenPart", `${col} columns of ${this.#label}`, "xls");
  }

  #cell(row: number, text: string): void {
    if (row !== this.#row) this.#cells.endLine();
    this.#row = row;
    if (text === "") return;
    this.#cells.add(text.replaceAll("\n", " "));
    this.#cells.endCell();
  }

  /** False where it is no cell. */
  #takeCell(type: number, data: Uint8Array, view: DataView): boolean {
    const row = data.length >= 6 ? view.getUint16(0, true) : 0;
    switch (type) {
      case biff.number:
        this.#cell(row, this.#numberText(view.getFloat64(6, true), view.getUint16(4, true)));
        return true;
      case biff.rk:
        this.#cell(row, this.#numberText(rkValue(view.getInt32(6, true)), view.getUint16(4, true)));
        return true;
      case biff.multiRk:
        for (let at = 4; at + 8 <= data.length; at += 6) {
          this.#cell(row, this.#numberText(rkValue(view.getInt32(at + 2, true)), view.getUint16(at, true)));
        }
        return true;
      case biff.labelShared:
        this.#cell(row, this.#sharedString(view.getUint32(6, true)));
        return true;
      case biff.label:
      case biff.richString:
        this.#cell(row, stringAt(data, 6, 2, this.#book.form));
        return true;
      case biff.boolOrError:
        this.#cell(
          row,
          view.getUint8(7) === 0 ? (view.getUint8(6) === 0 ? "FALSE" : "TRUE") : errorText(view.getUint8(6)),
        );
        return true;
      case biff.string:
        this.#cell(this.#row, stringAt(data, 0, 2, this.#book.form));
        return true;
      default:
        return false;
    }
  }

  #sharedString(index: number): string {
    this.#book.usedStrings.add(index);
    return this.#book.strings[index] ?? "";
  }

  #numberText(value: number, style: number): string {
    if (this.#book.isDate(style)) return formatSerial(value, this.#book.is1904) ?? String(value);
    return String(value);
  }

  /** The value as it was when the file was saved; a string stands in the record behind (MS-XLS 2.5.133). */
  #takeFormula(data: Uint8Array, view: DataView): void {
    const [row, column] = [view.getUint16(0, true), view.getUint16(2, true)];
    if (view.getUint16(12, true) !== 0xffff) {
      this.#cell(row, this.#numberText(view.getFloat64(6, true), view.getUint16(4, true)));
    } else if (data[6] === 1) this.#cell(row, data[8] === 0 ? "FALSE" : "TRUE");
    else if (data[6] === 2) this.#cell(row, errorText(data[8]!));
    else this.#cell(row, "");
    const size = view.getUint16(20, true);
    const tokens = data.subarray(22, 22 + size);
    this.#waiting = tokens[0] === 1 ? { row, column } : null;
    if (this.#waiting === null) this.#addFormula(row, column, formulaText(tokens, this.#book));
  }

  #addFormula(row: number, column: number, text: string): void {
    if (text === "") return;
    this.#formulas.add(`${columnName(column)}${row + 1} =${text}`);
    this.#formulas.endLine();
  }

  #takeOther(type: number, data: Uint8Array, view: DataView, segments: Segments): void {
    if (type === biff.sharedFormula) this.#takeShared(data, view);
    else if (type === biff.note) this.#takeNote(data, view);
    else if (type === biff.object) this.#object = data.length >= 8 ? view.getUint16(6, true) : -1;
    else if (type === biff.textObject) this.#takeText(view, segments);
    else if (type === biff.header || type === biff.footer)
      this.#note(stringAt(data, 0, this.#lengthBytes(), this.#book.form));
    else if (type === biff.hyperlink) this.#note(linkOf(data));
    else if (type === biff.row && (view.getUint16(12, true) & 0x20) !== 0) this.#hidden.row++;
    else if (type === biff.columnInfo && (view.getUint16(8, true) & 1) !== 0) {
      this.#hidden.col += Math.max(0, Math.min(255, view.getUint16(2, true)) - view.getUint16(0, true) + 1);
    }
  }

  #lengthBytes(): 1 | 2 {
    return this.#book.form.hasFlags ? 2 : 1;
  }

  #note(text: string): void {
    this.#notes.add(text);
    this.#notes.endLine();
  }

  /** Shown at the first cell that uses it, with the range of all. */
  #takeShared(data: Uint8Array, view: DataView): void {
    if (!this.#waiting) return;
    const { row, column } = this.#waiting;
    const size = view.getUint16(8, true);
    const text = formulaText(data.subarray(10, 10 + size), this.#book, this.#waiting);
    const last = `${columnName(data[5]!)}${view.getUint16(2, true) + 1}`;
    this.#addFormula(row, column, `${text}  [to ${last}]`);
    this.#waiting = null;
  }

  #takeNote(data: Uint8Array, view: DataView): void {
    const cell = `${columnName(view.getUint16(2, true))}${view.getUint16(0, true) + 1}`;
    const { form } = this.#book;
    if (form.hasFlags) {
      const author = stringAt(data, 8, 2, form);
      this.#comments.push({ cell, author, object: view.getUint16(6, true), text: "" });
    } else this.#comments.push({ cell, author: "", object: -1, text: charsAt(data, 6, data.length - 6, form) });
  }

  #takeText(view: DataView, segments: Segments): void {
    const count = view.getUint16(10, true);
    if (count === 0 || segments.length < 2) return;
    const reader = new StringReader(segments.slice(1), 1);
    const text = reader.chars(count, (segments[1]![0] ?? 0) === 1);
    this.#objects.set(this.#object, text);
  }

  #giveComments(): void {
    const blocks = new TextBlocks(this.#run, `comments of ${this.#label}`);
    for (const { cell, author, object, text } of this.#comments) {
      blocks.add(`[${author === "" ? cell : `${cell}, ${author}`}] ${text || (this.#objects.get(object) ?? "")}`);
      blocks.endLine();
      this.#objects.delete(object);
      this.#run.field("changeAuthor", author, "xls-comments");
    }
    blocks.relabel(this.#label);
    for (const text of this.#objects.values()) {
      blocks.add(text);
      blocks.endLine();
    }
    blocks.flush();
  }
}

/** 30 bits of an integer or of the upper half of a float, perhaps to be divided by 100 (MS-XLS 2.5.217). */
export function rkValue(rk: number): number {
  let value: number;
  if ((rk & 2) !== 0) value = rk >> 2;
  else {
    const view = new DataView(new ArrayBuffer(8));
    view.setInt32(4, rk & ~3, true);
    value = view.getFloat64(0, true);
  }
  return (rk & 1) === 0 ? value : value / 100;
}

/** Texts of a hyperlink that stand in UTF-16 with their length in front (MS-OSHARED 2.3.7.1), whatever its kind. */
function linkOf(data: Uint8Array): string {
  const text = new TextDecoder("utf-16le").decode(data.subarray(8 + 16));
  const shifted = new TextDecoder("utf-16le").decode(data.subarray(8 + 17));
  const narrow = new TextDecoder("windows-1252").decode(data.subarray(8 + 16));
  const found = [text, shifted, narrow].flatMap(
    (one) =>
      one.match(
        /(?:[a-z][a-z0-9+.-]{1,20}:|\\\\|\.\.?[\\/]|[\w-]+\.[\w-]+)[\u0021-\u007e\u00a0-\u024f\u0370-\u04ff]{2,2000}/gi,
      ) ?? [],
  );
  return [...new Set(found)].join(" ");
}
