/** `vestige similar`: what is like an item, and what occurs more than once. */
import { openCase, type Case } from "../../case/case-folder.ts";
import { searchSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { duplicatesOf, featuresOf, itemsLike, measures, type Measure } from "../../search/similar.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { openForSigning } from "../open-for-signing.ts";

export const similarCommand: Command = {
  name: "similar",
  summary: "items that are like one, or everything that occurs more than once",
  group: "search",
  args: [
    { name: "CASE", summary: "case folder" },
    {
      name: "ITEM",
      summary: "item id or forensic path; without it: contents with more than one occurrence",
      optional: true,
    },
  ],
  flags: [{ name: "by", value: "LIST", summary: `measures: ${measures.join(", ")} (default: all)` }],
  help: `text: share of runs of four words in common, told from 50 % on. picture: bits of the perceptual hash that differ, told up to 8 of
64. ssdeep: score from 50 on. tlsh: distance up to 100. Each item is told once, by the first of these that applies.

  vestige similar CASE M01/folder:/offer.docx
  vestige similar CASE k7w2… --by text,picture
  vestige similar CASE`,
  run: runSimilar,
};

async function runSimilar(context: CommandContext): Promise<ExitCode> {
  const [folder, item] = context.args;
  const theCase = openCase(folder as string);
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    const by = measuresOf(flagText(context.flags, "by"));
    journal.append("search", { similar: item ?? "duplicates", by: [...by] }, signer);
    if (item === undefined) return tellDuplicates(theCase, context);
    const found = itemsLike(theCase, featuresOf(theCase, item), by);
    for (const { path, measure, value, exhibit, id } of found) {
      context.output.line(`${context.output.safe(path)}  ${searchSays.alike(measure, value)}`);
      context.output.event("vestige.similar/1", "similar", { item: id, exhibit, path, measure, value });
    }
    if (found.length === 0) context.output.line(searchSays.nothingAlike());
    context.output.summary(exitCodes.done, { items: found.length });
    return exitCodes.done;
  } finally {
    journal.close();
  }
}

function tellDuplicates(theCase: Case, { output }: CommandContext): ExitCode {
  const groups = duplicatesOf(theCase);
  for (const { sha256, size, items } of groups) {
    output.line(searchSays.duplicates(items.length, size, sha256));
    for (const { path } of items) output.line(`    ${output.safe(path)}`);
    output.event("vestige.duplicates/1", "duplicates", { sha256, size, items: items.map((each) => ({ ...each })) });
  }
  output.summary(exitCodes.done, { contents: groups.length });
  return exitCodes.done;
}

function measuresOf(text: string | null): readonly Measure[] {
  if (text === null) return measures;
  const wanted = text.split(",").map((word) => word.trim());
  const unknown = wanted.find((word) => !(measures as readonly string[]).includes(word));
  if (unknown !== undefined) throw new OperatorError("usage/measure", searchSays.measureUnknown(unknown, measures));
  return measures.filter((measure) => wanted.includes(measure));
}
