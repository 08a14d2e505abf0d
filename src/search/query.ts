/** A query as a tree. `at` and `end` are UTF-16 offsets in what the officer typed. */
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
  | FilterTerm
  /** Everything: `*`. */
  | ({ readonly kind: "all" } & Span)
  | ({ readonly kind: "not"; readonly part: Query } & Span)
  | ({ readonly kind: "and" | "or"; readonly parts: readonly Query[] } & Span);

/** The terms that say why an item is a hit: those that are not negated, in the order they were typed. */
export function positiveTerms(query: Query): (TextTerm | FilterTerm)[] {
  switch (query.kind) {
    case "and":
    case "or":
      return query.parts.flatMap(positiveTerms);
    case "text":
    case "filter":
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
  }
}

function printPart(query: Query): string {
  return query.kind === "and" || query.kind === "or" ? `(${printQuery(query)})` : printQuery(query);
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

function printRange({ from, to }: Range, print: (value: number) => string): string {
  return `${from === null ? "" : print(from)}..${to === null ? "" : print(to)}`;
}
