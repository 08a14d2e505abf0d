/** What is said twice on a volume is compared with what was found. */
import { finding, type Finding } from "../../model/findings.ts";
import { nonZeroBytes } from "../non-zero.ts";
import { endOf } from "./account.ts";
import { findingsOfNotes } from "./entry-findings.ts";
import * as layout from "./layouts.ts";
import { isInVolume, type Opened } from "./opened.ts";
import { SparablePartition } from "./partitions.ts";
import type { Survey } from "./survey.ts";

/** What the structures tell before anything is walked. */
export function checkVolume(opened: Opened): Finding[] {
  const { volume, integrity, tables } = opened;
  const out: Finding[] = [];
  // On media written once the virtual allocation table closes the volume (OSTA 2.2.11).
  if (integrity !== null && !integrity.isClosed && tables.length === 0) out.push(finding("filesystem/not-clean"));
  const expected = statedSize(opened);
  if (tables.length === 0 && expected > volume.source.size) {
    out.push(finding("filesystem/truncated", { bytes: volume.source.size, expected }));
  }
  if (tables.length > 1) out.push(finding("udf/earlier-states", { count: tables.length - 1 }));
  return out;
}

/** Bytes up to the end of the last partition. */
function statedSize({ volume }: Opened): number {
  let blocks = 0;
  for (const map of volume.partitions) if (isInVolume(map)) blocks = Math.max(blocks, map.start + map.count);
  return blocks * volume.blockBytes;
}

/** Bytes that the file system occupies; of media that are not full, those that are there. */
export function sizeOf(opened: Opened): number {
  const { volume, tables } = opened;
  const end = endOf(opened) * volume.blockBytes;
  return tables.length > 0 ? Math.min(end, volume.source.size) : Math.max(end, statedSize(opened));
}

/** What only a look at all of the directories tells. */
export function checkSurvey(opened: Opened, survey: Survey): Finding[] {
  const out: Finding[] = [];
  const { freeInUse, lost } = survey.compareSpace();
  if (freeInUse > 0) out.push(finding("udf/free-in-use", { blocks: freeInUse }));
  if (lost > 0) out.push(finding("filesystem/lost-chains", { blocks: lost }));
  if (opened.roots.root !== null) {
    out.push(...findingsOfNotes(survey.notes.get(opened.roots.root.block)), ...checkCounts(opened, survey));
  }
  return [...out, ...checkFree(opened), ...findHidden(opened, survey)];
}

function checkCounts({ integrity, tables }: Opened, survey: Survey): Finding[] {
  const stated = tables[0] && tables[0].files !== null ? tables[0] : tables[0] ? null : integrity;
  const out: Finding[] = [];
  const compare = (what: string, value: number | null | undefined, found: readonly number[]): void => {
    if (value === null || value === undefined || value === 0xffff_ffff || found.includes(value)) return;
    out.push(finding("udf/counts-differ", { what, stated: value, found: found[0]! }));
  };
  let links = 0;
  for (const names of survey.names.values()) links += names - 1;
  compare("files", stated?.files, [survey.files, survey.files - links]);
  // With the root.
  compare("directories", stated?.directories, [survey.folders + 1]);
  return out;
}

function checkFree({ spaces, integrity, volume }: Opened): Finding[] {
  const out: Finding[] = [];
  for (const { partition, free } of spaces) {
    const stated = integrity?.free[volume.partitions.indexOf(partition)];
    if (stated !== undefined && stated !== null && stated !== free) {
      out.push(finding("filesystem/free-count", { stated, found: free }));
    }
  }
  return out;
}

/** Data where systems keep nothing: before the volume recognition sequence, and outside of partitions. */
function findHidden(opened: Opened, survey: Survey): Finding[] {
  const { volume, recognition } = opened;
  const out: Finding[] = [];
  if (recognition.bridge) return out;
  const { source, blockBytes } = volume;
  // The first sector may hold a boot record.
  const areas = [{ start: 512, end: layout.recognitionAt, area: "system area" }];
  for (let block = Math.floor(layout.recognitionAt / blockBytes); block < volume.blocks.count;) {
    const next = survey.nextClaimed(block);
    const inside = volume.partitions.find(
      (map) => isInVolume(map) && map.start <= block && block < map.start + map.count,
    );
    if (inside && isInVolume(inside)) {
      block = inside.start + inside.count;
      continue;
    }
    const starts = volume.partitions.flatMap((map) => (isInVolume(map) && map.start > block ? [map.start] : []));
    const end = Math.min(next, ...starts, volume.blocks.count);
    if (end > block) {
      const isSpare = volume.partitions.some((map) => map instanceof SparablePartition && map.isSpare(block));
      if (isSpare) {
        block++;
        continue;
      }
      const area = block >= endOf(opened) ? "volume slack" : "space outside of partitions";
      areas.push({ start: block * blockBytes, end: Math.min(source.size, end * blockBytes), area });
    }
    block = end === block ? block + 1 : end;
  }
  for (const { start, end, area } of areas) {
    const bytes = nonZeroBytes(source, start, end - start);
    if (bytes > 0) out.push(finding("filesystem/hidden-data", { area, bytes }, { offset: start, length: end - start }));
  }
  return out;
}
