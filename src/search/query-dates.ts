/**
 * Dates in queries, all in UTC:
 *
 *   date   = year [ "-" month [ "-" day [ "T" hour ":" minute [ ":" second [ "." digits ] ] ] ] ] | "today" | "yesterday" | "now"
 *   span   = "last" number unit [ "before" date ] | "next" number unit "after" date | number unit "around" date
 *   unit   = "d" | "w" | "m" | "y"
 *
 * Words of a span are parted by spaces (in quotes) or hyphens: `date:last-30d`, `date:"last 30d before 2019-06-01"`. What is told
 * without a date ends with the day of the clock, that day included; the clock is the caller's, and without one such dates are
 * refused, so that what is read never depends on the day by accident. A month that has no such day ends with its last one.
 */
import { querySays } from "../messages/en.ts";
import { queryError } from "./query-lexer.ts";

/** Milliseconds since 1970 UTC, both inclusive. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Years have four digits. */
export const firstDate = new Date("0000-01-01T00:00:00Z").getTime();
export const lastDate = new Date("9999-12-31T23:59:59.999Z").getTime();

type Unit = "d" | "w" | "m" | "y";

const lastPattern = /^last[\s-]*(\d{1,4})\s*([dwmy])(?:[\s-]+before[\s-]+(\S+))?$/i;
const nextPattern = /^next[\s-]*(\d{1,4})\s*([dwmy])[\s-]+after[\s-]+(\S+)$/i;
const aroundPattern = /^(\d{1,4})\s*([dwmy])[\s-]+around[\s-]+(\S+)$/i;

/** A year, month, day … or a span of them; null where it is none. Throws OperatorError for one that needs a clock where none is given. */
export function readDateSpan(text: string, at: number, now: number | null): Interval | null {
  const found = spanOf(text.trim(), at, now);
  return found && found.from >= firstDate && found.to <= lastDate && found.from <= found.to ? found : null;
}

function spanOf(text: string, at: number, now: number | null): Interval | null {
  const last = lastPattern.exec(text);
  if (last) {
    const before = last[3] === undefined ? today(text, at, now) : readDay(last[3], at, now);
    if (!before) return null;
    const end = last[3] === undefined ? before.to + 1 : before.from;
    return { from: moved(end, -Number(last[1]), last[2] as string), to: end - 1 };
  }
  const next = nextPattern.exec(text);
  if (next) {
    const after = readDay(next[3] as string, at, now);
    return after && { from: after.to + 1, to: moved(after.to + 1, Number(next[1]), next[2] as string) - 1 };
  }
  const around = aroundPattern.exec(text);
  if (!around) return readDay(text, at, now);
  const middle = readDay(around[3] as string, at, now);
  const [count, unit] = [Number(around[1]), around[2] as string];
  return middle && { from: moved(middle.from, -count, unit), to: moved(middle.to + 1, count, unit) - 1 };
}

function today(text: string, at: number, now: number | null): Interval {
  if (now === null) throw queryError(at, querySays.noClock(text));
  const from = Math.floor(now / dayMs) * dayMs;
  return { from, to: from + dayMs - 1 };
}

function readDay(text: string, at: number, now: number | null): Interval | null {
  switch (text.toLowerCase()) {
    case "today":
      return today(text, at, now);
    case "yesterday": {
      const { from, to } = today(text, at, now);
      return { from: from - dayMs, to: to - dayMs };
    }
    case "now":
      today(text, at, now);
      return { from: now as number, to: now as number };
    default:
      return readDate(text);
  }
}

/** A moment so many days, weeks, months or years later, on the last day of the month where it has no such day. */
function moved(ms: number, count: number, unit: string): number {
  const kind = unit.toLowerCase() as Unit;
  if (kind === "d" || kind === "w") return ms + count * dayMs * (kind === "w" ? 7 : 1);
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count * (kind === "y" ? 12 : 1));
  const lastDay = new Date(date);
  lastDay.setUTCMonth(lastDay.getUTCMonth() + 1, 0);
  date.setUTCDate(Math.min(day, lastDay.getUTCDate()));
  return date.getTime();
}

/** As a field gives it: a date, with a zone or without one (then as if UTC); null for anything else. */
export function fieldDate(value: string): number | null {
  const ms = Date.parse(/^\d{4}(?:-\d\d){0,2}$|Z$|[+-]\d\d:?\d\d$/.test(value) ? value : `${value}Z`);
  return Number.isNaN(ms) ? null : ms;
}

const datePattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?Z?)?)?)?$/i;

/** A year, month, day, minute, second or millisecond (UTC) as the milliseconds it covers. */
function readDate(text: string): Interval | null {
  const match = datePattern.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => (part ? Number(part) : null));
  const milliseconds = match[7] ? Number(match[7].padEnd(3, "0")) : null;
  const parts = [year, month, day, hour, minute, second, milliseconds];
  const given = parts.findLastIndex((part) => part !== null);
  const from = instant(parts.map((part, at) => part ?? (at === 1 || at === 2 ? 1 : 0)));
  if (from === null) return null;
  if (given === 6) return { from, to: from };
  // Minutes are given together with hours.
  const next = parts.map((part, at) => (part ?? (at === 1 || at === 2 ? 1 : 0)) + (at === given ? 1 : 0));
  return { from, to: utc(next) - 1 };
}

function utc(parts: readonly number[]): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, ms);
  return date.getTime();
}

/** Null for what the calendar does not have. */
function instant(parts: readonly number[]): number | null {
  const date = new Date(utc(parts));
  const [, month, day, hour, minute, second] = parts;
  const same =
    date.getUTCMonth() + 1 === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return same ? date.getTime() : null;
}
