/**
 * Where a recorded date stands on the one scale of the timeline: milliseconds since 1970 UTC.
 *
 * Read is ISO 8601 as times of items and fields hold it: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, with `Thh:mm`, `Thh:mm:ss` and a fraction
 * of up to nine digits, and with `Z` or an offset where the source gives one. A date without a time of day stands at its first
 * instant. A date without a zone is placed as if it were UTC; whoever asks says what zone it is taken for.
 * Not placed: what is no such date or not in the calendar, years before 1601 (where the count of NTFS begins) and after 2200.
 */

/** What is known of the zone of a date. */
export type ZoneKnowledge = "utc" | "offset" | "local-unknown";

const firstYear = 1601;
const lastYear = 2200;
/** The first millisecond that has a place. */
export const firstInstant = Date.UTC(firstYear, 0, 1);

const daysBefore = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const daysIn = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const msPerDay = 86_400_000;

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** The number of `count` digits at `at`, −1 where there are others. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    // NaN beyond the end fails this too.
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

const [dash, colon, dot, plus, letterT, letterZ] = [0x2d, 0x3a, 0x2e, 0x2b, 0x54, 0x5a];

let lastText = "";
let lastPlace = Number.NaN;

/** Milliseconds since 1970 of a date, local ones as if UTC; NaN where it has no place. Files have most of their times alike. */
export function placeOf(text: string): number {
  if (text !== lastText) {
    lastPlace = makePlace(text);
    lastText = text;
  }
  return lastPlace;
}

function makePlace(text: string): number {
  const { length } = text;
  const year = digits(text, 0, 4);
  if (year < firstYear || year > lastYear) return Number.NaN;
  if (length === 4) return dayNumber(year, 1, 1) * msPerDay;
  const month = digits(text, 5, 2);
  if (text.charCodeAt(4) !== dash || month < 1 || month > 12) return Number.NaN;
  if (length === 7) return dayNumber(year, month, 1) * msPerDay;
  const day = digits(text, 8, 2);
  const isDay = day >= 1 && day <= (month === 2 && isLeap(year) ? 29 : daysIn[month]!);
  if (text.charCodeAt(7) !== dash || !isDay) return Number.NaN;
  const midnight = dayNumber(year, month, day) * msPerDay;
  if (length === 10) return midnight;
  if (text.charCodeAt(10) !== letterT) return Number.NaN;
  return midnight + timeOfDay(text, 11);
}

/** Days between 1970-01-01 and a day of the Gregorian calendar. */
function dayNumber(year: number, month: number, day: number): number {
  const before = year - 1;
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const inYear = daysBefore[month]! + day - 1 + (month > 2 && isLeap(year) ? 1 : 0);
  return before * 365 + leaps + inYear - 719_162;
}

/** Milliseconds of `hh:mm[:ss[.f]]` and what its zone takes off; NaN for anything else. */
function timeOfDay(text: string, at: number): number {
  const [hour, minute] = [digits(text, at, 2), digits(text, at + 3, 2)];
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text.charCodeAt(at + 2) !== colon) return Number.NaN;
  let end = at + 5;
  let ms = (hour * 60 + minute) * 60_000;
  if (text.charCodeAt(end) === colon) {
    const second = digits(text, end + 1, 2);
    // A leap second is the first of the next minute.
    if (second < 0 || second > 60) return Number.NaN;
    ms += second * 1000;
    end += 3;
    if (text.charCodeAt(end) === dot) {
      const start = end + 1;
      end = start;
      while (digits(text, end, 1) >= 0) end++;
      if (end === start || end - start > 9) return Number.NaN;
      let unit = 100;
      for (let i = start; i < Math.min(end, start + 3); i++, unit /= 10) ms += (text.charCodeAt(i) - 48) * unit;
    }
  }
  return ms - zoneAt(text, end);
}

/** Milliseconds east of UTC of what ends the text at `at`: nothing, `Z`, `±hh:mm` or `±hhmm`; NaN for anything else. */
function zoneAt(text: string, at: number): number {
  const { length } = text;
  if (at === length) return 0;
  const sign = text.charCodeAt(at);
  if (sign === letterZ) return at + 1 === length ? 0 : Number.NaN;
  if (sign !== plus && sign !== dash) return Number.NaN;
  const gap = text.charCodeAt(at + 3) === colon ? 1 : 0;
  const [hours, minutes] = [digits(text, at + 1, 2), digits(text, at + 3 + gap, 2)];
  if (at + 5 + gap !== length || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
  return (hours * 60 + minutes) * (sign === dash ? -60_000 : 60_000);
}

/** What a date says of its zone where nothing beside it does. */
export function zoneOfDate(text: string): ZoneKnowledge {
  // Before the eleventh character a dash separates parts of the day.
  if (text.length < 16) return "local-unknown";
  if (text.endsWith("Z")) return "utc";
  return /[+-]\d\d:?\d\d$/.test(text.slice(16)) ? "offset" : "local-unknown";
}

/** What is known of the zone, where a claim stands beside the date (`zone` of a time of an item). */
export function zoneOfTime(text: string, claim: string): ZoneKnowledge {
  if (claim === "utc") return "utc";
  // A claim of an offset that is not there places nothing.
  return claim === "offset" ? zoneOfDate(text) : "local-unknown";
}
