/** `vestige custody due`: preservation copies with the next day on which each is to be read again. */
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import type { Case } from "../case/case-folder.ts";
import { copiesDue, copiesOf, dayPattern, type DueCopy } from "../custody/copies.ts";
import { openJournal } from "../custody/journal.ts";
import { copySays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { flagText, type CommandContext } from "./command.ts";
import type { Output } from "./output.ts";

/** Exits 1 where a copy is due, changed or unfinished. */
export function listDue(theCase: Case, { flags, output }: CommandContext): ExitCode {
  const day = flagText(flags, "on") ?? new Date().toISOString().slice(0, 10);
  if (!dayPattern.test(day)) throw new OperatorError("usage/day", copySays.badDay(escapeForTerminal(day)));
  const copies = copiesDue(copiesOf(openJournal(theCase.paths.root).entries()), day);
  for (const copy of copies) tellCopy(copy, output);
  const due = copies.filter((copy) => copy.due).length;
  if (copies.length === 0) output.note(copySays.noCopies());
  else output.line(due === 0 ? copySays.dueNone() : copySays.dueSome(due));
  const exit = due > 0 ? exitCodes.loss : exitCodes.done;
  output.summary(exit, { copies: copies.length, due });
  return exit;
}

function tellCopy(copy: DueCopy, output: Output): void {
  const { exhibit, state, place, location, medium, lastCheck, nextCheck, checkEvery, due, files } = copy;
  const parts = [
    copySays.duePlan(nextCheck, due),
    copySays.lastCheck(lastCheck),
    copySays.copyState[state] ?? state,
    ...[location, medium, place].filter((part) => part !== null).map((part) => output.safe(part)),
  ];
  output.line(`${output.safe(copy.copy).padEnd(10)} ${parts.join(", ")}`);
  const kept = { place, location, medium, files: files.length };
  output.event("vestige.copy/1", "copy", {
    ...{ copy: copy.copy, exhibit, state, ...kept },
    ...{ lastCheck, nextCheck, checkEvery, due },
  });
}
