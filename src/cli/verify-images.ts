/** `vestige verify` for images: exhibits of a case, and image files that lie on their own. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { checkImage, type ImageCheck } from "../acquire/image/check-image.ts";
import {
  hashNames,
  pathsOf,
  type ImageBody,
  type TargetCheck,
  type TargetRecord,
} from "../acquire/image/image-body.ts";
import { askOtherReader } from "../acquire/image/independent-reader.ts";
import { openImage, type SegmentPath } from "../acquire/image/open-image.ts";
import { readImageAgain } from "../acquire/image/verify-image.ts";
import { isImageBody, leavesName, readLeaves } from "../custody/image-manifest.ts";
import { readDocument } from "../custody/manifest.ts";
import { custodySays, imageSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { bytesText } from "./amounts.ts";
import type { CommandContext } from "./command.ts";
import { sidecarOf } from "./imaging.ts";
import { findImage, isLogical } from "../source/image-files.ts";
import type { Output } from "./output.ts";
import { ProgressLine } from "./progress.ts";

/** Reads the image of an exhibit whose manifest was found sound. True where nothing changed. */
export async function verifyImageExhibit(folder: string, label: string, context: CommandContext): Promise<boolean> {
  const document = readDocument(join(folder, "acquisition.json")) as { manifest: unknown };
  const body = document.manifest as ImageBody;
  const nameOf = (target: TargetRecord) => (target === body.image ? label : `${label} ${target.format}`);
  return verifyRecorded(folder, body, join(folder, leavesName), nameOf, context);
}

/** Every target that was written; one that is not connected is said to be unchecked. */
async function verifyRecorded(
  folder: string,
  body: ImageBody,
  leavesFile: string,
  nameOf: (target: TargetRecord) => string,
  context: CommandContext,
): Promise<boolean> {
  const leaves = readLeaves(leavesFile, body.blocks);
  if (leaves === null) throw new OperatorError("image/leaves", custodySays.problem("leaves-changed"));
  let allSame = await verifyTarget({ folder, body, target: body.image, leaves, name: nameOf(body.image) }, context);
  for (const target of body.further) {
    const paths = pathsOf(target, folder);
    const shown = nameOf(target);
    if (paths.some(({ folder: at, file }) => existsSync(join(at, file)))) {
      allSame = (await verifyTarget({ folder, body, target, leaves, name: shown }, context)) && allSame;
    } else {
      context.output.warn(imageSays.targetAway(context.output.safe(shown), context.output.safe(target.folder ?? "")));
    }
  }
  return allSame;
}

interface Verified {
  readonly folder: string;
  readonly body: ImageBody;
  readonly target: TargetRecord;
  readonly leaves: Uint8Array;
  readonly name: string;
}

async function verifyTarget({ name, ...recorded }: Verified, context: CommandContext): Promise<boolean> {
  const progress = new ProgressLine(context.output);
  try {
    const onProgress = (bytes: number, total: number) => progress.imaging("verify", bytes, total);
    const { signal } = context;
    const check = await checkImage({ ...recorded, workers: availableParallelism(), signal, onProgress });
    progress.end();
    tellCheck(check, recorded.body, name, context.output);
    const other = askOther(recorded.target.format, pathsOf(recorded.target, recorded.folder), context);
    return check.ok && (other === null || other.ok);
  } finally {
    progress.end();
  }
}

/** The verdict of another maker's reader, where one is installed; null where none was asked. */
function askOther(format: string, files: readonly SegmentPath[], context: CommandContext): TargetCheck | null {
  if (context.flags["own-only"] === true || (format !== "e01" && format !== "ewf")) return null;
  const { output } = context;
  const paths = files.map(({ folder, file }) => join(folder, file));
  const [{ file }] = files;
  const check = paths.every((path) => existsSync(path)) ? askOtherReader("e01", paths) : null;
  if (check === null) return null;
  output.line(imageSays.otherReader(check.tool.name, check.tool.version, check.ok));
  const { tool, ok, md5, sha256 } = check;
  output.event("vestige.verdict/1", "other-reader", { part: "image", name: file, ok, md5, sha256, tool: { ...tool } });
  return check;
}

const shownRanges = 50;

function tellCheck(check: ImageCheck, body: ImageBody, name: string, output: Output): void {
  const { blockBytes } = body.blocks;
  const blocks = check.damaged.reduce((sum, { from, to }) => sum + Math.ceil((to - from) / blockBytes), 0);
  const sentence = check.ok
    ? custodySays.unchanged(imageSays.imageAgrees(bytesText(check.read.image.size), check.read.digest.hashes.sha256))
    : custodySays.changed(imageSays.imageDiffers(blocks));
  output.line(custodySays.part(imageSays.lineImage(output.safe(name)), sentence));
  for (const { file, problem } of check.files) output.line(imageSays.changedFile(output.safe(file), problem));
  for (const { from, to, files } of check.damaged.slice(0, shownRanges)) {
    const sectors = [from, to - 1].map((at) => Math.floor(at / body.sectorBytes)) as [number, number];
    const named = files.map((file) => (file === "-" ? imageSays.absentFile() : file)).join(", ");
    output.line(imageSays.damagedRange(from, to, Math.floor(from / blockBytes), ...sectors, output.safe(named)));
  }
  if (check.damaged.length > shownRanges) output.line(imageSays.moreRanges(check.damaged.length - shownRanges));
  if (!check.ok && blocks > 0) output.line(imageSays.stillStands(body.blocks.count - blocks, body.blocks.count));
  for (const finding of check.read.image.findings) output.line(imageSays.imageFinding(output.safe(finding)));
  output.event("vestige.verdict/1", "image", {
    part: "image",
    name,
    ok: check.ok,
    bytes: body.bytes,
    sha256: check.read.digest.hashes.sha256,
    damaged: check.damaged.map((range) => ({ ...range, files: [...range.files] })),
    blocks: { count: body.blocks.count, damaged: blocks },
    files: check.files.map((file) => ({ ...file })),
    findings: [...check.read.image.findings],
  });
}

/** An image file that is there, with what belongs to it. */
export interface LooseImage {
  readonly folder: string;
  readonly stem: string;
  /** Of the registration. */
  readonly format: string;
  readonly files: readonly string[];
}

/** The image that a file belongs to: one with a signature, or a raw one with its facts beside it; else null. */
export function looseImage(path: string): LooseImage | null {
  const found = findImage(path);
  const place = { folder: dirname(path), stem: basename(path, extname(path)) };
  if (!found || isLogical(found) || (!found.signed && !existsSync(sidecarOf(join(place.folder, place.stem)))))
    return null;
  return { ...place, format: found.format, files: found.names };
}

/** Without a case a target is known by its first file. */
const firstFile = ({ segments: [{ file }] }: TargetRecord): string => basename(file);

const factsEnding = sidecarOf("");

/** True for the facts that lie beside an image which was made without a case; a clone has no other file to name. */
export function isLooseFacts(path: string): boolean {
  return path.endsWith(factsEnding) && isImageBody(readDocument(path));
}

/** `vestige verify X.acquisition.json` */
export async function verifyLooseFacts(path: string, context: CommandContext): Promise<ExitCode> {
  const beside = path.slice(0, -factsEnding.length);
  const body = readDocument(path) as unknown as ImageBody;
  const ok = await verifyRecorded(dirname(path), body, `${beside}.${leavesName}`, firstFile, context);
  return concluded(ok, context);
}

function concluded(ok: boolean, { output }: CommandContext): ExitCode {
  const exit = ok ? exitCodes.done : exitCodes.loss;
  output.summary(exit, { ok, parts: 1, changed: ok ? 0 : 1 });
  return exit;
}

/** `vestige verify IMAGE`: against the facts beside it where there are any, else against the hashes that it keeps. */
export async function verifyLooseImage(path: string, found: LooseImage, context: CommandContext): Promise<ExitCode> {
  const beside = join(found.folder, found.stem);
  const recorded = readDocument(sidecarOf(beside));
  const ok = isImageBody(recorded)
    ? await verifyRecorded(found.folder, recorded as ImageBody, `${beside}.${leavesName}`, firstFile, context)
    : await verifyStored(path, found, context);
  return concluded(ok, context);
}

/** Of a set that is cut off, its end with the hashes is what is missing; whoever has it must hear that first. */
function nothingToCompare(path: string, wrong: readonly string[]): OperatorError {
  if (wrong.length === 0) return new OperatorError("image/no-hashes", imageSays.nothingStored(path));
  return new OperatorError("image/not-whole", imageSays.notWhole(path, wrong), exitCodes.loss);
}

async function verifyStored(
  path: string,
  { folder, files, format }: LooseImage,
  context: CommandContext,
): Promise<boolean> {
  const { output, signal } = context;
  const paths = files.map((file) => ({ folder, file, size: null }));
  const opened = openImage(paths, format);
  const { size } = opened.source;
  const kept = hashNames.filter((name) => opened.stored[name] !== undefined);
  const wrong = opened.findings();
  opened.close();
  if (kept.length === 0) throw nothingToCompare(path, wrong);
  const hashes = hashNames.filter((name) => kept.includes(name) || name === "sha256");
  const progress = new ProgressLine(output);
  try {
    const { digest, image } = await readImageAgain({
      ...{ files: paths, format, hashes, bytes: size, workers: availableParallelism(), signal },
      onProgress: (bytes) => progress.imaging("verify", bytes, size),
    });
    progress.end();
    const differing = kept.filter((name) => digest.hashes[name] !== image.stored[name]);
    const ok = differing.length === 0 && image.findings.length === 0;
    const names = (list: readonly string[]) => list.map((name) => name.toUpperCase()).join(", ");
    const verdict = ok
      ? custodySays.unchanged(imageSays.storedAgree(names(kept)))
      : custodySays.changed(
          differing.length > 0 ? imageSays.storedDiffer(names(differing)) : imageSays.imageDiffers(0),
        );
    output.line(custodySays.part(imageSays.lineImage(output.safe(basename(path))), verdict));
    for (const [name, value] of Object.entries(digest.hashes)) output.line(imageSays.hashLine(name, value));
    for (const finding of image.findings) output.line(imageSays.imageFinding(output.safe(finding)));
    const facts = { hashes: { ...digest.hashes }, stored: { ...image.stored }, findings: [...image.findings] };
    output.event("vestige.verdict/1", "image", { part: "image", name: basename(path), ok, bytes: size, ...facts });
    const other = askOther(format, paths, context);
    return ok && (other === null || other.ok);
  } finally {
    progress.end();
  }
}
