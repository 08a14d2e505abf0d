/** What the officer is told of an image that was made. */
import type { ImageBody, TargetRecord } from "../acquire/image/image-body.ts";
import { imageSays } from "../messages/en.ts";
import { exitCodes, type ExitCode } from "../messages/operator-error.ts";
import { bytesText } from "./amounts.ts";
import type { Output } from "./output.ts";

const shownRanges = 20;

/** `disagreed`: with hashes that the source carries, which the notes say. Bad and unstable sectors are loss, and so is a clone that did not fit or a reader that disagrees. */
export function tellImaged(body: ImageBody, name: string, output: Output, disagreed = false): ExitCode {
  const { bytes, image, further, speed, hashes, blocks } = body;
  const rate = `${bytesText(speed.bytesPerSecond)}/s`;
  output.line(imageSays.imaged(output.safe(name), bytesText(bytes), image.segments.length, rate));
  for (const [algorithm, value] of Object.entries(hashes)) output.line(imageSays.hashLine(algorithm, value));
  output.line(imageSays.hashLine("block tree", blocks.root));
  for (const target of [image, ...further]) tellTarget(target, output);
  tellErrors(body, output);
  for (const { at } of body.resumptions) output.line(imageSays.resumedAt(at));
  for (const note of body.notes) output.warn(output.safe(note));
  if (body.received) output.line(imageSays.padded(body.paddedBytes, body.received.bytes, body.received.sha256));
  if (body.protection.reason !== null) output.warn(imageSays.notProtected(output.safe(body.protection.reason)));
  tellEvent(body, name, output);
  const lost = disagreed || isLoss(body);
  const exit = lost ? exitCodes.loss : exitCodes.done;
  output.summary(exit, { bytes, badSectors: body.badSectors, unstable: body.unstable.length });
  return exit;
}

function isLoss({ badSectors, unstable, image, further }: ImageBody): boolean {
  const targets = [image, ...further];
  const short = targets.some(({ clone }) => clone !== null && clone.truncatedAt !== null);
  const disagreed = targets.some(({ checks }) => checks.some(({ ok }) => !ok));
  return badSectors > 0 || unstable.length > 0 || short || disagreed;
}

function tellTarget({ format, folder, segments, clone, checks }: TargetRecord, output: Output): void {
  const [first] = segments;
  if (folder !== null)
    output.line(imageSays.writtenTo(format, output.safe(folder), segments.length, output.safe(first.file)));
  if (clone && clone.truncatedAt !== null) output.line(imageSays.cloneShort(clone.truncatedAt));
  if (clone && clone.excess !== "none") output.line(imageSays.cloneExcess(clone.excess));
  for (const { tool, ok } of checks.slice(1)) {
    output.line(imageSays.otherReader(tool.name, tool.version, ok));
  }
}

function tellErrors(
  { badSectors, badRanges, sectorBytes, unstable, unlistedUnstable }: ImageBody,
  output: Output,
): void {
  if (badSectors > 0) {
    output.line(imageSays.badSectors(badSectors, badRanges.length, sectorBytes));
    for (const { first, count } of badRanges.slice(0, shownRanges)) output.line(imageSays.badRange(first, count));
    if (badRanges.length > shownRanges) output.line(imageSays.moreRanges(badRanges.length - shownRanges));
  }
  if (unstable.length === 0) return;
  output.line(imageSays.unstableSectors(unstable.length + unlistedUnstable));
  for (const { sector } of unstable.slice(0, shownRanges)) output.line(imageSays.badRange(sector, 1));
  if (unstable.length > shownRanges) output.line(imageSays.moreRanges(unstable.length - shownRanges));
}

function tellEvent(body: ImageBody, name: string, output: Output): void {
  const { source, bytes, sectorBytes, hashes, blocks, image, further, badSectors, badRanges, unstable, speed } = body;
  output.event("vestige.acquisition/1", "acquisition", {
    exhibit: name,
    source,
    bytes,
    sectorBytes,
    hashes: { ...hashes },
    root: blocks.root,
    segments: image.segments.map((segment) => ({ ...segment })),
    further: further.map(({ format, folder, segments }) => ({
      format,
      folder,
      segments: segments.map((segment) => ({ ...segment })),
    })),
    badSectors,
    badRanges: badRanges.map((range) => ({ ...range })),
    unstable: unstable.map(({ sector }) => sector),
    resumedAt: body.resumptions.map(({ at }) => at),
    triage: body.triage,
    speed: { ...speed },
  });
}
