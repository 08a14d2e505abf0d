/**
 * One line of `files.jsonl`, the manifest of a folder exhibit: what an entry was when it was acquired. Lines are canonical
 * JSON (RFC 8785) in walk order: parents before children, names in byte order.
 */
import type { Finding } from "../../native-free/model/findings.ts";
import type { EvidenceName, ItemKind, Reason, Status } from "../../native-free/model/item.ts";

export const manifestSchema = "vestige.file/1";

/** What was not recorded of an entry, and why. */
export interface NotRecorded {
  readonly what: "xattrs" | "birth-time" | "access-time";
  readonly why: string;
}

export interface ManifestEntry {
  readonly schema: typeof manifestSchema;
  /** Path below the source, "/" between names, "" never occurs. `bytes` (base64) where it is not valid UTF-8. */
  readonly path: EvidenceName;
  readonly kind: ItemKind;
  readonly status: Status;
  readonly reason: Reason | null;
  /** Bytes that were read; for an entry that is not a file, null. */
  readonly size: number | null;
  readonly md5: string | null;
  readonly sha1: string | null;
  readonly sha256: string | null;
  /** ISO 8601 UTC with nine digits; null where the system keeps none. */
  readonly times: Readonly<Record<"m" | "a" | "c" | "b", string | null>>;
  /** Octal digits of st_mode, with the type bits. This and the next five are null where lstat was refused. */
  readonly mode: string | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly device: string | null;
  readonly inode: string | null;
  readonly links: number | null;
  /** Target of a symbolic link. */
  readonly target: EvidenceName | null;
  /** Values in base64; null where they could not be recorded. ACLs are among them (`system.posix_acl_access`). */
  readonly xattrs: readonly { readonly name: string; readonly value: string }[] | null;
  readonly notRecorded: readonly NotRecorded[];
  readonly findings: readonly Finding[];
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
