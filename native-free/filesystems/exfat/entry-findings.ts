/** Findings of single entries, from what the look at the whole volume noted and from the entries themselves. */
import { finding, type Finding } from "../../model/findings.ts";
import { guessesOf } from "./deleted.ts";
import { trouble, type ExfatEntry } from "./entry.ts";
import { slotBytes } from "./layouts.ts";
import type { Structures } from "./structures.ts";
import type { Survey, Trouble } from "./survey.ts";
import { nameHash } from "./upcase.ts";
import type { ExfatVolume } from "./volume.ts";

export function findingsOfEntry(volume: ExfatVolume, survey: Survey, known: Structures, entry: ExfatEntry): Finding[] {
  const found = (survey.troubles.get(entry.offset) ?? []).map((each) => findingOf(each, entry.statedSize));
  const damaged = survey.damaged.get(entry.offset);
  const place = { offset: entry.offset, length: slotBytes };
  if (damaged !== undefined) found.push(finding("filesystem/directory-damaged", { entries: damaged }));
  if (entry.kind === "metadata" || entry.kind === "stream") return found;
  if (entry.invalidTimes > 0) found.push(finding("filesystem/time-invalid", { times: entry.invalidTimes }, place));
  found.push(...findingsOfSet(volume, known, entry, place));
  if (entry.kind === "directory") return found;
  if (entry.live && entry.cluster === 0 && entry.statedSize > 0) {
    found.push(finding("filesystem/content-short", { bytes: 0, expected: entry.statedSize }, place));
  }
  if (!entry.live) {
    const skipped = guessesOf(volume, survey, entry);
    if (skipped >= 0) found.push(finding("filesystem/reconstructed", { skipped }));
  }
  return found;
}

function findingsOfSet(
  volume: ExfatVolume,
  known: Structures,
  entry: ExfatEntry,
  place: { offset: number; length: number },
): Finding[] {
  const found: Finding[] = [];
  const { troubles, statedSize, validSize } = entry;
  if ((troubles & trouble.checksum) !== 0) found.push(finding("exfat/set-checksum", {}, place));
  if ((troubles & trouble.incomplete) !== 0) found.push(finding("exfat/set-incomplete", {}, place));
  if ((troubles & trouble.damaged) !== 0) found.push(finding("exfat/set-damaged", {}, place));
  if ((troubles & trouble.forbidden) !== 0) found.push(finding("exfat/allocation-forbidden", {}, place));
  if ((troubles & trouble.sizes) !== 0) found.push(finding("exfat/valid-length", {}, place));
  else if (validSize < statedSize && entry.kind === "file") {
    found.push(finding("exfat/not-written", { bytes: statedSize - validSize }, place));
  }
  if (statedSize > volume.geometry.size) {
    found.push(finding("filesystem/size-beyond-volume", { bytes: statedSize }, place));
  }
  // Without all of the name there is nothing to compare.
  const isWhole = entry.nameHash >= 0 && (troubles & trouble.incomplete) === 0 && entry.name.bytes === null;
  if (isWhole && known.upcase !== null && nameHash(entry.name.text, known.upcase) !== entry.nameHash) {
    found.push(finding("exfat/name-hash", {}, place));
  }
  return found;
}

/** Root directory: it has no entry that could carry its findings. */
export function findingsOfRoot(survey: Survey): Finding[] {
  const found = (survey.troubles.get(-1) ?? []).map((each) => findingOf(each, 0));
  const damaged = survey.damaged.get(-1);
  return damaged === undefined ? found : [...found, finding("filesystem/directory-damaged", { entries: damaged })];
}

function findingOf({ end, block }: Trouble, size: number): Finding {
  switch (end) {
    case "loop":
      return finding("filesystem/loop", { block });
    case "directory-loop":
      return finding("filesystem/directory-loop", { block });
    case "claimed":
      return finding("filesystem/cross-linked", { block });
    case "outside":
      return finding("filesystem/outside-volume", { block });
    case "short":
      return finding("filesystem/content-short", { bytes: block, expected: size });
    case "long":
      return finding("filesystem/content-long", { bytes: block });
    case "unmarked":
      return finding("exfat/unmarked", { clusters: block });
    case "free":
    case "bad":
      return finding("filesystem/chain-cut", { block, problem: end });
    default:
      throw new Error(`not trouble: ${end}`);
  }
}
