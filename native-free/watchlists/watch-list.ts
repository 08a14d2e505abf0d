/** What a watch-list is once it is read: its header and its entries, and what is told of a line that cannot be read. */

export const matchModes = ["word", "phrase", "stem", "code", "tariff", "regex"] as const;

/**
 * - `word`: one whole word, folded.
 * - `phrase`: words one after the other, folded, whatever separates them.
 * - `stem`: any word that begins with it, folded.
 * - `code`: letters and digits, single separators between them ignored.
 * - `tariff`: an HS, CN or TARIC code of 4 to 10 digits or a longer one that begins with it, beside a word for such codes.
 * - `regex`: RE2 syntax, over the text as it stands.
 */
export type MatchMode = (typeof matchModes)[number];

export interface WatchEntry {
  readonly mode: MatchMode;
  /** As written in the list; of a regex what stands between the slashes. */
  readonly text: string;
  /** Of a code: longer codes that begin with it count too. */
  readonly prefix: boolean;
  /** Of a regex: letters out of `i`, `m`, `s`. */
  readonly flags: string;
  /** ISO 639 codes; `mul` stands for any language. */
  readonly languages: readonly string[];
  /** The heading above the entry; empty where there is none. */
  readonly category: string;
  /** What it stands for; empty where the text says it. */
  readonly label: string;
  readonly comment: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

export interface WatchList {
  readonly id: string;
  readonly version: string;
  /** ISO 8601 day. */
  readonly date: string;
  readonly title: string;
  /** Language of entries that name none. */
  readonly language: string;
  /** SPDX expression; empty where the list names none. */
  readonly licence: string;
  readonly sources: readonly string[];
  readonly notes: readonly string[];
  readonly entries: readonly WatchEntry[];
}

/** What can be wrong with a line; the sentence for each is in the product's messages. */
export type ListProblemCode =
  | "header-missing"
  | "header-unknown"
  | "header-late"
  | "header-twice"
  | "header-empty"
  | "id"
  | "version"
  | "date"
  | "language"
  | "category"
  | "mode"
  | "text-missing"
  | "quote-open"
  | "tail"
  | "label-empty"
  | "word"
  | "phrase"
  | "stem"
  | "code"
  | "tariff"
  | "regex-start"
  | "regex-end"
  | "regex-flags"
  | "regex-syntax"
  | "regex-empty"
  | "no-entries";

export interface ListProblem {
  readonly code: ListProblemCode;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** UTF-16 units from 1. */
  readonly column: number;
  /** What stands there; empty at the end of the line. */
  readonly found: string;
  /** Of `regex-syntax` what the engine says, of `header-missing` which one; else empty. */
  readonly detail: string;
}
