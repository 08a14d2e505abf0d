/** What the root directory says of the volume: bitmaps, up-case table, label, identifier. Read before anything else is. */
import { Buffer } from "node:buffer";
import { mixedGuidText } from "../../bytes/guid.ts";
import { BlockSet } from "../block-set.ts";
import { ExtentSource } from "../extent-source.ts";
import { AllocationBitmap } from "./bitmap.ts";
import { DirectoryReader, newNotes } from "./directory.ts";
import { nameOf } from "./entry-set.ts";
import * as layout from "./layouts.ts";
import { directoryRead, rootOf } from "./tree.ts";
import { readUpcase, upcaseBytes, upcaseChecksum, type UpcaseTable } from "./upcase.ts";
import type { Allocation, ExfatVolume } from "./volume.ts";

export interface Structures {
  readonly label: string | null;
  readonly guid: string | null;
  /** Of the table that is used; null where none can be had. */
  readonly bitmap: AllocationBitmap | null;
  /** Of the other table of TexFAT. */
  readonly otherBitmap: AllocationBitmap | null;
  readonly upcase: UpcaseTable | null;
  /** Words for what is not as it should be. */
  readonly problems: readonly (readonly [structure: string, problem: string])[];
}

interface Found {
  label: string | null;
  guid: string | null;
  bitmaps: (Allocation | null)[];
  upcase: (Allocation & { readonly checksum: number }) | null;
}

const bitmapSlot = layout.bitmapSlot.cursor();
const upcaseSlot = layout.upcaseSlot.cursor();
const guidSlot = layout.guidSlot.cursor();

export function readStructures(volume: ExfatVolume, activeTable: number): Structures {
  const found = look(volume);
  const problems: [string, string][] = [];
  const bitmapOf = (index: number): AllocationBitmap | null => {
    const place = found.bitmaps[index];
    return place ? openBitmap(volume, place) : null;
  };
  const bitmap = bitmapOf(activeTable) ?? bitmapOf(0);
  if (bitmap === null) problems.push(["allocation bitmap", "absent"]);
  else if (bitmap.source.size * 8 < volume.geometry.lastCluster - 1) problems.push(["allocation bitmap", "too short"]);
  const upcase = found.upcase && readTable(volume, found.upcase, problems);
  if (found.upcase === null) problems.push(["up-case table", "absent"]);
  const otherBitmap = volume.geometry.tables === 2 ? bitmapOf(1 - activeTable) : null;
  return { label: found.label, guid: found.guid, bitmap, otherBitmap, upcase, problems };
}

function look(volume: ExfatVolume): Found {
  const found: Found = { label: null, guid: null, bitmaps: [null, null], upcase: null };
  const { ranges } = directoryRead(volume, null, rootOf(volume), new BlockSet());
  for (const set of new DirectoryReader(volume).sets(ranges, newNotes())) {
    if (set.afterEnd) break;
    if (set.kind !== "other" || set.deleted) continue;
    switch (set.type) {
      case layout.type.bitmap: {
        const { flags, firstCluster: cluster, dataBytes: bytes } = bitmapSlot.over(set.bytes);
        found.bitmaps[flags & 1] ??= { cluster, bytes, contiguous: false };
        break;
      }
      case layout.type.upcase: {
        const { checksum, firstCluster: cluster, dataBytes: bytes } = upcaseSlot.over(set.bytes);
        found.upcase ??= { cluster, bytes, contiguous: false, checksum };
        break;
      }
      case layout.type.label:
        found.label ??= labelOf(set.bytes);
        break;
      case layout.type.guid:
        found.guid ??= mixedGuidText(guidSlot.over(set.bytes).guid);
    }
  }
  return found;
}

const labelSlot = layout.labelSlot.cursor();

/** Null for an empty one. */
export function labelOf(bytes: Uint8Array): string | null {
  const { count, units } = labelSlot.over(bytes);
  return nameOf(Buffer.from(units).toString("utf16le", 0, 2 * Math.min(count, layout.labelUnits))).text || null;
}

/** A structure lies by the table. What the chain does not give is taken to follow in a row: these are made in one piece. */
export function structurePlace(volume: ExfatVolume, { cluster, bytes }: Allocation): Allocation {
  const place = { cluster, bytes, contiguous: false };
  const chained = volume.clustersOf(place);
  const isWhole =
    chained.clusters === volume.clustersFor(bytes ?? 0) && (chained.end === "limit" || chained.end === "end");
  return { ...place, contiguous: !isWhole };
}

function openBitmap(volume: ExfatVolume, stated: Allocation): AllocationBitmap | null {
  const bytes = Math.min(stated.bytes ?? 0, Math.ceil((volume.geometry.lastCluster - 1) / 8));
  if (bytes === 0 || !volume.has(stated.cluster)) return null;
  return new AllocationBitmap(sourceOf(volume, { ...stated, bytes }));
}

function sourceOf(volume: ExfatVolume, stated: Allocation): ExtentSource {
  const { runs } = volume.clustersOf(structurePlace(volume, stated));
  return new ExtentSource(volume.source, volume.extentsOver(volume.rangesOf(runs), stated.bytes ?? 0));
}

function readTable(
  volume: ExfatVolume,
  stated: Allocation & { readonly checksum: number },
  problems: [string, string][],
): UpcaseTable | null {
  const bytes = upcaseBytes(sourceOf(volume, stated));
  if (upcaseChecksum(bytes) !== stated.checksum) {
    problems.push(["up-case table", "checksum"]);
    return null;
  }
  const table = readUpcase(bytes);
  if (table === null) problems.push(["up-case table", "too short"]);
  return table;
}
