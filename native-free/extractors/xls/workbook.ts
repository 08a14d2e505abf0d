/** What a workbook says once for all sheets (MS-XLS 2.1.7.20.3): sheets, shared strings, formats, names, links to files. */
import type { Extent } from "../../compound/extent-source.ts";
import { isDateFormat } from "../ooxml-parts.ts";
import { biff, type BiffRecord, extentOf } from "./biff.ts";
import { type FormulaNames, formulaText } from "./formula.ts";
import { charsAt, type Segments, stringAt, StringReader, type TextForm } from "./strings.ts";

export interface SheetEntry {
  /** Of its beginning in the stream. */
  readonly at: number;
  readonly name: string;
  readonly state: "visible" | "hidden" | "very hidden";
  readonly isMacro: boolean;
}

interface DefinedName {
  readonly name: string;
  readonly tokens: Uint8Array;
  readonly isHidden: boolean;
}

const builtInNames = [
  ...["Consolidate_Area", "Auto_Open", "Auto_Close", "Extract", "Database", "Criteria", "Print_Area", "Print_Titles"],
  ...["Recorder", "Data_Form", "Auto_Activate", "Auto_Deactivate", "Sheet_Title", "_FilterDatabase"],
];

export class Workbook implements FormulaNames {
  form: TextForm = { hasFlags: true, codePage: 1252 };
  is1904 = false;
  /** Who saved it last, as the program was told. */
  writer = "";
  readonly sheets: SheetEntry[] = [];
  readonly strings: string[] = [];
  readonly usedStrings = new Set<number>();
  readonly drawings: Extent[] = [];
  /** Files and servers that it refers to. */
  readonly links: string[] = [];
  readonly names: DefinedName[] = [];
  readonly #formats = new Map<number, string>();
  readonly #styles: number[] = [];
  readonly #externs: { book: number; first: number }[] = [];
  readonly #books: (string | null)[] = [];

  take(record: BiffRecord, segments: Segments): void {
    const { type, data } = record;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    if (type === biff.codePage && data.length >= 2 && !this.form.hasFlags) {
      this.form = { hasFlags: false, codePage: view.getUint16(0, true) };
    } else if (type === biff.date1904 && data.length >= 2) this.is1904 = view.getUint16(0, true) === 1;
    else if (type === biff.writeAccess) this.writer = this.#writerOf(data);
    else if (type === biff.boundSheet && data.length >= 8) this.#addSheet(data, view);
    else if (type === biff.sharedStrings) this.#readStrings(segments);
    else if (type === biff.format && data.length >= 4) {
      this.#formats.set(view.getUint16(0, true), stringAt(data, 2, this.form.hasFlags ? 2 : 1, this.form));
    } else if (type === biff.extendedFormat && data.length >= 4) this.#styles.push(view.getUint16(2, true));
    else if (type === biff.drawingGroup) this.drawings.push(extentOf(record));
    else this.#takeReference(type, data, view, segments);
  }

  #takeReference(type: number, data: Uint8Array, view: DataView, segments: Segments): void {
    if (type === biff.supBook && data.length >= 4) this.#addBook(view, segments);
    else if (type === biff.externSheet && this.form.hasFlags) this.#addExterns(segments);
    else if (type === biff.externSheet) this.#addOldExtern(data);
    else if (type === biff.name && data.length >= 15) this.#addName(data, view);
  }

  /** The format of a cell's style shows dates. */
  isDate(style: number): boolean {
    const format = this.#styles[style];
    return format !== undefined && isDateFormat(format, this.#formats.get(format));
  }

  name(number: number): string {
    return this.names[number - 1]?.name ?? `name${number}`;
  }

  sheet(number: number): string {
    const extern = this.#externs[this.form.hasFlags ? number : Math.abs((number << 16) >> 16) - 1];
    if (!extern) return "?";
    const book = this.#books[extern.book];
    if (typeof book === "string") return `'[${book}]'`;
    return this.ownSheet(extern.first);
  }

  ownSheet(index: number): string {
    const name = this.sheets[index]?.name ?? "?";
    return /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) ? name : `'${name.replaceAll("'", "''")}'`;
  }

  nameText({ name, tokens }: DefinedName): string {
    return `${name} = ${formulaText(tokens, this)}`;
  }

  #writerOf(data: Uint8Array): string {
    const text = stringAt(data, 0, this.form.hasFlags ? 2 : 1, this.form).trim();
    // Some programs leave the field's padding without a length.
    return text.length <= 109 ? text : "";
  }

  #addSheet(data: Uint8Array, view: DataView): void {
    const state = (["visible", "hidden", "very hidden"] as const)[data[4]! & 3] ?? "very hidden";
    const name = stringAt(data, 6, 1, this.form);
    this.sheets.push({ at: view.getUint32(0, true), name, state, isMacro: data[5] === 1 });
  }

  #readStrings(segments: Segments): void {
    const reader = new StringReader(segments, 8);
    while (!reader.isAtEnd) this.strings.push(reader.rich());
  }

  /** Null stands for the workbook itself (MS-XLS 2.4.271). */
  #addBook(view: DataView, segments: Segments): void {
    const mark = view.getUint16(2, true);
    if (mark === 0x0401 || mark === 0x3a01) this.#books.push(null);
    else {
      const reader = new StringReader(segments, 2);
      const path = linkText(reader.chars(reader.u16(), (reader.byte() & 1) !== 0));
      this.#books.push(path);
      this.links.push(path);
    }
  }

  #addExterns(segments: Segments): void {
    const reader = new StringReader(segments);
    const count = reader.u16();
    for (let i = 0; i < count && !reader.isAtEnd; i++) {
      const [book, first] = [reader.u16(), reader.u16()];
      reader.u16();
      this.#externs.push({ book, first });
    }
  }

  /** Before BIFF 8 each record names a file, or with mark 3 a sheet of this workbook. */
  #addOldExtern(data: Uint8Array): void {
    if (data[1] === 3) this.#books.push(null);
    else {
      const path = linkText(charsAt(data, 1, data[0] ?? 0, this.form));
      this.#books.push(path);
      if (path !== "") this.links.push(path);
    }
    this.#externs.push({ book: this.#books.length - 1, first: -1 });
  }

  #addName(data: Uint8Array, view: DataView): void {
    const flags = view.getUint16(0, true);
    const chars = data[3]!;
    const size = view.getUint16(4, true);
    const raw = charsAt(data, 14, chars, this.form);
    const isBuiltIn = (flags & 0x20) !== 0;
    const name = isBuiltIn ? (builtInNames[data[this.form.hasFlags ? 15 : 14] ?? 255] ?? raw) : raw;
    const wide = this.form.hasFlags && ((data[14] ?? 0) & 1) !== 0;
    const at = 14 + (this.form.hasFlags ? 1 : 0) + chars * (wide ? 2 : 1);
    this.names.push({ name, tokens: data.slice(at, at + size), isHidden: (flags & 1) !== 0 });
  }
}

/** Paths are written with control characters for drives and folders (MS-XLS 2.5.277). */
function linkText(path: string): string {
  // eslint-disable-next-line no-control-regex
  return path
    .replace(/^\u0001\u0001(.)/, "$1:\\")
    .replace(/[\u0001-\u0008]/g, (sign) => (sign === "\u0003" ? "\\" : ""))
    .replaceAll("\u0000", "");
}
