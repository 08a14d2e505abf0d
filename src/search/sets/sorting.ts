/** Orders of an answer other than by path: what items are compared by, and taking the first of many without sorting all. */
import { fields, type FieldName } from "../../../native-free/model/fields.ts";
import type { CodeColumn } from "../../case/columns.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import { fieldDate } from "../query-dates.ts";
import type { BitSet } from "./bit-set.ts";
import type { ItemColumns } from "./item-columns.ts";

/** Columns of codes that answers are sorted and counted by. */
export const codedNames = ["type", "category", "language", "extension", "kind", "state", "status", "reason"] as const;

/** What answers can be sorted by beside every field of documents. */
export const sortNames = ["path", "name", "size", "modified", ...codedNames] as const;

/** A field of documents; with `doc-` in front where the name alone means a property of items. */
export type DocumentField = FieldName | `doc-${FieldName}`;

export function documentFieldOf(name: DocumentField): FieldName {
  return name.replace(/^doc-/, "") as FieldName;
}

export interface Sort {
  readonly by: (typeof sortNames)[number] | DocumentField;
  readonly descending: boolean;
}

export const byPath: Sort = { by: "path", descending: false };

/** As officers name it: `size`, `-size`. */
export function nameOfSort({ by, descending }: Sort): string {
  return `${descending ? "-" : ""}${by}`;
}

/** The order of ranks, which needs no sorting: by exhibit, path and item id. */
export function isByRank({ by, descending }: Sort): boolean {
  return by === "path" && !descending;
}

/** Text is compared by its bytes in UTF-8, as SQLite does. Null is after everything, in both directions. */
export type SortValue = string | number | null;

export function compareText(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}

/** `sign`: -1 for a descending order. */
export function compareValues(a: SortValue, b: SortValue, sign: number): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  if (typeof a === "string" && typeof b === "string") return sign * compareText(a, b);
  return sign * (Number(a) - Number(b));
}

/** What the items of one work file are compared by: numbers that are in the order of the values. */
export interface SortColumn {
  /** By rank; NaN where there is no value. */
  readonly keys: Float64Array;
  readonly valueOf: (rank: number) => SortValue;
  /** The key of a value, which need not be one of the work file: then a number between the keys of its neighbours. */
  readonly keyOf: (value: string | number) => number;
}

export function sortColumn(reader: WorkFileReader, columns: ItemColumns, by: Sort["by"]): SortColumn {
  if (by === "size" || by === "modified") return numberColumn(columns.numbers(by));
  if (by === "name" || by === "path") return rowTextColumn(reader, columns, by);
  const coded = codedNames.find((known) => known === by);
  return coded ? codeColumn(columns, coded) : fieldColumn(reader, columns, documentFieldOf(by as DocumentField));
}

function numberColumn(keys: Float64Array): SortColumn {
  const valueOf = (rank: number) => (Number.isNaN(keys[rank]) ? null : (keys[rank] as number));
  return { keys, valueOf, keyOf: Number };
}

/** Where a value stands among sorted ones, or would stand. */
function placeOf(count: number, compare: (index: number) => number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(middle) < 0) low = middle + 1;
    else high = middle;
  }
  return low < count && compare(low) === 0 ? low : low - 0.5;
}

/** Keys are places among the sorted different values. */
function textColumn(count: number, valueAt: (rank: number) => string | null, values: readonly string[]): SortColumn {
  const sorted = values.toSorted(compareText);
  const places = new Map(sorted.map((value, place) => [value, place]));
  const keys = new Float64Array(count);
  for (let rank = 0; rank < count; rank += 1) {
    const value = valueAt(rank);
    keys[rank] = value === null ? Number.NaN : (places.get(value) as number);
  }
  const keyOf = (value: string | number) =>
    placeOf(sorted.length, (index) => compareText(sorted[index] as string, String(value)));
  return { keys, valueOf: valueAt, keyOf };
}

function codeColumn(columns: ItemColumns, name: CodeColumn): SortColumn {
  const { codes, values } = columns.codes(name);
  const valueAt = (rank: number) => (codes[rank] === 0 ? null : (values[codes[rank] as number] ?? null));
  return textColumn(
    columns.count,
    valueAt,
    values.slice(1).filter((value) => value !== null),
  );
}

/** A text of a numbered row. */
interface NumberedText {
  readonly id: number;
  readonly text: string;
}

/**
 * Texts are too many to be held: SQLite sorts them, and what is held is their order. `rows`: each number once, by their texts;
 * `numberOf`: the number of each rank, below `limit`.
 */
function orderColumn(
  rows: Iterable<NumberedText>,
  numberOf: Uint32Array,
  limit: number,
  textOf: (id: number) => string,
): SortColumn {
  // The first number with each different text, and by number the place of its text, from 1; 0 is none.
  const firsts: number[] = [];
  const placeOfNumber = new Uint32Array(limit);
  let last: string | null = null;
  for (const { id, text } of rows) {
    if (text !== last) firsts.push(id);
    last = text;
    placeOfNumber[id] = firsts.length;
  }
  const keys = new Float64Array(numberOf.length);
  for (let rank = 0; rank < keys.length; rank += 1) {
    const place = placeOfNumber[numberOf[rank]!]!;
    keys[rank] = place === 0 ? Number.NaN : place - 1;
  }
  return {
    keys,
    valueOf: (rank) => (Number.isNaN(keys[rank]) ? null : textOf(numberOf[rank]!)),
    keyOf: (value) => placeOf(firsts.length, (index) => compareText(textOf(firsts[index]!), String(value))),
  };
}

function rowTextColumn(reader: WorkFileReader, columns: ItemColumns, by: "name" | "path"): SortColumn {
  const rows = reader.iterate<NumberedText>(`SELECT id, ${by} AS text FROM item ORDER BY ${by}`);
  const textOf = (row: number) =>
    reader.select<{ text: string }>(`SELECT ${by} AS text FROM item WHERE id = ?`, [row])[0]?.text ?? "";
  return orderColumn(rows, columns.rows("row"), columns.rowLimit, textOf);
}

function fieldColumn(reader: WorkFileReader, columns: ItemColumns, name: FieldName): SortColumn {
  return fields[name].kind === "text"
    ? fieldTextColumn(reader, columns, name)
    : fieldNumberColumn(reader, columns, name);
}

/**
 * UTF-16 units of a field's text that are compared, and that a cursor holds, one more where they would end within a pair; beyond them,
 * items are in the order of their paths.
 */
const comparedUnits = 500;
/** Bytes of UTF-8 that are enough for them: three a unit, or four a pair. */
const comparedBytes = 3 * (comparedUnits - 1) + 4;
/** Of several values of a content the least counts. SQLite's `substr` ends a text at a zero byte, and makes null of no bytes. */
const leastText = `min(coalesce(substr(CAST(value AS BLOB), 1, ${comparedBytes}), x'')) AS bytes FROM metadata`;

function comparedText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  // A half pair would not stand where the whole one does.
  const isPair = (text.codePointAt(comparedUnits - 1) ?? 0) > 0xffff;
  return text.slice(0, comparedUnits + (isPair ? 1 : 0));
}

function fieldTextColumn(reader: WorkFileReader, columns: ItemColumns, name: FieldName): SortColumn {
  const textOf = (content: number) => {
    const [row] = reader.select<{ bytes: Uint8Array | null }>(`SELECT ${leastText} WHERE content = ? AND name = ?`, [
      content,
      name,
    ]);
    return row?.bytes ? comparedText(row.bytes) : "";
  };
  return orderColumn(leastTexts(reader, name), columns.rows("content"), columns.contentLimit, textOf);
}

function* leastTexts(reader: WorkFileReader, name: FieldName): Generator<NumberedText> {
  const sql = `SELECT content, ${leastText} WHERE name = ? GROUP BY content ORDER BY bytes`;
  for (const { content, bytes } of reader.iterate<{ content: number; bytes: Uint8Array }>(sql, [name])) {
    yield { id: content, text: comparedText(bytes) };
  }
}

/** Of several values of a content the least counts. */
function fieldNumberColumn(reader: WorkFileReader, columns: ItemColumns, name: FieldName): SortColumn {
  const read = fields[name].kind === "date" ? fieldDate : Number;
  const least = new Float64Array(columns.contentLimit).fill(Infinity);
  const rows = reader.iterate<{ content: number; value: string }>(
    "SELECT content, value FROM metadata WHERE name = ?",
    [name],
  );
  for (const { content, value } of rows) {
    const number = read(value) ?? Number.NaN;
    if (number < least[content]!) least[content] = number;
  }
  const keys = Float64Array.from(columns.rows("content"), (content) => least[content]!);
  for (let rank = 0; rank < keys.length; rank += 1) if (keys[rank] === Infinity) keys[rank] = Number.NaN;
  return numberColumn(keys);
}

/** Compares items of one work file by key, then by rank. */
export function rankOrder(keys: Float64Array, descending: boolean): (a: number, b: number) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const [x, y] = [keys[a] as number, keys[b] as number];
    if (x === y) return a - b;
    if (Number.isNaN(x)) return Number.isNaN(y) ? a - b : 1;
    return Number.isNaN(y) ? -1 : sign * (x - y);
  };
}

/** The first `limit` of a set that `isAfter` lets pass, in order. */
export function firstOf(
  set: BitSet,
  limit: number,
  order: (a: number, b: number) => number,
  isAfter: (rank: number) => boolean,
): number[] {
  // A heap whose top is the last of those kept.
  const heap: number[] = [];
  for (let rank = set.next(0); rank >= 0; rank = set.next(rank + 1)) {
    if (heap.length === limit && order(rank, heap[0] as number) >= 0) continue;
    if (!isAfter(rank)) continue;
    if (heap.length < limit) siftUp(heap, rank, order);
    else siftDown(heap, rank, order);
  }
  return heap.sort(order);
}

function siftUp(heap: number[], rank: number, order: (a: number, b: number) => number): void {
  let at = heap.push(rank) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (order(rank, heap[parent] as number) <= 0) break;
    heap[at] = heap[parent] as number;
    at = parent;
  }
  heap[at] = rank;
}

/** Puts a rank in the place of the top. */
function siftDown(heap: number[], rank: number, order: (a: number, b: number) => number): void {
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && order(heap[child + 1] as number, heap[child] as number) > 0) child += 1;
    if (order(heap[child] as number, rank) <= 0) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = rank;
}
