/** How an answer spreads over the values of a property: counted for all of its items, not for a page. */
import type { FieldName } from "../../../native-free/model/fields.ts";
import { listOfKind } from "../../../native-free/watchlists/list-kind.ts";
import type { CodeColumn } from "../../case/columns.ts";
import { contentState } from "../../case/schema.ts";
import { marks } from "../../review/review-line.ts";
import type { ReviewState } from "../../review/review-state.ts";
import type { SearchedFile } from "../searched-file.ts";
import { BitSet } from "./bit-set.ts";
import { mergeSorted } from "./merge-sorted.ts";
import { narrowing } from "./narrowing.ts";
import { sizeClasses } from "./size-classes.ts";
import { codedNames, compareText, documentFieldOf, type DocumentField } from "./sorting.ts";

const otherFacets = [
  ...(["exhibit", "owner", "mismatch", "encrypted", "duplicates", "size", "year", "month"] as const),
  ...(["entity", "watchlist", "known", "hashset", "tag", "mark"] as const),
] as const;

/** Facets beside every field of documents (`author`, `company` …). */
export const facetNames = [...codedNames, ...otherFacets] as const;
export type FacetName = (typeof facetNames)[number] | DocumentField;

export interface FacetValue {
  /** Null: the property is not known, or there is none. */
  readonly value: string | null;
  readonly items: number;
  /** Joined to the query, it leaves the items of this value (see narrowing.ts); null where no query says so. */
  readonly query: string | null;
}

export interface Facet {
  readonly name: FacetName;
  /** The most frequent first; years, months and sizes in their order. An item with several values counts for each. */
  readonly values: readonly FacetValue[];
  /** Values beyond those that are told, and the sum of their items. */
  readonly more: { readonly values: number; readonly items: number };
}

/** Items of a work file that are counted. */
export interface Counted {
  readonly file: SearchedFile;
  readonly shown: BitSet;
}

type Tally = Map<string | null, number>;

/** `most`: values told of a facet. Histograms (`year`, `month`, `size`) are told whole. */
export function facetOf(name: FacetName, files: readonly Counted[], review: ReviewState, most: number): Facet {
  const tally: Tally = new Map();
  if (name === "duplicates") tallyDuplicates(files, tally);
  else for (const counted of files) tallyFile(name, counted, tally, review);
  const isHistogram = name === "year" || name === "month" || name === "size";
  const order = isHistogram ? inOrder(name) : mostFirst;
  const values = [...tally].map(([value, items]) => ({ value, items })).filter(({ items }) => items > 0);
  values.sort(order);
  const told = (isHistogram ? values : values.slice(0, most)).map((each) => ({
    ...each,
    query: narrowing(name, each.value),
  }));
  const rest = values.slice(told.length);
  return { name, values: told, more: { values: rest.length, items: rest.reduce((sum, { items }) => sum + items, 0) } };
}

type Count = Omit<FacetValue, "query">;

function mostFirst(a: Count, b: Count): number {
  return b.items - a.items || compareText(a.value ?? "", b.value ?? "");
}

function inOrder(name: FacetName): (a: Count, b: Count) => number {
  return (a, b) => {
    if (a.value === null || b.value === null) return (a.value === null ? 1 : 0) - (b.value === null ? 1 : 0);
    return name === "size"
      ? sizeClasses.findIndex(({ label }) => label === a.value) -
          sizeClasses.findIndex(({ label }) => label === b.value)
      : compareText(a.value, b.value);
  };
}

function add(tally: Tally, value: string | null, items: number): void {
  tally.set(value, (tally.get(value) ?? 0) + items);
}

function tallyFile(name: Exclude<FacetName, "duplicates">, counted: Counted, tally: Tally, review: ReviewState): void {
  const { file, shown } = counted;
  switch (name) {
    case "exhibit":
      return add(tally, file.label, shown.count());
    case "owner":
      return add(tally, file.custodian, shown.count());
    case "mismatch":
      return tallyCodes(counted, "mismatch", tally, (value) => (value === "1" ? "yes" : "no"));
    case "encrypted":
      return tallyCodes(counted, "reason", tally, (value) => (value === "encrypted" ? "yes" : "no"));
    case "size":
      return tallyNumbers(counted, "size", tally, (index) => sizeClasses[index]!.label);
    case "year":
      return tallyNumbers(counted, "modified", tally, (ms) => monthOf(ms).slice(0, -3));
    case "month":
      return tallyNumbers(counted, "modified", tally, monthOf);
    case "entity":
    case "watchlist":
      return tallyEntities(counted, name, tally);
    case "known":
    case "hashset":
      return tallyKnown(counted, name, tally);
    case "tag":
    case "mark":
      return tallyReview(counted, name, tally, review);
    default: {
      const coded = codedNames.find((known) => known === name);
      return coded
        ? tallyCodes(counted, coded, tally)
        : tallyField(counted, documentFieldOf(name as DocumentField), tally);
    }
  }
}

function tallyCodes(
  { file, shown }: Counted,
  name: CodeColumn,
  tally: Tally,
  label: (value: string | null) => string | null = (value) => value,
): void {
  const { codes, values } = file.columns.codes(name);
  const counts = new Float64Array(values.length);
  for (let rank = shown.next(0); rank >= 0; rank = shown.next(rank + 1)) counts[codes[rank]!]! += 1;
  counts.forEach((items, code) => {
    if (items > 0) add(tally, code === 0 ? null : label(values[code] ?? null), items);
  });
}

/** Many items have the same day or the same class of sizes: labels are made once. */
function tallyNumbers(
  { file, shown }: Counted,
  name: "size" | "modified",
  tally: Tally,
  label: (value: number) => string,
): void {
  const column = file.columns.numbers(name);
  const bucketOf = name === "size" ? sizeClass : (ms: number) => Math.floor(ms / dayMs);
  const counts = new Map<number, number>();
  let missing = 0;
  for (let rank = shown.next(0); rank >= 0; rank = shown.next(rank + 1)) {
    const value = column[rank]!;
    if (Number.isNaN(value)) missing += 1;
    else {
      const bucket = bucketOf(value);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
  }
  for (const [bucket, items] of counts) add(tally, label(name === "size" ? bucket : bucket * dayMs), items);
  if (missing > 0) add(tally, null, missing);
}

const dayMs = 86_400_000;

/** `2019-03`, UTC; years outside of 0 to 9999 as ISO 8601 has them. */
function monthOf(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "beyond the calendar-00";
  return date.toISOString().replace(/^([+-]?\d+-\d\d)-.*$/s, "$1");
}

function sizeClass(bytes: number): number {
  return sizeClasses.findIndex(({ below }) => bytes < below);
}

/** How many items of the answer have each content; by content number. */
function itemsByContent({ file, shown }: Counted): Uint32Array {
  const contentOf = file.columns.rows("content");
  const counts = new Uint32Array(file.columns.contentLimit);
  for (let rank = shown.next(0); rank >= 0; rank = shown.next(rank + 1)) counts[contentOf[rank]!]! += 1;
  return counts;
}

function sumOf(counts: Uint32Array, contents: Iterable<number>): number {
  let sum = 0;
  for (const content of contents) sum += counts[content] ?? 0;
  return sum;
}

function tallyEntities(counted: Counted, name: "entity" | "watchlist", tally: Tally): void {
  const counts = itemsByContent(counted);
  for (const { value, contents } of counted.file.columns.groups("entity")) {
    const list = listOfKind(value);
    if ((list !== null) === (name === "watchlist")) add(tally, list ?? value, sumOf(counts, contents));
  }
}

function tallyKnown(counted: Counted, name: "known" | "hashset", tally: Tally): void {
  const counts = itemsByContent(counted);
  const { columns } = counted.file;
  const held = new BitSet(columns.contentLimit);
  for (const { contents } of columns.groups("known")) for (const content of contents) held.add(content);
  for (const { value, contents } of columns.groups(name === "known" ? "known" : "list")) {
    add(tally, value, sumOf(counts, contents));
  }
  let none = 0;
  for (let content = 0; content < counts.length; content += 1) if (!held.has(content)) none += counts[content]!;
  if (none > 0) add(tally, null, none);
}

function tallyField(counted: Counted, name: FieldName, tally: Tally): void {
  const counts = itemsByContent(counted);
  const held = new BitSet(counted.file.columns.contentLimit);
  const rows = counted.file.reader.iterate<{ content: number; value: string }>(
    `SELECT m.content AS content, m.value AS value FROM metadata m JOIN content c ON c.id = m.content
     WHERE m.name = ? AND c.state = ${contentState.complete} ORDER BY m.content`,
    [name],
  );
  let last = 0;
  const seen = new Set<string>();
  for (const { content, value } of rows) {
    if (!counts[content]) continue;
    if (content !== last) seen.clear();
    last = content;
    // A content that says the same twice counts once.
    if (seen.has(value)) continue;
    seen.add(value);
    held.add(content);
    add(tally, value, counts[content]!);
  }
  let none = 0;
  for (let content = 0; content < counts.length; content += 1) if (!held.has(content)) none += counts[content]!;
  if (none > 0) add(tally, null, none);
}

function tallyReview({ file, shown }: Counted, name: "tag" | "mark", tally: Tally, review: ReviewState): void {
  const { label, reader, columns } = file;
  const held = review.items().filter((each) => each.exhibit === label);
  if (held.length === 0) return;
  const rows = columns.rowsAt(shown);
  for (const each of held) {
    const [row] = reader.select<{ id: number }>("SELECT id FROM item WHERE key = ?", [each.item]);
    if (!row || !rows.has(row.id)) continue;
    const values = name === "tag" ? each.tags.keys() : marks.filter((mark) => each.marks.has(mark));
    for (const value of values) add(tally, value, 1);
  }
}

/** Whether more than one item of the answer has the same bytes, in whatever exhibit. */
function tallyDuplicates(files: readonly Counted[], tally: Tally): void {
  const counted = files.map((each) => ({ file: each.file, counts: itemsByContent(each) }));
  let [once, more, none] = [0, 0, 0];
  for (const { counts } of counted) {
    none += counts[0]!;
    for (let content = 1; content < counts.length; content += 1) {
      if (counts[content]! > 1) more += counts[content]!;
      else once += counts[content]!;
    }
  }
  // What has its bytes once in its own work file may have them in another one, too.
  const held = counted.map((each) => ({ ...each, contents: contentsIn(each.counts) }));
  const filled = held.filter(({ contents }) => contents.next(0) >= 0);
  if (filled.length > 1 && once > 0) {
    const hashed = filled.map(({ file, contents }) => file.hashed(contents));
    mergeSorted(
      hashed,
      ({ sha256 }) => sha256,
      (same) => {
        let holders = 0;
        let alone = 0;
        for (let at = 0; at < same.length; at += 1) {
          const found = same[at];
          if (!found) continue;
          holders += 1;
          if (filled[at]!.counts[found.content] === 1) alone += 1;
        }
        if (holders < 2) return;
        once -= alone;
        more += alone;
      },
    );
  }
  if (more > 0) add(tally, "yes", more);
  if (once > 0) add(tally, "no", once);
  if (none > 0) add(tally, null, none);
}

/** Contents that any item has. */
function contentsIn(counts: Uint32Array): BitSet {
  const contents = new BitSet(counts.length);
  for (let content = 1; content < counts.length; content += 1) if (counts[content]! > 0) contents.add(content);
  return contents;
}
