/** `vestige acquire`: reads a source once and signs its manifest. */
import { acquireExhibit, type AcquisitionBody } from "../../acquire/folder/acquisition.ts";
import { cliSays, imageSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { bytesText, countText } from "../amounts.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { machineFlags, machineOptions, openDesk } from "../desk.ts";
import { imageFlags, kindAsked } from "../imaging-flags.ts";
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
  help: `The source is only ever read. A folder is hashed in place; with --format aff4-l its files are copied into a container.
A device, a file, an image of any readable format or a stream (-) is written as an image in one read, into several targets at
once where --also names them; each is read again before it gets its name. Unreadable sectors are tried again one by one,
filled with zeros and listed. An interrupted acquisition continues when the same command is run again, with the same bytes as
an uninterrupted one; a stream cannot be continued. Devices are set read-only first where the system permits it. Sources
mounted read-write are refused.

  vestige acquire CASE M01 /mnt/export
  vestige acquire CASE M01 /mnt/export --format aff4-l
  vestige acquire CASE M02 /dev/sdb --format e01 --independent
  vestige acquire CASE M03 /dev/sdb --format raw --segment-size 2G --spare /mnt/second
  vestige acquire CASE M04 /dev/sdb --format e01 --also clone:/dev/sdc --confirm /dev/sdc
  vestige acquire CASE M05 old.E01 --format aff4
  vestige acquire CASE M02 /dev/sdb --resume
  vestige acquire /dev/sdb --to /mnt/target/M01 --format e01 --compression best
  ssh host cat /dev/sdb | vestige acquire - --to /mnt/target/M06 --format raw`,
  async run(context) {
    const to = flagText(context.flags, "to");
    const wanted = to === null ? 3 : 1;
    if (context.args.length !== wanted) throw new OperatorError("usage/arguments", imageSays.acquireArguments());
    const source = context.args[wanted - 1] as string;
    const kind = kindAsked(source, context.flags);
    if (kind === "in-place") return acquireFolderOf(context);
    const { workers } = machineOptions(context.flags);
    if (kind === "container") {
      const { logicalIntoCase, logicalWithoutCase } = await import("../logical.ts");
      return to === null ? logicalIntoCase(context) : logicalWithoutCase(context, to, workers);
    }
    // Loaded when it is needed: it brings the reader of every image format with it.
    const { imageIntoCase, imageWithoutCase } = await import("../imaging.ts");
    return to === null ? imageIntoCase(context) : imageWithoutCase(context, to, workers);
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
