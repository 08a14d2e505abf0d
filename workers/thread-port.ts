/**
 * The thread's side of the pool: serves tasks one at a time and shows the watchdog that it is alive and on what.
 * The shared memory of a slot (64 bytes): Int32 beats, Int32 length of the note, then up to 56 bytes of ASCII note.
 */
import { parentPort, workerData } from "node:worker_threads";

const noteAt = 8;
const noteLimit = 56;
export const heartbeatBytes = noteAt + noteLimit;

/** Called often by the thread while work proceeds. No allocation in `beat`. */
export class Heartbeat {
  readonly #beats: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#beats = new Int32Array(memory, 0, 2);
    this.#bytes = new Uint8Array(memory);
  }

  beat(): void {
    Atomics.add(this.#beats, 0, 1);
  }

  /** Beats, and says what is worked on (an item id, at most 56 ASCII characters), for whoever must name a culprit. */
  workOn(note: string): void {
    const length = Math.min(note.length, noteLimit);
    for (let i = 0; i < length; i++) this.#bytes[noteAt + i] = note.charCodeAt(i) & 0x7f;
    Atomics.store(this.#beats, 1, length);
    this.beat();
  }

  /** Number of beats so far. */
  get count(): number {
    return Atomics.load(this.#beats, 0);
  }

  /** What was last worked on, "" where nothing was. */
  get note(): string {
    const length = Atomics.load(this.#beats, 1);
    let text = "";
    for (let i = 0; i < length; i++) text += String.fromCharCode(this.#bytes[noteAt + i]);
    return text;
  }
}

/** What a pool puts into `workerData` of its threads. */
export interface ThreadData<Data> {
  readonly heartbeat: SharedArrayBuffer;
  readonly data: Data;
}

/** What the two sides say to each other. */
export type ToThread<Task> = { readonly task: Task };
export type FromThread<Result> =
  | { readonly ready: true }
  | { readonly result: Result }
  | {
      readonly fault: {
        readonly message: string;
        readonly stack: string;
        readonly kind: unknown;
        readonly code: unknown;
      };
    };

/**
 * Serves the tasks of a pool until the pool ends the thread. `start` runs once and returns the handler. An exception of
 * the handler ends the task, not the thread.
 */
export async function serveTasks<Data, Task, Result>(
  start: (
    data: Data,
    heartbeat: Heartbeat,
  ) => Promise<(task: Task) => Promise<Result>> | ((task: Task) => Promise<Result>),
): Promise<void> {
  if (!parentPort) throw new Error("serveTasks runs in a worker thread only");
  const port = parentPort;
  const { heartbeat, data } = workerData as ThreadData<Data>;
  const handle = await start(data, new Heartbeat(heartbeat));
  port.on("message", (message: ToThread<Task>) => {
    handle(message.task).then(
      (result) => port.postMessage({ result } satisfies FromThread<Result>),
      (error: unknown) => port.postMessage({ fault: describeFault(error) } satisfies FromThread<Result>),
    );
  });
  port.postMessage({ ready: true } satisfies FromThread<Result>);
}

function describeFault(error: unknown): Extract<FromThread<never>, { fault: unknown }>["fault"] {
  const e = error as { message?: unknown; stack?: unknown; kind?: unknown; code?: unknown } | null;
  return {
    message: String(e?.message ?? error),
    stack: String(e?.stack ?? ""),
    kind: e?.kind ?? null,
    code: e?.code ?? null,
  };
}
