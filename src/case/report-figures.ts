/** What a report counts and lists of one work file. */
import type { Finding } from "../../native-free/model/findings.ts";
import type { Reason, Status } from "../../native-free/model/item.ts";
import type { SqlRow } from "./sqlite.ts";
import type { WorkFileReader } from "./work-file-reader.ts";
import {
  effectiveReason,
  effectiveStatus,
  itemColumns,
  itemTables,
  storedItem,
  type StoredItem,
} from "./work-file-rows.ts";

/** Items that agree in everything a report tells apart. */
export interface ItemGroup {
  readonly kind: StoredItem["kind"];
  /** True where the item lies inside another item (an archive entry, an attachment). */
  readonly inside: boolean;
  readonly status: Status;
  readonly reason: Reason | null;
  /** True where the content is described and its type is not known. */
  readonly typeUnknown: boolean;
  /** True where the item has a content that is not described (yet). */
  readonly undescribed: boolean;
  readonly items: number;
  readonly bytes: number;
}

/** Every item is in exactly one group. Sorted, so that the same work file gives the same list. */
export function itemGroups(reader: WorkFileReader): ItemGroup[] {
  const rows = reader.select<SqlRow>(
    `SELECT i.kind AS kind, i.depth > 0 AS inside, ${effectiveStatus} AS status, ${effectiveReason} AS reason,
       coalesce(c.type = 'unknown', 0) AS typeUnknown, i.content IS NOT NULL AND c.id IS NULL AS undescribed,
       count(*) AS items, coalesce(sum(i.size), 0) AS bytes
     FROM ${itemTables} GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
  );
  return rows.map((row) => ({
    kind: row["kind"] as StoredItem["kind"],
    inside: row["inside"] === 1,
    status: row["status"] as Status,
    reason: row["reason"] as Reason | null,
    typeUnknown: row["typeUnknown"] === 1,
    undescribed: row["undescribed"] === 1,
    items: row["items"] as number,
    bytes: row["bytes"] as number,
  }));
}

export interface ListedItem {
  readonly item: StoredItem;
  /** Of the occurrence, then of its content. */
  readonly findings: readonly Finding[];
}

/** Every item that has a finding, or whose status is not `done`, in the order of paths. Streams. */
export function* itemsToList(reader: WorkFileReader): Iterable<ListedItem> {
  const rows = reader.iterate<SqlRow>(
    `SELECT ${itemColumns} FROM ${itemTables}
     WHERE ${effectiveStatus} <> 'done' OR EXISTS (SELECT 1 FROM finding WHERE item = i.id)
       OR EXISTS (SELECT 1 FROM finding WHERE content = c.id)
     ORDER BY i.path, i.key`,
  );
  for (const row of rows) {
    const item = storedItem(row);
    yield { item, findings: reader.findings(item) };
  }
}
