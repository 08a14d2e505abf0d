/** Tries from inside the engine what hostile evidence would try: keys, journal, image, network, processes (threats E5). */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import type { ProbeResult, ProbeTargets } from "./job.ts";

/** Every attempt with its outcome. Nothing is changed: files are opened, never created, and nothing is written. */
export async function probeSandbox(targets: ProbeTargets): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
  for (const file of targets.unreadable) {
    results.push({ tried: `read ${file}`, refused: isRefused(() => readFileSync(file)) });
  }
  for (const file of targets.unwritable) {
    results.push({ tried: `write ${file}`, refused: isRefused(() => closeSync(openSync(file, "r+"))) });
  }
  const fresh = `${targets.unwritable[0] ?? "/"}.probe`;
  results.push({ tried: `make ${fresh}`, refused: isRefused(() => makeAndRemove(fresh)) });
  results.push({ tried: "start a process", refused: isRefused(startProcess) });
  results.push({ tried: "open a connection", refused: await isConnectionRefused() });
  return results;
}

function isRefused(attempt: () => void): boolean {
  try {
    attempt();
    return false;
  } catch (error) {
    return isRefusal(error);
  }
}

/** The system or the runtime said no; that a file is absent or a folder proves nothing. */
function isRefusal(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "";
  return ["ERR_ACCESS_DENIED", "EACCES", "EPERM", "EROFS"].includes(code);
}

function makeAndRemove(file: string): void {
  closeSync(openSync(file, "wx"));
  unlinkSync(file);
}

function startProcess(): void {
  const { error } = spawnSync(process.execPath, ["--version"], { timeout: 2000 });
  if (error) throw error;
}

/** Without interfaces there is nothing to connect through; a reset or a time-out would prove less. */
async function isConnectionRefused(): Promise<boolean> {
  const hasInterface = Object.values(networkInterfaces()).some((addresses) => (addresses ?? []).length > 0);
  if (!hasInterface) return true;
  return new Promise((resolve) => {
    // Port 9 (discard) on loopback: in an own namespace loopback is down and the system refuses at once.
    const socket = connect({ host: "127.0.0.1", port: 9, timeout: 1000 });
    const end = (refused: boolean) => {
      socket.destroy();
      resolve(refused);
    };
    socket.once("connect", () => end(false));
    socket.once("timeout", () => end(false));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(error.code === "ENETUNREACH" || error.code === "ERR_ACCESS_DENIED"),
    );
  });
}
