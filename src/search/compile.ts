/**
 * From a query to SQL over one work file. The SQL is made of our own text only; words, patterns and numbers are bound
 * parameters, and what goes into an FTS5 expression are tokens (letters, numbers, marks) in double quotes.
 */
import { fold } from "../../native-free/model/fold.ts";
import { plainPath } from "../case/item-paths.ts";
import type { ScopeRules } from "../case/scope.ts";
import type { SqlValue } from "../case/sqlite.ts";
import { effectiveStatus } from "../case/work-file-rows.ts";
import { parseQuery } from "./query-parser.ts";
import type { Condition, Query, Range, TextTerm } from "./query.ts";

/** What of the case concerns one work file. */
export interface ExhibitFacts {
  readonly label: string;
  readonly custodian: string | null;
}

/** SQL conditions over `item i LEFT JOIN content c`; each is 0 or 1, never null. */
export interface CompiledQuery {
  readonly matches: string;
  /** Inside the scope rules. */
  readonly inScope: string;
  readonly params: Readonly<Record<string, SqlValue>>;
}

export function compileQuery(query: Query, scope: ScopeRules, exhibit: ExhibitFacts): CompiledQuery {
  const compiler = new Compiler(exhibit);
  const matches = compiler.query(query);
  const inScope = compiler.scope(scope);
  return { matches, inScope, params: compiler.params };
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
  #count = 0;

  constructor(exhibit: ExhibitFacts) {
    this.#exhibit = exhibit;
  }

  #bind(value: SqlValue): string {
    const name = `p${(this.#count += 1)}`;
    this.params[name] = value;
    return `:${name}`;
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
    }
  }

  #text(term: TextTerm): string {
    const ways: string[] = [];
    if (term.field !== "name") {
      // A content whose text is still being stored is not there yet.
      ways.push(`i.content IN (SELECT rowid >> 20 FROM fts_text WHERE fts_text MATCH ${this.#bind(ftsExpression(term))}
        AND (rowid >> 20) NOT IN (SELECT id FROM content WHERE state = 1))`);
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
