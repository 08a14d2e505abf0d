/**
 * Counts the hits of one list, term by term and exhibit by exhibit, over what may be shown. Rows come in the order of their values:
 * contents and items are remembered for one value at a time, and as bits for what many values belong to.
 */
import { RE2JS } from "re2js";
import { kindOfList } from "../../native-free/watchlists/list-kind.ts";
import { regexSource } from "../../native-free/watchlists/parse-entry.ts";
import type { WatchEntry, WatchList } from "../../native-free/watchlists/watch-list.ts";
import { hasWatchTables } from "../case/watch-store.ts";
import { fullPath } from "../case/work-file-rows.ts";
import { BitSet } from "../search/sets/bit-set.ts";
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
    total.add(counter.count(terms));
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

/** Counts of one value in one exhibit while they grow; contents and items are told apart by their numbers. */
class Tally {
  #counts: { -readonly [name in keyof HitCounts]: number } = { ...noCounts };
  #contents = new Set<number>();
  #items = new Map<number, number | null>();

  hit(where: Where): void {
    this.#counts[where] += 1;
    this.#counts.hits += 1;
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

/** The same of many values in one exhibit: one bit for each content and item, however many hits there are. */
class WideTally {
  readonly #counts = { ...noCounts } as { -readonly [name in keyof HitCounts]: number };
  readonly #contents: BitSet;
  readonly #items: BitSet;

  constructor({ contents, items }: RowLimits) {
    this.#contents = new BitSet(contents);
    this.#items = new BitSet(items);
  }

  hit(where: Where): void {
    this.#counts[where] += 1;
    this.#counts.hits += 1;
  }

  content(content: number): void {
    this.#contents.add(content);
  }

  item(row: number): void {
    this.#items.add(row);
  }

  /** All hits were counted; of each item with a hit of its own it is said what it holds, once or more often. */
  held(row: number, content: number | null): void {
    if (!this.#items.has(row)) return;
    this.#items.remove(row);
    // An item whose content has a hit too is counted with the content.
    if (content === null || !this.#contents.has(content)) this.#counts.items += 1;
  }

  end(exhibit: ShownItems): HitCounts {
    const counts = { ...this.#counts, contents: this.#contents.count() };
    for (let at = this.#contents.next(0); at >= 0; at = this.#contents.next(at + 1)) {
      counts.items += exhibit.ofContent(at);
    }
    return counts;
  }
}

/** Numbers of rows of an exhibit are below these. */
interface RowLimits {
  readonly contents: number;
  readonly items: number;
}

interface CountedTerm {
  readonly listed: ListedTerm;
  /** Many values belong to it. */
  readonly isWide: boolean;
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
    const listed = { term, modes: [mode], label, category, line };
    const counted = { listed, isWide: mode === "regex", exhibits: [] };
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
  /** Null: in text. */
  readonly place: string | null;
  readonly content: number | null;
  readonly item: number | null;
  readonly held: number | null;
}

const whereOf = (place: string | null): Where =>
  place === null ? "inText" : place === "field" ? "inFields" : place === "identifier" ? "inIdentifiers" : "inNames";

class ExhibitCounter {
  readonly #list: string;
  readonly #exhibit: ShownItems;
  readonly #hasPlaces: boolean;

  constructor(list: string, exhibit: ShownItems) {
    this.#list = list;
    this.#exhibit = exhibit;
    this.#hasPlaces = hasWatchTables(exhibit.reader);
  }

  /** Gives each term what was counted of it. Returns what was counted over all terms. */
  count(terms: Terms): HitCounts {
    const limits = this.#limits();
    const all = new WideTally(limits);
    const wide = new Map<CountedTerm, WideTally>();
    const one = new Tally();
    let value: string | null = null;
    let term: CountedTerm | null = null;
    const tell = (counted: CountedTerm, counts: HitCounts) => {
      if (counts.hits > 0) counted.exhibits.push({ exhibit: this.#exhibit.label, ...counts });
    };
    const endValue = () => {
      if (term && !term.isWide) tell(term, one.end(this.#exhibit));
    };
    for (const row of this.#rows()) {
      if (!this.#isShown(row)) continue;
      if (row.value !== value) {
        endValue();
        value = row.value;
        term = terms.of(value);
        if (term?.isWide && !wide.has(term)) wide.set(term, new WideTally(limits));
      }
      const own = term && (wide.get(term) ?? one);
      for (const tally of own ? [own, all] : [all]) {
        tally.hit(whereOf(row.place));
        if (row.item !== null) tally.item(row.item, row.held);
        else if (row.content !== null) tally.content(row.content);
      }
    }
    endValue();
    for (const { item, held } of this.#heldItems()) for (const tally of [all, ...wide.values()]) tally.held(item, held);
    for (const [counted, tally] of wide) tell(counted, tally.end(this.#exhibit));
    return all.end(this.#exhibit);
  }

  #limits(): RowLimits {
    const [row] = this.#exhibit.reader.select<{ contents: number; items: number }>(
      `SELECT (SELECT coalesce(max(id), 0) + 1 FROM content) AS contents, (SELECT coalesce(max(id), 0) + 1 FROM item) AS items`,
    );
    return row ?? { contents: 0, items: 0 };
  }

  /** Hits in the order of values, as the indexes have them: sorted or grouped by SQL they would all be in memory at once. */
  #rows(): Iterable<PlaceRow> {
    const texts = `SELECT value, NULL AS place, content, NULL AS item, NULL AS held FROM entity WHERE kind = :kind`;
    const places = `SELECT p.value, p.place, p.content, p.item, i.content
      FROM watch_place p LEFT JOIN item i ON i.id = p.item WHERE p.list = :list`;
    const kind = kindOfList(this.#list);
    return this.#hasPlaces
      ? this.#exhibit.reader.iterate(`${texts} UNION ALL ${places} ORDER BY value`, { kind, list: this.#list })
      : this.#exhibit.reader.iterate(`${texts} ORDER BY value`, { kind });
  }

  #isShown({ item, content }: PlaceRow): boolean {
    return item === null ? this.#exhibit.ofContent(content ?? 0) > 0 : this.#exhibit.has(item);
  }

  /** Items with a hit of their own, and what they hold. */
  #heldItems(): Iterable<{ readonly item: number; readonly held: number | null }> {
    if (!this.#hasPlaces) return [];
    return this.#exhibit.reader.iterate(
      `SELECT p.item, i.content AS held FROM watch_place p LEFT JOIN item i ON i.id = p.item
       WHERE p.list = ? AND p.item IS NOT NULL`,
      [this.#list],
    );
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
