/**
 * Lines of a body file of The Sleuth Kit 3.0 and later, which `mactime` and other programs read:
 *   MD5|name|inode|mode_as_string|UID|GID|size|atime|mtime|ctime|crtime
 * Times are whole seconds since 1970, 0 for none. The name is the forensic path with the state of what is not allocated behind it, as
 * `fls` writes it, and the source of the times where the file system keeps them several times (`$FN`). `mactime` takes %HH for a character:
 * so "%" is written %25 and "|" %7C, and it shows the path as it is.
 */
import type { FileSystemEntry, FileSystemEntryKind } from "../../../native-free/filesystems/file-system.ts";
import { escapeForTerminal } from "../../../native-free/model/escape.ts";
import { stateOf, type TimeKind } from "../../../native-free/model/item.ts";
import type { Moment } from "./timeline.ts";
import { pathText } from "./rows.ts";

/** One line for each source of times; one without times where there are none. */
export function bodyLines(
  entry: FileSystemEntry,
  path: string,
  moments: readonly Moment[],
  md5: string | null,
): string[] {
  const { attributes, size, kind, key } = entry;
  const name = `${cell(pathText(path))}${entry.target ? ` -> ${cell(escapeForTerminal(entry.target.text))}` : ""}`;
  const state = stateOf(entry);
  const gone = entry.contentClaim === "overwritten" ? `${state}-realloc` : state;
  const marked = state === "allocated" ? name : `${name} (${gone})`;
  const head = `${md5 ?? "0"}|${marked}`;
  const inode = cell(pathText(attributes["inode"] ?? key));
  const tail = `|${inode}|${modeText(kind, attributes["mode"])}|${number(attributes["uid"])}|${number(attributes["gid"])}|${size}`;
  return groupsOf(moments).map(({ source, of }, index) => {
    const note = index === 0 ? "" : ` (${cell(source)})`;
    return `${head}${note}${tail}|${of.a ?? 0}|${of.m ?? 0}|${of.c ?? 0}|${of.b ?? 0}`;
  });
}

interface Group {
  readonly source: string;
  readonly of: Partial<Record<TimeKind, number>>;
}

/** By source; a source that says a kind twice (two names of a file) makes two groups. */
function groupsOf(moments: readonly Moment[]): Group[] {
  const groups: Group[] = [];
  for (const { time, seconds } of moments) {
    let group = groups.find(({ source, of }) => source === time.source && of[time.kind] === undefined);
    if (!group) groups.push((group = { source: time.source, of: {} }));
    group.of[time.kind] = Math.floor(seconds);
  }
  return groups.length > 0 ? groups : [{ source: "", of: {} }];
}

const cell = (text: string): string => (/[%|]/.test(text) ? text.replaceAll("%", "%25").replaceAll("|", "%7C") : text);
const number = (text: string | undefined): string => (text !== undefined && /^\d+$/.test(text) ? text : "0");

const letters: Readonly<Record<FileSystemEntryKind, string>> = {
  file: "r",
  directory: "d",
  symlink: "l",
  special: "-",
  metadata: "r",
  stream: "r",
};
const typeLetters: Readonly<Record<number, string>> = { 1: "p", 2: "c", 4: "d", 6: "b", 8: "r", 10: "l", 12: "h" };

/** `r/rrw-r--r--`: type by the name, type by the record, rights; all rights where the file system keeps none, as `fls` does. */
export function modeText(kind: FileSystemEntryKind, mode: string | undefined): string {
  const known = modes.get(mode ?? "")?.get(kind);
  if (known !== undefined) return known;
  const text = makeModeText(kind, mode);
  const kinds = modes.get(mode ?? "") ?? new Map<FileSystemEntryKind, string>();
  // Evidence may hold any number of modes.
  if (modes.size > mostModes) modes.clear();
  modes.set(mode ?? "", kinds.set(kind, text));
  return text;
}

/** Texts made so far, by mode: file systems use few of them. */
const modes = new Map<string, Map<FileSystemEntryKind, string>>();
const mostModes = 4096;

function makeModeText(kind: FileSystemEntryKind, mode: string | undefined): string {
  const value = mode !== undefined && /^[0-7]{1,7}$/.test(mode) ? Number.parseInt(mode, 8) : null;
  const own = letters[kind];
  const type = (value === null ? undefined : typeLetters[value >>> 12]) ?? own;
  const bits = value ?? 0o777;
  const rights = [6, 3, 0].map((shift) => rightsText((bits >>> shift) & 7)).join("");
  return `${kind === "special" ? type : own}/${type}${withSpecial(rights, bits)}`;
}

const rightsText = (bits: number): string => `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${bits & 1 ? "x" : "-"}`;

/** Set-user-ID, set-group-ID and sticky stand in the places of the rights to execute. */
function withSpecial(rights: string, bits: number): string {
  const out = [...rights];
  const put = (bit: number, at: number, letter: string): void => {
    if ((bits & bit) !== 0) out[at] = out[at] === "x" ? letter : letter.toUpperCase();
  };
  put(0o4000, 2, "s");
  put(0o2000, 5, "s");
  put(0o1000, 8, "t");
  return out.join("");
}
