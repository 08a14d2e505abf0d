/** Writes a query so that it reads back as the same tree, positions aside. Dates are absolute, so that it means the same on any day. */
import { fields } from "../../native-free/model/fields.ts";
import { fieldInQuery } from "./query-fields.ts";
import type { Condition, NearPart, Query, Range, SpecialTerm, TextTerm } from "./query.ts";

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
      return `${query.field === "any" ? "" : `${query.field}:`}${printPhrase(query)}`;
    case "filter":
      return printCondition(query.condition);
    default:
      return printSpecial(query);
  }
}

function printPart(query: Query): string {
  const isGroup = query.kind === "near" && query.field !== "any";
  return query.kind === "and" || query.kind === "or" || (query.kind === "near" && !isGroup)
    ? `(${printQuery(query)})`
    : printQuery(query);
}

function printSpecial(term: SpecialTerm): string {
  switch (term.kind) {
    case "exact":
      return `exact:${term.field === "any" ? "" : `${fieldInQuery(term.field)}:`}${quoted(term.value, term.prefix)}`;
    case "hashes":
      return `hash:"@${term.name}"`;
    case "like":
      return `like:"${term.item}"`;
    default:
      return term.field === "any" ? printAnywhere(term) : `${term.field}:(${printAnywhere(term)})`;
  }
}

function printAnywhere(term: Exclude<SpecialTerm, { kind: "exact" | "hashes" | "like" }>): string {
  switch (term.kind) {
    case "words":
      if (term.how === "pattern") return term.value;
      return term.how === "fuzzy" ? `${term.value}~${term.distance}` : `${term.how}:"${term.value}"`;
    case "near":
      return term.parts.map(printNearPart).join(` ${term.ordered ? "PRE" : "NEAR"}/${term.distance} `);
    case "regex":
      return `/${term.source.replaceAll("/", "\\/")}/`;
    case "code":
      return `code:"${term.value}"`;
    case "list":
      return `${term.exact ? "exact:" : ""}terms:"${term.name}"`;
  }
}

function printNearPart(part: NearPart): string {
  return part.exact === null ? printPhrase(part) : `exact:${quoted(part.exact, part.prefix)}`;
}

function printPhrase({ tokens, prefix }: Pick<TextTerm, "tokens" | "prefix">): string {
  return quoted(tokens.join(" "), prefix);
}

function quoted(value: string, prefix: boolean): string {
  return `"${value}"${prefix ? "*" : ""}`;
}

const asDate = (ms: number): string => new Date(ms).toISOString();

function printCondition(condition: Condition): string {
  switch (condition.on) {
    case "size":
      return `size:${printRange(condition.range, String)}`;
    case "date":
      return `date:${printRange(condition.range, asDate)}`;
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
    case "mismatch":
    case "encrypted":
      return `${condition.on}:${condition.value}`;
    case "exhibit":
      return `exhibit:"${condition.value}"`;
    default:
      return `${condition.on}:"${condition.pattern}"`;
  }
}

function printField({ name, words, pattern, range }: Extract<Condition, { on: "field" }>): string {
  const field = fieldInQuery(name);
  if (words) return `${field}:"${words.join(" ")}"`;
  if (pattern !== null) return `${field}:"${pattern}"`;
  const print = fields[name].kind === "date" ? asDate : String;
  return `${field}:${printRange(range ?? { from: null, to: null }, print)}`;
}

function printRange({ from, to }: Range, print: (value: number) => string): string {
  return `${from === null ? "" : print(from)}..${to === null ? "" : print(to)}`;
}
