/**
 * The events of a work file: every date of every item, in the order of time. An *event* is one date that the evidence gives, of
 * one item: a time of the item (MACB, of a file system or an archive), or a date that its content says of itself (a field of the
 * kind `date`). A content that several items have makes its events for each of them.
 *
 * Events stand in packed blocks (event-block.ts) that name rows and copy no text, in three classes: those whose zone is known,
 * local ones whose zone is not, which shift together by whatever zone they are taken for, and those without a place in time
 * (event-time.ts). In a class the order is (instant, path, item id, kind, source, number in the item).
 *
 * They are made anew as a whole from the rows of items and contents: gathered into runs of bounded size, each sorted, and merged.
 */
import { fields } from "../../native-free/model/fields.ts";
import { newRanks, rankedRows, rowsByRank } from "./columns.ts";
import { blockEvents, EventColumns, packEvents, unpackEvents } from "./event-block.ts";
import { placeOf, zoneOfDate, zoneOfTime } from "./event-time.ts";
import type { Database, SqlParams, SqlRow, Statement } from "./sqlite.ts";

/** `class` of a block. */
export const eventClass = { zoned: 0, local: 1, unplaced: 2 } as const;
const classes = 3;

/** `event_block.id` is class × 2^32 + number of the block; what lies behind the classes are runs while they are merged. */
export const blocksPerClass = 2 ** 32;

/** The statements that make the tables in `main` of a work file, or in `temp` of a connection that reads one. */
const eventTablesIn = (schema: "main" | "temp"): readonly string[] => [
  `-- Dates of items in the order of time; see event-store.ts.
CREATE TABLE IF NOT EXISTS ${schema}.event_block (
  id INTEGER PRIMARY KEY,              -- class × 2^32 + block
  first INTEGER NOT NULL, last INTEGER NOT NULL, -- ms since 1970; local times as if UTC
  events INTEGER NOT NULL,
  data BLOB NOT NULL
)`,
  `-- What the codes of events mean; the source is null where there are too many to tell them apart.
CREATE TABLE IF NOT EXISTS ${schema}.event_kind (code INTEGER PRIMARY KEY, kind TEXT NOT NULL, source TEXT)`,
];

export const dropTemporaryEvents = ["event_block", "event_kind"].map((name) => `DROP TABLE IF EXISTS temp.${name}`);

export const eventTables = eventTablesIn("main")
  .map((statement) => `${statement};\n`)
  .join("");

/** What the making of events needs of a database. */
export interface EventDatabase {
  select<Row = SqlRow>(sql: string, params?: SqlParams): Row[];
  /** A statement that changes the tables of events. */
  change(sql: string, params?: SqlParams): void;
}

/** Names of the fields that are dates: kinds of events beside m, a, c and b. */
export const dateFields: readonly string[] = Object.entries(fields)
  .filter(([, { kind }]) => kind === "date")
  .map(([name]) => name);

/** Fills the tables in `main` anew, in the transaction of the caller. `ranks`: see `ranksOf`. */
export function buildEvents(database: Database, ranks: Uint32Array): void {
  const statements = new Map<string, Statement>();
  const prepare = <Row>(sql: string): Statement<Row> => {
    const known = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, known);
    return known as Statement<Row>;
  };
  const door: EventDatabase = {
    select: <Row>(sql: string, params: SqlParams = []) => prepare<Row>(sql).all(params),
    change: (sql, params = []) => void prepare(sql).run(params),
  };
  makeEvents(door, "main", ranks);
}

/** Events that are sorted at once: 16 bytes each and 12 while they are sorted. */
const runEvents = 2 ** 21;
const maxCodes = 60_000;

/** Fills the tables of `schema` anew, and makes them where they are not there. `ranks`: see `ranksOf`; `atOnce` is for tests. */
export function makeEvents(
  database: EventDatabase,
  schema: "main" | "temp",
  ranks: Uint32Array,
  atOnce = runEvents,
): void {
  for (const statement of eventTablesIn(schema)) database.change(statement);
  database.change(`DELETE FROM ${schema}.event_block`);
  database.change(`DELETE FROM ${schema}.event_kind`);
  new EventMaker(database, schema, ranks, atOnce).make();
}

/** Codes of kinds with their sources, as they are met. */
class KindCodes {
  readonly kinds: { readonly kind: string; readonly source: string | null }[] = [];
  readonly #codes = new Map<string, number>();

  code(kind: string, source: string): number {
    const key = `${kind}\t${source}`;
    return this.#codes.get(key) ?? this.#newCode(key, kind, source);
  }

  #newCode(key: string, kind: string, source: string): number {
    const isFull = this.kinds.length >= maxCodes;
    const known = isFull ? this.#codes.get(kind) : undefined;
    if (known !== undefined) return known;
    const code = this.kinds.push({ kind, source: isFull ? null : source }) - 1;
    this.#codes.set(isFull ? kind : key, code);
    return code;
  }

  /** By code, its place in the order of kinds and sources. */
  ranks(): Uint16Array {
    const order = this.kinds.map((_, code) => code);
    const key = (code: number) => `${this.kinds[code]!.kind}\t${this.kinds[code]!.source ?? ""}`;
    order.sort((a, b) => (key(a) < key(b) ? -1 : 1));
    const ranks = new Uint16Array(order.length);
    for (const [rank, code] of order.entries()) ranks[code] = rank;
    return ranks;
  }
}

/** Items, or contents, whose dates are read at once. */
const pageRows = 10_000;
const asRows = (kind: string, zone: string, value: string, source: string) =>
  `group_concat(seq || char(9) || ${kind} || char(9) || ${zone} || char(9) || ${value} || char(9) || ${source}, char(10))`;
const plain = (column: string) => `replace(replace(${column}, char(9), '?'), char(10), '?')`;

const timesPage = `SELECT item AS row, ${asRows("kind", "zone", "value", "source")} AS dates
  FROM item_time WHERE item > ? GROUP BY item ORDER BY item LIMIT ${pageRows}`;
/** The values come from evidence: what separates is none of a date. In the order of contents, for which no index on names may be taken. */
const fieldsPage = `SELECT content AS row, ${asRows("name", "''", plain("value"), plain("source"))} AS dates
  FROM metadata m WHERE content > ? AND +name IN (${dateFields.map((name) => `'${name}'`).join(", ")})
    AND EXISTS (SELECT 1 FROM content c WHERE c.id = m.content AND c.state = 2)
  GROUP BY content ORDER BY content LIMIT ${pageRows}`;

class EventMaker {
  readonly #database: EventDatabase;
  readonly #schema: string;
  readonly #atOnce: number;
  readonly #codes = new KindCodes();
  readonly #held = Array.from({ length: classes }, () => new EventColumns(1024));
  readonly #rank: Uint32Array;
  #count = 0;
  #runs = 0;

  constructor(database: EventDatabase, schema: string, ranks: Uint32Array, atOnce: number) {
    this.#database = database;
    this.#schema = schema;
    this.#atOnce = atOnce;
    this.#rank = ranks;
  }

  make(): void {
    for (const { row, dates } of this.#pages(timesPage)) this.#add(dates, [row], 0);
    for (const { row, dates } of this.#pages(fieldsPage)) {
      const items = this.#database.select<{ id: number }>("SELECT id FROM item WHERE content = ?", [row]);
      const rows = items.map(({ id }) => id);
      this.#add(dates, rows, 1);
    }
    const ranks = this.#codes.ranks();
    for (let part = 0; part < classes; part++) {
      const writer = new BlockWriter(part, ranks, this.#store);
      const runs = Array.from({ length: this.#runs }, (_, run) => this.#storedRun(run, part));
      merge([...runs, heldRun(this.#held[part]!, this.#rank)], this.#rank, writer);
      // The room is given back before the next class is merged.
      this.#held[part] = new EventColumns(0);
    }
    this.#database.change(`DELETE FROM ${this.#schema}.event_block WHERE id >= ?`, [classes * blocksPerClass]);
    for (const [code, { kind, source }] of this.#codes.kinds.entries()) {
      const insert = `INSERT INTO ${this.#schema}.event_kind (code, kind, source) VALUES (?, ?, ?)`;
      this.#database.change(insert, [code, kind, source]);
    }
  }

  /** Page by page, so that nothing is read while something is written. */
  *#pages(sql: string): Generator<{ row: number; dates: string }> {
    for (let last = -1; ;) {
      const page = this.#database.select<{ row: number; dates: string }>(sql, [last]);
      if (page.length === 0) return;
      yield* page;
      last = page.at(-1)!.row;
    }
  }

  /** The dates of one row of the database, for each of its items; `isField` 1 where they are fields. */
  #add(dates: string, items: readonly number[], isField: 0 | 1): void {
    for (let start = 0; start < dates.length;) {
      const seqEnd = dates.indexOf("\t", start);
      const kindEnd = dates.indexOf("\t", seqEnd + 1);
      const zoneEnd = dates.indexOf("\t", kindEnd + 1);
      const valueEnd = dates.indexOf("\t", zoneEnd + 1);
      const lineEnd = dates.indexOf("\n", valueEnd + 1);
      const end = lineEnd < 0 ? dates.length : lineEnd;
      const value = dates.slice(zoneEnd + 1, valueEnd);
      const code = this.#codes.code(dates.slice(seqEnd + 1, kindEnd), dates.slice(valueEnd + 1, end));
      const zone = isField ? zoneOfDate(value) : zoneOfTime(value, dates.slice(kindEnd + 1, zoneEnd));
      const entry = Number(dates.slice(start, seqEnd)) * 2 + isField;
      const at = placeOf(value);
      const part = Number.isNaN(at) ? eventClass.unplaced : zone === "local-unknown" ? eventClass.local : 0;
      for (const item of items) this.#push(part, Number.isNaN(at) ? 0 : at, item, entry, code);
      start = end + 1;
    }
  }

  #push(part: number, at: number, item: number, entry: number, code: number): void {
    if (this.#count >= this.#atOnce) this.#spill();
    const held = this.#held[part]!;
    if (held.count === held.capacity) held.grow(held.capacity * 2);
    held.push(at, item, entry, code);
    this.#count += 1;
  }

  /** Stores what is held as a run of each class. */
  #spill(): void {
    for (const [part, held] of this.#held.entries()) {
      const run = heldRun(held, this.#rank);
      let block = this.#runId(this.#runs, part);
      for (const out = new EventColumns(blockEvents); run.columns !== null; out.count = 0) {
        for (; run.columns !== null && out.count < blockEvents; run.next()) out.copyFrom(run.columns, run.index);
        this.#store(block++, out, out.count);
      }
      held.count = 0;
    }
    this.#runs += 1;
    this.#count = 0;
  }

  readonly #runId = (run: number, part: number) => (classes + run * classes + part) * blocksPerClass;

  readonly #store: StoreBlock = (id, columns, count) => {
    const insert = `INSERT INTO ${this.#schema}.event_block (id, first, last, events, data) VALUES (?, ?, ?, ?, ?)`;
    const data = packEvents(columns, 0, count);
    this.#database.change(insert, [id, columns.at(0), columns.at(count - 1), count, data]);
  };

  #storedRun(run: number, part: number): Run {
    const sql = `SELECT events, data FROM ${this.#schema}.event_block WHERE id = ?`;
    let id = this.#runId(run, part);
    return runOf(() => {
      const [row] = this.#database.select<{ events: number; data: Uint8Array }>(sql, [id++]);
      return row ? unpackEvents(row.data, row.events) : null;
    });
  }
}

/** By row of an item, its place in the order of paths and ids. */
export function ranksOf(database: EventDatabase): Uint32Array {
  const ranks = newRanks((sql) => database.select(sql));
  let rank = 0;
  for (const { row } of rowsByRank((params) => database.select(rankedRows, params))) ranks[row as number] = rank++;
  return ranks;
}

/** Sorted events, one after another; `columns` is null at the end. */
interface Run {
  columns: EventColumns | null;
  index: number;
  next(): void;
}

function heldRun(held: EventColumns, rank: Uint32Array): Run {
  const order = held.sorted(rank);
  let place = 0;
  const run: Run = {
    columns: held.count > 0 ? held : null,
    index: order[0] ?? 0,
    next: () => {
      place += 1;
      if (place < order.length) run.index = order[place]!;
      else run.columns = null;
    },
  };
  return run;
}

function runOf(nextBlock: () => EventColumns | null): Run {
  const run: Run = {
    columns: nextBlock(),
    index: 0,
    next: () => {
      run.index += 1;
      if (run.columns === null || run.index < run.columns.count) return;
      run.columns = nextBlock();
      run.index = 0;
    },
  };
  return run;
}

/** Where runs are alike the earlier one comes first, so that equal events stay as they came. */
function merge(runs: readonly Run[], rank: Uint32Array, writer: BlockWriter): void {
  const open = runs.filter(({ columns }) => columns !== null);
  while (open.length > 0) {
    let least = open[0]!;
    for (let i = 1; i < open.length; i++) if (isBefore(open[i]!, least, rank)) least = open[i]!;
    writer.add(least.columns!, least.index);
    least.next();
    if (least.columns === null) open.splice(open.indexOf(least), 1);
  }
  writer.end();
}

function isBefore(a: Run, b: Run, rank: Uint32Array): boolean {
  const [one, other] = [a.columns!, b.columns!];
  const [i, j] = [a.index, b.index];
  if (one.high[i] !== other.high[j]) return one.high[i]! < other.high[j]!;
  if (one.low[i] !== other.low[j]) return one.low[i]! < other.low[j]!;
  return rank[one.item[i]!]! < rank[other.item[j]!]!;
}

type StoreBlock = (id: number, columns: EventColumns, count: number) => void;

/** Cuts sorted events into blocks. Events of one instant and item are put in the order of kinds and sources, and stay together. */
class BlockWriter {
  readonly #ranks: Uint16Array;
  readonly #store: StoreBlock;
  readonly #out = new EventColumns(blockEvents * 2);
  #id: number;
  #groupStart = 0;

  constructor(part: number, ranks: Uint16Array, store: StoreBlock) {
    this.#id = part * blocksPerClass;
    this.#ranks = ranks;
    this.#store = store;
  }

  add(columns: EventColumns, index: number): void {
    const out = this.#out;
    const start = this.#groupStart;
    const isAlike =
      out.count > start &&
      out.item[start] === columns.item[index] &&
      out.low[start] === columns.low[index] &&
      out.high[start] === columns.high[index];
    if (!isAlike) {
      this.#endGroup();
      if (out.count >= blockEvents) this.#flush();
      this.#groupStart = out.count;
    } else if (out.count === out.capacity) out.grow(out.capacity * 2);
    out.copyFrom(columns, index);
  }

  end(): void {
    this.#endGroup();
    if (this.#out.count > 0) this.#flush();
  }

  #flush(): void {
    this.#store(this.#id++, this.#out, this.#out.count);
    this.#out.count = 0;
  }

  #endGroup(): void {
    const { code, entry, count } = this.#out;
    const start = this.#groupStart;
    if (count - start < 2) return;
    const order = Array.from({ length: count - start }, (_, i) => start + i);
    const ranks = this.#ranks;
    order.sort((a, b) => ranks[code[a]!]! - ranks[code[b]!]! || entry[a]! - entry[b]!);
    this.#out.reorder(start, order);
  }
}
