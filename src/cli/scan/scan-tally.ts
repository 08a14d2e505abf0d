/** Counts what a scan finds. */
import type { Verdict } from "../../../native-free/carving/carver.ts";
import type { Quality } from "../../../native-free/entities/entity.ts";
import { qualities } from "../../../native-free/entities/find-entities.ts";
import type { ScannedFeature, ScannedFile, ScannedTerm } from "../../scan/scan-job.ts";

/** Different values that are counted one by one. */
export const mostValues = 1_000_000;

export interface ValueCount {
  readonly kind: string;
  readonly value: string;
  readonly quality: Quality;
  count: number;
}

export class ScanTally {
  /** By kind: of each quality in the order of `qualities`. */
  readonly features = new Map<string, number[]>();
  readonly files = new Map<string, Record<Verdict, number>>();
  /** By list: hits of each entry. */
  readonly terms = new Map<string, Map<string, number>>();
  readonly #values = new Map<string, ValueCount>();
  isFull = false;

  addFeature({ feature: { kind, value, quality } }: ScannedFeature): void {
    const counts = this.features.get(kind) ?? qualities.map(() => 0);
    counts[qualities.indexOf(quality)]! += 1;
    this.features.set(kind, counts);
    const key = `${kind} ${quality} ${value}`;
    const known = this.#values.get(key);
    if (known) known.count += 1;
    else if (this.#values.size < mostValues) this.#values.set(key, { kind, value, quality, count: 1 });
    else this.isFull = true;
  }

  addFile({ kind, verdict }: ScannedFile): void {
    const counts = this.files.get(kind) ?? { complete: 0, truncated: 0, fragment: 0 };
    counts[verdict] += 1;
    this.files.set(kind, counts);
  }

  addTerm({ term: { list, entry } }: ScannedTerm): void {
    const counts = this.terms.get(list) ?? new Map<string, number>();
    counts.set(entry, (counts.get(entry) ?? 0) + 1);
    this.terms.set(list, counts);
  }

  /** The most frequent first; of equal ones in the order of their values. */
  values(kind?: string): ValueCount[] {
    return Array.from(this.#values.values())
      .filter((each) => kind === undefined || each.kind === kind)
      .sort((a, b) => b.count - a.count || (a.kind === b.kind ? compare(a.value, b.value) : compare(a.kind, b.kind)));
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
