/**
 * The file structure of PDF (ISO 32000-2, 7.5) from the header on: objects, cross-references, trailers, one revision behind the other.
 * A revision ends soundly where `startxref` names a cross-reference that was met and every object that the cross-references name was met
 * where they say, or stands there.
 */
import { inflateSync } from "node:zlib";
import type { CarveWindow } from "../../carve-window.ts";
import { bodyEnd, isDigit, readInteger, readObjectHead, skipLine, skipSpace } from "./lexer.ts";
import { readXrefStream, readXrefTable, type XrefEntries } from "./xref.ts";

const keptObjects = 1 << 20;
const keptSections = 1 << 14;
const endstream = Buffer.from("endstream", "latin1");
const objectWord = Buffer.from(" obj", "latin1");
const endMark = Buffer.from("%%EOF", "latin1");
/** A stream whose length is an object elsewhere is followed so far. */
const streamSearchBytes = 1 << 26;
const searchesBytes = 2 ** 28;
const resyncBytes = 1 << 16;
const dictionaryBytes = 1 << 13;
const sectorBytes = 512;
/** Streams that are inflated to see whether they hold: each up to 1 MiB, 8 MiB of one file. */
const inflatedEach = 1 << 20;
const inflatedBytes = 1 << 23;
const mostOutput = 1 << 26;
/** More places without their objects than this, and no later revision is waited for. */
const mostMissing = 4096;

export interface PdfWalk {
  readonly objects: number;
  /** Behind the end of the last revision that is sound; null where none is. */
  readonly soundEnd: number | null;
  /** Behind the last `%%EOF` before anything that is out of order; null where none is. */
  readonly plainEnd: number | null;
  /** Behind the last object or other part before anything that is out of order. */
  readonly holdsTo: number;
  /** The first stream that does not inflate, of a file that is not encrypted. */
  readonly damagedAt: number | null;
}

export function walkPdf(window: CarveWindow, start: number): PdfWalk {
  return new Walk(window, start).run();
}

/** A cross-reference: objects that it names and that were not met yet, and the places of those that it goes on with. */
interface Section {
  missing: XrefEntries;
  isLost: boolean;
  links: readonly number[];
}

/** `/Prev` and, of hybrid files, `/XRefStm` (7.5.8.4). */
function linksOf(dictionary: string): number[] {
  return Array.from(dictionary.matchAll(/\/(?:Prev|XRefStm)\s+(\d{1,12})\b/g), (match) => Number(match[1])).filter(
    (place) => place > 0,
  );
}

class Walk {
  readonly #window: CarveWindow;
  readonly #start: number;
  /** Places of objects from the header, with their numbers. */
  readonly #met = new Map<number, number>();
  /** Cross-references by their places from the header. */
  readonly #sections = new Map<number, Section>();
  #lastTable: Section | null = null;
  #startXref = -1;
  #objects = 0;
  #soundEnd: number | null = null;
  #plainEnd: number | null = null;
  #outOfOrderAt: number | null = null;
  /** Something of the size of a sector may be missing, or be too much. */
  #hasGap = false;
  /** `/Size` of a trailer without a table in front. */
  #bareSize = 0;
  #damagedAt: number | null = null;
  #isEncrypted = false;
  #searchesLeft = searchesBytes;
  #inflateLeft = inflatedBytes;

  constructor(window: CarveWindow, start: number) {
    this.#window = window;
    this.#start = start;
  }

  run(): PdfWalk {
    const window = this.#window;
    let holdsTo = this.#start;
    let at = skipLine(window, this.#start);
    for (;;) {
      at = skipSpace(window, at);
      const next = at < window.end ? this.#step(at) : -1;
      if (next > at) {
        at = next;
        if (this.#outOfOrderAt === null) holdsTo = at;
        continue;
      }
      if (next === -2 || at >= window.end || this.#objects === 0) break;
      this.#outOfOrderAt ??= at;
      this.#hasGap = true;
      const resumed = this.#resync(at);
      if (resumed < 0) break;
      at = resumed;
    }
    return {
      objects: this.#objects,
      soundEnd: this.#soundEnd,
      plainEnd: this.#plainEnd,
      holdsTo: Math.min(holdsTo, window.end),
      damagedAt: this.#isEncrypted ? null : this.#damagedAt,
    };
  }

  /** Behind the part that begins at `at`; -1 where none does, -2 where another file begins. */
  #step(at: number): number {
    const window = this.#window;
    const byte = window.u8(at);
    if (byte === 0x25) return this.#comment(at);
    if (isDigit(byte)) return this.#object(at);
    if (window.isText(at, "startxref")) return this.#startOfXref(at);
    if (window.isText(at, "xref")) {
      return this.#table(at);
    }
    if (window.isText(at, "trailer")) return this.#trailer(at + 7);
    // Ends that are said twice do no harm.
    if (window.isText(at, "endobj")) return at + 6;
    return window.isText(at, "endstream") ? at + 9 : -1;
  }

  /** The table's dictionary comes with the trailer behind it. */
  #table(at: number): number {
    const missing: XrefEntries = { numbers: [], places: [] };
    const table = readXrefTable(this.#window, at, missing);
    if (table === null) return -1;
    this.#lastTable = { missing, isLost: false, links: [] };
    this.#addSection(at, this.#lastTable);
    return table.end;
  }

  #addSection(at: number, section: Section): void {
    if (this.#sections.size < keptSections) this.#sections.set(at - this.#start, section);
  }

  #comment(at: number): number {
    const window = this.#window;
    if (window.isText(at, "%PDF-")) return -2;
    if (!window.isText(at, "%%EOF")) return skipLine(window, at);
    let end = at + endMark.length;
    if (window.has(end, 1) && window.u8(end) === 13) end++;
    if (window.has(end, 1) && window.u8(end) === 10) end++;
    if (this.#outOfOrderAt === null) this.#plainEnd = end;
    if (this.#isSound() || this.#isSoundWithoutTable()) this.#soundEnd = end;
    return end;
  }

  #startOfXref(at: number): number {
    const place = readInteger(this.#window, skipSpace(this.#window, at + 9));
    this.#startXref = place.value;
    return place.end;
  }

  #trailer(at: number): number {
    const body = bodyEnd(this.#window, at, true);
    if (body === null) return -1;
    const text = this.#text(at, body.end);
    if (/\/Encrypt\b/.test(text)) this.#isEncrypted = true;
    if (this.#lastTable !== null) this.#lastTable.links = linksOf(text);
    else if (/\/Root\s+\d+\s+\d+\s+R\b/.test(text))
      this.#bareSize = Number(/\/Size\s+(\d{1,9})\b/.exec(text)?.[1] ?? 0);
    this.#lastTable = null;
    return body.end;
  }

  #text(at: number, end: number): string {
    return Buffer.from(this.#window.bytes(at, Math.min(dictionaryBytes, end - at))).toString("latin1");
  }

  #object(at: number): number {
    const head = readObjectHead(this.#window, at);
    if (head === null) return -1;
    const body = bodyEnd(this.#window, head.bodyAt, false);
    if (body === null) return -1;
    const end = body.word === "stream" ? this.#stream(at, head.bodyAt, body.end) : body.end;
    if (end < 0) return -1;
    this.#objects++;
    if (this.#met.size < keptObjects) this.#met.set(at - this.#start, head.number);
    return end;
  }

  /** Behind `endstream` and `endobj` of the object at `objectAt`, whose word `stream` ends at `wordEnd`. */
  #stream(objectAt: number, bodyAt: number, wordEnd: number): number {
    const window = this.#window;
    const dictionary = this.#text(bodyAt, wordEnd);
    let dataAt = wordEnd;
    if (window.u8(dataAt) === 13) dataAt++;
    if (window.u8(dataAt) === 10) dataAt++;
    const said = /\/Length\s+(\d+)(?!\d|\s+\d+\s+R)/.exec(dictionary);
    const length = said === null ? -1 : Number(said[1]);
    let dataEnd = length >= 0 && window.has(dataAt, length) ? dataAt + length : -1;
    const closed = dataEnd >= 0 ? skipSpace(window, dataEnd) : -1;
    if (closed < 0 || closed > dataEnd + 4 || !window.isText(closed, "endstream")) {
      if (said !== null) this.#outOfOrderAt ??= objectAt;
      dataEnd = this.#searchEnd(dataAt);
      if (dataEnd < 0) return -1;
      if (said !== null && Math.abs(dataEnd - dataAt - length) >= sectorBytes) this.#hasGap = true;
    }
    this.#look(dictionary, objectAt, dataAt, dataEnd - dataAt, said !== null);
    const behind = skipSpace(window, skipSpace(window, dataEnd) + endstream.length);
    return window.isText(behind, "endobj") ? behind + 6 : behind;
  }

  #searchEnd(from: number): number {
    const to = Math.min(this.#window.end, from + Math.min(streamSearchBytes, this.#searchesLeft));
    const found = this.#window.find(endstream, from, to);
    this.#searchesLeft -= (found < 0 ? to : found) - from;
    return found;
  }

  #look(dictionary: string, objectAt: number, at: number, length: number, isExact: boolean): void {
    if (/\/Type\s*\/XRef\b/.test(dictionary)) {
      if (/\/Encrypt\b/.test(dictionary)) this.#isEncrypted = true;
      const missing: XrefEntries = { numbers: [], places: [] };
      const read = readXrefStream(this.#window, dictionary, at, length, missing);
      if (read) this.#addSection(objectAt, { missing, isLost: false, links: linksOf(dictionary) });
      return;
    }
    if (!isExact || length > inflatedEach || length > this.#inflateLeft || this.#damagedAt !== null) return;
    if (!/\/Filter\s*\[?\s*\/(FlateDecode|Fl)\b/.test(dictionary) || length === 0) return;
    this.#inflateLeft -= length;
    if (!inflates(this.#window.bytes(at, length))) this.#damagedAt = objectAt;
  }

  /** Whether a revision ends here: the cross-reference that it names, and those that this one goes on with, agree with what was met. */
  #isSound(): boolean {
    const waiting = [this.#startXref];
    const seen = new Set<Section>();
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      const section = this.#sectionAt(place);
      if (section === undefined || !this.#agrees(section)) return false;
      if (!seen.has(section)) waiting.push(...section.links);
      seen.add(section);
    }
    return this.#objects > 0;
  }

  /**
   * Written by hand, with a trailer and no cross-reference at all: whole where one object follows the other from the header to the trailer,
   * none of those below `/Size` is missing, and no length is off by as much as a sector.
   */
  #isSoundWithoutTable(): boolean {
    const size = this.#bareSize;
    if (size < 2 || size > keptObjects || this.#hasGap || this.#startXref >= 0 || this.#sections.size > 0) return false;
    const numbers = new Set(this.#met.values());
    for (let number = 1; number < size; number++) if (!numbers.has(number)) return false;
    return true;
  }

  #sectionAt(place: number): Section | undefined {
    if (place <= 0) return undefined;
    return this.#sections.get(place) ?? this.#sections.get(skipSpace(this.#window, this.#start + place) - this.#start);
  }

  /** Objects that are named and were not met yet are kept for the next end: of a linearised file they come later. */
  #agrees(section: Section): boolean {
    const { numbers, places } = section.missing;
    const missing: XrefEntries = { numbers: [], places: [] };
    for (let i = 0; i < numbers.length && !section.isLost; i++) {
      const [number, place] = [numbers[i]!, places[i]!];
      if (this.#met.get(place) === number || this.#stands(place, number)) continue;
      missing.numbers.push(number);
      missing.places.push(place);
      section.isLost = missing.numbers.length >= mostMissing;
    }
    section.missing = missing;
    return missing.numbers.length === 0;
  }

  /** Some writers name the white space in front of an object; those that are kept no more are looked at where they stand. */
  #stands(place: number, number: number): boolean {
    const at = this.#start + place;
    if (!this.#window.has(at, 8)) return false;
    return readObjectHead(this.#window, skipSpace(this.#window, at))?.number === number;
  }

  /** The next object, or end mark, close behind what is out of order; -1 where there is none. */
  #resync(at: number): number {
    const window = this.#window;
    const to = Math.min(window.end, at + resyncBytes);
    const word = window.find(objectWord, at + 1, to);
    const mark = window.find(endMark, at + 1, to);
    if (word < 0 || (mark >= 0 && mark < word)) return mark;
    let from = word;
    while (from > at + 1 && isDigit(window.u8(from - 1))) from--;
    while (from > at + 1 && window.u8(from - 1) === 32) from--;
    while (from > at + 1 && isDigit(window.u8(from - 1))) from--;
    return readObjectHead(window, from) === null ? word + objectWord.length : from;
  }
}

function inflates(packed: Uint8Array): boolean {
  try {
    inflateSync(packed, { maxOutputLength: mostOutput });
    return true;
  } catch (error) {
    // Larger than what is read for a look is not damage.
    return (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
  }
}
