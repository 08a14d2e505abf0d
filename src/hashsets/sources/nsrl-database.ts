/** NSRL RDS 3: a SQLite database whose table or view FILE has columns sha256, sha1 and md5. */
import { openDatabase, sqliteCode } from "../../case/sqlite.ts";
import type { HashRecord } from "../write-hash-set.ts";
import { recordOf } from "./columns.ts";

const kinds = ["sha256", "sha1", "md5"] as const;

/** Null where no table has such columns, or where it is no database. */
export function nsrlTableOf(file: string): { table: string; columns: readonly string[] } | null {
  const database = openDatabase(file, { readonly: true, immutable: true });
  try {
    const tables = database
      .prepare<{ name: string }>(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name = 'FILE' DESC, name",
      )
      .all();
    for (const { name } of tables) {
      const columns = database.prepare<{ name: string }>("SELECT name FROM pragma_table_info(?)").all([name]);
      const found = columns.map((column) => column.name).filter((column) => isKind(column));
      if (found.length > 0) return { table: name, columns: found };
    }
    return null;
  } catch (error) {
    if (sqliteCode(error) === null) throw error;
    return null;
  } finally {
    database.close();
  }
}

const isKind = (column: string): boolean => (kinds as readonly string[]).includes(column.toLowerCase());
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export function* nsrlRecords(file: string, onSkipped: () => void): Generator<HashRecord> {
  const found = nsrlTableOf(file);
  if (!found) return;
  const database = openDatabase(file, { readonly: true, immutable: true });
  try {
    const columns = found.columns.map((column, at) => `${quoted(column)} AS c${at}`).join(", ");
    const rows = database.prepare<Record<string, string>>(`SELECT ${columns} FROM ${quoted(found.table)}`).iterate([]);
    const wanted = found.columns.map((_, at) => at);
    for (const row of rows) {
      const record = recordOf(
        wanted.map((at) => String(row[`c${at}`] ?? "")),
        wanted,
      );
      if (record) yield record;
      else onSkipped();
    }
  } finally {
    database.close();
  }
}
