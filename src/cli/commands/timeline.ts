/** `vestige timeline`: every time that the file systems of an image record. */
import { placeFlags, sourceArgument } from "../browse/flags.ts";
import type { Command } from "../command.ts";

export const timelineCommand: Command = {
  name: "timeline",
  summary: "give every time that the file systems of an image record, as a body file for mactime or as CSV",
  group: "source",
  args: [sourceArgument],
  flags: [
    { name: "format", value: "NAME", summary: "body (The Sleuth Kit 3, default) or csv", choices: ["body", "csv"] },
    { name: "from", value: "DATE", summary: "no times before (2024-05-17, 2024-05-17T13:37:00Z)" },
    { name: "to", value: "DATE", summary: "no times after; a day is meant to its end" },
    { name: "zone", value: "OFFSET", summary: "what local times without zone are taken for: UTC (default), +02:00" },
    { name: "hash", summary: "body: with the MD5 of each content that is complete" },
    ...placeFlags,
  ],
  help: `Where a file system keeps several sets of times, each is given: of NTFS those of $SI and those of $FN. The time of deletion that ext
records is no row of its own: vestige stat shows it. Body files hold whole seconds in UTC, and %25 for each % of a path, as mactime
expects; a stream has the times of its file there. CSV has the digits that are recorded, the zone ("utc", "offset" or "local-unknown")
and the time in UTC. File systems like FAT record local times and no zone: they are taken as --zone, and how many there were is said.
Times outside of --from and --to are left out (0 in a body file). Rows come in the order of the file system: mactime, or
sort -t, -k2, puts them in that of time.

  vestige timeline M01.E01 > body; mactime -b body -z UTC
  vestige timeline M01.E01 --format csv --from 2024-05-01 --to 2024-05-31
  vestige timeline M01.E01 --at p1/fat:/ --zone +02:00 --json`,
  async run(context) {
    const { timelineOf } = await import("../browse/timeline.ts");
    return timelineOf(context);
  },
};
