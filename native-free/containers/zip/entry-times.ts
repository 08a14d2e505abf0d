/**
 * Times of ZIP entries: MS-DOS date and time (APPNOTE 4.4.6), extended timestamp 0x5455, Unix 0x5855 (Info-ZIP
 * extrafld.txt) and NTFS 0x000a (APPNOTE 4.5.5). Full precision; MS-DOS times have no zone.
 */
import { Buffer } from "node:buffer";
import type { ItemTime, TimeKind } from "../../model/item.ts";

/** Midnight of 1980-01-01 is what writers put where they know no time: the smallest date that the format can hold. */
const DOS_NO_DATE = 0x0021;

export interface ExtraField {
  readonly id: number;
  readonly data: Uint8Array;
}

/** Extra fields as far as they are well-formed; `damaged` where one is longer than what is left. */
export function parseExtras(bytes: Uint8Array): { fields: ExtraField[]; damaged: boolean } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields: ExtraField[] = [];
  let at = 0;
  while (at + 4 <= view.length) {
    const length = view.readUInt16LE(at + 2);
    if (at + 4 + length > view.length) return { fields, damaged: true };
    fields.push({ id: view.readUInt16LE(at), data: view.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return { fields, damaged: false };
}

/** All times that headers and extra fields give; a local extra field wins over the same one of the directory. */
export function readTimes(
  date: number,
  time: number,
  extras: readonly ExtraField[],
): { times: ItemTime[]; invalid: boolean } {
  const isUnset = time === 0 && (date === 0 || date === DOS_NO_DATE);
  const dos = isUnset ? null : readDosTime(date, time);
  const times: ItemTime[] = dos ? [dos] : [];
  const seen = new Set<number>();
  for (const { id, data } of extras) {
    if (seen.has(id)) continue;
    const bytes = Buffer.from(data);
    const found = id === 0x5455 ? readUt(bytes) : id === 0x5855 ? readUx(bytes) : id === 0x000a ? readNtfs(bytes) : [];
    if (found.length > 0) seen.add(id);
    times.push(...found);
  }
  return { times, invalid: dos === null && !isUnset };
}

/** Null where the numbers are no date; two-second steps, no zone. */
function readDosTime(date: number, time: number): ItemTime | null {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  const [hour, minute, second] = [time >> 11, (time >> 5) & 63, (time & 31) * 2];
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59) return null;
  const two = (value: number): string => String(value).padStart(2, "0");
  const value = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
  return { kind: "m", value, zone: "local-unknown", source: "zip" };
}

function unixTime(kind: TimeKind, seconds: number, source: string): ItemTime {
  const value = new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  return { kind, value, zone: "utc", source };
}

/** Flags, then 32-bit seconds; the directory's copy has the flags of all but only the modification time. */
function readUt(bytes: Buffer): ItemTime[] {
  const kinds: TimeKind[] = ["m", "a", "b"];
  const times: ItemTime[] = [];
  let at = 1;
  for (const [bit, kind] of kinds.entries()) {
    if (bytes.length < 1 || ((bytes[0] ?? 0) & (1 << bit)) === 0 || at + 4 > bytes.length) continue;
    times.push(unixTime(kind, bytes.readInt32LE(at), "zip-ut"));
    at += 4;
  }
  return times;
}

function readUx(bytes: Buffer): ItemTime[] {
  if (bytes.length < 8) return [];
  return [unixTime("a", bytes.readInt32LE(0), "zip-ux"), unixTime("m", bytes.readInt32LE(4), "zip-ux")];
}

function readNtfs(bytes: Buffer): ItemTime[] {
  let at = 4;
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt16LE(at + 2);
    if (bytes.readUInt16LE(at) === 1 && length >= 24 && at + 28 <= bytes.length) {
      const kinds: TimeKind[] = ["m", "a", "b"];
      return kinds.flatMap((kind, index) => fileTime(kind, bytes.readBigUInt64LE(at + 4 + index * 8)));
    }
    at += 4 + length;
  }
  return [];
}

/** 100 ns since 1601; zero means absent, and what lies beyond the year 9999 cannot be written in ISO 8601. */
function fileTime(kind: TimeKind, ticks: bigint): ItemTime[] {
  const seconds = Number(ticks / 10_000_000n) - 11_644_473_600;
  if (ticks === 0n || seconds > 253_402_300_799) return [];
  const digits = String(ticks % 10_000_000n).padStart(7, "0");
  const value = new Date(seconds * 1000).toISOString().replace(".000Z", `.${digits}Z`);
  return [{ kind, value, zone: "utc", source: "ntfs-extra" }];
}
