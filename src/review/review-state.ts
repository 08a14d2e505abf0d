/**
 * What all officers' acts amount to. Nobody overwrites anybody: a tag, bookmark or mark belongs to the officer who set it
 * and holds until that officer takes it back; an item is kept out of searches while anybody's mark holds.
 */
import type { Case } from "../case/case-folder.ts";
import { likeValue } from "../search/wildcard.ts";
import { marks, type Mark, type ReviewLine, type SavedSearch } from "./review-line.ts";
import { readReviewLines } from "./review-log.ts";

export interface ReviewedItem {
  readonly exhibit: string;
  readonly item: string;
  /** Officers by tag, in the order in which they set it. */
  readonly tags: ReadonlyMap<string, ReadonlySet<string>>;
  readonly marks: ReadonlyMap<Mark, ReadonlySet<string>>;
  readonly bookmarks: ReadonlySet<string>;
  readonly comments: readonly { readonly officer: string; readonly at: string; readonly text: string }[];
}

export interface StoredSearch extends SavedSearch {
  readonly officer: string;
  readonly at: string;
}

/** Item ids of one exhibit that a mark keeps out of searches; each is in one list only, the first that applies. */
export type KeptOut = Readonly<Record<Mark, readonly string[]>>;

interface Holding {
  readonly exhibit: string;
  readonly item: string;
  readonly tags: Map<string, Set<string>>;
  readonly marks: Map<Mark, Set<string>>;
  readonly bookmarks: Set<string>;
  readonly comments: { officer: string; at: string; text: string }[];
}

const keyOf = (exhibit: string, item: string) => `${exhibit}\0${item}`;

/** Reads and merges the work product of a case. Throws OperatorError for a file that was changed. */
export function readReview(theCase: Case): ReviewState {
  return new ReviewState(readReviewLines(theCase.paths.review, theCase.file.id));
}

export class ReviewState {
  /** All acts in the order of their times; those of one officer in the order in which they were done. */
  readonly history: readonly ReviewLine[];
  readonly #items = new Map<string, Holding>();
  readonly #searches = new Map<string, StoredSearch>();

  constructor(lines: readonly ReviewLine[]) {
    // The sort is stable, so that a clock that was put back does not reorder one officer's acts on the same moment.
    this.history = lines.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    // Acts of different officers never touch the same thing: each officer's in the order of the file is enough.
    for (const line of lines) this.#take(line);
  }

  #take(line: ReviewLine): void {
    const { officer, at } = line;
    if (line.act === "save-search") this.#searches.set(keyOf(officer, line.value.name), { ...line.value, officer, at });
    else if (line.act === "remove-search") this.#searches.delete(keyOf(officer, line.value.name));
    else applyTo(this.#holding(line.exhibit, line.item), line);
  }

  #holding(exhibit: string, item: string): Holding {
    const key = keyOf(exhibit, item);
    let held = this.#items.get(key);
    if (!held) {
      held = { exhibit, item, tags: new Map(), marks: new Map(), bookmarks: new Set(), comments: [] };
      this.#items.set(key, held);
    }
    return held;
  }

  /** Null for an item that nobody touched. */
  item(exhibit: string, item: string): ReviewedItem | null {
    return this.#items.get(keyOf(exhibit, item)) ?? null;
  }

  /** Sorted by exhibit and item id; those from which everything was taken back are among them. */
  items(): ReviewedItem[] {
    return [...this.#items.values()].sort((a, b) => (keyOf(a.exhibit, a.item) < keyOf(b.exhibit, b.item) ? -1 : 1));
  }

  /** Sorted by name and officer. */
  searches(): StoredSearch[] {
    return [...this.#searches.values()].sort((a, b) => (keyOf(a.name, a.officer) < keyOf(b.name, b.officer) ? -1 : 1));
  }

  /** Ids of the items of an exhibit with a tag that fits a folded pattern. */
  tagged(exhibit: string, pattern: string): string[] {
    return this.#idsWhere(exhibit, (held) => [...held.tags.keys()].some((tag) => likeValue(tag, pattern)));
  }

  /** The same for marks. */
  marked(exhibit: string, pattern: string): string[] {
    return this.#idsWhere(exhibit, (held) => [...held.marks.keys()].some((mark) => likeValue(mark, pattern)));
  }

  /** Null where no mark holds in the exhibit. */
  keptOut(exhibit: string): KeptOut | null {
    const lists: Record<Mark, string[]> = { privileged: [], hidden: [], "out-of-scope": [] };
    for (const held of this.#items.values()) {
      if (held.exhibit !== exhibit) continue;
      const first = marks.find((mark) => held.marks.has(mark));
      if (first) lists[first].push(held.item);
    }
    return marks.some((mark) => lists[mark].length > 0) ? lists : null;
  }

  #idsWhere(exhibit: string, holds: (held: Holding) => boolean): string[] {
    const found: string[] = [];
    for (const held of this.#items.values()) if (held.exhibit === exhibit && holds(held)) found.push(held.item);
    return found;
  }
}

type ItemLine = Exclude<ReviewLine, { act: "save-search" | "remove-search" }>;

function applyTo(held: Holding, line: ItemLine): void {
  const { officer, at } = line;
  switch (line.act) {
    case "tag":
      return addTo(held.tags, line.value, officer);
    case "untag":
      return removeFrom(held.tags, line.value, officer);
    case "mark":
      return addTo(held.marks, line.value, officer);
    case "unmark":
      return removeFrom(held.marks, line.value, officer);
    case "bookmark":
      return void held.bookmarks.add(officer);
    case "unbookmark":
      return void held.bookmarks.delete(officer);
    case "comment":
      return void held.comments.push({ officer, at, text: line.value });
  }
}

function addTo<Name>(held: Map<Name, Set<string>>, name: Name, officer: string): void {
  const officers = held.get(name);
  if (officers) officers.add(officer);
  else held.set(name, new Set([officer]));
}

function removeFrom<Name>(held: Map<Name, Set<string>>, name: Name, officer: string): void {
  const officers = held.get(name);
  officers?.delete(officer);
  if (officers?.size === 0) held.delete(name);
}
