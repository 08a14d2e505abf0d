/** Facts that a command needs: from flags, on a terminal from questions; without one, everything missing is listed at once. */
import { createInterface } from "node:readline/promises";
import { cliSays, runSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { flagText, type FlagValues } from "./command.ts";

export interface Fact {
  /** Name of the flag. */
  readonly flag: string;
  /** What the officer is asked for. */
  readonly question: string;
}

/** The value of every fact. Throws OperatorError where one is missing and nobody can be asked. */
export async function askFor<Name extends string>(
  facts: Readonly<Record<Name, Fact>>,
  flags: FlagValues,
): Promise<Record<Name, string>> {
  const names = Object.keys(facts) as Name[];
  const answers: Partial<Record<Name, string>> = {};
  const missing: Name[] = [];
  for (const name of names) {
    const given = flagText(flags, facts[name].flag)?.trim() ?? "";
    if (given === "") missing.push(name);
    else answers[name] = given;
  }
  const canAsk = process.stdin.isTTY && process.stderr.isTTY && flags.json === undefined;
  if (missing.length > 0 && !canAsk) throw missingError(missing.map((name) => facts[name].flag));
  if (missing.length > 0) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      for (const name of missing)
        answers[name] = (await terminal.question(cliSays.question(facts[name].question))).trim();
    } finally {
      terminal.close();
    }
  }
  const empty = names.filter((name) => !answers[name]);
  if (empty.length > 0) throw missingError(empty.map((name) => facts[name].flag));
  return answers as Record<Name, string>;
}

function missingError(flags: readonly string[]): OperatorError {
  return new OperatorError("usage/missing", runSays.flagsMissing(flags.map((flag) => `--${flag}`)));
}
