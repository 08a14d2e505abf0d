/** A query as a tree. `at` and `end` are UTF-16 offsets in what the officer typed. */
import type { FieldName } from "../../native-free/model/fields.ts";
import type { State, Status } from "../../native-free/model/item.ts";
import type { HashList, TermList } from "./list-files.ts";
import type { Features } from "./similar.ts";

export interface Span {
  readonly at: number;
  readonly end: number;
}

/** Where words are looked for: `any` is the text and the names of an item. */
export type TextField = "any" | "text" | "name";

/** A word or phrase: its folded tokens stand one after the other. With `prefix` the last one may go on. */
export interface TextTerm extends Span {
  readonly kind: "text";
  readonly field: TextField;
  readonly tokens: readonly string[];
  readonly prefix: boolean;
}

/**
 * Words of the vocabulary that a rule accepts, any of which makes a hit. `pattern`: `*` and `?` anywhere; `fuzzy`: at most `distance` letters
 * inserted, left out, changed or swapped; `stem`: the same stem in the language of the text; `sounds`: names that sound alike; `script`: the same
 * word in Greek, Cyrillic or Latin letters.
 */
export interface WordsTerm extends Span {
  readonly kind: "words";
  readonly field: TextField;
  readonly how: "pattern" | "fuzzy" | "stem" | "sounds" | "script";
  /** Folded. */
  readonly value: string;
  /** Of `fuzzy`, else 0. */
  readonly distance: number;
}

/** A phrase beside a NEAR. `exact`: its characters as they stand (NFC); null where accents and case do not count. */
export type NearPart = Pick<TextTerm, "tokens" | "prefix"> & { readonly exact: string | null };

/**
 * Phrases with at most `distance` words between the end of the first and the beginning of the last of them. Each stands for
 * itself: no two share a word.
 */
export interface NearTerm extends Span {
  readonly kind: "near";
  readonly field: TextField;
  readonly parts: readonly NearPart[];
  readonly distance: number;
  /** In the order in which they were typed. */
  readonly ordered: boolean;
}

/** A regular expression over the text as it stands (RE2 syntax, upper and lower case alike unless `(?-i)` says otherwise). */
export interface RegexTerm extends Span {
  readonly kind: "regex";
  readonly field: TextField;
  readonly source: string;
}

/** The characters as they stand: accents and case count, of white space only that there is some. With `prefix` the last word may go on. */
export interface ExactTerm extends Span {
  readonly kind: "exact";
  /** A field of documents is looked at alone. */
  readonly field: TextField | FieldName;
  /** NFC. */
  readonly value: string;
  readonly prefix: boolean;
}

/** Letters and digits in this order, whatever separators the text has between them. */
export interface CodeTerm extends Span {
  readonly kind: "code";
  readonly field: TextField;
  /** Folded, without separators. */
  readonly value: string;
}

/** The words and phrases of a file, any of which makes a hit. */
export interface ListTerm extends Span {
  readonly kind: "list";
  readonly field: TextField;
  readonly name: string;
  /** Accents and case count. */
  readonly exact: boolean;
  /** Null until the file was read. */
  readonly list: TermList | null;
}

/** Contents with one of the hashes of a file. */
export interface HashesTerm extends Span {
  readonly kind: "hashes";
  readonly name: string;
  readonly list: HashList | null;
}

/** Contents that are like that of an item, and its own. */
export interface LikeTerm extends Span {
  readonly kind: "like";
  /** Id or path. */
  readonly item: string;
  /** Null until the item was looked up. */
  readonly target: Features | null;
}

/** Terms that the index alone does not answer. */
export type SpecialTerm = WordsTerm | NearTerm | RegexTerm | ExactTerm | CodeTerm | ListTerm | HashesTerm | LikeTerm;

const specialKinds: ReadonlySet<string> = new Set([
  ...["words", "near", "regex", "exact", "code", "list", "hashes", "like"],
]);

export function isSpecial(query: Query): query is SpecialTerm {
  return specialKinds.has(query.kind);
}

/** Where a term is looked for. */
export interface TermPlaces {
  readonly text: boolean;
  readonly name: boolean;
  readonly folders: boolean;
  /** Fields of documents: all, none, or that one. */
  readonly fields: boolean | FieldName;
  /** What an item is found by that has no place in it: what a hit gives as its field. */
  readonly property: "hash" | "like" | null;
}

export function placesOf(term: TextTerm | SpecialTerm): TermPlaces {
  const none = { text: false, name: false, folders: false, fields: false, property: null } as const;
  if (term.kind === "hashes") return { ...none, property: "hash" };
  if (term.kind === "like") return { ...none, property: "like" };
  const { field } = term;
  if (field === "any") return { ...none, text: true, name: true, folders: true, fields: true };
  return field === "text" || field === "name" ? { ...none, [field]: true } : { ...none, fields: field };
}

/** Inclusive bounds; null is open. */
export interface Range {
  readonly from: number | null;
  readonly to: number | null;
}

export type Condition =
  /** Folded, `*` for any characters and `?` for one; `whole` patterns cover the value, others lie inside it. */
  | { readonly on: "type" | "ext" | "path" | "name"; readonly pattern: string; readonly whole: boolean }
  /** Folded pattern: why something could not be read; file, directory … */
  | { readonly on: "reason" | "kind"; readonly pattern: string }
  /** The extension belongs to another type; the content is encrypted. */
  | { readonly on: "mismatch" | "encrypted"; readonly value: "yes" | "no" }
  /** Bytes, or milliseconds since 1970 UTC of the modification time. */
  | { readonly on: "size" | "date"; readonly range: Range }
  /** Hex, lower case, as `hashPattern` has it; the length tells which hash. */
  | { readonly on: "hash"; readonly hash: string }
  /** Identifiers: id of the kind (`*` for any), and a folded pattern of the value; null for any. */
  | { readonly on: "entity"; readonly kind: string; readonly pattern: string | null }
  /** Hash sets: folded pattern of a verdict (`known`, `alert`) or of the name of a set; `none` for contents in no set. */
  | { readonly on: "known"; readonly pattern: string }
  /** Work product of the officers: folded pattern of a tag, or of a mark. */
  | { readonly on: "tag" | "mark"; readonly pattern: string }
  /** A field of what documents say of themselves: words in its value, a folded pattern of all of it, or a range of dates or numbers. */
  | {
      readonly on: "field";
      readonly name: FieldName;
      readonly words: readonly string[] | null;
      readonly pattern: string | null;
      readonly range: Range | null;
    }
  | { readonly on: "state"; readonly value: State }
  | { readonly on: "status"; readonly value: Status }
  /** ISO 639-1; null for undetermined. */
  | { readonly on: "lang"; readonly value: string | null }
  | { readonly on: "exhibit"; readonly value: string };

/** MD5, SHA-1 or SHA-256 as people write them. */
export const hashPattern = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i;

export interface FilterTerm extends Span {
  readonly kind: "filter";
  readonly condition: Condition;
}

export type Query =
  | TextTerm
  | SpecialTerm
  | FilterTerm
  /** Everything: `*`. */
  | ({ readonly kind: "all" } & Span)
  | ({ readonly kind: "not"; readonly part: Query } & Span)
  | ({ readonly kind: "and" | "or"; readonly parts: readonly Query[] } & Span);

/** True where every condition of the query that is not negated holds for all that it finds. */
export function isConjunction(query: Query): boolean {
  return query.kind === "and" ? query.parts.every(isConjunction) : query.kind !== "or";
}

/** The terms that say why an item is a hit: those that are not negated, in the order they were typed. */
export function positiveTerms(query: Query): (TextTerm | SpecialTerm | FilterTerm)[] {
  if (query.kind === "and" || query.kind === "or") return query.parts.flatMap(positiveTerms);
  return query.kind === "text" || query.kind === "filter" || isSpecial(query) ? [query] : [];
}

/** Every special term, negated ones too, in the order they were typed. */
export function specialTerms(query: Query): SpecialTerm[] {
  if (query.kind === "and" || query.kind === "or") return query.parts.flatMap(specialTerms);
  if (query.kind === "not") return specialTerms(query.part);
  return isSpecial(query) ? [query] : [];
}
