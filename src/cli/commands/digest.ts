/** `vestige digest`: one hash over the results, equal wherever the same evidence was processed the same way. */
import { openCase, readExhibit, type Case } from "../../case/case-folder.ts";
import { digestCase } from "../../case/digest.ts";
import { JournalRecords } from "../../custody/journal-records.ts";
import { openJournal } from "../../custody/journal.ts";
import { custodySays, searchSays } from "../../messages/en.ts";
import { exitCodes, type ExitCode } from "../../messages/operator-error.ts";
import type { Command, CommandContext } from "../command.ts";

const help = `The digest is SHA-256 over the sorted rows of all items with their contents, times, fields, findings and texts, without
anything that depends on the order of work, the machine or the clock. Same evidence, version and profile give the same digest.
Exits 1 where a digest is not the one that the journal records of the finished exhibit.`;

export const digestCommand: Command = {
  name: "digest",
  summary: "print the digest of the results, per exhibit and in total",
  group: "custody",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "LABEL", summary: "exhibits; all by default", optional: true, rest: true },
  ],
  flags: [],
  help,
  run: runDigest,
};

async function runDigest({ args, output }: CommandContext): Promise<ExitCode> {
  const theCase = openCase(args[0] as string);
  const labels = args.slice(1);
  for (const label of labels) readExhibit(theCase, label);
  const { digest, exhibits } = digestCase(theCase, labels.length > 0 ? labels : undefined);
  const recorded = recordedDigests(theCase);
  let differ = 0;
  for (const one of exhibits) {
    const signed = recorded.digestOf(one.exhibit);
    output.line(`${one.digest}  ${one.exhibit}${one.complete ? "" : `  ${searchSays.digestIncomplete()}`}`);
    output.event("vestige.digest/1", "exhibit", { ...one, recorded: signed });
    if (signed === null || signed === one.digest) continue;
    differ++;
    output.warn(custodySays.digestDiffers(one.exhibit, signed));
  }
  output.line(`${digest}  ${searchSays.digestTotal()}`);
  output.event("vestige.digest/1", "case", { digest });
  const exit = differ > 0 ? exitCodes.loss : exitCodes.done;
  output.summary(exit, { exhibits: exhibits.length, differ });
  return exit;
}

/** What the journal says of the results. Throws OperatorError where it is damaged. */
function recordedDigests(theCase: Case): JournalRecords {
  const journal = openJournal(theCase.paths.root);
  const records = new JournalRecords();
  try {
    for (const entry of journal.entries()) records.take(entry);
  } finally {
    journal.close();
  }
  return records;
}
