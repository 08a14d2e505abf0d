/** One pass over a document: keeps the state of groups, sends text where it belongs, gathers fields, pictures and objects. */
import { type ByteSource, MemorySource } from "../../bytes/byte-source.ts";
import { childOf } from "../../compound/child-of.ts";
import { charsetOf, decodeCodePage } from "../../compound/code-page.ts";
import type { ExtractContext } from "../../model/extraction.ts";
import { type DocumentRun, TextBlocks } from "../document-run.ts";
import {
  characters,
  type Destination,
  destinations,
  fontCharsets,
  pictureEndings,
  transparent,
} from "./destinations.ts";
import { HexData } from "./hex-data.ts";
import { oleObject } from "./ole-object.ts";
import { Tokens } from "./tokens.ts";

/** What a group gathers from its first word to its end. */
interface Collector {
  readonly at: number;
  text: string;
  data: HexData | null;
  ending: string;
  numbers: Record<string, number>;
}

interface Group {
  destination: Destination;
  collector: Collector;
  /** True in the group that began the destination, which ends it. */
  owns: boolean;
  codePage: number;
  /** Bytes that stand for a character of Unicode in programs that know none. */
  fallback: number;
  isDeleted: boolean;
  deletedBy: number;
  /** Between marks that repeat in this format what markup of another says. */
  isRepeated: boolean;
}

const deepest = 10_000;
const mostFieldChars = 1 << 20;
const dateWords = new Set(["yr", "mo", "dy", "hr", "min", "sec"]);
const countFields = {
  nofpages: "pageCount",
  nofwords: "wordCount",
  edmins: "editingMinutes",
  version: "revision",
} as const;
const encodingWords: Readonly<Record<string, number>> = { ansi: 1252, mac: 10_000, pc: 437, pca: 850 };

export class Reader {
  readonly #tokens: Tokens;
  readonly #source: ByteSource;
  readonly #run: DocumentRun;
  readonly #limit: number;
  readonly #groups: Group[] = [];
  readonly #blocks = new Map<string | null, TextBlocks>();
  readonly #fonts = new Map<number, number>();
  #bytes: number[] = [];
  #group: Group;
  #codePage = 1252;
  #font = 0;
  #depth = 0;
  /** Characters still to be passed over after one of Unicode. */
  #passing = 0;
  #isMarked = false;
  #authors: string[] = [];
  #commentAuthor = "";
  #propertyName = "";
  #objectClass = "";
  #pictures = 0;

  constructor(source: ByteSource, context: ExtractContext, run: DocumentRun) {
    this.#source = source;
    this.#tokens = new Tokens(source);
    this.#run = run;
    this.#limit = context.wholeLimitBytes;
    this.#group = {
      destination: { kind: "text", label: null },
      collector: collectorAt(0),
      owns: false,
      codePage: 1252,
      fallback: 1,
      isDeleted: false,
      deletedBy: -1,
      isRepeated: false,
    };
  }

  get charset(): string {
    return charsetOf(this.#codePage);
  }

  /** Takes some thousand tokens; false at the end of the document. */
  step(): boolean {
    for (let count = 0; count < 4096; count++) {
      if (this.#run.isFull || !this.#take()) return false;
    }
    return true;
  }

  /** Byte behind the document; null where groups are still open. */
  finish(): number | null {
    this.#flush();
    const isWhole = this.#depth === 0;
    while (this.#groups.length > 0) this.#close();
    for (const blocks of this.#blocks.values()) blocks.flush();
    return isWhole ? this.#tokens.at + 1 : null;
  }

  #take(): boolean {
    const tokens = this.#tokens;
    switch (tokens.next()) {
      case "end":
        return false;
      case "open":
        this.#open();
        return true;
      case "close":
        this.#close();
        return this.#depth > 0;
      case "word":
        this.#word(tokens.word, tokens.value);
        return true;
      case "symbol":
        this.#symbol();
        return true;
      case "binary":
        this.#collectorData()?.addBinary(this.#source, tokens.at, tokens.length);
        return true;
      case "text":
        this.#text(tokens.bytes);
        return true;
    }
  }

  #open(): void {
    this.#flush();
    this.#passing = 0;
    this.#isMarked = false;
    this.#depth++;
    if (this.#depth > deepest) return;
    this.#groups.push(this.#group);
    this.#group = { ...this.#group, owns: false };
  }

  #close(): void {
    this.#flush();
    this.#passing = 0;
    this.#isMarked = false;
    if (this.#depth > 0) this.#depth--;
    if (this.#depth >= deepest) return;
    const group = this.#group;
    const outer = this.#groups.pop();
    if (!outer) return;
    this.#group = outer;
    if (group.owns) this.#end(group);
  }

  #symbol(): void {
    const { isByte, bytes } = this.#tokens;
    const sign = String.fromCharCode(bytes[0]!);
    if (isByte) this.#text(bytes);
    else if (sign === "*") this.#isMarked = true;
    else if (sign === "\\" || sign === "{" || sign === "}") this.#text(bytes);
    else if (sign === "~") this.#character("\u00a0");
    else if (sign === "_") this.#character("\u2011");
    else if (sign === "\n" || sign === "\r") this.#character("\n");
  }

  #text(bytes: Uint8Array): void {
    let from = 0;
    if (this.#passing > 0) {
      from = Math.min(this.#passing, bytes.length);
      this.#passing -= from;
    }
    const { destination, isRepeated } = this.#group;
    if (destination.kind === "skip" || (isRepeated && destination.kind === "text")) return;
    const data = this.#collectorData();
    if (data) data.addDigits(bytes.subarray(from));
    else for (let i = from; i < bytes.length; i++) this.#bytes.push(bytes[i]!);
    if (this.#bytes.length > 16_384) this.#flush();
  }

  #collectorData(): HexData | null {
    const { destination, collector } = this.#group;
    const isData =
      destination.kind === "special" && (destination.name === "picture" || destination.name === "objectData");
    return isData ? (collector.data ??= new HexData(this.#limit)) : null;
  }

  /** Bytes of text so far, in the code page that holds for them. */
  #flush(): void {
    if (this.#bytes.length === 0) return;
    const text = decodeCodePage(Uint8Array.from(this.#bytes), this.#group.codePage);
    this.#bytes = [];
    this.#give(text);
  }

  #character(text: string): void {
    this.#flush();
    if (this.#group.isRepeated) return;
    if (this.#passing > 0) this.#passing--;
    else this.#give(text);
  }

  #give(text: string): void {
    const { destination, collector, isDeleted, deletedBy } = this.#group;
    if (destination.kind === "text") {
      const author = this.#authors[deletedBy];
      const deleted = author === undefined || author === "Unknown" ? "deleted text" : `deleted text by ${author}`;
      this.#blocksOf(isDeleted ? deleted : destination.label).add(text);
    } else if (destination.kind !== "skip" && collector.text.length < mostFieldChars) collector.text += text;
  }

  #blocksOf(label: string | null): TextBlocks {
    let blocks = this.#blocks.get(label);
    if (!blocks) this.#blocks.set(label, (blocks = new TextBlocks(this.#run, label)));
    return blocks;
  }

  #word(word: string, value: number | null): void {
    const isMarked = this.#isMarked;
    this.#isMarked = false;
    const destination = destinations.get(word);
    if (destination) return this.#begin(destination);
    if (isMarked && !transparent.has(word)) return this.#begin({ kind: "skip" });
    const character = characters[word];
    if (character !== undefined) return this.#paragraphOrCharacter(character);
    if (word === "u") return this.#unicode(value ?? 0);
    if (word === "uc") this.#group.fallback = Math.max(0, Math.min(16, value ?? 1));
    else this.#property(word, value);
  }

  #paragraphOrCharacter(character: string): void {
    this.#flush();
    if (character === "\n" && this.#group.destination.kind === "text" && !this.#group.isRepeated) this.#give("\n");
    else this.#character(character);
  }

  /** A unit of UTF-16, negative above 32 767; what stands for it follows. */
  #unicode(value: number): void {
    this.#flush();
    this.#passing = 0;
    if (!this.#group.isRepeated) this.#give(String.fromCharCode(value & 0xffff));
    this.#passing = this.#group.fallback;
  }

  #begin(destination: Destination): void {
    this.#flush();
    this.#group.destination = destination;
    this.#group.owns = true;
    this.#group.collector = collectorAt(this.#tokens.at);
    this.#group.isDeleted = false;
    if (destination.kind !== "text" || destination.label === null) return;
    const blocks = this.#blocksOf(destination.label);
    blocks.endLine();
    if (destination.label === "comments") blocks.add(`[${this.#commentAuthor || "comment"}] `);
  }

  #property(word: string, value: number | null): void {
    const group = this.#group;
    if (word === "f") this.#setFont(value ?? 0);
    else if (word === "fcharset") this.#fonts.set(this.#font, fontCharsets[value ?? 0] ?? this.#codePage);
    else if (word === "ansicpg" && value !== null && value > 0) this.#setCodePage(value);
    else if (word in encodingWords && this.#depth === 1) this.#setCodePage(encodingWords[word]!);
    else if (word === "deleted") this.#switch(() => (group.isDeleted = value !== 0));
    else if (word === "revauthdel") this.#switch(() => (group.deletedBy = value ?? -1));
    else if (word === "plain") this.#switch(() => (group.isDeleted = false));
    else if (word === "htmlrtf") this.#switch(() => (group.isRepeated = value !== 0));
    else if (word in pictureEndings) group.collector.ending = pictureEndings[word]!;
    else if (dateWords.has(word)) group.collector.numbers[word] = value ?? 0;
    else if (word in countFields && value !== null && value > 0) {
      this.#run.field(countFields[word as keyof typeof countFields], String(value), "rtf-info");
    }
  }

  #switch(change: () => void): void {
    this.#flush();
    change();
  }

  #setCodePage(codePage: number): void {
    this.#flush();
    this.#codePage = codePage;
    this.#group.codePage = codePage;
  }

  #setFont(font: number): void {
    this.#flush();
    const { destination } = this.#group;
    if (destination.kind === "special" && destination.name === "fonts") this.#font = font;
    else this.#group.codePage = this.#fonts.get(font) ?? this.#codePage;
  }

  /** The group that began a destination is over. */
  #end({ destination, collector }: Group): void {
    const text = collector.text.trim();
    if (destination.kind === "field") this.#run.field(destination.name, text.replace(/;$/, ""), "rtf-info");
    else if (destination.kind === "date") this.#endDate(destination.name, collector.numbers);
    else if (destination.kind === "text" && destination.label !== null) this.#blocksOf(destination.label).endLine();
    else if (destination.kind === "special") this.#endSpecial(destination.name, collector, text);
  }

  #endDate(name: "created" | string, numbers: Record<string, number>): void {
    const { yr = 0, mo = 0, dy = 0, hr = 0, min = 0, sec } = numbers;
    if (yr < 1900 || yr > 9999 || mo < 1 || mo > 12 || dy < 1 || dy > 31 || hr > 23 || min > 59) return;
    const two = (part: number): string => String(part).padStart(2, "0");
    const time = `${two(hr)}:${two(min)}${sec === undefined || sec > 59 ? "" : `:${two(sec)}`}`;
    this.#run.field(name as "created", `${yr}-${two(mo)}-${two(dy)}T${time}`, "rtf-info");
  }

  #endSpecial(name: string, collector: Collector, text: string): void {
    if (name === "authors") {
      this.#authors = text.split(";").map((author) => author.trim());
      for (const author of new Set(this.#authors))
        if (author !== "Unknown") this.#run.field("changeAuthor", author, "rtf-revisions");
    } else if (name === "commentAuthor") {
      this.#commentAuthor = text;
      this.#run.field("changeAuthor", text, "rtf-comments");
    } else if (name === "propertyName") this.#propertyName = text;
    else if (name === "propertyValue") this.#run.field("custom", `${this.#propertyName}: ${text}`, "rtf-info");
    else if (name === "objectClass") this.#objectClass = text;
    else if (name === "picture") this.#endPicture(collector);
    else if (name === "objectData") this.#endObject(collector);
  }

  #endPicture({ at, data, ending }: Collector): void {
    if (!data || data.bytes.length === 0) return;
    this.#noteCut(data);
    this.#pictures++;
    const name = `picture-${this.#pictures}.${ending || "bin"}`;
    this.#run.push({ what: "child", child: childOf(`picture:${at}`, name, new MemorySource(data.bytes)) });
  }

  #endObject({ at, data }: Collector): void {
    if (!data || data.bytes.length === 0) return;
    this.#noteCut(data);
    this.#run.push(...oleObject(data.bytes, `object:${at}`, this.#objectClass));
    this.#objectClass = "";
  }

  #noteCut({ isCut }: HexData): void {
    if (!isCut) return;
    this.#run.finding("office/too-large", { limit: this.#limit });
    this.#run.status("partial", "budget");
  }
}

function collectorAt(at: number): Collector {
  return { at, text: "", data: null, ending: "", numbers: {} };
}
