/** Where the writer's time goes: the processor time of each SQL statement, by table. */
import {
  openDatabase,
  type Database,
  type OpenOptions,
  type SqlParams,
  type Statement,
} from "../../../src/case/sqlite.ts";
import { cpuSeconds } from "./thread-time.ts";

export class SqlTimes {
  /** Seconds and runs by kind of statement and table. */
  readonly byStatement = new Map<string, { seconds: number; runs: number }>();

  /** In the place of `openDatabase`. */
  readonly open = (file: string, options?: OpenOptions): Database => {
    const database = openDatabase(file, options);
    return {
      engine: database.engine,
      file: database.file,
      exec: (sql) => this.#take(sql, () => database.exec(sql)),
      prepare: (sql, given) => this.#statement(sql, database.prepare(sql, given)),
      transaction: (work, kind) => this.#take("transaction", () => database.transaction(work, kind)),
      pragma: (text) => this.#take(`pragma ${text}`, () => database.pragma(text)),
      define: (name, test) => database.define(name, test),
      close: () => this.#take("close", () => database.close()),
    };
  };

  #statement<Row>(sql: string, statement: Statement<Row>): Statement<Row> {
    return {
      run: (params?: SqlParams) => this.#take(sql, () => statement.run(params)),
      get: (params?: SqlParams) => this.#take(sql, () => statement.get(params)),
      all: (params?: SqlParams) => this.#take(sql, () => statement.all(params)),
      iterate: (params?: SqlParams) => statement.iterate(params),
    };
  }

  #take<T>(sql: string, work: () => T): T {
    const begun = cpuSeconds();
    try {
      return work();
    } finally {
      const name = nameOf(sql);
      const sum = this.byStatement.get(name) ?? { seconds: 0, runs: 0 };
      sum.seconds += cpuSeconds() - begun;
      sum.runs += 1;
      this.byStatement.set(name, sum);
    }
  }
}

function nameOf(sql: string): string {
  const match = /^\s*(\w+)(?: OR \w+)?(?:\s+(?:INTO|FROM))?\s+(\w+)/i.exec(sql);
  const from = /^\s*SELECT/i.test(sql) ? (/\bFROM (\w+)/i.exec(sql)?.[1] ?? "") : (match?.[2] ?? "");
  return `${(match?.[1] ?? sql).toLowerCase()} ${from}`.trim();
}
