/**
 * Binary property lists: objects one behind the other, a table of their offsets, and a trailer that names both. The end is where a table
 * and a trailer stand that fit the objects that were walked. Spec: CFBinaryPList.c (Apple, CF-1153), format `bplist00`.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek } from "../peek.ts";

const headerBytes = 8;
const trailerBytes = 32;
const objectLimit = 1 << 22;

/** Bytes of the trailer from its first: five unused, sort version, size of offsets, of references, three numbers of eight bytes. */
const trailer = { offsetSize: 6, referenceSize: 7, objects: 8, top: 16, table: 24 } as const;

/** Bytes of an object by its marker; references inside of collections count `referenceBytes` each. 0 where there is no object. */
function objectBytes(window: CarveWindow, at: number, referenceBytes: number): number {
  const marker = window.u8(at);
  const [type, low] = [marker >> 4, marker & 15];
  // Null and fill bytes are in the format and in no file: runs of zeros are no objects.
  if (type === 0) return low === 8 || low === 9 ? 1 : 0;
  if (type === 1) return low <= 4 ? 1 + 2 ** low : 0;
  if (type === 2) return low === 2 || low === 3 ? 1 + 2 ** low : 0;
  if (type === 3) return low === 3 ? 9 : 0;
  if (type === 8) return low < 8 ? low + 2 : 0;
  const unit = {
    4: 1,
    5: 1,
    6: 2,
    7: 1,
    10: referenceBytes,
    11: referenceBytes,
    12: referenceBytes,
    13: 2 * referenceBytes,
  }[type];
  if (unit === undefined) return 0;
  if (low !== 15) return 1 + low * unit;
  // Counts above 14 are an integer object of their own.
  const size = window.u8(at + 1);
  if (size >> 4 !== 1 || (size & 15) > 3) return 0;
  const bytes = 2 ** (size & 15);
  let count = 0;
  for (let i = 0; i < bytes; i++) count = count * 256 + window.u8(at + 2 + i);
  return 2 + bytes + count * unit;
}

function numberAt(window: CarveWindow, at: number, bytes: number): number {
  let value = 0;
  for (let i = 0; i < bytes; i++) value = value * 256 + window.u8(at + i);
  return value;
}

/** Whether the first two offsets are those of the first two objects: writers number objects in the order of the file. */
function mayBeTable(window: CarveWindow, at: number, bytes: number, starts: readonly number[]): boolean {
  if (starts.length === 0 || numberAt(window, at, bytes) !== headerBytes) return false;
  return starts.length === 1 || numberAt(window, at + bytes, bytes) === starts[1];
}

/** Whether a table of `count` offsets of `bytes` each stands at `at`, and its trailer behind it. */
function isTable(
  window: CarveWindow,
  start: number,
  at: number,
  count: number,
  bytes: number,
  references: number,
): boolean {
  const end = at + count * bytes;
  if (!window.has(end, trailerBytes)) return false;
  return (
    window.u8(end + trailer.offsetSize) === bytes &&
    window.u8(end + trailer.referenceSize) === references &&
    window.u64be(end + trailer.objects) === count &&
    window.u64be(end + trailer.top) < count &&
    window.u64be(end + trailer.table) === at - start
  );
}

/** Whether every offset of the table is that of an object that was walked. */
function areOffsets(window: CarveWindow, at: number, bytes: number, starts: readonly number[]): boolean {
  const objects = new Set(starts);
  for (let i = 0; i < starts.length; i++) if (!objects.has(numberAt(window, at + i * bytes, bytes))) return false;
  return true;
}

/** Walks objects whose references are of a size, to their table and its trailer; where the file ends, or 0. */
function walk(window: CarveWindow, start: number, references: number): number {
  const starts: number[] = [];
  let at = start + headerBytes;
  while (starts.length < objectLimit) {
    for (const bytes of [1, 2, 3, 4, 8]) {
      if (!mayBeTable(window, at, bytes, starts) || !isTable(window, start, at, starts.length, bytes, references))
        continue;
      if (areOffsets(window, at, bytes, starts)) {
        return at + starts.length * bytes + trailerBytes;
      }
    }
    const length = objectBytes(window, at, references);
    if (length === 0 || !window.has(at, length)) break;
    starts.push(at - start);
    at += length;
  }
  return 0;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  if (head[8] === 0 && head[9] === 0) return null;
  const window = new CarveWindow(source, end);
  for (const references of [1, 2, 4]) {
    const to = walk(window, at, references);
    if (to > 0) return carvedAs("bplist", "complete", to - at);
  }
  return null;
}

export const bplistCarver: Carver = {
  id: "bplist",
  family: "carver",
  name: "Property list (binary)",
  spec: "CFBinaryPList.c (CF-1153)",
  level: "complete",
  kinds: [{ id: "bplist", name: "Property list (binary)", extension: "plist" }],
  signatures: [textSignature("bplist00")],
  limitBytes: 2 ** 30,
  carve,
};
