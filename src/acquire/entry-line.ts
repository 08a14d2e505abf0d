/** A manifest entry as its line in `files.jsonl`, and what the totals of the manifest need of it. */
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import type { ManifestEntry } from "../source/manifest-entry.ts";

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

/** Canonical JSON and a line feed. */
export function lineOf(entry: ManifestEntry): string {
  return `${canonicalJson(entry)}\n`;
}
