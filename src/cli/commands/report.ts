/** `vestige report`: the chain-of-custody report of a case, as JSON and HTML with one content hash. */
import { basename } from "node:path";
import { openCase } from "../../case/case-folder.ts";
import { reportSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import type { StateSums } from "../../report/content.ts";
import type { MadeReport } from "../../report/make-report.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { openForSigning } from "../open-for-signing.ts";

const kinds = ["custody"] as const;

const help = `Writes reports/DATE-custody-N.json (signed), the same as .html for reading and printing, the full list of items with
findings beside it, and verify.html, with which anybody can check report, journal and manifests in a browser without network.
Each report makes a checkpoint of the journal: a printed copy pins it.

  vestige report CASE
  vestige report CASE custody --format json`;

export const reportCommand: Command = {
  name: "report",
  summary: "write the signed chain-of-custody report",
  group: "case",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "KIND", summary: "custody (default)", optional: true },
  ],
  flags: [{ name: "format", value: "FORMAT", summary: "html (default, with its JSON) or json (alone)" }],
  help,
  run: runReport,
};

async function runReport(context: CommandContext): Promise<ExitCode> {
  const [folder, kind = "custody"] = context.args;
  if (!kinds.some((known) => known === kind)) {
    throw new OperatorError("report/kind", reportSays.reportKind(kind, kinds));
  }
  const format = flagText(context.flags, "format") ?? "html";
  if (format !== "html" && format !== "json") {
    throw new OperatorError("report/format", reportSays.reportFormat(format));
  }
  const theCase = openCase(folder as string);
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    // Loaded on demand, like every stage that a bare `--help` has no use for.
    const { makeReport } = await import("../../report/make-report.ts");
    return say(context, makeReport(theCase, journal, signer, { format, signal: context.signal }));
  } finally {
    journal.close();
  }
}

/** Partly read and failed ones, as page one counts them. */
const lossOf = ({ partial, failed }: StateSums) => ({ partial: partial.items, failed: failed.items });

/** Names what was written. Exit 1 where the case was changed after it was signed, or files were not wholly read or not yet processed. */
function say({ output }: CommandContext, made: MadeReport): ExitCode {
  const { content, contentHash } = made;
  const { files, inside } = content.completeness;
  const pending = files.pending.items + inside.pending.items;
  const [read, readInside] = [lossOf(files), lossOf(inside)];
  const lost = pending + read.partial + read.failed + readInside.partial + readInside.failed;
  output.line(reportSays.reportMade(made.html ?? made.json));
  output.line(reportSays.reportHash(contentHash));
  output.line(reportSays.reportPage(made.verifyPage, made.verifyPageSha256));
  if (!content.verification.ok) output.note(reportSays.reportChanged());
  if (pending > 0) output.note(reportSays.reportPending(pending));
  if (lost > pending) output.note(reportSays.reportLoss(read, readInside));
  output.event("vestige.report/1", "report", {
    kind: content.kind,
    number: content.number,
    json: made.json,
    html: made.html,
    items: basename(made.items),
    contentHash,
    checkpoint: content.checkpoint.body.seq,
    verifyPageSha256: made.verifyPageSha256,
    unchanged: content.verification.ok,
  });
  const exit = content.verification.ok && lost === 0 ? exitCodes.done : exitCodes.loss;
  const sums = Object.fromEntries(Object.entries(files).map(([state, { items }]) => [state, items]));
  output.summary(exit, { ...sums, findings: content.findings.reduce((sum, { findings }) => sum + findings, 0) });
  return exit;
}
