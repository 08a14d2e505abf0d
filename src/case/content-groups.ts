/** Contents by what they have in common: kinds of identifiers (watch-lists are kinds, too), verdicts and names of hash sets. */
import { GrowingNumbers } from "../../native-free/bytes/growing-numbers.ts";
import type { SqlRow, SqlValue } from "./sqlite.ts";

/** `entity`: kind; `known`: verdict; `list`: name of a hash set. */
export const groupNames = ["entity", "known", "list"] as const;
export type GroupName = (typeof groupNames)[number];

const sources: Readonly<Record<GroupName, { readonly table: string; readonly column: string }>> = {
  entity: { table: "entity", column: "kind" },
  known: { table: "known", column: "verdict" },
  list: { table: "known", column: "list" },
};

/** Whoever answers SQL of ours. */
export interface Asked {
  iterate(sql: string, params: readonly SqlValue[]): Iterable<SqlRow>;
}

/** The values of a group, sorted. */
export function valuesOf(asked: Asked, name: GroupName): string[] {
  const { table, column } = sources[name];
  const values: string[] = [];
  // From value to value, since an index of many rows holds few of them.
  for (let last: string | null = ""; last !== null;) {
    const [row] = [...asked.iterate(`SELECT min(${column}) AS value FROM ${table} WHERE ${column} > ?`, [last])];
    last = (row?.["value"] ?? null) as string | null;
    if (last !== null) values.push(last);
  }
  return values;
}

/** Numbers of the contents with a value, sorted. Bare numbers, since a Set ends at 2^24 of them. */
export function contentsOf(asked: Asked, name: GroupName, value: string): Uint32Array {
  const { table, column } = sources[name];
  const sql = `SELECT DISTINCT content FROM ${table} WHERE ${column} = ? ORDER BY content`;
  const found = new GrowingNumbers();
  for (const row of asked.iterate(sql, [value])) found.push(row["content"] as number);
  return new Uint32Array(found.toArray());
}
