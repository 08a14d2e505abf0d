/** The log of a case: pino JSON under `logs/`, warnings also on stderr. Item ids only, never names, text or secrets. */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { pino, destination } from "pino";
import { asOperatorError } from "../case/atomic-file.ts";
import type { CasePaths } from "../case/case-folder.ts";
import type { LogData } from "../examine/job.ts";

export type WriteLog = (level: "info" | "warn" | "error", event: string, data: LogData) => void;

/** A log file per day; lines are written at once, so that a crash does not lose the last ones. */
export function openRunLog(paths: CasePaths): WriteLog {
  const file = join(paths.logs, `${new Date().toISOString().slice(0, 10)}.jsonl`);
  try {
    mkdirSync(paths.logs, { recursive: true });
    closeSync(openSync(file, "a"));
  } catch (error) {
    throw asOperatorError(error, paths.logs);
  }
  const logger = pino(
    { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: file, sync: true, mkdir: true }),
  );
  return (level, event, data) => logger[level]({ event, ...data });
}
