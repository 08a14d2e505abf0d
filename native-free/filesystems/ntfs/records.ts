/** Records of the master file table: windows of it with fixups applied, one record at a time under the cursor. */
import { Buffer } from "node:buffer";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { applyFixups } from "./fixup.ts";
import * as layout from "./layouts.ts";

/** What stands in the place of a record. All from `torn` on can be read. */
export const recordState = { blank: 0, garbage: 1, torn: 2, whole: 3 } as const;

const windowBytes = 1 << 20;
/** Single records that are kept: parents, continuations. */
const mostSlots = 64;
const fewestSlots = 8;
/** Records between two that are looked at, and how many such steps before a window is worth reading. */
const shortStep = 64;
const enoughSteps = 8;
/** Places of records outside of the table are multiples of this. */
export const placeUnit = 512;

const head = layout.multiSector.cursor();
const header = layout.fileRecord.cursor();

/** Number under which a record that lies at an offset of the volume is read; those of the table are their own numbers. */
export const placedNumber = (offset: number): number => -1 - offset / placeUnit;
export const placeOfNumber = (number: number): number => (-1 - number) * placeUnit;

export class Records {
  readonly recordBytes: number;
  readonly count: number;
  readonly table: ByteSource;
  readonly volume: ByteSource;
  /** The current record: `recordBytes` bytes at `offset`. They hold until the next call of `at` or `scan`. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The same memory. */
  text: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  offset = 0;
  /** By number: offsets of the volume of records that are read from elsewhere, since the place in the table is damaged. */
  readonly replaced = new Map<number, number>();
  readonly #window: Uint8Array;
  readonly #windowText: Buffer;
  readonly #windowView: DataView;
  readonly #states: Uint8Array;
  #first = 0;
  #end = 0;
  #last = -1;
  #shortSteps = 0;
  readonly #slots: Uint8Array;
  readonly #slotText: Buffer;
  readonly #slotView: DataView;
  readonly #slotNumbers: Float64Array;
  readonly #slotStates: Uint8Array;

  constructor(volume: ByteSource, table: ByteSource, recordBytes: number) {
    this.volume = volume;
    this.table = table;
    this.recordBytes = recordBytes;
    this.count = Math.floor(table.size / recordBytes);
    const size = Math.max(recordBytes, Math.min(windowBytes, this.count * recordBytes));
    this.#window = new Uint8Array(size);
    this.#windowText = Buffer.from(this.#window.buffer);
    this.#windowView = new DataView(this.#window.buffer);
    this.#states = new Uint8Array(size / recordBytes);
    const slots = Math.min(mostSlots, Math.max(fewestSlots, this.count));
    this.#slots = new Uint8Array(slots * recordBytes);
    this.#slotNumbers = new Float64Array(slots).fill(Number.NaN);
    this.#slotStates = new Uint8Array(slots);
    this.#slotText = Buffer.from(this.#slots.buffer);
    this.#slotView = new DataView(this.#slots.buffer);
  }

  /** Makes a record current, of the table or (negative) outside of it. Returns its `recordState`. */
  at(number: number): number {
    if (number >= this.#first && number < this.#end) {
      this.bytes = this.#window;
      this.text = this.#windowText;
      this.view = this.#windowView;
      this.offset = (number - this.#first) * this.recordBytes;
      return this.#states[number - this.#first]!;
    }
    return this.#single(number);
  }

  /** The same for walks in the order of numbers: reads a window from the number on. */
  scan(number: number): number {
    if (number >= this.count) return recordState.blank;
    if (number < this.#first || number >= this.#end) this.#load(number);
    return this.at(number);
  }

  /** The same for walks that go upward in short steps at most times: a window is read where the last steps were short. */
  follow(number: number): number {
    const step = number - this.#last;
    this.#shortSteps = step > 0 && step <= shortStep ? this.#shortSteps + 1 : 0;
    this.#last = number;
    return this.#shortSteps < enoughSteps ? this.at(number) : this.scan(number);
  }

  /** Offset of the volume where a record is read from; null where it is in the table. */
  placeOf(number: number): number | null {
    return number < 0 ? placeOfNumber(number) : (this.replaced.get(number) ?? null);
  }

  #load(number: number): void {
    const { recordBytes } = this;
    this.#first = number;
    this.#end = Math.min(this.count, number + this.#window.length / recordBytes);
    const count = this.#end - number;
    this.table.readInto(
      count * recordBytes === this.#window.length ? this.#window : this.#window.subarray(0, count * recordBytes),
      number * recordBytes,
    );
    for (let i = 0; i < count; i++) {
      const place = this.replaced.size > 0 ? this.replaced.get(number + i) : undefined;
      if (place !== undefined)
        this.volume.readInto(this.#window.subarray(i * recordBytes, (i + 1) * recordBytes), place);
      this.#states[i] = repair(this.#window, i * recordBytes, recordBytes);
    }
  }

  #single(number: number): number {
    const slot = Math.abs(number) % this.#slotNumbers.length;
    this.bytes = this.#slots;
    this.text = this.#slotText;
    this.view = this.#slotView;
    this.offset = slot * this.recordBytes;
    if (this.#slotNumbers[slot] === number) return this.#slotStates[slot]!;
    const target = this.#slots.subarray(this.offset, this.offset + this.recordBytes);
    target.fill(0);
    const place = this.placeOf(number);
    if (place !== null) this.volume.readInto(target, place);
    else if (number < this.count) this.table.readInto(target, number * this.recordBytes);
    this.#slotNumbers[slot] = number;
    return (this.#slotStates[slot] = repair(this.#slots, this.offset, this.recordBytes));
  }
}

/** Applies the fixups of what is a record, also where its signature is damaged; returns what it is. */
export function repair(window: Uint8Array, at: number, length: number): number {
  const { signature } = head.over(window, at);
  if (signature === layout.fileSignature) {
    const state = isPlausible(window, at, length) ? applyFixups(window, at, length) : "none";
    if (state === "none") return isPlausible(window, at, length) ? recordState.torn : recordState.garbage;
    return state === "whole" ? recordState.whole : recordState.torn;
  }
  if (signature === 0 && header.over(window, at).used === 0) return recordState.blank;
  if (!isPlausible(window, at, length) || header.allocated !== length) return recordState.garbage;
  return applyFixups(window, at, length) === "none" ? recordState.garbage : recordState.torn;
}

function isPlausible(window: Uint8Array, at: number, length: number): boolean {
  const { firstAttribute } = header.over(window, at);
  return firstAttribute >= layout.fileRecord.size && firstAttribute <= length - 8;
}
