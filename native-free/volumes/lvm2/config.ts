/**
 * The text in which LVM2 keeps a volume group: sections, numbers, strings, lists, comments (lvm.conf(5), lvm2 `config`). Bounded by
 * the text itself and a depth; what is broken ends the reading, and what came before it stays.
 */

export type ConfigValue = string | number | readonly (string | number)[];

export interface Section {
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** In the order of the text. */
  readonly sections: ReadonlyMap<string, Section>;
}

export interface Config {
  readonly root: Section;
  /** Character at which the text ceases to make sense; null where it does to its end. */
  readonly brokenAt: number | null;
}

interface OpenSection {
  readonly values: Map<string, ConfigValue>;
  readonly sections: Map<string, OpenSection>;
}

/** What real metadata have is four. */
const deepest = 32;

interface Token {
  readonly kind: "word" | "text" | "mark" | "end" | "bad";
  readonly text: string;
  /** Where the next one begins to be looked for. */
  readonly at: number;
}

/** By hand and not by one pattern: no text may make it go back. */
class Tokens {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    this.#skip();
    const from = this.#at;
    const first = this.#text[from];
    if (first === undefined) return { kind: "end", text: "", at: from };
    if (first === '"') return this.#quoted(from);
    this.#at = from + 1;
    if (marks.has(first)) return { kind: "mark", text: first, at: from };
    if (!wordPart.test(first)) return { kind: "bad", text: "", at: from };
    while (wordPart.test(this.#text[this.#at] ?? " ")) this.#at += 1;
    return { kind: "word", text: this.#text.slice(from, this.#at), at: from };
  }

  /** Blanks, and comments to the end of their line. */
  #skip(): void {
    for (;;) {
      const each = this.#text[this.#at];
      if (each === "#") {
        const end = this.#text.indexOf("\n", this.#at);
        this.#at = end < 0 ? this.#text.length : end;
      } else if (each !== undefined && blank.test(each)) this.#at += 1;
      else return;
    }
  }

  #quoted(from: number): Token {
    let at = from + 1;
    let text = "";
    for (; at < this.#text.length && this.#text[at] !== '"'; at++) {
      if (this.#text[at] === "\\") at += 1;
      text += this.#text[at] ?? "";
    }
    this.#at = at + 1;
    return { kind: at < this.#text.length ? "text" : "bad", text, at: from };
  }
}

const marks = new Set(["{", "}", "=", "[", "]", ","]);
const wordPart = /[A-Za-z0-9_.+-]/;
const blank = /\s/;

export function parseConfig(text: string): Config {
  const tokens = new Tokens(text);
  const root: OpenSection = { values: new Map(), sections: new Map() };
  const open: OpenSection[] = [root];
  for (;;) {
    const name = tokens.next();
    if (name.kind === "end") return { root, brokenAt: open.length === 1 ? null : name.at };
    if (name.kind === "mark" && name.text === "}" && open.length > 1) {
      open.pop();
      continue;
    }
    if (name.kind !== "word" && name.kind !== "text") return { root, brokenAt: name.at };
    const mark = tokens.next();
    if (mark.kind !== "mark") return { root, brokenAt: mark.at };
    const current = open.at(-1)!;
    if (mark.text === "{" && open.length <= deepest) {
      const section: OpenSection = { values: new Map(), sections: new Map() };
      current.sections.set(name.text, section);
      open.push(section);
      continue;
    }
    const value = mark.text === "=" ? valueFrom(tokens) : null;
    if (value === null) return { root, brokenAt: mark.at };
    current.values.set(name.text, value);
  }
}

function valueFrom(tokens: Tokens): ConfigValue | null {
  const first = tokens.next();
  if (first.kind !== "mark") return single(first);
  if (first.text !== "[") return null;
  const list: (string | number)[] = [];
  for (let each = tokens.next(); ; each = tokens.next()) {
    if (each.kind === "mark" && each.text === "]") return list;
    if (each.kind === "mark" && each.text === ",") continue;
    const value = single(each);
    if (value === null) return null;
    list.push(value);
  }
}

function single({ kind, text }: Token): string | number | null {
  if (kind === "text") return text;
  if (kind !== "word") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** A whole number that can be counted with; null for anything else. */
export function wholeOf(section: Section, name: string): number | null {
  const value = section.values.get(name);
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

export function textOf(section: Section, name: string): string | null {
  const value = section.values.get(name);
  return typeof value === "string" ? value : null;
}

export function listOf(section: Section, name: string): readonly (string | number)[] {
  const value = section.values.get(name);
  return Array.isArray(value) ? (value as readonly (string | number)[]) : [];
}
