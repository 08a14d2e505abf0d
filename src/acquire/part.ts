/** The thread's side of a stage: runs one part to its end and says how it ended. */
import { parentPort, workerData } from "node:worker_threads";
import { RingAborted } from "../../workers/ring.ts";
import { isOperatorError } from "../messages/operator-error.ts";
import type { PartMessage, PartOutcome } from "./stage.ts";

/**
 * Runs `body` with the data of the thread. `told` resolves with what the stage says meanwhile, or rejects with
 * RingAborted; `note` says something to the stage before the end.
 */
export async function runPart<Data, Result>(
  body: (data: Data, told: () => Promise<unknown>, note: (value: unknown) => void) => Result | Promise<Result>,
): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error("runPart runs in a worker thread only");
  const message = Promise.withResolvers<unknown>();
  message.promise.catch(() => undefined);
  port.on("message", (said: PartMessage) => {
    if ("told" in said) message.resolve(said.told);
    else message.reject(new RingAborted("the stage was given up"));
  });
  let outcome: PartOutcome<Result>;
  try {
    const note = (value: unknown) => port.postMessage({ note: value } satisfies PartOutcome<Result>);
    outcome = { result: await body(workerData as Data, () => message.promise, note) };
  } catch (error) {
    outcome = outcomeOf(error);
  }
  port.postMessage(outcome);
  port.close();
}

function outcomeOf(error: unknown): PartOutcome<never> {
  if ((error as { kind?: unknown } | null)?.kind === "ring-aborted") return { aborted: true };
  if (isOperatorError(error)) {
    return { operator: { code: error.code, message: error.message, exit: error.exit } };
  }
  const known = error instanceof Error ? error : new Error(String(error));
  return { fault: { message: known.message, stack: known.stack ?? "" } };
}
