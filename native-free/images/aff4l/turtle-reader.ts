/**
 * Reads Turtle (W3C Recommendation 2014-02-25) object by object with flat memory, as far as AFF4 writers use it: prefixes,
 * IRIs, prefixed names, literals in double quotes, numbers, booleans, `a`, `;` and `,`. Not read: `@base`, blank nodes,
 * collections; they end the reading with a problem.
 */

export interface Term {
  /** The IRI, or the text of a literal. */
  readonly value: string;
  readonly isIri: boolean;
  /** IRI of the type of a literal; null where it states none. */
  readonly datatype: string | null;
}

/** Statements on one subject that stand together. */
export interface Subject {
  readonly iri: string;
  /** By the IRI of the predicate. */
  readonly properties: ReadonlyMap<string, readonly Term[]>;
}

/** Longest token; attributes of one entry fit many times over. */
const tokenLimitChars = 64 << 20;
/** More than any token needs behind itself to be told from a longer one: `1` from `1e+5`. */
const lookAheadChars = 8;
const rdfType = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

const blank = /(?:[ \t\r\n]+|#[^\n]*)*/y;
const tokens = [
  ["iri", /<([^<>"{}|^`\u0000-\u0020]*)>/y],
  ["long", /"""((?:[^"\\]|\\[^]|"(?!""))*)"""/y],
  ["text", /"(?!"")([^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*)"/y],
  ["type", /\^\^/y],
  ["directive", /@prefix\b|(?:PREFIX|prefix)\b/y],
  ["language", /@([A-Za-z]+(?:-[A-Za-z0-9]+)*)/y],
  ["number", /([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)/y],
  ["name", /([\p{L}_][\p{L}\p{N}_-]*)?:((?:[\p{L}\p{N}_%:-]|\.(?=[\p{L}\p{N}_%:-]))*)/uy],
  ["word", /(a|true|false)(?=[\s<"])/y],
  ["mark", /([.;,])/y],
] as const satisfies readonly (readonly [string, RegExp])[];

type Kind = (typeof tokens)[number][0];

interface Token {
  readonly kind: Kind;
  readonly first: string;
  readonly second: string;
}

class TurtleProblem extends Error {}

/** Yields subjects in order; returns null at the end of the text, else what could not be read. */
export function* readTurtle(pieces: Iterable<string>): Generator<Subject, string | null> {
  const lexer = new Lexer(pieces[Symbol.iterator]());
  const prefixes = new Map<string, string>();
  try {
    for (let token = lexer.next(); token !== null; token = lexer.next()) {
      if (token.kind === "directive") readPrefix(lexer, prefixes);
      else yield readSubject(lexer, prefixes, iriOf(token, prefixes));
    }
    return null;
  } catch (error) {
    if (error instanceof TurtleProblem) return error.message;
    throw error;
  }
}

function readPrefix(lexer: Lexer, prefixes: Map<string, string>): void {
  const name = lexer.need("name");
  prefixes.set(name.first, unescaped(lexer.need("iri").first));
  if (lexer.peek()?.first === ".") lexer.next();
}

function readSubject(lexer: Lexer, prefixes: ReadonlyMap<string, string>, iri: string): Subject {
  const properties = new Map<string, Term[]>();
  for (;;) {
    const verb = lexer.any();
    if (verb.kind === "mark" && verb.first === ";") continue;
    if (verb.kind === "mark" && verb.first === "." && properties.size > 0) return { iri, properties };
    const predicate = verb.kind === "word" && verb.first === "a" ? rdfType : iriOf(verb, prefixes);
    const terms = properties.get(predicate) ?? [];
    properties.set(predicate, terms);
    let mark: Token;
    do {
      terms.push(readTerm(lexer, prefixes));
      mark = lexer.need("mark");
    } while (mark.first === ",");
    if (mark.first === ".") return { iri, properties };
  }
}

function readTerm(lexer: Lexer, prefixes: ReadonlyMap<string, string>): Term {
  const token = lexer.any();
  if (token.kind === "iri" || token.kind === "name") {
    return { value: iriOf(token, prefixes), isIri: true, datatype: null };
  }
  if (token.kind === "number" || token.kind === "word") return { value: token.first, isIri: false, datatype: null };
  if (token.kind !== "text" && token.kind !== "long") throw new TurtleProblem("object");
  const value = unescaped(token.first);
  const after = lexer.peek();
  if (after?.kind === "language") lexer.next();
  if (after?.kind !== "type") return { value, isIri: false, datatype: null };
  lexer.next();
  return { value, isIri: false, datatype: iriOf(lexer.any(), prefixes) };
}

function iriOf(token: Token, prefixes: ReadonlyMap<string, string>): string {
  if (token.kind === "iri") return unescaped(token.first);
  const base = token.kind === "name" ? prefixes.get(token.first) : undefined;
  if (base === undefined) throw new TurtleProblem(token.kind === "name" ? "prefix" : "iri");
  return base + token.second;
}

const escapes: Readonly<Record<string, string>> = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([^]))/g, (_, short, long, plain) => {
    if (plain !== undefined) return escapes[String(plain)] ?? String(plain);
    const code = parseInt(String(short ?? long), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}

class Lexer {
  readonly #pieces: Iterator<string>;
  #text = "";
  #at = 0;
  #ended = false;
  #peeked: Token | null | undefined;

  constructor(pieces: Iterator<string>) {
    this.#pieces = pieces;
  }

  /** Null at the end of the text. */
  next(): Token | null {
    const token = this.peek();
    this.#peeked = undefined;
    return token;
  }

  peek(): Token | null {
    if (this.#peeked === undefined) this.#peeked = this.#read();
    return this.#peeked;
  }

  any(): Token {
    const token = this.next();
    if (token === null) throw new TurtleProblem("truncated");
    return token;
  }

  need(kind: Kind): Token {
    const token = this.any();
    if (token.kind !== kind) throw new TurtleProblem(kind);
    return token;
  }

  #read(): Token | null {
    for (;;) {
      blank.lastIndex = this.#at;
      blank.exec(this.#text);
      const start = blank.lastIndex;
      const token = start < this.#text.length ? this.#match(start) : null;
      // A token that ends near where the text ends so far may go on in the next piece.
      if (token !== null && (this.#ended || token.end + lookAheadChars <= this.#text.length)) {
        this.#at = token.end;
        return token.token;
      }
      if (this.#ended) {
        if (start >= this.#text.length) return null;
        throw new TurtleProblem("syntax");
      }
      // A comment that is not over yet must not lose its beginning.
      this.#more(start < this.#text.length ? start : this.#at);
    }
  }

  #match(start: number): { token: Token; end: number } | null {
    for (const [kind, pattern] of tokens) {
      pattern.lastIndex = start;
      const found = pattern.exec(this.#text);
      if (found) {
        return { token: { kind, first: found[1] ?? "", second: found[2] ?? "" }, end: pattern.lastIndex };
      }
    }
    return null;
  }

  #more(start: number): void {
    const piece = this.#pieces.next();
    this.#ended = piece.done === true;
    this.#text = this.#text.slice(start) + (piece.done ? "" : piece.value);
    this.#at = 0;
    if (this.#text.length > tokenLimitChars) throw new TurtleProblem("too-long");
  }
}
