/** The events of one exhibit that a question is about: which they are, how many, when, and one by one in order. */
import { fold } from "../../native-free/model/fold.ts";
import { eventClass } from "../case/event-store.ts";
import type { EventColumns } from "../case/event-block.ts";
import { eventsOf, type EventKind, type EventSequence } from "../case/event-reader.ts";
import { zoneOfDate, zoneOfTime } from "../case/event-time.ts";
import type { WorkFileReader } from "../case/work-file-reader.ts";
import { fullPath, hex, itemTables } from "../case/work-file-rows.ts";
import type { AnsweredExhibit } from "../search/answer.ts";
import { matchesWildcard } from "../search/wildcard.ts";
import type { EventItem, TimelineEvent } from "./event.ts";
import { compareKeys, writeEventCursor, type EventKey } from "./timeline-cursor.ts";

/** What an answer is bounded by. */
export interface EventBounds {
  /** Ms since 1970 UTC, both in it. */
  readonly from: number;
  readonly to: number;
  /** Empty: all. */
  readonly kinds: readonly string[];
  /** Patterns with `*` and `?`; empty: all. */
  readonly sources: readonly string[];
  /** Minutes east of UTC that local times without a zone are taken for. */
  readonly zoneMinutes: number;
  /** Those without a place in time, instead of those with one. */
  readonly notPlaced: boolean;
}

/** An event whose row is not read yet. */
export interface EventHead {
  /** As in `TimelineEvent`; 0 for what has no place. */
  readonly at: number;
  readonly row: number;
  readonly entry: number;
  readonly code: number;
  readonly of: ExhibitEvents;
}

/** One class of events, within the bounds. */
interface Part {
  readonly sequence: EventSequence;
  readonly isLocal: boolean;
  /** Added to its instants. */
  readonly shift: number;
  readonly start: number;
  readonly end: number;
}

interface ItemRow extends EventItem {
  readonly path: string;
}

const wantedIs = { no: 0, yes: 1, ask: 2 } as const;
const keptItems = 256;

export class ExhibitEvents {
  readonly label: string;
  readonly #reader: WorkFileReader;
  readonly #has: (itemRow: number) => boolean;
  readonly #kinds: readonly EventKind[];
  readonly #sources: readonly string[];
  /** By code. */
  readonly #wanted: Uint8Array;
  readonly #parts: readonly Part[];
  readonly #unplaced: Part;
  readonly #items = new Map<number, ItemRow>();

  constructor({ label, reader, has }: AnsweredExhibit, bounds: EventBounds) {
    this.label = label;
    this.#reader = reader;
    this.#has = has;
    const { classes, kinds } = eventsOf(reader);
    this.#kinds = kinds;
    this.#sources = bounds.sources.map(fold);
    this.#wanted = Uint8Array.from(kinds, (kind) => this.#isWanted(kind, bounds.kinds));
    const unplaced = classes[eventClass.unplaced]!;
    this.#unplaced = { sequence: unplaced, isLocal: false, shift: 0, start: 0, end: unplaced.length };
    const placed = [eventClass.zoned, eventClass.local].map((part) => {
      const shift = part === eventClass.local ? -bounds.zoneMinutes * 60_000 : 0;
      return partOf(classes[part]!, part === eventClass.local, shift, bounds);
    });
    this.#parts = bounds.notPlaced ? [this.#unplaced] : placed;
  }

  #isWanted({ kind, source }: EventKind, kinds: readonly string[]): number {
    if (kinds.length > 0 && !kinds.includes(kind)) return wantedIs.no;
    if (this.#sources.length === 0) return wantedIs.yes;
    if (source === null) return wantedIs.ask;
    return this.#isSource(source) ? wantedIs.yes : wantedIs.no;
  }

  #isSource(source: string): boolean {
    const folded = fold(source);
    return this.#sources.some((pattern) => matchesWildcard(folded, pattern));
  }

  #holds(columns: EventColumns, index: number): boolean {
    const code = columns.code[index]!;
    const wanted = this.#wanted[code];
    if (wanted === wantedIs.no || !this.#has(columns.item[index]!)) return false;
    return wanted === wantedIs.yes || this.#isSource(this.#dateOf(columns.item[index]!, columns.entry[index]!).source);
  }

  /** How many there are; `items` of this exhibit. */
  counts(): { events: number; items: number; localTimes: number; notPlaced: number } {
    const seen = new RowSet();
    let [events, localTimes] = [0, 0];
    for (const part of this.#parts) {
      for (const { columns, start, end } of part.sequence.stretches(part.start, part.end)) {
        for (let index = start; index < end; index++) {
          if (!this.#holds(columns, index)) continue;
          events += 1;
          if (part.isLocal) localTimes += 1;
          seen.add(columns.item[index]!);
        }
      }
    }
    return { events, items: seen.size, localTimes, notPlaced: this.#countUnplaced() };
  }

  #countUnplaced(): number {
    let count = 0;
    for (const { columns, start, end } of this.#unplaced.sequence.stretches(0, this.#unplaced.end)) {
      for (let index = start; index < end; index++) if (this.#holds(columns, index)) count += 1;
    }
    return count;
  }

  /** Instants in order, of each class apart. */
  instants(): { isLocal: boolean; instants: Iterator<number> }[] {
    return this.#parts.map((part) => ({ isLocal: part.isLocal, instants: this.#instantsOf(part) }));
  }

  *#instantsOf(part: Part): Generator<number> {
    for (const { columns, start, end } of part.sequence.stretches(part.start, part.end)) {
      for (let index = start; index < end; index++) {
        if (this.#holds(columns, index)) yield columns.at(index) + part.shift;
      }
    }
  }

  /** Events in order, of each class apart, behind `after` where that is given. */
  heads(after: EventKey | null): Iterator<EventHead>[] {
    return this.#parts.map((part) => this.#headsOf(part, after === null ? part.start : this.#behind(part, after)));
  }

  *#headsOf(part: Part, from: number): Generator<EventHead> {
    for (const { columns, start, end } of part.sequence.stretches(from, part.end)) {
      for (let index = start; index < end; index++) {
        if (!this.#holds(columns, index)) continue;
        yield this.#head(columns, index, part.shift);
      }
    }
  }

  #head(columns: EventColumns, index: number, shift: number): EventHead {
    const at = columns.at(index) + shift;
    return { at, row: columns.item[index]!, entry: columns.entry[index]!, code: columns.code[index]!, of: this };
  }

  /** The position of the first event behind a key. */
  #behind(part: Part, after: EventKey): number {
    const { sequence, shift, start, end } = part;
    const first = Math.max(start, sequence.positionAt(after.at - shift));
    const last = Math.min(end, sequence.positionAt(after.at - shift + 1));
    return sequence.firstWhere(first, last, (columns, index) => {
      return compareKeys(this.keyOf(this.#head(columns, index, shift)), after) > 0;
    });
  }

  keyOf({ at, row, entry, code }: EventHead): EventKey {
    const { path, id } = this.#item(row);
    const { kind, source } = this.#kinds[code]!;
    return { at, exhibit: this.label, path, id, kind, source: source ?? "", entry };
  }

  /** The event with its date, its item and its cursor. */
  read(head: EventHead, isPlaced: boolean): TimelineEvent {
    const { path, ...item } = this.#item(head.row);
    const { value, source, zone } = this.#dateOf(head.row, head.entry);
    return {
      at: isPlaced ? head.at : null,
      value,
      kind: this.#kinds[head.code]!.kind,
      source,
      zone,
      exhibit: this.label,
      path: fullPath(this.label, path),
      item,
      cursor: writeEventCursor(this.keyOf(head)),
    };
  }

  #dateOf(row: number, entry: number): Pick<TimelineEvent, "value" | "source" | "zone"> {
    const seq = entry >>> 1;
    if (entry % 2 === 1) {
      const [found] = this.#reader.select<{ value: string; source: string }>(
        "SELECT value, source FROM metadata WHERE content = (SELECT content FROM item WHERE id = ?) AND seq = ?",
        [row, seq],
      );
      const { value, source } = this.#reader.stored(() => found!);
      return { value, source, zone: zoneOfDate(value) };
    }
    const [found] = this.#reader.select<{ value: string; source: string; zone: string }>(
      "SELECT value, source, zone FROM item_time WHERE item = ? AND seq = ?",
      [row, seq],
    );
    const { value, source, zone } = this.#reader.stored(() => found!);
    return { value, source, zone: zoneOfTime(value, zone) };
  }

  /** Neighbours in time are often events of one item. */
  #item(row: number): ItemRow {
    const known = this.#items.get(row);
    if (known) return known;
    const [found] = this.#reader.select(
      `SELECT i.key, i.path, i.kind, i.state, i.size, c.type, c.md5,
         coalesce(c.sha256, (SELECT sha256 FROM content WHERE id = i.content)) AS sha256
       FROM ${itemTables} WHERE i.id = ?`,
      [row],
    );
    const item = this.#reader.stored(() => ({
      path: found!["path"] as string,
      id: found!["key"] as string,
      kind: found!["kind"] as string,
      state: found!["state"] as string,
      size: found!["size"] as number | null,
      type: found!["type"] as string | null,
      sha256: hex(found!["sha256"]),
      md5: hex(found!["md5"]),
    }));
    if (this.#items.size >= keptItems) this.#items.clear();
    this.#items.set(row, item);
    return item;
  }
}

function partOf(sequence: EventSequence, isLocal: boolean, shift: number, { from, to }: EventBounds): Part {
  const start = from === -Infinity ? 0 : sequence.positionAt(from - shift);
  const end = to === Infinity ? sequence.length : sequence.positionAt(Math.floor(to - shift) + 1);
  return { sequence, isLocal, shift, start, end };
}

/** Rows of items, one bit each. */
class RowSet {
  size = 0;
  #bits = new Uint8Array(1024);

  add(row: number): void {
    const at = row >>> 3;
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.#bits.length * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    const bit = 1 << (row & 7);
    if ((this.#bits[at]! & bit) !== 0) return;
    this.#bits[at]! |= bit;
    this.size += 1;
  }
}
