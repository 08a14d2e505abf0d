/**
 * One line of `files.jsonl`, the manifest of a folder exhibit: what an entry was when it was acquired. Lines are canonical
 * JSON (RFC 8785) in walk order: parents before children, names in byte order.
 */
import type { LogicalEntry } from "../../native-free/images/aff4l/entry.ts";

export const manifestSchema = "vestige.file/1";

/** What was not recorded of an entry, and why. */
export interface NotRecorded {
  readonly what: "xattrs" | "birth-time" | "access-time";
  readonly why: string;
}

/** A line of `files.jsonl`: sizes are of what was read, times ISO 8601 UTC with nine digits, mode that of st_mode. */
export interface ManifestEntry extends LogicalEntry {
  readonly schema: typeof manifestSchema;
  readonly notRecorded: readonly NotRecorded[];
}

/** Nanoseconds since 1970 as ISO 8601 UTC with nine digits; years outside 0–9999 in the expanded form (±YYYYYY). */
export function isoFromNanoseconds(ns: bigint): string {
  let seconds = Number(ns / 1_000_000_000n);
  let rest = Number(ns % 1_000_000_000n);
  if (rest < 0) {
    rest += 1_000_000_000;
    seconds -= 1;
  }
  // The range of ECMAScript dates; beyond it the raw count is the only honest rendering.
  if (Math.abs(seconds) > 8_640_000_000_000) return `@${seconds}`;
  const whole = new Date(seconds * 1000).toISOString();
  return `${whole.slice(0, whole.indexOf("."))}.${rest.toString().padStart(9, "0")}Z`;
}
