/**
 * Binary property lists, version 00 (Apple's CFBinaryPList.c documents the layout): every value that the top object leads to,
 * then values that nothing leads to. Not supported: versions 15 to 17, which only pass between programs.
 */
import type { Buffer } from "node:buffer";
import { wideBe } from "../../bytes/field-types.ts";
import { struct, u8 } from "../../bytes/struct.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { ValueSink } from "./value-sink.ts";

/** Seconds from 1970 to 2001, where dates begin. */
const EPOCH_SECONDS = 978_307_200;
const MARKER_BYTES = 8;
const TRAILER_BYTES = 32;

const trailer = struct("plist.Trailer", TRAILER_BYTES, {
  offsetBytes: [6, u8, "bytes of an offset in the table"],
  refBytes: [7, u8, "bytes of a reference to an object"],
  count: [8, wideBe, "objects"],
  top: [16, wideBe, "number of the object that holds all others"],
  tableAt: [24, wideBe, "byte offset of the table of offsets"],
});

export interface Objects {
  readonly bytes: Buffer;
  readonly count: number;
  readonly top: number;
  readonly refBytes: number;
  readonly offsetBytes: number;
  readonly tableAt: number;
}

/** Where a value lies: marker's high and low half, first byte of the payload, number of bytes or elements. */
interface Place {
  readonly kind: number;
  readonly low: number;
  readonly at: number;
  readonly count: number;
}

/** Throws EvidenceError `document/damaged` where the trailer does not fit the file. */
export function openObjects(bytes: Buffer): Objects {
  const at = bytes.length - TRAILER_BYTES;
  if (at < MARKER_BYTES) throw damaged("trailer");
  const { offsetBytes, refBytes, count, top, tableAt } = trailer.cursor().over(bytes, at);
  const fits = offsetBytes >= 1 && offsetBytes <= 8 && refBytes >= 1 && refBytes <= 8;
  if (!fits || tableAt < MARKER_BYTES || tableAt + count * offsetBytes > at || top >= count) throw damaged("trailer");
  return { bytes, offsetBytes, refBytes, count, top, tableAt };
}

function damaged(problem: string): EvidenceError {
  return new EvidenceError("document/damaged", { format: "bplist", problem });
}

type Step = { readonly ref: number; readonly key: number } | "close";
const NO_KEY = -1;

/** Gives all values to the sink; true where some of them could not be read. `isFull` ends it early. */
export function walkObjects(objects: Objects, sink: ValueSink, isFull: () => boolean): boolean {
  const seen = new Uint8Array(objects.count);
  let isDamaged = walkFrom(objects, objects.top, seen, sink, isFull);
  sink.leaveTree();
  for (let ref = 0; ref < objects.count && !isFull(); ref++) {
    if (seen[ref] === 0 && walkFrom(objects, ref, seen, sink, isFull)) isDamaged = true;
  }
  return isDamaged;
}

function walkFrom(objects: Objects, top: number, seen: Uint8Array, sink: ValueSink, isFull: () => boolean): boolean {
  const left: Step[] = [{ ref: top, key: NO_KEY }];
  let isDamaged = false;
  for (let step = left.pop(); step !== undefined && !isFull(); step = left.pop()) {
    if (step === "close") {
      sink.close();
      continue;
    }
    if (step.key !== NO_KEY) {
      seen[step.key] = 1;
      sink.key(stringOf(objects, step.key) ?? "");
    }
    const place = placeOf(objects, step.ref);
    const wasSeen = seen[step.ref] === 1;
    seen[step.ref] = 1;
    if (!place) isDamaged = true;
    else if (place.kind >= 0xa) {
      // A list that holds itself, or is held many times, is given once.
      if (!wasSeen) openList(objects, place, sink, left);
    } else giveValue(objects, place, sink);
  }
  while (left.length > 0) if (left.pop() === "close") sink.close();
  return isDamaged;
}

function openList(objects: Objects, { kind, at, count }: Place, sink: ValueSink, left: Step[]): void {
  const { refBytes } = objects;
  const isDictionary = kind === 0xd;
  sink.open(isDictionary);
  left.push("close");
  for (let index = count - 1; index >= 0; index--) {
    const key = isDictionary ? intAt(objects, at + index * refBytes, refBytes) : NO_KEY;
    const ref = intAt(objects, at + (isDictionary ? count + index : index) * refBytes, refBytes);
    if (ref < objects.count && key < objects.count) left.push({ ref, key });
  }
}

/** Null where the object does not lie inside the file. */
function placeOf(objects: Objects, ref: number): Place | null {
  const { bytes, tableAt, offsetBytes, refBytes } = objects;
  const start = intAt(objects, tableAt + ref * offsetBytes, offsetBytes);
  if (start < MARKER_BYTES || start >= tableAt) return null;
  const marker = bytes.readUInt8(start);
  const [kind, low] = [marker >> 4, marker & 0xf];
  let [at, count] = [start + 1, low];
  if (kind >= 4 && low === 0xf && kind !== 8) {
    const size = 1 << (bytes.readUInt8(at) & 0x3);
    if (bytes.readUInt8(at) >> 4 !== 1 || at + 1 + size > tableAt) return null;
    count = intAt(objects, at + 1, size);
    at += 1 + size;
  }
  const unit = kind === 0xd ? 2 * refBytes : kind >= 0xa ? refBytes : kind === 6 ? 2 : 1;
  const length = kind < 4 ? 1 << Math.min(low, 4) : kind === 8 ? low + 1 : count * unit;
  return kind > 0 && at + length > tableAt ? null : { kind, low, at, count: kind < 4 || kind === 8 ? length : count };
}

function intAt({ bytes }: Objects, at: number, size: number): number {
  if (size <= 6) return bytes.readUIntBE(at, size);
  return Number(BigInt(`0x${bytes.toString("hex", at, at + size)}`));
}

function giveValue(objects: Objects, place: Place, sink: ValueSink): void {
  const { bytes } = objects;
  const { kind, low, at, count } = place;
  if (kind === 0) sink.value(low === 8 ? "false" : low === 9 ? "true" : "");
  else if (kind === 1) sink.value(integerOf(bytes, at, count));
  else if (kind === 2)
    sink.value(String(count === 4 ? bytes.readFloatBE(at) : count === 8 ? bytes.readDoubleBE(at) : ""));
  else if (kind === 3) sink.value(dateOf(bytes.readDoubleBE(at)));
  else if (kind === 4) sink.data(bytes.subarray(at, at + count));
  else if (kind === 5 || kind === 6) sink.value(textOf(bytes, place));
  // 8: a number that leads to another object of an archive; it says nothing by itself.
}

/** Eight bytes are signed; sixteen hold what is too large for that. */
function integerOf(bytes: Buffer, at: number, size: number): string {
  if (size === 8) return bytes.readBigInt64BE(at).toString();
  if (size === 16) return BigInt(`0x${bytes.toString("hex", at, at + size)}`).toString();
  return String(bytes.readUIntBE(at, size));
}

function dateOf(seconds: number): string {
  const date = new Date((seconds + EPOCH_SECONDS) * 1000);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(/\.000Z$/, "Z");
}

function textOf(bytes: Buffer, { kind, at, count }: Place): string {
  if (kind === 5) return bytes.toString("latin1", at, at + count);
  return new TextDecoder("utf-16be").decode(bytes.subarray(at, at + count * 2));
}

function stringOf(objects: Objects, ref: number): string | null {
  const place = placeOf(objects, ref);
  return place && (place.kind === 5 || place.kind === 6) ? textOf(objects.bytes, place) : null;
}
