/** `vestige ocr`: what became of pictures and scanned pages, and which pages were read with doubt. */
import { exhibitLabels, openCase } from "../../case/case-folder.ts";
import { doubtfulPages, pictureTally } from "../../case/ocr-list.ts";
import { fullPath } from "../../case/work-file-rows.ts";
import { hasWorkFile, WorkFileReader } from "../../case/work-file-reader.ts";
import { cliSays } from "../../messages/en.ts";
import { exitCodes, type ExitCode } from "../../messages/operator-error.ts";
import type { Command, CommandContext } from "../command.ts";
import { openForSigning } from "../open-for-signing.ts";

export const ocrCommand: Command = {
  name: "ocr",
  summary: "what became of pictures and scanned pages, and pages to be read by eye",
  group: "search",
  args: [{ name: "CASE", summary: "case folder" }],
  flags: [{ name: "low", summary: "list the pages below the profile's ocr.minConfidence, the least certain first" }],
  help: `Pictures are counted by what became of their text: done; small and plain (nothing in them looks like letters); off (by the profile);
unsupported (the format is not decoded); failed; wanted (not done yet). Words, their boxes and their confidence are in the work file.

  vestige ocr CASE
  vestige ocr CASE --low`,
  run: runOcr,
};

async function runOcr(context: CommandContext): Promise<ExitCode> {
  const { args, flags, output } = context;
  const theCase = openCase(args[0] as string);
  const low = flags["low"] === true;
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    journal.append("search", { ocr: low ? "low" : "tally" }, signer);
    let lines = 0;
    for (const label of exhibitLabels(theCase).sort()) {
      const file = theCase.paths.items(label);
      if (hasWorkFile(file)) lines += told(context, label, file, low);
    }
    if (lines === 0) output.line(cliSays.ocrNothing(low));
    output.summary(exitCodes.done, low ? { pages: lines } : { kinds: lines });
    return exitCodes.done;
  } finally {
    journal.close();
  }
}

function told({ output }: CommandContext, exhibit: string, file: string, low: boolean): number {
  const reader = WorkFileReader.open(file);
  let lines = 0;
  try {
    if (low) {
      for (const page of doubtfulPages(reader)) {
        const path = fullPath(exhibit, page.path);
        output.line(`${cliSays.ocrPage(page.confidence, page.language, page.page)}  ${output.safe(path)}`);
        output.event("vestige.ocr/1", "page", { exhibit, ...page, path });
        lines += 1;
      }
      return lines;
    }
    for (const count of pictureTally(reader)) {
      output.line(`${exhibit}  ${cliSays.ocrCount(count.contents, count.ocr, count.reason)}`);
      output.event("vestige.ocr/1", "count", { exhibit, ...count });
      lines += 1;
    }
    return lines;
  } finally {
    reader.close();
  }
}
