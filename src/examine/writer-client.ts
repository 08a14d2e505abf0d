/** The engine's side of the writer thread: typed calls, answered in order, and one fatal error at most. */
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { entryUrl } from "../../workers/entry-url.ts";
import type { WriterCalls, WriterData, WriterReply } from "../case/writer-thread.ts";
import { OperatorError, type ExitCode } from "../messages/operator-error.ts";

type Waiting = { resolve: (value: never) => void; reject: (error: Error) => void };

export class WriterClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onFatal: (error: Error) => void;
  readonly #onDuplicates: (ids: readonly string[]) => void;
  #next = 0;
  #fatal: Error | null = null;

  /**
   * `onFatal` is told once when nothing can be written any more, `onDuplicates` the ids of items that were given again and not
   * written again.
   */
  constructor(
    data: WriterData,
    onFatal: (error: Error) => void,
    onDuplicates: (ids: readonly string[]) => void = () => undefined,
  ) {
    this.#onFatal = onFatal;
    this.#onDuplicates = onDuplicates;
    this.#worker = new Worker(entryUrl(import.meta.url, "../case/writer-thread"), { workerData: data, env: {} });
    this.#worker.on("message", (reply: WriterReply) => this.#take(reply));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("the writer thread ended")));
  }

  /** Calls the writer. Rejects with OperatorError (disk full …) or a fault. */
  async call<Name extends keyof WriterCalls>(
    name: Name,
    ...args: Parameters<WriterCalls[Name]>
  ): Promise<ReturnType<WriterCalls[Name]>> {
    if (this.#fatal) throw this.#fatal;
    const id = this.#next++;
    const ports = args.filter((arg): arg is MessagePort & typeof arg => isPort(arg));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, args }, ports);
    });
  }

  /** A port over which the thread in `slot` sends its rows from now on. */
  connect(slot: number): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.call("connect", slot, port2).catch((error: Error) => this.#fail(error));
    return port1;
  }

  /** Commits, closes the work file, ends the thread. */
  async close(): Promise<void> {
    try {
      if (!this.#fatal) await this.call("close");
    } finally {
      this.#fatal ??= new Error("the writer is closed");
      await this.#worker.terminate();
    }
  }

  #take(reply: WriterReply): void {
    if ("duplicates" in reply) return this.#onDuplicates(reply.duplicates);
    if ("fatal" in reply) {
      const { code, message, exit } = reply.fatal;
      return this.#fail(code === "fault" ? new Error(message) : new OperatorError(code, message, exit as ExitCode));
    }
    this.#waiting.get(reply.id)?.resolve(reply.value as never);
    this.#waiting.delete(reply.id);
  }

  #fail(error: Error): void {
    if (this.#fatal) return;
    this.#fatal = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#onFatal(error);
  }
}

function isPort(value: unknown): boolean {
  return typeof (value as { postMessage?: unknown } | null)?.postMessage === "function";
}
