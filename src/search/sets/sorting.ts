/** Orders of an answer other than by path: what items are compared by, and taking the first of many without sorting all. */
import { fields, type FieldName } from "../../../native-free/model/fields.ts";
import type { CodeColumn } from "../../case/columns.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import { fieldDate } from "../query-dates.ts";
import type { BitSet } from "./bit-set.ts";
import type { ItemColumns } from "./item-columns.ts";

const codeSorts = ["type", "category", "language", "extension", "kind", "state", "status", "reason"] as const;

/** What answers can be sorted by beside every field of documents. */
export const sortNames = ["path", "name", "size", "modified", ...codeSorts] as const;

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
  const coded = codeSorts.find((known) => known === by);
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

/** Names and paths are too many to be held: SQLite sorts them, and what is held is their order. */
function rowTextColumn(reader: WorkFileReader, columns: ItemColumns, by: "name" | "path"): SortColumn {
  const rowOf = columns.rows("row");
  const firsts: number[] = [];
  const keyOfRow = new Uint32Array(columns.rowLimit);
  let last: string | null = null;
  for (const { id, text } of reader.iterate<{ id: number; text: string }>(
    `SELECT id, ${by} AS text FROM item ORDER BY ${by}`,
  )) {
    if (text !== last) firsts.push(id);
    last = text;
    keyOfRow[id] = firsts.length - 1;
  }
  const textOf = (row: number) =>
    reader.select<{ text: string }>(`SELECT ${by} AS text FROM item WHERE id = ?`, [row])[0]?.text ?? "";
  return {
    keys: Float64Array.from(rowOf, (row) => keyOfRow[row] as number),
    valueOf: (rank) => textOf(rowOf[rank] as number),
    keyOf: (value) => placeOf(firsts.length, (index) => compareText(textOf(firsts[index] as number), String(value))),
  };
}

/** UTF-16 units of a field's text that are compared, and that a cursor holds; beyond them, items are in the order of their paths. */
const comparedUnits = 500;

/** Of several values of a content the least counts. */
function fieldColumn(reader: WorkFileReader, columns: ItemColumns, name: FieldName): SortColumn {
  const contentOf = columns.rows("content");
  const rows = reader.iterate<{ content: number; value: string }>(
    "SELECT content, value FROM metadata WHERE name = ?",
    [name],
  );
  if (fields[name].kind === "text") {
    const values = new Map<number, string>();
    for (const { content, value } of rows) {
      const known = values.get(content);
      const compared = value.length > comparedUnits ? value.slice(0, comparedUnits).toWellFormed() : value;
      if (known === undefined || compareText(compared, known) < 0) values.set(content, compared);
    }
    const valueAt = (rank: number) => values.get(contentOf[rank] as number) ?? null;
    return textColumn(columns.count, valueAt, [...new Set(values.values())]);
  }
  const read = fields[name].kind === "date" ? fieldDate : Number;
  const numbers = new Map<number, number>();
  for (const { content, value } of rows) {
    const number = read(value) ?? Number.NaN;
    if (!Number.isNaN(number) && !(number >= (numbers.get(content) ?? Infinity))) numbers.set(content, number);
  }
  return numberColumn(Float64Array.from(contentOf, (content) => numbers.get(content) ?? Number.NaN));
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
