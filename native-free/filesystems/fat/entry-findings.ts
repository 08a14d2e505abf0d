/** Findings of single entries, from what the look at the whole volume noted and from the entries themselves. */
import { finding, type Finding } from "../../model/findings.ts";
import type { FatEntry } from "./entry.ts";
import { isLabel } from "./directory.ts";
import type { Survey, Trouble } from "./survey.ts";
import { free } from "../allocation-table.ts";
import { deletedExtents } from "./deleted.ts";
import { slotBytes } from "./layouts.ts";
import type { FatVolume } from "./volume.ts";

export function findingsOfEntry(volume: FatVolume, survey: Survey, entry: FatEntry): Finding[] {
  if (entry.key.endsWith(":name")) return [];
  const found = (survey.troubles.get(entry.offset) ?? []).map((trouble) => findingOf(trouble, entry.statedSize));
  const damaged = survey.damaged.get(entry.offset);
  if (damaged !== undefined) found.push(finding("filesystem/directory-damaged", { entries: damaged }));
  const place = { offset: entry.offset, length: slotBytes };
  if (entry.invalidTimes > 0) found.push(finding("filesystem/time-invalid", { times: entry.invalidTimes }, place));
  if (!entry.plausible) found.push(finding("fat/entry-implausible", {}, place));
  if (entry.brokenPieces > 0) found.push(finding("fat/long-name-broken", { pieces: entry.brokenPieces }, place));
  if (isLabel(entry.attributeBits) && (entry.parent !== null || entry.cluster !== 0 || entry.statedSize !== 0)) {
    found.push(finding("fat/label-with-content", {}, place));
  }
  if (entry.kind === "directory") return found;
  if (entry.statedSize > volume.geometry.size) {
    found.push(finding("filesystem/size-beyond-volume", { bytes: entry.statedSize }, place));
  }
  if (entry.live && entry.cluster === 0 && entry.statedSize > 0) {
    found.push(finding("filesystem/content-short", { bytes: 0, expected: entry.statedSize }, place));
  }
  if (!entry.live) found.push(...reconstruction(volume, survey, entry));
  return found;
}

/** Root directory: it has no entry that could carry its findings. */
export function findingsOfRoot(survey: Survey): Finding[] {
  const found = (survey.troubles.get(-1) ?? []).map((trouble) => findingOf(trouble, 0));
  const damaged = survey.damaged.get(-1);
  return damaged === undefined ? found : [...found, finding("filesystem/directory-damaged", { entries: damaged })];
}

/** A file of several clusters is put together by a rule, not by a record. */
function reconstruction(volume: FatVolume, survey: Survey, entry: FatEntry): Finding[] {
  const { table } = volume;
  if (volume.clustersFor(entry.statedSize) < 2 || !table.has(entry.cluster) || table.get(entry.cluster) !== free)
    return [];
  const extents = deletedExtents(volume, survey, entry);
  const places = extents.filter(({ start }) => start !== null);
  const first = places[0]?.start ?? 0;
  const last = places.at(-1)!;
  const spanned = (last.start ?? 0) + last.length - first;
  const held = places.reduce((sum, { length }) => sum + length, 0);
  return [
    finding("filesystem/reconstructed", { skipped: Math.round((spanned - held) / volume.geometry.clusterBytes) }),
  ];
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
    case "parent":
      return finding("filesystem/parent-mismatch", { block });
    case "short":
      return finding("filesystem/content-short", { bytes: block, expected: size });
    case "long":
      return finding("filesystem/content-long", { bytes: block });
    case "free":
    case "bad":
      return finding("filesystem/chain-cut", { block, problem: end });
    default:
      throw new Error(`not trouble: ${end}`);
  }
}
