/** `vestige hashset`: known files and files that are looked for, by their hashes. */
import { openCase } from "../../case/case-folder.ts";
import { sha256OfFile } from "../../case/file-pieces.ts";
import type { HashSetHead } from "../../hashsets/hash-set-file.ts";
import { verdicts } from "../../hashsets/hash-set-file.ts";
import { hashSetsOf, importHashSet } from "../../hashsets/import-hash-set.ts";
import { cliSays } from "../../messages/en.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { openForSigning } from "../open-for-signing.ts";

export const hashsetCommand: Command = {
  name: "hashset",
  summary: "hash sets of a case: known files, and files that are looked for",
  group: "case",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "FILE", summary: "list to add; without it the sets of the case are listed", optional: true },
  ],
  flags: [
    { name: "name", value: "NAME", summary: "name of the set: letters, digits, dot, dash" },
    {
      name: "verdict",
      value: "known|alert",
      summary: "known: files that anybody has; alert: files that are looked for",
    },
  ],
  help: `Reads NSRL RDS (text of version 2, SQLite of version 3), HashKeeper, Project VIC (JSON), comma-separated values with a title row, and
plain lists with a hash first in each line. The next \`vestige process\` compares every content; nothing is read again for it.

  vestige hashset CASE NSRLFile.txt --name nsrl-2026 --verdict known
  vestige process CASE
  vestige search CASE "known:alert"`,
  async run(context) {
    const [folder, source] = context.args;
    const theCase = openCase(folder as string);
    if (source !== undefined) await add(theCase, source, context);
    const sets = hashSetsOf(theCase.paths);
    for (const head of sets) tell(head, context);
    if (sets.length === 0) context.output.line(cliSays.noHashSets());
    context.output.summary(exitCodes.done, { sets: sets.length });
    return exitCodes.done;
  },
};

async function add(theCase: ReturnType<typeof openCase>, source: string, context: CommandContext): Promise<void> {
  const name = flagText(context.flags, "name");
  const verdict = verdicts.find((known) => known === flagText(context.flags, "verdict"));
  if (name === null || !verdict) throw new OperatorError("usage/missing", cliSays.hashSetFlags());
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    const { file, head, skipped } = importHashSet(theCase.paths, { source, name, verdict });
    const details = {
      name,
      verdict,
      format: head.source.format,
      source: head.source.file,
      sourceSha256: head.source.sha256,
    };
    journal.append("hash-set-added", { ...details, sha256: sha256OfFile(file), skipped }, signer);
    if (skipped > 0) context.output.note(cliSays.hashSetSkipped(String(skipped)));
  } finally {
    journal.close();
  }
}

function tell(head: HashSetHead, { output }: CommandContext): void {
  const keys = Object.fromEntries(head.sections.map(({ kind, keys: count }) => [kind, count]));
  const counts = head.sections.map(({ kind, keys: count }) => `${count} ${kind}`).join(", ");
  output.line(cliSays.hashSetLine(head.name, head.verdict, counts, head.source.format));
  const { name, verdict, source } = head;
  output.event("vestige.hashset/1", "hashset", {
    name,
    verdict,
    format: source.format,
    sourceSha256: source.sha256,
    keys,
  });
}
