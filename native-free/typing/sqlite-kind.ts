/**
 * Which application wrote an SQLite database: by the names of its tables. Reads the pages of the schema alone (SQLite
 * database file format 1.3, 1.6, 2.1, 2.6). Names of the log beside the database are not seen.
 */
import type { Probe } from "./probe.ts";
import {
  type ApplicationDatabase,
  browserTypes,
  chatDatabaseTypes,
  mailDatabaseTypes,
  systemDatabaseTypes,
} from "./tables/application-databases.ts";

const kinds: readonly ApplicationDatabase[] = [
  ...browserTypes,
  ...chatDatabaseTypes,
  ...mailDatabaseTypes,
  ...systemDatabaseTypes,
];

const maxPages = 64;
const maxNames = 2000;
/** Bitcoin Core writes the magic number of its network as application id: main, test 3, signet, regtest, test 4. */
const walletIds = [0xf9beb4d9, 0x0b110907, 0x0a03cf40, 0xfabfb5da, 0x1c163f28];

/** The application's kind, or null for a database of no known one. */
export function refineSqlite(probe: Probe): string | null {
  if (walletIds.includes(probe.u32be(68))) return "bitcoin-wallet-sqlite";
  const names = tableNames(probe);
  if (names.size === 0) return null;
  for (const { id, tables, most } of kinds) {
    if (tables.every((table) => names.has(table)) && (most === undefined || names.size <= most)) return id;
  }
  return null;
}

/** Names of tables in lower case, without those of SQLite itself. */
function tableNames(probe: Probe): ReadonlySet<string> {
  const stored = probe.u16be(16);
  const pageBytes = stored === 1 ? 65_536 : stored;
  const names = new Set<string>();
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0) return names;
  const waiting = [1];
  const seen = new Set<number>();
  for (let page = waiting.pop(); page !== undefined && seen.size < maxPages; page = waiting.pop()) {
    const start = (page - 1) * pageBytes;
    if (page < 1 || start >= probe.size || seen.has(page)) continue;
    seen.add(page);
    const at = start + (page === 1 ? 100 : 0);
    const kind = probe.u8(at);
    const cells = Math.min(probe.u16be(at + 3), pageBytes / 2);
    if (kind !== 5 && kind !== 13) continue;
    if (kind === 5) waiting.push(probe.u32be(at + 8));
    for (let cell = 0; cell < cells && names.size < maxNames; cell++) {
      const cellAt = start + probe.u16be(at + (kind === 5 ? 12 : 8) + 2 * cell);
      if (kind === 5) waiting.push(probe.u32be(cellAt));
      else addTable(probe, cellAt, names);
    }
  }
  return names;
}

/** A row of sqlite_schema: type, name, tbl_name, rootpage, sql (2.6). The names come first and lie on the page itself. */
function addTable(probe: Probe, cellAt: number, names: Set<string>): void {
  const cursor = { at: cellAt };
  varint(probe, cursor);
  varint(probe, cursor);
  const record = cursor.at;
  const headerBytes = varint(probe, cursor);
  const typeBytes = textBytes(varint(probe, cursor));
  const nameBytes = textBytes(varint(probe, cursor));
  if (headerBytes > 64 || typeBytes < 0 || nameBytes < 1) return;
  const body = record + headerBytes;
  const wide = probe.u32be(56) > 1;
  const read = (at: number, length: number): string =>
    wide ? probe.ascii(at, length).replaceAll("\0", "") : probe.ascii(at, length);
  if (read(body, typeBytes) !== "table") return;
  const name = read(body + typeBytes, Math.min(nameBytes, 256)).toLowerCase();
  if (!name.startsWith("sqlite_")) names.add(name);
}

/** Length of a text of a serial type, −1 for values that are none (2.1). */
const textBytes = (serial: number): number => (serial >= 13 && serial % 2 === 1 ? (serial - 13) / 2 : -1);

/** Seven bits a byte, at most nine bytes; what exceeds 2^53 is no length that occurs. */
function varint(probe: Probe, cursor: { at: number }): number {
  let value = 0;
  for (let count = 0; count < 9; count++) {
    const byte = probe.u8(cursor.at++);
    value = value * 128 + (byte & 127);
    if (byte < 128) break;
  }
  return value;
}
