/**
 * Starts a child process in a sandbox: no network (its own empty network namespace), Node's permission model for files and
 * processes, an environment by allow-list. What could not be enforced is said, never assumed (threats P1, P5).
 */
import { fork, spawnSync, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface LaunchOptions {
  /** Module of the process. */
  readonly entry: URL;
  readonly args: readonly string[];
  /** Files and folders it may read, and write. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
}

/** A measure of the sandbox, as it stands in the run's record and in the report. */
export interface Measure {
  readonly id: "network" | "files" | "processes" | "environment" | "memory";
  readonly enforced: boolean;
  /** How, or why not: our own words. */
  readonly how: string;
}

export interface Launched {
  readonly child: ChildProcess;
  readonly measures: readonly Measure[];
}

/** True where this process refuses native addons; its children must refuse them too. */
export const refusesAddons =
  process.execArgv.includes("--no-addons") || /(^|\s)--no-addons(\s|$)/.test(process.env.NODE_OPTIONS ?? "");

/** Starts the process with an IPC channel; its standard output and error are piped. */
export function launchSandboxed(options: LaunchOptions): Launched {
  const namespace = networkNamespace();
  const flags = [
    "--permission",
    ...options.read.map((path) => `--allow-fs-read=${path}`),
    ...options.write.flatMap((path) => [`--allow-fs-read=${path}`, `--allow-fs-write=${path}`]),
    "--allow-worker",
    refusesAddons ? "--no-addons" : "--allow-addons",
    // These warn that workers and addons weaken the model: known, and said in the record of measures.
    "--disable-warning=PERM0001",
    "--disable-warning=PERM0006",
    "--disable-warning=SecurityWarning",
    "--disable-warning=ExperimentalWarning",
  ];
  const [command, ...before] = namespace ?? [process.execPath];
  const child = fork(fileURLToPath(options.entry), [...options.args], {
    execPath: command,
    execArgv: namespace ? [...before, process.execPath, ...flags] : flags,
    env: { ...options.env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  return { child, measures: measuresOf(namespace) };
}

function measuresOf(namespace: readonly string[] | null): Measure[] {
  return [
    namespace
      ? { id: "network", enforced: true, how: `own network namespace (${namespace.join(" ")})` }
      : { id: "network", enforced: false, how: "no network namespace can be made on this machine" },
    { id: "files", enforced: true, how: "Node permission model; native code of the database is outside it" },
    { id: "processes", enforced: true, how: "Node permission model" },
    { id: "environment", enforced: true, how: "allow-list" },
  ];
}

let found: readonly string[] | null | undefined;

/** The command that runs another without network, or null where the system offers none. Asked once. */
function networkNamespace(): readonly string[] | null {
  if (found !== undefined) return found;
  const candidates = [
    ["unshare", "-n", "--"],
    ["unshare", "-r", "-n", "--"],
  ];
  found = process.platform === "linux" ? (candidates.find(canRun) ?? null) : null;
  return found;
}

function canRun([command, ...args]: readonly string[]): boolean {
  return spawnSync(command, [...args, "true"], { stdio: "ignore", timeout: 5000 }).status === 0;
}
