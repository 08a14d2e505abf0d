/**
 * From a query to SQL over one work file. The SQL is made of our own text only; words, patterns and numbers are bound
 * parameters, and what goes into an FTS5 expression are tokens (letters, numbers, marks) in double quotes.
 */
import { fold } from "../../native-free/model/fold.ts";
import { plainPath } from "../case/item-paths.ts";
import type { ScopeRules } from "../case/scope.ts";
import type { SqlValue } from "../case/sqlite.ts";
import { effectiveStatus } from "../case/work-file-rows.ts";
import { marks, type Mark } from "../review/review-line.ts";
import type { KeptOut } from "../review/review-state.ts";
import { parseQuery } from "./query-parser.ts";
import type { Condition, Query, Range, SpecialTerm, TextTerm } from "./query.ts";

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
  /** Not to be shown; each id in one list. Null where nothing is kept out. */
  readonly keptOut: KeptOut | null;
}

/** SQL conditions over `item i LEFT JOIN content c`; each is 0 or 1, never null. */
export interface CompiledQuery {
  readonly matches: string;
  /** Inside the scope rules, and not kept out by a mark. */
  readonly inScope: string;
  /** Inside the scope rules alone. */
  readonly inRules: string;
  /** Inside the scope rules and kept out by that mark. */
  readonly keptOut: Readonly<Record<Mark, string>>;
  /** Of `matches`, `inScope` and `inRules`. */
  readonly params: Readonly<Record<string, SqlValue>>;
  /** Of these and `keptOut`. */
  readonly countParams: Readonly<Record<string, SqlValue>>;
}

/** Numbers of the contents that a term finds which the index alone does not answer, and its number in `specialTerms`. */
export type Resolved = ReadonlyMap<SpecialTerm, { readonly contents: ReadonlySet<number>; readonly number: number }>;

export function compileQuery(
  query: Query,
  scope: ScopeRules,
  exhibit: ExhibitFacts,
  resolved: Resolved = new Map(),
): CompiledQuery {
  const compiler = new Compiler(exhibit, resolved);
  const matches = compiler.query(query);
  const inRules = compiler.scope(scope);
  const lists = exhibit.review?.keptOut ?? null;
  const inScope = lists ? `(${inRules} AND NOT ${compiler.oneOf(marks.flatMap((mark) => lists[mark]))})` : inRules;
  const params = { ...compiler.params };
  const kept = (mark: Mark) => (lists ? `(${inRules} AND ${compiler.oneOf(lists[mark])})` : "0");
  const keptOut = { privileged: kept("privileged"), hidden: kept("hidden"), "out-of-scope": kept("out-of-scope") };
  return { matches, inScope, inRules, keptOut, params, countParams: compiler.params };
}

/** The FTS5 expression of a term: one quoted phrase of tokens. `name` searches names alone. */
export function ftsExpression(term: Pick<TextTerm, "tokens" | "prefix">, column: "name" | null = null): string {
  const phrase = `"${term.tokens.join(" ")}"${term.prefix ? " *" : ""}`;
  return column === null ? phrase : `${column} : ${phrase}`;
}

const hashColumns: Readonly<Record<number, string>> = { 32: "c.md5", 40: "c.sha1", 64: "c.sha256" };

class Compiler {
  readonly params: Record<string, SqlValue> = {};
  readonly #exhibit: ExhibitFacts;
  readonly #resolved: Resolved;
  #count = 0;

  constructor(exhibit: ExhibitFacts, resolved: Resolved) {
    this.#exhibit = exhibit;
    this.#resolved = resolved;
  }

  #bind(value: SqlValue): string {
    const name = `p${(this.#count += 1)}`;
    this.params[name] = value;
    return `:${name}`;
  }

  /** Items by their ids, as one bound value. */
  oneOf(ids: readonly string[]): string {
    return `(i.key IN (SELECT value FROM json_each(${this.#bind(JSON.stringify(ids))})))`;
  }

  query(query: Query): string {
    switch (query.kind) {
      case "all":
        return "1";
      case "not":
        return `NOT ${this.query(query.part)}`;
      case "and":
      case "or":
        return `(${query.parts.map((part) => this.query(part)).join(query.kind === "and" ? " AND " : " OR ")})`;
      case "text":
        return this.#text(query);
      case "filter":
        return this.#condition(query.condition);
      default:
        return this.#special(query);
    }
  }

  /** Text by the contents that were found for it, names one by one. */
  #special(term: SpecialTerm): string {
    const found = this.#resolved.get(term);
    if (!found) throw new Error(`the term ${term.kind} was not resolved`);
    const contents = this.#bind(JSON.stringify([...found.contents]));
    const inText = `coalesce(i.content IN (SELECT value FROM json_each(${contents})), 0)`;
    return `(${inText} OR vestige_special(${found.number}, i.name))`;
  }

  #text(term: TextTerm): string {
    const ways: string[] = [];
    if (term.field !== "name") {
      // A content whose text is still being stored is not there yet.
      ways.push(`i.content IN (SELECT rowid >> 20 FROM fts_text WHERE fts_text MATCH ${this.#bind(ftsExpression(term))}
        AND (rowid >> 20) NOT IN (SELECT id FROM content WHERE state = 1))`);
    }
    if (term.field === "any") {
      ways.push(`c.id IN (SELECT rowid FROM fts_field WHERE fts_field MATCH ${this.#bind(ftsExpression(term))})`);
    }
    if (term.field !== "text") {
      const expression = ftsExpression(term, term.field === "name" ? "name" : null);
      ways.push(`i.id IN (SELECT rowid FROM fts_name WHERE fts_name MATCH ${this.#bind(expression)})`);
    }
    return `coalesce(${ways.join(" OR ")}, 0)`;
  }

  #condition(condition: Condition): string {
    switch (condition.on) {
      case "type": {
        const pattern = this.#bind(condition.pattern);
        const like = (column: string) => `vestige_like(${column}, ${pattern})`;
        return `(c.id IS NOT NULL AND (${like("c.type")} OR ${like("c.category")} OR ${like("c.mime")}))`;
      }
      case "ext":
        return `(i.extension IS NOT NULL AND vestige_like(i.extension, ${this.#bind(condition.pattern)}))`;
      case "name":
        return `vestige_like(i.name, ${this.#bind(condition.pattern)})`;
      case "path": {
        const label = this.#bind(this.#exhibit.label);
        return `vestige_path(${label}, i.path, ${this.#bind(condition.pattern)}, ${condition.whole ? 1 : 0})`;
      }
      case "size":
        return this.#range("i.size", condition.range);
      case "date":
        return this.#range("i.modified", condition.range);
      case "hash":
        return this.#hash(condition.hash);
      case "entity":
        return this.#entity(condition.kind, condition.pattern);
      case "field":
        return this.#field(condition);
      case "known":
        return this.#known(condition.pattern);
      case "tag":
        return this.oneOf(this.#exhibit.review?.tagged(condition.pattern) ?? []);
      case "mark":
        return this.oneOf(this.#exhibit.review?.marked(condition.pattern) ?? []);
      case "state":
        return `(i.state = ${this.#bind(condition.value)})`;
      case "status":
        return `(${effectiveStatus} = ${this.#bind(condition.value)})`;
      case "lang":
        return `(c.id IS NOT NULL AND c.language IS ${this.#bind(condition.value)})`;
      case "exhibit":
        return this.#exhibit.label.toLowerCase() === condition.value ? "1" : "0";
    }
  }

  /** SHA-256 is known of every item that could be read, the others with the description of the content. */
  #hash(hash: string): string {
    const bytes = this.#bind(Buffer.from(hash, "hex"));
    if (hash.length === 64) return `coalesce(i.content = (SELECT id FROM content WHERE sha256 = ${bytes}), 0)`;
    return `coalesce(${hashColumns[hash.length]} = ${bytes}, 0)`;
  }

  #entity(kind: string, pattern: string | null): string {
    const wanted = ["e.content = c.id"];
    if (kind !== "*") wanted.push(`e.kind = ${this.#bind(kind)}`);
    if (pattern !== null) wanted.push(`vestige_like(e.value, ${this.#bind(pattern)})`);
    return `(c.id IS NOT NULL AND EXISTS (SELECT 1 FROM entity e WHERE ${wanted.join(" AND ")}))`;
  }

  #field({ name, words, pattern, range }: Extract<Condition, { on: "field" }>): string {
    const wanted = [`m.content = c.id`, `m.name = ${this.#bind(name)}`];
    if (words) wanted.push(`vestige_words(m.value, ${this.#bind(words.join(" "))})`);
    if (pattern !== null) wanted.push(`vestige_like(m.value, ${this.#bind(pattern)})`);
    if (range) wanted.push(`vestige_range(m.name, m.value, ${this.#bind(range.from)}, ${this.#bind(range.to)})`);
    return `(c.id IS NOT NULL AND EXISTS (SELECT 1 FROM metadata m WHERE ${wanted.join(" AND ")}))`;
  }

  /** By verdict, by name of the set, or `none`. */
  #known(pattern: string): string {
    const held = "SELECT 1 FROM known k WHERE k.content = c.id";
    if (pattern === "none") return `(c.id IS NOT NULL AND NOT EXISTS (${held}))`;
    const wanted = this.#bind(pattern);
    return `(c.id IS NOT NULL AND EXISTS (${held} AND (vestige_like(k.verdict, ${wanted}) OR vestige_like(k.list, ${wanted}))))`;
  }

  #range(column: string, { from, to }: Range): string {
    const bounds = [`${column} IS NOT NULL`];
    if (from !== null) bounds.push(`${column} >= ${this.#bind(from)}`);
    if (to !== null) bounds.push(`${column} <= ${this.#bind(to)}`);
    return `(${bounds.join(" AND ")})`;
  }

  /** All kinds of rules that are given must hold; of one kind, one of its values. */
  scope(rules: ScopeRules): string {
    const parts = [this.#custodian(rules.custodians)];
    if (rules.dates) {
      const { from, to } = rules.dates;
      const range = parseQuery(`date:${from ?? ""}..${to ?? ""}`.replace(/^date:\.\.$/, "*"));
      parts.push(this.query(range));
    }
    const any = (conditions: string[]) => parts.push(conditions.length > 0 ? `(${conditions.join(" OR ")})` : "1");
    any(rules.folders.map((folder) => `vestige_under(i.path, ${this.#bind(fold(plainPath(folder)))})`));
    any(rules.types.map((type) => this.#condition({ on: "type", pattern: fold(type), whole: true })));
    any(rules.terms.map((term) => this.query(parseQuery(`"${term.replaceAll('"', " ")}"`))));
    return parts.join(" AND ");
  }

  /** Whose it is, is known of exhibits only. */
  #custodian(custodians: readonly string[]): string {
    const { custodian } = this.#exhibit;
    if (custodians.length === 0) return "1";
    return custodian !== null && custodians.some((name) => fold(name) === fold(custodian)) ? "1" : "0";
  }
}
