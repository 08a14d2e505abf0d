/** `vestige wipe`: overwrites a target medium and reads it back, after a typed confirmation. */
import { createInterface } from "node:readline/promises";
import { wipePatterns, type RangeSum } from "../../acquire/wipe/wipe-medium.ts";
import { wipeTarget, type WipeBody } from "../../acquire/wipe/wipe-record.ts";
import { checkedTarget, type WipeTarget } from "../../acquire/wipe/wipe-target.ts";
import { wipeSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { bytesText } from "../amounts.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { openDesk } from "../desk.ts";
import type { JsonValue, Output } from "../output.ts";
import { ProgressLine } from "../progress.ts";

export const wipeCommand: Command = {
  name: "wipe",
  summary: "overwrite a target medium and read it back, so that nothing old is on it",
  group: "custody",
  args: [{ name: "TARGET", summary: "block device that is to hold evidence" }],
  flags: [
    { name: "verify", summary: "read everything back and compare it" },
    { name: "pattern", value: "NAME", summary: "what is written (default: zeros)", choices: wipePatterns },
    { name: "case", value: "CASE", summary: "record it in the journal of this case, and refuse its evidence" },
    { name: "confirm", value: "TEXT", summary: "serial number or path of the target, where nobody can be asked" },
    { name: "record", value: "FILE", summary: "write a record, signed with --case" },
    { name: "file", summary: "the target is a file that stands for a medium" },
  ],
  help: `Refused: media of which anything is mounted, in use as swap space or held by something built upon it, the running system,
read-only media, files of a case, and with --case what one of its exhibits was read from. Before the first byte is written,
model, serial number and size are shown, and the serial number or the path must be typed. A random stream can be made
again from its recorded key. Exits 1 where a range was not written or reads differently; the ranges are named.

  vestige wipe /dev/sdc --verify
  vestige wipe /dev/sdc --verify --pattern random --case CASE --record sdc.json`,
  run: runWipe,
};

async function runWipe(context: CommandContext): Promise<ExitCode> {
  const { flags, output, signal } = context;
  const [given] = context.args as [string];
  const asFile = flags["file"] === true;
  checkedTarget(given, { asFile, theCase: null, journal: null });
  const folder = flagText(flags, "case");
  const desk = folder === null ? null : await openDesk(context, folder);
  const progress = new ProgressLine(output);
  try {
    const { theCase = null, journal = null } = desk ?? {};
    const target = checkedTarget(given, { asFile, theCase, journal });
    await confirm(target, context);
    const recordFile = flagText(flags, "record");
    const pattern = wipePatterns.find((name) => name === flagText(flags, "pattern")) ?? "zeros";
    const body = await wipeTarget({
      ...{ target, pattern, verify: flags["verify"] === true, desk, recordFile, signal },
      onProgress: (stage, bytes, total) =>
        progress.passing(`wipe-${stage}`, (...amounts) => wipeSays.progress(stage, ...amounts), bytes, total),
    });
    progress.end();
    const exit = tellWiped(body, output);
    if (recordFile !== null) output.line(wipeSays.recordWritten(output.safe(recordFile), desk !== null));
    output.summary(exit, { bytes: body.bytes, refused: body.refused.bytes });
    return exit;
  } finally {
    progress.end();
    desk?.journal.close();
  }
}

/** Shows the target and asks for its serial number or path. Throws OperatorError where anything else is answered. */
async function confirm(target: WipeTarget, { flags, output }: CommandContext): Promise<void> {
  const { vendor, model, serial, firmware, transport, backingFile } = target.facts;
  const what = [
    ...[vendor, model],
    serial === null ? null : `serial ${serial}`,
    firmware === null ? null : `firmware ${firmware}`,
    ...[transport, backingFile === null ? null : `file ${backingFile}`],
  ].filter((part) => part !== null);
  output.note(wipeSays.about(output.safe(target.path), bytesText(target.size), output.safe(what.join(", "))));
  output.warn(wipeSays.everythingLost());
  const wanted = output.safe(target.confirmations[0] ?? target.path);
  const given = flagText(flags, "confirm") ?? (await ask(wipeSays.typeToConfirm(wanted), flags["json"] === undefined));
  if (given === null) throw new OperatorError("wipe/confirm", wipeSays.confirmMissing(wanted));
  if (!target.confirmations.includes(given.trim())) {
    throw new OperatorError("wipe/confirm", wipeSays.notConfirmed(wanted));
  }
}

/** Null where there is nobody to ask. */
async function ask(question: string, allowed: boolean): Promise<string | null> {
  if (!allowed || !process.stdin.isTTY || !process.stderr.isTTY) return null;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

const shownRanges = 20;

function tellWiped(body: WipeBody, output: Output): ExitCode {
  const { target, bytes, pattern, key, refused, syncFailed, readBack, sectorBytes, ok } = body;
  output.line(wipeSays.wiped(output.safe(target), bytesText(bytes), pattern));
  if (key !== null) output.line(wipeSays.keyLine(key));
  tellRanges(refused, wipeSays.refusedBytes, sectorBytes, output);
  if (syncFailed !== null) output.line(wipeSays.syncFailed(syncFailed));
  if (readBack === null) output.warn(wipeSays.notReadBack());
  else {
    tellRanges(readBack.differing, wipeSays.differingBytes, sectorBytes, output);
    tellRanges(readBack.unreadable, wipeSays.unreadableBytes, sectorBytes, output);
    if (readBack.from === "memory possible") output.warn(wipeSays.memoryPossible());
  }
  if (!ok) output.line(wipeSays.notSterile());
  else if (readBack !== null) output.line(wipeSays.readBackSame());
  output.warn(wipeSays.reserveAreas());
  output.event("vestige.wipe/1", "wiped", body as unknown as Record<string, JsonValue>);
  return ok ? exitCodes.done : exitCodes.loss;
}

function tellRanges(
  { bytes, ranges, more }: RangeSum,
  say: (bytes: number, ranges: number) => string,
  sectorBytes: number,
  output: Output,
): void {
  if (bytes === 0) return;
  output.line(say(bytes, ranges.length + more));
  for (const { from, to } of ranges.slice(0, shownRanges)) output.line(wipeSays.range(from, to, sectorBytes));
  const left = ranges.length + more - shownRanges;
  if (left > 0) output.line(wipeSays.moreRanges(left));
}
