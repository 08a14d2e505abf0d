/** `vestige acquire`: reads a source once and signs its manifest. */
import { acquireExhibit, type AcquisitionBody } from "../../acquire/acquisition.ts";
import { cliSays } from "../../messages/en.ts";
import { exitCodes, type ExitCode } from "../../messages/operator-error.ts";
import { bytesText, countText } from "../amounts.ts";
import type { Command } from "../command.ts";
import { machineFlags, openDesk } from "../desk.ts";
import type { Output } from "../output.ts";
import { ProgressLine } from "../progress.ts";

export const acquireCommand: Command = {
  name: "acquire",
  summary: "read a source once: hash everything, sign the manifest",
  group: "case",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "LABEL", summary: "label of a registered exhibit" },
    { name: "SOURCE", summary: "exported folder" },
  ],
  flags: machineFlags.filter((flag) => flag.name === "workers"),
  help: `The source is only ever read. An interrupted acquisition continues when the same command is run again.

  vestige acquire CASE M01 /mnt/export`,
  async run(context) {
    const [folder, label, source] = context.args as [string, string, string];
    const desk = await openDesk(context, folder);
    const progress = new ProgressLine(context.output);
    try {
      const onProgress = (entries: number, bytes: number) => progress.acquiring(entries, bytes);
      const acquisition = await acquireExhibit({ ...desk, label, source, workers: desk.machine.workers, onProgress });
      progress.end();
      return tellAcquired(acquisition, context.output);
    } finally {
      progress.end();
      desk.journal.close();
    }
  },
};

/** Says what was acquired; entries that could not be read are loss. */
export function tellAcquired(acquisition: AcquisitionBody, output: Output): ExitCode {
  const { exhibit, entries, bytes, kinds, statuses, files } = acquisition;
  output.line(cliSays.acquired(exhibit, countText(kinds.file ?? 0), bytesText(bytes), files.root));
  if (entries === 0) output.note(cliSays.nothingInside(exhibit));
  const loss = (statuses.failed ?? 0) + (statuses.partial ?? 0) > 0;
  const exit = loss ? exitCodes.loss : exitCodes.done;
  output.event("vestige.acquisition/1", "acquisition", {
    exhibit,
    entries,
    bytes,
    statuses: { ...statuses },
    root: files.root,
  });
  output.summary(exit, { entries, bytes });
  return exit;
}
