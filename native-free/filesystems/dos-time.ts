/**
 * Dates and times of MS-DOS (FAT specification 1.03, "Date and Time Formats"), for FAT, which exFAT has taken over: local time of a zone
 * that is not recorded.
 */
import type { ItemTime, TimeKind } from "../model/item.ts";

const two = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));
const daysOfMonth = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Day in bits 0 to 4, month in 5 to 8, years since 1980 above. */
export function isDosDate(date: number): boolean {
  const [year, month, day] = [1980 + (date >>> 9), (date >>> 5) & 15, date & 31];
  if (day < 1 || day > (daysOfMonth[month] ?? 0)) return false;
  // 2100 is the one year of the range that is divisible by 4 and not a leap year.
  return month !== 2 || day < 29 || (year % 4 === 0 && year !== 2100);
}

/** Two-second steps in bits 0 to 4, minute in 5 to 10, hour above. */
export function isDosTime(time: number): boolean {
  return (time & 31) < 30 && ((time >>> 5) & 63) < 60 && time >>> 11 < 24;
}

/** ISO 8601 without zone; `time` null for a source that keeps days only, `hundredths` 0 to 199 null for one with steps of two seconds. */
export function dosTime(
  kind: TimeKind,
  source: string,
  date: number,
  time: number | null,
  hundredths: number | null = null,
): ItemTime | null {
  const day = dayText(date);
  if (day === "" || (time !== null && !isDosTime(time)) || (hundredths ?? 0) > 199) return null;
  if (time === null) return { kind, value: day, zone: "local-unknown", source };
  const second = (time & 31) * 2 + (hundredths === null ? 0 : Math.trunc(hundredths / 100));
  const fraction = hundredths === null ? "" : `.${two[hundredths % 100]}`;
  return { kind, value: `${day}${minuteText(time >>> 5)}${two[second]}${fraction}`, zone: "local-unknown", source };
}

/** Texts made so far: there are 2^16 dates and 2^11 minutes, and volumes use few of them. */
const days: (string | undefined)[] = [];
const minutes: (string | undefined)[] = [];

/** Empty for a date that does not exist. */
function dayText(date: number): string {
  return (days[date] ??= isDosDate(date) ? `${1980 + (date >>> 9)}-${two[(date >>> 5) & 15]}-${two[date & 31]}` : "");
}

function minuteText(minute: number): string {
  return (minutes[minute] ??= `T${two[minute >>> 6]}:${two[minute & 63]}:`);
}
