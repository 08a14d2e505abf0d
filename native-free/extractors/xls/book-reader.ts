/** One pass over a workbook's stream: what holds for all sheets first, then the sheets, listed or not. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction } from "../../model/extraction.ts";
import type { DocumentRun } from "../document-run.ts";
import { biff, type BiffRecord, isBegin, readRecords, type RecordKey } from "./biff.ts";
import { openWorkbook } from "./decrypt.ts";
import { Sheet } from "./sheet.ts";
import { Workbook } from "./workbook.ts";

interface Group {
  readonly record: BiffRecord;
  /** Its data and those of the records that continue it. */
  readonly segments: Uint8Array[];
}

/** What has begun and not ended. */
interface Part {
  readonly sheet: Sheet | null;
  depth: number;
}

const globals = 0x0005;

export class BookReader {
  readonly book = new Workbook();
  isProtected = false;
  /** No password fits: nothing was read. */
  isLocked = false;
  readonly #stream: ByteSource;
  readonly #context: ExtractContext;
  readonly #run: DocumentRun;
  readonly #prefix: string;
  readonly #begun = new Set<number>();
  #key: RecordKey | null = null;

  constructor(stream: ByteSource, context: ExtractContext, run: DocumentRun, prefix: string) {
    this.#stream = stream;
    this.#context = context;
    this.#run = run;
    this.#prefix = prefix;
  }

  *read(): Generator<Extraction> {
    if (!isBegin(this.#stream, 0)) {
      this.#run.finding("document/damaged", { format: "Excel", problem: "no beginning of records" });
      this.#run.status("partial", "damaged");
    }
    yield* this.#readFrom(0);
    if (this.isLocked) return;
    let lost = 0;
    for (const { at } of this.book.sheets) {
      if (this.#begun.has(at)) continue;
      if (isBegin(this.#stream, at)) yield* this.#readFrom(at);
      else lost++;
    }
    if (lost > 0) {
      this.#run.finding("office/sheets-lost", { sheets: lost });
      this.#run.status("partial", "damaged");
    }
  }

  *#readFrom(at: number): Generator<Extraction> {
    let part: Part | null = null;
    for (const { record, segments } of this.#groups(at)) {
      if (record.type === biff.begin || (record.type & 0xff) === 0x09) {
        if (part) part.depth++;
        else if (this.#begun.has(record.at)) return;
        else part = this.#begin(record);
      } else if (record.type === biff.eof) {
        if (part && --part.depth > 0) continue;
        part?.sheet?.finish();
        part = null;
        yield* this.#run.drain();
      } else if (record.type === biff.filePass) this.#unlock(record);
      else if (part?.sheet) part.sheet.take(record, segments);
      else this.book.take(record, segments);
      if (this.isLocked || this.#run.isFull) return;
    }
    // The stream ended in the middle of a sheet: what it holds so far counts.
    part?.sheet?.finish();
    yield* this.#run.drain();
  }

  /** Records with those that continue them. */
  *#groups(at: number): Generator<Group> {
    let group: Group | null = null;
    const key: RecordKey = (data, place, type) => this.#key?.(data, place, type);
    for (const record of readRecords(this.#stream, at, key)) {
      if (record.type === biff.continued && group) {
        group.segments.push(record.data);
        continue;
      }
      if (group) yield group;
      group = { record, segments: [record.data] };
      if (record.type !== biff.filePass) continue;
      // The next record can be read only with the key that this one leads to.
      yield group;
      group = null;
    }
    if (group) yield group;
  }

  #begin(record: BiffRecord): Part {
    this.#begun.add(record.at);
    const view = new DataView(record.data.buffer, record.data.byteOffset, record.data.length);
    const version = record.data.length >= 2 ? view.getUint16(0, true) : 0x0600;
    const kind = record.data.length >= 4 ? view.getUint16(2, true) : 0;
    if (record.at === 0) this.book.form = { hasFlags: version === 0x0600, codePage: 1252 };
    if (kind === globals) return { sheet: null, depth: 1 };
    return { sheet: new Sheet(this.book, this.#run, this.#prefix + this.#labelOf(record.at, kind)), depth: 1 };
  }

  #labelOf(at: number, kind: number): string {
    const entry = this.book.sheets.find((sheet) => sheet.at === at);
    if (!entry) return "sheet outside of the workbook";
    const label = `${entry.isMacro || kind === 0x0040 ? "macro " : ""}sheet ${entry.name}`;
    if (entry.state === "visible") return label;
    this.#run.field("hiddenPart", `${entry.state} ${label}`, "xls");
    return `${entry.state} ${label}`;
  }

  #unlock(record: BiffRecord): void {
    this.isProtected = true;
    const attempt = openWorkbook(record.data, this.book.form.hasFlags, this.#context.passwords);
    if (attempt) {
      this.#run.push(...attempt.notes);
      this.#key = attempt.key;
    } else {
      this.#run.finding("office/unknown-encryption");
      this.#run.status("failed", "encrypted");
    }
    this.isLocked = this.#key === null;
  }
}
