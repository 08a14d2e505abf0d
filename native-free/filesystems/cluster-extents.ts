/** Extents of contents in clusters, with what became of each. */
import type { ContentClaim } from "../model/item.ts";
import type { ExtentState, FileExtent } from "./file-system.ts";

/** Where clusters lie. */
export interface ClusteredVolume {
  readonly geometry: { readonly clusterBytes: number };
  /** First byte of a cluster. */
  placeOf(cluster: number): number;
}

/** Collects the clusters of a content of `size` bytes, one after the other. */
export class ClusterExtents {
  readonly #volume: ClusteredVolume;
  readonly #extents: { start: number | null; length: number; state: ExtentState }[] = [];
  #left: number;

  constructor(volume: ClusteredVolume, size: number) {
    this.#volume = volume;
    this.#left = size;
  }

  add(cluster: number, state: ExtentState): void {
    const length = Math.min(this.#left, this.#volume.geometry.clusterBytes);
    const start = this.#volume.placeOf(cluster);
    const last = this.#extents.at(-1);
    if (last && last.state === state && last.start !== null && last.start + last.length === start)
      last.length += length;
    else if (length > 0) this.#extents.push({ start, length, state });
    this.#left -= length;
  }

  /** What has no cluster is missing. */
  finish(): readonly FileExtent[] {
    if (this.#left > 0) this.#extents.push({ start: null, length: this.#left, state: "missing" });
    return this.#extents;
  }
}

export function claimOfExtents(extents: readonly FileExtent[], inUse: boolean): ContentClaim {
  const states = new Set(extents.map(({ state }) => state));
  const gone = states.has("overwritten") || states.has("missing");
  if (!states.has("intact") && !states.has("partly overwritten")) return "overwritten";
  if (gone || states.has("partly overwritten")) return "partly-overwritten";
  return inUse ? "allocated" : "unallocated";
}
