/** Runs a program and measures it: wall time, and the peak memory of the whole tree of processes that it starts. */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

export interface Measured {
  readonly seconds: number;
  readonly status: number | null;
  /**
   * Bytes: the sum over all processes of the tree of the most that each ever held in memory (VmHWM); an upper bound of
   * what they held at once. Null where the system has no /proc.
   */
  readonly peakBytes: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const pollMs = 50;

/** True where a program of that name can be started. */
export function isInstalled(program: string): boolean {
  return spawnSync("which", [program], { stdio: "ignore" }).status === 0;
}

/** Runs to the end. `keep`: whether stdout is wanted; otherwise it is thrown away unread. */
export function measure(
  program: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly keep?: boolean; readonly cwd?: string } = {},
): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", options.keep ? "pipe" : "ignore", "pipe"],
    });
    const out: Buffer[] = [];
    const complaints: Buffer[] = [];
    child.stdout?.on("data", (piece: Buffer) => out.push(piece));
    child.stderr?.on("data", (piece: Buffer) => complaints.push(piece));
    const peaks = new Map<number, number>();
    const poll = setInterval(() => notePeaks(child.pid ?? 0, peaks), pollMs);
    child.on("error", (error) => {
      clearInterval(poll);
      reject(error);
    });
    child.on("close", (status) => {
      clearInterval(poll);
      const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
      const peakBytes = peaks.size === 0 ? null : [...peaks.values()].reduce((sum, each) => sum + each, 0);
      resolve({
        seconds,
        status,
        peakBytes,
        stdout: String(Buffer.concat(out)),
        stderr: String(Buffer.concat(complaints)),
      });
    });
  });
}

function notePeaks(top: number, peaks: Map<number, number>): void {
  for (const pid of treeOf(top)) {
    const match = /^VmHWM:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/status`));
    if (match) peaks.set(pid, Math.max(peaks.get(pid) ?? 0, Number(match[1]) * 1024));
  }
}

/** A process and all that descend from it, as far as they still live. */
function treeOf(pid: number): number[] {
  const children = listProc(`/proc/${pid}/task`).flatMap((task) =>
    readProc(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(treeOf)];
}

/** Processes end while they are looked at: what is gone says nothing. */
function readProc(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}

function listProc(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
