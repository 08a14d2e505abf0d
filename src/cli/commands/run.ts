/** `vestige run`: the whole main path in one go; run again on the same case, it continues where it stopped. */
import { existsSync, realpathSync } from "node:fs";
import { relative } from "node:path";
import { checkedSource, refuseOverlap } from "../../acquire/folder/acquisition.ts";
import type { ImageBody } from "../../acquire/image/image-body.ts";
import { isFolder } from "../../acquire/image/refusals.ts";
import { isCase, openCase, readExhibit, exhibitLabels } from "../../case/case-folder.ts";
import { cliSays, imageSays, runSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import type { Desk, PipelineResult } from "../../pipeline.ts";
import { bytesText, countText } from "../amounts.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { deskOf, machineFlags, machineOptions } from "../desk.ts";
import { intakeFlags, intakeFormOf } from "../intake-form.ts";
import { caseFlags, openDemonstrationCase, openNewCase } from "../open-new-case.ts";
import { openForSigning } from "../open-for-signing.ts";
import { ProgressLine } from "../progress.ts";
import { tellProcessed } from "../tell-result.ts";

export const runCommand: Command = {
  name: "run",
  summary: "open a case, register, acquire, process and report a folder or medium, all in one",
  group: "case",
  args: [{ name: "SOURCE", summary: "exported folder, device or image" }],
  flags: [
    { name: "case", value: "DIR", summary: "case folder; made if absent" },
    { name: "label", value: "LABEL", summary: "label of the exhibit (default: M01)" },
    ...caseFlags,
    ...intakeFlags,
    ...machineFlags,
    { name: "demonstration", summary: "a case that says of itself that it is a demonstration" },
  ],
  help: `On a terminal it asks for what is missing; without one it lists everything that is missing at once. On an existing case it
continues where it stopped.

A device or a file is imaged first (E01, compressed); what it holds is examined from the image.

  vestige run /mnt/export --case 2026-0042 --number 2026-0042 --officer "A. Officer" --authority "Decision 17/2026" \\
    --scope "Invoices 2024-2026" --description "Export of the file server"`,
  run: runAll,
};

async function runAll(context: CommandContext): Promise<ExitCode> {
  const { flags, output } = context;
  const machine = machineOptions(flags);
  const folder = flagText(flags, "case");
  if (folder === null) throw new OperatorError("usage/missing", runSays.flagsMissing(missingFlags(flags)));
  const label = flagText(flags, "label") ?? "M01";
  const source = await realSource(context.args[0] as string);
  refuseOverlap(source, folder);
  const opened = await openOrContinue(folder, label, source, context);
  const desk = await deskOf(opened.theCase, opened.journal, opened.signer, machine, context.signal);
  try {
    const result = await runStages(desk, label, source, context);
    const exit = tellRun(desk, result, context);
    const { makeReport } = await import("../../report/make-report.ts");
    const report = makeReport(desk.theCase, desk.journal, desk.signer, { signal: context.signal });
    output.line(cliSays.reportAt(report.html ?? report.json));
    output.event("vestige.report/1", "report", {
      html: report.html,
      json: report.json,
      contentHash: report.contentHash,
    });
    output.note(cliSays.tryNext(nextCommands(desk, report.html ?? report.json)));
    output.summary(exit, { exhibits: 1, items: result.run.counts.items });
    return exit;
  } finally {
    desk.journal.close();
  }
}

/** A folder that may be read, or a medium. Throws OperatorError. */
async function realSource(given: string): Promise<string> {
  if (!existsSync(given) || isFolder(given)) return checkedSource(given, null);
  // Loaded when it is needed: it brings the reader of every image format with it.
  const { holdsMedium } = await import("../../source/holds-medium.ts");
  return holdsMedium(given) ? realpathSync(given) : checkedSource(given, null);
}

/** Without a case folder nobody knows whether the rest is needed: everything that a new case needs is named at once. */
function missingFlags(flags: CommandContext["flags"]): string[] {
  const needed = ["case", "number", "officer", "authority", "scope"];
  return needed.filter((name) => flagText(flags, name) === null).map((name) => `--${name}`);
}

async function openOrContinue(folder: string, label: string, source: string, context: CommandContext) {
  if (!isCase(folder)) {
    return context.flags.demonstration === true ? openDemonstrationCase(folder, context) : openNewCase(folder, context);
  }
  const theCase = openCase(folder);
  const custody = await openForSigning(theCase, context);
  if (exhibitLabels(theCase).includes(label)) readExhibit(theCase, label);
  return { theCase, ...custody, source };
}

async function runStages(desk: Desk, label: string, source: string, context: CommandContext): Promise<PipelineResult> {
  const { output, flags } = context;
  const progress = new ProgressLine(output);
  const isMedium = !isFolder(source);
  const form = intakeFormOf(flags, isMedium ? "Medium" : "Exported folder");
  const makeImage = isMedium ? () => makeImageOf(desk, label, source, context) : null;
  const { runPipeline } = await import("../../pipeline.ts");
  const { openRunLog } = await import("../run-log.ts");
  try {
    return await runPipeline(
      desk,
      { label, source, form, makeImage },
      {
        stage: () => progress.end(),
        onAcquired: (entries, bytes) => progress.acquiring(entries, bytes),
        onExamined: (state) => progress.examining(state),
        onLog: openRunLog(desk.theCase.paths),
        onNote: (sentence) => output.note(sentence),
      },
    );
  } finally {
    progress.end();
  }
}

/** Loaded when it is needed: it brings the reader of every image format with it. */
async function makeImageOf(desk: Desk, label: string, source: string, context: CommandContext): Promise<ImageBody> {
  const { imageExhibit, plainSource } = await import("../imaging.ts");
  const { source: medium, flags } = plainSource(source, context.flags);
  return imageExhibit(desk, label, medium, { ...context, flags });
}

function tellRun(desk: Desk, { acquisition, run }: PipelineResult, { output }: CommandContext): ExitCode {
  if (acquisition.kind === "image") {
    const { image, exhibit, bytes, speed, hashes, badSectors } = acquisition;
    const rate = `${bytesText(speed.bytesPerSecond)}/s`;
    output.line(imageSays.imaged(exhibit, bytesText(bytes), image.segments.length, rate));
    output.line(imageSays.hashLine("sha256", hashes.sha256));
    const lost = badSectors > 0 ? exitCodes.loss : exitCodes.done;
    return Math.max(lost, tellProcessed(desk.theCase, run, output)) as ExitCode;
  }
  if (acquisition.entries === 0) output.note(cliSays.nothingInside(acquisition.exhibit));
  const files = countText(acquisition.kinds.file ?? 0);
  output.line(cliSays.acquired(acquisition.exhibit, files, bytesText(acquisition.bytes), acquisition.files.root));
  return tellProcessed(desk.theCase, run, output);
}

function nextCommands(desk: Desk, report: string): string[] {
  const here = realpathSync(process.cwd());
  const short = (path: string) => {
    const way = relative(here, path);
    return way === "" || way.startsWith("..") ? path : way;
  };
  const folder = short(desk.theCase.paths.root);
  const start = process.env.npm_lifecycle_event === undefined ? "vestige" : "npm run -s vestige --";
  const example = desk.theCase.file.demonstration ? "invoice" : "WORD";
  return [
    `${start} search ${folder} ${example}`,
    `${start} verify ${folder}`,
    `${start} report ${folder}`,
    `open ${short(report)} in a browser`,
  ];
}
