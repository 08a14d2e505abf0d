/**
 * An item as lines of a body file (The Sleuth Kit 3.0 and later), which `mactime` reads:
 *   MD5|name|inode|mode_as_string|UID|GID|size|atime|mtime|ctime|crtime
 * One line for each source of its times; one without times where there are none. Times are whole seconds since 1970, local
 * ones taken as UTC. In the place of the inode stands the id of the item. `%` is written %25 and `|` %7C, as mactime expects.
 */
import { escapeForTerminal } from "../../../native-free/model/escape.ts";
import type { ItemTime, TimeKind } from "../../../native-free/model/item.ts";
import type { StoredItem } from "../../case/work-file-rows.ts";
import { fieldDate } from "../query-dates.ts";

/** The order of the times in a line. */
const order: readonly TimeKind[] = ["a", "m", "c", "b"];

const letters: Readonly<Record<string, string>> = { directory: "d", symlink: "l", special: "-" };

export function bodyLines(path: string, item: StoredItem, times: readonly ItemTime[]): string[] {
  const sources = [...new Set(times.map(({ source }) => source))];
  const letter = letters[item.kind] ?? "r";
  const state = item.state === "allocated" ? "" : ` (${item.state})`;
  const line = (source: string | null) => {
    const name = `${cell(path)}${state}${source === null || source === sources[0] ? "" : ` (${cell(source)})`}`;
    const seconds = order.map((kind) => times.find((time) => time.kind === kind && time.source === source));
    const shared = [item.content?.md5 ?? "0", name, item.id, `${letter}/${letter}rwxrwxrwx`, 0, 0, item.size ?? 0];
    return [...shared, ...seconds.map((time) => (time ? secondsOf(time.value) : 0))].join("|");
  };
  return sources.length === 0 ? [line(null)] : sources.map(line);
}

function secondsOf(value: string): number {
  const ms = fieldDate(value);
  return ms === null ? 0 : Math.floor(ms / 1000);
}

const cell = (text: string): string => escapeForTerminal(text).replaceAll("%", "%25").replaceAll("|", "%7C");
