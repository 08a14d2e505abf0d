/** `work/<label>/run.json`: how a work file came about. Written by the supervisor; its hash is in the journal. */
import { existsSync, mkdirSync } from "node:fs";
import { z } from "zod";
import { readJsonFile, writeAtomically } from "../case/atomic-file.ts";
import type { CasePaths } from "../case/case-folder.ts";
import { caseSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

const measureShape = z.object({ id: z.string(), enforced: z.boolean(), how: z.string() });

const fileShape = z.object({ file: z.string(), sha256: z.string() });

const runShape = z.object({
  format: z.literal(1),
  exhibit: z.string(),
  /** ISO 8601 UTC. `finished` is null while units are left. */
  started: z.string(),
  finished: z.string().nullable(),
  /** Time that engines ran, over all starts. */
  durationMs: z.number(),
  /** Engines started, and how many of them died. */
  starts: z.number(),
  deaths: z.number(),
  /** Threads lost to time-outs, memory or crashes. */
  lostThreads: z.number(),
  tool: z.object({ name: z.string(), version: z.string(), build: z.string() }),
  runtime: z.object({ node: z.string(), platform: z.string(), sqlite: z.string() }),
  profileHash: z.string(),
  /** Watch-lists that were looked for; their hashes are in `profileHash`. */
  watchLists: z
    .array(z.object({ id: z.string(), version: z.string(), file: z.string(), sha256: z.string(), entries: z.number() }))
    .default([]),
  /** Revision of the case's list of passwords. */
  passwords: z.number().default(0),
  /** Hash sets that contents were compared with, as JSON: name, verdict, SHA-256 of the list of each. */
  hashSets: z.string().default("[]"),
  options: z.object({ workers: z.number(), memoryMb: z.number(), workerMemoryMb: z.number(), stallMs: z.number() }),
  /** What the sandbox enforces and what not, and why. */
  measures: z.array(measureShape),
  /** What was tried from inside the sandbox. */
  probes: z.array(z.object({ tried: z.string(), refused: z.boolean() })),
  counts: z.object({
    units: z.number(),
    unitsDone: z.number(),
    items: z.number(),
    contents: z.number(),
    /** Slack of zeros, of which no items were made. */
    zeroSlack: z.object({ items: z.number(), bytes: z.number() }).default({ items: 0, bytes: 0 }),
  }),
  /** Of an image: the list of its items and the account of its bytes, beside this file. Null for a folder. */
  medium: z.object({ listing: fileShape.nullable(), account: fileShape.nullable() }).nullable().default(null),
  /** SHA-256 (hex) over the result set (`vestige digest`); null while units are left. */
  digest: z.string().nullable(),
});

export type RunRecord = z.infer<typeof runShape>;

export function writeRunRecord(paths: CasePaths, record: RunRecord): void {
  mkdirSync(paths.work(record.exhibit), { recursive: true });
  writeAtomically(paths.runFile(record.exhibit), `${JSON.stringify(record, null, 2)}\n`);
}

/** The record of an exhibit's processing, null where it was never processed. Throws OperatorError where it is damaged. */
export function readRunRecord(paths: CasePaths, label: string): RunRecord | null {
  const file = paths.runFile(label);
  if (!existsSync(file)) return null;
  const parsed = runShape.safeParse(readJsonFile(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const problem = issue ? `${issue.path.join(".")}: ${issue.message}` : "unknown shape";
  throw new OperatorError("case/damaged", caseSays.damagedFile(file, problem));
}
