/**
 * What searches ask of every item, as columns: one array for each property, all in the order of hits (path, then item id).
 * The place of an item in that order is its *rank*. Columns are made once all units are done and are then stored; while a
 * work file is being written they are made on the spot, from the same rows.
 *
 * Codes count from 0 into a list of values, of which the first stands for "not known": the content is not described.
 */
import type { SqlRow, SqlValue } from "./sqlite.ts";
import { effectiveReason, effectiveStatus, itemTables } from "./work-file-rows.ts";

/** Values that few items have alone, as codes. */
export const codeColumns = [
  ...(["type", "category", "mime", "language", "extension"] as const),
  ...(["kind", "state", "status", "reason", "mismatch"] as const),
] as const;
export type CodeColumn = (typeof codeColumns)[number];

/** Bytes; milliseconds since 1970 UTC. NaN where there is none. */
export const numberColumns = ["size", "modified"] as const;
export type NumberColumn = (typeof numberColumns)[number];

/** Row numbers of items and of their contents (0: none). */
export const rowColumns = ["row", "content"] as const;
export type RowColumn = (typeof rowColumns)[number];

export type Codes = Uint16Array | Uint32Array;

/** Items of one stretch of ranks. */
export interface ColumnChunk {
  readonly count: number;
  readonly rows: Readonly<Record<RowColumn, Uint32Array>>;
  readonly numbers: Readonly<Record<NumberColumn, Float64Array>>;
  readonly codes: Readonly<Record<CodeColumn, Codes>>;
}

/** Rows held at a time while columns are made. */
const rowsPerPage = 10_000;

/** Items of a chunk. */
export const chunkItems = 2 ** 16;

/** The value of code 0. */
const notDescribed = "";

const sources: Readonly<Record<CodeColumn, string>> = {
  type: "c.type",
  category: "c.category",
  mime: "c.mime",
  language: "c.language",
  extension: "i.extension",
  kind: "i.kind",
  state: "i.state",
  status: effectiveStatus,
  reason: effectiveReason,
  mismatch: "i.mismatch",
};
/** Columns that are null because there is no description, which is something else than a description that says nothing. */
const ofContent: ReadonlySet<CodeColumn> = new Set(["type", "category", "mime", "language"]);

/** Items of a page in the order of ranks: at most `:limit` after a place, which is the `path` and `id` of a row. */
const rankPage = "WHERE (i.path, i.key) > (:path, :id) ORDER BY i.path, i.key LIMIT :limit";

/** The row numbers alone. */
export const rankedRows = `SELECT i.id AS row, i.path AS path, i.key AS id FROM item i ${rankPage}`;

/** All columns. */
export const columnRows = `SELECT i.id AS row, coalesce(i.content, 0) AS content, c.id IS NOT NULL AS described, i.path AS path, i.key AS id,
    i.size AS size, i.modified AS modified, ${codeColumns.map((name) => `${sources[name]} AS ${name}`).join(", ")}
  FROM ${itemTables} ${rankPage}`;

/** Every item in the order of ranks; `page` answers `columnRows`, or `rankedRows`. */
export function* rowsByRank(
  page: (params: Readonly<Record<string, SqlValue>>) => readonly SqlRow[],
): Generator<SqlRow> {
  for (let last: SqlRow = { path: "", id: "" }; ;) {
    const rows = page({ path: last["path"] as string, id: last["id"] as string, limit: rowsPerPage });
    yield* rows;
    if (rows.length < rowsPerPage) return;
    last = rows.at(-1) as SqlRow;
  }
}

/** The ranks of items by their row numbers, to be filled. */
export function newRanks(select: (sql: string) => readonly SqlRow[]): Uint32Array {
  const [last] = select("SELECT coalesce(max(id), 0) AS row FROM item");
  return new Uint32Array(((last?.["row"] as number | undefined) ?? 0) + 1);
}

/** Values by code; grows while chunks are made. */
export class Dictionary {
  /** Of code 0 the value is `notDescribed`; null is a value like others. */
  readonly values: (string | null)[] = [notDescribed];
  readonly #codes = new Map<string | null, number>();

  code(value: SqlValue): number {
    const text = value === null ? null : String(value);
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.values.length;
      this.values.push(text);
      this.#codes.set(text, code);
    }
    return code;
  }
}

export type Dictionaries = Readonly<Record<CodeColumn, Dictionary>>;

export function newDictionaries(): Dictionaries {
  return Object.fromEntries(codeColumns.map((name) => [name, new Dictionary()])) as unknown as Dictionaries;
}

/** Cuts the rows of `columnRows` into chunks; `dictionaries` are filled on the way. */
export function* columnChunks(rows: Iterable<SqlRow>, dictionaries: Dictionaries): Generator<ColumnChunk> {
  let chunk = emptyChunk();
  let count = 0;
  for (const row of rows) {
    const isDescribed = row["described"] === 1;
    chunk.rows.row[count] = row["row"] as number;
    chunk.rows.content[count] = row["content"] as number;
    for (const name of numberColumns) chunk.numbers[name][count] = (row[name] as number | null) ?? Number.NaN;
    for (const name of codeColumns) {
      const isKnown = isDescribed || !ofContent.has(name);
      chunk.codes[name][count] = isKnown ? dictionaries[name].code(row[name] ?? null) : 0;
    }
    if ((count += 1) < chunkItems) continue;
    yield finished(chunk, count, dictionaries);
    chunk = emptyChunk();
    count = 0;
  }
  if (count > 0) yield finished(chunk, count, dictionaries);
}

type OpenChunk = Omit<ColumnChunk, "count" | "codes"> & { readonly codes: Readonly<Record<CodeColumn, Uint32Array>> };

function emptyChunk(): OpenChunk {
  const each = <Name extends string, Column>(names: readonly Name[], make: () => Column) =>
    Object.fromEntries(names.map((name) => [name, make()])) as unknown as Record<Name, Column>;
  return {
    rows: each(rowColumns, () => new Uint32Array(chunkItems)),
    numbers: each(numberColumns, () => new Float64Array(chunkItems)),
    codes: each(codeColumns, () => new Uint32Array(chunkItems)),
  };
}

/** Two bytes for a code where they are enough. */
function finished(chunk: OpenChunk, count: number, dictionaries: Dictionaries): ColumnChunk {
  const cut = <Name extends string, Column extends Uint32Array | Float64Array>(
    columns: Readonly<Record<Name, Column>>,
  ) => Object.fromEntries(Object.entries<Column>(columns).map(([name, column]) => [name, column.subarray(0, count)]));
  const codes = codeColumns.map((name) => {
    const column = chunk.codes[name].subarray(0, count);
    return [name, dictionaries[name].values.length <= 2 ** 16 ? Uint16Array.from(column) : column] as const;
  });
  return {
    count,
    rows: cut(chunk.rows) as ColumnChunk["rows"],
    numbers: cut(chunk.numbers) as ColumnChunk["numbers"],
    codes: Object.fromEntries(codes) as unknown as ColumnChunk["codes"],
  };
}
