/** `vestige copy`: preservation copies of an exhibit, their checks, and where they are kept. */
import { escapeForTerminal } from "../../../native-free/model/escape.ts";
import { abandonCopy, copyExhibit, moveCopy, verifyCopy } from "../../acquire/copies/copy-exhibit.ts";
import type { CopyResult, SaidOfCopy } from "../../acquire/copies/copy-exhibit.ts";
import { copySays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { bytesText } from "../amounts.ts";
import { flagText, type Command, type CommandContext, type FlagValues } from "../command.ts";
import { openDesk } from "../desk.ts";
import type { Output } from "../output.ts";
import { ProgressLine } from "../progress.ts";

export const copyCommand: Command = {
  name: "copy",
  summary: "make, check and keep track of preservation copies of an exhibit",
  group: "custody",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "LABEL", summary: "label of an acquired exhibit" },
  ],
  flags: [
    { name: "to", value: "FOLDER", summary: "make a copy in this folder: absent, empty, or an interrupted copy" },
    { name: "verify", value: "COPY", summary: "read a copy again, as M01-c1, and compare it with what was signed" },
    { name: "moved", value: "COPY", summary: "record that a copy is kept elsewhere or was handed over" },
    { name: "abandon", value: "COPY", summary: "record that an interrupted copy will not be finished" },
    { name: "place", value: "FOLDER", summary: "--verify, --moved: the folder in which the copy is now" },
    { name: "location", value: "TEXT", summary: "where the copy is kept, as “vault 2, shelf 4”" },
    { name: "medium", value: "TEXT", summary: "number of the medium that holds it" },
    { name: "handed-from", value: "NAME", summary: "who gave it" },
    { name: "handed-to", value: "NAME", summary: "who took it" },
    { name: "check-every", value: "DAYS", summary: "days until the next check; vestige custody due lists what is due" },
  ],
  help: `The image, the signed manifest, the block hashes and the form of the exhibit are copied to a folder outside the case,
synced, read again and compared with the signed hashes; files have names that end in .partial until then. An interrupted
copy continues when the same command is run again. Where copies are and how their checks ended is in the journal. Exits 1
where a file of the copy is not what was signed.

  vestige copy CASE M01 --to /mnt/archive/M01 --medium LTO-0042 --location "vault 2" --check-every 365
  vestige copy CASE M01 --verify M01-c1 --place /media/usb/M01
  vestige copy CASE M01 --moved M01-c1 --location "court registry" --handed-from "A. Officer" --handed-to "B. Clerk"`,
  run: runCopy,
};

async function runCopy(context: CommandContext): Promise<ExitCode> {
  const [folder, label] = context.args as [string, string];
  const { flags, output } = context;
  const asked = ["to", "verify", "moved", "abandon"].map((name) => flagText(flags, name));
  const [to, verify, moved, abandon] = asked;
  if (asked.filter((value) => value !== null).length !== 1) {
    throw new OperatorError("usage/copy", copySays.oneOfFour());
  }
  const said = saidIn(flags);
  const place = flagText(flags, "place");
  const nothingSaid = [said.location, said.medium, said.handedTo, place].every((value) => value === null);
  if (moved !== null && nothingSaid) throw new OperatorError("usage/copy", copySays.movedWhere());
  const desk = await openDesk(context, folder);
  const progress = new ProgressLine(output);
  const onProgress = (stage: "copy" | "verify", bytes: number, total: number): void =>
    progress.passing(`copy-${stage}`, (...amounts) => copySays.progress(stage, ...amounts), bytes, total);
  try {
    if (moved !== null || abandon !== null) {
      if (moved !== null) moveCopy(desk, label, moved, said, place);
      else abandonCopy(desk, label, abandon ?? "");
      const name = output.safe(moved ?? abandon ?? "");
      output.line(moved === null ? copySays.abandoned(name) : copySays.moved(name));
      output.summary(exitCodes.done, {});
      return exitCodes.done;
    }
    const common = { ...desk, label, said, onProgress };
    const result =
      to === null ? await verifyCopy({ ...common, copy: verify ?? "", place }) : await copyExhibit({ ...common, to });
    progress.end();
    return tellCopy(result, to !== null, label, output);
  } finally {
    progress.end();
    desk.journal.close();
  }
}

function saidIn(flags: FlagValues): SaidOfCopy {
  const said = (name: string): string | null => flagText(flags, name)?.trim() || null;
  const days = flagText(flags, "check-every");
  const checkEvery = days === null ? null : Number(days);
  if (checkEvery !== null && (!/^\d{1,5}$/.test(days ?? "") || checkEvery < 1 || checkEvery > 36_500)) {
    throw new OperatorError("usage/days", copySays.badDays(escapeForTerminal(days ?? "")));
  }
  return {
    location: said("location"),
    medium: said("medium"),
    handedFrom: said("handed-from"),
    handedTo: said("handed-to"),
    checkEvery,
  };
}

function tellCopy(result: CopyResult, made: boolean, exhibit: string, output: Output): ExitCode {
  const { copy, place, files, bytes, problems, cacheDropped, nextCheck } = result;
  const ok = problems.length === 0;
  const shown = output.safe(place);
  if (ok) output.line((made ? copySays.copied : copySays.checked)(copy, files.length, bytesText(bytes), shown));
  else output.line(copySays.copyBad(copy, problems.length));
  for (const { file, problem } of problems) output.line(copySays.fileBad(output.safe(file), problem));
  if (!ok && made) output.line(copySays.partialsKept());
  if (made && result.besideCase) output.warn(copySays.besideCase());
  if (!cacheDropped) output.warn(copySays.cacheMayAnswer());
  if (nextCheck !== null) output.line(copySays.nextCheck(nextCheck));
  const listed = files.map((file) => ({ ...file }));
  const wrong = problems.map((problem) => ({ ...problem }));
  output.event("vestige.copy/1", made ? "copied" : "checked", {
    ...{ copy, exhibit, place, bytes, ok, cacheDropped, nextCheck, files: listed, problems: wrong },
  });
  const exit = ok ? exitCodes.done : exitCodes.loss;
  output.summary(exit, { files: files.length, bytes, problems: problems.length });
  return exit;
}
