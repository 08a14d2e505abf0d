/** A query as a tree. `at` and `end` are UTF-16 offsets in what the officer typed. */
import { fields, type FieldName } from "../../native-free/model/fields.ts";
import type { State, Status } from "../../native-free/model/item.ts";

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
  readonly how: "pattern" | "fuzzy" | "stem" | "sounds" | "script";
  /** Folded. */
  readonly value: string;
  /** Of `fuzzy`, else 0. */
  readonly distance: number;
}

/** Phrases with at most `distance` words between the end of the first and the beginning of the last of them. */
export interface NearTerm extends Span {
  readonly kind: "near";
  readonly parts: readonly Pick<TextTerm, "tokens" | "prefix">[];
  readonly distance: number;
  /** In the order in which they were typed. */
  readonly ordered: boolean;
}

/** A regular expression over the text as it stands (RE2 syntax, upper and lower case alike unless `(?-i)` says otherwise). */
export interface RegexTerm extends Span {
  readonly kind: "regex";
  readonly source: string;
}

/** The characters as they stand: accents and case count. */
export interface ExactTerm extends Span {
  readonly kind: "exact";
  readonly value: string;
}

/** Terms that the index alone does not answer. */
export type SpecialTerm = WordsTerm | NearTerm | RegexTerm | ExactTerm;

/** Inclusive bounds; null is open. */
export interface Range {
  readonly from: number | null;
  readonly to: number | null;
}

export type Condition =
  /** Folded, `*` for any characters and `?` for one; `whole` patterns cover the value, others lie inside it. */
  | { readonly on: "type" | "ext" | "path" | "name"; readonly pattern: string; readonly whole: boolean }
  /** Bytes, or milliseconds since 1970 UTC of the modification time. */
  | { readonly on: "size" | "date"; readonly range: Range }
  /** Hex, lower case; the length tells which hash. */
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

/** The terms that say why an item is a hit: those that are not negated, in the order they were typed. */
export function positiveTerms(query: Query): (TextTerm | SpecialTerm | FilterTerm)[] {
  switch (query.kind) {
    case "and":
    case "or":
      return query.parts.flatMap(positiveTerms);
    case "text":
    case "filter":
    case "words":
    case "near":
    case "regex":
    case "exact":
      return [query];
    default:
      return [];
  }
}

/** Every special term, negated ones too, in the order they were typed. */
export function specialTerms(query: Query): SpecialTerm[] {
  switch (query.kind) {
    case "and":
    case "or":
      return query.parts.flatMap(specialTerms);
    case "not":
      return specialTerms(query.part);
    case "words":
    case "near":
    case "regex":
    case "exact":
      return [query];
    default:
      return [];
  }
}

/** Writes a query so that it reads back as the same tree (positions aside). */
export function printQuery(query: Query): string {
  switch (query.kind) {
    case "all":
      return "*";
    case "not":
      return `NOT ${printPart(query.part)}`;
    case "and":
      return query.parts.map(printPart).join(" AND ");
    case "or":
      return query.parts.map(printPart).join(" OR ");
    case "text":
      return `${query.field === "any" ? "" : `${query.field}:`}"${query.tokens.join(" ")}"${query.prefix ? "*" : ""}`;
    case "filter":
      return printCondition(query.condition);
    case "words":
      return printWords(query);
    case "near":
      return query.parts.map(printPhrase).join(` ${query.ordered ? "PRE" : "NEAR"}/${query.distance} `);
    case "regex":
      return `/${query.source.replaceAll("/", "\\/")}/`;
    case "exact":
      return `exact:"${query.value}"`;
  }
}

function printPhrase({ tokens, prefix }: Pick<TextTerm, "tokens" | "prefix">): string {
  return `"${tokens.join(" ")}"${prefix ? "*" : ""}`;
}

function printWords({ how, value, distance }: WordsTerm): string {
  if (how === "pattern") return value;
  return how === "fuzzy" ? `${value}~${distance}` : `${how}:${value}`;
}

function printPart(query: Query): string {
  return query.kind === "and" || query.kind === "or" || query.kind === "near"
    ? `(${printQuery(query)})`
    : printQuery(query);
}

function printCondition(condition: Condition): string {
  switch (condition.on) {
    case "size":
      return `size:${printRange(condition.range, String)}`;
    case "date":
      return `date:${printRange(condition.range, (ms) => new Date(ms).toISOString())}`;
    case "hash":
      return `hash:${condition.hash}`;
    case "entity":
      return `entity:"${condition.kind}${condition.pattern === null ? "" : `:${condition.pattern}`}"`;
    case "field":
      return printField(condition);
    case "lang":
      return `lang:${condition.value ?? "none"}`;
    case "state":
    case "status":
      return `${condition.on}:${condition.value}`;
    case "exhibit":
      return `exhibit:"${condition.value}"`;
    default:
      return `${condition.on}:"${condition.pattern}"`;
  }
}

function printField({ name, words, pattern, range }: Extract<Condition, { on: "field" }>): string {
  if (words) return `${name}:"${words.join(" ")}"`;
  if (pattern !== null) return `${name}:"${pattern}"`;
  const print = fields[name].kind === "date" ? (ms: number) => new Date(ms).toISOString() : String;
  return `${name}:${printRange(range ?? { from: null, to: null }, print)}`;
}

function printRange({ from, to }: Range, print: (value: number) => string): string {
  return `${from === null ? "" : print(from)}..${to === null ? "" : print(to)}`;
}
