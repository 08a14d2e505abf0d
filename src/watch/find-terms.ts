/**
 * Looks for the terms of watch-lists in what a work file holds: texts, fields and identifiers of contents, names and folders of items.
 * The matcher is the one of processing. Reads only.
 */
import { listOfKind, sqlOfListKinds } from "../../native-free/watchlists/list-kind.ts";
import { parseWatchList } from "../../native-free/watchlists/parse-list.ts";
import { ContentWatch } from "../../workers/content-watch.ts";
import { foldersOf } from "../case/item-paths.ts";
import { contentState } from "../case/schema.ts";
import { blockIds, contentOfRow, indexRow } from "../case/text-rows.ts";
import type { PlaceHit, TextHit } from "../case/watch-store.ts";
import type { WorkFileReader } from "../case/work-file-reader.ts";
import { storedBlock, type StoredBlock } from "../case/work-file-rows.ts";
import { IdentifierTerms } from "./identifier-terms.ts";
import { stretchesOf, type Stretch } from "./stored-text.ts";
import type { WatchResult, WatchTask, WatchThreadData } from "./watch-job.ts";

/** A hit in a short text: a name, a value. */
type Found = Pick<PlaceHit, "list" | "value" | "offset" | "length">;

export class TermFinder {
  readonly #reader: WorkFileReader;
  readonly #limit: number;
  /** Of lists that are looked for in texts; null where processing did that for all. */
  readonly #texts: ContentWatch | null;
  readonly #all: ContentWatch;
  readonly #identifiers: IdentifierTerms;
  #folders = { path: "", found: [] as readonly Found[] };

  constructor(reader: WorkFileReader, { lists, limit }: Pick<WatchThreadData, "lists" | "limit">) {
    this.#reader = reader;
    this.#limit = limit;
    const later = lists.filter(({ own }) => !own);
    this.#texts = later.length === 0 ? null : new ContentWatch(later);
    this.#all = later.length === lists.length && this.#texts ? this.#texts : new ContentWatch(lists);
    this.#identifiers = new IdentifierTerms(lists.flatMap(({ text, name }) => parseWatchList(text, name).list ?? []));
  }

  run(task: WatchTask, beat: () => void): WatchResult {
    return task.what === "contents" ? this.#inContents(task, beat) : this.#inItems(task, beat);
  }

  #inContents({ from, to }: WatchTask, beat: () => void): WatchResult {
    const kinds = this.#complete(from, to);
    const text: TextHit[] = [];
    const cut: Record<string, number> = {};
    let chars = 0;
    for (const [content, blocks] of this.#texts ? this.#blocks(from, to) : []) {
      const kind = kinds.get(content);
      if (kind === undefined) continue;
      const hits = new KeptHits(content, this.#limit);
      for (const stretch of stretchesOf(blocks, kind.includes("recognised"))) {
        beat();
        chars += stretch.until - stretch.since;
        this.#inStretch(stretch, hits);
      }
      text.push(...hits.rows());
      for (const list of hits.cut) cut[list] = (cut[list] ?? 0) + 1;
    }
    const places = [...this.#inFields(from, to, kinds), ...this.#inIdentifiers(from, to, kinds, text)];
    return { what: "contents", upTo: to, text, places, chars, cut };
  }

  /** Kind of text of each content that is described. */
  #complete(from: number, to: number): Map<number, string> {
    const rows = this.#reader.select<{ id: number; kind: string }>(
      `SELECT id, coalesce(text_kind, 'none') AS kind FROM content WHERE id >= ? AND id <= ? AND state = ${contentState.complete}`,
      [from, to],
    );
    return new Map(rows.map(({ id, kind }) => [id, kind]));
  }

  /** The blocks of each content, which must be read to their end before the next content is asked for. */
  *#blocks(from: number, to: number): Generator<readonly [number, Iterable<StoredBlock>]> {
    const [first] = blockIds(from);
    const [, end] = blockIds(to);
    const rows = this.#reader.iterate("SELECT * FROM text_block WHERE id >= ? AND id < ? ORDER BY id", [first, end]);
    const read = () => {
      const row = rows.next().value;
      if (!row) return null;
      const block = this.#reader.stored(() => storedBlock(row));
      return { content: contentOfRow(indexRow(row["id"] as number)), block };
    };
    let next = read();
    const ofContent = function* (content: number): Generator<StoredBlock> {
      for (; next?.content === content; next = read()) yield next.block;
    };
    while (next) {
      const { content } = next;
      yield [content, ofContent(content)] as const;
      while (next?.content === content) next = read();
    }
  }

  #inStretch(stretch: Stretch, hits: KeptHits): void {
    this.#texts?.inText(stretch.text, ({ list, value, from, to }) => {
      if (from >= stretch.since && from < stretch.until) hits.add(list, value, stretch.place(from), to - from);
    });
  }

  *#inFields(from: number, to: number, kinds: ReadonlyMap<number, string>): Generator<PlaceHit> {
    const rows = this.#reader.select<{ content: number; seq: number; name: string; value: string }>(
      "SELECT content, seq, name, value FROM metadata WHERE content >= ? AND content <= ? ORDER BY content, seq",
      [from, to],
    );
    for (const { content, seq, name, value } of rows) {
      if (!kinds.has(content)) continue;
      for (const found of this.#inShort(value)) yield { ...found, content, item: null, place: "field", name, seq };
    }
  }

  /** Identifiers as they are normalised: one that is written another way than the list's, or stands in bytes that hold no text. */
  *#inIdentifiers(
    from: number,
    to: number,
    kinds: ReadonlyMap<number, string>,
    text: readonly TextHit[],
  ): Generator<PlaceHit> {
    if (this.#identifiers.isEmpty) return;
    const known = this.#knownPlaces(from, to, text);
    const rows = this.#reader.select<IdentifierRow>(
      `SELECT content, seq, kind, value, block, offset, length FROM entity
       WHERE content >= ? AND content <= ? AND NOT (${sqlOfListKinds}) ORDER BY content, seq`,
      [from, to],
    );
    for (const row of rows) {
      if (!kinds.has(row.content)) continue;
      for (const { list, value } of this.#identifiers.termsFor(row.value)) {
        if (known.covers({ list, value }, row)) continue;
        const found = { list, value, offset: 0, length: row.value.length };
        yield { ...found, content: row.content, item: null, place: "identifier", name: row.kind, seq: row.seq };
      }
    }
  }

  /** Hits in texts: those of now, and of lists of processing those that are stored. */
  #knownPlaces(from: number, to: number, text: readonly TextHit[]): KnownPlaces {
    const known = new KnownPlaces();
    for (const hit of text) known.add(hit.list, hit);
    const rows = this.#reader.select<IdentifierRow>(
      `SELECT content, seq, kind, value, block, offset, length FROM entity
       WHERE content >= ? AND content <= ? AND ${sqlOfListKinds}`,
      [from, to],
    );
    for (const row of rows) known.add(listOfKind(row.kind) ?? row.kind, row);
    return known;
  }

  #inItems({ from, to }: WatchTask, beat: () => void): WatchResult {
    const places: PlaceHit[] = [];
    const rows = this.#reader.select<{ id: number; name: string; path: string }>(
      "SELECT id, name, path FROM item WHERE id >= ? AND id <= ? ORDER BY id",
      [from, to],
    );
    for (const { id: item, name, path } of rows) {
      const of = { content: null, item, name: null, seq: null };
      for (const found of this.#inShort(name)) places.push({ ...found, ...of, place: "name" });
      for (const found of this.#inFolders(path)) places.push({ ...found, ...of, place: "path" });
    }
    beat();
    return { what: "items", upTo: to, text: [], places, chars: 0, cut: {} };
  }

  /** Items of one folder mostly follow each other. */
  #inFolders(path: string): readonly Found[] {
    const folders = foldersOf(path);
    if (folders !== this.#folders.path) this.#folders = { path: folders, found: this.#inShort(folders) };
    return this.#folders.found;
  }

  #inShort(text: string): Found[] {
    const found: Found[] = [];
    if (text === "") return found;
    this.#all.inText(text, ({ list, value, from, to }) => {
      found.push({ list, value, offset: from, length: to - from });
    });
    return found;
  }
}

interface IdentifierRow {
  readonly content: number;
  readonly seq: number;
  readonly kind: string;
  readonly value: string;
  readonly block: number | null;
  readonly offset: number;
  readonly length: number;
}

/** Hits of one content: of each list the first ones, up to the limit. */
class KeptHits {
  /** Lists with more hits than are kept. */
  readonly cut = new Set<string>();
  readonly #content: number;
  readonly #limit: number;
  readonly #rows: TextHit[] = [];
  readonly #counts = new Map<string, number>();

  constructor(content: number, limit: number) {
    this.#content = content;
    this.#limit = limit;
  }

  add(list: string, value: string, place: { readonly block: number; readonly offset: number }, length: number): void {
    const count = this.#counts.get(list) ?? 0;
    if (count >= this.#limit) return void this.cut.add(list);
    this.#counts.set(list, count + 1);
    this.#rows.push({ list, content: this.#content, value, ...place, length });
  }

  rows(): readonly TextHit[] {
    return this.#rows;
  }
}

/** Where terms stand already, so that an identifier of the same letters is not counted twice. */
class KnownPlaces {
  readonly #places = new Map<string, { block: number | null; offset: number; length: number }[]>();

  add(list: string, { content, value, block, offset, length }: Omit<IdentifierRow, "seq" | "kind">): void {
    const key = `${content}\0${list}\0${value}`;
    const places = this.#places.get(key);
    if (places) places.push({ block, offset, length });
    else this.#places.set(key, [{ block, offset, length }]);
  }

  /** Of an identifier in bytes there is no place in a text: any hit of the content covers it. */
  covers(
    { list, value }: { list: string; value: string },
    { content, block, offset, length }: Pick<IdentifierRow, "content" | "block" | "offset" | "length">,
  ): boolean {
    const places = this.#places.get(`${content}\0${list}\0${value}`) ?? [];
    if (block === null) return places.length > 0;
    return places.some(
      (place) => place.block === block && place.offset < offset + length && offset < place.offset + place.length,
    );
  }
}
