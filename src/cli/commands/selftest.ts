/** `vestige selftest`: known answers of every hash, signature and tree, and two implementations against each other. */
import { selfTest, selfTestDetails } from "../../custody/self-test.ts";
import { toolIdentity } from "../../custody/tool-identity.ts";
import { custodySays } from "../../messages/en.ts";
import { exitCodes, type ExitCode } from "../../messages/operator-error.ts";
import type { Command, CommandContext } from "../command.ts";
import type { JsonValue } from "../output.ts";

export const selftestCommand: Command = {
  name: "selftest",
  summary: "check this program and machine against known answers",
  group: "about",
  args: [],
  flags: [],
  help: `Runs what every run does at its start: known answers of all hashes, two implementations against each other on random
data, Ed25519, canonical JSON and Merkle trees against the vectors of their specifications. Exits 3 where one fails.

  vestige selftest`,
  run: runSelftest,
};

async function runSelftest({ output }: CommandContext): Promise<ExitCode> {
  const result = await selfTest();
  for (const { name, ok } of result.checks) {
    output.line(`${ok ? "ok    " : "FAILED"}  ${name}`);
    output.event("vestige.selfcheck/1", "check", { name, ok });
  }
  output.line(
    result.ok
      ? custodySays.selfTestPassed(result.checks.length, result.durationMs)
      : custodySays.selfTestFailed(result.failed.join(", ")),
  );
  const exit = result.ok ? exitCodes.done : exitCodes.fault;
  output.summary(exit, { ...(selfTestDetails(result) as Record<string, JsonValue>), build: toolIdentity().build });
  return exit;
}
