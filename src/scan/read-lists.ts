/** Reads watch-lists from disk: files, or all the `.txt` files of a folder. The product's own are in `lists/`. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseWatchList } from "../../native-free/watchlists/parse-list.ts";
import type { WatchList } from "../../native-free/watchlists/watch-list.ts";
import { listSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

/** Hundreds of thousands of entries are a few megabytes; what is larger is no list. */
const mostBytes = 64 << 20;

export interface ReadList {
  readonly file: string;
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  readonly text: string;
  readonly list: WatchList;
}

/** The folder of the lists that ship with the product. */
export function shippedLists(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  // Two levels up in the sources, three in a package, where the code is below `dist`.
  while (!existsSync(path.join(folder, "lists")) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  return path.join(folder, "lists");
}

/**
 * The lists of files and folders, in the order given, those of a folder by name. Throws OperatorError: nothing there, not readable, not
 * UTF-8, a problem in a list, two lists with one id.
 */
export function readLists(places: readonly string[]): ReadList[] {
  const lists = [...new Set(places.flatMap(filesAt))].map(readList);
  const files = new Map<string, string>();
  for (const { file, list } of lists) {
    const before = files.get(list.id);
    if (before !== undefined) throw new OperatorError("lists/same-id", listSays.sameId(list.id, before, file));
    files.set(list.id, file);
  }
  return lists;
}

function filesAt(place: string): string[] {
  const found = orRefused(place, () => statSync(place, { throwIfNoEntry: false }));
  if (found === undefined) throw new OperatorError("lists/absent", listSays.absent(place));
  if (!found.isDirectory()) return [path.resolve(place)];
  const names = orRefused(place, () => readdirSync(place)).filter((name) => name.toLowerCase().endsWith(".txt"));
  if (names.length === 0) throw new OperatorError("lists/none", listSays.noLists(place));
  return names.sort().map((name) => path.resolve(place, name));
}

function readList(file: string): ReadList {
  const size = orRefused(file, () => statSync(file).size);
  if (size > mostBytes) throw new OperatorError("lists/too-large", listSays.tooLarge(file, size, mostBytes));
  const bytes = orRefused(file, () => readFileSync(file));
  const text = bytes.toString("utf8");
  const wrong = firstWrongByte(bytes, text);
  if (wrong >= 0) throw new OperatorError("lists/not-text", listSays.notText(file, wrong));
  const { list, problems } = parseWatchList(text, file);
  const [first] = problems;
  if (list === null || first !== undefined) {
    throw new OperatorError("lists/problem", listSays.problem(first!, problems.length - 1));
  }
  return { file, sha256: createHash("sha256").update(bytes).digest("hex"), text, list };
}

/** Where the bytes and the UTF-8 of the text that was made of them begin to differ; -1 where they do not. */
function firstWrongByte(bytes: Buffer, text: string): number {
  const again = Buffer.from(text, "utf8");
  if (again.equals(bytes)) return -1;
  let at = 0;
  while (at < bytes.length && bytes[at] === again[at]) at++;
  return at;
}

function orRefused<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== "string") throw error;
    throw new OperatorError("lists/not-readable", listSays.notReadable(file, code));
  }
}
