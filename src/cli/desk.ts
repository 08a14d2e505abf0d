/** What the commands that act on a case have in common: the open case, its journal, who signs, the machine's limits. */
import { availableParallelism, totalmem } from "node:os";
import { openCase, type Case } from "../case/case-folder.ts";
import type { Journal } from "../custody/journal.ts";
import { requireSelfTest, selfTest } from "../custody/self-test.ts";
import type { Signer } from "../custody/signer.ts";
import type { MachineOptions } from "../examine/process-exhibit.ts";
import { runSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import type { Desk } from "../pipeline.ts";
import { flagText, type CommandContext, type Flag, type FlagValues } from "./command.ts";
import { openForSigning } from "./open-for-signing.ts";

/** Limits of the machine: they decide how fast, never what. */
export const machineFlags: readonly Flag[] = [
  { name: "workers", value: "N", summary: "threads that hash and parse (default: one per core)" },
  { name: "memory", value: "MB", summary: "memory of the engine (default: half of the machine's, at most 8192)" },
  { name: "worker-memory", value: "MB", summary: "heap of one parsing thread (default: 1024)" },
  { name: "item-timeout", value: "S", summary: "end an item that shows no sign of life for so long (default: 60)" },
];

export function machineOptions(flags: FlagValues): MachineOptions {
  const halfMb = Math.floor(totalmem() / 2 ** 21);
  return {
    workers: wholeNumber(flags, "workers", availableParallelism(), 1, 256),
    memoryMb: wholeNumber(flags, "memory", Math.min(8192, halfMb), 256, 1_048_576),
    workerMemoryMb: wholeNumber(flags, "worker-memory", 1024, 32, 65_536),
    stallMs: wholeNumber(flags, "item-timeout", 60, 1, 86_400) * 1000,
  };
}

/** The whole number of a flag, or `fallback`. Throws OperatorError. */
export function wholeNumber(flags: FlagValues, name: string, fallback: number, least: number, most: number): number {
  const text = flagText(flags, name);
  if (text === null) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new OperatorError("usage/number", runSays.badNumber(name, text, `from ${least} to ${most}`));
}

/** Opens a case for an act. The caller closes the journal. Throws OperatorError. */
export async function openDesk(context: CommandContext, folder: string): Promise<Desk> {
  const machine = machineOptions(context.flags);
  const theCase = openCase(folder);
  const { journal, signer } = await openForSigning(theCase, context);
  return deskOf(theCase, journal, signer, machine, context.signal);
}

/** Runs the self-test and refuses to act on a machine that fails it. */
export async function deskOf(
  theCase: Case,
  journal: Journal,
  signer: Signer,
  machine: MachineOptions,
  signal: AbortSignal,
): Promise<Desk> {
  const tested = await selfTest();
  requireSelfTest(tested);
  return { theCase, journal, signer, selfTest: tested, machine, signal };
}
