/** What readers get from a work file: the shapes, and the SQL that makes them. */
import { zstdDecompressSync } from "node:zlib";
import type { Finding } from "../../native-free/model/findings.ts";
import type {
  ContentRow,
  EntityRow,
  EvidenceName,
  Field,
  ItemExtent,
  ItemRow,
  ItemTime,
  Reason,
  State,
  Status,
} from "../../native-free/model/item.ts";
import { blocksPerContent } from "./text-rows.ts";
import type { SqlRow, SqlValue } from "./sqlite.ts";

/** A content as stored: complete, its text and fields apart. */
export type StoredContent = Omit<ContentRow, "fields" | "findings" | "entities" | "textSha256">;

/** An item as stored. `status` and `reason` are the worse of the item's own and its content's. */
export interface StoredItem extends Omit<ItemRow, "times" | "findings" | "content" | "extents"> {
  /** Number of the row in this work file: arbitrary, for further questions to the same reader only. */
  readonly row: number;
  /** Item id of the unit's root. */
  readonly unit: string;
  readonly state: State;
  /** Status and reason of the occurrence alone. */
  readonly own: { readonly status: Status; readonly reason: Reason | null };
  /** SHA-256 (hex), known also where the content is not described. */
  readonly sha256: string | null;
  /** Null where the content is not described. */
  readonly content: StoredContent | null;
  readonly extension: string | null;
  /** Milliseconds since 1970 UTC, see `modifiedOf`. */
  readonly modified: number | null;
}

/** An item with everything that is said of it. */
export interface FullItem extends StoredItem {
  readonly times: readonly ItemTime[];
  readonly fields: readonly Field[];
  /** Of the item, then of its content. */
  readonly findings: readonly Finding[];
  /** Of its content. */
  readonly entities: readonly EntityRow[];
  /** What hash sets say of its content. */
  readonly known: readonly KnownFile[];
  /** Empty where none were recorded. */
  readonly extents: readonly ItemExtent[];
}

/** A hash set that holds a content. */
export interface KnownFile {
  readonly list: string;
  readonly verdict: "known" | "alert";
  readonly category: string | null;
}

/** A block of text as stored, decompressed. */
export interface StoredBlock {
  readonly index: number;
  readonly labels: readonly { readonly at: number; readonly label: string }[];
  readonly text: string;
}

const rank = (status: string) =>
  `CASE ${status} WHEN 'failed' THEN 3 WHEN 'partial' THEN 2 WHEN 'skipped' THEN 1 ELSE 0 END`;
/** True where the content's status is worse than the item's own. */
const contentIsWorse = `(c.id IS NOT NULL AND (${rank("c.status")}) > (${rank("i.status")}))`;

/** Tables of a query over items: `i`, and `c` where the content is complete. */
export const itemTables = "item i LEFT JOIN content c ON c.id = i.content AND c.state = 2";
export const effectiveStatus = `CASE WHEN ${contentIsWorse} THEN c.status ELSE i.status END`;
export const effectiveReason = `CASE WHEN ${contentIsWorse} THEN c.reason ELSE i.reason END`;

/** Columns from which `storedItem` makes an item. */
export const itemColumns = `i.id AS row, i.key AS id, (SELECT key FROM unit WHERE id = i.unit) AS unit, i.parent, i.path, i.name,
  i.name_bytes, i.extension, i.kind, i.name_claim, i.content_claim, i.origin, i.state, i.status AS own_status,
  i.reason AS own_reason, ${effectiveStatus} AS status, ${effectiveReason} AS reason, i.size, i.mismatch, i.depth, i.modified,
  coalesce(c.sha256, (SELECT sha256 FROM content WHERE id = i.content)) AS sha256, c.id AS c_id, c.sha1, c.md5,
  c.size AS c_size, c.type, c.mime, c.category, c.charset, c.language, c.entropy, c.status AS c_status, c.reason AS c_reason,
  c.text_kind`;

export function hex(value: SqlValue | undefined): string | null {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : null;
}

export function storedItem(row: SqlRow): StoredItem {
  const name: EvidenceName = { text: row["name"] as string, bytes: row["name_bytes"] as string | null };
  return {
    row: row["row"] as number,
    id: row["id"] as string,
    unit: row["unit"] as string,
    parent: row["parent"] as string | null,
    path: row["path"] as string,
    name,
    extension: row["extension"] as string | null,
    kind: row["kind"] as StoredItem["kind"],
    nameClaim: row["name_claim"] as StoredItem["nameClaim"],
    contentClaim: row["content_claim"] as StoredItem["contentClaim"],
    origin: row["origin"] as StoredItem["origin"],
    state: row["state"] as State,
    status: row["status"] as Status,
    reason: row["reason"] as Reason | null,
    own: { status: row["own_status"] as Status, reason: row["own_reason"] as Reason | null },
    size: row["size"] as number | null,
    sha256: hex(row["sha256"]),
    content: row["c_id"] === null ? null : storedContent(row),
    extensionMismatch: row["mismatch"] === 1,
    depth: row["depth"] as number,
    modified: row["modified"] as number | null,
  };
}

/** Of a row with the columns `c_…` of `itemColumns`. */
export function storedContent(row: SqlRow): StoredContent {
  return {
    sha256: hex(row["sha256"]) as string,
    sha1: hex(row["sha1"]) as string,
    md5: hex(row["md5"]) as string,
    size: row["c_size"] as number,
    type: row["type"] as string,
    mime: row["mime"] as string,
    category: row["category"] as string,
    charset: row["charset"] as string | null,
    language: row["language"] as string | null,
    entropy: row["entropy"] as number,
    status: row["c_status"] as Status,
    reason: row["c_reason"] as Reason | null,
    textKind: row["text_kind"] as StoredContent["textKind"],
  };
}

/** A block holds at most 2^20 UTF-16 units: three bytes each in UTF-8. */
const maxBlockBytes = 4 * 2 ** 20;

export function storedFinding(row: SqlRow): Finding {
  return {
    code: row["code"] as string,
    offset: row["offset"] as number | null,
    length: row["length"] as number | null,
    params: JSON.parse(row["params"] as string) as Finding["params"],
  };
}

export function storedBlock(row: SqlRow): StoredBlock {
  const labels = row["labels"] as string | null;
  return {
    index: (row["id"] as number) % blocksPerContent,
    labels: labels === null ? [] : (JSON.parse(labels) as StoredBlock["labels"]),
    text: zstdDecompressSync(row["text"] as Uint8Array, { maxOutputLength: maxBlockBytes }).toString("utf8"),
  };
}

/** The address of an item for people: exhibit label and forensic path. */
export function fullPath(exhibit: string, path: string): string {
  return `${exhibit}/${path.replace(/^\//, "")}`;
}

/** The JSON of an item (`vestige.item/1`), as every command prints it. */
export function itemJson(exhibit: string, item: FullItem) {
  return {
    id: item.id,
    exhibit,
    path: fullPath(exhibit, item.path),
    name: item.nameClaim,
    content: item.contentClaim,
    origin: item.origin,
    state: item.state,
    status: item.status,
    reason: item.reason,
    size: item.size,
    kind: item.kind,
    type: item.content?.type ?? null,
    mime: item.content?.mime ?? null,
    sha256: item.sha256,
    sha1: item.content?.sha1 ?? null,
    md5: item.content?.md5 ?? null,
    known: item.known.map(({ list, verdict, category }) => ({ list, verdict, category })),
    times: item.times.map(({ kind, value, zone, source }) => ({ kind, value, zone, source })),
    findings: item.findings.map(({ code, offset, length, params }) => ({
      code,
      offset,
      length,
      params: { ...params },
    })),
  };
}
