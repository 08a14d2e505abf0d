/** The log of a case: pino JSON under `logs/`, warnings also on stderr. Item ids only, never names, text or secrets. */
import { join } from "node:path";
import { pino, destination } from "pino";
import type { CasePaths } from "../case/case-folder.ts";
import type { LogData } from "../examine/job.ts";

export type WriteLog = (level: "info" | "warn" | "error", event: string, data: LogData) => void;

/** A log file per day; lines are written at once, so that a crash does not lose the last ones. */
export function openRunLog(paths: CasePaths): WriteLog {
  const file = join(paths.logs, `${new Date().toISOString().slice(0, 10)}.jsonl`);
  const logger = pino(
    { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: file, sync: true, mkdir: true }),
  );
  return (level, event, data) => logger[level]({ event, ...data });
}
