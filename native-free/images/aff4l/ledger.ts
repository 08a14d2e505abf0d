/** Which content is where: the first occurrence is a member under its own path, every further one a map onto that member. */
import { duplicateFolder, hasContent, type EntryFacts } from "./entry.ts";
import { memberName } from "./member-name.ts";
import type { Place } from "./turtle-text.ts";

/** Member that holds the content with a SHA-256 (hex). */
export type Contents = Map<string, string>;

export interface Placed {
  readonly name: string;
  readonly place: Place;
}

/** Gives the entries of a folder their places, in order. The same entries get the same places. */
export class Ledger {
  readonly contents: Contents;
  /** Further occurrences so far. */
  duplicates = 0;

  /** With the contents of an earlier pass over the same entries, or none. */
  constructor(contents: Contents = new Map()) {
    this.contents = contents;
  }

  /** To be called once for each entry. Empty files are members of their own: a map would be larger. */
  place(entry: EntryFacts): Placed {
    const name = memberName(entry.path);
    if (!hasContent(entry)) return { name, place: null };
    if (entry.size === 0) return { name, place: { member: name } };
    const target = this.contents.get(entry.sha256);
    if (target === undefined) this.contents.set(entry.sha256, name);
    if (target === undefined || target === name) return { name, place: { member: name } };
    return { name, place: { map: duplicateFolder(this.duplicates++), target } };
  }
}
