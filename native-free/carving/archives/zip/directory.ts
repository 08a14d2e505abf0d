/** The central directory of a ZIP archive and the records that end it (APPNOTE 6.3.10, 4.3.12 to 4.3.16). */
import type { CarveWindow } from "../../carve-window.ts";
import { central, end64, endRecord, locator64Bytes, mark, ones32, zip64Field } from "./layouts.ts";

const endMark = Uint8Array.of(0x50, 0x4b, 0x05, 0x06);
const ones16 = 0xffff;
/** Places that fit no member are counted up to here, then the directory is another archive's. */
const mostStrays = 16;

export interface Directory {
  readonly records: number;
  /** Behind the end record and its comment. */
  readonly end: number;
  /** Bytes before the first local header that the offsets count: 0 for an archive that begins where it was asked. */
  readonly shift: number;
  /** Records whose member lies before the beginning. */
  readonly before: number;
  /** Records whose member is not where they say, or has another CRC-32. */
  readonly strays: number;
}

/** Places and CRC-32 of members as the local headers say them. */
export type Members = ReadonlyMap<number, number | null>;

interface Records {
  readonly count: number;
  readonly end: number;
}

/** The directory whose first record is at `at`, of the archive that begins at `start`; null where it does not hold to its end. */
export function readDirectory(
  window: CarveWindow,
  start: number,
  at: number,
  members: Members | null,
): Directory | null {
  const records = stepRecords(window, at);
  if (records === null) return null;
  const ending = readEnding(window, records.end);
  if (ending === null || ending.size !== records.end - at || ending.entries % 0x10000 !== records.count % 0x10000)
    return null;
  const shift = ending.at - (at - start);
  const { before, strays } =
    members === null ? { before: 0, strays: 0 } : compare(window, start, at, shift, records, members);
  return { records: records.count, end: ending.end, shift, before, strays };
}

/** Behind the directory record at `at`. */
function behind(window: CarveWindow, at: number): number {
  const { nameLength, extraLength, commentLength } = central.offsets;
  return (
    at + central.size + window.u16(at + nameLength) + window.u16(at + extraLength) + window.u16(at + commentLength)
  );
}

function stepRecords(window: CarveWindow, start: number): Records | null {
  let at = start;
  let count = 0;
  for (; window.has(at, 4) && window.u32(at) === mark.central; count++) {
    if (!window.has(at, central.size)) return null;
    at = behind(window, at);
  }
  if (window.has(at, 6) && window.u32(at) === mark.digital) at += 6 + window.u16(at + 4);
  return { count, end: at };
}

interface Ending {
  readonly at: number;
  readonly size: number;
  readonly entries: number;
  readonly end: number;
}

function readEnding(window: CarveWindow, directoryEnd: number): Ending | null {
  let at = directoryEnd;
  let wide: { at: number; size: number; entries: number } | null = null;
  if (window.has(at, end64.size) && window.u32(at) === mark.end64) {
    const { directoryAt, directorySize, entries, recordLength } = end64.offsets;
    wide = {
      at: window.u64(at + directoryAt),
      size: window.u64(at + directorySize),
      entries: window.u64(at + entries),
    };
    at += 12 + window.u64(at + recordLength);
    if (!window.has(at, locator64Bytes) || window.u32(at) !== mark.locator64) return null;
    at += locator64Bytes;
  }
  if (!window.has(at, endRecord.size) || window.u32(at) !== mark.end) return null;
  const { directoryAt, directorySize, entries, commentLength } = endRecord.offsets;
  const end = at + endRecord.size + window.u16(at + commentLength);
  if (end > window.end) return null;
  const narrow = {
    at: window.u32(at + directoryAt),
    size: window.u32(at + directorySize),
    entries: window.u16(at + entries),
  };
  return {
    at: wide !== null && narrow.at === ones32 ? wide.at : narrow.at,
    size: wide !== null && narrow.size === ones32 ? wide.size : narrow.size,
    entries: wide !== null && narrow.entries === ones16 ? wide.entries : narrow.entries,
    end,
  };
}

function compare(
  window: CarveWindow,
  start: number,
  directoryAt: number,
  shift: number,
  records: Records,
  members: Members,
): { before: number; strays: number } {
  let before = 0;
  let strays = 0;
  for (let at = directoryAt, i = 0; i < records.count && strays < mostStrays; i++, at = behind(window, at)) {
    const place = start + headerPlace(window, at) - shift;
    if (place < start) {
      before++;
      continue;
    }
    const crc = members.get(place);
    if (crc === undefined || (crc !== null && crc !== window.u32(at + central.offsets.crc))) strays++;
  }
  return { before, strays };
}

function headerPlace(window: CarveWindow, at: number): number {
  const { headerAt, nameLength, packed, size } = central.offsets;
  const narrow = window.u32(at + headerAt);
  if (narrow !== ones32) return narrow;
  const from = at + central.size + window.u16(at + nameLength);
  const to = from + window.u16(at + central.offsets.extraLength);
  const skipped = (window.u32(at + size) === ones32 ? 8 : 0) + (window.u32(at + packed) === ones32 ? 8 : 0);
  for (let field = from; field + 4 <= to; field += 4 + window.u16(field + 2)) {
    if (window.u16(field) === zip64Field) return window.u64(field + 4 + skipped);
  }
  return narrow;
}

/** An end record and the directory that it names. */
export interface FoundEnd {
  readonly endAt: number;
  /** From the beginning of the archive. */
  readonly directoryAt: number;
  readonly directorySize: number;
}

/** The first end record at or behind `from` and before `to`; the ZIP64 form in front of it wins. */
export function findEnd(window: CarveWindow, from: number, to: number): FoundEnd | null {
  for (let at = window.find(endMark, from, to); at >= 0; at = window.find(endMark, at + 4, to)) {
    if (!window.has(at, endRecord.size)) return null;
    const directorySize = window.u32(at + endRecord.offsets.directorySize);
    const directoryAt = window.u32(at + endRecord.offsets.directoryAt);
    if (directorySize < central.size || directoryAt === ones32 || window.u16(at + endRecord.offsets.disk) !== 0)
      continue;
    if (at >= directorySize && window.u32(at - directorySize) === mark.central)
      return { endAt: at, directoryAt, directorySize };
  }
  return null;
}
