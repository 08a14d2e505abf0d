/**
 * Entry of the engine: the sandboxed child process that examines one exhibit. Its main thread schedules and never blocks;
 * threads parse, one thread writes. It holds the exhibit's lock for its life and ends when its supervisor is gone.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { finding } from "../../native-free/model/findings.ts";
import { entryUrl } from "../../workers/entry-url.ts";
import { sourceGoneCode } from "../../workers/machine-fault.ts";
import { Pool, PoolError } from "../../workers/pool.ts";
import { fileLock } from "../case/file-lock.ts";
import { defaultEngine } from "../case/sqlite.ts";
import { exitCodes, isOperatorError } from "../messages/operator-error.ts";
import { ImageLister } from "./image/list-image.ts";
import type { FromEngine, Job, ToEngine } from "./job.ts";
import type { LaterPass, LaterProgress } from "./later/later-pass.ts";
import { laterPass } from "./later/start-later.ts";
import { folderPlan, imagePlan } from "./plan.ts";
import { probeSandbox } from "./sandbox-probe.ts";
import { Scheduler, type PendingUnit } from "./scheduler.ts";
import type { UnitBatch, UnitBatchResult, UnitThreadData } from "./unit-thread.ts";
import { WriterClient } from "./writer-client.ts";

const progressEveryMs = 200;
/** How long an orderly stop waits for the items that are being parsed. */
const stopPatienceMs = 2000;

function tell(message: FromEngine): void {
  process.send?.(message);
}

class Engine {
  readonly #job: Job;
  readonly #lock;
  readonly #writer: WriterClient;
  readonly #pool: Pool<UnitThreadData, UnitBatch, UnitBatchResult>;
  readonly #scheduler: Scheduler;
  readonly #later: LaterPass;
  /** Null for a folder. */
  readonly #lister: ImageLister | null;
  readonly #stopRequest = Promise.withResolvers<"stopped">();
  readonly #fatal = Promise.withResolvers<never>();
  readonly #progress = {
    units: 0,
    unitsDone: 0,
    bytes: 0,
    bytesDone: 0,
    listed: null as number | null,
    pictures: null as LaterProgress | null,
  };

  constructor(job: Job) {
    this.#job = job;
    this.#lock = fileLock(job.lockFile);
    this.#lock.acquire("process", 10_000);
    prepareSpool(job.spool);
    this.#fatal.promise.catch(() => undefined);
    const meta = { exhibit: job.label, profile: job.profileHash };
    this.#writer = new WriterClient(
      { file: job.workFile, meta },
      (error) => this.#fatal.reject(error),
      (ids) => tell({ say: "log", level: "error", event: "duplicate-item", data: { ids: ids.slice(0, 100) } }),
    );
    this.#lister =
      job.image &&
      new ImageLister({
        image: job.image,
        profileHash: job.profileHash,
        limits: job,
        run: (enumerate) => this.#pool.run(0, { units: [], avoid: [], enumerate }),
        onListed: (items) => (this.#progress.listed = items),
        onFaults: (faults) => faults.forEach(logFault),
      });
    this.#pool = new Pool({
      entry: job.threadEntry === null ? entryUrl(import.meta.url, "./unit-thread") : new URL(job.threadEntry),
      size: job.workers,
      dataFor: (slot) => this.#threadData(slot),
      stallMs: job.stallMs,
      resourceLimits: { maxOldGenerationSizeMb: job.workerMemoryMb },
    });
    this.#scheduler = new Scheduler({
      pool: this.#pool,
      writer: this.#writer,
      stallMs: job.stallMs,
      workerMemoryMb: job.workerMemoryMb,
      onUnits: (units) => this.#count(units),
      onFaults: (faults) => faults.forEach(logFault),
      onLost: (code, unit, item) =>
        tell({ say: "log", level: "warn", event: "thread-lost", data: { code, unit, item } }),
    });
    this.#later = laterPass(job, this.#writer, {
      onProgress: (pictures) => (this.#progress.pictures = pictures),
      onFaults: (faults) =>
        faults.forEach(({ content: item, frames }) => logFault({ item, reader: "pictures", frames })),
      onLost: (code, content) => tell({ say: "log", level: "warn", event: "thread-lost", data: { code, content } }),
    });
  }

  stop(): void {
    this.#scheduler.stop();
    this.#later.stop();
    this.#stopRequest.resolve("stopped");
  }

  async run(): Promise<void> {
    tell({ say: "probe", results: await probeSandbox(this.#job.probe) });
    await this.#writer.call("reopenEncrypted", this.#job.passwords.revision);
    const recovered = await this.#writer.call("recover");
    const aloft = recovered.inFlight.map((unit) => unit.key);
    const blames = this.#job.lastDeath !== "stopped";
    if (aloft.length > 0) await this.#writer.call(blames ? "markDeath" : "release", aloft);
    const timer = setInterval(() => tell({ say: "progress", progress: { ...this.#progress } }), progressEveryMs);
    try {
      const plan = this.#plan().then(() => "planned" as const);
      // Ended by a stop, it may still fail at a closed writer.
      plan.catch(() => undefined);
      const planned = await Promise.race([plan, this.#fatal.promise, this.#stopRequest.promise]);
      if (planned === "stopped") return await this.#finish(false);
      const counts = await this.#writer.call("counts");
      Object.assign(this.#progress, { units: counts.units, unitsDone: counts.unitsDone, listed: null });
      const suspects = blames || aloft.length > 0 ? await this.#suspects(new Set(aloft)) : [];
      const work = this.#scheduler.run(suspects).then(() => "worked" as const);
      const ended = await Promise.race([work, this.#fatal.promise, this.#stopRequest.promise]);
      if (ended === "stopped") await Promise.race([work, patience()]);
      else await Promise.race([this.#drain().then(() => this.#lookLater()), this.#fatal.promise]);
      await this.#finish(true);
    } finally {
      clearInterval(timer);
    }
  }

  /** The last rows of every thread are written before anything is counted. */
  async #drain(): Promise<void> {
    const { started } = this.#pool;
    await Promise.all(started.map((slot) => this.#pool.run(slot, { units: [], avoid: [], drain: true })));
  }

  /** Pictures and scanned pages, when everything else is there. */
  async #lookLater(): Promise<void> {
    await this.#pool.close();
    const work = this.#later.run().then(() => "worked" as const);
    // Ended by a stop, it may still fail at a closed writer.
    work.catch(() => undefined);
    if ((await Promise.race([work, this.#stopRequest.promise])) === "stopped") await Promise.race([work, patience()]);
  }

  /** `planned`: every unit is known. */
  async #finish(planned: boolean): Promise<void> {
    await Promise.all([this.#pool.close(), this.#later.close()]);
    if (this.#scheduler.lostThreads > 0) await this.#writer.call("recover");
    await this.#writer.call("flush");
    const { files, identity } = this.#job.hashSets;
    if (planned) await this.#writer.call("matchHashSets", files, identity);
    const { units, unitsDone, items, contents, emptyUnits, emptyBytes } = await this.#writer.call("counts");
    const pictures = await this.#writer.call("pictureCounts");
    await this.#writer.close();
    this.#lock.close();
    tell({ say: "progress", progress: { ...this.#progress, unitsDone } });
    tell({
      say: "finished",
      outcome: {
        complete: planned && units === unitsDone && pictures.view + pictures.text === 0,
        units,
        unitsDone,
        items,
        contents,
        zeroSlack: { items: emptyUnits, bytes: emptyBytes },
        lostThreads: this.#scheduler.lostThreads + this.#later.lostThreads,
        sqlite: defaultEngine(),
      },
    });
  }

  #threadData(slot: number): { data: UnitThreadData; transfer: [UnitThreadData["port"]] } {
    const { source, manifest, spool, profile, image, passwords: list, others, watchLists } = this.#job;
    const port = this.#writer.connect(slot);
    const listingIdentity = this.#lister?.identity ?? "";
    const { passwords } = list;
    const lists = watchLists.map(({ file: name, text }) => ({ name, text }));
    return {
      data: { source, manifest, image, listingIdentity, spool, slot, profile, passwords, lists, others, port },
      transfer: [port],
    };
  }

  /** Every line of the manifest, or of the listing of an image, is a unit. Done once; an interrupted plan is completed. */
  async #plan(): Promise<void> {
    const { manifest, manifestLines, manifestBytes, image } = this.#job;
    let expected = { units: manifestLines, bytes: manifestBytes };
    if (image && this.#lister) {
      const { items, bytes } = await this.#lister.list();
      expected = { units: items, bytes };
    }
    this.#progress.bytes = expected.bytes;
    if ((await this.#writer.call("counts")).units === expected.units) return;
    let lines = 0;
    for (const page of image ? imagePlan(image.listing) : folderPlan(manifest)) {
      await this.#writer.call("plan", page);
      lines += page.length;
    }
    if (lines !== expected.units)
      throw new Error(`the ${image ? "listing" : "manifest"} has ${lines} lines, not ${expected.units}`);
    await this.#writer.call("flush");
    const { units } = await this.#writer.call("counts");
    if (units !== lines) tell({ say: "log", level: "error", event: "duplicate-unit", data: { lines, units } });
  }

  /** Units that were in flight when the last engine ended, in order; those that killed it alone twice are avoided. */
  async #suspects(aloft: ReadonlySet<string>): Promise<PendingUnit[]> {
    if (aloft.size === 0) return [];
    const reason = this.#job.lastDeath === "oom" ? "oom" : "crashed";
    const found =
      reason === "oom" ? finding("engine/oom", { megabytes: this.#job.workerMemoryMb }) : finding("engine/crashed");
    const suspects = await this.#writer.call("unitsOf", [...aloft]);
    for (const { key, deathsAlone } of suspects) {
      if (deathsAlone < 2) continue;
      this.#scheduler.avoid(key, key, { rung: deathsAlone === 2 ? "strings" : "recorded", reason, finding: found });
    }
    return suspects;
  }

  #count(units: readonly PendingUnit[]): void {
    this.#progress.unitsDone += units.length;
    for (const unit of units) this.#progress.bytesDone += unit.size;
  }
}

function logFault(fault: UnitBatchResult["faults"][number]): void {
  const { item, reader, frames } = fault;
  tell({ say: "log", level: "error", event: "reader-fault", data: { item, reader, frames } });
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, stopPatienceMs));
}

/** What an earlier engine left in the spool belongs to units that are done again. */
function prepareSpool(spool: string): void {
  mkdirSync(spool, { recursive: true });
  for (const name of readdirSync(spool)) rmSync(join(spool, name), { force: true });
}

/** What ended the run, for the supervisor: the officer's obstacle, or a fault. */
function failureOf(error: unknown): Extract<FromEngine, { say: "failed" }> {
  if (isOperatorError(error)) {
    return { say: "failed", code: error.code, message: error.message, exit: error.exit };
  }
  const cause = error instanceof PoolError ? error.causeCode : (error as NodeJS.ErrnoException | null)?.code;
  const message = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
  if (cause === sourceGoneCode) return { say: "failed", code: "source/gone", message, exit: exitCodes.stopped };
  if (cause === "ENOSPC" || cause === "EDQUOT") {
    return { say: "failed", code: "case/disk-full", message, exit: exitCodes.stopped };
  }
  return { say: "failed", code: "fault", message, exit: exitCodes.fault };
}

/** The supervisor learns how it ended from the last message; the exit code only repeats it. */
function leave(message: FromEngine | null, code: number): void {
  if (message === null || !process.connected) process.exit(code);
  process.send?.(message, () => process.exit(code));
}

let engine: Engine | null = null;
let isStopAsked = false;

function startEngine(job: Job): Promise<void> {
  engine = new Engine(job);
  if (isStopAsked) engine.stop();
  return engine.run();
}

process.on("disconnect", () => process.exit(exitCodes.stopped));
// The terminal sends its interrupt to the whole group; the supervisor decides.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
process.on("message", (message: ToEngine) => {
  if (message.say === "stop") {
    // It may come together with the job, before there is an engine.
    isStopAsked = true;
    return engine?.stop();
  }
  Promise.resolve()
    .then(() => startEngine(message.job))
    .then(
      () => leave(null, exitCodes.done),
      (error: unknown) => leave(failureOf(error), exitCodes.fault),
    );
  return undefined;
});
