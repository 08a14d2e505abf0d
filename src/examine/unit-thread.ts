/**
 * Thread entry: examines batches of units of an exhibit, a folder or an image, and sends their rows to the writer. One thread lists an
 * image before any unit of it is known.
 */
import type { MessagePort } from "node:worker_threads";
import "../../workers/module-constants.ts";
import { serveTasks, type Heartbeat } from "../../workers/thread-port.ts";
import { examineUnit, type Avoidance, type KnownContent, type UnitContext } from "../../workers/examine-unit.ts";
import type { ContentWatch, ListText } from "../../workers/content-watch.ts";
import { openUnits, type Units } from "./container-unit.ts";
import type { EnumerationTask } from "./image/enumeration-trace.ts";
import type { ImageJob } from "./image/image-job.ts";
import type { Profile } from "./profile.ts";
import { EarlierResults } from "./earlier-results.ts";
import { RowSender } from "./row-sender.ts";
import { join } from "node:path";

export interface UnitThreadData {
  /** The folder, or the container that its files were copied into; of an image its first file. */
  readonly source: string;
  /** Null for a folder. */
  readonly image: ImageJob | null;
  readonly listingIdentity: string;
  readonly manifest: string;
  readonly spool: string;
  readonly slot: number;
  readonly profile: Profile;
  /** Of the case, in the order in which they are tried. */
  readonly passwords: readonly string[];
  readonly lists: readonly ListText[];
  /** Finished work files of other exhibits of the case, made with the same profile and passwords. */
  readonly others: readonly string[];
  /** To the writer thread. */
  readonly port: MessagePort;
}

export interface UnitBatch {
  readonly units: readonly { readonly key: string; readonly order: number }[];
  readonly avoid: readonly (readonly [string, Avoidance])[];
  /** End only when the writer has written everything: rows and calls reach it over different ports. */
  readonly drain?: boolean;
  /** Lists the image instead. */
  readonly enumerate?: EnumerationTask;
}

/** A mistake of ours in a reader: item id, reader and stack frames, never evidence text. */
export interface ReaderFault {
  readonly item: string;
  readonly reader: string;
  readonly frames: readonly string[];
}

export interface UnitBatchResult {
  readonly faults: readonly ReaderFault[];
}

await serveTasks<UnitThreadData, UnitBatch, UnitBatchResult>((data, heartbeat) => {
  const sender = new RowSender(data.port);
  // Opened by the first task: what fails then ends the task with its reason, not the thread without one.
  let units: Units | null = null;
  let watch: ContentWatch | null = null;
  let current: ReaderFault[] = [];
  const known = new Map<string, KnownContent>();
  const earlier = new EarlierResults(data.others);
  let spooled = 0;
  const spoolFile = () => join(data.spool, `${data.slot}-${process.pid}-${Date.now().toString(36)}-${spooled++}`);
  return async (batch) => {
    const faults: ReaderFault[] = [];
    if (batch.enumerate) {
      await listExhibit(data, heartbeat, batch.enumerate, faults);
      return { faults };
    }
    // What a thread finds wrong while it opens units belongs to the batch that it opens them for.
    current = faults;
    if (data.lists.length > 0) watch ??= await watchOf(data.lists);
    units ??= await unitsOf(data, heartbeat, (fault) => keepFault(current, fault));
    for (const { key, order } of batch.units) {
      const context = contextOf(data, heartbeat, key, {
        watch,
        avoid: new Map(batch.avoid),
        known,
        earlier,
        sender,
        spoolFile,
        faults,
      });
      heartbeat.workOn(key + key);
      const root = units.open(order, context.avoid.get(key)?.rung === "recorded");
      if (root.occurrence.id !== key) throw new Error(`unit ${key} is another one in its list`);
      try {
        if (root.isEmpty) {
          await sender.unit({ key, items: 0, status: "done", reason: null });
          continue;
        }
        const totals = await examineUnit(root.occurrence, root.content, context);
        await sender.unit({ key, items: totals.items, ...totals.outcome });
      } finally {
        root.close();
      }
    }
    if (batch.drain) await sender.drained();
    else sender.send();
    return { faults };
  };
});

interface Surroundings {
  readonly watch: ContentWatch | null;
  readonly avoid: ReadonlyMap<string, Avoidance>;
  readonly known: Map<string, KnownContent>;
  readonly earlier: EarlierResults;
  readonly sender: RowSender;
  readonly spoolFile: () => string;
  readonly faults: ReaderFault[];
}

function contextOf(
  { profile, passwords }: UnitThreadData,
  heartbeat: Heartbeat,
  key: string,
  around: Surroundings,
): UnitContext {
  const { budgets } = profile;
  return {
    budgets,
    limits: {
      wholeLimitBytes: budgets.wholeBytes,
      textLimitChars: budgets.textChars,
      stringsMinLength: profile.strings.minLength,
      entities: profile.entities || around.watch ? budgets.entities : 0,
      recognises: profile.entities,
      watch: around.watch,
      carving: profile.carving,
      passwords,
      fuzzyHashes: profile.fuzzyHashes,
    },
    avoid: around.avoid,
    sink: {
      item: (row) => around.sender.item(key, row),
      content: (prepared) => around.sender.content(prepared),
    },
    known: around.known,
    recall: (sha256, hasBeside) => around.earlier.recall(sha256, hasBeside),
    spoolFile: around.spoolFile,
    workOn: (item) => heartbeat.workOn(key + item),
    beat: () => heartbeat.beat(),
    onFault: (item, reader, error) => keepFault(around.faults, { item, reader, frames: framesOf(error) }),
  };
}

const keptFaults = 100;

function keepFault(faults: ReaderFault[], fault: ReaderFault): void {
  if (faults.length < keptFaults) faults.push(fault);
}

/** Loaded where there are lists: engine and tables take time. */
async function watchOf(lists: UnitThreadData["lists"]): Promise<ContentWatch> {
  const loaded = await import("../../workers/content-watch.ts");
  return new loaded.ContentWatch(lists);
}

/** Loaded where there is an image: it brings the reader of every format with it. */
async function unitsOf(
  { source, manifest, image, profile }: UnitThreadData,
  heartbeat: Heartbeat,
  onFault: (fault: ReaderFault) => void,
): Promise<Units> {
  const beat = () => heartbeat.beat();
  if (!image) return openUnits(source, manifest, beat);
  const { ImageUnits } = await import("./image/image-unit.ts");
  return new ImageUnits({
    image,
    beat,
    holeLimitBytes: profile.budgets.outputBytes,
    onFault: (item, error) => onFault({ item, reader: "medium", frames: framesOf(error) }),
  });
}

async function listExhibit(
  { image, listingIdentity }: UnitThreadData,
  heartbeat: Heartbeat,
  task: EnumerationTask,
  faults: ReaderFault[],
): Promise<void> {
  if (!image) throw new Error("a folder has its manifest");
  const { enumerateExhibit } = await import("./image/enumerate-exhibit.ts");
  enumerateExhibit({
    ...task,
    image,
    identity: listingIdentity,
    beat: () => heartbeat.beat(),
    workOn: (id) => heartbeat.workOn(id),
    onFault: (item, reader, error) => keepFault(faults, { item, reader, frames: framesOf(error) }),
  });
}

/** Stack frames only: the message of an error may quote the evidence. */
function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return frames.slice(0, 12).map((line) => line.trim());
}
