/** Runs a program of the operating system that tells about media: without a shell, with an end, its words as text. */
import { spawnSync } from "node:child_process";
import { mediumSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

const timeoutMs = 30_000;
const mostBytes = 16 << 20;

/** Standard output. Throws OperatorError `devices/not-told` where the program is missing, fails or does not end. */
export type SystemCommand = (program: string, args: readonly string[]) => string;

export const systemCommand: SystemCommand = (program, args) => {
  const { status, signal, error, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    timeout: timeoutMs,
    maxBuffer: mostBytes,
    windowsHide: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (status === 0) return stdout;
  const problem = (error as NodeJS.ErrnoException | undefined)?.code ?? signal ?? `exit code ${status}`;
  throw notTold(program, problem);
};

export function notTold(program: string, problem: string): OperatorError {
  return new OperatorError("devices/not-told", mediumSays.devicesNotTold(program, problem));
}
