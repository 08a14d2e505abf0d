/**
 * From a query to the set of items of one work file for which it holds, by rank (see columns.ts). Every term is answered
 * by itself, and sets are joined. SQL is made of our own text only; words, patterns and numbers are bound parameters.
 */
import { fold } from "../../../native-free/model/fold.ts";
import { plainPath } from "../../case/item-paths.ts";
import { hasWords, type ScopeRules } from "../../case/scope.ts";
import { contentState } from "../../case/schema.ts";
import type { SqlParams } from "../../case/sqlite.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import { searchSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { marks, type Mark } from "../../review/review-line.ts";
import type { KeptOut } from "../../review/review-state.ts";
import { holdsWords, liesWithin } from "../field-values.ts";
import { parseQuery } from "../query-parser.ts";
import type { Condition, Query, Range, SpecialTerm, TextTerm } from "../query.ts";
import { isUnder, likePath, likeValue } from "../wildcard.ts";
import { fieldsHolding } from "../words/looked-at.ts";
import type { SpecialAnswers } from "../words/resolve.ts";
import { BitSet } from "./bit-set.ts";
import type { CodedColumn, ItemColumns } from "./item-columns.ts";
import { WordSets } from "./word-sets.ts";

/** What of the case concerns one work file. */
export interface ExhibitFacts {
  readonly label: string;
  readonly custodian: string | null;
  /** Work product of the officers; null where it does not matter. */
  readonly review?: ReviewFacts | null;
}

/** Item ids by what officers did, see `ReviewState`. */
interface ReviewFacts {
  readonly tagged: (pattern: string) => readonly string[];
  readonly marked: (pattern: string) => readonly string[];
}

type FieldCondition = Extract<Condition, { on: "field" }>;

export class Evaluation {
  readonly #reader: WorkFileReader;
  readonly #columns: ItemColumns;
  readonly #exhibit: ExhibitFacts;
  readonly #special: SpecialAnswers;
  readonly #words: WordSets;
  #unready: BitSet | null = null;

  constructor(reader: WorkFileReader, columns: ItemColumns, exhibit: ExhibitFacts, special: SpecialAnswers) {
    this.#reader = reader;
    this.#columns = columns;
    this.#exhibit = exhibit;
    this.#special = special;
    this.#words = new WordSets(reader);
  }

  /** A set of the caller's own. */
  of(query: Query): BitSet {
    switch (query.kind) {
      case "all":
        return this.#all();
      case "not":
        return this.of(query.part).flip();
      case "and":
        return this.#and(query.parts);
      case "or":
        return this.#or(query.parts);
      case "text":
        return this.#texts([query], query.field);
      case "filter":
        return this.#condition(query.condition);
      default:
        return this.#specialTerm(query);
    }
  }

  /** Items inside the scope rules: all kinds of rules that are given must hold; of one kind, one of its values. */
  inRules(rules: ScopeRules): BitSet {
    const set = this.#isOfCustodian(rules.custodians) ? this.#all() : this.#none();
    const { dates } = rules;
    if (dates && (dates.from || dates.to)) {
      set.and(this.of(parseQuery(`date:${dates.from ?? ""}..${dates.to ?? ""}`)));
    }
    const any = (sets: readonly BitSet[]) => {
      const [first, ...others] = sets;
      if (first) set.and(others.reduce((sum, next) => sum.or(next), first));
    };
    const folders = rules.folders.map((folder) => fold(plainPath(folder)));
    if (folders.length > 0) set.and(this.#byPath((path) => folders.some((folder) => isUnder(path, folder))));
    any(rules.types.map((type) => this.#condition({ on: "type", pattern: fold(type), whole: true })));
    any(
      rules.terms.map((term) => {
        // Forms of earlier versions may hold such a term.
        if (!hasWords(term)) throw new OperatorError("operation/scope-term", searchSays.scopeTermInForm(term));
        return this.of(parseQuery(`"${term.replaceAll('"', " ")}"`));
      }),
    );
    return set;
  }

  /** Items by the first mark that keeps them out. */
  keptOut(lists: KeptOut | null): Readonly<Record<Mark, BitSet>> {
    const sets = marks.map((mark) => [mark, lists ? this.#withIds(lists[mark]) : this.#none()] as const);
    return Object.fromEntries(sets) as Record<Mark, BitSet>;
  }

  #none(): BitSet {
    return new BitSet(this.#columns.count);
  }

  #all(): BitSet {
    return BitSet.full(this.#columns.count);
  }

  #and(parts: readonly Query[]): BitSet {
    let set: BitSet | null = null;
    for (const part of parts) {
      if (set === null) set = this.of(part);
      else if (set.next(0) < 0) return set;
      else set.and(this.of(part));
    }
    return set ?? this.#none();
  }

  /** Words of one field are gathered before items are looked for: there may be a thousand. */
  #or(parts: readonly Query[]): BitSet {
    const set = this.#none();
    for (const field of ["any", "text", "name"] as const) {
      const terms = parts.filter((part) => part.kind === "text").filter((term) => term.field === field);
      if (terms.length > 0) set.or(this.#texts(terms, field));
    }
    for (const part of parts) if (part.kind !== "text") set.or(this.of(part));
    return set;
  }

  /** Items in which any of the terms stands, all of one field. */
  #texts(terms: readonly TextTerm[], field: TextTerm["field"]): BitSet {
    const contents = new BitSet(this.#columns.contentLimit);
    for (const term of terms) {
      if (field !== "name") this.#words.addContents(term, "fts_text", contents);
      if (field === "any") this.#addByFields(term, contents);
    }
    contents.without(this.#notReady());
    if (field === "text") return this.#holding(contents, null);
    const rows = new BitSet(this.#columns.rowLimit);
    for (const term of terms) this.#words.addRows(term, rows);
    return this.#holding(contents, rows);
  }

  /** The index has all fields of a content in one row, so a phrase of it may begin in one and end in the next. */
  #addByFields(term: TextTerm, contents: BitSet): void {
    if (term.tokens.length === 1) return this.#words.addContents(term, "fts_field", contents);
    const found = new BitSet(this.#columns.contentLimit);
    this.#words.addContents(term, "fts_field", found);
    found.without(contents);
    const candidates = new Set<number>();
    for (let at = found.next(0); at >= 0; at = found.next(at + 1)) candidates.add(at);
    if (candidates.size === 0) return;
    for (const content of fieldsHolding(this.#reader, term, candidates)) contents.add(content);
  }

  /** Contents that are still being stored are not there yet. */
  #notReady(): BitSet {
    if (this.#unready) return this.#unready;
    const set = new BitSet(this.#columns.contentLimit);
    const rows = this.#reader.select<{ id: number }>(`SELECT id FROM content WHERE state = ${contentState.writing}`);
    for (const { id } of rows) set.add(id);
    this.#unready = set;
    return set;
  }

  /** Items by their contents or by their own rows. Nothing has content 0. */
  #holding(contents: BitSet | null, rows: BitSet | null): BitSet {
    const set = this.#none();
    if (contents) this.#columns.ranksOf("content").addTo(set, contents);
    if (rows) this.#columns.ranksOf("row").addTo(set, rows);
    return set;
  }

  #specialTerm(term: SpecialTerm): BitSet {
    const { contents, items } = this.#special(term);
    const held = new BitSet(this.#columns.contentLimit);
    for (const content of contents) held.add(content);
    held.without(this.#notReady());
    const rows = new BitSet(this.#columns.rowLimit);
    for (const row of items) rows.add(row);
    return this.#holding(held, rows);
  }

  #condition(condition: Condition): BitSet {
    switch (condition.on) {
      case "type": {
        const { pattern } = condition;
        const names = ["type", "category", "mime"] as const;
        const [first, ...others] = names.map((name) => this.#coded(this.#columns.codes(name), likes(pattern)));
        return others.reduce((sum, next) => sum.or(next), first as BitSet);
      }
      case "ext":
        return this.#coded(this.#columns.codes("extension"), likes(condition.pattern));
      case "reason":
      case "kind":
        return this.#coded(this.#columns.codes(condition.on), likes(condition.pattern));
      case "mismatch":
        return this.#coded(this.#columns.codes("mismatch"), (each) => (each === "1") === (condition.value === "yes"));
      case "encrypted":
        return this.#coded(
          this.#columns.codes("reason"),
          (each) => (each === "encrypted") === (condition.value === "yes"),
        );
      case "name":
        return this.#rowsWhere("SELECT id, name AS value FROM item", likes(condition.pattern));
      case "path": {
        const { pattern, whole } = condition;
        return this.#byPath((path) => likePath(this.#exhibit.label, path, pattern, whole ? 1 : 0));
      }
      case "size":
        return this.#within(this.#columns.numbers("size"), condition.range);
      case "date":
        return this.#within(this.#columns.numbers("modified"), condition.range);
      case "hash":
        return this.#hash(condition.hash);
      case "entity":
        return this.#entity(condition.kind, condition.pattern);
      case "field":
        return this.#field(condition);
      case "known":
        return this.#known(condition.pattern);
      case "tag":
        return this.#withIds(this.#exhibit.review?.tagged(condition.pattern) ?? []);
      case "mark":
        return this.#withIds(this.#exhibit.review?.marked(condition.pattern) ?? []);
      case "state":
      case "status": {
        const { value } = condition;
        return this.#coded(this.#columns.codes(condition.on), (each) => each === value);
      }
      case "lang": {
        const { value } = condition;
        return this.#coded(this.#columns.codes("language"), (each) => each === value);
      }
      case "exhibit":
        return this.#exhibit.label.toLowerCase() === condition.value ? this.#all() : this.#none();
    }
  }

  /** Items whose value passes; code 0 is no value. */
  #coded({ codes, values }: CodedColumn, test: (value: string | null) => boolean): BitSet {
    const passes = Uint8Array.from(values, (value, code) => (code > 0 && test(value) ? 1 : 0));
    const set = this.#none();
    for (let rank = 0; rank < codes.length; rank += 1) if (passes[codes[rank]!] === 1) set.add(rank);
    return set;
  }

  /** NaN is in no range. */
  #within(column: Float64Array, { from, to }: Range): BitSet {
    const [least, most] = [from ?? -Infinity, to ?? Infinity];
    const set = this.#none();
    for (let rank = 0; rank < column.length; rank += 1) {
      const value = column[rank]!;
      if (value >= least && value <= most) set.add(rank);
    }
    return set;
  }

  #byPath(test: (path: string) => boolean): BitSet {
    const set = this.#none();
    let rank = 0;
    // The index of paths is in the order of ranks.
    for (const { path } of this.#reader.iterate<{ path: string }>("SELECT path FROM item ORDER BY path, key")) {
      if (test(path)) set.add(rank);
      rank += 1;
    }
    return set;
  }

  #rowsWhere(sql: string, test: (value: string) => boolean): BitSet {
    const rows = new BitSet(this.#columns.rowLimit);
    for (const { id, value } of this.#reader.iterate<{ id: number; value: string }>(sql)) if (test(value)) rows.add(id);
    return this.#holding(null, rows);
  }

  #withIds(ids: readonly string[]): BitSet {
    const rows = new BitSet(this.#columns.rowLimit);
    const found = this.#reader.select<{ id: number }>(
      "SELECT id FROM item WHERE key IN (SELECT value FROM json_each(?))",
      [JSON.stringify(ids)],
    );
    for (const { id } of found) rows.add(id);
    return this.#holding(null, rows);
  }

  /** Items of the contents that a query of ours names in its column `content`; those that are not described are left out. */
  #contents(sql: string, params: SqlParams, test: ((value: string) => boolean) | null = null): BitSet {
    const contents = new BitSet(this.#columns.contentLimit);
    for (const row of this.#reader.iterate<{ content: number; value: string }>(sql, params)) {
      if (!test || test(row.value)) contents.add(row.content);
    }
    return this.#holding(contents.without(this.#notReady()), null);
  }

  /** SHA-256 is known of every item that could be read, the others with the description of the content. */
  #hash(hash: string): BitSet {
    const bytes = Buffer.from(hash, "hex");
    if (hash.length === 64) {
      const contents = new BitSet(this.#columns.contentLimit);
      const rows = this.#reader.select<{ id: number }>("SELECT id FROM content WHERE sha256 = ?", [bytes]);
      for (const { id } of rows) contents.add(id);
      return this.#holding(contents, null);
    }
    const column = hash.length === 32 ? "md5" : "sha1";
    return this.#contents(`SELECT id AS content FROM content WHERE ${column} = ?`, [bytes]);
  }

  #entity(kind: string, pattern: string | null): BitSet {
    if (pattern === null) return this.#grouped("entity", (value) => kind === "*" || value === kind);
    const test = likes(pattern);
    return kind === "*"
      ? this.#contents("SELECT content, value FROM entity", [], test)
      : this.#contents("SELECT content, value FROM entity WHERE kind = ?", [kind], test);
  }

  #grouped(name: "entity" | "known" | "list", test: (value: string) => boolean): BitSet {
    const contents = new BitSet(this.#columns.contentLimit);
    for (const group of this.#columns.groups(name)) {
      if (test(group.value)) for (const content of group.contents) contents.add(content);
    }
    return this.#holding(contents.without(this.#notReady()), null);
  }

  #field({ name, words, pattern, range }: FieldCondition): BitSet {
    return this.#contents("SELECT content, value FROM metadata WHERE name = ?", [name], (value) => {
      if (words && !holdsWords(value, words.join(" "))) return false;
      if (pattern !== null && !likeValue(value, pattern)) return false;
      return range === null || liesWithin(name, value, range.from, range.to);
    });
  }

  /** By verdict, by name of the set, or `none`: described and in no set. */
  #known(pattern: string): BitSet {
    const described = this.#coded(this.#columns.codes("type"), () => true);
    if (pattern === "none") return described.without(this.#grouped("known", () => true));
    const test = likes(pattern);
    return this.#grouped("known", test).or(this.#grouped("list", test));
  }

  /** Whose it is, is known of exhibits only. */
  #isOfCustodian(custodians: readonly string[]): boolean {
    const { custodian } = this.#exhibit;
    if (custodians.length === 0) return true;
    return custodian !== null && custodians.some((name) => fold(name) === fold(custodian));
  }
}

function likes(pattern: string): (value: string | null) => boolean {
  return (value) => value !== null && likeValue(value, pattern);
}
