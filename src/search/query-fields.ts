/** The fields of the query language and the reading of their values. */
import { fields, type FieldName } from "../../native-free/model/fields.ts";
import { fold, tokensOf } from "../../native-free/model/fold.ts";
import type { State, Status } from "../../native-free/model/item.ts";
import { searchSays } from "../messages/en.ts";
import { marks } from "../review/review-line.ts";
import { nearestWord } from "./nearest-word.ts";
import { queryError } from "./query-lexer.ts";
import type { Condition, Range } from "./query.ts";

const states: readonly State[] = ["allocated", "deleted", "orphan", "carved", "embedded", "slack", "unallocated"];
const statuses: readonly Status[] = ["done", "partial", "failed", "skipped"];

type Reader = (value: string, at: number) => Condition;

const readers: Readonly<Record<string, Reader>> = {
  type: (value) => ({ on: "type", pattern: fold(value), whole: true }),
  ext: (value) => ({ on: "ext", pattern: fold(value.replace(/^\./, "")), whole: true }),
  path: (value) => ({ on: "path", pattern: fold(value), whole: /[*?]/.test(value) }),
  name: (value) => ({ on: "name", pattern: fold(value), whole: true }),
  size: (value, at) => ({ on: "size", range: parseRange(value, at, readSize, searchSays.sizeBad) }),
  date: (value, at) => ({ on: "date", range: parseRange(value, at, readDate, searchSays.dateBad) }),
  hash: (value, at) => ({ on: "hash", hash: parseHash(value, at) }),
  entity: parseEntity,
  known: (value) => ({ on: "known", pattern: fold(value) }),
  tag: (value) => ({ on: "tag", pattern: fold(value) }),
  mark: (value, at) => ({ on: "mark", pattern: value === "*" ? value : oneOf(marks, "mark", value, at) }),
  state: (value, at) => ({ on: "state", value: oneOf(states, "state", value, at) }),
  status: (value, at) => ({ on: "status", value: oneOf(statuses, "status", value, at) }),
  lang: (value, at) => ({ on: "lang", value: parseLanguage(value, at) }),
  exhibit: (value) => ({ on: "exhibit", value: value.toLowerCase() }),
};

/** Every field, for help and for messages. */
export const fieldNames: readonly string[] = [
  "text",
  "exact",
  "stem",
  "sounds",
  "script",
  ...Object.keys(readers),
].sort();

/** Other words for fields. */
export const fieldAliases: Readonly<Record<string, string>> = { in: "exhibit", modified: "date" };

const documentFields = new Map((Object.keys(fields) as FieldName[]).map((name) => [name.toLowerCase(), name]));

/** True for a field of what documents say of themselves, in any case. */
export function isDocumentField(name: string): boolean {
  return documentFields.has(name.toLowerCase());
}

/** Names of these fields, for help. */
export const documentFieldNames: readonly string[] = [...documentFields.values()].sort();

function parseDocumentField(name: FieldName, value: string, at: number): Condition {
  const plain = { on: "field", name, words: null, pattern: null, range: null } as const;
  const { kind } = fields[name];
  if (value === "*") return { ...plain, pattern: "*" };
  if (kind === "date") return { ...plain, range: parseRange(value, at, readDate, searchSays.dateBad) };
  if (kind !== "text") return { ...plain, range: parseRange(value, at, readNumber, searchSays.numberBad) };
  const folded = fold(value);
  if (/[*?]/.test(folded)) return { ...plain, pattern: folded };
  const words = tokensOf(value);
  if (words.length === 0) throw queryError(at, searchSays.wordEmpty(value));
  return { ...plain, words };
}

function readNumber(text: string): { from: number; to: number } | null {
  const number = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? { from: number, to: number } : null;
}

/** The condition of a known field. Throws OperatorError `search/query` at `at`, where the value begins. */
export function parseField(name: string, value: string, at: number): Condition {
  const read = readers[name];
  if (read) return read(value, at);
  return parseDocumentField(documentFields.get(name.toLowerCase()) as FieldName, value, at);
}

function oneOf<T extends string>(values: readonly T[], field: string, value: string, at: number): T {
  const found = values.find((known) => known === value.toLowerCase());
  if (!found)
    throw queryError(at, searchSays.valueUnknown(field, value, nearestWord(value.toLowerCase(), values), values));
  return found;
}

function parseHash(value: string, at: number): string {
  if (!/^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value)) throw queryError(at, searchSays.hashBad(value));
  return value.toLowerCase();
}

/** `iban`, `iban:GB82*`, `*:CSQU3054383`. */
function parseEntity(value: string, at: number): Condition {
  const colon = value.indexOf(":");
  const kind = (colon < 0 ? value : value.slice(0, colon)).toLowerCase();
  if (!/^(?:\*|[a-z0-9][a-z0-9-]*)$/.test(kind)) throw queryError(at, searchSays.entityBad(value));
  const pattern = colon < 0 ? "" : fold(value.slice(colon + 1));
  return { on: "entity", kind, pattern: pattern === "" ? null : pattern };
}

function parseLanguage(value: string, at: number): string | null {
  if (value.toLowerCase() === "none") return null;
  if (!/^[a-z]{2,3}$/i.test(value)) throw queryError(at, searchSays.languageBad(value));
  return value.toLowerCase();
}

/** What a single value stands for: 2019-03 is a whole month, 5k is one number. */
type ReadValue = (text: string) => { from: number; to: number } | null;

/** `v`, `a..b`, `a..`, `..b`, `>v`, `>=v`, `<v`, `<=v`, as inclusive bounds. */
function parseRange(text: string, at: number, read: ReadValue, complain: (value: string) => string): Range {
  const value = (part: string, partAt: number) => {
    const found = read(part.trim());
    if (!found) throw queryError(partAt, complain(part));
    return found;
  };
  const compared = /^(>=|<=|>|<|=)(.*)$/s.exec(text);
  if (compared) {
    const sign = compared[1] as string;
    const { from, to } = value(compared[2] as string, at + sign.length);
    if (sign === ">") return { from: to + 1, to: null };
    if (sign === ">=") return { from, to: null };
    if (sign === "<") return { from: null, to: from - 1 };
    return sign === "<=" ? { from: null, to } : { from, to };
  }
  const dots = text.indexOf("..");
  if (dots < 0) return value(text, at);
  const left = text.slice(0, dots);
  const right = text.slice(dots + 2);
  if (left === "" && right === "") throw queryError(at, complain(text));
  const range = {
    from: left === "" ? null : value(left, at).from,
    to: right === "" ? null : value(right, at + dots + 2).to,
  };
  if (range.from !== null && range.to !== null && range.from > range.to)
    throw queryError(at, searchSays.rangeEmpty(text));
  return range;
}

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes: a number with k, M, G or T (powers of 1024), with or without B or iB. */
function readSize(text: string): { from: number; to: number } | null {
  const match = /^(\d+(?:\.\d+)?)([kmgt]?)(?:i?b)?$/i.exec(text);
  if (!match) return null;
  const bytes = Math.round(Number(match[1]) * (units[(match[2] as string).toLowerCase()] as number));
  return Number.isSafeInteger(bytes) ? { from: bytes, to: bytes } : null;
}

/** As a field gives it: a date, with a zone or without one (then as if UTC); null for anything else. */
export function fieldDate(value: string): number | null {
  const ms = Date.parse(/^\d{4}(?:-\d\d){0,2}$|Z$|[+-]\d\d:?\d\d$/.test(value) ? value : `${value}Z`);
  return Number.isNaN(ms) ? null : ms;
}

const datePattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?Z?)?)?)?$/i;

/** A year, month, day, minute, second or millisecond (UTC) as the milliseconds it covers. */
function readDate(text: string): { from: number; to: number } | null {
  const match = datePattern.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => (part ? Number(part) : null));
  const milliseconds = match[7] ? Number(match[7].padEnd(3, "0")) : null;
  const parts = [year, month, day, hour, minute, second, milliseconds];
  const given = parts.findLastIndex((part) => part !== null);
  const from = instant(parts.map((part, at) => part ?? (at === 1 || at === 2 ? 1 : 0)));
  if (from === null) return null;
  if (given === 6) return { from, to: from };
  // Minutes are given together with hours.
  const next = parts.map((part, at) => (part ?? (at === 1 || at === 2 ? 1 : 0)) + (at === given ? 1 : 0));
  return { from, to: utc(next) - 1 };
}

function utc(parts: readonly number[]): number {
  const [year, month, day, hour, minute, second, ms] = parts as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, ms);
  return date.getTime();
}

/** Null for what the calendar does not have. */
function instant(parts: readonly number[]): number | null {
  const date = new Date(utc(parts));
  const [, month, day, hour, minute, second] = parts;
  const same =
    date.getUTCMonth() + 1 === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return same ? date.getTime() : null;
}
