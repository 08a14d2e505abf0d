/** The parts of a file that are no content: where the header says that they are. */
import { readRange } from "../../bytes/byte-source.ts";
import type { TableWindows } from "../table-windows.ts";
import type { QcowTree } from "./cluster-map.ts";
import type { QcowHeader } from "./header.ts";
import { bitmapEntry, qcow1Header, tableEntry } from "./layouts.ts";
import { readSnapshots } from "./snapshots.ts";

const TWO_32 = 0x1_0000_0000;

type Claim = (offset: number, bytes: number) => void;

/** As QEMU allows. */
const MOST_BITMAPS = 65535;

/** The place in an entry of a table of reference counts or of a bitmap (bits 9 on). */
function placeOf(tables: TableWindows, at: number): number | null {
  const index = tables.find(at, tableEntry.size);
  if (index === -1) return null;
  const { high, low } = tableEntry.cursor().over(tables.window, index);
  return high * TWO_32 + ((low & ~0x1ff) >>> 0);
}

/** The block of reference counts that counts cluster number `cluster`, and bits of a count; 0 where none is. */
export function refcountBlockOf(header: QcowHeader, tables: TableWindows, block: number): number {
  const { refcounts, clusterBytes } = header;
  if (!refcounts || block * 8 >= refcounts.clusters * clusterBytes) return 0;
  return placeOf(tables, refcounts.offset + block * 8) ?? 0;
}

/** Names every place of metadata but L2 tables. */
export function claimMetadata(
  header: QcowHeader,
  trees: readonly QcowTree[],
  tables: TableWindows,
  claim: Claim,
): void {
  const { version, clusterBytes, refcounts, snapshots } = header;
  // In version 1 the first table follows the header and the name at once.
  const name = new TextEncoder().encode(header.backingName ?? "").length;
  claim(0, version === 1 ? qcow1Header.size + name : clusterBytes);
  for (const { l1Offset, l1Entries } of trees) if (l1Entries > 0) claim(l1Offset, l1Entries * 8);
  if (!refcounts) return;
  claim(refcounts.offset, refcounts.clusters * clusterBytes);
  const entries = Math.min(refcounts.clusters * clusterBytes, tables.source.size - refcounts.offset) / 8;
  for (let i = 0; i < entries; i++) {
    const block = refcountBlockOf(header, tables, i);
    if (block !== 0) claim(block, clusterBytes);
  }
  if (snapshots.count > 0) claim(snapshots.offset, readSnapshots(tables.source, header).bytes);
  claimBitmaps(header, tables, claim);
}

function claimBitmaps(header: QcowHeader, tables: TableWindows, claim: Claim): void {
  const { bitmaps } = header.extensions;
  if (!bitmaps) return;
  const { source } = tables;
  claim(bitmaps.offset, bitmaps.bytes);
  const end = Math.min(bitmaps.offset + bitmaps.bytes, source.size);
  for (let at = bitmaps.offset, count = 0; count < Math.min(bitmaps.count, MOST_BITMAPS); count++) {
    if (!(at + bitmapEntry.size <= end)) return;
    const entry = bitmapEntry.cursor().over(readRange(source, at, bitmapEntry.size));
    const { tableOffset, tableEntries, nameLength, extraLength } = entry;
    claim(tableOffset, tableEntries * 8);
    for (let i = 0; i < tableEntries; i++) {
      const place = placeOf(tables, tableOffset + i * 8);
      if (place === null) break;
      if (place !== 0) claim(place, header.clusterBytes);
    }
    at += Math.ceil((bitmapEntry.size + extraLength + nameLength) / 8) * 8;
  }
}
