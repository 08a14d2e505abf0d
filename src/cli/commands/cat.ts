/** `vestige cat`: the bytes of a file, a stream, slack or free space of an image. */
import { placeFlags, sourceArgument } from "../browse/flags.ts";
import type { Command } from "../command.ts";

export const catCommand: Command = {
  name: "cat",
  summary: "give out the bytes of a file, stream, slack or free space of an image",
  group: "source",
  args: [sourceArgument],
  flags: [
    { name: "to", value: "FILE", summary: "write them into a new file instead of standard output" },
    ...placeFlags,
  ],
  help: `Deleted files are named with their #key, as vestige ls shows them. Bytes that are not there (unreadable, overwritten by another
file, never recorded) come as zeros, are named on standard error, and make the exit code 1. Slack of a file is PATH#slack; space that
belongs to no file is #unallocated@START, #volume-slack@START or #not-understood@START below the reader, in windows of 64 MiB.

  vestige cat M01.E01/p1/fat:/letter.doc > letter.doc
  vestige cat M01.E01 --at 'p1/fat:/_ETTER.DOC#49216' --to letter.doc
  vestige cat M01.E01 --at 'p2/ntfs:/a.txt#slack' | xxd
  vestige cat M01.E01 --at 'p1/fat:/#unallocated@0' | strings`,
  async run(context) {
    const { catOf } = await import("../browse/cat.ts");
    return catOf(context);
  },
};
