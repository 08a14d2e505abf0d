/**
 * One read of a medium: the reader fills a ring; hash threads, compression threads and writers empty it, a triage looks on.
 * Continued, it first reads again what the interrupted start wrote, and believes it as far as the recorded leaves agree.
 */
import { entryUrl } from "../../../workers/entry-url.ts";
import { ringMemory, type RingMemory } from "../../../workers/ring.ts";
import { imageSays } from "../../messages/en.ts";
import type { SourceErrors, SourceSpec } from "../../source/acquisition-source.ts";
import { believedStandings } from "./believed-standing.ts";
import { prepareCompression } from "./compress-stage.ts";
import { hashGroups } from "./hash-groups.ts";
import { startHashing, type StreamDigest } from "./hash-stage.ts";
import { slotBytes, treeBlockBytes, type ImagePlan, type TargetPlan } from "./image-plan.ts";
import type { ErrorsNote, Pumped, ReplayedNote } from "./pump.ts";
import type { ReadThreadData } from "./read-thread.ts";
import type { ReplaySpec } from "./replay.ts";
import { errorsBelow, ResumeRecorder, type ResumeState } from "./resume-record.ts";
import { tellProgress } from "../ring-progress.ts";
import type { TargetNote } from "./segment-files.ts";
import { Stage, type Part } from "../stage.ts";
import { nothingStands, removeBehind, removeLeft, type Standing } from "./standing.ts";
import type { TriageNote, TriageThreadData } from "./triage-thread.ts";
import type { WriteData, WriteEnding, WrittenTarget } from "./write-thread.ts";

export interface ReadOptions {
  readonly source: SourceSpec;
  readonly plan: ImagePlan;
  /** Where the record to continue from is kept, and under what name. */
  readonly record: { readonly folder: string; readonly stem: string };
  /** What an interrupted start left; null for a fresh one. */
  readonly resume: ResumeState | null;
  /** Threads for compression; also decides how hashing is shared out. */
  readonly workers: number;
  readonly waitForSpace: boolean;
  /** Reads every place twice. */
  readonly reread: boolean;
  readonly triage: boolean;
  readonly signal: AbortSignal;
  readonly onRead: (bytes: number) => void;
  readonly onTarget: (note: TargetNote) => void;
  readonly onTriage: (note: TriageNote) => void;
  /** The thread that reads, for tests with media that fail; its data is `ReadThreadData`. */
  readonly readThread?: URL;
}

export interface ReadAndWritten {
  readonly digest: StreamDigest;
  readonly pumped: Pumped;
  readonly targets: readonly WrittenTarget[];
  readonly triage: TriageNote | null;
  /** Bytes that were taken over from an interrupted start. */
  readonly resumedAt: number;
}

const ringSlots = 64;
const writerEntries = {
  raw: entryUrl(import.meta.url, "./write-raw-thread"),
  clone: entryUrl(import.meta.url, "./write-clone-thread"),
  e01: entryUrl(import.meta.url, "./write-ewf-thread"),
  aff4: entryUrl(import.meta.url, "./write-aff4-thread"),
} as const;
/** With fewer, hashing needs all of them, and the triage looks at one slot of so many. */
const coresToSpare = 4;
const sampledSlots = 8;

/** The leaves of what was written do not agree with what was read then: it is only believed up to `from`. */
export interface ChangedSince {
  readonly changedFrom: number;
}

const noErrors: SourceErrors = { badRanges: [], unstable: [], retried: 0 };

/** `limit`: bytes of an interrupted start that are believed. Throws OperatorError. */
export async function readAndWrite(options: ReadOptions, limit: number): Promise<ReadAndWritten | ChangedSince> {
  const { plan, workers, resume } = options;
  const { standings, replay } = await believedStandings(plan, limit, options.signal);
  // Of a fresh start nothing may be there, so there is nothing to remove either.
  for (const [index, target] of resume ? plan.targets.entries() : []) {
    if (standings[index] === nothingStands) removeLeft(target);
    else removeBehind(target, standings[index]);
  }
  const bytes = replay?.bytes ?? 0;
  const before = resume && bytes > 0 ? errorsBelow(resume.errors, bytes, plan.sectorBytes) : noErrors;
  const run = new ReadRun(options, standings, replay, before);
  try {
    return await run.result(workers);
  } finally {
    await run.end();
  }
}

class ReadRun {
  readonly #options: ReadOptions;
  readonly #standings: readonly Standing[];
  readonly #replay: ReplaySpec | null;
  readonly #before: SourceErrors;
  readonly #recorder: ResumeRecorder;
  /** Whole blocks that stand. */
  readonly #standing: number;
  /** Leaves that the replayed bytes must give. */
  readonly #expected: Uint8Array;
  readonly #counter = new Int32Array(new SharedArrayBuffer(4));
  #stage: Stage | null = null;
  #stopTelling: () => void = () => undefined;
  #errorNotes = 0;
  #waiting: Uint8Array[] = [];
  #leavesSeen = 0;
  #replayedLeaves = Infinity;
  #reader: Part<Pumped> | null = null;
  #changedFrom: number | null = null;
  #triage: TriageNote | null = null;

  constructor(options: ReadOptions, standings: readonly Standing[], replay: ReplaySpec | null, before: SourceErrors) {
    this.#options = options;
    this.#standings = standings;
    this.#replay = replay;
    this.#before = before;
    const { record, resume } = options;
    const blocks = Math.floor((replay?.bytes ?? 0) / treeBlockBytes);
    // The block that is continued within is known, too: it must become what it was when all of it was read.
    const begun = Math.ceil((replay?.bytes ?? 0) / treeBlockBytes);
    this.#expected = resume?.leaves.subarray(0, begun * 32) ?? new Uint8Array();
    this.#standing = blocks;
    this.#recorder = new ResumeRecorder(record.folder, record.stem, blocks, before);
    if (replay) this.#recorder.resumed(replay.bytes);
  }

  async result(workers: number): Promise<ReadAndWritten | ChangedSince> {
    const { plan, signal } = this.#options;
    const hashing = hashGroups(plan.hashes, workers).length;
    const threadsOf = ({ format }: TargetPlan) => (format === "e01" || format === "aff4" ? workers : 1);
    const readers = plan.targets.reduce((sum, target) => sum + threadsOf(target), hashing);
    const ring = ringMemory(ringSlots, slotBytes, readers);
    let next = hashing;
    const prepared = plan.targets.map((target, index) => {
      const first = next;
      next += threadsOf(target);
      return this.#prepare(target, this.#standings[index], ring, first, threadsOf(target));
    });
    const stopped = plan.size === null ? imageSays.streamInterrupted() : imageSays.imagingInterrupted();
    const stage = new Stage([ring, ...prepared.flatMap(({ rings }) => rings)], signal, stopped);
    this.#stage = stage;
    this.#stopTelling = tellProgress(ring, plan.size, this.#options.onRead);
    try {
      // First, since it must not miss the start of the medium while it starts itself.
      const triaged = this.#startTriage(stage, ring);
      const writers = prepared.map(({ start }) => start(stage));
      const onLeaves = (leaves: Uint8Array) => this.#onLeaves(leaves);
      const digested = startHashing(stage, { ring, firstReader: 0, hashes: plan.hashes, cores: workers, onLeaves });
      this.#reader = this.#startReader(stage, ring);
      const [pumped, digest] = await Promise.all([this.#reader.result, digested]);
      const ending: WriteEnding = { size: pumped.size, hashes: digest.hashes, errors: pumped.errors };
      writers.forEach((writer) => writer.tell(ending));
      const targets = await Promise.all(writers.map((writer) => writer.result));
      await triaged;
      this.#recorder.setErrors(pumped.errors);
      this.#recorder.keep(true);
      return { digest, pumped, targets, triage: this.#triage, resumedAt: this.#replay?.bytes ?? 0 };
    } catch (error) {
      if (this.#changedFrom !== null) return { changedFrom: this.#changedFrom };
      throw error;
    }
  }

  async end(): Promise<void> {
    this.#stopTelling();
    await this.#stage?.end();
    // What came in since the last step is safe as well; without it a short acquisition would begin from nothing.
    if (this.#changedFrom === null) this.#recorder.keep(true);
    this.#recorder.close();
  }

  #startReader(stage: Stage, ring: RingMemory): Part<Pumped> {
    const { readThread, source, reread, plan } = this.#options;
    const data: ReadThreadData = {
      ring,
      source,
      reread,
      replay: this.#replay,
      before: this.#before,
      counter: this.#counter.buffer,
      wholeSectors: plan.targets.some(({ format }) => format === "e01"),
    };
    const entry = readThread ?? entryUrl(import.meta.url, "./read-thread");
    return stage.start<Pumped>(entry, data, (note) => this.#onReader(note as ErrorsNote | ReplayedNote));
  }

  #startTriage(stage: Stage, ring: RingMemory): Promise<unknown> {
    const { triage, plan, onTriage, workers } = this.#options;
    if (!triage) return Promise.resolve();
    const every = workers < coresToSpare ? sampledSlots : 1;
    const data: TriageThreadData = { ring, size: plan.size, sectorBytes: plan.sectorBytes, every };
    return stage.start<null>(entryUrl(import.meta.url, "./triage-thread"), data, (note) => {
      this.#triage = note as TriageNote;
      onTriage(this.#triage);
    }).result;
  }

  #prepare(target: TargetPlan, standing: Standing, ring: RingMemory, first: number, threads: number) {
    const { plan, waitForSpace, onTarget } = this.#options;
    const { format, compression } = target;
    const common = { plan, target, standing, waitForSpace };
    const startWriter = (stage: Stage, data: WriteData): Part<WrittenTarget> =>
      stage.start(writerEntries[format], data, (note) => onTarget(note as TargetNote));
    if (format === "raw" || format === "clone") {
      const start = (stage: Stage) => startWriter(stage, { ...common, rings: [ring], reader: first });
      return { rings: [], start };
    }
    const compressing = prepareCompression({
      ...{ ring, firstReader: first, threads, format, compression },
      sectorBytes: plan.sectorBytes,
      standingBytes: standing.bytes,
    });
    const start = (stage: Stage) => {
      compressing.start(stage);
      return startWriter(stage, { ...common, rings: compressing.rings, reader: 0 });
    };
    return { rings: compressing.rings, start };
  }

  #onReader(note: ErrorsNote | ReplayedNote): void {
    if ("replayed" in note) {
      this.#replayedLeaves = Math.floor(note.replayed / treeBlockBytes);
      return this.#goOn();
    }
    this.#errorNotes += 1;
    this.#recorder.setErrors(note.errors);
    this.#flush();
  }

  /** The reader goes on behind the replay when all of it has been found to be what was read then. */
  #goOn(): void {
    if (this.#leavesSeen < this.#replayedLeaves) return;
    this.#replayedLeaves = Infinity;
    this.#reader?.tell(null);
  }

  #onLeaves(leaves: Uint8Array): void {
    const first = this.#leavesSeen;
    const count = leaves.length / 32;
    this.#leavesSeen += count;
    const expected = Math.max(0, Math.min(count, this.#expected.length / 32 - first));
    for (let index = 0; index < expected; index++) {
      const was = this.#expected.subarray((first + index) * 32, (first + index + 1) * 32);
      if (Buffer.compare(was, leaves.subarray(index * 32, (index + 1) * 32)) === 0) continue;
      this.#changedFrom = (first + index) * treeBlockBytes;
      this.#stage?.fail(new Error("the half image is not what was written"));
      return;
    }
    const standing = Math.max(0, Math.min(count, this.#standing - first));
    if (count > standing) this.#waiting.push(leaves.subarray(standing * 32));
    this.#flush();
    this.#goOn();
  }

  /** A block counts as safe only when every error that was met before it was handed on is in the record, too. */
  #flush(): void {
    if (Atomics.load(this.#counter, 0) !== this.#errorNotes) return;
    for (const leaves of this.#waiting.splice(0)) this.#recorder.add(leaves);
    this.#recorder.keep();
  }
}
