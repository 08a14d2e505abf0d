/** Cuts a query into words, quoted values, operators and parentheses, each with its place. */
import { searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import type { Span } from "./query.ts";

export type Lexeme =
  | ({ readonly kind: "(" | ")" | "and" | "or" | "not" | "end" } & Span)
  /** `NEAR/n`, `PRE/n`. */
  | ({ readonly kind: "near"; readonly distance: number; readonly ordered: boolean } & Span)
  /** `/…/`, without its slashes; `\\/` stands for a slash in it. */
  | ({ readonly kind: "regex"; readonly source: string } & Span)
  /** `field` is null for a bare word; `quoted` values keep their spaces; `star` is a `*` right after the closing quote. */
  | ({
      readonly kind: "term";
      readonly field: string | null;
      readonly value: string;
      readonly quoted: boolean;
      readonly star: boolean;
      /** Where the value begins. */
      readonly valueAt: number;
    } & Span);

export const maxQueryChars = 10_000;
/** Words between the phrases of a NEAR without a number. */
const defaultDistance = 10;

/** One clear sentence with the place. */
export function queryError(at: number, sentence: string): OperatorError {
  return new OperatorError("search/query", searchSays.badQuery(at + 1, sentence));
}

const space = /\s/;
const stopsWord = /[\s()"]/;
/** Something that reads like a field in front of a colon. */
const fieldPattern = /^([A-Za-z][A-Za-z0-9_-]*):/;

/** Throws OperatorError `search/query` for an unclosed quote or a query that is too long. */
export function lexQuery(text: string): Lexeme[] {
  if (text.length > maxQueryChars) throw queryError(maxQueryChars, searchSays.queryTooLong(maxQueryChars));
  const lexemes: Lexeme[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (space.test(character)) {
      at += 1;
    } else if (character === "(" || character === ")") {
      lexemes.push({ kind: character, at, end: at + 1 });
      at += 1;
    } else if (character === "-" && at + 1 < text.length && !/[\s)-]/.test(text.charAt(at + 1))) {
      lexemes.push({ kind: "not", at, end: at + 1 });
      at += 1;
    } else {
      const lexeme = character === "/" ? lexRegex(text, at) : lexTerm(text, at);
      lexemes.push(lexeme);
      at = lexeme.end;
    }
  }
  lexemes.push({ kind: "end", at: text.length, end: text.length });
  return lexemes;
}

function lexTerm(text: string, at: number): Lexeme {
  const field = fieldPattern.exec(text.slice(at, at + 64))?.[1] ?? null;
  const valueAt = field === null ? at : at + field.length + 1;
  if (text.charAt(valueAt) === '"') return lexQuoted(text, at, valueAt, field);
  let end = valueAt;
  while (end < text.length && !stopsWord.test(text.charAt(end))) end += 1;
  const value = text.slice(valueAt, end);
  if (field === null && (value === "AND" || value === "OR" || value === "NOT")) {
    return { kind: value.toLowerCase() as "and" | "or" | "not", at, end };
  }
  const near = field === null ? /^(NEAR|PRE)(?:\/(\d{1,4}))?$/.exec(value) : null;
  if (near) {
    return { kind: "near", distance: Number(near[2] ?? defaultDistance), ordered: near[1] === "PRE", at, end };
  }
  return { kind: "term", field, value, quoted: false, star: false, at, end, valueAt };
}

/** To the slash that no backslash stands before. */
function lexRegex(text: string, at: number): Lexeme {
  let end = at + 1;
  while (end < text.length && text.charAt(end) !== "/") end += text.charAt(end) === "\\" ? 2 : 1;
  if (end >= text.length) throw queryError(at, searchSays.regexOpen());
  return { kind: "regex", source: text.slice(at + 1, end).replaceAll("\\/", "/"), at, end: end + 1 };
}

function lexQuoted(text: string, at: number, valueAt: number, field: string | null): Lexeme {
  const close = text.indexOf('"', valueAt + 1);
  if (close < 0) throw queryError(valueAt, searchSays.quoteOpen());
  const star = text.charAt(close + 1) === "*";
  const value = text.slice(valueAt + 1, close);
  return { kind: "term", field, value, quoted: true, star, at, end: close + (star ? 2 : 1), valueAt };
}
