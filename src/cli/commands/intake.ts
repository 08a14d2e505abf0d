/** `vestige intake`: registers an exhibit, also one that is not acquired. */
import { registerExhibit } from "../../acquire/intake.ts";
import { openCase } from "../../case/case-folder.ts";
import { cliSays } from "../../messages/en.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";
import { flagText, type Command } from "../command.ts";
import { intakeFlags, intakeFormOf } from "../intake-form.ts";
import { openForSigning } from "../open-for-signing.ts";

export const intakeCommand: Command = {
  name: "intake",
  summary: "register an exhibit, also one that is not acquired",
  group: "case",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "LABEL", summary: "label of the exhibit, for example M01" },
  ],
  flags: [
    ...intakeFlags,
    { name: "not-acquired", summary: "the medium is recorded but not acquired; needs --reason" },
    { name: "reason", value: "TEXT", summary: "why it is not acquired" },
  ],
  help: `  vestige intake CASE M01 --description "Export of the file server" --custodian "Example Ltd" --seal A-0017
  vestige intake CASE M02 --description "Private telephone" --not-acquired --reason "outside the mandate"`,
  async run(context) {
    const { args, flags, output } = context;
    const [folder, label] = args as [string, string];
    const theCase = openCase(folder);
    const reason = flagText(flags, "reason");
    const refused = flags["not-acquired"] === true;
    if (refused && !reason) throw new OperatorError("usage/missing", cliSays.whyNotAcquired());
    const form = { ...intakeFormOf(flags, ""), decision: refused ? ("none" as const) : ("acquire" as const), reason };
    const custody = await openForSigning(theCase, context);
    try {
      await registerExhibit(theCase, label, form, custody);
    } finally {
      custody.journal.close();
    }
    output.line(
      refused ? cliSays.exhibitNotAcquired(label, output.safe(reason ?? "")) : cliSays.exhibitRegistered(label),
    );
    output.event("vestige.exhibit/1", "exhibit", { exhibit: label, decision: form.decision });
    output.summary(exitCodes.done, { exhibits: 1 });
    return exitCodes.done;
  },
};
