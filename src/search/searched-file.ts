/** One work file that is searched: its columns, kept as long as nothing is committed to it, and a query's sets. */
import { statSync } from "node:fs";
import { tokenizerVersion } from "../../native-free/model/fold.ts";
import { readExhibit, type Case } from "../case/case-folder.ts";
import type { ScopeRules } from "../case/scope.ts";
import type { SqlRow } from "../case/sqlite.ts";
import { WorkFileReader } from "../case/work-file-reader.ts";
import { hex, itemColumns, itemTables, storedItem, type StoredItem } from "../case/work-file-rows.ts";
import { searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { marks, type Mark } from "../review/review-line.ts";
import type { ReviewState } from "../review/review-state.ts";
import type { Query } from "./query.ts";
import type { BitSet } from "./sets/bit-set.ts";
import { Evaluation } from "./sets/evaluate.ts";
import { ItemColumns } from "./sets/item-columns.ts";
import { sortColumn, type Sort, type SortColumn } from "./sets/sorting.ts";
import { specialAnswers } from "./words/resolve.ts";

export interface SearchedFacts {
  readonly exhibit: string;
  readonly profile: string;
  readonly tokenizer: string;
}

/** What bounds an answer. */
export interface Bounds {
  readonly scope: ScopeRules;
  readonly review: ReviewState;
  readonly withMarked: boolean;
}

/** Items of one work file for which a query holds; each is in one of the sets. */
export interface FileAnswer {
  /** In scope and, unless marked items are wanted, not marked. */
  readonly shown: BitSet;
  /** Excluded by the scope rules. */
  readonly outOfRules: BitSet;
  /** Inside of the scope rules, by the first mark that keeps them out. */
  readonly keptOut: Readonly<Record<Mark, BitSet>>;
}

/** A content by its number in the work file. */
export interface HashedContent {
  readonly content: number;
  /** SHA-256 (hex). */
  readonly sha256: string;
}

/** What tells a file from another one of the same name; null where there is none. */
function identityOf(file: string): string | null {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino}` : null;
}

/** Orders of one moment that are kept for further pages. */
const keptOrders = 4;

export class SearchedFile {
  readonly label: string;
  readonly reader: WorkFileReader;
  readonly facts: SearchedFacts;
  readonly custodian: string | null;
  readonly #identity: string | null;
  #version = -1;
  #columns: ItemColumns | null = null;
  #matched: { readonly key: string; readonly set: BitSet } | null = null;
  readonly #orders = new Map<Sort["by"], SortColumn>();

  /** Throws OperatorError for a work file that is damaged, of another format or tokenizer. */
  constructor(theCase: Case, label: string) {
    this.label = label;
    this.custodian = readExhibit(theCase, label).custodian;
    const file = theCase.paths.items(label);
    // Looked at before: what takes its place in between is seen at the next question.
    this.#identity = identityOf(file);
    this.reader = WorkFileReader.open(file);
    try {
      this.facts = this.#checked();
    } catch (error) {
      this.reader.close();
      throw error;
    }
  }

  #checked(): SearchedFacts {
    const { label, reader } = this;
    const { profile, tokenizer } = reader.meta();
    // The tables are there, and not yet what they were made with.
    if (tokenizer === "") throw new OperatorError("case/not-processed", searchSays.notProcessed(reader.file));
    if (tokenizer !== tokenizerVersion)
      throw new OperatorError("search/tokenizer", searchSays.otherTokenizer(label, tokenizer, tokenizerVersion));
    return { exhibit: label, profile, tokenizer };
  }

  /** False where the file that was opened is no longer the one of its name: it was made anew. */
  isInPlace(): boolean {
    return this.#identity === identityOf(this.reader.file);
  }

  close(): void {
    this.#columns = null;
    this.#matched = null;
    this.#orders.clear();
    this.reader.close();
  }

  /** Forgets what was kept of another moment. To be called where a moment begins. */
  refresh(): void {
    const [row] = this.reader.select<{ data_version: number }>("PRAGMA data_version");
    const version = row?.data_version ?? 0;
    if (version === this.#version && this.#columns) return;
    this.#version = version;
    this.#columns = new ItemColumns(this.reader);
    this.#matched = null;
    this.#orders.clear();
  }

  get columns(): ItemColumns {
    if (!this.#columns) throw new Error("the work file is read outside of a moment");
    return this.#columns;
  }

  order(by: Sort["by"]): SortColumn {
    let order = this.#orders.get(by);
    if (order) return order;
    const [oldest] = this.#orders.keys();
    if (oldest !== undefined && this.#orders.size >= keptOrders) this.#orders.delete(oldest);
    order = sortColumn(this.reader, this.columns, by);
    this.#orders.set(by, order);
    return order;
  }

  /** `key`: what tells the query from others, or null where its answer depends on more than the work file. */
  answer(query: Query, key: string | null, { scope, review, withMarked }: Bounds): FileAnswer {
    const { label } = this;
    const evaluation = this.#evaluation(review);
    const isKnown = key !== null && this.#matched?.key === key;
    const matches = isKnown && this.#matched ? this.#matched.set : evaluation.of(query);
    this.#matched = key === null ? null : { key, set: matches };
    const inRules = evaluation.inRules(scope);
    const shown = matches.copy().and(inRules);
    const kept = evaluation.keptOut(withMarked ? null : review.keptOut(label));
    for (const mark of marks) {
      kept[mark].and(shown);
      shown.without(kept[mark]);
    }
    return { shown, outOfRules: matches.copy().without(inRules), keptOut: kept };
  }

  #evaluation(review: Bounds["review"]): Evaluation {
    const { label, custodian } = this;
    const acts = {
      tagged: (pattern: string) => review.tagged(label, pattern),
      marked: (pattern: string) => review.marked(label, pattern),
    };
    return new Evaluation(this.reader, this.columns, { label, custodian, review: acts }, specialAnswers(this.reader));
  }

  /** All items for which a query holds, in scope or not. */
  matching(query: Query, { review }: Bounds): BitSet {
    return this.#evaluation(review).of(query);
  }

  /** The items of some ranks, in their order: asked for together, since a question costs more than a row. */
  items(ranks: readonly number[]): StoredItem[] {
    return this.#rows(ranks, `SELECT ${itemColumns} FROM ${itemTables}`).map(storedItem);
  }

  /** Path and id of some ranks, in their order. */
  places(ranks: readonly number[]): { readonly id: string; readonly path: string }[] {
    const rows = this.#rows(ranks, "SELECT i.id AS row, i.key AS id, i.path FROM item i");
    return rows.map(({ id, path }) => ({ id: id as string, path: path as string }));
  }

  #rows(ranks: readonly number[], sql: string): SqlRow[] {
    const wanted = ranks.map((rank) => this.columns.rows("row")[rank] as number);
    const found = this.reader.select(`${sql} WHERE i.id IN (SELECT value FROM json_each(?))`, [JSON.stringify(wanted)]);
    const byRow = new Map(found.map((row) => [row["row"] as number, row]));
    return wanted.map((row) => {
      const item = byRow.get(row);
      if (!item) throw this.#damaged();
      return item;
    });
  }

  /** An item that the columns name is not there. */
  #damaged(): OperatorError {
    return new OperatorError("case/work-file-damaged", searchSays.workFileDamaged(this.reader.file));
  }

  /** How many items are not after a place in the order of ranks. */
  ranksUpTo(path: string, id: string): number {
    let low = 0;
    let high = this.columns.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      const [found] = this.reader.select<{ after: number }>(
        "SELECT (path, key) > (?, ?) AS after FROM item WHERE id = ?",
        [...[path, id], this.columns.rows("row")[middle] as number],
      );
      if (found?.after === 1) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** SHA-256 (hex) of contents, sorted. */
  *hashes(contents: BitSet): Generator<string> {
    for (const { sha256 } of this.hashed(contents)) yield sha256;
  }

  /** Contents with their SHA-256 (hex), in its order. */
  *hashed(contents: BitSet): Generator<HashedContent> {
    for (const { id, sha256 } of this.reader.iterate<{ id: number; sha256: Uint8Array }>(
      "SELECT id, sha256 FROM content ORDER BY sha256",
    )) {
      if (contents.has(id)) yield { content: id, sha256: hex(sha256) as string };
    }
  }
}
