/**
 * The query language:
 *
 *   query  = and *( "OR" and )
 *   and    = part *( [ "AND" ] part )
 *   part   = ( "NOT" | "-" ) part | "(" query ")" | term
 *   term   = word | word"*" | "phrase" | "phrase"* | field ":" value | "*"
 *
 * AND, OR and NOT are operators in capitals only. A word with separators in it (2402-20, a.b@c.de) is a phrase of its
 * parts. What is no query is refused with its place and never guessed at.
 */
import { fold, tokens as tokensIn } from "../../native-free/model/fold.ts";
import { searchSays } from "../messages/en.ts";
import { fieldNames, parseField } from "./query-fields.ts";
import { nearestWord } from "./nearest-word.ts";
import { lexQuery, queryError, type Lexeme } from "./query-lexer.ts";
import type { FilterTerm, Query, TextField, TextTerm } from "./query.ts";

const maxDepth = 40;
const maxTerms = 200;

type Term = Extract<Lexeme, { kind: "term" }>;

/** Parses what an officer typed. Throws OperatorError `search/query` that says where and what to do. */
export function parseQuery(text: string): Query {
  return new Parser(lexQuery(text)).parse();
}

class Parser {
  readonly #lexemes: readonly Lexeme[];
  #next = 0;
  #terms = 0;

  constructor(lexemes: readonly Lexeme[]) {
    this.#lexemes = lexemes;
  }

  parse(): Query {
    if (this.#peek().kind === "end") throw queryError(0, searchSays.queryEmpty());
    const query = this.#or(0);
    const left = this.#peek();
    if (left.kind !== "end") throw queryError(left.at, searchSays.parenthesisClosed());
    return query;
  }

  #peek(): Lexeme {
    return this.#lexemes[this.#next] as Lexeme;
  }

  #or(depth: number): Query {
    const parts = [this.#and(depth)];
    while (this.#peek().kind === "or") {
      this.#next += 1;
      parts.push(this.#and(depth));
    }
    return joined("or", parts);
  }

  #and(depth: number): Query {
    const parts = [this.#part(depth)];
    for (;;) {
      const { kind } = this.#peek();
      if (kind === "and") this.#next += 1;
      else if (kind === "or" || kind === ")" || kind === "end") break;
      parts.push(this.#part(depth));
    }
    return joined("and", parts);
  }

  #part(depth: number): Query {
    const lexeme = this.#peek();
    if (depth > maxDepth) throw queryError(lexeme.at, searchSays.queryTooDeep(maxDepth));
    this.#next += 1;
    switch (lexeme.kind) {
      case "not": {
        const part = this.#part(depth + 1);
        return { kind: "not", part, at: lexeme.at, end: part.end };
      }
      case "(": {
        const query = this.#or(depth + 1);
        const close = this.#peek();
        if (close.kind !== ")") throw queryError(lexeme.at, searchSays.parenthesisOpen());
        this.#next += 1;
        return query;
      }
      case "term":
        this.#terms += 1;
        if (this.#terms > maxTerms) throw queryError(lexeme.at, searchSays.queryTooMany(maxTerms));
        return parseTerm(lexeme);
      case ")":
        throw queryError(lexeme.at, searchSays.parenthesisClosed());
      default:
        throw queryError(lexeme.at, searchSays.termMissing(lexeme.kind === "end" ? null : lexeme.kind.toUpperCase()));
    }
  }
}

/** Several parts as one; a part of the same kind is taken in, so that a printed query reads back as the same tree. */
function joined(kind: "and" | "or", parts: readonly Query[]): Query {
  const [first] = parts as [Query];
  if (parts.length === 1) return first;
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  return { kind, parts: flat, at: first.at, end: (parts.at(-1) as Query).end };
}

function parseTerm(term: Term): Query {
  const { field, value } = term;
  if (field === null) {
    if (value === "*" && !term.quoted) return { kind: "all", at: term.at, end: term.end };
    return textTerm(term, "any");
  }
  const name = field.toLowerCase();
  if (!fieldNames.includes(name))
    throw queryError(term.at, searchSays.fieldUnknown(field, nearestWord(name, fieldNames), fieldNames));
  if (value.trim() === "") throw queryError(term.valueAt, searchSays.valueMissing(name));
  if (name === "text") return textTerm(term, "text");
  if (name === "name" && !/\?|\*./.test(value)) return textTerm(term, "name");
  const condition = parseField(name, value, term.valueAt);
  return { kind: "filter", condition, at: term.at, end: term.end } satisfies FilterTerm;
}

/** Operators of the language to come: refused rather than looked for as words. */
const reserved = /^NEAR(?:\/\d+)?$|.~\d*$|^\/.*\/$/;

function textTerm(term: Term, field: TextField): TextTerm {
  const { value, quoted } = term;
  if (!quoted && reserved.test(value)) throw queryError(term.valueAt, searchSays.operatorUnknown(value));
  const star = quoted ? term.star : value.endsWith("*");
  const words = quoted || !star ? value : value.slice(0, -1);
  if (!quoted && words.includes("*")) {
    throw queryError(term.valueAt + words.indexOf("*"), searchSays.starInside());
  }
  // The index knows beginnings of words only; a ? that is dropped would find less than was asked for.
  if (!quoted && words.includes("?")) throw queryError(term.valueAt + words.indexOf("?"), searchSays.markInside(value));
  const folded = fold(words);
  const found = [...tokensIn(folded)];
  const last = found.at(-1);
  if (!last) throw queryError(term.valueAt, searchSays.wordEmpty(value));
  // A star after a separator ("foo-*") says no more than the words before it.
  const prefix = star && last.start + last.token.length === folded.length;
  return { kind: "text", field, tokens: found.map(({ token }) => token), prefix, at: term.at, end: term.end };
}
