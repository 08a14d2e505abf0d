/**
 * Thread entry: makes every `threads`-th batch of items with their contents ready for the writer. What it is ahead of the writer is
 * bounded: shared memory holds how many batches were sent and how many were taken.
 */
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import type { ItemRow } from "../../../native-free/model/item.ts";
import type { PreparedContent } from "../../../native-free/model/prepared.ts";
import { bringsContent, contentsBefore, type Plan } from "./plan.ts";
import { contentRowOf, itemRowOf } from "./rows.ts";
import { TextMaker } from "./text-maker.ts";
import { cpuSeconds } from "./thread-time.ts";

export interface MakeData {
  readonly plan: Plan;
  readonly thread: number;
  readonly threads: number;
  readonly itemsPerBatch: number;
  /** Int32: batches sent, batches taken. */
  readonly flow: SharedArrayBuffer;
  readonly port: MessagePort;
}

export interface Batch {
  readonly items: readonly ItemRow[];
  readonly contents: readonly PreparedContent[];
  /** UTF-8. */
  readonly textBytes: number;
  /** Processor seconds: making up the text, and collecting, folding, hashing and compressing it. */
  readonly madeUp: number;
  readonly prepared: number;
}

const most = 3;

if (parentPort === null) throw new Error("make-thread runs as a worker thread only");
const { plan, thread, threads, itemsPerBatch, flow, port } = workerData as MakeData;
const counters = new Int32Array(flow);
const maker = new TextMaker(plan);

function batchFrom(first: number): Batch {
  const last = Math.min(plan.items, first + itemsPerBatch);
  const contents: PreparedContent[] = [];
  let [textBytes, madeUp, prepared] = [0, 0, 0];
  const items: ItemRow[] = [];
  for (let item = first; item < last; item++) {
    items.push(itemRowOf(plan, item));
    if (!bringsContent(item)) continue;
    const content = contentsBefore(item);
    const begun = cpuSeconds();
    const utf8 = plan.textBytes === 0 ? null : maker.utf8(content);
    const text = utf8?.toString("utf8") ?? null;
    const made = cpuSeconds();
    contents.push(contentRowOf(plan, content, text));
    textBytes += utf8?.length ?? 0;
    madeUp += made - begun;
    prepared += cpuSeconds() - made;
  }
  return { items, contents, textBytes, madeUp, prepared };
}

for (let first = thread * itemsPerBatch; first < plan.items; first += threads * itemsPerBatch) {
  const batch = batchFrom(first);
  for (;;) {
    const taken = Atomics.load(counters, 1);
    if (Atomics.load(counters, 0) - taken < most) break;
    Atomics.wait(counters, 1, taken);
  }
  port.postMessage(batch);
  Atomics.add(counters, 0, 1);
  Atomics.notify(counters, 0);
}
port.close();
