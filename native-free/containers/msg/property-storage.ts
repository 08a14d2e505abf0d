/**
 * Properties of a storage of an Outlook message (MS-OXMSG 2.4): values of fixed size in one stream of records of 16 bytes,
 * all others in streams that are named by tag. Where the records are lost, the streams still speak.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { bytes, struct, u16, u32 } from "../../bytes/struct.ts";
import type { Compound, CompoundEntry } from "../../compound/compound.ts";
import {
  decodeFixed,
  decodeString,
  fixedBytes,
  type MapiProperty,
  type MapiValue,
  propertyType,
} from "../../mapi/properties.ts";

const record = struct("msg.property", 16, {
  type: [0, u16],
  id: [2, u16],
  flags: [4, u32],
  value: [8, bytes(8), "or the size of the stream"],
});

const streamName = /^__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})$/i;
/** Values of one property that are kept, and properties of one object. */
const valueLimit = 10_000;
const propertyLimit = 20_000;

export interface StorageReading {
  readonly properties: readonly MapiProperty[];
  /** Properties that could not be read. */
  readonly damaged: number;
}

export interface ReadOptions {
  readonly names: ReadonlyMap<number, string>;
  /** For texts of one byte a character; 0 where it is not known. */
  readonly codePage: number;
  readonly textLimitBytes: number;
}

export function readProperties(compound: Compound, storage: CompoundEntry, options: ReadOptions): StorageReading {
  const streams = new Map<string, CompoundEntry>();
  for (const entry of compound.childrenOf(storage))
    if (entry.kind === "stream") streams.set(entry.name.toLowerCase(), entry);
  const fixed = fixedValues(compound, streams);
  const codePage = options.codePage || pageOf(fixed);
  const found: MapiProperty[] = [];
  let damaged = 0;
  for (const [tag, value] of fixed) {
    const [id, type] = [tag >>> 16, tag & 0xffff];
    found.push({ id, type, value, name: options.names.get(id) ?? null });
  }
  for (const entry of streams.values()) {
    const match = streamName.exec(entry.name);
    if (!match || found.length >= propertyLimit) continue;
    const [id, type] = [Number.parseInt(match[1]!, 16), Number.parseInt(match[2]!, 16)];
    const value = streamValue(compound, streams, entry, type, { ...options, codePage });
    if (value === null) damaged++;
    else found.push({ id, type, value, name: options.names.get(id) ?? null });
  }
  return { properties: found, damaged };
}

/** The header of the records has 32 bytes at the top, 24 in embedded messages, 8 below (2.4.1): 8 more than whole records or none. */
function fixedValues(compound: Compound, streams: ReadonlyMap<string, CompoundEntry>): Map<number, MapiValue> {
  const values = new Map<number, MapiValue>();
  const entry = streams.get("__properties_version1.0");
  if (!entry) return values;
  const source = compound.open(entry);
  const data = readRange(source, 0, Math.min(source.size, 32 + propertyLimit * record.size));
  const cursor = record.cursor();
  for (let at = data.length % record.size; at + record.size <= data.length; at += record.size) {
    const { type, id, value } = cursor.over(data, at);
    const size = fixedBytes(type);
    if (size === 0 || size > 8 || id === 0) continue;
    const decoded = decodeFixed(type, value);
    if (decoded !== null) values.set(((id << 16) | type) >>> 0, decoded);
  }
  return values;
}

/** PidTagMessageCodepage, then PidTagInternetCodepage. */
function pageOf(fixed: ReadonlyMap<number, MapiValue>): number {
  for (const tag of [0x3ffd0003, 0x3fde0003]) {
    const page = fixed.get(tag);
    if (typeof page === "number" && page > 0 && page !== 1200) return page;
  }
  return 0;
}

/** Null where the type has no streams. */
function streamValue(
  compound: Compound,
  streams: ReadonlyMap<string, CompoundEntry>,
  entry: CompoundEntry,
  type: number,
  options: ReadOptions,
): MapiValue | null {
  const source = compound.open(entry);
  if (type === propertyType.binary || type === propertyType.object) return source;
  if (type === propertyType.string8 || type === propertyType.unicode) return textOf(source, type, options);
  if (type === propertyType.guid) return decodeFixed(type, readRange(source, 0, 16));
  if ((type & propertyType.multiple) === 0) return null;
  const single = type & ~propertyType.multiple;
  const size = fixedBytes(single);
  if (size > 0) return fixedList(source, single, size);
  if (single !== propertyType.string8 && single !== propertyType.unicode && single !== propertyType.binary) return null;
  const values: MapiValue[] = [];
  for (let index = 0; index < valueLimit; index++) {
    const stream = streams.get(`${entry.name}-${index.toString(16).padStart(8, "0")}`.toLowerCase());
    if (!stream) break;
    const value = compound.open(stream);
    values.push(single === propertyType.binary ? value : textOf(value, single, options));
  }
  return values;
}

function fixedList(source: ByteSource, type: number, size: number): MapiValue[] {
  const data = readRange(source, 0, Math.min(source.size, valueLimit * size));
  const values: MapiValue[] = [];
  for (let at = 0; at + size <= data.length; at += size) {
    const value = decodeFixed(type, data.subarray(at, at + size));
    if (value !== null) values.push(value);
  }
  return values;
}

function textOf(source: ByteSource, type: number, { codePage, textLimitBytes }: ReadOptions): string {
  return decodeString(type, readRange(source, 0, textLimitBytes), codePage);
}
