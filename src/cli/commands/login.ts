/** `vestige login`: signs in to a case, so that searches and other acts are signed without asking each time. */
import { openCase } from "../../case/case-folder.ts";
import { openJournal } from "../../custody/journal.ts";
import { login, logout, sessionLimitHours } from "../../custody/session.ts";
import { custodySays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { officerSignerFor, signingFlags } from "../open-for-signing.ts";

const defaultHours = 8;

export const loginCommand: Command = {
  name: "login",
  summary: "sign in to a case for some hours, or out of it",
  group: "custody",
  args: [{ name: "CASE", summary: "case folder" }],
  flags: [
    { name: "hours", value: "N", summary: `how long, at most ${sessionLimitHours} (default ${defaultHours})` },
    { name: "out", summary: "sign out" },
  ],
  help: `The officer's key signs a session key that may act for the officer in this case alone, for some hours and on this
machine. Both ends are recorded in the journal.

  vestige login CASE --officer "A. Officer" --hours 4
  vestige login CASE --out`,
  run: runLogin,
};

async function runLogin(context: CommandContext): Promise<ExitCode> {
  const { output, flags } = context;
  const theCase = openCase(context.args[0] as string);
  const journal = openJournal(theCase.paths.root);
  try {
    const { officer } = signingFlags(context);
    if (flags["out"]) {
      const out = logout(journal, { officer });
      output.line(custodySays.signedOut(output.safe(out.officer)));
      output.event("vestige.session/1", "logout", { officer: out.officer });
      output.summary(exitCodes.done, {});
      return exitCodes.done;
    }
    const hours = Number(flagText(flags, "hours") ?? defaultHours);
    // Asked before the passphrase, so that a mistyped number does not cost one.
    if (!(hours > 0 && hours <= sessionLimitHours)) {
      throw new OperatorError("custody/session-hours", custodySays.sessionHours(sessionLimitHours));
    }
    const session = login(journal, await officerSignerFor(journal, signingFlags(context)), hours);
    output.line(custodySays.signedIn(output.safe(session.officer), session.until));
    output.event("vestige.session/1", "login", { officer: session.officer, key: session.keyId, until: session.until });
    output.summary(exitCodes.done, {});
    return exitCodes.done;
  } finally {
    journal.close();
  }
}
