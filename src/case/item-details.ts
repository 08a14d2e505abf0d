/** What a work file says of one item beside its row: the queries. */
import type { EntityRow, Field, ItemExtent, ItemTime } from "../../native-free/model/item.ts";
import type { SqlParams, SqlRow } from "./sqlite.ts";
import type { KnownFile, StoredItem } from "./work-file-rows.ts";

interface Selecting {
  select<Row = SqlRow>(sql: string, params?: SqlParams): Row[];
}

/** Null asks for nothing: the content of the item is not described. */
const described = (item: StoredItem): number | null => (item.content ? item.row : null);
const ofContent = "WHERE content = (SELECT content FROM item WHERE id = ?) ORDER BY seq";

export function timesOf(from: Selecting, item: StoredItem): ItemTime[] {
  const rows = from.select<ItemTime & SqlRow>(
    "SELECT kind, value, zone, source FROM item_time WHERE item = ? ORDER BY seq",
    [item.row],
  );
  return rows.map(({ kind, value, zone, source }) => ({ kind, value, zone, source }));
}

export function extentsOf(from: Selecting, item: StoredItem): ItemExtent[] {
  const rows = from.select<ItemExtent & SqlRow>("SELECT * FROM item_extent WHERE item = ? ORDER BY seq", [item.row]);
  return rows.map(({ start, length, kind, state }) => ({ start, length, kind, state }));
}

export function fieldsOf(from: Selecting, item: StoredItem): Field[] {
  const rows = from.select<Field & SqlRow>(`SELECT name, value, source FROM metadata ${ofContent}`, [described(item)]);
  return rows.map(({ name, value, source }) => ({ name, value, source }));
}

export function entitiesOf(from: Selecting, item: StoredItem): EntityRow[] {
  const rows = from.select<EntityRow & SqlRow>(
    `SELECT kind, value, quality, block, offset, length FROM entity ${ofContent}`,
    [described(item)],
  );
  return rows.map(({ kind, value, quality, block, offset, length }) => ({
    kind,
    value,
    quality,
    block,
    offset,
    length,
  }));
}

export function knownOf(from: Selecting, item: StoredItem): KnownFile[] {
  const rows = from.select<KnownFile & SqlRow>(
    "SELECT list, verdict, category FROM known WHERE content = (SELECT content FROM item WHERE id = ?) ORDER BY list",
    [described(item)],
  );
  return rows.map(({ list, verdict, category }) => ({ list, verdict, category }));
}
