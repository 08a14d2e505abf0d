/**
 * Reading the events of a work file. Where the stored ones do not hold, since processing goes on, the same are made on the spot
 * in tables of this connection, which SQLite keeps in a temporary file once they are large.
 */
import { derivedVersion } from "./derived.ts";
import { unpackEvents, type EventColumns } from "./event-block.ts";
import { blocksPerClass, dropTemporaryEvents, makeEvents, ranksOf, type EventDatabase } from "./event-store.ts";
import type { WorkFileReader } from "./work-file-reader.ts";

/** What a code of an event means; the source is null where only the row of the date says it. */
export interface EventKind {
  readonly kind: string;
  readonly source: string | null;
}

export interface WorkFileEvents {
  /** In the order of `eventClass`. */
  readonly classes: readonly EventSequence[];
  /** By code. */
  readonly kinds: readonly EventKind[];
}

interface BlockHead {
  readonly id: number;
  readonly first: number;
  readonly last: number;
  readonly events: number;
  /** Position of its first event. */
  readonly start: number;
}

/** Events of a stretch of a block. */
export interface EventStretch {
  readonly columns: EventColumns;
  readonly start: number;
  /** Behind the last one. */
  readonly end: number;
}

/**
 * The events of a work file at the moment of the reader's snapshot; they hold until they are asked for again. Those that were made here
 * while it was being processed go once it has its own.
 */
export function eventsOf(reader: WorkFileReader): WorkFileEvents {
  const schema = areStored(reader) ? "main" : "temp";
  if (schema === "temp") makeHere(reader);
  else for (const statement of dropTemporaryEvents) reader.temporary(statement);
  const kinds = reader.select<EventKind>(`SELECT kind, source FROM ${schema}.event_kind ORDER BY code`);
  return { classes: [0, 1, 2].map((part) => EventSequence.open(reader, schema, part)), kinds };
}

function areStored(reader: WorkFileReader): boolean {
  const [row] = reader.select<{ value: string }>("SELECT value FROM meta WHERE key = 'derived'");
  return row?.value === derivedVersion;
}

/** Each time anew: what was made in a snapshot goes where that ends with an error. */
function makeHere(reader: WorkFileReader): void {
  const database: EventDatabase = {
    select: (sql, params) => reader.select(sql, params),
    change: (sql, params) => reader.temporary(sql, params),
  };
  makeEvents(database, "temp", ranksOf(database));
}

/** Blocks that are kept unpacked, for the search of a place. */
const keptBlocks = 4;

/** The events of one class, in order; a *position* counts them from 0. */
export class EventSequence {
  readonly length: number;
  readonly #reader: WorkFileReader;
  readonly #schema: string;
  readonly #blocks: readonly BlockHead[];
  readonly #kept = new Map<number, EventColumns>();

  private constructor(reader: WorkFileReader, schema: string, blocks: readonly BlockHead[]) {
    this.#reader = reader;
    this.#schema = schema;
    this.#blocks = blocks;
    const last = blocks.at(-1);
    this.length = last ? last.start + last.events : 0;
  }

  static open(reader: WorkFileReader, schema: "main" | "temp", part: number): EventSequence {
    const rows = reader.select<Omit<BlockHead, "start">>(
      `SELECT id, first, last, events FROM ${schema}.event_block WHERE id >= ? AND id < ? ORDER BY id`,
      [part * blocksPerClass, (part + 1) * blocksPerClass],
    );
    let start = 0;
    const blocks = rows.map(({ id, first, last, events }) => {
      const head = { id, first, last, events, start };
      start += events;
      return head;
    });
    return new EventSequence(reader, schema, blocks);
  }

  /** The position of the first event that is not before an instant (ms). */
  positionAt(instant: number): number {
    const block = this.#blocks[leastOf(0, this.#blocks.length, (n) => this.#blocks[n]!.last >= instant)];
    if (!block) return this.length;
    if (block.first >= instant) return block.start;
    const columns = this.#columns(block);
    return block.start + leastOf(0, block.events, (index) => columns.at(index) >= instant);
  }

  /** The first position in [from, to) of which `test` is true, which it is of all behind it; else `to`. */
  firstWhere(from: number, to: number, test: (columns: EventColumns, index: number) => boolean): number {
    return leastOf(from, to, (position) => {
      const block = this.#blockOf(position);
      return test(this.#columns(block), position - block.start);
    });
  }

  /** The events of positions in [from, to). */
  *stretches(from: number, to: number): Generator<EventStretch> {
    if (from >= to) return;
    let number = this.#blocks.indexOf(this.#blockOf(from));
    for (let block = this.#blocks[number]; block && block.start < to; block = this.#blocks[(number += 1)]) {
      const [start, end] = [Math.max(0, from - block.start), Math.min(block.events, to - block.start)];
      yield { columns: this.#columns(block), start, end };
    }
  }

  #blockOf(position: number): BlockHead {
    const behind = leastOf(0, this.#blocks.length, (n) => this.#blocks[n]!.start > position);
    return this.#blocks[behind - 1]!;
  }

  #columns({ id, events }: BlockHead): EventColumns {
    const known = this.#kept.get(id);
    if (known) return known;
    const sql = `SELECT data FROM ${this.#schema}.event_block WHERE id = ?`;
    const [row] = this.#reader.select<{ data: Uint8Array }>(sql, [id]);
    const columns = this.#reader.stored(() => unpackEvents(row!.data, events));
    if (this.#kept.size >= keptBlocks) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(id, columns);
    return columns;
  }
}

/** The least number in [from, to) of which `test` is true, which it is of all above it; else `to`. */
function leastOf(from: number, to: number, test: (value: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
