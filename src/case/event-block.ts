/**
 * Events in columns: as they are gathered, sorted and stored. An event is four numbers: when (milliseconds since 1970 UTC),
 * whose (row of the item), which of its dates (`entry`), and a code for kind and source.
 *
 * `entry` is 2 × seq of `item_time`, or 2 × seq of `metadata` + 1. A stored block is zstd over the columns one after another,
 * little-endian: lower 32 bits of the instant counted from `bias`, its upper bits (16), item (32), entry (32), code (16).
 */
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { firstInstant } from "./event-time.ts";

/** Events of a block: some tens of kilobytes as stored. */
export const blockEvents = 8192;
/** An offset can lead to the day before the first one. */
const bias = firstInstant - 86_400_000;
const twoTo32 = 2 ** 32;
const bytesPerEvent = 4 + 2 + 4 + 4 + 2;

/** Columns with room for `capacity` events, of which `count` are there. */
export class EventColumns {
  count = 0;
  low: Uint32Array;
  high: Uint16Array;
  item: Uint32Array;
  entry: Uint32Array;
  code: Uint16Array;

  constructor(capacity: number) {
    this.low = new Uint32Array(capacity);
    this.high = new Uint16Array(capacity);
    this.item = new Uint32Array(capacity);
    this.entry = new Uint32Array(capacity);
    this.code = new Uint16Array(capacity);
  }

  get capacity(): number {
    return this.low.length;
  }

  at(index: number): number {
    return this.high[index]! * twoTo32 + this.low[index]! + bias;
  }

  /** The caller sees to the room. `at` is a whole number of milliseconds. */
  push(at: number, item: number, entry: number, code: number): void {
    const index = this.count++;
    const since = at - bias;
    this.low[index] = since % twoTo32;
    this.high[index] = since / twoTo32;
    this.item[index] = item;
    this.entry[index] = entry;
    this.code[index] = code;
  }

  copyFrom(other: EventColumns, index: number): void {
    const to = this.count++;
    this.low[to] = other.low[index]!;
    this.high[to] = other.high[index]!;
    this.item[to] = other.item[index]!;
    this.entry[to] = other.entry[index]!;
    this.code[to] = other.code[index]!;
  }

  /** Puts other events in the place of `count` ones from `start` on, in the given order of these. */
  reorder(start: number, order: readonly number[]): void {
    const columns = [this.low, this.high, this.item, this.entry, this.code];
    for (const column of columns) {
      const values = order.map((from) => column[from]!);
      column.set(values, start);
    }
  }

  grow(capacity: number): void {
    const grown = new EventColumns(capacity);
    for (const name of ["low", "high", "item", "entry", "code"] as const) grown[name].set(this[name]);
    Object.assign(this, { low: grown.low, high: grown.high, item: grown.item, entry: grown.entry, code: grown.code });
  }

  /** The numbers of the events by time, then by the `rank` of their item, else as they came. */
  sorted(rank: Uint32Array): Uint32Array {
    const ranks = new Uint32Array(this.count);
    for (let i = 0; i < this.count; i++) ranks[i] = rank[this.item[i]!]!;
    let order = Uint32Array.from({ length: this.count }, (_, i) => i);
    for (const [values, shift] of [
      [ranks, 0],
      [ranks, 16],
      [this.low, 0],
      [this.low, 16],
      [this.high, 0],
    ] as const) {
      order = sortedByDigit(order, values, shift);
    }
    return order;
  }
}

/** One step of a radix sort: stable by 16 bits of `values`. */
function sortedByDigit(
  order: Uint32Array<ArrayBuffer>,
  values: Uint32Array | Uint16Array,
  shift: number,
): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(65_537);
  for (let i = 0; i < order.length; i++) starts[((values[i]! >>> shift) & 0xffff) + 1]!++;
  // All alike: the order stays.
  if (order.length > 0 && starts[((values[0]! >>> shift) & 0xffff) + 1] === order.length) return order;
  for (let digit = 1; digit < 65_537; digit++) starts[digit]! += starts[digit - 1]!;
  const next = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const from = order[i]!;
    const digit = (values[from]! >>> shift) & 0xffff;
    next[starts[digit]!++] = from;
  }
  return next;
}

/** `count` events from `start` on, as stored. */
export function packEvents(columns: EventColumns, start: number, count: number): Buffer {
  const end = start + count;
  const parts = [columns.low, columns.high, columns.item, columns.entry, columns.code].map((column) => {
    const part = column.subarray(start, end);
    return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  });
  return zstdCompressSync(Buffer.concat(parts, count * bytesPerEvent));
}

/** The events of a block of `count`. Throws where it does not hold them. */
export function unpackEvents(data: Uint8Array, count: number): EventColumns {
  const bytes = zstdDecompressSync(data, { maxOutputLength: Math.max(1, count * bytesPerEvent) });
  if (bytes.length !== count * bytesPerEvent) throw new Error("a block of events has another length than it says");
  const columns = new EventColumns(count);
  let at = 0;
  for (const column of [columns.low, columns.high, columns.item, columns.entry, columns.code]) {
    new Uint8Array(column.buffer).set(bytes.subarray(at, at + column.byteLength));
    at += column.byteLength;
  }
  columns.count = count;
  return columns;
}
