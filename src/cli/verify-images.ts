/** `vestige verify` for images: exhibits of a case, and image files that lie on their own. */
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { ewfFormat } from "../../native-free/images/ewf/format.ts";
import type { ImageBody } from "../acquire/acquire-image-exhibit.ts";
import { checkImage, type ImageCheck } from "../acquire/check-image.ts";
import { openImage } from "../acquire/open-image.ts";
import { readImageAgain } from "../acquire/verify-image.ts";
import { isImageBody, leavesName, readLeaves } from "../custody/image-manifest.ts";
import { readDocument } from "../custody/manifest.ts";
import { custodySays, imageSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { bytesText } from "./amounts.ts";
import type { CommandContext } from "./command.ts";
import { sidecarOf } from "./imaging.ts";
import type { Output } from "./output.ts";
import { ProgressLine } from "./progress.ts";

/** Reads the image of an exhibit whose manifest was found sound. True where nothing changed. */
export async function verifyImageExhibit(folder: string, label: string, context: CommandContext): Promise<boolean> {
  const document = readDocument(join(folder, "acquisition.json")) as { manifest: unknown };
  const body = document.manifest as ImageBody;
  return verifyRecorded(folder, body, join(folder, leavesName), label, context);
}

async function verifyRecorded(
  folder: string,
  body: ImageBody,
  leavesFile: string,
  name: string,
  context: CommandContext,
): Promise<boolean> {
  const leaves = readLeaves(leavesFile, body.blocks);
  if (leaves === null) throw new OperatorError("image/leaves", custodySays.problem("leaves-changed"));
  const progress = new ProgressLine(context.output);
  try {
    const onProgress = (bytes: number, total: number) => progress.imaging("verify", bytes, total);
    const { signal } = context;
    const check = await checkImage({ folder, body, leaves, workers: availableParallelism(), signal, onProgress });
    progress.end();
    tellCheck(check, body, name, context.output);
    return check.ok;
  } finally {
    progress.end();
  }
}

const shownRanges = 50;

function tellCheck(check: ImageCheck, body: ImageBody, name: string, output: Output): void {
  const blocks = check.damaged.reduce((sum, { from, to }) => sum + Math.ceil((to - from) / body.blocks.blockBytes), 0);
  const sentence = check.ok
    ? custodySays.unchanged(imageSays.imageAgrees(bytesText(body.bytes), body.hashes.sha256))
    : custodySays.changed(imageSays.imageDiffers(blocks));
  output.line(custodySays.part(imageSays.lineImage(output.safe(name)), sentence));
  for (const { file, problem } of check.files) output.line(imageSays.changedFile(output.safe(file), problem));
  for (const { from, to, files } of check.damaged.slice(0, shownRanges)) {
    const sectors = [from, to - 1].map((at) => Math.floor(at / body.sectorBytes)) as [number, number];
    output.line(
      imageSays.damagedRange(
        from,
        to,
        ...sectors,
        output.safe(files.map((file) => (file === "-" ? imageSays.absentFile() : file)).join(", ")),
      ),
    );
  }
  if (check.damaged.length > shownRanges) output.line(imageSays.moreRanges(check.damaged.length - shownRanges));
  for (const finding of check.read.image.findings) output.line(imageSays.imageFinding(output.safe(finding)));
  output.event("vestige.verdict/1", "image", {
    part: "image",
    name,
    ok: check.ok,
    bytes: body.bytes,
    sha256: check.read.digest.hashes.sha256,
    damaged: check.damaged.map((range) => ({ ...range, files: [...range.files] })),
    files: check.files.map((file) => ({ ...file })),
    findings: [...check.read.image.findings],
  });
}

/** The image that a path belongs to, null where its name is that of none: `X.E01`, `X.raw`, `X.001`. */
export function looseImage(path: string): { folder: string; stem: string; format: "e01" | "raw" } | null {
  const ending = extname(path).slice(1);
  const place = { folder: dirname(path), stem: basename(path, extname(path)) };
  if (/^e(\d\d|[a-z]{2})$/i.test(ending)) return { ...place, format: "e01" };
  return /^(raw|\d{3,})$/.test(ending) && existsSync(sidecarOf(join(place.folder, place.stem)))
    ? { ...place, format: "raw" }
    : null;
}

/** `vestige verify IMAGE`: against the facts beside it where there are any, else against the hashes that an E01 keeps. */
export async function verifyLooseImage(path: string, context: CommandContext): Promise<ExitCode> {
  const found = looseImage(path);
  if (!found) throw new OperatorError("custody/verify-nothing", custodySays.verifyNothing(path));
  const beside = join(found.folder, found.stem);
  const recorded = readDocument(sidecarOf(beside));
  const ok = isImageBody(recorded)
    ? await verifyRecorded(found.folder, recorded as ImageBody, `${beside}.${leavesName}`, basename(path), context)
    : await verifyStored(path, found.folder, context);
  const exit = ok ? exitCodes.done : exitCodes.loss;
  context.output.summary(exit, { ok, parts: 1, changed: ok ? 0 : 1 });
  return exit;
}

async function verifyStored(path: string, folder: string, context: CommandContext): Promise<boolean> {
  const { output, signal } = context;
  const files = ewfFormat.segmentsOf(basename(path), readdirSync(folder)).map((file) => ({ file, size: null }));
  const opened = openImage(folder, files, "e01");
  const { size } = opened.source;
  opened.close();
  const progress = new ProgressLine(output);
  try {
    const { digest, image } = await readImageAgain({
      ...{ folder, files, format: "e01", bytes: size, workers: availableParallelism(), signal },
      onProgress: (bytes) => progress.imaging("verify", bytes, size),
    });
    progress.end();
    const stored = Object.entries(image.stored).filter((pair): pair is [string, string] => pair[1] !== null);
    if (stored.length === 0) throw new OperatorError("image/no-hashes", imageSays.nothingStored(path));
    const differing = stored.filter(([name, value]) => digest.hashes[name as "md5" | "sha1"] !== value);
    const ok = differing.length === 0 && image.findings.length === 0;
    const names = (pairs: readonly [string, string][]) => pairs.map(([name]) => name.toUpperCase()).join(", ");
    const verdict = ok
      ? custodySays.unchanged(imageSays.storedAgree(names(stored)))
      : custodySays.changed(
          differing.length > 0 ? imageSays.storedDiffer(names(differing)) : imageSays.imageDiffers(0),
        );
    output.line(custodySays.part(imageSays.lineImage(output.safe(basename(path))), verdict));
    for (const [name, value] of Object.entries(digest.hashes)) output.line(imageSays.hashLine(name, value));
    for (const finding of image.findings) output.line(imageSays.imageFinding(output.safe(finding)));
    const facts = { hashes: { ...digest.hashes }, stored: { ...image.stored }, findings: [...image.findings] };
    output.event("vestige.verdict/1", "image", { part: "image", name: basename(path), ok, bytes: size, ...facts });
    return ok;
  } finally {
    progress.end();
  }
}
