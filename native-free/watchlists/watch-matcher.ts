/**
 * Watch-lists made ready to look for all their entries at once: in the text of items, and in raw bytes, where the anchors of the
 * entries go into the multi-pattern scan and each find is then judged here.
 */
import { fold, foldWithMap, originalRange } from "../model/fold.ts";
import { contradicts, neighboursOf } from "./anchor-neighbours.ts";
import { CodeTerms, type CodeTerm } from "./code-terms.ts";
import { FoldedPieces } from "./folded-pieces.ts";
import { codeCharacters, regexSource } from "./parse-entry.ts";
import { decodeAround, encodeIn, isBigEndian, type RawEncoding } from "./raw-encodings.ts";
import { pagesOf, rawPatternsOf, type NotRaw, type RawPattern } from "./raw-patterns.ts";
import { RegexTerms } from "./regex-terms.ts";
import type { MatchMode, WatchEntry, WatchList } from "./watch-list.ts";
import { unitsOf, wordsIn, WordTerms, type FoldedFound, type WordTerm } from "./word-terms.ts";

export interface WatchHit {
  /** Id of the list. */
  readonly list: string;
  /** Number of the entry in `WatchMatcher.entries`. */
  readonly entry: number;
  readonly rule: MatchMode;
  /** In text UTF-16 units, in raw bytes bytes; of the original. */
  readonly from: number;
  readonly to: number;
  /** What stands there. */
  readonly text: string;
}

export interface RawWatchHit extends WatchHit {
  readonly encoding: Exclude<RawEncoding, "ascii">;
}

export interface ListedEntry extends WatchEntry {
  readonly list: WatchList;
}

export interface WatchMatcher {
  readonly entries: readonly ListedEntry[];
  /** Calls with each hit. Regexes come last; else hits of one kind come from left to right. */
  findInText(text: string, found: (hit: WatchHit) => void): void;
  patterns(): readonly RawPattern[];
  /** Entries that have no pattern: they are found in text only. */
  notInRawBytes(): readonly { readonly entry: number; readonly reason: NotRaw }[];
  /**
   * Judges a find of the scan: the whole entry must stand around it, with its word boundaries, in the pattern's encoding. Null where
   * it does not. Give 256 bytes on either side of the find where there are so many.
   */
  confirm(bytes: Uint8Array, at: number, pattern: RawPattern): RawWatchHit | null;
}

/** Bytes on either side of an anchor that are looked at: the rest of a phrase, or a word for tariff codes. */
const around = 256;

const isAscii = /^[\u0000-\u007f]*$/;

export function compileWatchLists(lists: readonly WatchList[]): WatchMatcher {
  return new CompiledLists(lists);
}

class CompiledLists implements WatchMatcher {
  readonly entries: readonly ListedEntry[];
  readonly #words: WordTerms;
  readonly #codes: CodeTerms;
  readonly #regexes: RegexTerms;
  #patterns: readonly RawPattern[] | null = null;
  readonly #neighbours = new Map<RawPattern, ReturnType<typeof neighboursOf>>();
  #notRaw: { readonly entry: number; readonly reason: NotRaw }[] = [];

  constructor(lists: readonly WatchList[]) {
    this.entries = lists.flatMap((list) => list.entries.map((entry) => ({ ...entry, list })));
    const words: WordTerm[] = [];
    const codes: CodeTerm[] = [];
    const regexes: { source: string; entry: number }[] = [];
    for (const [number, { mode, text, prefix, flags }] of this.entries.entries()) {
      if (mode === "regex") regexes.push({ source: regexSource(text, flags), entry: number });
      else if (mode === "code" || mode === "tariff") {
        const kind = mode === "tariff" ? "tariff" : prefix ? "prefix" : "exact";
        codes.push({ kind, characters: codeCharacters(text), entry: number });
      } else words.push({ mode, words: wordsIn(fold(text)), entry: number });
    }
    this.#words = new WordTerms(words);
    this.#codes = new CodeTerms(codes);
    this.#regexes = new RegexTerms(regexes);
  }

  findInText(text: string, found: (hit: WatchHit) => void): void {
    const pieces = new FoldedPieces(text);
    const tell = (entry: number, from: number, to: number): void => {
      const { list, mode } = this.entries[entry]!;
      found({ list: list.id, entry, rule: mode, from, to, text: text.slice(from, to) });
    };
    this.#findInFolded(pieces.folded, (entry, from, to) => {
      const range = pieces.original(from, to);
      tell(entry, range.start, range.end);
    });
    this.#regexes.find(text, tell);
  }

  #findInFolded(folded: string, found: FoldedFound): void {
    this.#words.find(unitsOf(folded), this.#codes, found);
  }

  patterns(): readonly RawPattern[] {
    if (this.#patterns !== null) return this.#patterns;
    const patterns: RawPattern[] = [];
    this.#notRaw = [];
    for (const [entry, item] of this.entries.entries()) {
      const own = rawPatternsOf(item, entry);
      if (typeof own === "string") this.#notRaw.push({ entry, reason: own });
      else patterns.push(...own);
    }
    this.#patterns = patterns;
    return patterns;
  }

  notInRawBytes(): readonly { readonly entry: number; readonly reason: NotRaw }[] {
    this.patterns();
    return this.#notRaw;
  }

  confirm(bytes: Uint8Array, at: number, pattern: RawPattern): RawWatchHit | null {
    if (pattern.encoding !== "ascii") {
      const wide = this.#confirmIn(bytes, at, pattern, pattern.encoding);
      if (wide === null || !isAscii.test(wide.text) || !isOtherOrder(bytes, at, pattern)) return wide;
      // The other reading may be cut by a letter beyond Latin-1: then this one is told rather than none.
      const isLittle = pattern.encoding === "utf-16le";
      const other = this.#confirmIn(bytes, isLittle ? at - 1 : at + 1, pattern, isLittle ? "utf-16be" : "utf-16le");
      return other === null ? wide : null;
    }
    if (this.#isContradicted(bytes, at, pattern)) return null;
    const hit = this.#confirmIn(bytes, at, pattern, "utf-8");
    if (hit !== null) return hit;
    const { text } = this.entries[pattern.entry]!;
    for (const page of pagesOf(text)) {
      const inPage = encodeIn(text, page) === null ? null : this.#confirmIn(bytes, at, pattern, page);
      if (inPage !== null) return inPage;
    }
    return null;
  }

  #isContradicted(bytes: Uint8Array, at: number, pattern: RawPattern): boolean {
    let neighbours = this.#neighbours.get(pattern);
    if (neighbours === undefined) {
      neighbours = neighboursOf(this.entries[pattern.entry]!, pattern.bytes);
      this.#neighbours.set(pattern, neighbours);
    }
    return neighbours !== null && contradicts(bytes, at, at + pattern.bytes.length, neighbours);
  }

  #confirmIn(
    bytes: Uint8Array,
    at: number,
    { entry: wanted, bytes: anchor }: RawPattern,
    encoding: Exclude<RawEncoding, "ascii">,
  ): RawWatchHit | null {
    const end = at + anchor.length;
    const from = Math.max(0, at - around);
    const { text, places } = decodeAround(bytes, from, at, Math.min(bytes.length, end + around), encoding);
    const map = foldWithMap(text);
    let hit: RawWatchHit | null = null;
    this.#findInFolded(map.folded, (entry, foldedFrom, foldedTo) => {
      if (entry !== wanted || hit !== null) return;
      const range = originalRange(map, foldedFrom, foldedTo);
      const first = places[range.start]!;
      const last = places[range.end]!;
      if (first > at || last < end) return;
      const { list, mode } = this.entries[entry]!;
      hit = {
        list: list.id,
        entry,
        rule: mode,
        from: first,
        to: last,
        text: text.slice(range.start, range.end),
        encoding,
      };
    });
    return hit;
  }
}

/** True where ASCII in UTF-16 stands in the other byte order than the pattern's: its other pattern finds it one byte beside. */
function isOtherOrder(bytes: Uint8Array, at: number, { encoding, fold: folds, bytes: anchor }: RawPattern): boolean {
  if (!folds) return false;
  if (encoding === "utf-16le") return at > 0 && bytes[at - 1] === 0 && isBigEndian(bytes, at - 1);
  const end = at + anchor.length;
  return encoding === "utf-16be" && end < bytes.length && bytes[end] === 0 && !isBigEndian(bytes, at);
}
