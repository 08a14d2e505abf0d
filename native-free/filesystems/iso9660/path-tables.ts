/** Path tables (ECMA-119, 9.4): every directory of a tree once more, by its block, with the number of its parent. */
import { readRange } from "../../bytes/byte-source.ts";
import { pathRecordL, pathRecordM } from "./layouts.ts";
import type { IsoVolume, PathTable, Tree } from "./volume.ts";

/** ECMA-119, 6.9.1: directory numbers have 16 bits. */
const mostDirectories = 0xffff;
const mostBytes = mostDirectories * (pathRecordL.size + 256);

export interface PathRow {
  /** Of the first record of the directory. */
  readonly block: number;
  /** Number of the parent, from 1. */
  readonly parent: number;
  readonly name: Uint8Array;
}

/** The rows of a table up to its end or to the first that is none. */
export function readPathTable(volume: IsoVolume, tree: Tree, { start, big }: PathTable): PathRow[] {
  const bytes = readRange(volume.source, start, Math.min(tree.pathTableBytes, mostBytes));
  const row = (big ? pathRecordM : pathRecordL).cursor();
  const rows: PathRow[] = [];
  for (let at = 0; at + pathRecordL.size < bytes.length && rows.length < mostDirectories;) {
    const { nameBytes, extent, attributeBlocks, parent } = row.over(bytes, at);
    const end = at + pathRecordL.size + nameBytes;
    if (nameBytes === 0 || end > bytes.length || parent === 0) break;
    rows.push({ block: extent + attributeBlocks, parent, name: bytes.subarray(at + pathRecordL.size, end) });
    at = end + (nameBytes & 1);
  }
  return rows;
}

/** The fullest table of a tree, and whether the others say the same. */
export function pathRows(volume: IsoVolume, tree: Tree): { rows: readonly PathRow[]; differ: boolean } {
  let best: PathRow[] = [];
  let differ = false;
  for (const [index, table] of tree.pathTables.entries()) {
    const rows = readPathTable(volume, tree, table);
    if (index > 0 && !areEqual(best, rows)) differ = true;
    if (rows.length > best.length) best = rows;
  }
  return { rows: best, differ };
}

function areEqual(a: readonly PathRow[], b: readonly PathRow[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ block, parent }, index) => block === b[index]!.block && parent === b[index]!.parent)
  );
}
