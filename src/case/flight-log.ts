/**
 * What is being parsed right now, and how often the engine died over it: a small database beside the work file, so that
 * a unit is on record before its first byte is parsed without cutting the work file's large transactions short.
 * It says nothing about results; losing it costs the memory of deaths only.
 */
import { join, dirname } from "node:path";
import { openDatabase, type Database, type OpenOptions } from "./sqlite.ts";

/** Deaths of the engine while a unit was in flight; `deathsAlone` counts those where nothing else was. */
export interface Deaths {
  readonly deaths: number;
  readonly deathsAlone: number;
}

export const noDeaths: Deaths = { deaths: 0, deathsAlone: 0 };

export interface InFlight extends Deaths {
  readonly key: string;
  readonly alone: boolean;
}

const tables = `
CREATE TABLE IF NOT EXISTS flight (
  key TEXT PRIMARY KEY,
  aloft INTEGER NOT NULL,              -- 1: in flight
  alone INTEGER NOT NULL,
  deaths INTEGER NOT NULL DEFAULT 0,
  deaths_alone INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS flight_aloft ON flight (key) WHERE aloft = 1;
`;

export class FlightLog {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** The log that belongs to the work file `file`. */
  static open(file: string, open: (file: string, options?: OpenOptions) => Database = openDatabase): FlightLog {
    const database = open(file === ":memory:" ? file : join(dirname(file), "inflight.db"));
    try {
      database.pragma("journal_mode = WAL");
      database.exec("PRAGMA synchronous = NORMAL");
      database.exec(tables);
    } catch (error) {
      database.close();
      throw error;
    }
    return new FlightLog(database);
  }

  /** Marks `landed` as no longer in flight and `keys` as in flight, in one commit. */
  start(keys: readonly string[], alone: boolean, landed: readonly string[] = []): void {
    const remove = this.#database.prepare("DELETE FROM flight WHERE key = ?");
    const mark = this.#database.prepare(
      "INSERT INTO flight (key, aloft, alone) VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET aloft = 1, alone = excluded.alone",
    );
    this.#database.transaction(() => {
      for (const key of landed) remove.run([key]);
      for (const key of keys) mark.run([key, alone ? 1 : 0]);
    }, "immediate");
  }

  /** Marks units as no longer in flight without blame: an orderly stop. */
  release(keys: readonly string[]): void {
    const clear = this.#database.prepare("UPDATE flight SET aloft = 0 WHERE key = ?");
    this.#database.transaction(() => {
      for (const key of keys) clear.run([key]);
    }, "immediate");
  }

  /** Counts a death of the engine against units that were in flight, and marks them as no longer so. */
  markDeath(keys: readonly string[]): void {
    const count = this.#database.prepare(
      "UPDATE flight SET aloft = 0, deaths = deaths + 1, deaths_alone = deaths_alone + alone WHERE key = ? AND aloft = 1",
    );
    this.#database.transaction(() => {
      for (const key of keys) count.run([key]);
    }, "immediate");
  }

  /** What was in flight when the last writer ended, sorted by key. */
  aloft(): InFlight[] {
    return this.#database
      .prepare<{ key: string; alone: number; deaths: number; deathsAlone: number }>(
        "SELECT key, alone, deaths, deaths_alone AS deathsAlone FROM flight WHERE aloft = 1 ORDER BY key",
      )
      .all()
      .map((row) => ({ ...row, alone: row.alone === 1 }));
  }

  /** Deaths so far, by unit; units without any are absent. */
  deaths(): Map<string, Deaths> {
    const rows = this.#database
      .prepare<{ key: string; deaths: number; deathsAlone: number }>(
        "SELECT key, deaths, deaths_alone AS deathsAlone FROM flight WHERE deaths > 0",
      )
      .all();
    return new Map(rows.map(({ key, deaths, deathsAlone }) => [key, { deaths, deathsAlone }]));
  }

  close(): void {
    this.#database.close();
  }
}
