/** Counts the hits of one list, term by term and exhibit by exhibit, over what may be shown. Memory follows the terms, not the hits. */
import { RE2JS } from "re2js";
import { regexSource } from "../../native-free/watchlists/parse-entry.ts";
import type { WatchEntry, WatchList } from "../../native-free/watchlists/watch-list.ts";
import { hasWatchTables, kindOfList } from "../case/watch-store.ts";
import { fullPath } from "../case/work-file-rows.ts";
import type { ShownItems } from "./shown-items.ts";
import {
  watchBounds,
  type HitCounts,
  type LeftOut,
  type ListedTerm,
  type TermHits,
  type TopItem,
} from "./watch-content.ts";

interface CountedTerms {
  readonly total: HitCounts;
  readonly leftOut: LeftOut;
  readonly terms: readonly TermHits[];
  readonly zero: readonly ListedTerm[];
  readonly items: readonly TopItem[];
}

export function countTerms(list: WatchList, exhibits: readonly ShownItems[]): CountedTerms {
  const terms = new Terms(list);
  const leftOut = { outOfScope: 0, privileged: 0, hidden: 0, markedOutOfScope: 0 };
  const total = new Tally();
  const top: TopItem[] = [];
  for (const exhibit of exhibits) {
    const counter = new ExhibitCounter(list.id, exhibit);
    const all = new Tally();
    counter.count(terms, all);
    total.add(all.end(exhibit));
    counter.countLeftOut(leftOut);
    top.push(...counter.topItems());
  }
  const [hit, zero] = terms.told();
  const items = top.toSorted(byTerms).slice(0, watchBounds.items);
  return { total: total.counts(), leftOut, terms: hit, zero, items };
}

const byTerms = (a: TopItem, b: TopItem): number =>
  b.terms - a.terms || b.hits - a.hits || compare(a.exhibit, b.exhibit) || compare(a.path, b.path);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const noCounts: HitCounts = {
  ...{ hits: 0, inText: 0, inFields: 0, inNames: 0, inIdentifiers: 0 },
  ...{ items: 0, contents: 0 },
};

type Where = "inText" | "inFields" | "inNames" | "inIdentifiers";

/** Counts of one exhibit while they grow; contents and items are told apart by their numbers. */
class Tally {
  #counts: { -readonly [name in keyof HitCounts]: number } = { ...noCounts };
  #contents = new Set<number>();
  #items = new Map<number, number | null>();

  hit(where: Where, hits: number): void {
    this.#counts[where] += hits;
    this.#counts.hits += hits;
  }

  content(content: number): void {
    this.#contents.add(content);
  }

  /** An item with a hit of its own; `content` is what it holds. */
  item(row: number, content: number | null): void {
    this.#items.set(row, content);
  }

  /** What was counted of an exhibit; the tally is empty then. */
  end(exhibit: ShownItems): HitCounts {
    let items = 0;
    for (const content of this.#contents) items += exhibit.ofContent(content);
    // An item whose content has a hit too is counted with the content.
    for (const content of this.#items.values()) if (content === null || !this.#contents.has(content)) items += 1;
    const counts = { ...this.#counts, items, contents: this.#contents.size };
    this.#counts = { ...noCounts };
    this.#contents = new Set();
    this.#items = new Map();
    return counts;
  }

  add(counts: HitCounts): void {
    for (const name of Object.keys(noCounts) as (keyof HitCounts)[]) this.#counts[name] += counts[name];
  }

  counts(): HitCounts {
    return this.#counts;
  }
}

interface CountedTerm {
  readonly listed: ListedTerm;
  readonly tally: Tally;
  readonly exhibits: (HitCounts & { readonly exhibit: string })[];
}

/** The entries of a list by what their hits are stored as. */
class Terms {
  readonly #all: CountedTerm[] = [];
  readonly #byText = new Map<string, CountedTerm>();
  readonly #regexes: { readonly regex: RE2JS; readonly term: CountedTerm }[] = [];

  constructor({ entries }: WatchList) {
    for (const entry of entries) {
      if (entry.mode === "regex") {
        const term = this.#new(entry);
        this.#regexes.push({ regex: RE2JS.compile(regexSource(entry.text, entry.flags)), term });
        continue;
      }
      const known = this.#byText.get(entry.text);
      if (!known) this.#byText.set(entry.text, this.#new(entry));
      else if (!known.listed.modes.includes(entry.mode)) (known.listed.modes as string[]).push(entry.mode);
    }
  }

  #new({ text, flags, mode, prefix, label, category, line }: WatchEntry): CountedTerm {
    const term = mode === "regex" ? `/${text}/${flags}` : `${text}${prefix ? "*" : ""}`;
    const counted = { listed: { term, modes: [mode], label, category, line }, tally: new Tally(), exhibits: [] };
    this.#all.push(counted);
    return counted;
  }

  /**
   * The term of a stored value: an entry as it is written, or what a regular expression matched. The first expression that gives the
   * value back counts; one that depends on what stood around may not, then the first that finds something in it.
   */
  of(value: string): CountedTerm | null {
    const plain = this.#byText.get(value);
    if (plain) return plain;
    const whole = this.#regexes.find(({ regex }) => {
      const matcher = regex.matcher(value);
      return matcher.find() && matcher.start() === 0 && matcher.end() === value.length;
    });
    const part = whole ?? this.#regexes.find(({ regex }) => regex.matcher(value).find()) ?? this.#regexes[0];
    return part?.term ?? null;
  }

  /** What was counted of one exhibit goes to each term. */
  end(exhibit: ShownItems): void {
    for (const { tally, exhibits } of this.#all) {
      const counts = tally.end(exhibit);
      if (counts.hits > 0) exhibits.push({ exhibit: exhibit.label, ...counts });
    }
  }

  told(): [hit: TermHits[], zero: ListedTerm[]] {
    const hit = this.#all.filter(({ exhibits }) => exhibits.length > 0);
    const told = hit.map(({ listed, exhibits }): TermHits => {
      const sum = new Tally();
      for (const counts of exhibits) sum.add(counts);
      const { hits, inText, inFields, inNames, inIdentifiers, items, contents } = sum.counts();
      return { ...listed, hits, inText, inFields, inNames, inIdentifiers, items, contents, exhibits };
    });
    told.sort((a, b) => b.items - a.items || b.hits - a.hits || a.line - b.line);
    return [told, this.#all.filter(({ exhibits }) => exhibits.length === 0).map(({ listed }) => listed)];
  }
}

interface PlaceRow {
  readonly value: string;
  readonly place: string;
  readonly content: number | null;
  readonly item: number | null;
  readonly held: number | null;
}

class ExhibitCounter {
  readonly #list: string;
  readonly #exhibit: ShownItems;
  readonly #hasPlaces: boolean;

  constructor(list: string, exhibit: ShownItems) {
    this.#list = list;
    this.#exhibit = exhibit;
    this.#hasPlaces = hasWatchTables(exhibit.reader);
  }

  /** `all`: over all terms. */
  count(terms: Terms, all: Tally): void {
    const { reader } = this.#exhibit;
    const rows = reader.iterate<{ value: string; content: number; hits: number }>(
      "SELECT value, content, count(*) AS hits FROM entity WHERE kind = ? GROUP BY value, content",
      [kindOfList(this.#list)],
    );
    for (const { value, content, hits } of rows) {
      if (this.#exhibit.ofContent(content) === 0) continue;
      for (const tally of talliesOf(terms.of(value), all)) {
        tally.hit("inText", hits);
        tally.content(content);
      }
    }
    if (this.#hasPlaces) this.#countPlaces(terms, all);
    terms.end(this.#exhibit);
  }

  #countPlaces(terms: Terms, all: Tally): void {
    const rows = this.#exhibit.reader.iterate<PlaceRow>(
      `SELECT p.value, p.place, p.content, p.item, i.content AS held FROM watch_place p LEFT JOIN item i ON i.id = p.item
       WHERE p.list = ?`,
      [this.#list],
    );
    for (const { value, place, content, item, held } of rows) {
      const isShown = item === null ? this.#exhibit.ofContent(content ?? 0) > 0 : this.#exhibit.has(item);
      if (!isShown) continue;
      const where = place === "field" ? "inFields" : place === "identifier" ? "inIdentifiers" : "inNames";
      for (const tally of talliesOf(terms.of(value), all)) {
        tally.hit(where, 1);
        if (item !== null) tally.item(item, held);
        else if (content !== null) tally.content(content);
      }
    }
  }

  /** Items with a hit that may not be shown, by the reason. */
  countLeftOut(leftOut: { -readonly [name in keyof LeftOut]: number }): void {
    const ways = [
      "SELECT id FROM item WHERE content IN (SELECT content FROM entity WHERE kind = :kind)",
      ...(this.#hasPlaces
        ? [
            "SELECT id FROM item WHERE content IN (SELECT content FROM watch_place WHERE list = :list)",
            "SELECT item FROM watch_place WHERE list = :list AND item IS NOT NULL",
          ]
        : []),
    ];
    const params = { kind: kindOfList(this.#list), ...(this.#hasPlaces ? { list: this.#list } : {}) };
    for (const { id } of this.#exhibit.reader.iterate<{ id: number }>(ways.join(" UNION "), params)) {
      if (!this.#exhibit.has(id)) leftOut[this.#exhibit.reasonOf(id)] += 1;
    }
  }

  /** Shown items of the contents with most different terms in their text. */
  topItems(): TopItem[] {
    const { label: exhibit, reader, has } = this.#exhibit;
    const found: TopItem[] = [];
    const contents = reader.iterate<{ content: number; terms: number; hits: number }>(
      `SELECT content, count(DISTINCT value) AS terms, count(*) AS hits FROM entity WHERE kind = ?
       GROUP BY content ORDER BY terms DESC, hits DESC`,
      [kindOfList(this.#list)],
    );
    let last = { terms: 0, hits: 0 };
    for (const { content, terms, hits } of contents) {
      // Those that are equal to the last that is told are looked at too: their order is that of their paths.
      const isBehind = terms < last.terms || (terms === last.terms && hits < last.hits);
      if (found.length >= watchBounds.items && isBehind) break;
      if (this.#exhibit.ofContent(content) === 0) continue;
      last = { terms, hits };
      const items = reader.select<{ row: number; id: string; path: string }>(
        "SELECT id AS row, key AS id, path FROM item WHERE content = ? ORDER BY path, key",
        [content],
      );
      for (const { row, id, path } of items) {
        if (has(row)) found.push({ exhibit, id, path: fullPath(exhibit, path), terms, hits });
      }
    }
    return found.sort(byTerms).slice(0, watchBounds.items);
  }
}

function talliesOf(term: CountedTerm | null, all: Tally): Tally[] {
  return term ? [term.tally, all] : [all];
}
