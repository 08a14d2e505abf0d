/** `vestige report`: the reports of a case, as JSON and HTML with one content hash. */
import { basename } from "node:path";
import { openCase } from "../../case/case-folder.ts";
import { reportKindSays, reportSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { reportKindIds, type CustodyContent, type ReportKind, type StateSums } from "../../report/content.ts";
import type { MadeReport } from "../../report/make-report.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { openForSigning } from "../open-for-signing.ts";

const kindLines = reportKindIds.map((kind) => `  ${kind.padEnd(12)} ${reportKindSays.summaries[kind]}`).join("\n");

const help = `Writes reports/DATE-KIND-N.json (signed), the same as .html for reading and printing, and verify.html, with which anybody
can check report, journal, manifests and proofs in a browser without network. With the kind custody there is also the full
list of items with findings. Each report makes a checkpoint of the journal: a printed copy pins it.

${kindLines}

  vestige report CASE
  vestige report CASE custody --format json
  vestige report CASE acquisition M01 M02`;

export const reportCommand: Command = {
  name: "report",
  summary: "write a signed report: chain of custody, acquisition, seals or copies",
  group: "case",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "KIND", summary: `${reportKindIds.join(", ")} (default: custody)`, optional: true },
    { name: "LABEL", summary: "exhibits, all by default (not for custody)", optional: true, rest: true },
  ],
  flags: [{ name: "format", value: "FORMAT", summary: "html (default, with its JSON) or json (alone)" }],
  help,
  run: runReport,
};

async function runReport(context: CommandContext): Promise<ExitCode> {
  const [folder, wanted = "custody", ...labels] = context.args;
  const kind = reportKindIds.find((known) => known === wanted);
  if (!kind) {
    throw new OperatorError("report/kind", reportSays.reportKind(context.output.safe(wanted), reportKindIds));
  }
  if (kind === "custody" && labels.length > 0) {
    throw new OperatorError("report/labels", reportSays.reportLabels());
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
    const options = {
      format,
      signal: context.signal,
      ...(labels.length > 0 ? { labels: [...new Set(labels)] } : {}),
    } as const;
    if (kind === "custody") return sayCustody(context, makeReport(theCase, journal, signer, options));
    const made = makeReport(theCase, journal, signer, { ...options, kind });
    const { ok } = made.content.verification;
    tell(context, made);
    const exit = ok ? exitCodes.done : exitCodes.loss;
    context.output.summary(exit, { reports: 1 });
    return exit;
  } finally {
    journal.close();
  }
}

/** Names what was written. */
function tell({ output }: CommandContext, made: MadeReport<ReportKind>): void {
  const { content, contentHash } = made;
  output.line(reportSays.reportMade(made.html ?? made.json));
  output.line(reportSays.reportHash(contentHash));
  output.line(reportSays.reportPage(made.verifyPage, made.verifyPageSha256));
  if (!content.verification.ok) output.warn(reportSays.reportChanged());
  output.event("vestige.report/1", "report", {
    kind: content.kind,
    number: content.number,
    json: made.json,
    html: made.html,
    items: made.items === null ? null : basename(made.items),
    contentHash,
    checkpoint: content.checkpoint.body.seq,
    verifyPageSha256: made.verifyPageSha256,
    unchanged: content.verification.ok,
  });
}

/** Partly read and failed ones, as page one counts them. */
const lossOf = ({ partial, failed }: StateSums) => ({ partial: partial.items, failed: failed.items });

/** Exit 1 where the case was changed after it was signed, or files were not wholly read or not yet processed. */
function sayCustody(context: CommandContext, made: MadeReport): ExitCode {
  const content: CustodyContent = made.content;
  const { files, inside } = content.completeness;
  const pending = files.pending.items + inside.pending.items;
  const [read, readInside] = [lossOf(files), lossOf(inside)];
  const lost = pending + read.partial + read.failed + readInside.partial + readInside.failed;
  tell(context, made);
  const { output } = context;
  if (pending > 0) output.warn(reportSays.reportPending(pending));
  if (lost > pending) output.warn(reportSays.reportLoss(read, readInside));
  const exit = content.verification.ok && lost === 0 ? exitCodes.done : exitCodes.loss;
  const sums = Object.fromEntries(Object.entries(files).map(([state, { items }]) => [state, items]));
  output.summary(exit, { ...sums, findings: content.findings.reduce((sum, { findings }) => sum + findings, 0) });
  return exit;
}
