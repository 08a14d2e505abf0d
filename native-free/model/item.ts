/**
 * What the product says of a piece of evidence. An item is one occurrence (a name in a place); a content is what the
 * bytes say, parsed once per SHA-256 and shared by every occurrence.
 */
import type { Finding } from "./findings.ts";

/** What is true of the name. */
export type NameClaim = "allocated" | "deleted" | "orphan" | "none";
/** What is true of the bytes. */
export type ContentClaim = "allocated" | "unallocated" | "partly-overwritten" | "overwritten" | "resident" | "none";
/** How the item was found. */
export type Origin = "entry" | "carved" | "embedded" | "slack" | "unallocated" | "gap";
/** The one word for people, derived from the three claims by `stateOf`. */
export type State = "allocated" | "deleted" | "orphan" | "carved" | "embedded" | "slack" | "unallocated";

export type Status = "done" | "partial" | "failed" | "skipped";

/** Why a status is not `done`. */
export type Reason =
  | "timeout"
  | "oom"
  | "crashed"
  | "fault"
  | "encrypted"
  | "budget"
  | "unsupported"
  | "rule"
  | "damaged"
  | "unreadable"
  | "changed"
  | "absent"
  | "symlink"
  | "special"
  | "mount";

export type ItemKind = "file" | "directory" | "symlink" | "special";

/**
 * Bytes of an item in the volume that holds it, in the order of its content: `start` null for a stretch without a place. `state` is
 * what a file system says of the stretch: `intact`, `partly overwritten`, `overwritten`, `missing`.
 */
export interface ItemExtent {
  readonly start: number | null;
  readonly length: number;
  readonly kind: "data" | "sparse" | "missing";
  readonly state: string;
}

/** A name as evidence gives it. `bytes` (base64) is set where `text` does not give the bytes back. */
export interface EvidenceName {
  readonly text: string;
  readonly bytes: string | null;
}

/** M modified, A accessed, C metadata changed, B born. */
export type TimeKind = "m" | "a" | "c" | "b";

/** A point in time as its source gives it. */
export interface ItemTime {
  readonly kind: TimeKind;
  /** ISO 8601 with the source's own digits; ends in `Z` only where `zone` is "utc". */
  readonly value: string;
  readonly zone: "utc" | "local-unknown" | "offset";
  /** Where it was read: `stat`, `zip`, `zip-ut`, `ntfs-extra` … */
  readonly source: string;
}

/** Something a document says of itself: typed, with the place it was read from. */
export interface Field {
  /** A `FieldName` of `fields.ts`. */
  readonly name: string;
  readonly value: string;
  /** Where it was read: `exif`, `docProps/core.xml`, `pdf-info` … */
  readonly source: string;
}

/** One occurrence. Written by a worker, stored as one row of `item` with its times and findings. */
export interface ItemRow {
  /** 26 characters of lower-case base32; see `item-id.ts`. */
  readonly id: string;
  /** The item that holds this one, null at the top of the exhibit. */
  readonly parent: string | null;
  /** Forensic path without the exhibit label; see `forensic-path.ts`. */
  readonly path: string;
  readonly name: EvidenceName;
  /** `space`: bytes that no entry names: slack, unallocated space, gaps, volumes that were not read. */
  readonly kind: ItemKind | "space";
  readonly nameClaim: NameClaim;
  readonly contentClaim: ContentClaim;
  readonly origin: Origin;
  readonly status: Status;
  readonly reason: Reason | null;
  /** Bytes; null where it is not known. */
  readonly size: number | null;
  /** SHA-256 (hex) of the bytes that could be read (`status` says whether that is all of them); null where none were. */
  readonly content: string | null;
  /** True where the extension belongs to another type than the content. */
  readonly extensionMismatch: boolean;
  /** Nesting: 0 for a root file. */
  readonly depth: number;
  readonly times: readonly ItemTime[];
  readonly findings: readonly Finding[];
  /** Of items of an image. */
  readonly extents?: readonly ItemExtent[];
}

/** An identifier in a content. */
export interface EntityRow {
  /** Id of a kind of a recogniser. */
  readonly kind: string;
  readonly value: string;
  /** `valid`, `valid-check`, `pattern`, `invalid-check`. */
  readonly quality: string;
  /** Block of the text; null where it was found in the bytes. */
  readonly block: number | null;
  /** In the block in UTF-16 units, or in the content in bytes: of a decoded stream the byte at which the stream begins. */
  readonly offset: number;
  /** In the same units; 0 inside of a decoded stream. */
  readonly length: number;
}

/** What the bytes say: the same for every occurrence and depends on bytes and profile alone. */
export interface ContentRow {
  readonly sha256: string;
  readonly sha1: string;
  readonly md5: string;
  readonly size: number;
  /** Type id of the typing registry, `unknown` where nothing matched. */
  readonly type: string;
  readonly mime: string;
  readonly category: string;
  readonly charset: string | null;
  /** ISO 639-1, null where undetermined. */
  readonly language: string | null;
  /** Bits per byte, 0 to 8, rounded to three digits. */
  readonly entropy: number;
  readonly status: Status;
  readonly reason: Reason | null;
  /**
   * `text`: read by an extractor; `strings`: what was left to try; `none`: holds no text; `recognised`: read off its pixels, behind
   * other text where there was some.
   */
  readonly textKind: "text" | "strings" | "none" | "recognised" | "text+recognised" | "strings+recognised";
  /** SHA-256 (hex) of the text as stored, see `TextHash`; null where there is none. */
  readonly textSha256: string | null;
  readonly fields: readonly Field[];
  readonly findings: readonly Finding[];
  /** In the order of their places. */
  readonly entities: readonly EntityRow[];
}

/** The one derived word for people. */
export function stateOf(item: { nameClaim: NameClaim; origin: Origin }): State {
  if (item.origin !== "entry") return item.origin === "gap" ? "unallocated" : item.origin;
  if (item.nameClaim === "deleted" || item.nameClaim === "orphan") return item.nameClaim;
  return "allocated";
}

const statusRank: Record<Status, number> = { done: 0, skipped: 1, partial: 2, failed: 3 };

/** The worse of two statuses, with its reason. */
export function worse(
  a: { status: Status; reason: Reason | null },
  b: { status: Status; reason: Reason | null },
): { status: Status; reason: Reason | null } {
  return statusRank[b.status] > statusRank[a.status] ? b : a;
}
