/** FILETIME as text: steps of 100 ns since 1601-01-01 UTC, to the last digit. */
import type { ItemTime, TimeKind } from "../../model/item.ts";

/** 2^32 = 429 · 10^7 + 4967296: seconds and steps are told apart without numbers above 2^53. */
const secondsOfHigh = 429;
const stepsOfHigh = 4_967_296;
const stepsPerSecond = 10_000_000;
const daySeconds = 86_400;
/** Days from 1601-01-01 to 1970-01-01, and to 10000-01-01. */
const unixDay = 134_774;
const lastDay = 3_067_671;

const two = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));
const minutes = Array.from({ length: 1440 }, (_, n) => `T${two[Math.floor(n / 60)]}:${two[n % 60]}:`);
/** Texts made so far; there are at most as many as days. */
const days = new Map<number, string>();

/** The last texts by a part of their value: the times of a file are often equal, and those of neighbours. */
const slots = 256;
const lows = new Uint32Array(slots);
const highs = new Uint32Array(slots);
const texts: string[] = new Array<string>(slots).fill("");

/** ISO 8601 in UTC with seven digits; empty for a time behind the year 9999. */
function timeText(low: number, high: number): string {
  const slot = (low ^ (low >>> 11) ^ high) & (slots - 1);
  if (lows[slot] === low && highs[slot] === high && texts[slot] !== "") return texts[slot]!;
  const text = makeText(low, high);
  lows[slot] = low;
  highs[slot] = high;
  texts[slot] = text;
  return text;
}

function makeText(low: number, high: number): string {
  const steps = high * stepsOfHigh + low;
  const carried = Math.floor(steps / stepsPerSecond);
  const seconds = high * secondsOfHigh + carried;
  const day = Math.floor(seconds / daySeconds);
  if (day >= lastDay) return "";
  const second = seconds - day * daySeconds;
  const minute = Math.floor(second / 60);
  const fraction = String(stepsPerSecond + (steps - carried * stepsPerSecond)).slice(1);
  return `${dayText(day)}${minutes[minute]}${two[second - minute * 60]}.${fraction}Z`;
}

function dayText(day: number): string {
  let text = days.get(day);
  if (text === undefined) {
    text = new Date((day - unixDay) * daySeconds * 1000).toISOString().slice(0, 10);
    days.set(day, text);
  }
  return text;
}

/** Null for a time that cannot be; that of 0, which stands for none, must have been left out before. */
export function ntfsTime(kind: TimeKind, source: string, low: number, high: number): ItemTime | null {
  const value = timeText(low, high);
  return value === "" ? null : { kind, value, zone: "utc", source };
}

/** Steps of 100 ns below the second. */
export function stepsBelowSecond(low: number, high: number): number {
  return (high * stepsOfHigh + low) % stepsPerSecond;
}
