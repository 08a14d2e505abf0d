/** Times of evidence on one scale: seconds since 1970 in UTC, for filters and body files. */
import { secondsOfUnixTime } from "../../../native-free/filesystems/unix-time.ts";
import type { ItemTime } from "../../../native-free/model/item.ts";
import { browseSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { flagText, type FlagValues } from "../command.ts";

/** What local times of an unknown zone are taken for. */
export interface AssumedZone {
  /** `UTC`, `+02:00`. */
  readonly text: string;
  /** Seconds east of UTC. */
  readonly offset: number;
  /** Whether the officer said so. */
  readonly given: boolean;
}

/** `--zone +02:00`. Throws OperatorError. */
export function zoneOf(flags: FlagValues): AssumedZone {
  const text = flagText(flags, "zone");
  if (text === null) return { text: "UTC", offset: 0, given: false };
  if (/^(utc|z)$/i.test(text)) return { text: "UTC", offset: 0, given: true };
  const [, sign, hours = "", minutes = "00"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text) ?? [];
  if (sign === undefined || Number(hours) > 14 || Number(minutes) > 59) {
    throw new OperatorError("usage/zone", browseSays.badZone(text));
  }
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === "-" ? -1 : 1);
  return { text: `${sign}${hours}:${minutes}`, offset, given: true };
}

const digitsAt = (text: string, at: number, count: number): number => {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + text.charCodeAt(i) - 48;
  return value;
};

let lastDay = "";
let lastDaySeconds = 0;

/** Seconds with their fraction; null for a value that is no time (which a reader would have told as a finding). */
export function secondsOf(time: Pick<ItemTime, "value" | "zone">, assumed: AssumedZone): number | null {
  const known = secondsOfUnixTime(time);
  if (known !== null) return known;
  const { value, zone } = time;
  const plain = value.charCodeAt(4) === 0x2d && (value.length === 10 || value.charCodeAt(10) === 0x54);
  if (!plain || zone === "offset") {
    const parsed = Date.parse(value);
    return Number.isNaN(parsed) ? null : parsed / 1000;
  }
  const day = value.slice(0, 10);
  if (day !== lastDay) {
    lastDaySeconds = Date.UTC(2000, digitsAt(day, 5, 2) - 1, digitsAt(day, 8, 2)) / 1000 + yearShift(day);
    lastDay = day;
  }
  let seconds = lastDaySeconds;
  if (value.length > 10) {
    seconds += digitsAt(value, 11, 2) * 3600 + digitsAt(value, 14, 2) * 60 + digitsAt(value, 17, 2);
    if (value.charCodeAt(19) === 0x2e) seconds += Number.parseFloat(value.slice(19)) || 0;
  }
  if (Number.isNaN(seconds)) return null;
  return zone === "local-unknown" ? seconds - assumed.offset : seconds;
}

/** Seconds between a day and the day of the same name in the year 2000, of which leap days make a difference. */
function yearShift(day: string): number {
  const [year, month, date] = [digitsAt(day, 0, 4), digitsAt(day, 5, 2), digitsAt(day, 8, 2)];
  const real = new Date(0).setUTCFullYear(year, month - 1, date);
  return (real - Date.UTC(2000, month - 1, date)) / 1000;
}

export interface Interval {
  /** Seconds; both are in it. */
  readonly from: number;
  readonly to: number;
}

/** `--from` and `--to`; null where neither is given. A day is meant from its first to its last second. Throws OperatorError. */
export function intervalOf(flags: FlagValues, assumed: AssumedZone): Interval | null {
  const from = flagText(flags, "from");
  const to = flagText(flags, "to");
  if (from === null && to === null) return null;
  return {
    from: from === null ? -Infinity : instantOf("from", from, assumed)[0],
    to: to === null ? Infinity : instantOf("to", to, assumed)[1],
  };
}

const written = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:\d{2})?)?$/i;

/** First and last second that are meant. What says no zone is in the one that local times are taken for. */
function instantOf(flag: string, text: string, assumed: AssumedZone): [first: number, last: number] {
  const [, year, month, day, hour, minute, second, zone] = written.exec(text) ?? [];
  const iso = `${year}-${month}-${day}T${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}${zone ?? "Z"}`;
  const at = Date.parse(iso.toUpperCase()) / 1000;
  // Date.parse takes the 31st of a short month for the 1st of the next.
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  if (year === undefined || Number.isNaN(at) || !isDay) {
    throw new OperatorError("usage/date", browseSays.badDate(flag, text));
  }
  const first = zone === undefined ? at - assumed.offset : at;
  const span = hour === undefined ? 86_400 : second === undefined ? 60 : 1;
  return [first, first + span - Number.EPSILON * 2 ** 32];
}

/** ISO 8601 in UTC to the second; empty for a time that the clock of no machine can show. */
export function utcText(seconds: number): string {
  const date = new Date(Math.floor(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, -5)}Z`;
}
