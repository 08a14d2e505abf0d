/** `vestige tree`: the folders and files of an image as a drawing. */
import { placeFlags, sourceArgument } from "../browse/flags.ts";
import type { Command } from "../command.ts";

export const treeCommand: Command = {
  name: "tree",
  summary: "draw the folders and files of an image as a tree",
  group: "source",
  args: [sourceArgument],
  flags: [
    { name: "depth", value: "N", summary: "levels to show (all)" },
    { name: "sizes", summary: "with the size of each file" },
    { name: "all", summary: "also the file system's own files" },
    ...placeFlags,
  ],
  help: `Deleted and orphan entries are marked. What hangs in no folder is not in a tree but counted below it: vestige ls -r lists it, too.

  vestige tree M01.E01 --depth 2
  vestige tree M01.E01/p2/ntfs:/Users --sizes`,
  async run(context) {
    const { treeOf } = await import("../browse/tree.ts");
    return treeOf(context);
  },
};
