/** `vestige process`: examines acquired exhibits; resumes by default. */
import { cliSays } from "../../messages/en.ts";
import { exitCodes, type ExitCode } from "../../messages/operator-error.ts";
import type { Command } from "../command.ts";
import { machineFlags, openDesk } from "../desk.ts";
import { ProgressLine } from "../progress.ts";
import { tellProcessed } from "../tell-result.ts";

export const processCommand: Command = {
  name: "process",
  summary: "examine acquired exhibits, folders and images: files, deleted files, slack, free space",
  group: "case",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "LABEL", summary: "exhibits (default: all that are acquired)", optional: true, rest: true },
  ],
  flags: machineFlags,
  help: `Every item ends as done, partial, failed or skipped, with a reason. Interrupted at any moment, the same command continues
where it stopped and comes to the same result.

  vestige process CASE
  vestige process CASE M01 --workers 4`,
  async run(context) {
    const { processExhibit, processableLabels } = await import("../../examine/process-exhibit.ts");
    const { openRunLog } = await import("../run-log.ts");
    const [folder, ...labels] = context.args;
    const { output } = context;
    const desk = await openDesk(context, folder as string);
    const progress = new ProgressLine(output);
    const wanted = labels.length > 0 ? labels : processableLabels(desk.theCase);
    let exit: ExitCode = exitCodes.done;
    try {
      if (wanted.length === 0) output.note(cliSays.nothingToProcess());
      for (const label of wanted) {
        const record = await processExhibit({
          ...desk,
          label,
          onProgress: (state) => progress.examining(state),
          onLog: openRunLog(desk.theCase.paths),
          onNote: (sentence) => output.note(sentence),
        });
        progress.end();
        exit = Math.max(exit, tellProcessed(desk.theCase, record, output)) as ExitCode;
      }
    } finally {
      progress.end();
      desk.journal.close();
    }
    output.summary(exit, { exhibits: wanted.length });
    return exit;
  },
};
