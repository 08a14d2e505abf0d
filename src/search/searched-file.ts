/** One work file that is searched: its columns, kept as long as nothing is committed to it, and a query's sets. */
import { tokenizerVersion } from "../../native-free/model/fold.ts";
import { readExhibit, type Case } from "../case/case-folder.ts";
import type { ScopeRules } from "../case/scope.ts";
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

/** Orders of one moment that are kept for further pages. */
const keptOrders = 4;

export class SearchedFile {
  readonly label: string;
  readonly reader: WorkFileReader;
  readonly facts: SearchedFacts;
  readonly custodian: string | null;
  #version = -1;
  #columns: ItemColumns | null = null;
  #matched: { readonly key: string; readonly set: BitSet } | null = null;
  readonly #orders = new Map<Sort["by"], SortColumn>();

  /** Throws OperatorError for a work file that is damaged, of another format or tokenizer. */
  constructor(theCase: Case, label: string) {
    this.label = label;
    this.custodian = readExhibit(theCase, label).custodian;
    this.reader = WorkFileReader.open(theCase.paths.items(label));
    const { profile, tokenizer } = this.reader.meta();
    if (tokenizer !== tokenizerVersion) {
      this.reader.close();
      throw new OperatorError("search/tokenizer", searchSays.otherTokenizer(label, tokenizer, tokenizerVersion));
    }
    this.facts = { exhibit: label, profile, tokenizer };
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
    const { label, custodian } = this;
    const facts = {
      ...{ label, custodian },
      review: {
        tagged: (pattern: string) => review.tagged(label, pattern),
        marked: (pattern: string) => review.marked(label, pattern),
      },
    };
    const evaluation = new Evaluation(this.reader, this.columns, facts, specialAnswers(this.reader));
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

  /** The item of a rank. */
  item(rank: number): StoredItem {
    const row = this.columns.rows("row")[rank] as number;
    const [found] = this.reader.select(`SELECT ${itemColumns} FROM ${itemTables} WHERE i.id = ?`, [row]);
    if (!found) throw this.#damaged();
    return storedItem(found);
  }

  /** Path and id of a rank. */
  place(rank: number): { readonly id: string; readonly path: string } {
    const row = this.columns.rows("row")[rank] as number;
    const [found] = this.reader.select<{ id: string; path: string }>("SELECT key AS id, path FROM item WHERE id = ?", [
      row,
    ]);
    if (!found) throw this.#damaged();
    return found;
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
    for (const row of this.reader.iterate("SELECT id, sha256 FROM content ORDER BY sha256")) {
      if (contents.has(row["id"] as number)) yield hex(row["sha256"]) as string;
    }
  }
}
