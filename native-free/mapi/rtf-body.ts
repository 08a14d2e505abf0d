/**
 * RTF bodies of messages: the HTML or plain text that was encapsulated in them (MS-OXRTFEX), or their own text. Only what
 * bodies need of RTF 1.9.1: groups, destinations, characters by font and code page.
 */
import { fontPages } from "../rtf/font-pages.ts";
import { Buffer } from "node:buffer";
import { decodeCodePage } from "../compound/code-page.ts";

export interface RtfBody {
  readonly kind: "html" | "text";
  readonly text: string;
}

type Destination = "text" | "tag" | "skip" | "fonts";

interface Group {
  destination: Destination;
  /** Inside of `\htmlrtf`: shown by programs that know no HTML only. */
  isRtfOnly: boolean;
  font: number;
  /** Characters that stand in for a Unicode one. */
  unicodeSkip: number;
}

const token =
  /\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)|\\/g;
const depthLimit = 2000;

const skipped = new Set([
  ...[
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "header",
    "footer",
    "headerl",
    "headerr",
    "footerl",
    "footerr",
  ],
  ...["fldinst", "datafield", "themedata", "listtable", "listoverridetable", "xmlnstbl", "mhtmltag", "pntext"],
]);

/** Characters that have words of their own: as HTML writes them, and as they are. */
const named: Readonly<Record<string, readonly [string, string]>> = {
  par: ["\r\n", "\n"],
  line: ["\r\n", "\n"],
  row: ["\r\n", "\n"],
  cell: ["\t", "\t"],
  tab: ["\t", "\t"],
  lquote: ["&lsquo;", "‘"],
  rquote: ["&rsquo;", "’"],
  ldblquote: ["&ldquo;", "“"],
  rdblquote: ["&rdquo;", "”"],
  bullet: ["&bull;", "•"],
  endash: ["&ndash;", "–"],
  emdash: ["&mdash;", "—"],
};
const symbols: Readonly<Record<string, readonly [string, string]>> = {
  "~": ["&nbsp;", "\u00a0"],
  _: ["&shy;", "-"],
  "-": ["", ""],
};

export function readRtfBody(bytes: Uint8Array): RtfBody {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  const isHtml = /\\fromhtml1?(?![0-9])/.test(text.slice(0, 4096));
  return new RtfReader(text, isHtml).read();
}

class RtfReader {
  readonly #text: string;
  readonly #isHtml: boolean;
  readonly #out: string[] = [];
  #bytes: number[] = [];
  #group: Group = { destination: "text", isRtfOnly: false, font: -1, unicodeSkip: 1 };
  readonly #stack: Group[] = [];
  readonly #fonts = new Map<number, number>();
  #page = 1252;
  #isStarred = false;
  /** Stand-ins that are still to be left out. */
  #toSkip = 0;

  constructor(text: string, isHtml: boolean) {
    this.#text = text;
    this.#isHtml = isHtml;
  }

  read(): RtfBody {
    for (const match of this.#text.matchAll(token)) {
      const [, word, number, hex, symbol, brace, plain] = match;
      if (word !== undefined) this.#word(word, number === undefined ? null : Number(number));
      else if (hex !== undefined) this.#hex(Number.parseInt(hex, 16));
      else if (symbol !== undefined) this.#symbol(symbol);
      else if (brace !== undefined) this.#brace(brace);
      else if (plain !== undefined) this.#plain(plain);
    }
    this.#flush();
    return { kind: this.#isHtml ? "html" : "text", text: this.#out.join("") };
  }

  get #isShown(): boolean {
    const { destination, isRtfOnly } = this.#group;
    return destination === "tag" || (destination === "text" && !(this.#isHtml && isRtfOnly));
  }

  #word(word: string, number: number | null): void {
    const group = this.#group;
    const starred = this.#isStarred;
    this.#isStarred = false;
    if (word === "u" && number !== null) return this.#unicode(number);
    this.#toSkip = 0;
    if (word === "uc") group.unicodeSkip = Math.min(Math.max(0, number ?? 1), 16);
    else if (word === "ansicpg" && number !== null) this.#page = number;
    else if (word === "f" && number !== null) this.#font(number);
    else if (word === "fcharset" && group.destination === "fonts")
      this.#fonts.set(group.font, fontPages[number ?? 0] ?? 0);
    else if (word === "fonttbl") group.destination = "fonts";
    else if (word === "htmltag") group.destination = this.#isHtml ? "tag" : "skip";
    else if (word === "htmlrtf") group.isRtfOnly = number !== 0;
    else if (skipped.has(word) || (starred && group.destination === "text")) group.destination = "skip";
    else if (Object.hasOwn(named, word)) this.#put(named[word]!);
  }

  #font(number: number): void {
    this.#flush();
    this.#group.font = number;
  }

  #unicode(number: number): void {
    if (this.#isShown) {
      this.#flush();
      this.#out.push(String.fromCharCode(number & 0xffff));
    }
    this.#toSkip = this.#group.unicodeSkip;
  }

  #hex(byte: number): void {
    if (this.#toSkip > 0) this.#toSkip -= 1;
    else if (this.#isShown) this.#bytes.push(byte);
  }

  #symbol(symbol: string): void {
    if (symbol === "*") {
      this.#isStarred = true;
      return;
    }
    if (symbol === "\\" || symbol === "{" || symbol === "}") return this.#plain(symbol);
    if (symbol === "\r" || symbol === "\n") this.#put(named["par"]!);
    else if (Object.hasOwn(symbols, symbol)) this.#put(symbols[symbol]!);
  }

  #brace(brace: string): void {
    this.#flush();
    this.#isStarred = false;
    this.#toSkip = 0;
    if (brace === "{") {
      if (this.#stack.length < depthLimit) this.#stack.push({ ...this.#group });
      return;
    }
    const outer = this.#stack.pop();
    if (outer) this.#group = outer;
  }

  #plain(text: string): void {
    const cut = Math.min(this.#toSkip, text.length);
    this.#toSkip -= cut;
    if (!this.#isShown || cut === text.length) return;
    const rest = text.slice(cut);
    if (/[\u0080-\u00ff]/.test(rest)) for (const byte of Buffer.from(rest, "latin1")) this.#bytes.push(byte);
    else {
      this.#flush();
      this.#out.push(rest);
    }
  }

  #put([html, plain]: readonly [string, string]): void {
    this.#toSkip = 0;
    if (!this.#isShown) return;
    this.#flush();
    this.#out.push(this.#isHtml ? html : plain);
  }

  /** Bytes above ASCII are gathered: a character may be made of two. */
  #flush(): void {
    if (this.#bytes.length === 0) return;
    const page = this.#fonts.get(this.#group.font) || this.#page;
    this.#out.push(decodeCodePage(Uint8Array.from(this.#bytes), page));
    this.#bytes = [];
  }
}
