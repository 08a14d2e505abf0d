/** Sentences of the timeline of a case. Names in them are already escaped by the caller. */
import { counted, grouped, shown } from "./en-parts.ts";

export const badCursor = () =>
  `Expected a cursor from an earlier timeline after --after, found something else; leave it out to start from the beginning.`;
export const badLimit = (value: string, most: number) =>
  `Expected --limit to be a number from 1 to ${most} or "all", found ${shown(value)}.`;
export const boundsTurned = () => `Expected --from before --to, found it after it; change them round.`;
export const kindUnknown = (kind: string, near: string | null, known: readonly string[]) =>
  `Expected --kind to be one of ${known.join(" ")}, found ${shown(kind)}${near === null ? "" : ` (did you mean ${near}?)`}.`;
export const notOfCase = (flag: string) =>
  `Expected --${flag} with an image or device, found it with a case; leave it out: the query says which items are meant.`;
export const notOfSource = (flag: string, place: string) =>
  `Expected a case folder with --${flag}, found none at ${place}; name a case, or leave the flag out for an image or device.`;
export const queryOfSource = (place: string) =>
  `Expected a case folder in front of a query, found none at ${place}; name a case, or choose a part of an image with --at PATH.`;

const row = (time: string, what: string, rest: string) => `${time.padEnd(19)}  ${what.padEnd(28)}  ${rest}`;
export const tableHead = () => row("TIME IN UTC", "WHAT (READ FROM)", "ITEM");
/** `what` and `path` are safe. */
export const eventLine = (utc: string | null, what: string, path: string, notes: readonly string[]) =>
  row(
    utc === null ? "-" : `${utc.slice(0, 10)} ${utc.slice(11, 19)}`,
    what,
    `${path}${notes.length === 0 ? "" : `  (${notes.join(", ")})`}`,
  );
/** What is known of a date that is not in UTC; `utc` is where it was placed. */
export const recordedAs = (value: string, zone: "offset" | "local-unknown", utc: string | null) => {
  if (utc === null) return `recorded: "${value}"`;
  if (zone === "offset") return `recorded ${value}`;
  return value.slice(0, 19) === utc.slice(0, 19) ? "local time" : `local ${value}`;
};
export const folder = () => "folder";
export const counts = (found: { events: number; items: number }, shown: number | null, matching: number) =>
  `${counted(found.events, "event")} of ${counted(found.items, "item")}${shown === null ? "" : `, ${grouped(shown)} shown`}; ${counted(matching, "item")} ${matching === 1 ? "matches" : "match"} the query.`;
export const localTaken = (times: number, zone: string, given: boolean) =>
  `${grouped(times)} of them ${times === 1 ? "is a local time" : "are local times"} whose zone the evidence does not record: taken as ${zone}${given ? "" : "; --zone says another"}.`;
export const notPlaced = (dates: number) =>
  `${counted(dates, "date")} ${dates === 1 ? "has" : "have"} no place in time (no date, before 1601 or after 2200); --not-placed lists ${dates === 1 ? "it" : "them"}.`;
export const nextPage = (cursor: string) => `More events: repeat the command with --after ${cursor}`;

export const bucketLine = (bucket: string, events: number, bar: string, local: number) =>
  `${bucket.padEnd(13)} ${grouped(events).padStart(12)}  ${bar}${local === 0 ? "" : local === events ? "  (local)" : `  (${grouped(local)} local)`}`;
export const emptyBuckets = (buckets: number, size: string) =>
  `${"…".padEnd(13)} ${`(${counted(buckets, size)} without)`}`;
