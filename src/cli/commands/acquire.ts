/** `vestige acquire`: reads a source once and signs its manifest. */
import { acquireExhibit, type AcquisitionBody } from "../../acquire/acquisition.ts";
import { cliSays, imageSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { bytesText, countText } from "../amounts.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { machineFlags, machineOptions, openDesk } from "../desk.ts";
import { asksForImage, imageFlags, imageIntoCase, imageWithoutCase } from "../imaging.ts";
import type { Output } from "../output.ts";
import { ProgressLine } from "../progress.ts";

export const acquireCommand: Command = {
  name: "acquire",
  summary: "read a source once: hash everything, sign the manifest",
  group: "case",
  args: [
    { name: "CASE", summary: "case folder; with --to the source" },
    { name: "LABEL", summary: "label of a registered exhibit", optional: true },
    { name: "SOURCE", summary: "exported folder, device, or file taken as a medium", optional: true },
  ],
  flags: [...machineFlags.filter((flag) => flag.name === "workers"), ...imageFlags],
  help: `The source is only ever read. A folder is hashed in place, and an interrupted acquisition continues when the same command
is run again. A device or file is written as an image, which is read again before it gets its name; unreadable sectors are
filled with zeros and listed, and an interrupted image starts over. Sources mounted read-write are refused.

  vestige acquire CASE M01 /mnt/export
  vestige acquire CASE M02 /dev/sdb --format e01
  vestige acquire CASE M03 /dev/sdb --format raw --segment-size 2G
  vestige acquire /dev/sdb --to /mnt/target/M01 --format e01 --compression best`,
  async run(context) {
    const to = flagText(context.flags, "to");
    const wanted = to === null ? 3 : 1;
    if (context.args.length !== wanted) throw new OperatorError("usage/arguments", imageSays.acquireArguments());
    const source = context.args[wanted - 1] as string;
    if (!asksForImage(source, context.flags)) return acquireFolderOf(context);
    return to === null ? imageIntoCase(context) : imageWithoutCase(context, to, machineOptions(context.flags).workers);
  },
};

async function acquireFolderOf(context: CommandContext): Promise<ExitCode> {
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
}

/** Says what was acquired; entries that could not be read are loss. */
function tellAcquired(acquisition: AcquisitionBody, output: Output): ExitCode {
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
