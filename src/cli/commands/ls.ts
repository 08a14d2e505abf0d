/** `vestige ls`: the files of an image: allocated, deleted and orphan ones, without a case. */
import { hashFlags, placeFlags, sourceArgument } from "../browse/flags.ts";
import type { Command } from "../command.ts";

export const lsCommand: Command = {
  name: "ls",
  summary: "list the volumes and files of an image: allocated, deleted and orphan ones, streams, slack and free space",
  group: "source",
  args: [sourceArgument],
  flags: [
    { name: "recursive", short: "r", summary: "all that lies below, with full forensic paths" },
    ...hashFlags,
    { name: "deleted", summary: "deleted and orphan entries only" },
    { name: "all", summary: "also the file system's own files, slack, and the space that belongs to no file" },
    ...placeFlags,
  ],
  help: `Without a place inside, the volumes are listed and the root of each file system; with -r every entry of every file system.
Deleted and orphan names carry #key, which tells those of one name apart: copy the path as it is shown. Streams stand below
their file. Times without zone are local times of a zone that the file system does not record. With --hash a content that
is not complete has no hash, nor has a link, nor a deleted file of whose content nothing is recorded; exit code 1 where a content is not
complete of an allocated file, or where a file system is damaged. Of what the file system keeps for itself only deleted entries and odd
ones are shown without --all; how many others there are is said.

  vestige ls M01.E01
  vestige ls M01.E01 -r --json
  vestige ls M01.E01/p2/ntfs:/Users -r --hash --algorithms md5,sha256
  vestige ls M01.E01 --at p1/fat:/ --deleted
  vestige ls M01.E01 -r --all`,
  async run(context) {
    const { listOf } = await import("../browse/ls.ts");
    return listOf(context);
  },
};
