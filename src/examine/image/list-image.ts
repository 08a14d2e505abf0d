/**
 * Has an image listed by a thread, once. A volume over which threads or engines are lost twice is listed without its structures: it
 * costs itself, and nothing else.
 */
import { finding } from "../../../native-free/model/findings.ts";
import type { Avoidance } from "../../../workers/examine-unit.ts";
import { PoolError } from "../../../workers/pool.ts";
import type { Job } from "../job.ts";
import type { ReaderFault } from "../unit-thread.ts";
import { EnumerationTrace, type EnumerationTask } from "./enumeration-trace.ts";
import type { ImageJob } from "./image-job.ts";
import { readHead, removeListing, type ListingHead } from "./listing.ts";

export interface ListerOptions {
  readonly image: ImageJob;
  readonly profileHash: string;
  readonly limits: Pick<Job, "lastDeath" | "stallMs" | "workerMemoryMb">;
  /** Runs the task in a thread. Rejects with PoolError. */
  readonly run: (task: EnumerationTask) => Promise<{ readonly faults: readonly ReaderFault[] }>;
  readonly onListed: (items: number) => void;
  readonly onFaults: (faults: readonly ReaderFault[]) => void;
}

const lossesPerVolume = 2;
/** Threads lost without a volume to blame, or over very many. */
const lossesInAll = 24;
const countEveryMs = 200;
/** Item ids have this length. */
const idLength = 26;

export class ImageLister {
  readonly identity: string;
  readonly #options: ListerOptions;
  readonly #avoid = new Map<string, Avoidance>();
  readonly #losses = new Map<string, number>();

  constructor(options: ListerOptions) {
    this.#options = options;
    this.identity = `${options.image.identity} ${options.profileHash}`;
  }

  /** The head of the listing, which is made where it is not there. Rejects with what must stop the run. */
  async list(): Promise<ListingHead> {
    const { image, limits } = this.#options;
    const known = readHead(image.listing, this.identity);
    if (known) return known;
    removeListing(image.listing);
    const trace = new EnumerationTrace(image.listing);
    if (limits.lastDeath !== "stopped") trace.died();
    for (const id of trace.deadly(lossesPerVolume)) this.#avoid.set(id, this.#avoidance(limits.lastDeath));
    for (let losses = 0; ; losses++) {
      try {
        await this.#run();
        break;
      } catch (error) {
        const isLost = error instanceof PoolError && error.code !== "fault" && error.code !== "closed";
        if (!isLost || losses >= lossesInAll) throw error;
        this.#blame(error);
      }
    }
    const head = readHead(image.listing, this.identity);
    if (!head) throw new Error("the listing was made and is not there");
    return head;
  }

  async #run(): Promise<void> {
    const { run, onListed, onFaults } = this.#options;
    const counter = new SharedArrayBuffer(4);
    const count = new Int32Array(counter);
    onListed(0);
    const timer = setInterval(() => onListed(Atomics.load(count, 0)), countEveryMs);
    try {
      onFaults((await run({ avoid: [...this.#avoid], counter })).faults);
    } finally {
      clearInterval(timer);
    }
  }

  #blame({ workedOn, code }: PoolError): void {
    const id = workedOn.slice(0, idLength);
    const losses = (this.#losses.get(id) ?? 0) + 1;
    this.#losses.set(id, losses);
    if (losses >= lossesPerVolume) this.#avoid.set(id, this.#avoidance(code));
  }

  #avoidance(code: string): Avoidance {
    const { stallMs, workerMemoryMb } = this.#options.limits;
    if (code === "stalled") {
      return { rung: "recorded", reason: "timeout", finding: finding("engine/timeout", { seconds: stallMs / 1000 }) };
    }
    if (code === "oom") {
      return { rung: "recorded", reason: "oom", finding: finding("engine/oom", { megabytes: workerMemoryMb }) };
    }
    return { rung: "recorded", reason: "crashed", finding: finding("engine/crashed") };
  }
}
