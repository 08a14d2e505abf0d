/** Events as lines of files: CSV (RFC 4180), and the body file of The Sleuth Kit 3, which `mactime` reads. */
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import { csvRow } from "../search/csv.ts";
import type { TimelineEvent } from "./event.ts";

const columns = "utc recorded zone kind source exhibit path item item_kind state size type sha256".split(" ");

export const csvHead = (): string => csvRow(columns);

/** ISO 8601 in UTC with milliseconds, null for what has no place. */
export const utcOf = ({ at }: Pick<TimelineEvent, "at">): string | null =>
  at === null ? null : new Date(at).toISOString();

export function csvLine(event: TimelineEvent): string {
  const { value, zone, kind, source, exhibit, path, item } = event;
  const facts = [item.id, item.kind, item.state, item.size, item.type, item.sha256];
  return csvRow([utcOf(event), value, zone, kind, source, exhibit, path, ...facts]);
}

/** Events of one item at one instant. */
export type Moment = readonly [TimelineEvent, ...TimelineEvent[]];

export const isOneMoment = (a: TimelineEvent, b: TimelineEvent): boolean =>
  a.at === b.at && a.item.id === b.item.id && a.exhibit === b.exhibit;

/** Puts neighbours together that are of one item and one instant. */
export function* momentsOf(events: Iterable<TimelineEvent>): Generator<Moment> {
  let moment: [TimelineEvent, ...TimelineEvent[]] | null = null;
  for (const event of events) {
    if (moment && isOneMoment(moment[0], event)) {
      moment.push(event);
      continue;
    }
    if (moment) yield moment;
    moment = [event];
  }
  if (moment) yield moment;
}

const isMacb = ({ kind }: TimelineEvent): boolean => kind.length === 1;

/** In `MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime` the letter of each time. */
const bodyOrder = ["a", "m", "c", "b"];

/**
 * Lines of a body file: one for each source of the times of the item, in which the other times are 0, and one for each date of the
 * content, in all four places, with its kind behind the path, since a body file knows no other kinds. Seconds are whole, and what
 * is before 1970 keeps its sign. In the place of the inode stands the id of the item. `%` is written %25 and `|` %7C, as mactime
 * expects.
 */
export function bodyLinesOf(moment: Moment): string[] {
  const sources = [...new Set(moment.filter(isMacb).map(({ source }) => source))];
  const times = sources.map((source) => {
    const kinds = new Set(moment.filter((event) => isMacb(event) && event.source === source).map(({ kind }) => kind));
    return bodyLine(moment[0], source, (letter) => kinds.has(letter));
  });
  const dates = moment.filter((event) => !isMacb(event));
  return [...times, ...dates.map((event) => bodyLine(event, `${event.kind}, ${event.source}`, () => true))];
}

function bodyLine({ at, path, item }: TimelineEvent, what: string, has: (letter: string) => boolean): string {
  const seconds = Math.floor((at ?? 0) / 1000);
  const state = item.state === "allocated" ? "" : ` (${item.state})`;
  const name = `${cell(path)}${state} (${cell(what)})`;
  const letter = { directory: "d", symlink: "l", special: "-" }[item.kind] ?? "r";
  const shared = [item.md5 ?? "0", name, item.id, `${letter}/${letter}rwxrwxrwx`, 0, 0, item.size ?? 0];
  return [...shared, ...bodyOrder.map((each) => (has(each) ? seconds : 0))].join("|");
}

const cell = (text: string): string => escapeForTerminal(text).replaceAll("%", "%25").replaceAll("|", "%7C");
