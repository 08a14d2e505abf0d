/** `vestige recover`: deleted files of an image into a folder, named by their hashes, with a manifest. */
import { placeFlags, sourceArgument } from "../browse/flags.ts";
import type { Command } from "../command.ts";

export const recoverCommand: Command = {
  name: "recover",
  summary: "write the deleted files of an image into a folder, named by their hashes, with a manifest",
  group: "source",
  args: [sourceArgument],
  flags: [
    {
      name: "to",
      value: "FOLDER",
      summary: "new or empty folder, or that of an interrupted recovery of the same source",
    },
    { name: "all", summary: "also the files that are not deleted, and their streams" },
    { name: "algorithms", value: "LIST", summary: "beside SHA-256: md5, sha1 or both with a comma between" },
    ...placeFlags,
  ],
  help: `Every content is written once, as FOLDER/ab/<sha256>. manifest.jsonl and manifest.csv name for each file its forensic path, times,
hashes, extents with their states, and how far it is what it was: certain (recorded by the file system, claimed by nothing else), probable
(put together by a rule, or claimed by another deleted file too), partial (zeros stand for what is overwritten or lost, and are listed)
or none. Bytes that belong to an allocated file are never given out as those of a deleted one. The same command continues after an
interruption; exit code 4 where the disk is full. Names of the evidence never become names of files.

  vestige recover M01.E01 --to recovered
  vestige recover M01.E01/p1/fat:/ --to recovered --algorithms md5
  vestige recover M01.E01 --to everything --all --json`,
  async run(context) {
    const { recoverOf } = await import("../browse/recover.ts");
    return recoverOf(context);
  },
};
