/** `vestige timeline`: every event of a case, or every time that the file systems of an image record. */
import { isCase } from "../../case/case-folder.ts";
import { timelineSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { placeFlags, sourceArgument } from "../browse/flags.ts";
import type { Command, Flag } from "../command.ts";

/** What is asked of a case alone. */
const caseFlags: readonly Flag[] = [
  {
    name: "kind",
    value: "LIST",
    repeat: true,
    summary: "case: only these kinds: macb, sent, received, created, taken …",
  },
  { name: "source", value: "LIST", repeat: true, summary: "case: only dates that were read there: $SI, header, exif*" },
  { name: "limit", value: "N", summary: "case: lines to show (default 100; csv and body: all), or all" },
  { name: "after", value: "CURSOR", summary: "case: go on after this event of an earlier answer" },
  {
    name: "histogram",
    value: "SIZE",
    summary: "case: how many events fall into each year, month, day or hour",
    choices: ["year", "month", "day", "hour"],
  },
  { name: "csv", summary: "case: the same as --format csv" },
  { name: "not-placed", summary: "case: the dates that have no place in time, instead of the others" },
  { name: "with-marked", summary: "case: items that officers marked as hidden, privileged or out of scope, too" },
];

export const timelineCommand: Command = {
  name: "timeline",
  summary: "give every event of a case in the order of time, or every time that the file systems of an image record",
  group: "source",
  args: [
    { ...sourceArgument, summary: `case folder, or ${sourceArgument.summary}` },
    {
      name: "QUERY",
      summary: "case: events of these items only, as vestige search finds them",
      optional: true,
      rest: true,
    },
  ],
  flags: [
    {
      name: "format",
      value: "NAME",
      summary: "body (The Sleuth Kit 3) or csv; default: of a case a table, of an image body",
      choices: ["body", "csv"],
    },
    { name: "from", value: "DATE", summary: "no times before (2024-05-17, 2024-05-17T13:37:00Z)" },
    { name: "to", value: "DATE", summary: "no times after; a day is meant to its end" },
    { name: "zone", value: "OFFSET", summary: "what local times without zone are taken for: UTC (default), +02:00" },
    ...caseFlags,
    { name: "hash", summary: "image, body: with the MD5 of each content that is complete" },
    ...placeFlags,
  ],
  help: `Of a case: events are the times of all items (macb, each with its source) and the dates that contents say of themselves (sent,
received, created, modified, printed, taken …), in one order: time, exhibit, path. A line of the table holds all dates of one item at one
instant; --json and --csv have one row for each, with the digits that are recorded. Dates without a time of day stand at the
beginning of the day, month or year. Local times without a zone are taken as --zone, and how many there were is said. Scope rules and
marks act first. Every timeline is a custody entry. In a body file a date of a content stands in all four places, its kind behind the path.

  vestige timeline CASE --from 2024-05-01 --to 2024-05-31
  vestige timeline CASE 'invoice type:mail' --kind sent,received --histogram month
  vestige timeline CASE 'exhibit:M01 ext:docx' --kind created --source core --csv > created.csv

Of an image: where a file system keeps several sets of times, each is given: of NTFS those of $SI and those of $FN. The time of deletion
that ext records is no row of its own: vestige stat shows it. Body files hold whole seconds in UTC, and %25 for each % of a path, as
mactime expects; a stream has the times of its file there. CSV has the digits that are recorded, the zone ("utc", "offset" or
"local-unknown") and the time in UTC. File systems like FAT record local times and no zone: they are taken as --zone, and how many there
were is said. Times outside of --from and --to are left out (0 in a body file). Rows come in the order of the file system: mactime, or
sort -t, -k2, puts them in that of time.

  vestige timeline M01.E01 > body; mactime -b body -z UTC
  vestige timeline M01.E01 --format csv --from 2024-05-01 --to 2024-05-31
  vestige timeline M01.E01 --at p1/fat:/ --zone +02:00 --json`,
  async run(context) {
    const { args, flags, output } = context;
    if (isCase(args[0] as string)) {
      const { caseTimelineOf } = await import("../timeline/case-timeline.ts");
      return caseTimelineOf(context);
    }
    const place = output.safe(args[0] as string);
    const given = caseFlags.find(({ name }) => flags[name] !== undefined);
    if (given) throw new OperatorError("usage/flag", timelineSays.notOfSource(given.name, place));
    if (args.length > 1) throw new OperatorError("usage/arguments", timelineSays.queryOfSource(place));
    const { timelineOf } = await import("../browse/timeline.ts");
    return timelineOf(context);
  },
};
