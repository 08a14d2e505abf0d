/** What words, phrases and patterns of a query stand for. */
import { classOf, splitClass } from "../../native-free/model/fold-cluster.ts";
import { fold, tokens as tokensIn, tokensOf } from "../../native-free/model/fold.ts";
import type { FieldName } from "../../native-free/model/fields.ts";
import { querySays, searchSays } from "../messages/en.ts";
import { queryError, type Lexeme, type Word } from "./query-lexer.ts";
import type { ExactTerm, NearPart, NearTerm, Query, RegexTerm, TextField, TextTerm, WordsTerm } from "./query.ts";
import { regexProblem } from "./regex.ts";

const maxDistance = 2;
/** More phrases in one NEAR are not looked at together. */
const maxNearParts = 10;

/** `word~`, `word~1`, `word~2`. */
const fuzzyPattern = /^(.+)~(\d*)$/s;

/** A word, phrase, pattern or fuzzy word. */
export function wordTerm(word: Word, field: TextField): Query {
  const { value, quoted, exact } = word;
  if (exact) return exactTerm(word, field);
  const fuzzy = quoted ? null : fuzzyPattern.exec(value);
  if (fuzzy) {
    const distance = Number(fuzzy[2] || 1);
    if (distance < 1 || distance > maxDistance) throw queryError(word.valueAt, searchSays.fuzzyFar(value, maxDistance));
    return wordsTerm(word, "fuzzy", field, oneWord(word, fuzzy[1] as string), distance);
  }
  if (!quoted && /[*?]/.test(value)) return patternTerm(word, field);
  return textTerm(word, field, value, word.star);
}

function textTerm({ valueAt, at, end }: Word, field: TextField, text: string, star: boolean): TextTerm {
  const folded = fold(text);
  const found = [...tokensIn(folded)];
  const last = found.at(-1);
  if (!last) throw queryError(valueAt, searchSays.wordEmpty(text));
  // A star after a separator ("foo-*") says no more than the words before it.
  const prefix = star && last.start + last.token.length === folded.length;
  return { kind: "text", field, tokens: found.map(({ token }) => token), prefix, at, end };
}

const separators = /[^\p{L}\p{N}\p{M}\p{Co}*?]+/u;

/**
 * A word with `*` or `?` in it. What stands alone between separators is left out, since it says nothing, and so is a star beside
 * a character of a script without spaces, which is a word by itself. What is left is one word, or a phrase without wildcards.
 */
function patternTerm(word: Word, field: TextField): Query {
  const folded = fold(word.value);
  const pieces = folded.split(separators).map(withoutIdleStars);
  const said = pieces.filter((piece) => piece !== "");
  const [only] = said;
  if (only === undefined) throw queryError(word.valueAt, searchSays.wordEmpty(word.value));
  const isPrefix = /^[^*?]+\*$/.test(said.at(-1) as string);
  const plain = said.slice(0, isPrefix ? -1 : undefined).every((piece) => !/[*?]/.test(piece));
  if (plain) return textTerm(word, field, said.join(" ").replace(/\*$/, ""), isPrefix);
  if (said.length > 1 || isSplit(only)) throw queryError(word.valueAt, querySays.patternParts(word.value, said));
  return wordsTerm(word, "pattern", field, only, 0);
}

/** Characters of scripts without spaces beside a wildcard in the middle. */
const isSplit = (piece: string): boolean => Array.from(piece).some((character) => classOf(character) === splitClass);

function withoutIdleStars(piece: string): string {
  const bare = piece.replaceAll(/^\*+|\*+$/g, "");
  if (!/[^*?]/.test(piece)) return "";
  const characters = Array.from(bare);
  const isIdle = (character: string | undefined) => character !== undefined && classOf(character) === splitClass;
  const start = piece.startsWith("*") && !isIdle(characters[0]) ? "*" : "";
  const end = piece.endsWith("*") && !isIdle(characters.at(-1)) ? "*" : "";
  return start + bare + end;
}

function wordsTerm(
  { at, end }: Word,
  how: WordsTerm["how"],
  field: TextField,
  value: string,
  distance: number,
): WordsTerm {
  return { kind: "words", field, how, value, distance, at, end };
}

/** `stem:`, `sounds:`, `script:` and `code:` and their words. */
export function oneWordTerm(word: Word, how: "stem" | "sounds" | "script" | "code", field: TextField): Query {
  const { value, at, end } = word;
  if (how === "code") {
    const code = tokensOf(value).join("");
    if (code === "" || /[*?]/.test(value)) throw queryError(word.valueAt, querySays.codeBad(value));
    return { kind: "code", field, value: code, at, end };
  }
  if (word.exact) throw queryError(at, querySays.notExact(`${how}:`));
  return wordsTerm(word, how, field, oneWord(word, value), 0);
}

/** Separators would make several words of it, and rules hold for one. */
function oneWord({ valueAt, exact, at }: Word, text: string): string {
  if (exact) throw queryError(at, querySays.notExact("~"));
  const value = fold(text);
  const found = [...tokensIn(value)];
  if (found.length !== 1 || found[0]?.token !== value) throw queryError(valueAt, searchSays.oneWord(text));
  return value;
}

/** Characters as they stand. */
export function exactTerm(word: Word, field: TextField | FieldName): ExactTerm {
  const { value, quoted, at, end } = word;
  if (!quoted && fuzzyPattern.test(value)) throw queryError(at, querySays.notExact("~"));
  const star = quoted ? word.star : value.length > 1 && value.endsWith("*");
  const plain = star && !quoted ? value.slice(0, -1) : value;
  if (!quoted && /[*?]/.test(plain)) throw queryError(at, querySays.notExact("* ?"));
  return { kind: "exact", field, value: plain.normalize("NFC"), prefix: star, at, end };
}

export function regexTerm(lexeme: Extract<Lexeme, { kind: "regex" }>, field: TextField): RegexTerm {
  const { source, exact, at, end } = lexeme;
  const problem = regexProblem(source);
  if (problem !== null) throw queryError(at, searchSays.regexBad(source, problem));
  return { kind: "regex", field, source: exact ? `(?-i)${source}` : source, at, end };
}

/** The chain of parts, all of which are looked for in one place. */
export function nearTerm(parts: readonly Query[], operator: Extract<Lexeme, { kind: "near" }>): NearTerm {
  if (parts.length > maxNearParts) throw queryError(operator.at, querySays.nearMany(maxNearParts));
  const places = parts.map(phraseOf);
  const [first] = places as [Place];
  const other = places.findIndex(({ field }) => field !== first.field);
  if (other >= 0) throw queryError((parts[other] as Query).at, querySays.nearFields());
  const [begin, end] = [parts[0] as Query, parts.at(-1) as Query];
  const { distance, ordered } = operator;
  return {
    ...{ kind: "near", field: first.field, parts: places.map(({ part }) => part) },
    ...{ distance, ordered, at: begin.at, end: end.end },
  };
}

interface Place {
  readonly field: TextField;
  readonly part: NearPart;
}

/** The phrase that stands beside a NEAR. */
function phraseOf(query: Query): Place {
  if (query.kind === "text") {
    const { tokens, prefix, field } = query;
    return { field, part: { tokens, prefix, exact: null } };
  }
  if (query.kind !== "exact") throw queryError(query.at, searchSays.nearWords());
  const { value, prefix, field } = query;
  const tokens = tokensOf(value);
  if (tokens.length === 0) throw queryError(query.at, searchSays.wordEmpty(value));
  if (field !== "any" && field !== "text" && field !== "name") throw queryError(query.at, searchSays.nearWords());
  return { field, part: { tokens, prefix, exact: value } };
}
