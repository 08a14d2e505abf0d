/**
 * Runs the pass over pictures and scanned pages when all units are done: first every picture is looked at, then text is recognised,
 * the small ones first. What has no result yet is asked of the work file, so that an interrupted pass goes on where it was. A content
 * that ends its thread twice, or the engine twice while it was alone, is given up with a finding.
 */
import { finding } from "../../../native-free/model/findings.ts";
import type { Reason } from "../../../native-free/model/item.ts";
import { decodableTypes } from "../../../native-free/pictures/decodable-types.ts";
import { PoolError, type Pool } from "../../../workers/pool.ts";
import type { PictureWork } from "../../case/picture-results.ts";
import type { PictureStage } from "../../case/picture-store.ts";
import type { WriterClient } from "../writer-client.ts";
import { failedPicture, failedText } from "./failed-results.ts";
import type { LaterTask, LaterTaskResult, LaterThreadData } from "./later-thread.ts";

/** What is left to do and done of a stage. */
export interface LaterProgress {
  readonly stage: PictureStage;
  readonly done: number;
  readonly total: number;
}

export interface LaterPassOptions {
  readonly makePool: () => Pool<LaterThreadData, LaterTask, LaterTaskResult>;
  readonly writer: WriterClient;
  /** Finished work files of other exhibits, whose results are taken over. */
  readonly others: readonly string[];
  readonly onProgress: (progress: LaterProgress) => void;
  readonly onFaults: (faults: LaterTaskResult["faults"]) => void;
  readonly onLost: (code: string, content: string) => void;
}

type PendingPicture = PictureWork & { readonly deaths: number; readonly deathsAlone: number };

const stages = ["view", "text"] as const;
/** Contents asked for at once, and in one task: those of a container share its walk. */
const pageSize = 2000;
const taskSize: Record<PictureStage, number> = { view: 128, text: 16 };
/** Contents of different units in one task. */
const groupedSize: Record<PictureStage, number> = { view: 16, text: 2 };
/** So often a content may end a thread, or go without a result, before it is given up. */
const attempts = 2;

export class LaterPass {
  readonly #options: LaterPassOptions;
  readonly #tried = new Map<string, number>();
  readonly #reasons = new Map<string, Reason>();
  #pool: Pool<LaterThreadData, LaterTask, LaterTaskResult> | null = null;
  #stopped = false;
  lostThreads = 0;

  constructor(options: LaterPassOptions) {
    this.#options = options;
  }

  /** No further content is begun. */
  stop(): void {
    this.#stopped = true;
  }

  async close(): Promise<void> {
    await this.#pool?.close();
  }

  /** Rejects on what must stop the run. */
  async run(): Promise<void> {
    const { writer, others } = this.#options;
    await writer.call("skipUndecodable", decodableTypes);
    for (let after: number | null = others.length > 0 ? 0 : null; after !== null && !this.#stopped;) {
      after = await writer.call("copyPictures", others, after);
    }
    for (const stage of stages) {
      const total = (await writer.call("pictureCounts"))[stage];
      if (total === 0) continue;
      for (;;) {
        const page = await writer.call("pendingPictures", stage, pageSize);
        await this.#tell(stage, total);
        if (page.length === 0 || this.#stopped) break;
        await this.#runPage(stage, page, total);
      }
      if (this.#stopped) return;
    }
  }

  async #tell(stage: PictureStage, total: number): Promise<void> {
    const left = (await this.#options.writer.call("pictureCounts"))[stage];
    this.#options.onProgress({ stage, done: Math.max(0, total - left), total });
  }

  async #runPage(stage: PictureStage, page: readonly PendingPicture[], total: number): Promise<void> {
    const fit: PendingPicture[] = [];
    for (const work of page) {
      if (this.#isHopeless(work)) await this.#giveUp(stage, work);
      else fit.push(work);
    }
    this.#pool ??= this.#options.makePool();
    // Who was there when an engine died, or lost a thread, shares nobody's fate.
    const isSuspect = (work: PendingPicture) => work.deaths > 0 || this.#tried.has(work.sha256);
    for (const work of fit.filter(isSuspect)) if (!this.#stopped) await this.#runTask(0, stage, [[work]], true);
    const tasks = tasksOf(
      stage,
      fit.filter((work) => !isSuspect(work)),
    );
    const serve = async (slot: number): Promise<void> => {
      for (let task = tasks.shift(); task && !this.#stopped; task = tasks.shift()) {
        await this.#runTask(slot, stage, task, false);
        await this.#tell(stage, total);
      }
    };
    await Promise.all(Array.from({ length: this.#pool.size }, (_, slot) => serve(slot)));
  }

  #isHopeless({ sha256, deathsAlone }: PendingPicture): boolean {
    return deathsAlone >= attempts || (this.#tried.get(sha256) ?? 0) >= attempts;
  }

  async #runTask(slot: number, stage: PictureStage, groups: LaterTask["groups"], alone: boolean): Promise<void> {
    const { writer, onFaults } = this.#options;
    const works = groups.flat();
    await writer.call(
      "startPictures",
      works.map(({ sha256 }) => sha256),
      alone,
    );
    try {
      const { faults } = await (this.#pool as Pool<LaterThreadData, LaterTask, LaterTaskResult>).run(slot, {
        stage,
        groups,
      });
      onFaults(faults);
    } catch (error) {
      if (!(error instanceof PoolError)) throw error;
      if (error.code === "closed" && this.#stopped) return;
      if (error.code === "fault" || error.code === "closed") throw error;
      this.#lose(works, error);
    }
  }

  /** Whoever was being worked on is tried once more, alone; everybody else just again. */
  #lose(works: readonly PictureWork[], error: PoolError): void {
    this.lostThreads += 1;
    this.#options.onLost(error.code, error.workedOn);
    const culprit = works.find(({ sha256 }) => error.workedOn !== "" && sha256.startsWith(error.workedOn));
    // A thread that ends before it begins would be replaced for ever: then all of them count.
    for (const { sha256 } of culprit ? [culprit] : works) {
      this.#tried.set(sha256, (this.#tried.get(sha256) ?? 0) + 1);
      this.#reasons.set(sha256, error.code === "stalled" ? "timeout" : error.code === "oom" ? "oom" : "crashed");
    }
  }

  async #giveUp(stage: PictureStage, { sha256 }: PictureWork): Promise<void> {
    const { writer } = this.#options;
    const reason = this.#reasons.get(sha256) ?? "crashed";
    const found = finding("picture/gave-up", { reason });
    if (stage === "view") await writer.call("storePicture", failedPicture(sha256, reason, found));
    else await writer.call("storeRecognised", failedText(sha256, reason, found));
  }
}

/** Contents of one unit together, in the order of their first; small groups share a task. */
function tasksOf(stage: PictureStage, works: readonly PictureWork[]): PictureWork[][][] {
  const units = new Map<string, PictureWork[]>();
  for (const work of works) {
    const group = units.get(work.unit);
    if (group) group.push(work);
    else units.set(work.unit, [work]);
  }
  const tasks: PictureWork[][][] = [];
  let open: PictureWork[][] = [];
  for (const group of units.values()) {
    for (let at = 0; at < group.length; at += taskSize[stage]) {
      const part = group.slice(at, at + taskSize[stage]);
      if (part.length > 1) tasks.push([part]);
      else if (open.push(part) >= groupedSize[stage]) {
        tasks.push(open);
        open = [];
      }
    }
  }
  return open.length > 0 ? [...tasks, open] : tasks;
}
