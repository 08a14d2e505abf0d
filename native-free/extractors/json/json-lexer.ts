/**
 * JSON (RFC 8259) and lines of it, piece by piece, in memory that does not grow with the document: keys, values, ends of
 * objects and lists. Lenient: what is no JSON (comments, bare words, cut ends) is given as it stands.
 */

export interface JsonEvents {
  open(isObject: boolean): void;
  close(isObject: boolean): void;
  key(name: string): void;
  /** Strings without their quotes and escapes; numbers and words as written. */
  value(text: string, isString: boolean): void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
/** A string longer than this is given in pieces. */
const PIECE_CHARS = 1 << 20;

export class JsonLexer {
  readonly #events: JsonEvents;
  #inString = false;
  #pieces: string[] = [];
  #length = 0;
  /** An escape that the window cuts, from its backslash on. */
  #escape = "";
  /** A string that may yet turn out to be a key. */
  #pending: string | null = null;
  #word = "";

  constructor(events: JsonEvents) {
    this.#events = events;
  }

  write(text: string): void {
    let at = 0;
    while (at < text.length) at = this.#inString ? this.#readString(text, at) : this.#readOther(text, at);
  }

  end(): void {
    if (this.#inString) this.#endString();
    this.#settle();
  }

  #readString(text: string, from: number): number {
    if (this.#escape !== "") return this.#readEscape(text, from);
    let at = from;
    while (at < text.length && text.charCodeAt(at) !== QUOTE && text.charCodeAt(at) !== BACKSLASH) at += 1;
    this.#add(text.slice(from, at));
    if (at === text.length) return at;
    if (text.charCodeAt(at) === BACKSLASH) this.#escape = "\\";
    else this.#endString();
    return at + 1;
  }

  #readEscape(text: string, at: number): number {
    this.#escape += text[at];
    const sign = this.#escape[1] ?? "";
    if (sign === "u" && this.#escape.length < 6) return at + 1;
    const code = /^\\u([0-9A-Fa-f]{4})$/.exec(this.#escape)?.[1];
    if (code !== undefined) this.#add(String.fromCharCode(Number.parseInt(code, 16)));
    else this.#add(sign === "u" ? this.#escape : (ESCAPES[sign] ?? sign));
    this.#escape = "";
    return at + 1;
  }

  #add(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length <= PIECE_CHARS) return;
    this.#settle();
    this.#events.value(this.#takeString(), true);
  }

  #takeString(): string {
    const text = this.#pieces.join("");
    this.#pieces = [];
    this.#length = 0;
    return text;
  }

  #endString(): void {
    this.#inString = false;
    this.#escape = "";
    this.#pending = this.#takeString();
  }

  #readOther(text: string, at: number): number {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) {
      this.#settle();
      this.#inString = true;
    } else if (sign === COLON && this.#pending !== null) {
      this.#events.key(this.#pending);
      this.#pending = null;
    } else if (sign === COMMA) this.#settle();
    else if (sign === OPEN_OBJECT || sign === OPEN_LIST) {
      this.#settle();
      this.#events.open(sign === OPEN_OBJECT);
    } else if (sign === CLOSE_OBJECT || sign === CLOSE_LIST) {
      this.#settle();
      this.#events.close(sign === CLOSE_OBJECT);
    } else if (sign === 0x0a || sign === 0x0d) this.#endWord();
    else if (sign <= 0x20 || sign === 0xfeff) this.#word += this.#word === "" ? "" : " ";
    else this.#word += text[at];
    return at + 1;
  }

  #endWord(): void {
    if (this.#word === "") return;
    const word = this.#word.trimEnd();
    this.#word = "";
    this.#events.value(word, false);
  }

  /** Gives out what stands before a separator. */
  #settle(): void {
    if (this.#pending !== null) {
      const text = this.#pending;
      this.#pending = null;
      this.#events.value(text, true);
    }
    this.#endWord();
  }
}
