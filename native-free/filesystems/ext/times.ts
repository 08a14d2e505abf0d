/** Times of inodes: seconds since 1970 with two further bits and nanoseconds (chapter "Index Nodes", section "Inode Timestamps"). */

const secondsPerDay = 86_400;
const two = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, "0"));
const three = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, "0"));

/** Days that were formatted; files of one system have few. */
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
  const hour = (rest / 3600) | 0;
  const minute = ((rest / 60) | 0) % 60;
  lastSecond = seconds;
  lastText = `${dayText(day)}T${two[hour]}:${two[minute]}:${two[rest % 60]}`;
  return lastText;
}

/** ISO 8601 in UTC of seconds since 1970, below 0 before; `nanoseconds` −1 where they are not recorded. */
export function timeText(seconds: number, nanoseconds: number): string {
  const start = secondText(seconds);
  if (nanoseconds < 0) return `${start}Z`;
  const micro = (nanoseconds / 1000) | 0;
  return `${start}.${three[(micro / 1000) | 0]}${three[micro % 1000]}${three[nanoseconds % 1000]}Z`;
}

/** Seconds of a field and of its further bits. */
export function secondsOf(field: number, extra: number): number {
  return (field | 0) + (extra & 3) * 2 ** 32;
}

export function nanosecondsOf(extra: number): number {
  return extra >>> 2;
}
