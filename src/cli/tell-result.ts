/** What a run came to: items by status, what the sandbox could not enforce, the exit code. */
import { WorkFileReader } from "../case/work-file-reader.ts";
import type { Case } from "../case/case-folder.ts";
import type { RunRecord } from "../examine/run-record.ts";
import { cliSays } from "../messages/en.ts";
import { exitCodes, type ExitCode } from "../messages/operator-error.ts";
import { bytesText, countText } from "./amounts.ts";
import type { Output } from "./output.ts";

const order = ["done", "partial", "failed", "skipped"];

/** Items by status of one exhibit. */
export function statusCounts(theCase: Case, label: string): Record<string, number> {
  const reader = WorkFileReader.open(theCase.paths.items(label));
  try {
    const counts: Record<string, number> = Object.fromEntries(order.map((status) => [status, 0]));
    for (const { value, items } of reader.tally("status")) if (value !== null) counts[value] = items;
    return counts;
  } finally {
    reader.close();
  }
}

/** Prints the sums of a processed exhibit; failed and partial items are loss. */
export function tellProcessed(theCase: Case, record: RunRecord, output: Output): ExitCode {
  const counts = statusCounts(theCase, record.exhibit);
  const total = Object.values(counts).reduce((sum, items) => sum + items, 0);
  const parts = order.map((status) => `${countText(counts[status])} ${status}`);
  output.line(cliSays.countsLine(`${parts.join(", ")}; ${countText(total)} in all`));
  const { items: empty, bytes } = record.counts.zeroSlack;
  if (empty > 0) output.line(cliSays.zeroSlack(countText(empty), bytesText(bytes)));
  output.line(cliSays.digestLine(record.digest ?? ""));
  const gaps = record.measures.filter((measure) => !measure.enforced).map(({ id, how }) => `${id} (${how})`);
  const leaks = record.probes.filter((probe) => !probe.refused).map((probe) => output.safe(probe.tried));
  if (gaps.length + leaks.length > 0) output.warn(cliSays.sandboxGaps([...gaps, ...leaks].join("; ")));
  output.event("vestige.processed/1", "processed", {
    exhibit: record.exhibit,
    items: total,
    statuses: counts,
    zeroSlack: record.counts.zeroSlack,
    digest: record.digest,
    measures: record.measures.map((measure) => ({ ...measure })),
    probes: record.probes.map((probe) => ({ ...probe })),
  });
  return counts.failed + counts.partial > 0 ? exitCodes.loss : exitCodes.done;
}
