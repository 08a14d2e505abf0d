/** Acquiring a device, a file, an image or a stream as a medium: with a case or without, begun or continued. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import { acquireImageExhibit, giveUp } from "../acquire/image/acquire-image-exhibit.ts";
import { acquireImage } from "../acquire/image/acquire-image.ts";
import { checkedSource, type CheckedSource } from "../acquire/image/checked-source.ts";
import { checkTargets } from "../acquire/image/checked-targets.ts";
import { asJson, disagreements, imageBody } from "../acquire/image/describe-image.ts";
import type { ImageBody } from "../acquire/image/image-body.ts";
import type { ImagePlan } from "../acquire/image/image-plan.ts";
import { checkIndependently } from "../acquire/image/independent-reader.ts";
import {
  announceResume,
  dropResume,
  isPackedOtherwise,
  readResume,
  type ResumeState,
} from "../acquire/image/resume-record.ts";
import { targetError, type TargetNote } from "../acquire/image/segment-files.ts";
import { removeLeft, unname } from "../acquire/image/standing.ts";
import type { TriageNote } from "../acquire/image/triage-thread.ts";
import { readExhibit } from "../case/case-folder.ts";
import { writeAtomically } from "../case/atomic-file.ts";
import { leavesName } from "../custody/image-manifest.ts";
import { imageSays, triageSays } from "../messages/en.ts";
import { OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { protectSource } from "../platform/write-protection.ts";
import { flagList, flagText, type CommandContext, type FlagValues } from "./command.ts";
import type { Desk } from "../pipeline.ts";
import { openDesk } from "./desk.ts";
import { differsFrom, overridesOf, planFlagsGiven, planOf, type Place, type Said } from "./imaging-flags.ts";
import type { Output } from "./output.ts";
import { ProgressLine } from "./progress.ts";
import { tellImaged } from "./tell-imaged.ts";

/** What a start of `vestige acquire` does: a new plan, or the one that was interrupted. */
interface Begun {
  readonly plan: ImagePlan;
  readonly resume: ResumeState | null;
}

/**
 * Continues what an interrupted start left, where it is the same medium and nothing else is asked for. Throws OperatorError
 * where there is nothing, or something else, to continue.
 */
function begin(source: CheckedSource, flags: FlagValues, place: Place, said: Said, left: ResumeState | null): Begun {
  if (left === null) {
    if (flags["resume"]) throw new OperatorError("resume/nothing", imageSays.nothingToResume(place.stem));
    return { plan: planOf(source, flags, place, said), resume: null };
  }
  const { plan, source: before } = left.head;
  const { model, serial } = source.facts;
  if (isPackedOtherwise(left.head)) {
    throw new OperatorError("resume/other-version", imageSays.otherVersion(place.stem, plan.software));
  }
  if (plan.size === null) throw new OperatorError("resume/stream", imageSays.streamNotContinued(place.stem));
  // A device may come back under another name; a file or an image is where it was.
  const moved = source.kind !== "device" && source.path !== before.path;
  const same = plan.size === source.size && plan.sectorBytes === source.sectorBytes && !moved;
  if (!same || before.model !== model || before.serial !== serial) {
    throw new OperatorError("resume/other-medium", imageSays.otherMedium(place.stem, before.path));
  }
  // What is not given is that of the interrupted image; what is given must be it.
  const asked = planOf(source, { ...flags, format: flags["format"] ?? plan.targets[0].format }, place, said);
  if (differsFrom(plan, asked, flags)) {
    throw new OperatorError("resume/other-plan", imageSays.otherPlan(place.stem, planFlagsGiven(flags)));
  }
  return { plan, resume: left };
}

/** A clone overwrites: the device must be named twice. */
function checkConfirmed(plan: ImagePlan, flags: FlagValues): void {
  for (const { format, folder } of plan.targets) {
    if (format !== "clone") continue;
    if (!flagList(flags, "confirm").some((device) => resolve(device) === folder)) {
      throw new OperatorError("target/confirm", imageSays.confirmClone(folder));
    }
  }
}

function machineOf(context: Pick<CommandContext, "flags" | "output" | "signal">, progress: ProgressLine) {
  const { flags, output, signal } = context;
  return {
    signal,
    waitForSpace: flagText(flags, "when-full") !== "stop",
    reread: flags["reread"] === true,
    triage: flags["no-triage"] !== true,
    independent: flags["independent"] === true,
    onProgress: (stage: "read" | "verify", bytes: number, total: number | null) =>
      progress.imaging(stage, bytes, total),
    onTarget: (note: TargetNote) => tellTarget(note, output),
    onTriage: ({ facts, summary }: TriageNote) => {
      if (summary === null) progress.glimpse(triageSays.triageLine(facts));
    },
  };
}

function tellTarget(note: TargetNote, output: Output): void {
  if (note.target === "waiting") output.warn(imageSays.waitingForSpace(output.safe(note.folder), note.needed));
  else if (note.target === "going-on") output.note(imageSays.goingOn(output.safe(note.folder)));
  else output.warn(imageSays.movedOn(output.safe(note.from), output.safe(note.to)));
  output.event("vestige.target/1", "target", { ...note });
}

function sourceOf(given: string, flags: FlagValues): CheckedSource {
  return checkedSource(given, { asFile: flags["as-file"] === true, overrides: overridesOf(flags) });
}

/** `vestige acquire CASE LABEL DEVICE --format …` */
export async function imageIntoCase(context: CommandContext): Promise<ExitCode> {
  const [folder, label, given] = context.args as [string, string, string];
  const { flags, output } = context;
  const source = sourceOf(given, flags);
  const desk = await openDesk(context, folder);
  try {
    const body = await imageExhibit(desk, label, source, context);
    return tellImaged(body, label, output, disagreements(source, body.hashes).length > 0);
  } finally {
    desk.journal.close();
  }
}

/** Images a medium as an exhibit of an open case, or continues that. Throws OperatorError. */
export async function imageExhibit(
  desk: Desk,
  label: string,
  source: CheckedSource,
  context: Pick<CommandContext, "flags" | "output" | "signal">,
): Promise<ImageBody> {
  const { flags, output } = context;
  const progress = new ProgressLine(output);
  try {
    const { theCase, signer } = desk;
    if (flagText(flags, "format") === "clone") throw new OperatorError("usage/clone", imageSays.cloneInCase());
    const place = { folder: theCase.paths.exhibit(label), stem: label };
    const { description } = readExhibit(theCase, label);
    const said = { caseNumber: theCase.file.number, evidenceNumber: label, examiner: signer.officer, description };
    const left = existsSync(place.folder) ? readResume(place.folder, label) : null;
    const dropped = left !== null && flags["restart"] === true;
    if (dropped) output.note(imageSays.partialsRemoved(output.safe(giveUp({ ...desk, label }, left).join(", "))));
    const begun = begin(source, flags, place, said, dropped ? null : left);
    checkConfirmed(begun.plan, flags);
    if (begun.resume) output.note(imageSays.continuing(begun.resume.head.started));
    return await acquireImageExhibit({
      ...desk,
      ...machineOf(context, progress),
      ...begun,
      label,
      source,
      overrides: overridesOf(flags),
      workers: desk.machine.workers,
      onNote: (sentence) => output.note(sentence),
    });
  } finally {
    progress.end();
  }
}

/** A medium as `vestige run` takes it: compressed, in one file where its size is none that E01 can hold. */
export function plainSource(given: string, flags: FlagValues): { source: CheckedSource; flags: FlagValues } {
  const source = sourceOf(given, flags);
  const isWhole = source.size !== null && source.size % source.sectorBytes === 0;
  return { source, flags: { ...flags, format: isWhole ? "e01" : "raw" } };
}

/** `vestige acquire DEVICE --to PATH --format …`: hashes and block list beside the image, unsigned. */
export async function imageWithoutCase(context: CommandContext, to: string, workers: number): Promise<ExitCode> {
  return imageSource(sourceOf(context.args[0] as string, context.flags), context, to, workers);
}

/** The same for a source that was opened and checked otherwise. */
export async function imageSource(
  source: CheckedSource,
  context: CommandContext,
  to: string,
  workers: number,
): Promise<ExitCode> {
  const { flags, output } = context;
  const target = resolve(to);
  const place = { folder: dirname(target), stem: basename(target) };
  const said = { caseNumber: "", evidenceNumber: place.stem, examiner: "", description: "" };
  const record = recordPlace(place, flags);
  const left = existsSync(record.folder) ? readResume(record.folder, record.stem) : null;
  if (left && flags["restart"] === true)
    output.note(imageSays.partialsRemoved(output.safe(drop(left, record).join(", "))));
  const { plan, resume } = begin(source, flags, place, said, flags["restart"] === true ? null : left);
  checkConfirmed(plan, flags);
  const overrides = overridesOf(flags);
  const overridden = [...source.overridden, ...checkTargets(source, plan, overrides, resume !== null)];
  const progress = new ProgressLine(output);
  const machine = machineOf(context, progress);
  const started = resume?.head.started ?? new Date().toISOString();
  if (resume) output.note(imageSays.continuing(started));
  try {
    const { model, serial } = source.facts;
    const head = { source: { path: source.path, model, serial }, plan, started };
    if (!resume) announceResume(record.folder, record.stem, head);
    // A part of an image has a path that no file has.
    const protection = protectSource(source.kind === "image" ? "-" : source.path);
    const result = await acquireImage({
      ...machine,
      ...{ source: source.spec, plan, record, resume, workers },
      onNote: (sentence) => output.note(sentence),
    });
    progress.end();
    const independent = machine.independent ? checkIndependently(plan, result.targets) : [];
    const facts = { caseId: "", exhibit: record.stem, selfTest: null, protection, overridden, independent };
    const body = imageBody({ ...facts, started, source, plan, workers }, result);
    const beside = resolve(record.folder, record.stem);
    writeFacts(record.folder, beside, body, result.leaves);
    dropResume(record.folder, record.stem);
    output.note(imageSays.unsigned(output.safe(sidecarOf(beside))));
    return tellImaged(body, record.stem, output, disagreements(source, body.hashes).length > 0);
  } finally {
    progress.end();
  }
}

/** Throws OperatorError (4) where the disk is full: the image is whole then, and is only read again. */
function writeFacts(folder: string, beside: string, body: ImageBody, leaves: Uint8Array): void {
  try {
    writeAtomically(`${beside}.${leavesName}`, leaves);
    writeAtomically(sidecarOf(beside), `${canonicalJson(asJson(body))}\n`);
  } catch (error) {
    throw targetError(error, folder);
  }
}

/** Records lie beside the image; those of a clone, which lies on a device, where the officer stands. */
function recordPlace(place: Place, flags: FlagValues): Place {
  if (flagText(flags, "format") !== "clone") return place;
  const device = statSync(resolve(place.folder, place.stem), { throwIfNoEntry: false })?.isBlockDevice() === true;
  return device ? { folder: process.cwd(), stem: `clone-${place.stem}` } : place;
}

function drop({ head: { plan } }: ResumeState, { folder, stem }: Place): string[] {
  plan.targets.forEach(unname);
  const removed = plan.targets.flatMap(removeLeft);
  dropResume(folder, stem);
  return removed;
}

/** The unsigned facts beside an image that was made without a case; `target` is its path without ending. */
export function sidecarOf(target: string): string {
  return `${target}.acquisition.json`;
}
