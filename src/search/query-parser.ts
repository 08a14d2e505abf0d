/**
 * The query language:
 *
 *   query  = and *( "OR" and )
 *   and    = near *( [ "AND" ] near )
 *   near   = part *( ( "NEAR" | "PRE" ) [ "/" number ] part )        words and phrases alone
 *   part   = ( "NOT" | "-" ) part | [ head ] "(" query ")" | [ head ] term | [ head ] "/" regular expression "/" | "*"
 *   head   = [ "exact:" ] [ field ":" ]                              before ( it holds for everything up to the )
 *   term   = word | word"*" | "phrase" | "phrase"* | pattern | word"~"[number] | value | value 1*( "," value )
 *
 * AND, OR and NOT are operators in capitals only. A word with separators in it (2402-20, a.b@c.de) is a phrase of its parts,
 * and so is a word of a script that is written without spaces: its characters are found anywhere. `code:` finds letters and
 * digits whatever separators stand between them. Values with commas between them (ext:doc,docx) are any of these, where the
 * field has no commas in its values; author:(müller OR maier) does the same for every field. Dates: see `query-dates.ts`.
 *
 *   terms:NAME        any word or phrase of a file of the case's folder `lists/search`, or of a path
 *   hash:@NAME        any hash of such a file
 *   like:ITEM         what is like an item (id or path), and the item
 *
 * What is no query is refused with its place and never guessed at.
 */
import { querySays, searchSays } from "../messages/en.ts";
import {
  documentField,
  fieldAliases,
  fieldNames,
  nearestField,
  parseField,
  takesLists,
  wordFields,
} from "./query-fields.ts";
import { lexQuery, queryError, type Lexeme, type Word } from "./query-lexer.ts";
import { exactTerm, nearTerm, oneWordTerm, regexTerm, wordTerm } from "./query-words.ts";
import type { Query, TextField } from "./query.ts";

const maxDepth = 40;
const maxTerms = 2000;

export interface ParseOptions {
  /** Milliseconds since 1970 UTC, for dates that are told from today. Without it they are refused. */
  readonly now?: number | null;
  /** Accents and case count in everything that is typed; rules that bring writings together are refused. */
  readonly exactOnly?: boolean;
}

/** Parses what an officer typed. Throws OperatorError `search/query` that says where and what to do. */
export function parseQuery(text: string, options: ParseOptions = {}): Query {
  return new Parser(lexQuery(text), options).parse();
}

/** What a parenthesis gives to what stands in it. */
interface Head {
  /** As typed. */
  readonly field: string | null;
  /** Where words of a field such as `stem:` are looked for. */
  readonly place: TextField;
  readonly exact: boolean;
}

class Parser {
  readonly #lexemes: readonly Lexeme[];
  readonly #now: number | null;
  #head: Head;
  #next = 0;
  #terms = 0;

  constructor(lexemes: readonly Lexeme[], { now = null, exactOnly = false }: ParseOptions) {
    this.#lexemes = lexemes;
    this.#now = now;
    this.#head = { field: null, place: "any", exact: exactOnly };
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
    const parts = [this.#part(depth)];
    const operator = this.#peek();
    if (operator.kind !== "near") return parts[0] as Query;
    for (let next = this.#peek(); next.kind === "near"; next = this.#peek()) {
      if (next.distance !== operator.distance || next.ordered !== operator.ordered) {
        throw queryError(next.at, searchSays.nearMixed());
      }
      this.#next += 1;
      parts.push(this.#part(depth));
    }
    return nearTerm(parts, operator);
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
      case "(":
        return this.#group(lexeme, depth);
      case "term":
      case "regex": {
        const head = this.#headOf(lexeme);
        if (lexeme.kind === "term") return this.#term({ ...lexeme, ...head }, head.place);
        this.#count(lexeme.at);
        if (head.field !== null && textFieldOf(head.field) === null) {
          throw queryError(lexeme.at, querySays.notInField("/…/", head.field));
        }
        return regexTerm({ ...lexeme, exact: head.exact }, head.place);
      }
      case "near":
        throw queryError(lexeme.at, searchSays.nearWords());
      case ")":
        throw queryError(lexeme.at, searchSays.parenthesisClosed());
      default:
        throw queryError(lexeme.at, searchSays.termMissing(lexeme.kind === "end" ? null : lexeme.kind.toUpperCase()));
    }
  }

  #group(open: Extract<Lexeme, { kind: "(" }>, depth: number): Query {
    const outer = this.#head;
    this.#head = this.#headOf(open);
    const query = this.#or(depth + 1);
    if (this.#peek().kind !== ")") throw queryError(open.at, searchSays.parenthesisOpen());
    this.#next += 1;
    this.#head = outer;
    return query;
  }

  /** What holds for a lexeme: its own field, or that of the parentheses around it. */
  #headOf({ field, exact, at }: Extract<Lexeme, { kind: "(" | "term" | "regex" }>): Head {
    const outer = this.#head;
    const isExact = exact || outer.exact;
    if (field === null) return { ...outer, exact: isExact };
    const name = knownField(field, at);
    const place = textFieldOf(name);
    if (outer.field !== null && (textFieldOf(outer.field) === null || !standsInText.has(name))) {
      throw queryError(at, querySays.notInField(`${field}:`, outer.field));
    }
    return { field: name, place: place ?? outer.place, exact: isExact };
  }

  #count(at: number): void {
    this.#terms += 1;
    if (this.#terms > maxTerms) throw queryError(at, searchSays.queryTooMany(maxTerms));
  }

  /** One term, or one for each of several values. */
  #term(word: Word, place: TextField): Query {
    const values = valuesOf(word);
    const terms = values.map(({ value, valueAt }) => {
      this.#count(word.at);
      return parseTerm({ ...word, value, valueAt }, place, this.#now);
    });
    return joined("or", terms);
  }
}

/** Several parts as one; a part of the same kind is taken in, so that a printed query reads back as the same tree. */
function joined(kind: "and" | "or", parts: readonly Query[]): Query {
  const [first] = parts as [Query];
  if (parts.length === 1) return first;
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  return { kind, parts: flat, at: first.at, end: (parts.at(-1) as Query).end };
}

/** The field of that name in lower case, document fields as they are registered. */
function knownField(field: string, at: number): string {
  const name = fieldAliases[field.toLowerCase()] ?? field.toLowerCase();
  if (fieldNames.includes(name) || documentField(name) !== null) return name;
  throw queryError(at, searchSays.fieldUnknown(field, nearestField(name), fieldNames));
}

function valuesOf(word: Word): { value: string; valueAt: number }[] {
  const { field, value, valueAt, quoted } = word;
  if (field === null || quoted || !value.includes(",") || !takesLists(field)) return [word];
  let at = valueAt;
  return value.split(",").map((one) => {
    const place = { value: one, valueAt: at };
    at += one.length + 1;
    return place;
  });
}

/** Fields for words that can stand in text:( ) and name:( ). */
const standsInText: ReadonlySet<string> = new Set(["code", "terms", ...wordFields]);

function parseTerm(word: Word, place: TextField, now: number | null): Query {
  const { field, value, exact, at, end } = word;
  if (field === null) {
    if (value === "*" && !word.quoted) return { kind: "all", at, end };
    if (exact && value.trim() === "") throw queryError(word.valueAt, searchSays.valueMissing("exact"));
    return wordTerm(word, place);
  }
  if (value.trim() === "") throw queryError(word.valueAt, searchSays.valueMissing(field));
  switch (field) {
    case "name":
      // Patterns of names are no text; in quotes they are, where characters count as they stand.
      return /\?|\*./.test(value) && !(exact && word.quoted) ? filterTerm(word, now) : wordTerm(word, place);
    case "text":
      return wordTerm(word, place);
    case "code":
    case "stem":
    case "sounds":
    case "script":
      return oneWordTerm(word, field, place);
    case "terms":
      return { kind: "list", field: place, name: value.trim(), exact, list: null, at, end };
    case "like":
      return { kind: "like", item: value.trim(), target: null, at, end };
    default:
      return field === "hash" && value.startsWith("@") ? hashList(word) : filterTerm(word, now);
  }
}

function filterTerm(word: Word, now: number | null): Query {
  const { value, valueAt, at, end } = word;
  const field = word.field as string;
  const condition = parseField(field, word.star ? `${value}*` : value, valueAt, now);
  // What documents say is text, too; ranges of dates and numbers are none.
  const isText = condition.on === "field" && condition.range === null && value !== "*";
  if (word.exact && isText) return exactTerm(word, condition.name);
  return { kind: "filter", condition, at, end };
}

function textFieldOf(name: string): "text" | "name" | null {
  return name === "text" || name === "name" ? name : null;
}

function hashList({ value, valueAt, at, end }: Word): Query {
  const name = value.slice(1).trim();
  if (name === "") throw queryError(valueAt, querySays.listNameMissing());
  return { kind: "hashes", name, list: null, at, end };
}
