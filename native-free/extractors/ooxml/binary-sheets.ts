/**
 * Binary workbooks (MS-XLSB): sheets in their order with values, dates and formulas, hidden ones named as such, names,
 * comments, strings of no cell. Other parts are read or given as children as in workbooks of XML.
 */
import { Buffer } from "node:buffer";
import { partName, type ZipEntry } from "../../containers/zip-parts.ts";
import type { Extraction } from "../../model/extraction.ts";
import { type DocumentRun, TextBlocks } from "../document-run.ts";
import { columnName, errorText, type FormulaNames, formulaText, rkValue } from "../xls-parts.ts";
import { type BinaryRecord, partBytes, recordsOf, wideString } from "./binary-records.ts";
import { formatSerial, isDateFormat } from "./cell-format.ts";
import type { OoxmlPackage } from "./package.ts";

/** Numbers of records (MS-XLSB 2.3.2). */
const brt = {
  row: 0,
  rk: 2,
  error: 3,
  bool: 4,
  real: 5,
  string: 6,
  shared: 7,
  formulaString: 8,
  formulaNumber: 9,
  formulaBool: 10,
  formulaError: 11,
  sharedItem: 19,
  name: 39,
  format: 44,
  style: 47,
  workbookProperties: 153,
  sheet: 156,
  externSheet: 362,
  beginStyles: 617,
  endStyles: 618,
  commentAuthor: 632,
  comment: 635,
  commentText: 637,
} as const;

const states = ["", "hidden ", "very hidden "] as const;

class Book implements FormulaNames {
  readonly isModern = true;
  readonly form = { hasFlags: true, codePage: 1200 };
  readonly sheets: { name: string; id: string; hiding: string }[] = [];
  readonly strings: string[] = [];
  readonly used = new Set<number>();
  readonly names: { name: string; tokens: Uint8Array }[] = [];
  readonly formats = new Map<number, string>();
  readonly styles: number[] = [];
  readonly externs: number[] = [];
  is1904 = false;

  name(number: number): string {
    return this.names[number - 1]?.name ?? `name${number}`;
  }

  sheet(number: number): string {
    return this.ownSheet(this.externs[number] ?? -1);
  }

  ownSheet(index: number): string {
    return `'${(this.sheets[index]?.name ?? "?").replaceAll("'", "''")}'`;
  }

  isDate(style: number): boolean {
    const format = this.styles[style];
    return format !== undefined && isDateFormat(format, this.formats.get(format));
  }
}

export async function* readBinarySheets(
  pack: OoxmlPackage,
  run: DocumentRun,
  main: ZipEntry,
): AsyncGenerator<Extraction> {
  const book = new Book();
  await readInto(pack, run, main, (record) => takeBook(book, record));
  for (const [type, pattern] of [
    ["styles", /^xl\/styles\.bin$/i],
    ["sharedStrings", /^xl\/sharedStrings\.bin$/i],
  ] as const) {
    const related = (await pack.related(partName(main), type)).map(({ entry }) => entry);
    const [entry] = related.length > 0 ? related : pack.unhandled(pattern);
    let inStyles = false;
    if (!entry) continue;
    await readInto(pack, run, entry, (record) => {
      if (record.type === brt.beginStyles || record.type === brt.endStyles) inStyles = record.type === brt.beginStyles;
      else takeTables(book, record, inStyles);
    });
  }
  for (const { entry, label, hiding } of await orderSheets(pack, partName(main), book)) {
    if (hiding !== "") run.field("hiddenPart", label, "workbook");
    const sheet = new BinarySheet(run, label, book);
    await readInto(pack, run, entry, (record) => sheet.take(record));
    sheet.finish();
    yield* run.drain();
    for (const part of await pack.related(partName(entry), "comments")) {
      await readComments(pack, run, part.entry, `comments of ${label}`);
    }
    yield* run.drain();
    if (run.isFull) return;
  }
  giveRest(book, run);
  yield* run.drain();
}

/** Records that are too short for what they should hold are passed over. */
async function readInto(
  pack: OoxmlPackage,
  run: DocumentRun,
  entry: ZipEntry,
  take: (record: BinaryRecord) => void,
): Promise<void> {
  pack.handled.add(entry);
  for (const record of recordsOf(await partBytes(run, entry))) {
    try {
      take(record);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
}

function takeBook(book: Book, { type, data }: BinaryRecord): void {
  if (type === brt.sheet) {
    const id = wideString(data, 8);
    const hiding = states[Math.min(2, data.getUint32(0, true))]!;
    book.sheets.push({ id: id.text, name: wideString(data, id.end).text, hiding });
  } else if (type === brt.workbookProperties) book.is1904 = (data.getUint32(0, true) & 1) !== 0;
  else if (type === brt.externSheet) {
    for (let at = 4; at + 12 <= data.byteLength; at += 12) book.externs.push(data.getInt32(at + 4, true));
  } else if (type === brt.name) {
    const name = wideString(data, 9);
    book.names.push({ name: name.text, tokens: tokensAt(data, name.end) });
  }
}

function tokensAt(data: DataView, at: number): Uint8Array {
  const size = Math.min(data.getUint32(at, true), data.byteLength - at - 4);
  return Buffer.from(data.buffer, data.byteOffset + at + 4, size);
}

function takeTables(book: Book, { type, data }: BinaryRecord, inStyles: boolean): void {
  if (type === brt.sharedItem) book.strings.push(wideString(data, 1).text);
  else if (type === brt.format) book.formats.set(data.getUint16(0, true), wideString(data, 2).text);
  else if (type === brt.style && inStyles) book.styles.push(data.getUint16(2, true));
}

async function orderSheets(
  pack: OoxmlPackage,
  main: string,
  book: Book,
): Promise<{ entry: ZipEntry; label: string; hiding: string }[]> {
  const types = ["worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"];
  const related = await pack.related(main, ...types);
  const found = book.sheets.flatMap(({ name, id, hiding }) => {
    const part = related.find((candidate) => candidate.id === id);
    const macro = part?.type.endsWith("acrosheet") ? "macro " : "";
    return part ? [{ entry: part.entry, label: `${hiding}${macro}sheet ${name}`, hiding: hiding as string }] : [];
  });
  const known = new Set(found.map(({ entry }) => entry));
  const usual = pack.unhandled(/^xl\/(worksheets|macrosheets)\/sheet[^/]*\.bin$/i);
  for (const entry of usual) {
    if (!known.has(entry)) found.push({ entry, label: "sheet outside of the workbook", hiding: "" });
  }
  return found;
}

class BinarySheet {
  readonly #cells: TextBlocks;
  readonly #formulas: TextBlocks;
  readonly #book: Book;
  #row = 0;

  constructor(run: DocumentRun, label: string, book: Book) {
    this.#cells = new TextBlocks(run, label);
    this.#formulas = new TextBlocks(run, `formulas of ${label}`);
    this.#book = book;
  }

  finish(): void {
    this.#cells.endLine();
    this.#cells.flush();
    this.#formulas.flush();
  }

  take({ type, data }: BinaryRecord): void {
    if (type === brt.row) {
      this.#row = data.getUint32(0, true);
      return this.#cells.endLine();
    }
    if (type < brt.rk || type > brt.formulaError) return;
    const { text, end } = this.#value(type, data);
    if (text !== "") {
      this.#cells.add(text.replaceAll("\n", " "));
      this.#cells.endCell();
    }
    if (type < brt.formulaString) return;
    const tokens = tokensAt(data, end + 2);
    const formula = tokens[0] === 1 ? "" : formulaText(tokens, this.#book);
    if (formula === "") return;
    this.#formulas.add(`${columnName(data.getUint32(0, true) & 0x3fff)}${this.#row + 1} =${formula}`);
    this.#formulas.endLine();
  }

  /** Behind the cell's column and style (MS-XLSB 2.5.9). */
  #value(type: number, data: DataView): { text: string; end: number } {
    switch (type) {
      case brt.rk:
        return { text: this.#number(rkValue(data.getInt32(8, true)), data), end: 12 };
      case brt.real:
      case brt.formulaNumber:
        return { text: this.#number(data.getFloat64(8, true), data), end: 16 };
      case brt.error:
      case brt.formulaError:
        return { text: errorText(data.getUint8(8)), end: 9 };
      case brt.bool:
      case brt.formulaBool:
        return { text: data.getUint8(8) === 0 ? "FALSE" : "TRUE", end: 9 };
      case brt.shared:
        this.#book.used.add(data.getUint32(8, true));
        return { text: this.#book.strings[data.getUint32(8, true)] ?? "", end: 12 };
      default:
        return wideString(data, 8);
    }
  }

  #number(value: number, data: DataView): string {
    const style = data.getUint32(4, true) & 0xff_ffff;
    return (this.#book.isDate(style) ? formatSerial(value, this.#book.is1904) : null) ?? String(value);
  }
}

async function readComments(pack: OoxmlPackage, run: DocumentRun, entry: ZipEntry, label: string): Promise<void> {
  const blocks = new TextBlocks(run, label);
  const authors: string[] = [];
  await readInto(pack, run, entry, ({ type, data }) => {
    if (type === brt.commentAuthor) authors.push(wideString(data, 0).text);
    else if (type === brt.comment) {
      const author = authors[data.getUint32(0, true)] ?? "";
      const cell = `${columnName(data.getUint32(12, true) & 0x3fff)}${data.getUint32(4, true) + 1}`;
      blocks.endLine();
      blocks.add(`[${author === "" ? cell : `${cell}, ${author}`}] `);
    } else if (type === brt.commentText) blocks.add(wideString(data, 1).text);
  });
  for (const author of new Set(authors)) run.field("changeAuthor", author, "xlsb-comments");
  blocks.endLine();
  blocks.flush();
}

function giveRest(book: Book, run: DocumentRun): void {
  const blocks = new TextBlocks(run, "defined names");
  for (const { name, tokens } of book.names) {
    blocks.add(`${name} = ${formulaText(tokens, book)}`);
    blocks.endLine();
  }
  blocks.relabel("strings of no cell");
  for (const [index, text] of book.strings.entries()) {
    if (book.used.has(index) || run.isFull) continue;
    blocks.add(text);
    blocks.endLine();
  }
  blocks.flush();
}
