/** Slides in their order with notes and comments, masters, and what earlier edits left behind (MS-PPT 2.4 and 2.5). */
import type { Extraction } from "../../model/extraction.ts";
import { type DocumentRun, TextBlocks } from "../document-run.ts";
import type { Persist } from "./persist.ts";
import { type PptRecord, recordAt, recordsBelow, recordsIn, rt, textOf } from "./records.ts";

/** Kinds of lists of slides, by the instance of the record (MS-PPT 2.4.14). */
const list = { slides: 0, masters: 1, notes: 2 } as const;

interface SlideEntry {
  readonly place: number;
  readonly slideId: number;
  /** Text that is kept in the list, for slides whose shapes only refer to it. */
  readonly outline: readonly string[];
}

export class Slides {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #persist: Persist | null;
  readonly #run: DocumentRun;
  /** Places of objects that were read. */
  readonly #read = new Set<number>();

  constructor(bytes: Uint8Array, persist: Persist | null, run: DocumentRun) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#persist = persist;
    this.#run = run;
  }

  *give(): Generator<Extraction> {
    const at = this.#persist?.current.get(this.#persist.documentId);
    const document = at === undefined ? null : recordAt(this.#bytes, at);
    if (document?.type === rt.document) {
      this.#read.add(document.at);
      yield* this.#giveDocument(document);
    } else {
      this.#run.finding("document/damaged", { format: "PowerPoint", problem: "no document record" });
      this.#run.status("partial", "damaged");
    }
    yield* this.#giveRest();
  }

  *#giveDocument(document: PptRecord): Generator<Extraction> {
    const lists = [...recordsIn(this.#bytes, document.start, document.end)].filter(({ type }) => type === rt.slideList);
    const entriesOf = (instance: number): SlideEntry[] =>
      lists.filter((record) => record.instance === instance).flatMap((record) => this.#entriesOf(record));
    const numbers = new Map<number, number>();
    for (const [index, entry] of entriesOf(list.slides).entries()) {
      numbers.set(entry.slideId, index + 1);
      yield* this.#giveSlide(entry, index + 1);
    }
    for (const entry of entriesOf(list.notes)) yield* this.#giveNotes(entry, numbers);
    for (const entry of entriesOf(list.masters)) {
      const record = this.#open(entry.place);
      if (record) this.#giveText(record, entry.outline, "slide master");
      yield* this.#run.drain();
    }
    this.#giveOther(document, new Set(lists.map((record) => record.at)));
    yield* this.#run.drain();
  }

  #entriesOf(slideList: PptRecord): SlideEntry[] {
    const entries: { place: number; slideId: number; outline: string[] }[] = [];
    for (const record of recordsIn(this.#bytes, slideList.start, slideList.end)) {
      const text = textOf(this.#bytes, record);
      if (record.type === rt.slidePersist && record.start + 16 <= record.end) {
        const place = this.#persist?.current.get(this.#view.getUint32(record.start, true)) ?? -1;
        entries.push({ place, slideId: this.#view.getUint32(record.start + 12, true), outline: [] });
      } else if (text !== null) entries.at(-1)?.outline.push(text);
    }
    return entries;
  }

  #open(place: number): PptRecord | null {
    const record = recordAt(this.#bytes, place);
    if (record) this.#read.add(place);
    return record;
  }

  *#giveSlide(entry: SlideEntry, number: number): Generator<Extraction> {
    const record = this.#open(entry.place);
    if (!record) {
      // The list keeps the outline even where the slide is lost.
      this.#giveOutline(entry.outline, `slide ${number}`);
      return yield* this.#run.drain();
    }
    const hidden = this.#isHidden(record);
    const label = `${hidden ? "hidden " : ""}slide ${number}`;
    if (hidden) this.#run.field("hiddenPart", label, "ppt");
    this.#giveText(record, entry.outline, label);
    this.#giveComments(record, `comment on ${label}`);
    yield* this.#run.drain();
  }

  #isHidden(slide: PptRecord): boolean {
    for (const { type, start, end } of recordsIn(this.#bytes, slide.start, slide.end)) {
      if (type === rt.slideInfo && start + 12 <= end) return (this.#view.getUint16(start + 10, true) & 4) !== 0;
    }
    return false;
  }

  *#giveNotes(entry: SlideEntry, numbers: ReadonlyMap<number, number>): Generator<Extraction> {
    const record = this.#open(entry.place);
    if (!record) return;
    let number: number | undefined;
    for (const { type, start, end } of recordsIn(this.#bytes, record.start, record.end)) {
      if (type === rt.notesAtom && start + 4 <= end) number = numbers.get(this.#view.getUint32(start, true));
    }
    this.#giveText(record, entry.outline, number === undefined ? "notes" : `notes ${number}`);
    yield* this.#run.drain();
  }

  #giveOutline(outline: readonly string[], label: string): void {
    this.#run.text(outline.map((text) => `${text}\n`).join(""), label);
  }

  /** Text of shapes; what only refers to the outline takes it from there. */
  #giveText(parent: PptRecord, outline: readonly string[], label: string): void {
    const blocks = new TextBlocks(this.#run, label);
    const used = new Set<number>();
    let skipUntil = 0;
    for (const record of recordsBelow(this.#bytes, parent)) {
      if (record.at < skipUntil) continue;
      if (record.type === rt.comment) skipUntil = record.end;
      else if (record.type === rt.outlineReference && record.start + 4 <= record.end) {
        const index = this.#view.getUint32(record.start, true);
        used.add(index);
        blocks.add(outline[index] ?? "");
      } else blocks.add(ownText(textOf(this.#bytes, record)));
      blocks.endLine();
    }
    for (const [index, text] of outline.entries()) {
      if (used.has(index)) continue;
      blocks.add(text);
      blocks.endLine();
    }
    blocks.flush();
  }

  /** Author, text and initials are strings of the same kind, told apart by their instance (MS-PPT 2.5.31). */
  #giveComments(slide: PptRecord, label: string): void {
    const blocks = new TextBlocks(this.#run, label);
    for (const comment of recordsBelow(this.#bytes, slide)) {
      if (comment.type !== rt.comment) continue;
      const strings = ["", "", ""];
      let date = "";
      for (const record of recordsIn(this.#bytes, comment.start, comment.end)) {
        if (record.type === rt.cString && record.instance < 3) strings[record.instance] = textOf(this.#bytes, record)!;
        else if (record.type === rt.commentAtom) date = this.#dateOf(record);
      }
      const head = [strings[0]!, date].filter((part) => part !== "").join(", ");
      blocks.add(`[${head}] ${strings[1]!}`);
      blocks.endLine();
      this.#run.field("changeAuthor", strings[0]!, "ppt-comments");
    }
    blocks.flush();
  }

  /** Year, month, day of week, day, hour, minute, second, of 16 bits each (MS-DTYP 2.3.13), without a zone. */
  #dateOf({ start, end }: PptRecord): string {
    if (start + 20 > end) return "";
    const part = (index: number, digits = 2): string =>
      String(this.#view.getUint16(start + 4 + 2 * index, true)).padStart(digits, "0");
    return `${part(0, 4)}-${part(1)}-${part(3)}T${part(4)}:${part(5)}:${part(6)}`;
  }

  /** Headers, links, names of fonts and shows: text of the document record itself. */
  #giveOther(document: PptRecord, lists: ReadonlySet<number>): void {
    const blocks = new TextBlocks(this.#run, "document");
    for (const record of recordsIn(this.#bytes, document.start, document.end)) {
      if (lists.has(record.at) || !record.isContainer) continue;
      blocks.relabel(
        record.type === rt.externalObjects
          ? "links"
          : record.type === rt.headersFooters
            ? "headers and footers"
            : "document",
      );
      for (const below of recordsBelow(this.#bytes, record)) {
        blocks.add(ownText(textOf(this.#bytes, below)));
        blocks.endLine();
      }
    }
    blocks.flush();
  }

  /** Objects that no edit names any more, or that only earlier ones do. */
  *#giveRest(): Generator<Extraction> {
    const current = new Set(this.#persist?.current.values());
    const texts = new Set<number>([rt.slide, rt.notes, rt.mainMaster, rt.document]);
    for (const record of recordsIn(this.#bytes, 0, this.#bytes.length)) {
      if (this.#read.has(record.at) || !texts.has(record.type)) continue;
      const isOld = this.#persist !== null && !current.has(record.at);
      const kind = record.type === rt.notes ? "notes" : record.type === rt.slide ? "slide" : "document";
      this.#giveText(record, [], isOld ? `earlier version of ${kind}` : `${kind} outside of the presentation`);
      if (isOld && record.type === rt.slide) this.#run.field("hiddenPart", "earlier version of slide", "ppt");
      yield* this.#run.drain();
      if (this.#run.isFull) return;
    }
  }
}

/** Without the marks with which the program names its own additions. */
function ownText(text: string | null): string {
  return text === null || text.startsWith("___PPT") ? "" : text;
}
