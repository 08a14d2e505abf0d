/** What `vestige cat` does. Loaded when it is needed: it brings the reader of every format with it. */
import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, unlinkSync, writeSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { isatty } from "node:tty";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { browseSays, infoSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { flagText, type CommandContext } from "../command.ts";
import { readStep, type LostRun } from "./content-hash.ts";
import { atPlace, breathe, type OpenedPlace } from "./place.ts";
import { checkApart, giveName, syncFolder, targetError, writeWhole } from "./target.ts";
import { pathText } from "./rows.ts";

const stepBytes = 1 << 20;
const shownRuns = 20;

export async function catOf(context: CommandContext): Promise<ExitCode> {
  const { flags, output } = context;
  const to = flagText(flags, "to");
  if (to === null && output.json) throw new OperatorError("usage/json", browseSays.catJson());
  if (to === null && isatty(1)) throw new OperatorError("usage/terminal", infoSays.terminalRefused());
  return atPlace(context, async (opened) => {
    const { place, evidence } = opened;
    if (place.kind === "entry" && place.entry.kind === "directory") {
      throw new OperatorError("source/folder", browseSays.catFolder(pathText(place.path)));
    }
    if (to === null) return giveOut(opened, context, writeStandard);
    checkApart(evidence, dirname(resolve(to)), output);
    return intoFile(to, opened, context);
  });
}

/** Appears whole or not at all, and never in the place of something else. */
async function intoFile(to: string, opened: OpenedPlace, context: CommandContext): Promise<ExitCode> {
  const temporary = `${to}.new-${process.pid}`;
  try {
    if (existsSync(to)) throw new OperatorError("target/exists", browseSays.targetExists(context.output.safe(to)));
    const descriptor = openSync(temporary, "wx", 0o644);
    let exit: ExitCode;
    try {
      exit = await giveOut(opened, context, (bytes) => {
        writeWhole(descriptor, [bytes]);
        return true;
      });
      fsyncSync(descriptor);
    } catch (error) {
      unlinkSync(temporary);
      throw error;
    } finally {
      closeSync(descriptor);
    }
    giveName(temporary, to);
    syncFolder(dirname(resolve(to)));
    return exit;
  } catch (error) {
    throw isEvidenceError(error) ? error : targetError(error, to, context.output);
  }
}

/** `write` says whether more is wanted. */
async function giveOut(
  { place, progress }: OpenedPlace,
  { flags, output, signal }: CommandContext,
  write: (bytes: Buffer) => boolean,
): Promise<ExitCode> {
  const { source } = place;
  const hash = createHash("sha256");
  const step = Buffer.alloc(Math.min(stepBytes, Math.max(1, source.size)));
  const lost: LostRun[] = [];
  for (let at = 0; at < source.size;) {
    const bytes = readStep(source, at, step, lost);
    hash.update(bytes);
    if (!write(bytes)) return exitCodes.done;
    at += bytes.length;
    progress.passing("cat", browseSays.hashing, at, null);
    await breathe(signal);
  }
  progress.end();
  const sha256 = hash.digest("hex");
  const to = flagText(flags, "to");
  if (to !== null) output.note(browseSays.written(output.safe(basename(to)), source.size, sha256));
  tellLost(lost, output);
  const missing = lost.reduce((sum, { length }) => sum + length, 0);
  const exit = missing > 0 ? exitCodes.loss : exitCodes.done;
  output.event("vestige.content/1", "content", { path: place.path, size: source.size, sha256, missing });
  output.summary(exit, { bytes: source.size, missing });
  return exit;
}

function tellLost(lost: readonly LostRun[], output: CommandContext["output"]): void {
  for (const { kind, start, length } of lost.slice(0, shownRuns)) {
    output.warn(browseSays.missingRun(kind, start, length));
  }
  if (lost.length > shownRuns) output.warn(browseSays.moreMissing(lost.length - shownRuns));
  for (const { kind, start, length } of lost) output.event("vestige.lost/1", "lost", { kind, start, length });
}

/** False where the reader of the pipe wants no more. */
function writeStandard(bytes: Buffer): boolean {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return false;
      if (code !== "EAGAIN") throw error;
    }
  }
  return true;
}
