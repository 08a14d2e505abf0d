/** What the schema table says: tables with their columns, and the SQL of everything. SQLite, "Database File Format" 2.6. */
import type { Database } from "./database.ts";
import { cellsOf, PageSet, recordPages } from "./pages.ts";
import { recordValues } from "./record-values.ts";

export interface Table {
  readonly name: string;
  readonly root: number;
  /** In the order in which records hold them; empty where the SQL is not understood. */
  readonly columns: readonly string[];
  /** Place of the column that is another name of the row id, whose value the record leaves out; -1 for none. */
  readonly rowidAt: number;
  readonly withoutRowid: boolean;
}

export interface Schema {
  readonly tables: readonly Table[];
  /** SQL of tables, indexes, views and triggers. */
  readonly sql: readonly string[];
}

export const schemaTable: Table = {
  name: "sqlite_schema",
  root: 1,
  columns: ["type", "name", "tbl_name", "rootpage", "sql"],
  rowidAt: -1,
  withoutRowid: false,
};

const mostObjects = 100_000;

export function readSchema(database: Database): Schema {
  const tables: Table[] = [];
  const sql: string[] = [];
  for (const page of recordPages(database, 1, new PageSet(database.pageCount))) {
    for (const cell of cellsOf(database, page)) {
      const row = recordValues(database.record(page.bytes, cell), database.encoding);
      if (row === null || sql.length >= mostObjects) database.problems.cells++;
      else addObject(row.values, tables, sql);
    }
  }
  return { tables, sql };
}

function addObject(values: readonly unknown[], tables: Table[], sql: string[]): void {
  const [type, name, , root, statement] = values.map((value) => (typeof value === "string" ? value : ""));
  if (statement) sql.push(statement);
  // Virtual tables have no page of their own: what they hold stands in tables beside them.
  const page = Number(root);
  if (type !== "table" || !name || !(page > 0)) return;
  tables.push({ name, root: page, ...parseTable(statement ?? "") });
}

type Shape = Pick<Table, "columns" | "rowidAt" | "withoutRowid">;

/** Columns of a CREATE TABLE in the order of storage. */
export function parseTable(sql: string): Shape {
  const words = tokens(sql);
  const open = words.indexOf("(");
  if (open < 0) return { columns: [], rowidAt: -1, withoutRowid: false };
  const parts: string[][] = [[]];
  let depth = 1;
  let at = open + 1;
  for (; at < words.length && depth > 0; at++) {
    const word = words[at]!;
    if (word === "(") depth++;
    if (word === ")") depth--;
    if (depth === 1 && word === ",") parts.push([]);
    else if (depth > 0) parts.at(-1)!.push(word);
  }
  const withoutRowid = /\bWITHOUT ROWID\b/i.test(words.slice(at).join(" "));
  return shapeOf(parts, withoutRowid);
}

function shapeOf(parts: readonly (readonly string[])[], withoutRowid: boolean): Shape {
  const columns: string[] = [];
  let key: string[] = [];
  const integers = new Set<string>();
  for (const part of parts) {
    const rest = part.slice(1).join(" ").toUpperCase();
    if (/^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)$/i.test(part[0] ?? "")) {
      if (/\bPRIMARY KEY \(/i.test(part.join(" "))) key = keyColumns(part);
      continue;
    }
    if (part.length === 0 || (/\bAS \(/.test(rest) && !/\bSTORED\b/.test(rest))) continue;
    const name = unquoted(part[0]!);
    columns.push(name);
    if (/^INTEGER( |$)/.test(rest)) integers.add(name.toLowerCase());
    if (/\bPRIMARY KEY\b(?! DESC)/.test(rest)) key = [name];
  }
  const [only = ""] = key.length === 1 ? key : [];
  const rowid = columns.findIndex((column) => column.toLowerCase() === only.toLowerCase());
  const isAlias = !withoutRowid && rowid >= 0 && integers.has(only.toLowerCase());
  return {
    columns: withoutRowid ? keyFirst(columns, key) : columns,
    rowidAt: isAlias ? rowid : -1,
    withoutRowid,
  };
}

/** Names in the brackets behind PRIMARY KEY, without collations and directions. */
function keyColumns(part: readonly string[]): string[] {
  const names: string[] = [];
  let expects = false;
  for (const word of part.slice(part.findIndex((each) => /^PRIMARY$/i.test(each)))) {
    if (word === ")") break;
    if (expects) names.push(unquoted(word));
    expects = word === "(" || word === ",";
  }
  return names;
}

/** A table without row id is an index: its key stands first (2.4). */
function keyFirst(columns: readonly string[], key: readonly string[]): string[] {
  const wanted = key.map((name) => name.toLowerCase());
  const first = wanted.flatMap((name) => columns.filter((column) => column.toLowerCase() === name).slice(0, 1));
  return [...new Set([...first, ...columns])];
}

const token =
  /--[^\n]*|\/\*[^]*?(?:\*\/|$)|"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[(),]|[^\s(),"'`[\]]+|\S/g;

function tokens(sql: string): string[] {
  return (sql.slice(0, 1 << 20).match(token) ?? []).filter((word) => !word.startsWith("--") && !word.startsWith("/*"));
}

function unquoted(name: string): string {
  const quote = name[0]!;
  if (quote === "[") return name.slice(1, -1);
  return "\"`'".includes(quote) ? name.slice(1, -1).replaceAll(quote + quote, quote) : name;
}
