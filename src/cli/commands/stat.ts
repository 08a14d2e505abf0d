/** `vestige stat`: everything that is known of one file, stream, slack, space or volume. */
import { hashFlags, placeFlags, sourceArgument } from "../browse/flags.ts";
import type { Command } from "../command.ts";

export const statCommand: Command = {
  name: "stat",
  summary:
    "say everything of one file of an image: times with their sources, attributes, where it lies, slack, findings",
  group: "source",
  args: [sourceArgument],
  flags: [...hashFlags, ...placeFlags],
  help: `Extents are given in the content, in the volume and in the medium, each with its state: intact, partly overwritten (another deleted
file claims it too), overwritten (an allocated file owns it now) or missing. Of deleted files it is said how far they can be recovered.
Exit code 1: something of it is lost.

  vestige stat M01.E01/p2/ntfs:/Users/x/a.docx
  vestige stat M01.E01 --at 'p1/fat:/_ETTER.DOC#49216' --hash
  vestige stat M01.E01 --at p1/fat:/ --json`,
  async run(context) {
    const { statOf } = await import("../browse/stat.ts");
    return statOf(context);
  },
};
