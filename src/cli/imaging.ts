/** Acquiring a device or a file as a medium: flags to plan, with a case or without, and what is told of it. */
import { readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import { asJson, acquireImageExhibit, imageBody, type ImageBody } from "../acquire/acquire-image-exhibit.ts";
import { acquireImage } from "../acquire/acquire-image.ts";
import { compressions, imageFormats, isPartialOf, type ImagePlan } from "../acquire/image-plan.ts";
import { checkedMedium, checkTarget, isFolder, segmentBytesOf, type ImageSource } from "../acquire/image-source.ts";
import { writeAtomically } from "../case/atomic-file.ts";
import { leavesName } from "../custody/image-manifest.ts";
import { imageSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { bytesText } from "./amounts.ts";
import { flagText, type CommandContext, type Flag, type FlagValues } from "./command.ts";
import { openDesk } from "./desk.ts";
import type { Output } from "./output.ts";
import { ProgressLine } from "./progress.ts";

export const imageFlags: readonly Flag[] = [
  { name: "format", value: "NAME", summary: "image of a device or file: raw or e01", choices: imageFormats },
  { name: "compression", value: "HOW", summary: "of an e01 image (default: fast)", choices: compressions },
  {
    name: "segment-size",
    value: "SIZE",
    summary: "no file of the image is larger, as 650M or 2G (default: e01 2000M, raw one file)",
  },
  { name: "to", value: "PATH", summary: "image without a case: folder and name without ending" },
];

/** True where the flags ask for an image or the source is no folder. Throws OperatorError where the two disagree. */
export function asksForImage(source: string, flags: FlagValues): boolean {
  const asked = imageFlags.some(({ name }) => flags[name] !== undefined);
  if (!isFolder(source)) return true;
  if (asked) throw new OperatorError("usage/format", imageSays.formatForFolder(resolve(source)));
  return false;
}

type Said = Pick<ImagePlan["said"], "caseNumber" | "evidenceNumber" | "examiner" | "description">;

function planOf(
  source: ImageSource,
  flags: FlagValues,
  place: { folder: string; stem: string },
  said: Said,
): ImagePlan {
  const format = imageFormats.find((name) => name === flagText(flags, "format"));
  if (!format) throw new OperatorError("usage/format", imageSays.formatMissing());
  const compression = compressions.find((name) => name === flagText(flags, "compression"));
  if (format === "raw" && compression) throw new OperatorError("usage/compression", imageSays.rawCompression());
  const segment = flagText(flags, "segment-size");
  const { facts, size, sectorBytes } = source;
  const { model, serial, kind, removable } = facts;
  return {
    ...place,
    format,
    compression: format === "raw" ? "none" : (compression ?? "fast"),
    segmentBytes: segment === null ? null : segmentBytesOf(segment, format),
    size,
    sectorBytes,
    said: {
      ...said,
      model: model ?? "",
      serial: serial ?? "",
      physical: kind === "disk",
      removable: removable === true,
    },
  };
}

/** `vestige acquire CASE LABEL DEVICE --format …` */
export async function imageIntoCase(context: CommandContext): Promise<ExitCode> {
  const [folder, label, given] = context.args as [string, string, string];
  const source = checkedMedium(given);
  const desk = await openDesk(context, folder);
  const progress = new ProgressLine(context.output);
  try {
    const said = {
      caseNumber: desk.theCase.file.number,
      evidenceNumber: label,
      examiner: desk.signer.officer,
      description: "",
    };
    const place = { folder: desk.theCase.paths.exhibit(label), stem: label };
    const body = await acquireImageExhibit({
      ...desk,
      label,
      source,
      plan: planOf(source, context.flags, place, said),
      workers: desk.machine.workers,
      onProgress: (stage, bytes, total) => progress.imaging(stage, bytes, total),
      onNote: (sentence) => context.output.note(sentence),
    });
    progress.end();
    return tellImaged(body, label, context.output);
  } finally {
    progress.end();
    desk.journal.close();
  }
}

/** `vestige acquire DEVICE --to PATH --format …`: hashes and block list beside the image, unsigned. */
export async function imageWithoutCase(context: CommandContext, to: string, workers: number): Promise<ExitCode> {
  const source = checkedMedium(context.args[0] as string);
  const target = resolve(to);
  const place = { folder: dirname(target), stem: basename(target) };
  const said = { caseNumber: "", evidenceNumber: place.stem, examiner: "", description: "" };
  const plan = planOf(source, context.flags, place, said);
  checkTarget(source, plan);
  const left = readdirSync(place.folder).find((name) => isPartialOf(place.stem, name));
  if (left !== undefined) throw new OperatorError("target/partial", imageSays.targetPartial(left));
  const progress = new ProgressLine(context.output);
  const started = new Date().toISOString();
  try {
    const result = await acquireImage({
      source: source.path,
      plan,
      workers,
      signal: context.signal,
      onProgress: (stage, bytes, total) => progress.imaging(stage, bytes, total),
    });
    progress.end();
    const facts = { caseId: "", exhibit: place.stem, selfTest: null, started, source, plan, workers };
    const body = imageBody(facts, result);
    writeAtomically(`${target}.${leavesName}`, result.leaves);
    writeAtomically(sidecarOf(target), `${canonicalJson(asJson(body))}\n`);
    context.output.note(imageSays.unsigned(context.output.safe(sidecarOf(target))));
    return tellImaged(body, place.stem, context.output);
  } finally {
    progress.end();
  }
}

/** The unsigned facts beside an image that was made without a case; `target` is its path without ending. */
export function sidecarOf(target: string): string {
  return `${target}.acquisition.json`;
}

const shownRanges = 20;

/** Bad sectors are loss. */
function tellImaged(body: ImageBody, name: string, output: Output): ExitCode {
  const { bytes, image, speed, hashes, blocks, badSectors, badRanges, sectorBytes, source } = body;
  const rate = `${bytesText(speed.bytesPerSecond)}/s`;
  output.line(imageSays.imaged(output.safe(name), bytesText(bytes), image.segments.length, rate));
  for (const [algorithm, value] of Object.entries(hashes)) output.line(imageSays.hashLine(algorithm, value));
  output.line(imageSays.hashLine("block tree", blocks.root));
  if (badSectors > 0) {
    output.line(imageSays.badSectors(badSectors, badRanges.length, sectorBytes));
    for (const { first, count } of badRanges.slice(0, shownRanges)) output.line(imageSays.badRange(first, count));
    if (badRanges.length > shownRanges) output.line(imageSays.moreRanges(badRanges.length - shownRanges));
  }
  output.event("vestige.acquisition/1", "acquisition", {
    exhibit: name,
    source,
    bytes,
    sectorBytes,
    hashes: { ...hashes },
    root: blocks.root,
    segments: image.segments.map((segment) => ({ ...segment })),
    badSectors,
    badRanges: badRanges.map((range) => ({ ...range })),
    speed: { ...speed },
  });
  const exit = badSectors > 0 ? exitCodes.loss : exitCodes.done;
  output.summary(exit, { bytes, badSectors });
  return exit;
}
