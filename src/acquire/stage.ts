/**
 * A set of threads that work on the same rings. The first that fails gives all rings up, so that the others end; the
 * caller gets that first failure. A thread that does not end (a read that hangs in a failing device) is ended.
 */
import { Worker } from "node:worker_threads";
import { withCompileCache } from "../../workers/compile-cache.ts";
import { RingControl, type RingMemory } from "../../workers/ring.ts";
import { imageSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";

/** What a thread says at its end; classes do not survive the way between threads. */
export type PartOutcome<Result> =
  /** Not the end: something that the stage hears of while the part runs. */
  | { readonly note: unknown }
  | { readonly result: Result }
  | { readonly operator: { readonly code: string; readonly message: string; readonly exit: ExitCode } }
  | { readonly fault: { readonly message: string; readonly stack: string } }
  | { readonly aborted: true };

/** What a thread may be told while it runs. */
export type PartMessage = { readonly told: unknown } | { readonly abort: true };

export interface Part<Result> {
  /** Rejects with the first failure of the whole stage. */
  readonly result: Promise<Result>;
  tell(value: unknown): void;
}

/** How long threads may take to notice that their rings were given up. */
const patienceMs = 5000;

export class Stage {
  readonly #rings: readonly RingControl[];
  readonly #workers = new Set<Worker>();
  readonly #ended: Promise<void>[] = [];
  readonly #failed = Promise.withResolvers<never>();
  #hasFailed = false;

  /** `stopped`: what the officer is told where the signal ends it. */
  constructor(rings: readonly RingMemory[], signal: AbortSignal, stopped = imageSays.imagingInterrupted()) {
    this.#rings = rings.map((ring) => new RingControl(ring));
    // Who waits for a part sees it too; without a waiter it is no fault of its own.
    this.#failed.promise.catch(() => undefined);
    const stop = () => this.fail(new OperatorError("run/interrupted", stopped, exitCodes.stopped));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  }

  /** `onNote` hears what the part says while it runs. */
  start<Result>(entry: URL, data: unknown, onNote: (note: unknown) => void = () => undefined): Part<Result> {
    const worker = new Worker(entry, { workerData: data, ...withCompileCache() });
    this.#workers.add(worker);
    const own = Promise.withResolvers<Result>();
    own.promise.catch(() => undefined);
    let outcome: PartOutcome<Result> | null = null;
    worker.on("message", (message: PartOutcome<Result>) => {
      if ("note" in message) return this.#hear(onNote, message.note);
      outcome = message;
      if ("result" in message) own.resolve(message.result);
      else if (!("aborted" in message)) this.fail(errorOf(message));
    });
    worker.on("error", (error) => this.fail(error));
    this.#ended.push(
      new Promise((resolve) => {
        worker.once("exit", (code) => {
          this.#workers.delete(worker);
          if (outcome === null) this.fail(new Error(`a thread of the acquisition ended with code ${code}`));
          resolve();
        });
      }),
    );
    const result = Promise.race([own.promise, this.#failed.promise]);
    // A failure reaches the caller through the part that it waits for; the others must not be faults of their own.
    result.catch(() => undefined);
    return {
      result,
      tell: (value) => worker.postMessage({ told: value } satisfies PartMessage),
    };
  }

  /** Waits until every thread is gone, ending those that stay; to be called on every way out. */
  async end(): Promise<void> {
    if (!this.#hasFailed) return void (await Promise.all(this.#ended));
    const timer = setTimeout(() => this.#workers.forEach((worker) => void worker.terminate()), patienceMs);
    await Promise.all(this.#ended);
    clearTimeout(timer);
  }

  #hear(onNote: (note: unknown) => void, note: unknown): void {
    try {
      onNote(note);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** Gives everything up for a reason that is not a part's own. */
  fail(error: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#rings.forEach((ring) => ring.abort());
    this.#workers.forEach((worker) => worker.postMessage({ abort: true } satisfies PartMessage));
    this.#failed.reject(error);
  }
}

function errorOf(message: Extract<PartOutcome<never>, { operator: unknown } | { fault: unknown }>): Error {
  if ("operator" in message) {
    const { code, message: sentence, exit } = message.operator;
    return new OperatorError(code, sentence, exit);
  }
  const error = new Error(message.fault.message);
  error.stack = message.fault.stack;
  return error;
}
