/** Why an item is a hit: the first rule of the query that holds for it, where, and the words around. */
import { textOverlapChars } from "../../native-free/model/prepared.ts";
import { blockId, blockIds, indexRow } from "../case/text-rows.ts";
import type { WorkFileReader } from "../case/work-file-reader.ts";
import { fullPath, type StoredItem } from "../case/work-file-rows.ts";
import { foldersOf } from "../case/item-paths.ts";
import { ftsExpression } from "./sets/word-sets.ts";
import { firstPhrasePlace, phrasePlaces } from "./phrase-finder.ts";
import { placesOf, type Condition, type FilterTerm, type Query, type SpecialTerm, type TextTerm } from "./query.ts";
import { holdsWords, liesWithin } from "./field-values.ts";
import { mayHold, wordsOfItem } from "./item-words.ts";
import { likeValue } from "./wildcard.ts";
import { holdsContent } from "./words/candidates.ts";
import { placeFinder, type PlaceFinder } from "./words/places.ts";

export interface Snippet {
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

/** Where a hit in text stands: the mark before it ("page 3"), and the block it was found in. */
export interface HitPlace {
  readonly label: string | null;
  readonly block: number;
}

export interface Hit {
  readonly item: StoredItem;
  readonly exhibit: string;
  readonly path: string;
  /** The part of the query that matched, as it was typed; all of it for `*` and where only an exclusion holds. */
  readonly rule: string;
  /** `text`, `name`, `path`, the field of a filter, `all` for `*`, or `not`: nothing that is excluded is in it. */
  readonly field: string;
  /** UTF-16 units from the beginning of the text (or name), bytes for identifiers of raw bytes; null for other filters. */
  readonly offset: number | null;
  readonly length: number | null;
  readonly place: HitPlace | null;
  readonly snippet: Snippet | null;
  /** How often the rule holds in the text or name. */
  readonly matches: number;
  /** False where the text is so long that only its beginning was counted. */
  readonly matchesComplete: boolean;
}

type Found = Pick<Hit, "field" | "offset" | "length" | "place" | "snippet" | "matches" | "matchesComplete">;

/** Blocks (of a million characters) in which matches are counted. */
const countedBlocks = 16;
/** A text of so few blocks is read faster than the index is asked. */
const scannedBlocks = 4;
/** From so many terms on the words of an item are gathered first. */
const manyTerms = 8;
const charsBefore = 60;
const charsAfter = 100;

const nowhere: Found = {
  field: "all",
  offset: null,
  length: null,
  place: null,
  snippet: null,
  matches: 0,
  matchesComplete: true,
};

/**
 * Explains a hit. `terms` are the positive terms of `query`, `text` is it as typed; `holds` tells whether a condition of them is what the
 * item was found by.
 */
export function explainHit(
  { reader, exhibit, item }: { readonly reader: WorkFileReader; readonly exhibit: string; readonly item: StoredItem },
  terms: readonly (TextTerm | SpecialTerm | FilterTerm)[],
  query: Query,
  text: string,
  holds: (term: FilterTerm) => boolean,
): Hit {
  const base = { item, exhibit, path: fullPath(exhibit, item.path) };
  const words = terms.length > manyTerms ? wordsOfItem(reader, item) : null;
  for (const term of terms) {
    if (words && term.kind === "text" && !mayHold(words, term)) continue;
    const found = term.kind === "filter" ? findEntity(reader, item, term.condition) : findTerm(reader, item, term);
    if (found) return { ...base, rule: text.slice(term.at, term.end), ...found };
  }
  const filter = terms.find((term): term is FilterTerm => term.kind === "filter" && holds(term));
  if (!filter) return { ...base, rule: text.trim(), ...nowhere, field: query.kind === "all" ? "all" : "not" };
  return { ...base, rule: text.slice(filter.at, filter.end), ...nowhere, field: filter.condition.on, matches: 1 };
}

function findTerm(reader: WorkFileReader, item: StoredItem, term: TextTerm | SpecialTerm): Found | null {
  const { text, name, folders, fields, property } = placesOf(term);
  if (property !== null) return holdsContent(reader, item, term) ? { ...nowhere, field: property, matches: 1 } : null;
  const find = term.kind === "text" ? phrasePlaces(term) : placeFinder(term, item.content?.language ?? null);
  return (
    (text ? findInText(reader, item, term, find) : null) ??
    (fields === false ? null : findInFields(reader, item, find, fields)) ??
    (name ? findInName(item.name.text, "name", find) : null) ??
    (folders ? findInName(foldersOf(item.path), "path", find) : null)
  );
}

/** Where an identifier stands that a condition asks for; null for other conditions. In bytes there are no words to show. */
function findEntity(reader: WorkFileReader, item: StoredItem, condition: Condition): Found | null {
  if (condition.on !== "entity") return findValue(reader, item, condition);
  const { kind, pattern } = condition;
  const all = reader
    .entities(item)
    .filter((each) => (kind === "*" || each.kind === kind) && (pattern === null || likeValue(each.value, pattern)));
  const [first] = all;
  if (!first) return null;
  const found = { ...nowhere, field: "entity", matches: all.length };
  const content = item.content ? reader.contentNumber(item.content.sha256) : null;
  const block = first.block === null || content === null ? null : reader.block(content, first.block);
  if (!block) return { ...found, offset: first.offset, length: first.length };
  const label = block.labels.findLast((mark) => mark.at <= first.offset)?.label ?? null;
  const range = { start: first.offset, end: first.offset + first.length };
  const start = blockStart(reader.blockChars(content ?? 0), block.index);
  return { ...found, ...cut(block.text, range), offset: start + first.offset, place: { label, block: block.index } };
}

/** The first field (of that name, or of any) of the content that the term holds for. `field` is its name. */
function findInFields(reader: WorkFileReader, item: StoredItem, find: PlaceFinder, only: string | true): Found | null {
  for (const { name, value } of reader.fields(item)) {
    if (only !== true && name !== only) continue;
    const places = [...find(value)];
    const [place] = places;
    if (place) return { ...cut(value, place), field: name, place: null, matches: places.length, matchesComplete: true };
  }
  return null;
}

/** What a condition on a field found: its value. */
function findValue(reader: WorkFileReader, item: StoredItem, condition: Condition): Found | null {
  if (condition.on !== "field") return null;
  const { name, words, pattern, range } = condition;
  const values = reader.fields(item).filter((field) => {
    if (field.name !== name) return false;
    if (words) return holdsWords(field.value, words.join(" "));
    if (pattern !== null) return likeValue(field.value, pattern);
    return liesWithin(name, field.value, range?.from ?? null, range?.to ?? null);
  });
  const [first] = values;
  if (!first) return null;
  return {
    ...nowhere,
    ...cut(first.value, { start: 0, end: first.value.length }),
    field: name,
    matches: values.length,
  };
}

function findInName(text: string, field: "name" | "path", find: PlaceFinder): Found | null {
  const places = [...find(text)];
  const [place] = places;
  if (!place) return null;
  return { ...cut(text, place), field, place: null, matches: places.length, matchesComplete: true };
}

function findInText(
  reader: WorkFileReader,
  item: StoredItem,
  term: TextTerm | SpecialTerm,
  find: PlaceFinder,
): Found | null {
  const content = item.content ? reader.contentNumber(item.content.sha256) : null;
  if (content === null) return null;
  const chars = reader.blockChars(content);
  const blocks = blocksWith(reader, content, chars.length, term);
  let first: Found | null = null;
  let matches = 0;
  for (const [at, index] of blocks.entries()) {
    // A place is looked for as far as it takes; beyond that, places are not counted.
    if (at >= countedBlocks && first) break;
    const block = reader.block(content, index);
    if (!block) continue;
    // Most texts have one block, of which the first place and the number are all that is wanted.
    const isShort = index === 0 && term.kind === "text";
    const atOnce = isShort ? firstPhrasePlace(block.text, term) : null;
    const places = isShort ? (atOnce ? [atOnce] : []) : find(block.text);
    for (const place of places) {
      // What lies in the overlap was counted in the block before.
      if (index > 0 && place.end <= textOverlapChars) continue;
      matches += atOnce?.count ?? 1;
      if (first) continue;
      const label: string | null = block.labels.findLast((mark) => mark.at <= place.start)?.label ?? null;
      const start = blockStart(chars, index);
      const found = { ...cut(block.text, place), field: "text", place: { label, block: index } };
      first = { ...found, offset: start + place.start, matches: 0, matchesComplete: true };
    }
  }
  if (!first) return null;
  return { ...first, matches, matchesComplete: blocks.length <= countedBlocks };
}

/** Blocks to look at, in order: of a short text all, of a long one those that the index names where it can. */
function blocksWith(reader: WorkFileReader, content: number, count: number, term: TextTerm | SpecialTerm): number[] {
  if (count <= scannedBlocks || term.kind !== "text") return Array.from({ length: count }, (_, index) => index);
  const [first, end] = blockIds(content);
  const last = end - 1;
  const expression = ftsExpression(term);
  return reader
    .select<{ row: number }>(
      // Ranges on both sides: numbers are bound as REAL, and of such an equality the index takes no notice.
      `SELECT rowid AS row FROM fts_text WHERE fts_text MATCH ? AND rowid >= ? AND rowid <= ?
       UNION ALL SELECT rowid FROM fts_text WHERE fts_text MATCH ? AND rowid >= ? AND rowid <= ? ORDER BY 1`,
      [expression, indexRow(first), indexRow(first), expression, indexRow(first + 1), indexRow(last)],
    )
    .map(({ row }) => blockId(row) - first);
}

/** Where a block begins in the text, from the lengths of the blocks: each repeats the end of the one before. */
function blockStart(chars: readonly number[], index: number): number {
  return chars.slice(0, index).reduce((sum, length) => sum + length - textOverlapChars, 0);
}

/** Offset, length and the words around, never through the middle of a character. */
function cut(
  text: string,
  { start, end }: { start: number; end: number },
): Pick<Found, "offset" | "length" | "snippet"> {
  const snippet = {
    before: text.slice(Math.max(0, start - charsBefore), start).toWellFormed(),
    match: text.slice(start, end),
    after: text.slice(end, end + charsAfter).toWellFormed(),
  };
  return { offset: start, length: end - start, snippet };
}
