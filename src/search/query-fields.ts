/** The fields of the query language and the reading of their values. */
import { fields, type FieldName } from "../../native-free/model/fields.ts";
import { fold, tokensOf } from "../../native-free/model/fold.ts";
import type { State, Status } from "../../native-free/model/item.ts";
import { searchSays } from "../messages/en.ts";
import { marks } from "../review/review-line.ts";
import { nearestWord } from "./nearest-word.ts";
import { firstDate, lastDate, readDateSpan } from "./query-dates.ts";
import { queryError } from "./query-lexer.ts";
import { hashPattern, type Condition, type Range } from "./query.ts";

const states: readonly State[] = ["allocated", "deleted", "orphan", "carved", "embedded", "slack", "unallocated"];
const statuses: readonly Status[] = ["done", "partial", "failed", "skipped"];

const answers = ["yes", "no"] as const;

/** `at`: where the value begins; `now`: milliseconds since 1970 UTC of the caller's clock, null for none. */
type Reader = (value: string, at: number, now: number | null) => Condition;

const readers: Readonly<Record<string, Reader>> = {
  type: (value) => ({ on: "type", pattern: fold(value), whole: true }),
  ext: (value) => ({ on: "ext", pattern: fold(value.replace(/^\./, "")), whole: true }),
  path: (value) => ({ on: "path", pattern: fold(value), whole: /[*?]/.test(value) }),
  name: (value) => ({ on: "name", pattern: fold(value), whole: true }),
  size: (value, at) => ({ on: "size", range: parseRange(value, at, sizes) }),
  date: (value, at, now) => ({ on: "date", range: parseRange(value, at, dates(now)) }),
  hash: (value, at) => ({ on: "hash", hash: parseHash(value, at) }),
  entity: parseEntity,
  known: (value) => ({ on: "known", pattern: fold(value) }),
  tag: (value) => ({ on: "tag", pattern: fold(value) }),
  mark: (value, at) => ({ on: "mark", pattern: value === "*" ? value : oneOf(marks, "mark", value, at) }),
  state: (value, at) => ({ on: "state", value: oneOf(states, "state", value, at) }),
  status: (value, at) => ({ on: "status", value: oneOf(statuses, "status", value, at) }),
  reason: (value) => ({ on: "reason", pattern: fold(value) }),
  kind: (value) => ({ on: "kind", pattern: fold(value) }),
  mismatch: (value, at) => ({ on: "mismatch", value: oneOf(answers, "mismatch", value, at) }),
  encrypted: (value, at) => ({ on: "encrypted", value: oneOf(answers, "encrypted", value, at) }),
  lang: (value, at) => ({ on: "lang", value: parseLanguage(value, at) }),
  exhibit: (value) => ({ on: "exhibit", value: value.toLowerCase() }),
};

/** Fields whose values are words, lists of them or items. */
export const wordFields = ["stem", "sounds", "script"] as const;
const termFields = ["text", "exact", "code", "terms", "like", ...wordFields] as const;

/** Every field, for help and for messages. */
export const fieldNames: readonly string[] = [...termFields, ...Object.keys(readers)].sort();

/** Other words for fields. */
export const fieldAliases: Readonly<Record<string, string>> = { in: "exhibit", modified: "date" };

const documentFields = new Map((Object.keys(fields) as FieldName[]).map((name) => [name.toLowerCase(), name]));

/** True for a field of documents whose name means something else in a query: it is asked for with `doc-` in front. */
function isShadowed(name: string): boolean {
  const lower = name.toLowerCase();
  return documentFields.has(lower) && (fieldNames.includes(lower) || fieldAliases[lower] !== undefined);
}

/** The field of documents that a name in a query stands for, in any case; null where it is none. */
export function documentField(name: string): FieldName | null {
  const lower = name.toLowerCase();
  if (lower.startsWith("doc-")) return documentFields.get(lower.slice("doc-".length)) ?? null;
  return isShadowed(lower) ? null : (documentFields.get(lower) ?? null);
}

/** A field as a query names it: with `doc-` in front where it is a field of documents with the name of another one. */
export function fieldInQuery(name: string): string {
  return isShadowed(name) ? `doc-${name}` : name;
}

/** Names of the fields of documents, for help. */
export const documentFieldNames: readonly string[] = [...documentFields.values()].map(fieldInQuery).sort();

/** Field names that begin alike or are written nearly alike, for one that is not known. */
export function nearestField(name: string): string | null {
  const known = [...fieldNames, ...Object.keys(fieldAliases), ...documentFieldNames];
  const lower = new Map(known.map((each) => [each.toLowerCase(), each]));
  return lower.get(nearestWord(name.toLowerCase(), [...lower.keys()]) ?? "") ?? null;
}

/** True where an unquoted value may be several with commas between them: values that hold no comma themselves. */
export function takesLists(name: string): boolean {
  const field = documentField(name);
  if (field !== null) return fields[field].kind !== "text";
  return !["path", "name"].includes(name) && readers[name] !== undefined;
}

function parseDocumentField(name: FieldName, value: string, at: number, now: number | null): Condition {
  const plain = { on: "field", name, words: null, pattern: null, range: null } as const;
  const { kind } = fields[name];
  if (value === "*") return { ...plain, pattern: "*" };
  if (kind !== "text") return { ...plain, range: parseRange(value, at, kind === "date" ? dates(now) : numbers) };
  const folded = fold(value);
  if (/[*?]/.test(folded)) return { ...plain, pattern: folded };
  const words = tokensOf(value);
  if (words.length === 0) throw queryError(at, searchSays.wordEmpty(value));
  return { ...plain, words };
}

/** The condition of a known field. Throws OperatorError `search/query` at `at`, where the value begins. */
export function parseField(name: string, value: string, at: number, now: number | null): Condition {
  const read = readers[name];
  if (read) return read(value, at, now);
  return parseDocumentField(documentField(name) as FieldName, value, at, now);
}

function oneOf<T extends string>(values: readonly T[], field: string, value: string, at: number): T {
  const found = values.find((known) => known === value.toLowerCase());
  if (!found)
    throw queryError(at, searchSays.valueUnknown(field, value, nearestWord(value.toLowerCase(), values), values));
  return found;
}

function parseHash(value: string, at: number): string {
  if (!hashPattern.test(value)) throw queryError(at, searchSays.hashBad(value));
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

const mostNumber = 1e300;

/** What values of a kind are: what a single one stands for (2019-03 is a whole month, 5k is one number), and its neighbours. */
interface Values {
  readonly read: (text: string, at: number) => { from: number; to: number } | null;
  readonly complain: (value: string) => string;
  readonly above: (value: number) => number;
  readonly below: (value: number) => number;
  readonly least: number;
  readonly most: number;
}

const whole = { above: (value: number) => value + 1, below: (value: number) => value - 1 };
const sizes: Values = {
  ...{ read: readSize, complain: searchSays.sizeBad, ...whole },
  ...{ least: 0, most: Number.MAX_SAFE_INTEGER },
};
const numbers: Values = {
  ...{ read: readNumber, complain: searchSays.numberBad },
  ...{ above: nextUp, below: (value) => -nextUp(-value), least: -mostNumber, most: mostNumber },
};
const dates = (now: number | null): Values => ({
  ...{ read: (text, at) => readDateSpan(text, at, now), complain: searchSays.dateBad, ...whole },
  ...{ least: firstDate, most: lastDate },
});

/** `v`, `a..b`, `a..`, `..b`, `>v`, `>=v`, `<v`, `<=v`, as inclusive bounds. */
function parseRange(text: string, at: number, { read, complain, above, below, least, most }: Values): Range {
  const value = (part: string, partAt: number) => {
    const found = read(part.trim(), partAt);
    if (!found) throw queryError(partAt, complain(part));
    return found;
  };
  const compared = /^(>=|<=|>|<|=)(.*)$/s.exec(text);
  if (compared) {
    const sign = compared[1] as string;
    const { from, to } = value(compared[2] as string, at + sign.length);
    // Nothing lies beyond the last value, and no range can say so.
    if ((sign === ">" && to >= most) || (sign === "<" && from <= least)) throw queryError(at, complain(text));
    if (sign === ">") return { from: above(to), to: null };
    if (sign === ">=") return { from, to: null };
    if (sign === "<") return { from: null, to: below(from) };
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

function readNumber(text: string): { from: number; to: number } | null {
  const number = /^-?\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN;
  return Math.abs(number) <= mostNumber ? { from: number, to: number } : null;
}

/** The least number that is greater (IEEE 754). */
function nextUp(value: number): number {
  const bits = new BigInt64Array(new Float64Array([value === 0 ? 0 : value]).buffer);
  bits[0] = (bits[0] as bigint) + (value >= 0 ? 1n : -1n);
  return new Float64Array(bits.buffer)[0] as number;
}

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes: a number with k, M, G or T (powers of 1024), with or without B or iB. */
function readSize(text: string): { from: number; to: number } | null {
  const match = /^(\d+(?:\.\d+)?)([kmgt]?)(?:i?b)?$/i.exec(text);
  if (!match) return null;
  const bytes = Math.round(Number(match[1]) * (units[(match[2] as string).toLowerCase()] as number));
  return Number.isSafeInteger(bytes) ? { from: bytes, to: bytes } : null;
}
