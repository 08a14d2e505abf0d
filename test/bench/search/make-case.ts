/**
 * Makes a case with one work file through the product's own writer, and takes the time of what makes the rows and of what
 * writes them apart. Rows come in the same order every time, whichever thread is faster.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setImmediate } from "node:timers/promises";
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { registerExhibit } from "../../../src/acquire/intake.ts";
import { openCase, type Case } from "../../../src/case/case-folder.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import { entryUrl } from "../../../workers/entry-url.ts";
import { openTestCase, plainForm } from "../../fixtures/case-desk.ts";
import type { Batch, MakeData } from "./make-thread.ts";
import type { Plan } from "./plan.ts";
import { SqlTimes } from "./sql-times.ts";
import { cpuSeconds } from "./thread-time.ts";

export const exhibitLabel = "M01";
const formatOfData = 1;

export interface Making {
  /** UTF-8 bytes of all texts. */
  readonly textBytes: number;
  readonly items: number;
  readonly contents: number;
  /** Wall time of all of it. */
  readonly seconds: number;
  /** Processor seconds of the making threads: inventing the text, and what the engine does before the writer. */
  readonly madeUp: number;
  readonly prepared: number;
  /** Processor seconds of the writer's thread while rows came, and from `close` to its end. */
  readonly written: number;
  readonly closed: number;
  /** Wall time inside of the writer and from `close` to its end. */
  readonly writtenWall: number;
  readonly closedWall: number;
  /** Bytes that the process held at most. */
  readonly peakRss: number;
  /** Processor seconds by kind of statement, the slowest first. */
  readonly statements: readonly { readonly name: string; readonly seconds: number; readonly runs: number }[];
}

export interface MadeCase {
  readonly plan: Plan;
  readonly theCase: Case;
  readonly folder: string;
  readonly workFile: string;
  readonly making: Making;
}

interface Stored {
  readonly format: number;
  readonly plan: Plan;
  readonly making: Making;
}

const caseIn = (folder: string): string => path.join(folder, "case");
const dataFile = (folder: string): string => path.join(folder, "bench-search.json");

/** The case that lies in a folder, or null. Throws where it was made otherwise than is wanted now. */
export function readMadeCase(folder: string): MadeCase | null {
  if (!existsSync(dataFile(folder))) return null;
  const { format, plan, making } = JSON.parse(readFileSync(dataFile(folder), "utf8")) as Stored;
  if (format !== formatOfData) throw new Error(`${folder} was made by another version of this benchmark`);
  return madeCase(folder, plan, making);
}

function madeCase(folder: string, plan: Plan, making: Making): MadeCase {
  const theCase = openCase(caseIn(folder));
  return { plan, theCase, folder, workFile: theCase.paths.items(exhibitLabel), making };
}

export async function makeCase(
  folder: string,
  plan: Plan,
  threads: number,
  onProgress: (items: number) => void,
): Promise<MadeCase> {
  mkdirSync(folder, { recursive: true });
  const desk = await openTestCase(folder);
  await registerExhibit(desk.theCase, exhibitLabel, plainForm, desk);
  mkdirSync(desk.theCase.paths.work(exhibitLabel), { recursive: true });
  const file = desk.theCase.paths.items(exhibitLabel);
  const making = await writeAll(file, plan, threads, onProgress);
  writeFileSync(dataFile(folder), JSON.stringify({ format: formatOfData, plan, making } satisfies Stored));
  return madeCase(folder, plan, making);
}

interface Source {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly counters: Int32Array;
}

/** Items of a batch: some 2 MB of text, as a parsing thread sends it. */
function batchSize(plan: Plan): number {
  const perItem = Math.max(400, plan.textBytes / plan.items);
  return Math.max(1, Math.min(2000, Math.round(2e6 / perItem)));
}

function startSource(plan: Plan, thread: number, threads: number): Source {
  const flow = new SharedArrayBuffer(8);
  const { port1, port2 } = new MessageChannel();
  const data: MakeData = { plan, thread, threads, itemsPerBatch: batchSize(plan), flow, port: port2 };
  const worker = new Worker(entryUrl(import.meta.url, "./make-thread"), { workerData: data, transferList: [port2] });
  return { worker, port: port1, counters: new Int32Array(flow) };
}

const patienceMs = 120_000;

/** The next batch of a source. Waits for it without giving the thread away: nothing else is to be done on it. */
function take({ port, counters }: Source): Batch {
  for (;;) {
    const sent = Atomics.load(counters, 0);
    const got = receiveMessageOnPort(port) as { message: Batch } | undefined;
    if (got) {
      Atomics.add(counters, 1, 1);
      Atomics.notify(counters, 1);
      return got.message;
    }
    if (Atomics.wait(counters, 0, sent, patienceMs) === "timed-out")
      throw new Error("a thread that makes rows is silent");
  }
}

const wallSeconds = (): number => performance.now() / 1000;

async function writeAll(
  file: string,
  plan: Plan,
  threads: number,
  onProgress: (items: number) => void,
): Promise<Making> {
  const times = new SqlTimes();
  const meta = { exhibit: exhibitLabel, profile: "0".repeat(64) };
  const writer = WorkFileWriter.open(file, meta, { open: times.open });
  const sources = Array.from({ length: threads }, (_, thread) => startSource(plan, thread, threads));
  const size = batchSize(plan);
  const sum = { textBytes: 0, contents: 0, madeUp: 0, prepared: 0, writtenWall: 0, peakRss: 0 };
  const [begun, begunCpu] = [wallSeconds(), cpuSeconds()];
  for (let batch = 0; batch * size < plan.items; batch++) {
    const rows = take(sources[batch % threads] as Source);
    const at = wallSeconds();
    writeBatch(writer, batch, rows);
    sum.writtenWall += wallSeconds() - at;
    sum.textBytes += rows.textBytes;
    sum.contents += rows.contents.length;
    sum.madeUp += rows.madeUp;
    sum.prepared += rows.prepared;
    if (batch % 16 === 0) sum.peakRss = Math.max(sum.peakRss, process.memoryUsage.rss());
    onProgress(Math.min(plan.items, (batch + 1) * size));
    // Lets a signal through.
    await setImmediate();
  }
  const written = cpuSeconds() - begunCpu;
  const closing = wallSeconds();
  writer.close();
  const closed = cpuSeconds() - begunCpu - written;
  const ended = wallSeconds();
  for (const { port } of sources) port.close();
  const peakRss = Math.max(sum.peakRss, process.memoryUsage.rss());
  const statements = [...times.byStatement].map(([name, spent]) => ({ name, ...spent }));
  statements.sort((a, b) => b.seconds - a.seconds);
  const wall = { seconds: ended - begun, closedWall: ended - closing };
  return { ...sum, ...wall, items: plan.items, written, closed, peakRss, statements };
}

/** One unit per batch, planned and finished as the engine does. */
function writeBatch(writer: WorkFileWriter, number: number, { items, contents, textBytes }: Batch): void {
  const key = `unit-${number}`;
  writer.plan([{ key, order: number, path: key, size: textBytes }]);
  const duplicates = writer.addItems(key, items);
  if (duplicates.length > 0) throw new Error(`${duplicates.length} items were made twice`);
  for (const content of contents) writer.addContent(content);
  writer.finishUnit({ key, items: items.length, status: "done", reason: null });
}
