/** What an index says of a term: the rows with it, or rows among which those with it are. */
import { tokensOf } from "../../../native-free/model/fold.ts";
import type { IndexTable } from "../../case/posting-pages.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import {
  placesOf,
  type CodeTerm,
  type ListTerm,
  type NearTerm,
  type SpecialTerm,
  type TextTerm,
  type WordsTerm,
} from "../query.ts";
import { rowsWithAny } from "./index-rows.ts";
import { acceptedWords } from "./vocabulary.ts";

export interface IndexAnswer {
  /** Contents of `fts_text` and `fts_field`, items of `fts_name`. */
  readonly rows: ReadonlySet<number>;
  /** The term holds in all of them; otherwise they are to be looked at. */
  readonly sure: boolean;
}

/** Null where the index cannot help. Throws OperatorError where too many words are accepted. */
export function askIndex(reader: WorkFileReader, index: IndexTable, term: SpecialTerm): IndexAnswer | null {
  const rows = (expressions: readonly string[]) => rowsWithAny(reader, index, isNameOnly(index, term), expressions);
  switch (term.kind) {
    case "words":
      return { rows: withWords(reader, index, term), sure: true };
    case "near":
      return { rows: rows([nearExpression(term)]), sure: index !== "fts_field" && isNearSure(term) };
    case "exact": {
      const tokens = tokensOf(term.value);
      return tokens.length === 0 ? null : { rows: rows([phraseOf({ tokens, prefix: term.prefix })]), sure: false };
    }
    case "code":
      return { rows: rows(codeExpressions(term)), sure: false };
    case "list":
      // In the order of the index, so that words that are looked for together stand on the same pages.
      return { rows: rows(termsOf(term).map(phraseOf).sort()), sure: isListSure(index, term) };
    default:
      return null;
  }
}

/** Folders are the second column of the index of names. */
function isNameOnly(index: IndexTable, term: SpecialTerm): boolean {
  return index === "fts_name" && !placesOf(term).folders;
}

/** Tokens are letters, numbers and marks, which need no escape. */
function phraseOf({ tokens, prefix }: Pick<TextTerm, "tokens" | "prefix">): string {
  return `"${tokens.join(" ")}"${prefix ? " *" : ""}`;
}

function withWords(reader: WorkFileReader, index: IndexTable, term: WordsTerm): ReadonlySet<number> {
  const found = new Set<number>();
  for (const [language, words] of acceptedWords(reader, index, term)) {
    // Names are in no language that is known.
    if (language !== null && index === "fts_name") continue;
    const rows = rowsWithAny(
      reader,
      index,
      isNameOnly(index, term),
      words.map((word) => `"${word}"`),
    );
    const wanted = language === null || rows.size === 0 ? null : contentsIn(reader, language);
    for (const row of rows) if (wanted === null || wanted.has(row)) found.add(row);
  }
  return found;
}

function contentsIn(reader: WorkFileReader, language: string): Set<number> {
  const rows = reader.select<{ id: number }>("SELECT id FROM content WHERE language = ?", [language]);
  return new Set(rows.map(({ id }) => id));
}

function nearExpression({ parts, distance }: NearTerm): string {
  return `NEAR(${parts.map(phraseOf).join(" ")}, ${distance})`;
}

/** The index knows no order, and takes one word for two phrases that both have it. */
function isNearSure({ parts, ordered }: NearTerm): boolean {
  if (ordered || parts.some(({ exact }) => exact !== null)) return false;
  const words = parts.flatMap(({ tokens, prefix }, part) =>
    tokens.map((token, at) => ({ token, part, goesOn: prefix && at === tokens.length - 1 })),
  );
  return !words.some((one) =>
    words.some(
      (other) =>
        other.part !== one.part && (other.token === one.token || (one.goesOn && other.token.startsWith(one.token))),
    ),
  );
}

function termsOf({ list, name }: ListTerm) {
  if (!list) throw new Error(`the list ${name} was not read`);
  return list.terms;
}

/** In the index of fields, a phrase may begin in one value and end in the next. */
function isListSure(index: IndexTable, term: ListTerm): boolean {
  return !term.exact && (index !== "fts_field" || termsOf(term).every(({ tokens }) => tokens.length === 1));
}

/** The first words of longer codes are three letters and digits in groups, which few texts have by chance. */
const groupedBy = 24;

/** All ways to write a code in one or two words, and the beginnings of all others. */
function codeExpressions({ value }: CodeTerm): string[] {
  const letters = Array.from(value);
  const part = (from: number, to: number) => letters.slice(from, to).join("");
  const { length } = letters;
  const ways = [phraseOf({ tokens: [value], prefix: false })];
  for (let first = 1; first < length; first++) {
    for (let second = first + 1; second <= length; second++) {
      const two = [part(0, first), part(first, second)];
      const starts =
        second === length || length > groupedBy
          ? [two]
          : endsAfter(second, length).map((end) => [...two, part(second, end)]);
      for (const tokens of starts) ways.push(phraseOf({ tokens, prefix: false }));
    }
  }
  return ways;
}

function endsAfter(start: number, length: number): number[] {
  return Array.from({ length: length - start }, (_, at) => start + at + 1);
}
