/**
 * Thread entry: the one writer of a work file. Threads that parse send rows over their own ports and get receipts in bytes;
 * the engine calls over the parent port. Everything a port sends is written in the order of sending.
 */
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import type { ItemRow } from "../../native-free/model/item.ts";
import type { PreparedContent, UnitPlan, UnitResult } from "../../native-free/model/prepared.ts";
import { isOperatorError } from "../messages/operator-error.ts";
import { picturesOf, type PictureCalls } from "./picture-calls.ts";
import type { PictureResult, RecognisedText } from "./picture-results.ts";
import { WorkFileWriter, type WorkFileMeta } from "./work-file-writer.ts";

/** What a parsing thread sends: rows in order, and how many bytes a receipt is owed for. */
export interface RowParcel {
  readonly bytes: number;
  readonly rows: readonly (
    | { readonly what: "items"; readonly unit: string; readonly rows: readonly ItemRow[] }
    | { readonly what: "content"; readonly prepared: PreparedContent }
    | { readonly what: "unit"; readonly result: UnitResult }
    | { readonly what: "picture"; readonly result: PictureResult }
    | { readonly what: "recognised"; readonly result: RecognisedText }
  )[];
}

export interface Receipt {
  readonly bytes: number;
}

export interface WriterData {
  readonly file: string;
  readonly meta: WorkFileMeta;
}

/** What the engine may call; each call is answered in order. */
export interface WriterCalls extends PictureCalls {
  /** Units with encrypted items are to be done again where they were done with another revision of the passwords. */
  reopenEncrypted(revision: number): void;
  recover(): ReturnType<WorkFileWriter["recover"]>;
  counts(): ReturnType<WorkFileWriter["counts"]>;
  plan(units: readonly UnitPlan[]): number;
  /** The next `count` units without a final row, in order; fewer at the end. */
  pending(count: number): (UnitPlan & { deaths: number; deathsAlone: number })[];
  /** Units by key, those without a final row only, in order. */
  unitsOf(keys: readonly string[]): (UnitPlan & { deaths: number; deathsAlone: number })[];
  start(keys: readonly string[], alone: boolean): void;
  release(keys: readonly string[]): void;
  markDeath(keys: readonly string[]): void;
  /** Accepts rows from a port in the place of `slot`; whatever the former port of the slot still holds is dropped. */
  connect(slot: number, port: MessagePort): void;
  /** Removes what was written of units whose thread was lost; returns those that are to be done again. */
  abandon(slot: number, keys: readonly string[]): string[];
  matchHashSets(files: readonly string[], identity: string): void;
  flush(): void;
  close(): void;
}

export type WriterCall = {
  [Name in keyof WriterCalls]: { id: number; name: Name; args: Parameters<WriterCalls[Name]> };
}[keyof WriterCalls];

/** `duplicates` comes unasked: ids of items that were there already and were not added again. So does `fatal`, when nothing can be written any more. */
export type WriterReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly duplicates: readonly string[] }
  | { readonly id: number | null; readonly fatal: { code: string; message: string; exit: number } };

if (!parentPort) throw new Error("writer-thread runs as a worker thread only");
const engine = parentPort;
const { file, meta } = workerData as WriterData;
const ports = new Map<number, MessagePort>();
let broken = false;

function guard<T>(id: number | null, work: () => T): T | undefined {
  if (broken) return undefined;
  try {
    return work();
  } catch (error) {
    broken = true;
    const fatal = isOperatorError(error)
      ? { code: error.code, message: error.message, exit: error.exit }
      : { code: "fault", message: String((error as Error)?.stack ?? error), exit: 3 };
    engine.postMessage({ id, fatal } satisfies WriterReply);
    return undefined;
  }
}

const writer = guard(null, () => WorkFileWriter.open(file, meta)) as WorkFileWriter;
let pendingUnits: ReturnType<WorkFileWriter["pending"]> | null = null;

function write(parcel: RowParcel): void {
  for (const row of parcel.rows) {
    if (row.what === "items") {
      const duplicates = writer.addItems(row.unit, row.rows);
      if (duplicates.length > 0) engine.postMessage({ duplicates } satisfies WriterReply);
    }
    if (row.what === "content") writer.addContent(row.prepared);
    if (row.what === "unit") writer.finishUnit(row.result);
    if (row.what === "picture") pictures.storePicture(row.result);
    if (row.what === "recognised") pictures.storeRecognised(row.result);
  }
}

function disconnect(slot: number): void {
  ports.get(slot)?.close();
  ports.delete(slot);
}

const pictures = picturesOf(writer);

const calls: WriterCalls = {
  ...pictures,
  reopenEncrypted: (revision) => writer.reopenEncrypted(revision),
  recover: () => writer.recover(),
  counts: () => writer.counts(),
  plan: (units) => writer.plan(units),
  pending: (count) => {
    pendingUnits ??= writer.pending();
    const page = [];
    while (page.length < count) {
      const next = pendingUnits.next();
      if (next.done) break;
      page.push(next.value);
    }
    return page;
  },
  unitsOf: (keys) => writer.unitsOf(keys),
  start: (keys, alone) => writer.startUnits(keys, alone),
  release: (keys) => writer.releaseUnits(keys),
  markDeath: (keys) => writer.markDeath(keys),
  connect: (slot, port) => {
    disconnect(slot);
    ports.set(slot, port);
    port.on("message", (parcel: RowParcel) => {
      guard(null, () => write(parcel));
      // No receipt once broken: the senders stop at their budget.
      if (!broken) port.postMessage({ bytes: parcel.bytes } satisfies Receipt);
    });
  },
  abandon: (slot, keys) => {
    disconnect(slot);
    return keys.filter((key) => writer.abandonUnit(key));
  },
  matchHashSets: (files, identity) => writer.matchHashSets(files, identity),
  flush: () => writer.flush(),
  close: () => {
    for (const slot of [...ports.keys()]) disconnect(slot);
    writer.close();
  },
};

engine.on("message", ({ id, name, args }: WriterCall) => {
  const call = calls[name] as (...args: unknown[]) => unknown;
  const value = guard(id, () => call(...args));
  if (!broken) engine.postMessage({ id, value } satisfies WriterReply);
});
