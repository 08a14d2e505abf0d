/** `vestige init`: opens a case. */
import { exitCodes } from "../../messages/operator-error.ts";
import type { Command } from "../command.ts";
import { caseFlags, openNewCase } from "../open-new-case.ts";

export const initCommand: Command = {
  name: "init",
  summary: "open a new case in an absent or empty folder",
  group: "case",
  args: [{ name: "CASE", summary: "case folder to make" }],
  flags: caseFlags,
  help: `The authority and the scope are recorded with the first entry of the journal and shown in every report. The officer's
signing key is made if there is none yet; its passphrase is asked for.

  vestige init 2026-0042 --number 2026-0042 --officer "A. Officer" --authority "Decision 17/2026" --scope "Invoices 2024-2026"`,
  async run(context) {
    const { theCase, journal } = await openNewCase(context.args[0] as string, context);
    journal.close();
    context.output.line(theCase.paths.root);
    context.output.event("vestige.case/1", "case", { id: theCase.file.id, folder: theCase.paths.root });
    context.output.summary(exitCodes.done, {});
    return exitCodes.done;
  },
};
