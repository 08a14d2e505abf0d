/** Findings of single files. */
import { finding, type Finding } from "../../model/findings.ts";
import type { ItemTime } from "../../model/item.ts";
import { valueStart } from "./attributes.ts";
import { keptElsewhere } from "./content.ts";
import type { NtfsEntry } from "./entry.ts";
import * as layout from "./layouts.ts";
import { recordState } from "./records.ts";
import { storedClusters, type Stream } from "./streams.ts";
import type { Survey } from "./survey.ts";
import { stepsBelowSecond } from "./times.ts";
import { standardAt } from "./values.ts";

const time = layout.fileTime.offsets;

/** `isCut`: the directory was taken out of a circle of parents. */
export function findingsOfEntry(entry: NtfsEntry, survey: Survey, isCut: boolean): Finding[] {
  const out: Finding[] = [];
  const { file, streamOf } = entry;
  const { content } = entry;
  if (streamOf === null) {
    if (file.state === recordState.torn) out.push(finding("ntfs/record-torn"));
    if (!file.sound) out.push(finding("ntfs/record-damaged"));
    const { continuation } = file;
    if (continuation && (continuation.missing > 0 || continuation.damaged)) {
      out.push(finding("ntfs/continuation-missing", { records: continuation.missing }));
    }
    if (isCut) out.push(finding("ntfs/parent-cycle"));
    out.push(...timeFindings(entry));
  }
  const keeper = content === null || streamOf !== null ? null : keptElsewhere(file, content);
  if (keeper !== null) out.push(finding("ntfs/content-elsewhere", { filter: keeper }));
  if (content !== null && !content.resident) out.push(...clusterFindings(entry, content, survey));
  return out;
}

function timeFindings(entry: NtfsEntry): Finding[] {
  const times: ItemTime[] = [];
  const invalid = entry.collectTimes(times);
  const out = invalid > 0 ? [finding("filesystem/time-invalid", { times: invalid })] : [];
  const { file, nameOf } = entry;
  if (nameOf === null || file.number < layout.known.firstFree) return out;
  const standard = standardAt(file);
  if (standard < 0) return out;
  const { records } = file.volume;
  const [low, high] = [
    records.view.getUint32(standard + time.low, true),
    records.view.getUint32(standard + time.high, true),
  ];
  const name = valueStart(records, nameOf.attribute) + layout.nameTimesAt;
  const odd = timesFinding(low, high, records.view, name);
  return odd ? [...out, odd] : out;
}

/** What the first time of $STANDARD_INFORMATION says against that of $FILE_NAME at `at`; null for nothing. */
export function timesFinding(low: number, high: number, view: DataView, at: number): Finding | null {
  const nameLow = view.getUint32(at + time.low, true);
  const nameHigh = view.getUint32(at + time.high, true);
  if ((low === 0 && high === 0) || (nameLow === 0 && nameHigh === 0)) return null;
  if (high > nameHigh || (high === nameHigh && low >= nameLow)) return null;
  const rounded = stepsBelowSecond(low, high) === 0 && stepsBelowSecond(nameLow, nameHigh) !== 0;
  return finding(rounded ? "ntfs/times-set" : "ntfs/times-before-name");
}

function clusterFindings({ file }: NtfsEntry, stream: Stream, survey: Survey): Finding[] {
  const { geometry, source } = file.volume;
  const out: Finding[] = [];
  if (stream.problem !== null) out.push(finding("ntfs/run-list-damaged", { problem: stream.problem }));
  let held = 0;
  let [outside, shared] = [-1, -1];
  for (let i = 0; i < stream.runs.length; i += 2) {
    const [place, count] = [stream.runs[i]!, stream.runs[i + 1]!];
    held += count;
    if (place < 0) continue;
    if (outside < 0 && place + count > geometry.clusters) outside = Math.max(place, geometry.clusters);
    if (shared < 0 && file.inUse && survey.shared.size > 0 && place < geometry.clusters) {
      shared = survey.shared.next(place, Math.min(place + count, geometry.clusters) - 1);
    }
  }
  if (outside >= 0) out.push(finding("filesystem/outside-volume", { block: outside }));
  if (shared >= 0) out.push(finding("filesystem/cross-linked", { block: shared }));
  const bytes = held * geometry.clusterBytes;
  if (bytes < stream.size) out.push(finding("filesystem/content-short", { bytes, expected: stream.size }));
  if (stream.size > source.size && storedClusters(stream) === held && bytes >= stream.size) {
    out.push(finding("filesystem/size-beyond-volume", { bytes: stream.size }));
  }
  return out;
}
