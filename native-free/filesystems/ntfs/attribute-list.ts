/** Attributes of a file whose record has no room for them: the list says which further records hold the rest. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { readRange } from "../../bytes/byte-source.ts";
import { ExtentSource } from "../extent-source.ts";
import { readAttributes, valueBytes, type Attribute } from "./attributes.ts";
import type { Geometry } from "./geometry.ts";
import * as layout from "./layouts.ts";
import { recordState, type Records } from "./records.ts";
import { streamsOf } from "./streams.ts";
import { extentsOfRuns } from "./volume.ts";

/** Windows ends lists at 256 KiB. */
const mostListBytes = 4 << 20;

const header = layout.fileRecord.cursor();
const entry = layout.listEntry.cursor();
const two32 = 2 ** 32;

/** What became of the continuation records of a file. */
export interface Continuation {
  /** Records that the list names and that continue this file. */
  readonly records: readonly number[];
  /** Records that it names and that do not, or no longer. */
  readonly missing: number;
  /** The list itself is damaged. */
  readonly damaged: boolean;
}

/**
 * Appends the attributes of the records that the attribute list among `attributes` names. Each must say that it continues record `number`
 * with `sequence`, so that no list can lead in a circle. Null where there is no list.
 */
export function readContinuations(
  source: ByteSource,
  geometry: Geometry,
  records: Records,
  base: { readonly number: number; readonly sequence: number; readonly inUse: boolean },
  attributes: Attribute[],
): Continuation | null {
  const own = attributes.filter(({ type }) => type === layout.type.attributeList);
  if (own.length === 0) return null;
  const list = listBytes(source, geometry, records, own);
  const [seen, used] = [new Set<number>([base.number]), [] as number[]];
  let missing = 0;
  let at = 0;
  while (at + layout.listEntry.size <= list.length) {
    const { length, recordLow, recordHigh, sequence } = entry.over(list, at);
    if (length < layout.listEntry.size) break;
    const number = recordHigh * two32 + recordLow;
    at += length;
    if (seen.has(number)) continue;
    seen.add(number);
    if (!continues(records, number, sequence, base)) missing++;
    else {
      readAttributes(records, number, attributes);
      used.push(number);
    }
  }
  const rest = list.subarray(at);
  return { records: used, missing, damaged: list.length === 0 || rest.some((byte) => byte !== 0) };
}

/** The sequence of a record is raised when it is freed. */
export function isSequence(stored: number, wanted: number, inUse: boolean): boolean {
  return wanted === 0 || stored === wanted || (!inUse && stored === ((wanted + 1) & 0xffff));
}

function continues(
  records: Records,
  number: number,
  sequence: number,
  base: { readonly number: number; readonly sequence: number; readonly inUse: boolean },
): boolean {
  if (number >= records.count || records.at(number) < recordState.torn) return false;
  const { baseLow, baseHigh, baseSequence, flags, sequence: stored } = header.over(records.bytes, records.offset);
  const inUse = (flags & layout.recordFlag.inUse) !== 0;
  if (baseHigh * two32 + baseLow !== base.number || (base.inUse && !inUse)) return false;
  return isSequence(base.sequence, baseSequence, base.inUse) && isSequence(stored, sequence, inUse);
}

function listBytes(source: ByteSource, geometry: Geometry, records: Records, own: readonly Attribute[]): Uint8Array {
  if (!own[0]!.nonResident) return valueBytes(records, own[0]!);
  const { runs, size, written } = streamsOf(records, own, layout.type.attributeList, geometry.clusterBytes)[0]!;
  const bytes = Math.min(size, mostListBytes);
  return readRange(new ExtentSource(source, extentsOfRuns(geometry, runs, bytes, written)), 0, bytes);
}
