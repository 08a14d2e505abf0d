/** Time stamps of ECMA-167 1/7.3: to the microsecond, with the minutes from UTC where they are known. */
import type { ItemTime, TimeKind } from "../../model/item.ts";
import * as layout from "./layouts.ts";

const cursor = layout.timestamp.cursor();
const daysOfMonth = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const noZone = -2047;
const mostMinutes = 24 * 60;

const pad = (value: number, digits = 2): string => String(value).padStart(digits, "0");

export type Stamp = Pick<ItemTime, "value" | "zone">;

/** Null for one that is not recorded (zeros); undefined for one that cannot be. */
export function stampOf(bytes: Uint8Array): Stamp | null | undefined {
  if (bytes.every((byte) => byte === 0)) return null;
  const { zone, year, month, day, hour, minute, second, centiseconds, hundredMicroseconds, microseconds } =
    cursor.over(bytes);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && !isLeap ? 28 : (daysOfMonth[month] ?? 0);
  if (year < 1 || year > 9999 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59) return undefined;
  if (centiseconds > 99 || hundredMicroseconds > 99 || microseconds > 99) return undefined;
  const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}`;
  const value = `${date}.${pad(centiseconds)}${pad(hundredMicroseconds)}${pad(microseconds)}`;
  const minutes = ((zone & 0xfff) ^ 0x800) - 0x800;
  if (zone >>> 12 === 0) return { value: `${value}Z`, zone: "utc" };
  if (minutes === noZone || Math.abs(minutes) > mostMinutes) return { value, zone: "local-unknown" };
  return { value: value + offsetText(minutes), zone: "offset" };
}

function offsetText(minutes: number): string {
  const all = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.trunc(all / 60))}:${pad(all % 60)}`;
}

/** Adds a time to a list; false where there is one that cannot be. */
export function addTime(out: ItemTime[], kind: TimeKind, bytes: Uint8Array, source: string): boolean {
  const stamp = stampOf(bytes);
  if (stamp) out.push({ kind, ...stamp, source });
  return stamp !== undefined;
}
