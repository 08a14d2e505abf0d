/** Runs tasks on several threads, or on this one, and gives their results back in the order of the tasks. */
import { entryUrl } from "../../workers/entry-url.ts";
import { Pool, PoolError } from "../../workers/pool.ts";
import { WorkFileReader } from "../case/work-file-reader.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { TermFinder } from "./find-terms.ts";
import type { WatchResult, WatchTask, WatchThreadData } from "./watch-job.ts";

/** Results that may wait for an earlier one, per thread. */
const ahead = 8;
/** One stretch of text is at most a million characters; what takes longer hangs. */
const stallMs = 300_000;

/** Where tasks run. */
interface TaskRunner {
  readonly slots: number;
  run(slot: number, task: WatchTask): Promise<WatchResult>;
  close(): Promise<void>;
}

/** `workers`: 0 runs on this thread, for what is done sooner than threads start. */
export function taskRunner(data: WatchThreadData, workers: number): TaskRunner {
  if (workers === 0) return hereRunner(data);
  const pool = new Pool<WatchThreadData, WatchTask, WatchResult>({
    entry: entryUrl(import.meta.url, "./watch-thread"),
    size: workers,
    dataFor: () => ({ data }),
    stallMs,
  });
  return { slots: workers, run: (slot, task) => pool.run(slot, task).catch(rethrow), close: () => pool.close() };
}

function hereRunner(data: WatchThreadData): TaskRunner {
  const reader = WorkFileReader.open(data.workFile);
  const finder = new TermFinder(reader, data);
  return {
    slots: 1,
    async run(_slot, task) {
      // Signals are heard between tasks.
      await new Promise((resolve) => setImmediate(resolve));
      return finder.run(task, () => undefined);
    },
    close: async () => reader.close(),
  };
}

/** What an officer can mend is said as on the main thread. */
function rethrow(error: unknown): never {
  const isTold = error instanceof PoolError && error.code === "fault" && typeof error.causeCode === "string";
  if (isTold && /^[a-z]+\//.test(error.causeCode as string)) {
    throw new OperatorError(error.causeCode as string, error.message);
  }
  throw error;
}

/**
 * Calls `take` with the results in the order of `tasks`, until these end or the signal asks to stop: then what was begun still ends, and
 * is taken where nothing before it is missing.
 */
export async function runInOrder(
  runner: TaskRunner,
  tasks: Iterator<WatchTask>,
  signal: AbortSignal,
  take: (result: WatchResult) => void,
): Promise<void> {
  const waiting = new Map<number, WatchResult>();
  let issued = 0;
  let taken = 0;
  let failed = false;
  let moved = Promise.withResolvers<void>();
  const drain = () => {
    for (let result = waiting.get(taken); result; result = waiting.get(taken)) {
      waiting.delete(taken);
      taken += 1;
      take(result);
    }
    moved.resolve();
    moved = Promise.withResolvers<void>();
  };
  const work = async (slot: number): Promise<void> => {
    while (!signal.aborted && !failed) {
      if (issued - taken >= ahead * runner.slots) {
        await moved.promise;
        continue;
      }
      const { value: task, done } = tasks.next();
      if (done) return;
      const number = issued++;
      try {
        waiting.set(number, await runner.run(slot, task));
        drain();
      } catch (error) {
        failed = true;
        moved.resolve();
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: runner.slots }, (_, slot) => work(slot)));
}
