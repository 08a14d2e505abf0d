/**
 * How far the content of an entry can be recovered, in words that say on what the answer rests (NIST CFTT "Active File Identification &
 * Deleted File Recovery Tool Specification" 1.1: a recovered file consists of blocks that no allocated file owns).
 */
import type { FileExtent, FileSystemEntry } from "./file-system.ts";

/**
 * `certain`: the file system records where the content lies, and nothing else claims any of it. `probable`: all of it has a place
 * that no allocated file owns, but the place was worked out by a rule, or another deleted file claims a part. `partial`: a part is
 * overwritten or was lost. `none`: nothing is left, or nothing was ever recorded.
 */
export type Confidence = "certain" | "probable" | "partial" | "none";

export const confidences: readonly Confidence[] = ["certain", "probable", "partial", "none"];

export interface Recovery {
  readonly confidence: Confidence;
  /** Bytes of the content. */
  readonly total: number;
  /** Bytes that nothing else claims. */
  readonly intact: number;
  /** Bytes that another deleted file claims, too. */
  readonly contested: number;
  /** Bytes that are overwritten or have no place. */
  readonly lost: number;
}

/** A code of a reader that put a content together by a rule. */
const byRule: ReadonlySet<string> = new Set(["filesystem/reconstructed"]);

/** `extents` are those of the file system for the entry. */
export function recoveryOf(
  entry: Pick<FileSystemEntry, "size" | "contentClaim" | "findings">,
  extents: readonly FileExtent[],
): Recovery {
  let [intact, contested, lost] = [0, 0, 0];
  for (const { length, state } of extents) {
    if (state === "intact") intact += length;
    else if (state === "partly overwritten") contested += length;
    else lost += length;
  }
  const bytes = { total: entry.size, intact, contested, lost };
  if (entry.size === 0 || intact + contested === 0) return { ...bytes, confidence: "none" };
  if (lost > 0) return { ...bytes, confidence: "partial" };
  const ruled = contested > 0 || entry.findings.some(({ code }) => byRule.has(code));
  return { ...bytes, confidence: ruled ? "probable" : "certain" };
}
