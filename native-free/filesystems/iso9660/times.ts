/** Times of directory records, of Rock Ridge and of descriptors: to the second or the hundredth, with the zone that they were taken in. */
import type { ItemTime, TimeKind } from "../../model/item.ts";
import { longTime, shortTime } from "./layouts.ts";

const two = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));
const daysOfMonth = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const short = shortTime.cursor();
const long = longTime.cursor();
/** West and east of Greenwich, in quarters of an hour (ECMA-119, 9.1.5). */
const leastZone = -48;
const mostZone = 52;

const zones = new Map<number, string>();

function zoneText(zone: number): string {
  let text = zones.get(zone);
  if (text === undefined) {
    const minutes = Math.abs(zone) * 15;
    text = zone === 0 ? "Z" : `${zone < 0 ? "-" : "+"}${two[Math.trunc(minutes / 60)]}:${two[minutes % 60]}`;
    zones.set(zone, text);
  }
  return text;
}

function isDay(year: number, month: number, day: number): boolean {
  if (day < 1 || day > (daysOfMonth[month] ?? 0)) return false;
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
}

/** `value` is null where the time is not recorded (`none`), or is none that exists. */
export interface TimeText {
  readonly value: string | null;
  readonly none: boolean;
  readonly utc: boolean;
}

const notRecorded: TimeText = { value: null, none: true, utc: false };
const invalid: TimeText = { value: null, none: false, utc: false };

/** The seven bytes at `at` of the window, which holds them. */
export function shortTimeText(window: Uint8Array, at: number): TimeText {
  const { year, month, day, hour, minute, second, zone } = short.over(window, at);
  if (year === 0 && month === 0 && day === 0 && hour === 0 && minute === 0 && second === 0) return notRecorded;
  if (!isDay(1900 + year, month, day) || hour > 23 || minute > 59 || second > 59) return invalid;
  if (zone < leastZone || zone > mostZone) return invalid;
  const clock = `${two[hour]}:${two[minute]}:${two[second]}`;
  return { value: `${1900 + year}-${two[month]}-${two[day]}T${clock}${zoneText(zone)}`, none: false, utc: zone === 0 };
}

/** The seventeen bytes at `at`. */
export function longTimeText(window: Uint8Array, at: number): TimeText {
  const { digits, zone } = long.over(window, at);
  if (digits === "" || /^[0 ]+$/.test(digits)) return notRecorded;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits);
  if (!parts || zone < leastZone || zone > mostZone) return invalid;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [number, ...number[]];
  if (!isDay(year, month!, day!) || hour! > 23 || minute! > 59 || second! > 59) return invalid;
  const [, y, m, d, h, n, s, c] = parts;
  return { value: `${y}-${m}-${d}T${h}:${n}:${s}.${c}${zoneText(zone)}`, none: false, utc: zone === 0 };
}

export function itemTime(kind: TimeKind, source: string, { value, utc }: TimeText): ItemTime | null {
  return value === null ? null : { kind, value, zone: utc ? "utc" : "offset", source };
}
