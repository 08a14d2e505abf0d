/** A manifest entry as its line in `files.jsonl`, and what the totals of the manifest need of it. */
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import type { ManifestEntry } from "../../source/manifest-entry.ts";

export interface EntryTally {
  readonly kind: ManifestEntry["kind"];
  readonly status: ManifestEntry["status"];
  readonly bytes: number;
  readonly codes: readonly string[];
  readonly notRecorded: readonly string[];
}

export function tallyOf(entry: ManifestEntry): EntryTally {
  return {
    kind: entry.kind,
    status: entry.status,
    bytes: entry.size ?? 0,
    codes: entry.findings.map((found) => found.code),
    notRecorded: entry.notRecorded.map(({ what, why }) => `${what}: ${why}`),
  };
}

/**
 * Canonical JSON and a line feed. `EntryDescriber` puts the fields of an entry in canonical order, so that the plain
 * serialiser gives the same text several times faster where no list holds anything that others ordered.
 */
export function lineOf(entry: ManifestEntry): string {
  const isPlain = entry.findings.length === 0 && entry.notRecorded.length === 0 && (entry.xattrs?.length ?? 0) === 0;
  return `${isPlain ? JSON.stringify(entry) : canonicalJson(entry)}\n`;
}
