/** What `vestige info` does: every source in turn. Loaded when it is needed: it brings the reader of every format with it. */
import { usualBudgets } from "../../native-free/layers/budgets.ts";
import { survey } from "../../native-free/layers/survey.ts";
import { exitCodes, isOperatorError, type ExitCode, type OperatorError } from "../messages/operator-error.ts";
import { openEvidence } from "../source/evidence.ts";
import type { CommandContext } from "./command.ts";
import { wholeNumber } from "./desk.ts";
import { ProgressLine } from "./progress.ts";
import { InfoTeller } from "./tell-info.ts";
import { evidenceOptionsOf } from "./evidence-flags.ts";

export async function infoOf(context: CommandContext): Promise<ExitCode> {
  const { args, output } = context;
  let exit: ExitCode = exitCodes.done;
  let opened = 0;
  const problems: OperatorError[] = [];
  for (const path of args) {
    try {
      exit = Math.max(exit, await tellOne(path, context)) as ExitCode;
      opened += 1;
    } catch (error) {
      // One that cannot be opened costs nothing of the others.
      if (!isOperatorError(error) || args.length === 1) throw error;
      problems.push(error);
      output.warn(error.message);
      output.event("vestige.problem/1", "problem", { source: path, code: error.code, message: error.message });
    }
  }
  if (problems.length > 0) exit = opened === 0 ? exitCodes.operator : exitCodes.loss;
  output.summary(exit, { sources: args.length, opened });
  return exit;
}

async function tellOne(path: string, { flags, output, signal }: CommandContext): Promise<ExitCode> {
  const progress = new ProgressLine(output);
  const options = evidenceOptionsOf(flags, signal, progress, output);
  const evidence = await openEvidence(path, options);
  try {
    progress.end();
    if (flags["check"] === true) evidence.medium.image.check?.();
    const teller = new InfoTeller(output);
    teller.source(evidence);
    const depth = wholeNumber(flags, "nested", usualBudgets.depth, 0, 16);
    for (const found of survey(evidence.medium, { ...usualBudgets, depth })) teller.tell(found);
    return teller.end(flags["check"] === true);
  } finally {
    evidence.close();
  }
}
