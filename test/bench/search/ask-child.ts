/** A process of its own that asks one thing of a made case, so that its memory and its first answer are that question's alone. */
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { Asker } from "./asking.ts";
import { timed } from "./figures.ts";
import { readMadeCase } from "./make-case.ts";

/** `first`: twice the same page. `memory`: a page and a count. `paging`: all pages of an answer. */
export interface ChildTask {
  readonly folder: string;
  readonly what: "first" | "memory" | "paging";
  readonly query: string;
  readonly limit: number;
}

export interface ChildAnswer {
  readonly hits: number;
  /** Of each page; of `memory` the one question. */
  readonly ms: readonly number[];
  /** Bytes held before the question, at most during it, and of `paging` at a tenth of the way and at the end. */
  readonly before: number;
  readonly most: number;
  readonly early: number;
  readonly late: number;
}

/** Bytes that this process held at most. What `getrusage` says counts the parent, too, which held more before it became this one. */
function mostHeld(): number {
  const peak = existsSync("/proc/self/status")
    ? /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))
    : null;
  return (peak ? Number(peak[1]) : process.resourceUsage().maxRSS) * 1024;
}

const task = JSON.parse(process.argv[2] ?? "null") as ChildTask;
const made = readMadeCase(task.folder);
if (!made) throw new Error(`${task.folder} holds no case`);
const asker = new Asker(made.theCase);
if (task.what !== "first") asker.page("xqnothing");
// What starting takes is not the question's: collected, so that it is not counted as its.
globalThis.gc?.();
const before = process.memoryUsage.rss();
const ms: number[] = [];
const samples: number[] = [];
let hits = 0;
if (task.what === "paging") {
  for (let after: string | null = null; ;) {
    const { ms: took, result } = timed(() => asker.page(task.query, { limit: task.limit, after }));
    ms.push(took);
    hits += result.hits;
    samples.push(process.memoryUsage.rss());
    after = result.next;
    if (after === null) break;
  }
} else {
  for (let turn = 0; turn < (task.what === "first" ? 2 : 1); turn++) {
    const { ms: took, result } = timed(() => {
      const page = asker.page(task.query, { limit: task.limit });
      if (task.what === "memory") hits = asker.count(task.query).items;
      return page;
    });
    if (task.what === "first") hits = result.hits;
    ms.push(took);
  }
}
asker.close();
const tenth = samples.slice(0, Math.ceil(samples.length / 10));
const answer: ChildAnswer = {
  ...{ hits, ms, before },
  most: mostHeld(),
  early: Math.max(0, ...tenth),
  late: Math.max(0, ...samples),
};
process.stdout.write(JSON.stringify(answer));
