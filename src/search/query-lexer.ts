/**
 * Cuts a query into words, quoted values, operators and parentheses, each with its place. The quotation marks and parentheses
 * that word processors and East Asian keyboards type are taken for the plain ones.
 */
import { querySays, searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import type { Span } from "./query.ts";

export type Lexeme =
  | ({ readonly kind: ")" | "and" | "or" | "not" | "end" } & Span)
  /** `field:(` and `exact:(` hold for all that stands between the parentheses. */
  | ({ readonly kind: "("; readonly field: string | null; readonly exact: boolean } & Span)
  /** `NEAR/n`, `PRE/n`. */
  | ({ readonly kind: "near"; readonly distance: number; readonly ordered: boolean } & Span)
  /** `/…/`, without its slashes; `\\/` stands for a slash in it. */
  | ({ readonly kind: "regex"; readonly source: string; readonly field: string | null; readonly exact: boolean } & Span)
  | Word;

/** `field` is null for a bare word; `quoted` values keep their spaces; `star` is a `*` right after the closing quote. */
export interface Word extends Span {
  readonly kind: "term";
  readonly field: string | null;
  /** `exact:` stands in front. */
  readonly exact: boolean;
  readonly value: string;
  readonly quoted: boolean;
  readonly star: boolean;
  /** Where the value begins. */
  readonly valueAt: number;
}

export const maxQueryChars = 100_000;
/** Words between the phrases of a NEAR without a number. */
const defaultDistance = 10;

/** One clear sentence with the place. */
export function queryError(at: number, sentence: string): OperatorError {
  return new OperatorError("search/query", searchSays.badQuery(at + 1, sentence));
}

const space = /\s/;
/** As Word, East Asian keyboards and French, German and Greek typing have them. */
const typographic = "“”„‟＂«»";
const stopsWord = /[\s()（）"“”„‟＂«»]/;
/** Something that reads like a field in front of a colon. */
const fieldPattern = /^([A-Za-z][A-Za-z0-9_-]*)[:：]/;
const longestField = 64;

/** Throws OperatorError `search/query` for an unclosed quote or a query that is too long. */
export function lexQuery(text: string): Lexeme[] {
  if (text.length > maxQueryChars) throw queryError(maxQueryChars, searchSays.queryTooLong(maxQueryChars));
  const lexemes: Lexeme[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (space.test(character)) {
      at += 1;
      continue;
    }
    let lexeme: Lexeme;
    if (isClosing(character)) lexeme = { kind: ")", at, end: at + 1 };
    else if (character === "-" && at + 1 < text.length && !/[\s)）-]/.test(text.charAt(at + 1))) {
      lexeme = { kind: "not", at, end: at + 1 };
    } else lexeme = lexPart(text, at);
    lexemes.push(lexeme);
    at = lexeme.end;
  }
  lexemes.push({ kind: "end", at: text.length, end: text.length });
  return lexemes;
}

const isOpening = (character: string) => character === "(" || character === "（";
const isClosing = (character: string) => character === ")" || character === "）";

/** What may have a field in front of it, and that field. */
function lexPart(text: string, at: number): Lexeme {
  let field = fieldAt(text, at);
  let valueAt = field === null ? at : at + field.length + 1;
  let exact = false;
  while (field?.toLowerCase() === "exact") {
    exact = true;
    field = fieldAt(text, valueAt);
    if (field !== null) valueAt += field.length + 1;
  }
  const head = { field, exact };
  if (isOpening(text.charAt(valueAt))) return { kind: "(", ...head, at, end: valueAt + 1 };
  // Paths begin with a slash, too.
  const isText = field === null || ["text", "name"].includes(field.toLowerCase());
  if (text.charAt(valueAt) === "/" && isText) return { ...lexRegex(text, valueAt), ...head, at };
  return lexTerm(text, at, valueAt, head);
}

function fieldAt(text: string, at: number): string | null {
  return fieldPattern.exec(text.slice(at, at + longestField))?.[1] ?? null;
}

type Head = Pick<Word, "field" | "exact">;

function lexTerm(text: string, at: number, valueAt: number, head: Head): Lexeme {
  const first = text.charAt(valueAt);
  if (first === '"' || (first !== "" && typographic.includes(first))) return lexQuoted(text, at, valueAt, head);
  let end = valueAt;
  while (end < text.length && !stopsWord.test(text.charAt(end))) end += 1;
  const value = text.slice(valueAt, end);
  const isBare = head.field === null && !head.exact;
  if (isBare && (value === "AND" || value === "OR" || value === "NOT")) {
    return { kind: value.toLowerCase() as "and" | "or" | "not", at, end };
  }
  const near = isBare ? /^(NEAR|PRE)(?:\/(\d{1,4}))?$/.exec(value) : null;
  if (near) {
    return { kind: "near", distance: Number(near[2] ?? defaultDistance), ordered: near[1] === "PRE", at, end };
  }
  if (isBare && /^(?:NEAR|PRE)\/./.test(value)) throw queryError(at, querySays.nearNumber(value));
  return { kind: "term", ...head, value, quoted: false, star: false, at, end, valueAt };
}

/** To the slash that no backslash stands before. */
function lexRegex(text: string, at: number): { kind: "regex"; source: string; end: number } {
  let end = at + 1;
  while (end < text.length && text.charAt(end) !== "/") end += text.charAt(end) === "\\" ? 2 : 1;
  if (end >= text.length) throw queryError(at, searchSays.regexOpen());
  return { kind: "regex", source: text.slice(at + 1, end).replaceAll("\\/", "/"), end: end + 1 };
}

/** A plain quotation mark is closed by a plain one, a typographic one by any. */
function lexQuoted(text: string, at: number, valueAt: number, head: Head): Lexeme {
  const isPlain = text.charAt(valueAt) === '"';
  let close = valueAt + 1;
  while (close < text.length && text.charAt(close) !== '"' && (isPlain || !typographic.includes(text.charAt(close)))) {
    close += 1;
  }
  if (close >= text.length) throw queryError(valueAt, searchSays.quoteOpen());
  const star = text.charAt(close + 1) === "*";
  const value = text.slice(valueAt + 1, close);
  return { kind: "term", ...head, value, quoted: true, star, at, end: close + (star ? 2 : 1), valueAt };
}
