/** What the structures of a volume say against each other. */
import { readRange } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { nonZeroBytes } from "../non-zero.ts";
import type { Bitmap } from "./bitmap.ts";
import { namesNtfs } from "./geometry.ts";
import * as layout from "./layouts.ts";
import type { Survey } from "./survey.ts";
import type { NtfsVolume } from "./volume.ts";
import type { VolumeRecord } from "./volume-record.ts";

/** Known when the volume is opened. */
export function checkHead(volume: NtfsVolume, { dirty }: VolumeRecord): Finding[] {
  const { source, geometry } = volume;
  const out: Finding[] = [];
  if (source.size < geometry.size) {
    out.push(finding("filesystem/truncated", { bytes: source.size, expected: geometry.size }));
  } else out.push(...checkBootCopy(volume));
  if (dirty) out.push(finding("filesystem/not-clean"));
  return out;
}

/** Systems keep both sectors equal. */
function checkBootCopy({ source, geometry }: NtfsVolume): Finding[] {
  const { size, sectorBytes, serial } = geometry;
  const boot = readRange(source, 0, layout.bootBytes);
  // Where the volume was opened without its boot sector there is nothing to compare.
  if (size + sectorBytes > source.size || serial === null || !namesNtfs(boot)) return [];
  const copy = readRange(source, size, layout.bootBytes);
  const structure = "copy of the boot sector";
  if (!namesNtfs(copy)) return [finding("filesystem/structure-damaged", { structure, problem: "name of the system" })];
  const at = boot.findIndex((byte, index) => byte !== copy[index]);
  return at < 0 ? [] : [finding("filesystem/structures-differ", { structure: "boot sector", field: `byte ${at}` })];
}

/** Known when the records were looked at. */
export function checkSurvey({ geometry, source }: NtfsVolume, survey: Survey): Finding[] {
  const out: Finding[] = [];
  if (survey.damaged > 0) out.push(finding("ntfs/records-damaged", { records: survey.damaged }));
  if (survey.bad.size > 0) out.push(finding("ntfs/bad-clusters", { clusters: survey.bad.size }));
  const { clusterBytes, clusters, size, sectorBytes } = geometry;
  const behind = clusters * clusterBytes;
  const copy = size + sectorBytes;
  const areas = [
    ["The space behind the last cluster", behind, size],
    ["The space behind the file system", copy, source.size],
  ] as const;
  for (const [area, start, end] of areas) {
    const bytes = end > start ? nonZeroBytes(source, start, end - start) : 0;
    if (bytes > 0) out.push(finding("filesystem/hidden-data", { area, bytes }, { offset: start, length: end - start }));
  }
  return out;
}

/** The bitmap against the records: looks at every cluster. */
export function checkBitmap({ geometry, source }: NtfsVolume, survey: Survey, bitmap: Bitmap): Finding[] {
  if (!bitmap.isKnown) return [finding("filesystem/structure-damaged", { structure: "$Bitmap", problem: "size" })];
  let [ownerless, firstOwnerless, unmarked, firstUnmarked] = [0, 0, 0, 0];
  const clusters = Math.min(geometry.clusters, Math.ceil(source.size / geometry.clusterBytes));
  for (let cluster = 0; cluster < clusters; cluster++) {
    const used = bitmap.has(cluster);
    if (used === survey.claimed.has(cluster)) continue;
    if (used && cluster * geometry.clusterBytes >= layout.bootBytes && ownerless++ === 0) firstOwnerless = cluster;
    if (!used && unmarked++ === 0) firstUnmarked = cluster;
  }
  const out: Finding[] = [];
  if (ownerless > 0) out.push(finding("ntfs/clusters-ownerless", { clusters: ownerless, first: firstOwnerless }));
  if (unmarked > 0) out.push(finding("ntfs/clusters-not-marked", { clusters: unmarked, first: firstUnmarked }));
  return out;
}
