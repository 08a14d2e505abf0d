/**
 * The one writer of a work file. Synchronous; it is driven by one thread and groups what it is given into transactions
 * of bounded size. A unit counts only once its final row is committed, and everything of it is committed before or with
 * that row; `recover` removes the rest. Numbers of rows follow arrival, results do not depend on them.
 */
import type { ItemRow } from "../../native-free/model/item.ts";
import type { PreparedContent, UnitPlan, UnitResult } from "../../native-free/model/prepared.ts";
import { tokenizerVersion } from "../../native-free/model/fold.ts";
import { searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { ContentStore } from "./content-store.ts";
import { derive, voidDerived } from "./derived.ts";
import { FlightLog, noDeaths, type Deaths, type InFlight } from "./flight-log.ts";
import { ItemStore } from "./item-store.ts";
import { forgetHashSets, matchedHashSets, matchHashSets } from "./known-files.ts";
import { recoverRows, removeItems, reopenEncrypted } from "./recovery.ts";
import { migrate, setUpWriter } from "./schema.ts";
import { openDatabase, type Database, type OpenOptions, type Statement } from "./sqlite.ts";
import { openToWrite, workFileError } from "./work-file-error.ts";

export interface WorkFileMeta {
  readonly exhibit: string;
  /** SHA-256 (hex) of the profile: what changes results. */
  readonly profile: string;
}

export interface WriterOptions {
  /** For tests: another way of opening databases. */
  readonly open?: (file: string, options?: OpenOptions) => Database;
  /** Commit after this many rows, bytes of text, or milliseconds since the first row, whichever comes first. */
  readonly commitRows?: number;
  readonly commitBytes?: number;
  readonly commitMs?: number;
}

export interface Recovery {
  /** Units that had rows but no final row. */
  readonly removedUnits: number;
  /** Contents that were half written or that no item referred to any more. */
  readonly removedContents: number;
  /** Units that were in flight when the last writer ended. Marked so until `markDeath` or `releaseUnits`. */
  readonly inFlight: InFlight[];
}

export interface WorkFileCounts {
  readonly units: number;
  readonly unitsDone: number;
  readonly items: number;
  /** Contents of items, described completely. */
  readonly contents: number;
  /** Contents that items refer to by hash alone. */
  readonly undescribed: number;
  /** Units that are done and hold nothing to make an item of: slack of zeros. */
  readonly emptyUnits: number;
  readonly emptyBytes: number;
}

type PendingRow = UnitPlan & { id: number };

const pendingPage = 1000;

export class WorkFileWriter {
  readonly #database: Database;
  readonly #flight: FlightLog;
  readonly #items: ItemStore;
  readonly #contents: ContentStore;
  readonly #limits: { readonly rows: number; readonly bytes: number; readonly ms: number };
  readonly #finish: Statement;
  readonly #landed: string[] = [];
  #rows = 0;
  #bytes = 0;
  #since = 0;
  #open = false;
  #broken = false;
  /** Items or contents changed since the derived tables were made, or contents were compared with the hash sets. */
  #isVoid = false;

  private constructor(database: Database, flight: FlightLog, options: WriterOptions) {
    this.#database = database;
    this.#flight = flight;
    this.#limits = {
      rows: options.commitRows ?? 50_000,
      bytes: options.commitBytes ?? 24 * 2 ** 20,
      ms: options.commitMs ?? 2000,
    };
    this.#items = new ItemStore(database);
    this.#contents = new ContentStore(database);
    this.#finish = database.prepare("UPDATE unit SET done = 1, items = ?, status = ?, reason = ? WHERE key = ?");
  }

  /**
   * Opens or creates a work file. Throws OperatorError for a newer format (`case/newer-format`) and for a file that was
   * made with another profile, exhibit or tokenizer (`case/other-profile`): its results would not be comparable.
   */
  static open(file: string, meta: WorkFileMeta, options: WriterOptions = {}): WorkFileWriter {
    const open = options.open ?? openDatabase;
    const prepare = (database: Database): WorkFileWriter => {
      setUpWriter(database);
      migrate(database);
      checkMeta(database, meta);
      return new WorkFileWriter(database, FlightLog.open(file, open), options);
    };
    return openToWrite(file, prepare, open);
  }

  /**
   * Where the work file was made with another revision of the case's passwords, units that hold encrypted items count as not done:
   * `recover` removes their rows, and they are examined again. Call before it.
   */
  reopenEncrypted(revision: number): void {
    this.#guard(() => {
      this.#commit();
      reopenEncrypted(this.#database, revision);
    });
  }

  /** Removes what units without a final row left behind, and contents nobody refers to. Call before anything else. */
  recover(): Recovery {
    return this.#guard(() => {
      this.#commit();
      const removed = recoverRows(this.#database);
      const done = this.#database.prepare("SELECT 1 FROM unit WHERE key = ? AND done = 1");
      const aloft = this.#flight.aloft();
      const landed = aloft.filter((unit) => done.get([unit.key])).map((unit) => unit.key);
      if (landed.length > 0) this.#flight.start([], false, landed);
      return { ...removed, inFlight: aloft.filter((unit) => !landed.includes(unit.key)) };
    });
  }

  /** Adds units; those that are already planned stay as they are. Returns how many are new. */
  plan(units: readonly UnitPlan[]): number {
    return this.#guard(() => {
      const insert = this.#database.prepare(
        "INSERT OR IGNORE INTO unit (key, position, path, size) VALUES (?, ?, ?, ?)",
      );
      let added = 0;
      for (const unit of units) {
        this.#begin();
        added += insert.run([unit.key, unit.order, unit.path, unit.size]).changes;
        this.#charge(1, 0);
      }
      return added;
    });
  }

  /** Units without a final row in the order of the manifest. Other methods may be called while it is iterated. */
  *pending(): IterableIterator<UnitPlan & Deaths> {
    const deaths = this.#flight.deaths();
    const next = this.#database.prepare<PendingRow>(
      `SELECT id, key, position AS "order", path, size FROM unit
       WHERE done = 0 AND (position, id) > (?, ?) ORDER BY position, id LIMIT ${pendingPage}`,
    );
    for (let last: [number, number] = [-1, -1]; ;) {
      const page = next.all(last);
      for (const { key, order, path, size } of page) {
        yield { key, order, path, size, ...(deaths.get(key) ?? noDeaths) };
      }
      const end = page.at(-1);
      if (!end) return;
      last = [end.order, end.id];
    }
  }

  /** The units of these keys that have no final row, in the order of the manifest. */
  unitsOf(keys: readonly string[]): (UnitPlan & Deaths)[] {
    const deaths = this.#flight.deaths();
    const find = this.#database.prepare<PendingRow>(
      `SELECT id, key, position AS "order", path, size FROM unit WHERE done = 0 AND key = ?`,
    );
    return keys
      .flatMap((wanted) => find.all([wanted]))
      .map(({ key, order, path, size }) => ({ key, order, path, size, ...(deaths.get(key) ?? noDeaths) }))
      .sort((a, b) => a.order - b.order);
  }

  /** Records units as in flight. Committed when it returns: call it before anything of them is parsed. */
  startUnits(keys: readonly string[], alone: boolean): void {
    this.#guard(() => this.#flight.start(keys, alone, this.#landed.splice(0)));
  }

  /** Units that were not finished because of an orderly stop: nobody's fault. */
  releaseUnits(keys: readonly string[]): void {
    this.#guard(() => this.#flight.release(keys));
  }

  /** Counts a death of the engine against units that `recover` reported in flight. */
  markDeath(keys: readonly string[]): void {
    this.#guard(() => this.#flight.markDeath(keys));
  }

  /**
   * Adds items of a unit. Returns the ids that were already there and were not added again: two occurrences with one id
   * are a fault of whoever made the id, which must not cost the run.
   */
  addItems(unitKey: string, rows: readonly ItemRow[]): string[] {
    return this.#guard(() => {
      const unit = this.#items.unitId(unitKey);
      const duplicates: string[] = [];
      for (const row of rows) {
        this.#beginChange();
        if (!this.#items.add(unit, row)) duplicates.push(row.id);
        this.#charge(2 + row.times.length + row.findings.length + (row.extents?.length ?? 0), row.path.length);
      }
      return duplicates;
    });
  }

  /**
   * Stores a content with its text; false, with nothing done but its spool file removed, if that SHA-256 is already
   * there. Spooled text is stored in bounded transactions; readers see the content once all of it is there.
   */
  addContent(prepared: PreparedContent): boolean {
    return this.#guard(() => {
      this.#beginChange();
      return this.#contents.add(prepared, (rows, bytes) => {
        this.#charge(rows, bytes);
        this.#begin();
      });
    });
  }

  /** True where that content (SHA-256, hex) is described completely. */
  hasContent(sha256: string): boolean {
    return this.#guard(() => this.#contents.has(sha256));
  }

  /** A step of another kind, in the transaction that is open; `landed` is no longer in flight once it is committed. */
  step<T>(work: (database: Database) => T, cost: { rows: number; bytes: number; landed: readonly string[] }): T {
    return this.#guard(() => {
      this.#begin();
      const before = this.#changes();
      const result = work(this.#database);
      if (this.#changes() > before) this.#beginChange();
      this.#landed.push(...cost.landed);
      this.#charge(cost.rows, cost.bytes);
      return result;
    });
  }

  /** Deaths of the engine, by what was in flight. */
  deaths(): ReadonlyMap<string, Deaths> {
    return this.#flight.deaths();
  }

  /** Writes the final row of a unit. */
  finishUnit(result: UnitResult): void {
    this.#guard(() => {
      this.#begin();
      const { changes } = this.#finish.run([result.items, result.status, result.reason, result.key]);
      if (changes !== 1) throw new Error(`unit ${result.key} was never planned`);
      this.#landed.push(result.key);
      this.#charge(1, 0);
    });
  }

  /** Removes the items of a unit whose thread was lost, unless it has its final row. True where it is to be done again. */
  abandonUnit(key: string): boolean {
    return this.#guard(() => {
      this.#commit();
      const unit = this.#database
        .prepare<{ id: number; done: number }>("SELECT id, done FROM unit WHERE key = ?")
        .get([key]);
      if (!unit || unit.done === 1) return false;
      removeItems(this.#database, unit.id);
      return true;
    });
  }

  /** Compares every content with the hash sets where they, by their `identity`, are others than the last time or contents changed since. */
  matchHashSets(files: readonly string[], identity: string): void {
    this.#guard(() => {
      this.#commit();
      if (matchedHashSets(this.#database) === identity) return;
      matchHashSets(this.#database, files, identity);
      this.#isVoid = false;
    });
  }

  /** Commits everything given so far. */
  flush(): void {
    this.#guard(() => {
      this.#commit();
      if (this.#landed.length > 0) this.#flight.start([], false, this.#landed.splice(0));
    });
  }

  /** Of everything given so far, committed or not. */
  counts(): WorkFileCounts {
    const row = this.#database
      .prepare<Record<keyof WorkFileCounts, number>>(
        `SELECT (SELECT count(*) FROM unit) AS units, (SELECT count(*) FROM unit WHERE done = 1) AS unitsDone,
           (SELECT count(*) FROM item) AS items, (SELECT count(*) FROM content c WHERE state = 2 AND EXISTS (SELECT 1 FROM item WHERE content = c.id)) AS contents,
           (SELECT count(*) FROM content c WHERE state <> 2 AND EXISTS (SELECT 1 FROM item WHERE content = c.id)) AS undescribed,
           (SELECT count(*) FROM unit WHERE done = 1 AND items = 0) AS emptyUnits,
           (SELECT coalesce(sum(size), 0) FROM unit WHERE done = 1 AND items = 0) AS emptyBytes`,
      )
      .get() as Record<keyof WorkFileCounts, number>;
    return { ...row };
  }

  /** Commits and closes. After an error nothing more is committed. */
  close(): void {
    try {
      if (!this.#broken) {
        this.flush();
        this.#guard(() => derive(this.#database));
        this.#guard(() => this.#database.exec("PRAGMA optimize"));
      }
    } finally {
      this.#flight.close();
      this.#database.close();
    }
  }

  #begin(): void {
    if (this.#open) return;
    this.#database.exec("BEGIN IMMEDIATE");
    this.#open = true;
    this.#since = performance.now();
  }

  /** The same for a change of items or contents, which makes void what was made of them. */
  #beginChange(): void {
    this.#begin();
    if (this.#isVoid) return;
    voidDerived(this.#database);
    forgetHashSets(this.#database);
    this.#isVoid = true;
  }

  #changes(): number {
    return this.#database.prepare<{ n: number }>("SELECT total_changes() AS n").get([])?.n ?? 0;
  }

  #charge(rows: number, bytes: number): void {
    this.#rows += rows;
    this.#bytes += bytes;
    const full = this.#rows >= this.#limits.rows || this.#bytes >= this.#limits.bytes;
    if (full || performance.now() - this.#since >= this.#limits.ms) this.#commit();
  }

  #commit(): void {
    if (this.#open) this.#database.exec("COMMIT");
    this.#open = false;
    this.#rows = 0;
    this.#bytes = 0;
  }

  /** After any error what was not committed is gone: the writer refuses further work and the next one recovers. */
  #guard<T>(work: () => T): T {
    if (this.#broken) throw new Error("the work file's writer stopped at an earlier error");
    try {
      return work();
    } catch (error) {
      this.#broken = true;
      throw workFileError(error, this.#database.file);
    }
  }
}

function checkMeta(database: Database, meta: WorkFileMeta): void {
  const wanted: Record<string, string> = { exhibit: meta.exhibit, profile: meta.profile, tokenizer: tokenizerVersion };
  const read = database.prepare<{ value: string }>("SELECT value FROM meta WHERE key = ?");
  const write = database.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
  database.transaction(() => {
    for (const [key, value] of Object.entries(wanted)) {
      const found = read.get([key])?.value;
      if (found === undefined) write.run([key, value]);
      else if (found !== value) {
        throw new OperatorError("case/other-profile", searchSays.otherProfile(database.file, key, found, value));
      }
    }
  }, "immediate");
}
