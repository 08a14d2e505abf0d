/**
 * Runs engines for one exhibit until its work file is complete: starts them in the sandbox, watches their memory, restarts
 * after a death, says why where it cannot go on. Nothing of the evidence is parsed here.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { entryUrl } from "../../workers/entry-url.ts";
import { launchSandboxed, type Measure } from "../../workers/launch.ts";
import { caseSays, runSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import type { EngineOutcome, FromEngine, Job, LastDeath, LogData, ProbeResult, Progress, ToEngine } from "./job.ts";

export interface SupervisionOptions {
  readonly job: Omit<Job, "lastDeath">;
  /** Resident memory at which an engine is ended, in MB. */
  readonly memoryMb: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onLog: (level: "info" | "warn" | "error", event: string, data: LogData) => void;
}

export interface Supervision {
  readonly outcome: EngineOutcome;
  readonly measures: readonly Measure[];
  readonly probes: readonly ProbeResult[];
  readonly starts: number;
  readonly deaths: number;
}

/** Deaths in a row without a single finished unit between them. */
const deathsWithoutProgress = 40;
const memoryWatchMs = 250;
const crashSignals = new Set(["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP"]);

type End =
  | { readonly how: "finished"; readonly outcome: EngineOutcome }
  | { readonly how: "failed"; readonly code: string; readonly message: string; readonly exit: number }
  | { readonly how: "died"; readonly death: LastDeath };

interface Run {
  readonly end: End;
  readonly measures: readonly Measure[];
  readonly probes: readonly ProbeResult[];
  readonly unitsDone: number;
}

/** Throws OperatorError: interrupted (4), source gone or disk full (4), locked (2), fault (3). */
export async function superviseEngine(options: SupervisionOptions): Promise<Supervision> {
  let lastDeath: LastDeath = "stopped";
  let deaths = 0;
  let idleDeaths = 0;
  let before = -1;
  for (let starts = 1; ; starts++) {
    const { end, measures, probes, unitsDone } = await runOnce(options, lastDeath);
    if (end.how === "finished") return { outcome: end.outcome, measures, probes, starts, deaths };
    if (end.how === "failed") throw asOperatorError(end, options.job);
    deaths += 1;
    idleDeaths = unitsDone > before ? 1 : idleDeaths + 1;
    before = unitsDone;
    lastDeath = end.death;
    options.onLog("error", "engine-died", { death: end.death, unitsDone });
    if (options.signal.aborted) throw new OperatorError("run/interrupted", runSays.interrupted("vestige process"), 4);
    if (idleDeaths > deathsWithoutProgress) {
      throw new OperatorError("run/engine-died", runSays.engineDied(idleDeaths), exitCodes.fault);
    }
  }
}

function asOperatorError(end: Extract<End, { how: "failed" }>, job: Omit<Job, "lastDeath">): Error {
  if (end.code === "fault") return new Error(end.message);
  if (end.code === "source/gone") return new OperatorError(end.code, runSays.sourceGone(job.source), exitCodes.stopped);
  if (end.code === "case/disk-full") {
    return new OperatorError(end.code, caseSays.diskFull(job.workFile), exitCodes.stopped);
  }
  return new OperatorError(end.code, end.message, end.exit as ExitCode);
}

async function runOnce(options: SupervisionOptions, lastDeath: LastDeath): Promise<Run> {
  const { job, memoryMb } = options;
  const { child, measures } = launchSandboxed({
    entry: entryUrl(import.meta.url, "./engine"),
    args: [],
    read: [
      ...programFolders(),
      ...evidenceFiles(job),
      ...job.others.map((file) => dirname(file)),
      ...job.hashSets.files,
      ...(process.platform === "linux" ? ["/proc/self/fd/"] : []),
    ],
    write: [dirname(job.workFile)],
    env: engineEnvironment(),
  });
  let unitsDone = -1;
  let probes: readonly ProbeResult[] = [];
  let end: End | null = null;
  let overMemory = false;
  const stop = () => say(child, { say: "stop" });
  options.signal.addEventListener("abort", stop, { once: true });
  const watch = setInterval(() => {
    if (residentMb(child.pid) <= memoryMb) return;
    overMemory = true;
    child.kill("SIGKILL");
  }, memoryWatchMs);
  child.stderr?.on("data", (bytes: Buffer) => options.onLog("warn", "engine-stderr", { bytes: bytes.length }));
  child.stdout?.resume();
  child.on("message", (message: FromEngine) => {
    if (message.say === "progress") {
      unitsDone = message.progress.unitsDone;
      options.onProgress(message.progress);
    } else if (message.say === "log") options.onLog(message.level, message.event, message.data);
    else if (message.say === "probe") probes = message.results;
    else if (message.say === "finished") end = { how: "finished", outcome: message.outcome };
    else end = { ...message, how: "failed" };
  });
  say(child, { say: "job", job: { ...job, lastDeath } });
  if (options.signal.aborted) stop();
  const { code, signal } = await ended(child);
  clearInterval(watch);
  options.signal.removeEventListener("abort", stop);
  const memory: Measure = { id: "memory", enforced: true, how: `watched by the supervisor, limit ${memoryMb} MB` };
  return {
    end: end ?? { how: "died", death: deathOf(code, signal, overMemory) },
    measures: [
      ...measures,
      process.platform === "linux" ? memory : { ...memory, enforced: false, how: "not watched on this system" },
    ],
    probes,
    unitsDone,
  };
}

/** All of the evidence that the engine may read. */
function evidenceFiles({ source, manifest, image }: Pick<Job, "source" | "manifest" | "image">): string[] {
  return image ? image.files.map(({ path }) => path) : [source, manifest];
}

/** A kill from outside says nothing about the evidence; a crash and our own memory limit do. */
function deathOf(code: number | null, signal: NodeJS.Signals | null, overMemory: boolean): LastDeath {
  if (overMemory) return "oom";
  if (signal !== null) return crashSignals.has(signal) ? "crash" : "stopped";
  return code === exitCodes.stopped ? "stopped" : "crash";
}

function say(child: ChildProcess, message: ToEngine): void {
  if (child.connected) child.send(message, () => undefined);
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** Resident memory of a process in MB, 0 where it cannot be told. */
function residentMb(pid: number | undefined): number {
  if (pid === undefined || process.platform !== "linux") return 0;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]);
    return (pages * 4096) / 2 ** 20;
  } catch {
    return 0;
  }
}

/** The product's own code and every folder of packages that it may resolve from; a case may well lie beside them. */
function programFolders(): string[] {
  const program = dirname(dirname(import.meta.dirname));
  const folders = ["src", "workers", "native-free", "package.json"].map((part) => join(program, part));
  for (let folder = program; ; folder = dirname(folder)) {
    const packages = join(folder, "node_modules");
    if (existsSync(packages)) folders.push(packages, join(folder, "package.json"));
    if (dirname(folder) === folder) return folders;
  }
}

/** No secrets, no preload, nothing that changes results. */
function engineEnvironment(): Record<string, string> {
  const kept: Record<string, string> = { TZ: "UTC" };
  for (const name of ["PATH", "LANG", "SystemRoot", "TMPDIR", "TEMP"]) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** Removes a work file that was made with another profile; it can be rebuilt from the exhibit at any time. */
export function removeWorkFile(file: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
}
