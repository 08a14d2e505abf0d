/** What is to be said of one entry. */
import { finding, type Finding } from "../../model/findings.ts";
import type { FileExtent } from "../file-system.ts";
import type { IsoEntry } from "./entry.ts";
import type { Survey } from "./survey.ts";
import type { IsoVolume } from "./volume.ts";

/** `stored` are the extents of the content as it is stored; `packedProblem` why it is not unpacked. */
export function findingsOfEntry(
  volume: IsoVolume,
  survey: Survey,
  entry: IsoEntry,
  stored: readonly FileExtent[],
  packedProblem: string | null,
): readonly Finding[] {
  const found = [...(survey.troubles.get(entry.offset) ?? [])];
  const place = { offset: entry.offset, length: entry.window[entry.at]! };
  const { tree, state } = entry.directory;
  if (tree.rank > 0 && state === "allocated") found.push(finding("iso9660/only-in-tree", { tree: tree.kind }, place));
  if (entry.invalidTimes > 0) found.push(finding("filesystem/time-invalid", { times: entry.invalidTimes }, place));
  for (const { agree } of entry.sections) {
    if (agree) continue;
    found.push(finding("iso9660/byte-orders-differ", { field: "place or size" }, place));
    break;
  }
  const { use } = entry;
  if (use.damaged !== null) found.push(finding("iso9660/system-use-damaged", { problem: use.damaged }, place));
  if (use.sparseBytes >= 0) found.push(finding("iso9660/sparse-form", { bytes: use.sparseBytes }, place));
  if (packedProblem !== null) found.push(finding("iso9660/packed-damaged", { problem: packedProblem }, place));
  if (!entry.isDirectory) found.push(...contentFindings(volume, survey, entry, stored, place));
  return found;
}

function contentFindings(
  volume: IsoVolume,
  survey: Survey,
  entry: IsoEntry,
  stored: readonly FileExtent[],
  place: { offset: number; length: number },
): Finding[] {
  const found: Finding[] = [];
  const { blockBytes, source } = volume;
  const bytes = entry.storedBytes;
  if (bytes > source.size) found.push(finding("filesystem/size-beyond-volume", { bytes }, place));
  const outside = stored.find(({ start, length }) => start === null || start + length > source.size);
  if (outside) {
    const block = Math.floor(Math.max(outside.start ?? source.size, source.size) / blockBytes);
    found.push(finding("filesystem/outside-volume", { block }, place));
  }
  if (!entry.live || survey.claims.crossed.size === 0) return found;
  for (const { start } of stored) {
    const block = start === null ? undefined : survey.claims.crossed.get(start / blockBytes);
    if (block === undefined) continue;
    found.push(finding("filesystem/cross-linked", { block }, place));
    break;
  }
  return found;
}
