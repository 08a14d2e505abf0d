/** The watch-lists of a case: those in its folder `lists`, and those of the product that its profile names. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { CasePaths } from "../case/case-folder.ts";
import { runSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { readLists, shippedLists } from "../scan/read-lists.ts";
import type { Profile } from "./profile.ts";

/** A list as it was used: plain data. */
export interface UsedList {
  readonly id: string;
  readonly version: string;
  /** Name of the file, without its folder. */
  readonly file: string;
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  readonly entries: number;
  readonly text: string;
}

/** Ordered by id. Throws OperatorError: a list that the product does not have, and what `readLists` refuses. */
export function watchListsOf(paths: CasePaths, { lists }: Pick<Profile, "lists">): UsedList[] {
  const own = existsSync(paths.lists) && readdirSync(paths.lists).some((name) => name.toLowerCase().endsWith(".txt"));
  const shipped = lists.map((id) => {
    const file = join(shippedLists(), `${id}.txt`);
    if (!existsSync(file)) throw new OperatorError("profile/no-list", runSays.noSuchList(id));
    return file;
  });
  const read = readLists([...(own ? [paths.lists] : []), ...shipped]);
  const used = read.map(({ file, sha256, text, list }) => ({
    ...{ id: list.id, version: list.version, file: basename(file), sha256, entries: list.entries.length, text },
  }));
  return used.sort((a, b) => (a.id < b.id ? -1 : 1));
}
