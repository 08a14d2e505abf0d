/** What the readers of the kinds of sparse extents have in common: how one is opened, and how all of its tables are checked. */
import type { Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { checkClaims, type Claim } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import { joined, packedBytesAt, type GrainPart, type Packing } from "./grain-part.ts";
import { copiesAreEqual, readTable, tableCount, tablePlace, type GrainTables } from "./grain-tables.ts";
import { sectorBytes } from "./layouts.ts";

export interface SparseExtent {
  readonly segment: ImageSegment;
  /** Bytes of the medium by the extent's own header; `plausible` where its tables could be in the file. */
  readonly capacity: number;
  readonly plausible: boolean;
  readonly tables: GrainTables;
  readonly packing: Packing;
  readonly facts: readonly Fact[];
  /** Grows while the extent is read. */
  readonly findings: readonly Finding[];
  /** Text of the descriptor inside; empty where there is none. */
  readonly descriptor: Uint8Array;
  /** Path of the parent where the extent itself names one. */
  readonly parentPath: string | null;
  /** What the structures of the extent take up besides tables and grains. */
  claimed(claim: Claim): void;
  check(part: GrainPart): Finding[];
}

/** Directories with more entries than this are looked at so far. */
const mostEntries = 1 << 22;

/** Numbers of the tables that are in the file in at least one copy; no more than it has room for. */
function heldTables({ layout }: GrainTables): number[] {
  const { segment, codec, directories, tableEntries } = layout;
  const count = Math.min(tableCount(layout), mostEntries);
  const most = Math.ceil(segment.source.size / (tableEntries * codec.bytes));
  const held: number[] = [];
  const copies = directories.map((_, copy) => copy);
  const end = Math.max(...directories.map((at) => Math.floor((segment.source.size - at) / codec.bytes)));
  for (let index = 0; index < count && index < end && held.length < most; index++) {
    if (copies.some((copy) => tablePlace(layout, copy, index) > 0)) held.push(index);
  }
  return held;
}

/** Every table once, both copies, and every place that is claimed. `tableRoom` names what belongs to a table at a place. */
export function checkTables(
  extent: SparseExtent,
  part: GrainPart,
  tableRoom: (place: number, claim: Claim) => void,
): Finding[] {
  const { tables, segment } = extent;
  const held = heldTables(tables);
  const collect = (claim: Claim) => {
    extent.claimed(claim);
    for (const index of held) {
      tables.layout.directories.forEach((_, copy) => {
        const place = tablePlace(tables.layout, copy, index);
        if (place > 0) tableRoom(place, claim);
      });
      claimGrains(extent, part, index, claim);
    }
  };
  return [
    ...outsideFinding(tables, part, held),
    ...compareCopies(tables, held),
    ...checkClaims(segment, segment.source.size, collect),
  ];
}

function claimGrains({ tables, packing, segment }: SparseExtent, part: GrainPart, index: number, claim: Claim): void {
  const { grainBytes, tableEntries } = tables.layout;
  const entries = tables.table(index);
  const first = index * tableEntries * grainBytes;
  const used = Math.min(entries.length, Math.ceil((part.end - part.start - first) / grainBytes));
  for (let slot = 0; slot < used;) {
    const place = entries[slot] as number;
    const count = packing === "none" ? joined(entries, slot, place > 0 ? grainBytes : 0) : 1;
    if (place > 0 && packing === "none") claim(place, count * grainBytes);
    else if (place > 0) claim(place, packedRoom(segment, place, grainBytes));
    slot += count;
  }
}

function packedRoom({ source }: ImageSegment, place: number, grainBytes: number): number {
  return Math.ceil((packedBytesAt(source, place, grainBytes) ?? 1) / sectorBytes) * sectorBytes;
}

/** Grains that begin or end behind the end of the file, as far as the medium has them. */
function outsideFinding(tables: GrainTables, part: GrainPart, held: readonly number[]): Finding[] {
  const { grainBytes, tableEntries, segment } = tables.layout;
  const { size } = segment.source;
  let blocks = 0;
  for (const index of held) {
    const entries = tables.table(index);
    for (let slot = 0; slot < entries.length; slot++) {
      const place = entries[slot] as number;
      const at = (index * tableEntries + slot) * grainBytes;
      const length = part.packing === "none" ? Math.min(grainBytes, part.end - part.start - at) : 1;
      if (place > 0 && length > 0 && place + length > size) blocks++;
    }
  }
  return blocks === 0 ? [] : [finding("image/outside-file", { blocks })];
}

function compareCopies({ layout }: GrainTables, held: readonly number[]): Finding[] {
  if (layout.directories.length < 2) return [];
  let [differ, damaged] = [0, 0];
  for (const index of held) {
    if (copiesAreEqual(layout, index)) continue;
    const [first, copy] = [readTable(layout, 0, index), readTable(layout, 1, index)];
    // What leads out of the file in both is told by itself.
    if (first?.bad !== copy?.bad) damaged++;
    else if (first && first.entries.some((place, slot) => place !== copy?.entries[slot])) differ++;
  }
  const structure = "grain tables";
  return [
    ...(differ > 0 ? [finding("image/structures-differ", { structure, field: `${differ} tables` })] : []),
    ...(damaged > 0 ? [finding("image/structure-damaged", { structure, problem: `${damaged} tables` })] : []),
  ];
}
