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
  const { size, kind, target } = entry;
  const state = stateOf(entry);
  let marked = cell(path);
  if (target) marked += ` -> ${cellOf(escapeForTerminal(target.text))}`;
  // What became of the content is asked only where it can be gone.
  if (state !== "allocated") marked += ` (${entry.contentClaim === "overwritten" ? `${state}-realloc` : state})`;
  const inode = cell(attributeOf(entry, "inode") ?? entry.key);
  const [uid, gid] = [number(attributeOf(entry, "uid")), number(attributeOf(entry, "gid"))];
  const shape = isDirectory(entry) ? "directory" : kind;
  const tail = `|${inode}|${modeText(shape, attributeOf(entry, "mode"))}|${uid}|${gid}|${size}|`;
  const [first, ...others] = groupsOf(moments);
  const head = `${md5 ?? "0"}|${marked}`;
  const lines = [`${head}${tail}${timesText(first!)}`];
  for (const group of others) lines.push(`${head} (${cellOf(group.source)})${tail}${timesText(group)}`);
  return lines;
}

/** Also what the file system keeps for itself: the entry that some have of the root, and what its mode or attributes say to be one. */
function isDirectory(entry: FileSystemEntry): boolean {
  if (entry.kind !== "metadata") return entry.kind === "directory";
  const mode = Number.parseInt(attributeOf(entry, "mode") ?? "0", 8);
  const words = attributeOf(entry, "attributes")?.split(" ") ?? [];
  return entry.name.text === "." || mode >>> 12 === 4 || words.includes("directory");
}

const attributeOf = (entry: FileSystemEntry, name: string): string | undefined =>
  entry.attribute ? entry.attribute(name) : entry.attributes[name];

/** Times of one source, in whole seconds; NaN for none. */
interface Group {
  readonly source: string;
  m: number;
  a: number;
  c: number;
  b: number;
}

/** By source; a source that says a kind twice (two names of a file) makes two groups. */
function groupsOf(moments: readonly Moment[]): Group[] {
  const groups: Group[] = [];
  for (const { time, seconds } of moments) {
    const { kind, source } = time;
    const whole = Math.floor(seconds);
    if (groups.some((group) => group.source === source && take(group, kind, whole))) continue;
    const group: Group = { source, m: NaN, a: NaN, c: NaN, b: NaN };
    take(group, kind, whole);
    groups.push(group);
  }
  return groups.length > 0 ? groups : [{ source: "", m: NaN, a: NaN, c: NaN, b: NaN }];
}

/** False where it has a time of this kind. */
function take(group: Group, kind: TimeKind, seconds: number): boolean {
  // Named one by one: a name that changes makes it a look-up.
  if (kind === "m" && Number.isNaN(group.m)) group.m = seconds;
  else if (kind === "a" && Number.isNaN(group.a)) group.a = seconds;
  else if (kind === "c" && Number.isNaN(group.c)) group.c = seconds;
  else if (kind === "b" && Number.isNaN(group.b)) group.b = seconds;
  else return false;
  return true;
}

const timesText = ({ a, m, c, b }: Group): string => `${a || 0}|${m || 0}|${c || 0}|${b || 0}`;

const cellOf = (text: string): string =>
  /[%|]/.test(text) ? text.replaceAll("%", "%25").replaceAll("|", "%7C") : text;

/** What nothing has to be done with: printable ASCII without the two. */
const harmlessCell = /^[ -$&-{}~]*$/;
const cell = (path: string): string => (harmlessCell.test(path) ? path : cellOf(pathText(path)));

let lastNumber = "0";

/** Files of one system have few owners. */
function number(text: string | undefined): string {
  if (text === undefined || text === lastNumber) return text ?? "0";
  if (!/^\d+$/.test(text)) return "0";
  lastNumber = text;
  return text;
}

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
  if (mode !== lastMode || kind !== lastKind) {
    lastText = keptModeText(kind, mode);
    lastMode = mode;
    lastKind = kind;
  }
  return lastText;
}

let lastKind: FileSystemEntryKind | null = null;
let lastMode: string | undefined;
let lastText = "";

function keptModeText(kind: FileSystemEntryKind, mode: string | undefined): string {
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
