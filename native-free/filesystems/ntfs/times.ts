/** FILETIME as text: steps of 100 ns since 1601-01-01 UTC, to the last digit. */
import type { ItemTime, TimeKind } from "../../model/item.ts";
import * as layout from "./layouts.ts";

/** 2^32 = 429 · 10^7 + 4967296: seconds and steps are told apart without numbers above 2^53. */
const secondsOfHigh = 429;
const stepsOfHigh = 4_967_296;
const stepsPerSecond = 10_000_000;
const daySeconds = 86_400;
/** Days from 1601-01-01 to 1970-01-01, and to 10000-01-01. */
const unixDay = 134_774;
const lastDay = 3_067_671;
/** The FILETIME of that day. */
const endHigh = 0x24c8_5a5e;
const endLow = 0xd1c0_4000;

const two = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));
const minutes = Array.from({ length: 1440 }, (_, n) => `T${two[Math.floor(n / 60)]}:${two[n % 60]}:`);
/** Texts made so far; there are at most as many as days. */
const days = new Map<number, string>();

/** Fractions of a second, in two parts. */
const thousand = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, "0"));
const tenThousand = Array.from({ length: 10_000 }, (_, n) => `${String(n).padStart(4, "0")}Z`);

/** The last texts by a part of their value: the times of a file are often equal, and those of neighbours. */
const slots = 256;
const lows = new Uint32Array(slots);
const highs = new Uint32Array(slots);
const texts: string[] = new Array<string>(slots).fill("");
/** Of single seconds, to the point. */
const seconds = new Float64Array(slots).fill(-1);
const secondTexts: string[] = new Array<string>(slots).fill("");

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
  const second = high * secondsOfHigh + carried;
  const slot = second & (slots - 1);
  let text = secondTexts[slot]!;
  if (seconds[slot] !== second) {
    text = secondText(second);
    seconds[slot] = second;
    secondTexts[slot] = text;
  }
  if (text === "") return "";
  const fraction = steps - carried * stepsPerSecond;
  const upper = Math.floor(fraction / 10_000);
  return text + thousand[upper]! + tenThousand[fraction - upper * 10_000]!;
}

function secondText(seconds1601: number): string {
  const day = Math.floor(seconds1601 / daySeconds);
  if (day >= lastDay) return "";
  const second = seconds1601 - day * daySeconds;
  const minute = Math.floor(second / 60);
  return `${dayText(day)}${minutes[minute]}${two[second - minute * 60]}.`;
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

const { low: lowAt, high: highAt } = layout.fileTime.offsets;

/** Appends the four times at `at`; returns how many cannot be. */
export function readTimes(view: DataView, at: number, source: string, out: ItemTime[]): number {
  let invalid = 0;
  for (let i = 0, from = at; i < layout.timeKinds.length; i++, from += layout.timeBytes) {
    const low = view.getUint32(from + lowAt, true);
    const high = view.getUint32(from + highAt, true);
    if (low === 0 && high === 0) continue;
    const value = timeText(low, high);
    if (value === "") invalid++;
    else out.push({ kind: layout.timeKinds[i]!, value, zone: "utc", source });
  }
  return invalid;
}

/** How many of the four times at `at` cannot be. */
export function invalidTimes(view: DataView, at: number): number {
  let invalid = 0;
  for (let i = 0, from = at; i < layout.timeKinds.length; i++, from += layout.timeBytes) {
    const high = view.getUint32(from + highAt, true);
    if (high > endHigh || (high === endHigh && view.getUint32(from + lowAt, true) >= endLow)) invalid++;
  }
  return invalid;
}

/** Steps of 100 ns below the second. */
export function stepsBelowSecond(low: number, high: number): number {
  return (high * stepsOfHigh + low) % stepsPerSecond;
}
