/** The watch-lists of a case, made ready once for each thread: what they say of text, and of bytes. */
import { rawTermsOf } from "../native-free/scanning/raw-terms.ts";
import type { RawTerms } from "../native-free/scanning/scan-bytes.ts";
import { parseWatchList } from "../native-free/watchlists/parse-list.ts";
import type { WatchList } from "../native-free/watchlists/watch-list.ts";
import { compileWatchLists, type WatchHit, type WatchMatcher } from "../native-free/watchlists/watch-matcher.ts";

/** Texts that were parsed without a problem before, with the names of their files. */
export interface ListText {
  readonly name: string;
  readonly text: string;
}

export interface FoundTermInText {
  readonly list: string;
  /** The entry as the list writes it; of a regex what stands there. */
  readonly value: string;
  /** UTF-16 units. */
  readonly from: number;
  readonly to: number;
}

export class ContentWatch {
  readonly #lists: readonly WatchList[];
  readonly #all: WatchMatcher;
  /** Made when bytes are first searched: what only sees text needs neither. Of `#textOnly` null: all entries have a form in raw bytes. */
  #raw: RawTerms | null = null;
  #textOnly: WatchMatcher | null | undefined = undefined;

  constructor(texts: readonly ListText[]) {
    this.#lists = texts.flatMap(({ name, text }) => parseWatchList(text, name).list ?? []);
    this.#all = compileWatchLists(this.#lists);
  }

  get raw(): RawTerms {
    return (this.#raw ??= rawTermsOf(this.#all));
  }

  /** Of the entries that have no form in raw bytes; null where all have one. */
  #ofTextOnly(): WatchMatcher | null {
    const textOnly = new Set(this.#all.notInRawBytes().map(({ entry }) => entry));
    let first = 0;
    const rest = this.#lists.map((list) => {
      const from = first;
      first += list.entries.length;
      return { ...list, entries: list.entries.filter((_, index) => textOnly.has(from + index)) };
    });
    return textOnly.size === 0 ? null : compileWatchLists(rest);
  }

  inText(text: string, found: (hit: FoundTermInText) => void): void {
    tell(this.#all, text, found);
  }

  /** Of the strings of bytes that are searched themselves: only entries that bytes cannot be searched for. */
  inStrings(text: string, found: (hit: FoundTermInText) => void): void {
    if (this.#textOnly === undefined) this.#textOnly = this.#ofTextOnly();
    if (this.#textOnly) tell(this.#textOnly, text, found);
  }
}

/** A regex may match very much. */
const longestValue = 256;

function tell(matcher: WatchMatcher, text: string, found: (hit: FoundTermInText) => void): void {
  matcher.findInText(text, ({ list, entry, rule, text: there, from, to }: WatchHit) => {
    const value = rule === "regex" ? there.slice(0, longestValue).toWellFormed() : matcher.entries[entry]!.text;
    found({ list, value, from, to });
  });
}
