/** Looks for file records by their signature, all over the volume: to rebuild a lost table, and for what an earlier one has left. */
import { Buffer } from "node:buffer";
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { FileExtent } from "../file-system.ts";
import type { Geometry } from "./geometry.ts";
import * as layout from "./layouts.ts";
import { placeUnit, recordState, repair } from "./records.ts";
import { push } from "./volume.ts";

const windowBytes = 1 << 20;
const signature = Buffer.from("FILE", "latin1");

const header = layout.fileRecord.cursor();
const numbers = layout.recordNumber.cursor();

/** A record that was found; `window` holds it with its fixups applied, until the next one is asked for. */
interface FoundRecord {
  /** Offset in the volume. */
  readonly place: number;
  readonly window: Uint8Array;
  /** As it says itself, from NTFS 3.1 on; else null. */
  readonly number: number | null;
}

/** Records in a stretch of the volume; reads what of it is stored. */
export function* recordsIn(
  source: ByteSource,
  recordBytes: number,
  from: number,
  length: number,
): Generator<FoundRecord> {
  // There may be as many stretches as free clusters: each has a window of its own size.
  const window = Buffer.alloc(Math.max(0, Math.min(windowBytes + recordBytes, length)));
  for (const run of source.runsIn(from, length)) {
    if (run.kind !== "data") continue;
    const end = run.start + run.length;
    for (let start = run.start; start < end; start += windowBytes) {
      const held = source.readInto(window.subarray(0, Math.min(window.length, from + length - start)), start);
      yield* recordsOfWindow(window, held, start, recordBytes);
    }
  }
}

function* recordsOfWindow(window: Buffer, held: number, start: number, recordBytes: number): Generator<FoundRecord> {
  const record = new Uint8Array(recordBytes);
  for (let at = window.indexOf(signature); at >= 0 && at < windowBytes;) {
    const place = start + at;
    let next = at + 1;
    if (place % placeUnit === 0 && at + recordBytes <= held) {
      record.set(window.subarray(at, at + recordBytes));
      if (repair(record, 0, recordBytes) >= recordState.torn && header.over(record).allocated === recordBytes) {
        yield { place, window: record, number: numberOf(record) };
        next = at + recordBytes;
      }
    }
    at = window.indexOf(signature, next);
  }
}

export function numberOf(record: Uint8Array): number | null {
  if (header.over(record).fixupsAt < layout.longHeaderBytes) return null;
  return numbers.over(record, layout.recordNumberAt).number;
}

/** A table put together from all records of the volume that say their number, each at its place; what lies between is missing. */
export function scatteredRecords(source: ByteSource, geometry: Geometry): { records: number; extents: FileExtent[] } {
  const { recordBytes, tableStart } = geometry;
  const most = Math.floor(source.size / recordBytes);
  const places = new Map<number, number>();
  for (const { place, number } of recordsIn(source, recordBytes, 0, source.size)) {
    const index = number ?? (place - tableStart) / recordBytes;
    if (!Number.isInteger(index) || index < 0 || index >= most) continue;
    // Of the first records there is a copy, which counts where nothing else is found.
    const known = places.get(index);
    if (known === undefined || isMirror(geometry, known)) places.set(index, place);
  }
  const extents: FileExtent[] = [];
  let next = 0;
  for (const [index, place] of [...places].sort(([a], [b]) => a - b)) {
    push(extents, null, (index - next) * recordBytes, "missing");
    push(extents, place, recordBytes, "intact");
    next = index + 1;
  }
  return { records: places.size, extents };
}

function isMirror({ mirrorStart, clusterBytes, recordBytes }: Geometry, place: number): boolean {
  return mirrorStart > 0 && place >= mirrorStart && place < mirrorStart + Math.max(clusterBytes, 4 * recordBytes);
}
