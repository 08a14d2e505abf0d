/**
 * The query language:
 *
 *   query  = and *( "OR" and )
 *   and    = near *( [ "AND" ] near )
 *   near   = part *( ( "NEAR" | "PRE" ) [ "/" number ] part )        words and phrases alone
 *   part   = ( "NOT" | "-" ) part | "(" query ")" | term | "/" regular expression "/"
 *   term   = word | word"*" | "phrase" | "phrase"* | pattern | word"~"[number] | field ":" value | "*"
 *
 * AND, OR and NOT are operators in capitals only. A word with separators in it (2402-20, a.b@c.de) is a phrase of its
 * parts. What is no query is refused with its place and never guessed at.
 */
import { fold, tokens as tokensIn } from "../../native-free/model/fold.ts";
import { searchSays } from "../messages/en.ts";
import { fieldAliases, fieldNames, isDocumentField, parseField } from "./query-fields.ts";
import { nearestWord } from "./nearest-word.ts";
import { lexQuery, queryError, type Lexeme } from "./query-lexer.ts";
import type { FilterTerm, Query, TextField, TextTerm, WordsTerm } from "./query.ts";
import { regexProblem } from "./regex.ts";

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
    const parts = [this.#near(depth)];
    for (;;) {
      const { kind } = this.#peek();
      if (kind === "and") this.#next += 1;
      else if (kind === "or" || kind === ")" || kind === "end") break;
      parts.push(this.#near(depth));
    }
    return joined("and", parts);
  }

  /** A chain of one distance and order: `a NEAR/5 b NEAR/5 c`. */
  #near(depth: number): Query {
    const first = this.#part(depth);
    const operator = this.#peek();
    if (operator.kind !== "near") return first;
    const parts = [phraseOf(first)];
    let end = first.end;
    for (let next = this.#peek(); next.kind === "near"; next = this.#peek()) {
      if (next.distance !== operator.distance || next.ordered !== operator.ordered) {
        throw queryError(next.at, searchSays.nearMixed());
      }
      this.#next += 1;
      const part = this.#part(depth);
      parts.push(phraseOf(part));
      end = part.end;
    }
    const { distance, ordered } = operator;
    return { kind: "near", parts, distance, ordered, at: first.at, end };
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
      case "regex":
        this.#terms += 1;
        if (this.#terms > maxTerms) throw queryError(lexeme.at, searchSays.queryTooMany(maxTerms));
        return lexeme.kind === "term" ? parseTerm(lexeme) : parseRegex(lexeme);
      case "near":
        throw queryError(lexeme.at, searchSays.nearWords());
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
  const name = fieldAliases[field.toLowerCase()] ?? field.toLowerCase();
  if (!fieldNames.includes(name) && !isDocumentField(name))
    throw queryError(term.at, searchSays.fieldUnknown(field, nearestWord(name, fieldNames), fieldNames));
  if (value.trim() === "") throw queryError(term.valueAt, searchSays.valueMissing(name));
  if (name === "text") return textTerm(term, "text");
  if (name === "exact") return { kind: "exact", value: value.normalize("NFC"), at: term.at, end: term.end };
  const how = wordFields.find((known) => known === name);
  if (how) return wordsTerm(term, how, value, 0);
  if (name === "name" && !/\?|\*./.test(value)) return textTerm(term, "name");
  const condition = parseField(name, value, term.valueAt);
  return { kind: "filter", condition, at: term.at, end: term.end } satisfies FilterTerm;
}

/** Fields whose value is one word, and what is made of it. */
const wordFields = ["stem", "sounds", "script"] as const;

const maxDistance = 2;

/** `word~`, `word~1`, `word~2`. */
const fuzzyPattern = /^(.+)~(\d*)$/;

function wordsTerm(term: Term, how: WordsTerm["how"], word: string, distance: number): WordsTerm {
  const value = fold(word);
  const bare = how === "pattern" ? value.replaceAll(/[*?]/g, "") : value;
  const found = [...tokensIn(bare)];
  // Separators would make several words of it, and rules hold for one.
  if (found.length !== 1 || (how !== "pattern" && found[0]?.token !== bare)) {
    throw queryError(term.valueAt, searchSays.oneWord(word));
  }
  return { kind: "words", how, value, distance, at: term.at, end: term.end };
}

function parseRegex({ source, at, end }: Extract<Lexeme, { kind: "regex" }>): Query {
  const problem = regexProblem(source);
  if (problem !== null) throw queryError(at, searchSays.regexBad(source, problem));
  return { kind: "regex", source, at, end };
}

/** The phrase that stands beside a NEAR. */
function phraseOf(query: Query): Pick<TextTerm, "tokens" | "prefix"> {
  if (query.kind !== "text" || query.field === "name") throw queryError(query.at, searchSays.nearWords());
  return { tokens: query.tokens, prefix: query.prefix };
}

function textTerm(term: Term, field: TextField): Query {
  const { value, quoted } = term;
  const fuzzy = quoted ? null : fuzzyPattern.exec(value);
  if (fuzzy) {
    const distance = Number(fuzzy[2] || 1);
    if (distance < 1 || distance > maxDistance) throw queryError(term.valueAt, searchSays.fuzzyFar(value, maxDistance));
    return wordsTerm(term, "fuzzy", fuzzy[1] as string, distance);
  }
  const star = quoted ? term.star : value.endsWith("*");
  const words = quoted || !star ? value : value.slice(0, -1);
  if (!quoted && /[*?]/.test(words)) return wordsTerm(term, "pattern", value, 0);
  const folded = fold(words);
  const found = [...tokensIn(folded)];
  const last = found.at(-1);
  if (!last) throw queryError(term.valueAt, searchSays.wordEmpty(value));
  // A star after a separator ("foo-*") says no more than the words before it.
  const prefix = star && last.start + last.token.length === folded.length;
  return { kind: "text", field, tokens: found.map(({ token }) => token), prefix, at: term.at, end: term.end };
}
