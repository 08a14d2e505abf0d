/** The columns of one work file at one moment, read when they are first asked for. */
import { contentsOf, groupNames, valuesOf, type GroupName } from "../../case/content-groups.ts";
import {
  chunkItems,
  codeColumns,
  columnChunks,
  columnRows,
  newDictionaries,
  numberColumns,
  rowColumns,
  rowsByRank,
  type CodeColumn,
  type Codes,
  type NumberColumn,
  type RowColumn,
} from "../../case/columns.ts";
import { derivedVersion, valuesChunk } from "../../case/derived.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import { searchSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { BitSet } from "./bit-set.ts";
import { RanksOf } from "./ranks-of.ts";

/** Codes by rank, and the value of each code; the first is that of contents that are not described. */
export interface CodedColumn {
  readonly codes: Codes;
  readonly values: readonly (string | null)[];
}

/** Contents with a value in common. */
export interface ContentGroup {
  readonly value: string;
  /** Sorted. */
  readonly contents: Uint32Array;
}

export class ItemColumns {
  /** Items of the work file. */
  readonly count: number;
  /** More than the largest row number of an item, and of a content. */
  readonly rowLimit: number;
  readonly contentLimit: number;
  readonly #reader: WorkFileReader;
  readonly #isStored: boolean;
  readonly #made = new Map<string, Uint32Array | Float64Array | CodedColumn>();
  readonly #groups = new Map<GroupName, readonly ContentGroup[]>();
  readonly #ranks = new Map<RowColumn, RanksOf>();

  /** `reader` stands at one moment while columns are made and read. */
  constructor(reader: WorkFileReader) {
    this.#reader = reader;
    const [stored] = reader.select<{ value: string }>("SELECT value FROM meta WHERE key = 'derived'");
    this.#isStored = stored?.value === derivedVersion;
    const [limits] = reader.select<{ items: number; rows: number; contents: number }>(
      `SELECT (SELECT count(*) FROM item) AS items, (SELECT coalesce(max(id), 0) FROM item) AS rows,
         (SELECT coalesce(max(id), 0) FROM content) AS contents`,
    );
    this.count = limits?.items ?? 0;
    this.rowLimit = (limits?.rows ?? 0) + 1;
    this.contentLimit = (limits?.contents ?? 0) + 1;
  }

  rows(name: RowColumn): Uint32Array {
    return this.#column(name, () => this.#joined(name, Uint32Array)) as Uint32Array;
  }

  /** The row numbers of some items, or those of their contents. */
  rowsAt(ranks: BitSet, name: RowColumn = "row"): BitSet {
    const numbers = new BitSet(this.#limitOf(name));
    const numberOf = this.rows(name);
    for (let rank = ranks.next(0); rank >= 0; rank = ranks.next(rank + 1)) numbers.add(numberOf[rank]!);
    // An item without a content.
    numbers.remove(0);
    return numbers;
  }

  /** The way back from row numbers to ranks. */
  ranksOf(name: RowColumn): RanksOf {
    let ranks = this.#ranks.get(name);
    if (!ranks) {
      ranks = new RanksOf(() => this.rows(name), this.#limitOf(name));
      this.#ranks.set(name, ranks);
    }
    return ranks;
  }

  numbers(name: NumberColumn): Float64Array {
    return this.#column(name, () => this.#joined(name, Float64Array)) as Float64Array;
  }

  codes(name: CodeColumn): CodedColumn {
    return this.#column(name, () => this.#coded(name)) as CodedColumn;
  }

  /** In the order of the values. */
  groups(name: GroupName): readonly ContentGroup[] {
    let groups = this.#groups.get(name);
    if (!groups) {
      groups = this.#isStored ? this.#storedGroups(name) : this.#madeGroups(name);
      this.#groups.set(name, groups);
    }
    return groups;
  }

  #limitOf(name: RowColumn): number {
    return name === "row" ? this.rowLimit : this.contentLimit;
  }

  #column(name: string, read: () => Uint32Array | Float64Array | CodedColumn) {
    if (!this.#isStored && this.#made.size === 0) this.#make();
    let column = this.#made.get(name);
    if (!column) {
      column = read();
      this.#made.set(name, column);
    }
    return column;
  }

  #chunks(name: string): Uint8Array[] {
    return this.#reader
      .select<{ data: Uint8Array }>("SELECT data FROM item_column WHERE name = ? AND chunk >= 0 ORDER BY chunk", [name])
      .map(({ data }) => data);
  }

  #joined<Column extends Uint32Array | Float64Array>(name: string, type: new (length: number) => Column): Column {
    const column = new type(this.count);
    const bytes = new Uint8Array(column.buffer);
    let at = 0;
    for (const chunk of this.#chunks(name)) {
      if (at + chunk.length <= bytes.length) bytes.set(chunk, at);
      at += chunk.length;
    }
    if (at !== bytes.length)
      throw new OperatorError("case/work-file-damaged", searchSays.workFileDamaged(this.#reader.file));
    return column;
  }

  #coded(name: CodeColumn): CodedColumn {
    const [row] = this.#reader.select<{ data: Uint8Array }>(
      "SELECT data FROM item_column WHERE name = ? AND chunk = ?",
      [name, valuesChunk],
    );
    const values = this.#reader.stored(
      () => JSON.parse(Buffer.from(row?.data ?? []).toString("utf8")) as (string | null)[],
    );
    const codes = values.length <= 2 ** 16 ? new Uint16Array(this.count) : new Uint32Array(this.count);
    const chunks = this.#chunks(name);
    this.#reader.stored(() => {
      chunks.forEach((chunk, index) => {
        const at = index * chunkItems;
        const items = Math.min(this.count - at, chunkItems);
        // A chunk has two bytes a code as long as they were enough for the values met so far.
        const aligned = chunk.slice().buffer;
        codes.set(chunk.length === items * 2 ? new Uint16Array(aligned) : new Uint32Array(aligned), at);
      });
    });
    return { codes, values };
  }

  #make(): void {
    const dictionaries = newDictionaries();
    const chunks = [
      ...columnChunks(
        rowsByRank((params) => this.#reader.select(columnRows, params)),
        dictionaries,
      ),
    ];
    const join = <Column extends Uint32Array | Float64Array | Uint16Array>(whole: Column, parts: readonly Column[]) => {
      let at = 0;
      for (const part of parts) {
        (whole as Uint32Array).set(part as Uint32Array, at);
        at += part.length;
      }
      return whole;
    };
    for (const name of rowColumns) {
      const parts = chunks.map((chunk) => chunk.rows[name]);
      this.#made.set(name, join(new Uint32Array(this.count), parts));
    }
    for (const name of numberColumns) {
      const parts = chunks.map((chunk) => chunk.numbers[name]);
      this.#made.set(name, join(new Float64Array(this.count), parts));
    }
    for (const name of codeColumns) {
      const parts = chunks.map((chunk) => Uint32Array.from(chunk.codes[name]));
      const codes = join(new Uint32Array(this.count), parts);
      this.#made.set(name, { codes, values: dictionaries[name].values });
    }
  }

  #storedGroups(name: GroupName): ContentGroup[] {
    const rows = this.#reader.select<{ value: string; contents: Uint8Array }>(
      "SELECT value, contents FROM content_group WHERE name = ? ORDER BY value",
      [name],
    );
    return this.#reader.stored(() =>
      rows.map(({ value, contents }) => ({ value, contents: new Uint32Array(contents.slice().buffer) })),
    );
  }

  #madeGroups(name: GroupName): ContentGroup[] {
    if (!groupNames.includes(name)) throw new Error(`no group ${name}`);
    return valuesOf(this.#reader, name).map((value) => ({ value, contents: contentsOf(this.#reader, name, value) }));
  }
}
