/**
 * Hands units to threads: suspects of an earlier death first and alone, then batches in the order of the manifest. A thread
 * that is lost costs its culprit one step down the ladder (full, full alone, strings, recorded) and everybody else nothing.
 */
import { finding, type Finding } from "../../native-free/model/findings.ts";
import type { Reason } from "../../native-free/model/item.ts";
import type { UnitPlan } from "../../native-free/model/prepared.ts";
import type { Avoidance } from "../../workers/examine-unit.ts";
import { PoolError, type Pool } from "../../workers/pool.ts";
import type { Deaths } from "../case/flight-log.ts";
import type { UnitBatch, UnitBatchResult, UnitThreadData } from "./unit-thread.ts";
import type { WriterClient } from "./writer-client.ts";

export type PendingUnit = UnitPlan & Deaths;

export interface SchedulerOptions {
  readonly pool: Pool<UnitThreadData, UnitBatch, UnitBatchResult>;
  readonly writer: WriterClient;
  readonly stallMs: number;
  readonly workerMemoryMb: number;
  readonly onUnits: (units: readonly PendingUnit[]) => void;
  readonly onFaults: (faults: UnitBatchResult["faults"]) => void;
  readonly onLost: (code: string, unit: string, item: string) => void;
}

/** A batch ends at so many units or bytes: a round trip costs 0.1 ms, and the last batches should end together. */
const batchUnits = 64;
const batchBytes = 4 << 20;
const pageUnits = 512;
/** After so many threads lost over one unit it is recorded without being opened. */
const lossesPerUnit = 12;
/** Item ids have this length; a thread says which unit and which item it is on as two of them. */
const idLength = 26;

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #avoid = new Map<string, Map<string, Avoidance>>();
  readonly #losses = new Map<string, number>();
  readonly #alone: PendingUnit[] = [];
  readonly #again: PendingUnit[] = [];
  readonly #page: PendingUnit[] = [];
  #exhausted = false;
  #lossesWithoutCulprit = 0;
  #taking: Promise<void> | null = null;
  #stopped = false;
  lostThreads = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** No further unit is begun. */
  stop(): void {
    this.#stopped = true;
  }

  /** A unit over which the engine died while it ran alone, twice: it is not opened again beyond what `avoidance` allows. */
  avoid(unit: string, item: string, avoidance: Avoidance): void {
    const items = this.#avoid.get(unit) ?? new Map<string, Avoidance>();
    this.#avoid.set(unit, items.set(item, avoidance));
  }

  /** Runs `suspects` one by one, then everything pending. Rejects on what must stop the run. */
  async run(suspects: readonly PendingUnit[]): Promise<void> {
    this.#alone.push(...suspects);
    const skip = new Set(suspects.map((unit) => unit.key));
    for (;;) {
      await this.#runAlone();
      await Promise.all(Array.from({ length: this.#options.pool.size }, (_, slot) => this.#serve(slot, skip)));
      if (this.#stopped || this.#alone.length + this.#again.length === 0) return;
    }
  }

  async #runAlone(): Promise<void> {
    for (let unit = this.#alone.shift(); unit && !this.#stopped; unit = this.#alone.shift()) {
      await this.#options.writer.call("start", [unit.key], true);
      await this.#runBatch(0, [unit]);
    }
  }

  async #serve(slot: number, skip: ReadonlySet<string>): Promise<void> {
    let next = this.#take(skip);
    for (;;) {
      const batch = await next;
      if (batch.length === 0) return;
      if (this.#stopped) {
        await this.#options.writer.call(
          "release",
          batch.map((unit) => unit.key),
        );
        return;
      }
      // The next batch is put on record while this one runs, so that the thread never waits for the writer.
      next = this.#take(skip);
      next.catch(() => undefined);
      await this.#runBatch(slot, batch);
    }
  }

  /** The next batch, recorded as in flight; empty at the end or after a stop. */
  async #take(skip: ReadonlySet<string>): Promise<PendingUnit[]> {
    while (this.#taking) await this.#taking;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#taking = promise;
    try {
      const batch: PendingUnit[] = [];
      let bytes = 0;
      while (!this.#stopped && batch.length < batchUnits && bytes < batchBytes) {
        const unit = this.#again.shift() ?? (await this.#nextPending());
        if (!unit) break;
        if (skip.has(unit.key)) continue;
        batch.push(unit);
        bytes += unit.size;
      }
      if (batch.length > 0)
        await this.#options.writer.call(
          "start",
          batch.map((unit) => unit.key),
          false,
        );
      return batch;
    } finally {
      this.#taking = null;
      resolve();
    }
  }

  async #nextPending(): Promise<PendingUnit | null> {
    if (this.#page.length === 0 && !this.#exhausted) {
      this.#page.push(...(await this.#options.writer.call("pending", pageUnits)));
      this.#exhausted = this.#page.length === 0;
    }
    return this.#page.shift() ?? null;
  }

  async #runBatch(slot: number, batch: readonly PendingUnit[]): Promise<void> {
    const avoid = batch.flatMap((unit) => [...(this.#avoid.get(unit.key) ?? [])]);
    const units = batch.map(({ key, order }) => ({ key, order }));
    try {
      const { faults } = await this.#options.pool.run(slot, { units, avoid });
      this.#options.onFaults(faults);
      this.#options.onUnits(batch);
    } catch (error) {
      if (!(error instanceof PoolError)) throw error;
      await this.#recover(slot, batch, error);
    }
  }

  /** Puts the units of a lost thread back: the culprit alone, the rest into the queue. */
  async #recover(slot: number, batch: readonly PendingUnit[], error: PoolError): Promise<void> {
    // A fault of the thread itself (source gone, disk full, our mistake) stops the run; `closed` is an orderly stop.
    if (error.code === "closed" && this.#stopped) return;
    if (error.code === "fault" || error.code === "closed") throw error;
    this.lostThreads += 1;
    const again = new Set(
      await this.#options.writer.call(
        "abandon",
        slot,
        batch.map((unit) => unit.key),
      ),
    );
    const unitKey = error.workedOn.slice(0, idLength);
    const item = error.workedOn.slice(idLength);
    const culprit = batch.find((unit) => unit.key === unitKey);
    this.#lossesWithoutCulprit = culprit ? 0 : this.#lossesWithoutCulprit + 1;
    // Threads that end before they begin (a module that cannot load) would be replaced for ever.
    if (this.#lossesWithoutCulprit > lossesPerUnit) throw error;
    this.#options.onLost(error.code, unitKey, item);
    this.#options.onUnits(batch.filter((unit) => !again.has(unit.key)));
    for (const unit of batch) {
      if (!again.has(unit.key)) continue;
      if (unit === culprit) {
        this.#stepDown(unit, item === "" ? unit.key : item, error);
        this.#alone.push(unit);
      } else {
        this.#again.push(unit);
      }
    }
  }

  #stepDown(unit: PendingUnit, item: string, error: PoolError): void {
    const ofUnit = (this.#losses.get(unit.key) ?? 0) + 1;
    this.#losses.set(unit.key, ofUnit);
    if (ofUnit >= lossesPerUnit) return this.avoid(unit.key, unit.key, this.#avoidance("recorded", error));
    const ofItem = (this.#losses.get(`${unit.key}${item}`) ?? 0) + 1;
    this.#losses.set(`${unit.key}${item}`, ofItem);
    if (ofItem === 2) this.avoid(unit.key, item, this.#avoidance("strings", error));
    if (ofItem > 2) this.avoid(unit.key, item, this.#avoidance("recorded", error));
  }

  #avoidance(rung: Avoidance["rung"], error: PoolError): Avoidance {
    const { stallMs, workerMemoryMb } = this.#options;
    const by: Record<string, { reason: Reason; finding: Finding }> = {
      stalled: { reason: "timeout", finding: finding("engine/timeout", { seconds: stallMs / 1000 }) },
      oom: { reason: "oom", finding: finding("engine/oom", { megabytes: workerMemoryMb }) },
    };
    return { rung, ...(by[error.code] ?? { reason: "crashed", finding: finding("engine/crashed") }) };
  }
}
