/** What the file system keeps for itself, as entries: descriptors, bitmaps, allocation tables, the metadata file. */
import type { FileExtent } from "../file-system.ts";
import { PlacedEntry } from "../placed-entry.ts";
import { extentsOfRecord } from "./content.ts";
import type { Opened } from "./opened.ts";
import { MetadataPartition } from "./partitions.ts";
import type { FileRecord } from "./record.ts";

/** Structures that lie in one piece and have a place of their own, by what they are. */
const inOnePiece = new Set([
  "volume recognition sequence",
  "volume descriptor sequence",
  "reserve volume descriptor sequence",
  "logical volume integrity",
  "sparing table",
  "earlier session",
]);

export function structureEntries(opened: Opened): PlacedEntry[] {
  const { volume, structures, spaceFiles, tables } = opened;
  const out: PlacedEntry[] = [];
  const names = new Set<string>();
  const add = (wanted: string, extents: readonly FileExtent[]): void => {
    let name = wanted;
    for (let number = 2; names.has(name); number++) name = `${wanted} ${number}`;
    names.add(name);
    const kept = extents.filter(({ length }) => length > 0);
    out.push(
      new PlacedEntry(
        { key: name, name, kind: "metadata", nameClaim: "none", contentClaim: "allocated" },
        { extents: kept, cluster: 0 },
      ),
    );
  };
  for (const { block, count, what } of structures) {
    if (!inOnePiece.has(what)) continue;
    const start = block * volume.blockBytes;
    const length = Math.max(0, Math.min(count * volume.blockBytes, volume.source.size - start));
    add(`$${titled(what)}`, [{ start, length, state: "intact" }]);
  }
  for (const { name, extents } of spaceFiles) add(`$${titled(name)}`, extents);
  const file = (name: string, record: FileRecord | null): void => {
    if (record !== null) add(name, extentsOfRecord(volume, record));
  };
  for (const [index, { record }] of tables.entries()) {
    file(index === 0 ? "$VirtualAllocationTable" : `$VirtualAllocationTable@${record.block}`, record);
  }
  for (const map of volume.partitions) {
    if (!(map instanceof MetadataPartition)) continue;
    file("$MetadataFile", map.files.main);
    file("$MetadataMirror", map.files.mirror);
    file("$MetadataBitmap", map.files.bitmap);
  }
  return out;
}

/** `space bitmap` as `SpaceBitmap`. */
function titled(text: string): string {
  return text.replaceAll(/(?:^| )(\S)/g, (_, letter: string) => letter.toUpperCase());
}
