/**
 * Walks XML without reading what it says: whether tags are formed as they must be and close in the order in which they opened, to the end
 * of the root. Spec: XML 1.0 fifth edition, sections 2.1 to 3.1. Entities, encodings and declared types are not checked.
 */
import type { CarveWindow } from "../carve-window.ts";
import { TextBytes } from "./text-bytes.ts";

/** How characters lie in bytes: one each, or two of UTF-16. */
export type Units = "byte" | "little" | "big";

const depthLimit = 4096;
const nameLimit = 256;
const lineFeed = 10;
const less = 0x3c;
const greater = 0x3e;
const slash = 0x2f;
const question = 0x3f;
const exclamation = 0x21;
const quote = 0x22;
const apostrophe = 0x27;
const equals = 0x3d;

const isSpace = (code: number): boolean => code === 0x20 || code === lineFeed || code === 13 || code === 9;
/** Of names: letters, `_`, `:` and everything outside of ASCII; digits, `-` and `.` not in front. */
const isNameStart = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code === 0x3a || code >= 0x80;
const isNamePart = (code: number): boolean =>
  isNameStart(code) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e;

export class XmlWalk {
  readonly window: CarveWindow;
  readonly start: number;
  readonly step: number;
  /** Where it stands. */
  at: number;
  /** Name of the root with its prefix, and its attributes as far as they are needed; empty until it has come. */
  root = "";
  rootAttributes = "";
  /** Tags that opened and closed soundly. */
  tags = 0;
  /** What closed the root was the end of another: two documents ran into each other at their beginnings. */
  isOther = false;
  /** Behind the last sound tag. */
  held: number;
  readonly #units: Units;
  readonly #bytes: TextBytes;
  readonly #stack: number[] = [];

  constructor(window: CarveWindow, start: number, units: Units) {
    this.window = window;
    this.start = start;
    this.at = start;
    this.held = start;
    this.#units = units;
    this.#bytes = new TextBytes(window);
    this.step = units === "byte" ? 1 : 2;
  }

  /** Walks to the end of the root; false where the document is not formed as it must be before that. */
  toEnd(): boolean {
    if (this.#code() === 0xfeff) this.at += this.step;
    while (this.window.has(this.at, this.step)) {
      if (!this.#text()) return false;
      if (!this.#markup()) return false;
      this.held = this.at;
      if (this.root !== "" && this.#stack.length === 0) return this.at <= this.window.end;
    }
    return false;
  }

  #code(offset = 0): number {
    const at = this.at + offset * this.step;
    if (this.step === 1) return this.#bytes.u8(at);
    return this.#units === "little" ? this.window.u16(at) : this.window.u16be(at);
  }

  #is(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#code(i) !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Steps over text to the next `<`. Outside of the root there is only space; control characters are nowhere. */
  #text(): boolean {
    const isOutside = this.#stack.length === 0;
    for (;;) {
      const code = this.#code();
      if (code === less) return true;
      if (code < 0x20 && !isSpace(code)) return false;
      if (isOutside && !isSpace(code)) return false;
      this.at += this.step;
    }
  }

  /** Steps behind the text given, over anything but control characters. */
  #behind(text: string): boolean {
    const first = text.charCodeAt(0);
    for (;;) {
      const code = this.#code();
      if (code === first && this.#is(text)) {
        this.at += text.length * this.step;
        return true;
      }
      if (code < 0x20 && !isSpace(code)) return false;
      this.at += this.step;
    }
  }

  #markup(): boolean {
    const second = this.#code(1);
    if (second === slash) return this.#closing();
    if (second === question) return this.#instruction();
    if (second === exclamation) return this.#declaration();
    return this.#opening();
  }

  /** Only the first bytes may declare XML. */
  #instruction(): boolean {
    if (this.#is("<?xml") && isSpace(this.#code(5))) return this.held === this.start && this.#xmlDeclaration();
    return isNameStart(this.#code(2)) && this.#behind("?>");
  }

  /** Version, encoding and whether it stands alone, in quotes (section 2.8). */
  #xmlDeclaration(): boolean {
    for (this.#skip(5); this.#spaces() && this.#code() !== question;) if (!this.#attribute()) return false;
    return this.#is("?>") && this.#skip(2);
  }

  #declaration(): boolean {
    if (this.#is("<!--")) return this.#skip(4) && this.#behind("-->");
    if (this.#is("<![CDATA[")) return this.#stack.length > 0 && this.#behind("]]>");
    return this.root === "" && this.#is("<!DOCTYPE") && this.#documentType();
  }

  #skip(count: number): true {
    this.at += count * this.step;
    return true;
  }

  /** To the `>` outside of quotes and of the subset in brackets. */
  #documentType(): boolean {
    let [brackets, quoted] = [0, 0];
    for (;;) {
      const code = this.#code();
      if (code < 0x20 && !isSpace(code)) return false;
      if (quoted !== 0) quoted = code === quoted ? 0 : quoted;
      else if (code === quote || code === apostrophe) quoted = code;
      else if (code === 0x5b) brackets++;
      else if (code === 0x5d) brackets--;
      else if (code === greater && brackets <= 0) return this.#skip(1);
      this.at += this.step;
    }
  }

  /** A name; its hash, 0 where none stands here. */
  #name(): number {
    if (!isNameStart(this.#code())) return 0;
    let hash = 0x811c_9dc5;
    for (let i = 0; i < nameLimit && isNamePart(this.#code()); i++) {
      hash = Math.imul(hash ^ this.#code(), 0x0100_0193);
      this.at += this.step;
    }
    return hash | 1;
  }

  #spaces(): boolean {
    const from = this.at;
    while (isSpace(this.#code())) this.at += this.step;
    return this.at > from;
  }

  #closing(): boolean {
    this.#skip(2);
    const name = this.#name();
    this.#spaces();
    const isWanted = name !== 0 && this.#code() === greater && this.#stack.at(-1) === name;
    if (!isWanted) this.isOther = name !== 0 && this.#stack.length === 1;
    if (!isWanted) return false;
    this.#stack.pop();
    this.tags++;
    return this.#skip(1);
  }

  #opening(): boolean {
    this.#skip(1);
    const nameAt = this.at;
    const name = this.#name();
    if (name === 0 || this.#stack.length === depthLimit) return false;
    const nameEnd = this.at;
    for (;;) {
      const isApart = this.#spaces();
      const code = this.#code();
      if (code === greater || code === slash) break;
      if (!isApart || !this.#attribute()) return false;
    }
    if (this.root === "") {
      this.root = this.#ascii(nameAt, nameEnd);
      this.rootAttributes = this.#ascii(nameEnd, Math.min(this.at, nameEnd + 4096));
    }
    const isEmpty = this.#code() === slash;
    if (isEmpty && this.#code(1) !== greater) return false;
    if (!isEmpty) this.#stack.push(name);
    this.tags++;
    return this.#skip(isEmpty ? 2 : 1);
  }

  /** Name, `=`, value in quotes without `<` (section 3.1). */
  #attribute(): boolean {
    if (this.#name() === 0) return false;
    this.#spaces();
    if (this.#code() !== equals) return false;
    this.#skip(1);
    this.#spaces();
    const mark = this.#code();
    if (mark !== quote && mark !== apostrophe) return false;
    for (this.#skip(1); this.#code() !== mark; this.at += this.step) {
      const code = this.#code();
      if (code === less || (code < 0x20 && !isSpace(code))) return false;
    }
    return this.#skip(1);
  }

  #ascii(from: number, to: number): string {
    let text = "";
    const back = this.at;
    for (this.at = from; this.at < to; this.at += this.step) text += String.fromCharCode(this.#code() & 0x7f);
    this.at = back;
    return text;
  }
}
