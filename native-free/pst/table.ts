/** Table contexts (MS-PST 2.3.4): ids of the rows, and the values of rows that are few. */
import { bytes as byteField, struct, u16, u32, u8 } from "../bytes/struct.ts";
import { decodeFixed, fixedBytes, type MapiProperty, propertyType } from "../mapi/properties.ts";
import { heapClient } from "./heap.ts";
import { NodeData, type Subnode } from "./node-data.ts";
import type { PstDatabase } from "./database.ts";
import { PstObject, type ReadOptions, valueOf } from "./pst-object.ts";

const tableHeader = struct("pst.table", 22, {
  kind: [0, u8],
  columns: [1, u8],
  bitsAt: [6, u16, "end of the values of one byte"],
  rowBytes: [8, u16],
  index: [10, u32],
  rows: [14, u32],
  unused: [18, byteField(4)],
});

const column = struct("pst.column", 8, {
  type: [0, u16],
  id: [2, u16],
  offset: [4, u16],
  size: [6, u8],
  bit: [7, u8],
});

interface Column {
  readonly type: number;
  readonly id: number;
  readonly offset: number;
  readonly size: number;
  readonly bit: number;
}

const rowLimit = 20_000;

/** Numbers of the nodes that the rows stand for, in their order; none where the node is no table. */
export function* rowIds(database: PstDatabase, place: Subnode): Generator<number> {
  const object = PstObject.open(database, place, heapClient.table);
  const head = object?.heap.item(object.heap.root) ?? null;
  if (object === null || head === null || head.length < tableHeader.size) {
    database.damage.lost(`table ${place.data}`);
    return;
  }
  const { index } = tableHeader.cursor().over(head);
  for (const { bytes, at } of object.heap.records(index)) {
    if (at + 4 <= bytes.length) yield new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true);
  }
}

/** Properties of each row. */
export function* rows(database: PstDatabase, place: Subnode, options: ReadOptions): Generator<MapiProperty[]> {
  const object = PstObject.open(database, place, heapClient.table);
  const head = object?.heap.item(object.heap.root) ?? null;
  if (object === null || head === null || head.length < tableHeader.size) {
    database.damage.lost(`table ${place.data}`);
    return;
  }
  const table = tableHeader.cursor().over(head);
  const { rowBytes, bitsAt, rows: matrix, index } = table;
  const columns = columnsOf(head, table.columns);
  if (rowBytes < 4 || bitsAt > rowBytes) return;
  let taken = 0;
  for (const record of object.heap.records(index)) {
    if (taken++ >= rowLimit) break;
    const view = new DataView(record.bytes.buffer, record.bytes.byteOffset + record.at);
    const number = record.dataBytes === 2 ? view.getUint16(4, true) : view.getUint32(4, true);
    const row = rowAt(object, matrix, number, rowBytes);
    if (row === null) database.damage.lost(`row ${place.data} ${number}`);
    else yield cellsOf(object, row, columns, bitsAt, options);
  }
}

function columnsOf(head: Uint8Array, count: number): Column[] {
  const columns: Column[] = [];
  const cursor = column.cursor();
  for (
    let index = 0, at = tableHeader.size;
    index < count && at + column.size <= head.length;
    index++, at += column.size
  ) {
    const { type, id, offset, size, bit } = cursor.over(head, at);
    columns.push({ type, id, offset, size, bit });
  }
  return columns;
}

/** Rows do not reach over the ends of blocks (2.3.4.4). */
function rowAt(object: PstObject, matrix: number, number: number, rowBytes: number): Uint8Array | null {
  if ((matrix & 0x1f) === 0) {
    const all = object.heap.item(matrix);
    return all !== null && (number + 1) * rowBytes <= all.length
      ? all.subarray(number * rowBytes).subarray(0, rowBytes)
      : null;
  }
  const source = object.source(matrix);
  if (!(source instanceof NodeData)) return null;
  const perBlock = Math.floor(source.block(0).length / rowBytes);
  if (perBlock === 0) return null;
  const block = source.block(Math.floor(number / perBlock));
  const at = (number % perBlock) * rowBytes;
  return at + rowBytes <= block.length ? block.subarray(at, at + rowBytes) : null;
}

function cellsOf(
  object: PstObject,
  row: Uint8Array,
  columns: readonly Column[],
  bitsAt: number,
  options: ReadOptions,
): MapiProperty[] {
  const found: MapiProperty[] = [];
  const view = new DataView(row.buffer, row.byteOffset, row.length);
  for (const { type, id, offset, size, bit } of columns) {
    const bits = row[bitsAt + (bit >>> 3)] ?? 0;
    if ((bits & (0x80 >>> (bit & 7))) === 0 || offset + size > row.length) continue;
    const inline = fixedBytes(type) > 0 && fixedBytes(type) <= 8;
    const name = options.names.get(id) ?? null;
    if (inline) {
      const padded = new Uint8Array(8);
      padded.set(row.subarray(offset, offset + Math.min(size, 8)));
      const value = type === propertyType.error ? null : decodeFixed(type, padded);
      if (value !== null) found.push({ id, type, value, name });
    } else if (size === 4) {
      const value = valueOf(object, type, view.getUint32(offset, true), options);
      if (value !== null) found.push({ id, type, value, name });
    }
  }
  return found;
}
