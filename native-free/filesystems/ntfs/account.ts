/** Every byte of an NTFS volume in one class. */
import type { ByteClass, ClassedRange } from "../file-system.ts";
import type { Bitmap } from "./bitmap.ts";
import { namesNtfs } from "./geometry.ts";
import * as layout from "./layouts.ts";
import { tailOf, type Survey } from "./survey.ts";
import type { NtfsVolume } from "./volume.ts";
import { readRange } from "../../bytes/byte-source.ts";

type Parts = Generator<ClassedRange>;

interface Kind {
  readonly class: ByteClass;
  readonly what: string;
}

const kinds = {
  metadata: { class: "metadata", what: "metadata" },
  content: { class: "content", what: "file" },
  slack: { class: "slack", what: "file slack" },
  free: { class: "unallocated", what: "free clusters" },
  bad: { class: "unallocated", what: "bad clusters" },
  ownerless: { class: "content", what: "clusters in use by no file" },
} as const satisfies Record<string, Kind>;

/** In order, from 0 to the end of the volume source or further. */
export function* classify(volume: NtfsVolume, survey: Survey, bitmap: Bitmap): Parts {
  const { geometry, source } = volume;
  const { clusterBytes, clusters, size } = geometry;
  let tail = 0;
  for (let cluster = 0; cluster < clusters;) {
    const start = cluster * clusterBytes;
    if (start >= source.size) return;
    const kind = kindOf(volume, survey, bitmap, cluster);
    let used = 0;
    for (; kind === kinds.content && tail < survey.tails.length; tail++) {
      const next = tailOf(survey.tails[tail]!);
      if (next.cluster > cluster) break;
      // Where two files share a cluster, the longer use of it counts.
      if (next.cluster === cluster) used = next.used;
    }
    if (used > 0) {
      yield { start, length: used, ...kind };
      yield { start: start + used, length: clusterBytes - used, ...kinds.slack };
      cluster++;
      continue;
    }
    const nextTail = tail < survey.tails.length ? tailOf(survey.tails[tail]!).cluster : clusters;
    let end = cluster + 1;
    while (end < clusters && (kind !== kinds.content || end < nextTail) && kindOf(volume, survey, bitmap, end) === kind)
      end++;
    yield { start, length: (end - cluster) * clusterBytes, ...kind };
    cluster = end;
  }
  const behind = clusters * clusterBytes;
  yield { start: behind, length: size - behind, class: "slack", what: "behind the last cluster" };
  yield* behindVolume(volume);
}

/** The copy of the boot sector is in the sector behind those that the boot sector counts. */
function* behindVolume({ source, geometry }: NtfsVolume): Parts {
  const { size, sectorBytes } = geometry;
  if (source.size <= size) return;
  const copy = readRange(source, size, sectorBytes);
  const length = Math.min(sectorBytes, source.size - size);
  const isCopy = namesNtfs(copy);
  yield {
    start: size,
    length,
    class: isCopy ? "metadata" : "slack",
    what: isCopy ? "copy of the boot sector" : "volume slack",
  };
  yield { start: size + length, length: source.size - size - length, class: "slack", what: "volume slack" };
}

function kindOf({ geometry }: NtfsVolume, survey: Survey, bitmap: Bitmap, cluster: number): Kind {
  if (survey.metadata.has(cluster)) return kinds.metadata;
  if (survey.claimed.has(cluster)) {
    if (survey.spare.has(cluster)) return kinds.slack;
    return survey.bad.has(cluster) ? kinds.bad : kinds.content;
  }
  // The boot sector is where it is, whatever its record says.
  if (cluster * geometry.clusterBytes < layout.bootBytes) return kinds.metadata;
  return bitmap.has(cluster) ? kinds.ownerless : kinds.free;
}
