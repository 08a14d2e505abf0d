/** Times as Unix counts them, seconds since 1970-01-01 UTC and nanoseconds, as text and as times of items. */
import type { ItemTime, TimeKind } from "../model/item.ts";

const secondsPerDay = 86_400;
const two = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, "0"));
const three = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, "0"));
const minutes = Array.from({ length: 1440 }, (_, n) => `T${two[Math.floor(n / 60)]}:${two[n % 60]}:`);

/** Days that were written; files of one system have few. */
const days = new Map<number, string>();
const mostDays = 4096;

function dayText(day: number): string {
  let text = days.get(day);
  if (text === undefined) {
    if (days.size >= mostDays) days.clear();
    text = new Date(day * secondsPerDay * 1000).toISOString().slice(0, -14);
    days.set(day, text);
  }
  return text;
}

/** The times of a file are often those of one second. */
let lastSecond = Number.NaN;
let lastText = "";

function secondText(seconds: number): string {
  if (seconds === lastSecond) return lastText;
  const day = Math.floor(seconds / secondsPerDay);
  const rest = seconds - day * secondsPerDay;
  const minute = (rest / 60) | 0;
  lastSecond = seconds;
  lastText = `${dayText(day)}${minutes[minute]}${two[rest - minute * 60]}`;
  return lastText;
}

/** The last texts by a part of their value: the times of a file are often equal, and those of neighbours. A power of two. */
const slots = 256;
const keptSeconds = new Float64Array(slots).fill(Number.NaN);
const keptNanoseconds = new Int32Array(slots);
const texts: string[] = new Array<string>(slots).fill("");

/**
 * ISO 8601 in UTC. `seconds` whole, below 0 before 1970, within what a Date holds; `nanoseconds` below 10^9, −1 where they are not
 * recorded: then the text has no fraction.
 */
export function unixTimeText(seconds: number, nanoseconds: number): string {
  const slot = (seconds ^ nanoseconds ^ (nanoseconds >>> 11)) & (slots - 1);
  if (keptSeconds[slot] === seconds && keptNanoseconds[slot] === nanoseconds) return texts[slot]!;
  const text = makeText(seconds, nanoseconds);
  keptSeconds[slot] = seconds;
  keptNanoseconds[slot] = nanoseconds;
  texts[slot] = text;
  return text;
}

function makeText(seconds: number, nanoseconds: number): string {
  const start = secondText(seconds);
  if (nanoseconds < 0) return `${start}Z`;
  const micro = (nanoseconds / 1000) | 0;
  return `${start}.${three[(micro / 1000) | 0]}${three[micro % 1000]}${three[nanoseconds % 1000]}Z`;
}

/** Also keeps the number, which whoever puts times in order would have to read out of the text. */
class UnixTime implements ItemTime {
  readonly kind: TimeKind;
  readonly value: string;
  readonly zone = "utc";
  readonly source: string;
  readonly #seconds: number;

  constructor(kind: TimeKind, source: string, seconds: number, nanoseconds: number) {
    this.kind = kind;
    this.value = unixTimeText(seconds, nanoseconds);
    this.source = source;
    this.#seconds = nanoseconds <= 0 ? seconds : seconds + nanoseconds / 1e9;
  }

  static secondsOf(time: object): number | null {
    return #seconds in time ? time.#seconds : null;
  }
}

/** Of numbers as `unixTimeText` takes them. */
export function unixTime(kind: TimeKind, source: string, seconds: number, nanoseconds: number): ItemTime {
  return new UnixTime(kind, source, seconds, nanoseconds);
}

/** Seconds since 1970 with their fraction, of a time that `unixTime` made; null of others. */
export const secondsOfUnixTime = (time: object): number | null => UnixTime.secondsOf(time);
