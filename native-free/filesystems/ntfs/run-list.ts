/** Mapping pairs: where the clusters of a value lie (libyal, NTFS, "Data runs"). */

/** Pairs of first cluster and number of clusters, one after the other; the first is `sparse` or `lost` where there is none. */
export type Runs = number[];

/** Place of a run that is not stored. */
export const sparse = -1;
/** Place of a run that is not known. */
export const lost = -2;

/** Of a value, holes included: what a volume can have at most; bytes stay below 2^53 with the largest clusters. */
const mostClusters = 2 ** 32 - 1;

/**
 * Decodes the pairs in `window` from `at`, not behind `end`, into `out`. Returns the number of clusters, negative less one where the list is
 * damaged: what was read before counts then.
 */
export function decodeRuns(window: Uint8Array, at: number, end: number, out: Runs): number {
  let [cluster, total] = [0, 0];
  for (let from = at; ;) {
    const head = from < end ? window[from]! : 0;
    if (from >= end) return -1 - total;
    if (head === 0) return total;
    const countBytes = head & 15;
    const placeBytes = head >>> 4;
    if (countBytes === 0 || countBytes > 8 || placeBytes > 8 || from + 1 + countBytes + placeBytes > end)
      return -1 - total;
    const count = numberAt(window, from + 1, countBytes, false);
    from += 1 + countBytes;
    if (count <= 0 || total + count > mostClusters) return -1 - total;
    let place = sparse;
    if (placeBytes > 0) {
      cluster += numberAt(window, from, placeBytes, true);
      from += placeBytes;
      // Versions before 3.0 write sparse runs so.
      if (cluster < sparse || !Number.isSafeInteger(cluster)) return -1 - total;
      place = cluster;
    }
    append(out, place, count);
    total += count;
  }
}

/** Neighbours are joined. */
export function append(out: Runs, place: number, count: number): void {
  const last = out.length - 2;
  if (last >= 0) {
    const before = out[last]!;
    if (place < 0 ? before === place : before >= 0 && before + out[last + 1]! === place) {
      out[last + 1]! += count;
      return;
    }
  }
  out.push(place, count);
}

function numberAt(window: Uint8Array, at: number, length: number, signed: boolean): number {
  let value = 0;
  let unit = 1;
  for (let i = 0; i < length; i++, unit *= 256) value += window[at + i]! * unit;
  return signed && window[at + length - 1]! >= 0x80 ? value - unit : value;
}
