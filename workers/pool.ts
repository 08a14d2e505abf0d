/**
 * A fixed number of threads that run tasks from one entry. Every task ends: with its result, or with a PoolError that
 * says how the thread failed. A thread that stalls, runs out of memory or exits is replaced; its task is rejected, never
 * left pending, and names what it was working on. Decision record 0002 says why this is not a package.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Worker, type ResourceLimits, type Transferable } from "node:worker_threads";
import { withCompileCache } from "./compile-cache.ts";
import { Heartbeat, heartbeatBytes, type FromThread, type ThreadData, type ToThread } from "./thread-port.ts";

/** `stalled`: no heartbeat for the limit. `oom`: heap limit. `exited`: the thread ended. `fault`: the handler threw. */
export type PoolErrorCode = "stalled" | "oom" | "exited" | "fault" | "closed";

export class PoolError extends Error {
  readonly code: PoolErrorCode;
  /** What the thread last said it was working on (`Heartbeat.workOn`). */
  readonly workedOn: string;
  /** `code` of the handler's own exception, for `fault`. */
  readonly causeCode: unknown;

  constructor(code: PoolErrorCode, message: string, workedOn: string, causeCode: unknown = null) {
    super(message);
    this.code = code;
    this.workedOn = workedOn;
    this.causeCode = causeCode;
  }
}

export interface PoolOptions<Data> {
  /** Module of the thread; it calls `serveTasks`. */
  readonly entry: URL;
  readonly size: number;
  /** Made for each thread when it starts, also for replacements: the data and what of it is transferred. */
  readonly dataFor: (slot: number) => { data: Data; transfer?: Transferable[] };
  /** A task whose thread shows no heartbeat for so long is ended. */
  readonly stallMs: number;
  readonly resourceLimits?: ResourceLimits;
  /** Environment of the threads; empty by default, so that no secret reaches them. */
  readonly env?: NodeJS.ProcessEnv;
  /** Told when a thread was lost, before its task is rejected. */
  readonly onLost?: (slot: number) => void;
}

interface Slot<Result> {
  readonly worker: Worker;
  readonly heartbeat: Heartbeat;
  /** Set while a task runs. */
  settle: { resolve: (result: Result) => void; reject: (error: PoolError) => void } | null;
  /** Resolves when the thread serves tasks, or is gone. */
  readonly started: Promise<void>;
  serving: boolean;
  lastCount: number;
  lastChange: number;
}

const watchEveryMs = 200;
const loadPatienceMs = 10_000;

export class Pool<Data, Task, Result> {
  readonly size: number;
  readonly #options: PoolOptions<Data>;
  /**
   * Null where no task was run yet, and where a thread was lost: the next task starts one, so that little work starts few threads, and
   * an entry that cannot load does not loop.
   */
  readonly #slots: (Slot<Result> | null)[];
  readonly #watch: NodeJS.Timeout;
  #closed = false;

  constructor(options: PoolOptions<Data>) {
    this.#options = options;
    this.size = options.size;
    // The first thread loads while the caller prepares its work.
    this.#slots = Array.from({ length: options.size }, (_, index) => (index === 0 ? this.#start(index) : null));
    this.#watch = setInterval(() => this.#checkStalls(), watchEveryMs);
    this.#watch.unref();
  }

  /**
   * Runs a task on one slot (0 … size−1), which must be idle: who schedules decides what runs beside what. Rejects with
   * PoolError only.
   */
  async run(slotIndex: number, task: Task): Promise<Result> {
    if (this.#closed) throw new PoolError("closed", "the pool is closed", "");
    const slot = this.#slots[slotIndex] ?? (this.#slots[slotIndex] = this.#start(slotIndex));
    if (slot.settle) throw new Error(`slot ${slotIndex} is busy`);
    return new Promise<Result>((resolve, reject) => {
      slot.settle = { resolve, reject };
      slot.lastCount = slot.heartbeat.count;
      slot.lastChange = performance.now();
      slot.worker.postMessage({ task } satisfies ToThread<Task>);
    });
  }

  /** The slots that have a thread. */
  get started(): number[] {
    return [...this.#slots.keys()].filter((index) => this.#slots[index]);
  }

  /** Ends all threads; running tasks are rejected with `closed`. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    await Promise.all(
      this.#slots.map(async (slot) => {
        slot?.settle?.reject(new PoolError("closed", "the pool was closed", slot.heartbeat.note));
        if (!slot) return;
        slot.settle = null;
        // Ending a thread while it loads a native addon ends the process; one that never loads is ended all the same.
        await Promise.race([slot.started, delay(loadPatienceMs, undefined, { ref: false })]);
        await slot.worker.terminate();
      }),
    );
  }

  #start(index: number): Slot<Result> {
    const memory = new SharedArrayBuffer(heartbeatBytes);
    const { data, transfer } = this.#options.dataFor(index);
    const workerData: ThreadData<Data> = { heartbeat: memory, data };
    const shared = withCompileCache();
    const worker = new Worker(this.#options.entry, {
      workerData,
      ...shared,
      env: { ...shared.env, ...this.#options.env },
      ...(transfer ? { transferList: transfer } : {}),
      ...(this.#options.resourceLimits ? { resourceLimits: this.#options.resourceLimits } : {}),
    });
    const { promise: started, resolve: markStarted } = Promise.withResolvers<void>();
    const slot: Slot<Result> = {
      worker,
      heartbeat: new Heartbeat(memory),
      settle: null,
      started,
      serving: false,
      lastCount: 0,
      lastChange: performance.now(),
    };
    worker.on("message", (message: FromThread<Result>) => {
      if ("ready" in message) {
        slot.serving = true;
        slot.lastChange = performance.now();
        return markStarted();
      }
      const settle = slot.settle;
      slot.settle = null;
      if ("result" in message) settle?.resolve(message.result);
      else settle?.reject(new PoolError("fault", message.fault.message, slot.heartbeat.note, message.fault.code));
    });
    worker.on("error", (error: NodeJS.ErrnoException) => {
      const oom = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      this.#lose(index, slot, oom ? "oom" : "exited", error.message);
    });
    worker.on("exit", (code) => {
      markStarted();
      this.#lose(index, slot, "exited", `the thread ended with code ${code}`);
    });
    return slot;
  }

  /** The thread is gone or given up: its slot is free for another, its task is rejected. Happens once per thread. */
  #lose(index: number, slot: Slot<Result>, code: PoolErrorCode, message: string): void {
    if (this.#closed || this.#slots[index] !== slot) return;
    this.#options.onLost?.(index);
    const settle = slot.settle;
    slot.settle = null;
    this.#slots[index] = null;
    settle?.reject(new PoolError(code, message, slot.heartbeat.note));
  }

  #checkStalls(): void {
    const now = performance.now();
    for (const [index, slot] of this.#slots.entries()) {
      if (!slot?.settle || !slot.serving) continue;
      const count = slot.heartbeat.count;
      if (count !== slot.lastCount) {
        slot.lastCount = count;
        slot.lastChange = now;
      } else if (now - slot.lastChange > this.#options.stallMs) {
        this.#lose(index, slot, "stalled", `no sign of life for ${Math.round(now - slot.lastChange)} ms`);
        void slot.worker.terminate();
      }
    }
  }
}
