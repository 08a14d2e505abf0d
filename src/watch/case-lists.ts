/**
 * The watch-lists of a case that are applied after processing. Their copies lie in `lists/applied/ID.txt`. Lists directly in `lists/`
 * are those of processing: they are part of its profile, and a new one there means that every exhibit is examined anew.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { parseWatchList } from "../../native-free/watchlists/parse-list.ts";
import { asOperatorError, writeAtomically } from "../case/atomic-file.ts";
import type { CasePaths } from "../case/case-folder.ts";
import { sha256Of } from "../custody/readable.ts";
import { readProfile } from "../examine/profile.ts";
import { watchListsOf, type UsedList } from "../examine/watch-lists.ts";
import { watchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { readLists, shippedLists, type ReadList } from "../scan/read-lists.ts";

/** A list that is to be applied. */
export interface CaseList {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly date: string;
  /** Name without folder. */
  readonly file: string;
  /** Of the bytes, hex. */
  readonly sha256: string;
  readonly text: string;
  readonly entries: number;
  /** Processing looks for it, so that it has no copy. */
  readonly ofProcessing: boolean;
}

const appliedFolder = (paths: CasePaths): string => join(paths.lists, "applied");
const copyOf = (paths: CasePaths, id: string): string => join(appliedFolder(paths), `${id}.txt`);
const idShape = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

function caseList({ file, sha256, text, list }: ReadList, ofProcessing: boolean): CaseList {
  const { id, version, title, date, entries } = list;
  return { id, version, title, date, file: basename(file), sha256, text, entries: entries.length, ofProcessing };
}

/** Ids of the copies, sorted. */
export function copiedIds(paths: CasePaths): string[] {
  if (!existsSync(appliedFolder(paths))) return [];
  const names = readdirSync(appliedFolder(paths)).filter((name) => name.endsWith(".txt"));
  return names.map((name) => name.slice(0, -4)).sort();
}

/**
 * Lists by their ids (of the case, then of the product) or files; without any those of the case, with `all` those of the product, too.
 * Ordered by id. Throws OperatorError: what `readLists` refuses, an unknown id, a list that processing knows in another version.
 */
export function wantedLists(paths: CasePaths, wanted: readonly string[], all: boolean): CaseList[] {
  const own = watchListsOf(paths, readProfile(paths));
  const places = wanted.flatMap((name) => placeOf(paths, name, own) ?? []);
  if (wanted.length === 0 || all) places.push(...placesOfAll(paths, all));
  const read = readLists([...new Set(places)]);
  const later = read.filter(({ sha256 }) => !own.some((one) => one.sha256 === sha256));
  for (const { list } of later) {
    const same = own.find(({ id }) => id === list.id);
    if (same) throw new OperatorError("watch/other-version", watchSays.otherVersion(list.id, same.file));
  }
  const isWanted = ({ id, sha256 }: UsedList) =>
    wanted.length === 0 || all || wanted.includes(id) || read.some((list) => list.sha256 === sha256);
  const lists = [...own.filter(isWanted).map(ofProcess), ...later.map((list) => caseList(list, false))];
  return lists.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The copies of the case, and with `shipped` those of the product of which there is no copy. */
function placesOfAll(paths: CasePaths, shipped: boolean): string[] {
  const copies = copiedIds(paths);
  const names = shipped ? readdirSync(shippedLists()).filter((name) => name.endsWith(".txt")) : [];
  const others = names.filter((name) => !copies.includes(name.slice(0, -4)));
  return [...copies.map((id) => copyOf(paths, id)), ...others.map((name) => join(shippedLists(), name))];
}

/** Parsed again: the list of processing has no title. */
function ofProcess({ file, text, sha256 }: UsedList): CaseList {
  const parsed = parseWatchList(text, file).list;
  if (!parsed) throw new Error("a list that was read before is wrong");
  return caseList({ file, sha256, text, list: parsed }, true);
}

/** Null for the id of a list of processing. */
function placeOf(paths: CasePaths, name: string, own: readonly { readonly id: string }[]): string | null {
  if (own.some(({ id }) => id === name)) return null;
  if (idShape.test(name)) {
    if (existsSync(copyOf(paths, name))) return copyOf(paths, name);
    const shipped = join(shippedLists(), `${name}.txt`);
    if (existsSync(shipped)) return shipped;
  }
  if (existsSync(name) && (idShape.test(name) ? statSync(name).isFile() : true)) return name;
  if (!idShape.test(name)) throw new OperatorError("lists/absent", watchSays.noSuchFile(name));
  throw new OperatorError("watch/unknown", watchSays.unknown(name, [...own.map(({ id }) => id), ...copiedIds(paths)]));
}

/** SHA-256 (hex) of the copy that there is; null where there is none. Throws OperatorError where it cannot be read. */
export function copiedHash(paths: CasePaths, id: string): string | null {
  return sha256Of(copyOf(paths, id));
}

/** The caller records it first. The bytes are those that were read: UTF-8 is given back as it was. */
export function writeCopy(paths: CasePaths, { id, text }: Pick<CaseList, "id" | "text">): void {
  try {
    mkdirSync(appliedFolder(paths), { recursive: true });
  } catch (error) {
    throw asOperatorError(error, appliedFolder(paths));
  }
  writeAtomically(copyOf(paths, id), text);
}

export function removeCopy(paths: CasePaths, id: string): void {
  rmSync(copyOf(paths, id), { force: true });
}
