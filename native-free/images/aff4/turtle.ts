/**
 * RDF in Turtle, as far as AFF4 writers use it: prefixes, bases, lists of predicates and objects, typed and tagged literals,
 * numbers, booleans, blank nodes and nested ones. Specification: W3C, "RDF 1.1 Turtle" (2014). Collections are read over
 * without keeping them; relative IRIs are joined to the base as text. A statement that cannot be read costs that statement.
 */

export interface Iri {
  readonly kind: "iri";
  readonly value: string;
}

export interface Literal {
  readonly kind: "literal";
  readonly value: string;
  /** IRI; "" where none is given. */
  readonly datatype: string;
}

export type Term = Iri | Literal;

/** Objects by predicate. */
export type Properties = ReadonlyMap<string, readonly Term[]>;

export interface Turtle {
  /** By subject, in order of the text. */
  readonly subjects: ReadonlyMap<string, Properties>;
  /** Statements that could not be read. */
  readonly damaged: number;
}

const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const XSD = "http://www.w3.org/2001/XMLSchema#";
const MAX_DEPTH = 32;
const escapes: Readonly<Record<string, string>> = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

const blankSpace = /(?:[\s\uFEFF]+|#[^\n\r]*)*/y;
const iriToken = /<([^<>"\s]*)>/y;
const numberToken = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const nameToken = /[^\s<>"'()[\]{};,^@#\\]+/y;
const tagToken = /@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*/y;
const directive = /@?(prefix|base)\b/iy;
const statementEnd = /\.(?=\s|$)/g;

/** One for all: a text of mistakes only would else cost a stack trace for each. */
const notTurtle = new Error("not Turtle");

class Parser {
  readonly #text: string;
  readonly #prefixes = new Map<string, string>();
  readonly subjects = new Map<string, Map<string, Term[]>>();
  #base = "";
  #at = 0;
  #blanks = 0;
  damaged = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    for (this.#skip(); this.#at < this.#text.length; this.#skip()) {
      const start = this.#at;
      try {
        this.#statement();
      } catch (error) {
        if (error !== notTurtle) throw error;
        this.damaged++;
        statementEnd.lastIndex = Math.max(start + 1, this.#at);
        this.#at = statementEnd.exec(this.#text) ? statementEnd.lastIndex : this.#text.length;
      }
    }
  }

  #statement(): void {
    const marked = this.#text[this.#at] === "@";
    const kind = this.#match(directive)?.[1]?.toLowerCase();
    if (kind !== undefined) {
      this.#skip();
      const name = kind === "prefix" ? (this.#match(nameToken)?.[0] ?? this.#fail()) : "";
      if (kind === "prefix" && !name.endsWith(":")) this.#fail();
      this.#skip();
      const iri = this.#join(unescaped(this.#match(iriToken)?.[1] ?? this.#fail()));
      if (kind === "prefix") this.#prefixes.set(name.slice(0, -1), iri);
      else this.#base = iri;
      if (marked) this.#expect(".");
      return;
    }
    const subject = this.#term(0);
    if (subject.kind === "literal") this.#fail();
    this.#properties(subject.value, 0);
    this.#expect(".");
  }

  #properties(subject: string, depth: number): void {
    for (;;) {
      this.#skip();
      const next = this.#text[this.#at];
      if (next === "." || next === "]") return;
      if (next === ";") {
        this.#at++;
        continue;
      }
      const predicate = this.#term(depth);
      if (predicate.kind === "literal") this.#fail();
      do this.#add(subject, predicate.value, this.#term(depth));
      while (this.#take(","));
    }
  }

  #add(subject: string, predicate: string, object: Term): void {
    let properties = this.subjects.get(subject);
    if (!properties) this.subjects.set(subject, (properties = new Map()));
    const objects = properties.get(predicate);
    if (objects) objects.push(object);
    else properties.set(predicate, [object]);
  }

  #term(depth: number): Term {
    if (depth > MAX_DEPTH) this.#fail();
    this.#skip();
    const first = this.#text[this.#at];
    if (first === "<") return iri(this.#join(unescaped(this.#match(iriToken)?.[1] ?? this.#fail())));
    if (first === '"' || first === "'") return this.#literal();
    if (first === "[") return this.#nested(depth);
    if (first === "(") {
      this.#at++;
      while (!this.#take(")")) this.#term(depth + 1);
      return iri(`_:list${this.#blanks++}`);
    }
    if (first !== undefined && /[-+0-9]/.test(first)) {
      // A full stop at the end of a number is that of the statement.
      const value = (this.#match(numberToken)?.[0] ?? this.#fail()).replace(/\.$/, () => (this.#at--, ""));
      return { kind: "literal", value, datatype: `${XSD}${/[.eE]/.test(value) ? "double" : "integer"}` };
    }
    return this.#name();
  }

  #nested(depth: number): Term {
    this.#at++;
    const blank = `_:nested${this.#blanks++}`;
    this.#properties(blank, depth + 1);
    this.#expect("]");
    return iri(blank);
  }

  #name(): Term {
    const found = this.#match(nameToken)?.[0] ?? this.#fail();
    const name = found.replace(/\.+$/, "");
    this.#at -= found.length - name.length;
    if (name === "a") return iri(RDF_TYPE);
    if (name === "true" || name === "false") return { kind: "literal", value: name, datatype: `${XSD}boolean` };
    if (name.startsWith("_:")) return iri(name);
    const colon = name.indexOf(":");
    const base = colon === -1 ? undefined : this.#prefixes.get(name.slice(0, colon));
    return base === undefined ? this.#fail() : iri(base + name.slice(colon + 1));
  }

  #literal(): Term {
    const value = unescaped(this.#quoted());
    if (this.#match(tagToken)) return { kind: "literal", value, datatype: "" };
    if (!this.#text.startsWith("^^", this.#at)) return { kind: "literal", value, datatype: "" };
    this.#at += 2;
    return { kind: "literal", value, datatype: this.#term(0).value };
  }

  /** By hand: a regular expression runs out of stack on a text of megabytes. */
  #quoted(): string {
    const sign = this.#text[this.#at]!;
    const long = this.#text.startsWith(sign.repeat(3), this.#at);
    const start = this.#at + (long ? 3 : 1);
    for (let at = start; at < this.#text.length; at++) {
      const here = this.#text[at]!;
      if (here === "\\") at++;
      else if (here === sign && (!long || this.#text.startsWith(sign.repeat(3), at))) {
        this.#at = at + (long ? 3 : 1);
        return this.#text.slice(start, at);
      } else if (!long && (here === "\n" || here === "\r")) break;
    }
    return this.#fail();
  }

  #join(reference: string): string {
    return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(reference) ? reference : this.#base + reference;
  }

  #take(sign: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== sign) {
      if (this.#at >= this.#text.length) this.#fail();
      return false;
    }
    this.#at++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) this.#fail();
  }

  #skip(): void {
    this.#match(blankSpace);
  }

  #match(token: RegExp): RegExpExecArray | null {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text);
    if (found) this.#at = token.lastIndex;
    return found;
  }

  #fail(): never {
    throw notTurtle;
  }
}

const iri = (value: string): Iri => ({ kind: "iri", value });

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g, (_, four, eight, sign: string) => {
    const code = Number.parseInt((four ?? eight ?? "") as string, 16);
    if (Number.isNaN(code)) return escapes[sign] ?? sign;
    return code > 0x10ffff ? "\uFFFD" : String.fromCodePoint(code);
  });
}

/** Reads what can be read; never throws. Time and memory grow with the length of the text, not faster. */
export function parseTurtle(text: string): Turtle {
  const parser = new Parser(text);
  parser.run();
  return parser;
}

/** As a string of Turtle, quotes included: one line, control characters and lone surrogates made harmless. */
export function turtleString(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (sign) => {
      return `\\u${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    });
  return `"${escaped}"`;
}
