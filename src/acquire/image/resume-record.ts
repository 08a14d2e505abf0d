/**
 * What an interrupted acquisition is continued from. Beside the first target lie `STEM.resume.jsonl` (first line: what was
 * announced; then a line for each step that is safe: so many blocks, and every read error up to there) and
 * `STEM.resume.leaves` (the hash of each block as it was read). A continued image is believed as far as its bytes give these
 * hashes again, so neither a torn write nor a sector that was filled with zeros can pass for what was read.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../case/atomic-file.ts";
import { imageSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import type { SourceErrors } from "../../source/acquisition-source.ts";
import type { Resumption } from "./image-body.ts";
import { isFull, targetError } from "./segment-files.ts";
import { resumeLeavesName, resumeName, treeBlockBytes, type ImagePlan } from "./image-plan.ts";

/** The second schema differs from the first by what `isPackedOtherwise` asks about. */
const schemas = ["vestige.resume/1", "vestige.resume/2"] as const;

/** What was announced. The same medium and plan must be there to continue. */
export interface ResumeHead {
  readonly schema: (typeof schemas)[number];
  readonly source: { readonly path: string; readonly model: string | null; readonly serial: string | null };
  readonly plan: ImagePlan;
  readonly started: string;
}

interface Step {
  /** Blocks whose leaves are kept. */
  readonly blocks: number;
  readonly errors: SourceErrors;
}

export interface ResumeState {
  readonly head: ResumeHead;
  /** Leaves that are vouched for, 32 bytes each. */
  readonly leaves: Uint8Array;
  readonly errors: SourceErrors;
  readonly resumptions: readonly Resumption[];
}

const noErrors: SourceErrors = { badRanges: [], unstable: [], retried: 0 };
/** Steps are written no more often, and no less often than every so many blocks. */
const stepMs = 2000;
const stepBlocks = 1024;

/** What an interrupted acquisition left in a folder under a stem; null for nothing. Throws OperatorError for a damaged one. */
export function readResume(folder: string, stem: string): ResumeState | null {
  const file = join(folder, resumeName(stem));
  if (!existsSync(file)) return null;
  const values = readFileSync(file, "utf8").split("\n").flatMap(parsed);
  const head = values[0] as ResumeHead | undefined;
  if (!head || !schemas.includes(head.schema)) throw new OperatorError("resume/damaged", imageSays.resumeDamaged(file));
  const steps = values.filter((value): value is Step => typeof (value as Step).blocks === "number");
  const resumptions = values.filter((value): value is Resumption => typeof (value as Resumption).at === "number");
  const step = steps.at(-1) ?? { blocks: 0, errors: noErrors };
  const leavesFile = join(folder, resumeLeavesName(stem));
  const leaves = existsSync(leavesFile) ? new Uint8Array(readFileSync(leavesFile)) : new Uint8Array();
  return { head, leaves: leaves.subarray(0, step.blocks * 32), errors: step.errors, resumptions };
}

/**
 * Whether an earlier version began an image that this one would write otherwise: it kept SHA-256 of the chunks of an AFF4, and
 * packed those of an E01 at level "best" by zlib.
 */
export function isPackedOtherwise({ schema, plan }: ResumeHead): boolean {
  if (schema !== schemas[0]) return false;
  return plan.targets.some(
    ({ format, compression }) => format === "aff4" || (format === "e01" && compression === "best"),
  );
}

/** A line that was cut off by the interruption is no line. */
function parsed(line: string): object[] {
  if (line === "") return [];
  try {
    return [JSON.parse(line) as object];
  } catch {
    return [];
  }
}

/** Removes the record: the image has its manifest, or is given up. */
export function dropResume(folder: string, stem: string): void {
  for (const name of [resumeName(stem), resumeLeavesName(stem)]) rmSync(join(folder, name), { force: true });
}

/** Keeps the record while the medium is read. Throws OperatorError (4) where the system refuses. */
export class ResumeRecorder {
  readonly #folder: string;
  readonly #lines: number;
  readonly #leavesFile: number;
  #pending: Uint8Array[] = [];
  #blocks: number;
  #kept: number;
  #keptAt = performance.now();
  #errors: SourceErrors;
  /** Also what an interruption left may end within a line. */
  #torn = true;

  /** `blocks` and `errors`: what stands when this start begins to read; leaves behind it are dropped. */
  constructor(folder: string, stem: string, blocks: number, errors: SourceErrors) {
    this.#folder = folder;
    const leavesFile = join(folder, resumeLeavesName(stem));
    this.#lines = guarded(folder, () => openSync(join(folder, resumeName(stem)), "a"));
    this.#leavesFile = guarded(folder, () => openSync(leavesFile, blocks === 0 ? "w" : "r+"));
    guarded(folder, () => ftruncateSync(this.#leavesFile, blocks * 32));
    this.#blocks = blocks;
    this.#kept = blocks;
    this.#errors = errors;
    guarded(folder, () => this.#line({ blocks, errors } satisfies Step));
  }

  /** Blocks whose leaves came in so far. */
  get blocks(): number {
    return this.#blocks;
  }

  resumed(at: number): void {
    guarded(this.#folder, () => this.#line({ utc: new Date().toISOString(), at } satisfies Resumption));
  }

  /** Leaves in order, 32 bytes each. */
  add(leaves: Uint8Array): void {
    this.#pending.push(leaves);
    this.#blocks += leaves.length / 32;
  }

  /** All errors of everything that was read so far. */
  setErrors(errors: SourceErrors): void {
    this.#errors = errors;
  }

  /** Writes a step where it is time to; the errors must cover the blocks. */
  keep(now = false): void {
    const due = performance.now() - this.#keptAt >= stepMs || this.#blocks - this.#kept >= stepBlocks;
    if ((!due && !now) || this.#blocks === this.#kept) return;
    this.#keptAt = performance.now();
    const bytes = Buffer.concat(this.#pending);
    try {
      writeAll(this.#leavesFile, bytes, this.#kept * 32);
      fsyncSync(this.#leavesFile);
      this.#line({ blocks: this.#blocks, errors: this.#errors } satisfies Step);
    } catch (error) {
      // On a full disk the writer of the image waits or ends, and says so; a later step holds all that this one would have.
      if (!isFull(error)) throw targetError(error, this.#folder);
      this.#pending = [bytes];
      return;
    }
    this.#pending = [];
    this.#kept = this.#blocks;
  }

  close(): void {
    closeSync(this.#lines);
    closeSync(this.#leavesFile);
  }

  #line(value: object): void {
    // A line that a full disk or an interruption cut off is ended first, so that it takes no later one along.
    writeAll(
      this.#lines,
      Buffer.from(`${this.#torn ? "\n" : ""}${JSON.stringify(value)}\n`),
      null,
      () => (this.#torn = true),
    );
    this.#torn = false;
    fsyncSync(this.#lines);
  }
}

/** At a place, or appended. `onPart` hears of it when the system takes a part only. */
function writeAll(
  descriptor: number,
  bytes: Uint8Array,
  at: number | null,
  onPart: () => void = () => undefined,
): void {
  for (let done = 0; done < bytes.length; onPart()) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, at === null ? null : at + done);
    if (done === bytes.length) return;
  }
}

/** Writes the announcement; from then on an interruption can be continued. Throws OperatorError (4). */
export function announceResume(folder: string, stem: string, announced: Omit<ResumeHead, "schema">): void {
  const head: ResumeHead = { schema: schemas[1], ...announced };
  guarded(folder, () => writeAtomically(join(folder, resumeName(stem)), `${JSON.stringify(head)}\n`));
}

function guarded<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw targetError(error, folder);
  }
}

/** Errors of the first `bytes` bytes of a medium. */
export function errorsBelow(
  { badRanges, unstable, retried }: SourceErrors,
  bytes: number,
  sectorBytes: number,
): SourceErrors {
  const end = Math.ceil(bytes / sectorBytes);
  return {
    badRanges: badRanges
      .filter(({ first }) => first < end)
      .map(({ first, count }) => ({ first, count: Math.min(count, end - first) })),
    unstable: unstable.filter(({ sector }) => sector < end),
    retried,
  };
}

/** Bytes of the medium that leaves vouch for. */
export function bytesVouchedFor(leaves: Uint8Array, size: number): number {
  return Math.min(size, (leaves.length / 32) * treeBlockBytes);
}
