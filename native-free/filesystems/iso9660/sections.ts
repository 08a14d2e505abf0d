/** Where the bytes of a file lie: its sections, interleaved or not, behind their extended attribute records (ECMA-119, 6.4). */
import type { FileExtent } from "../file-system.ts";
import { directoryRecord } from "./layouts.ts";
import { chosen, type RecordPlace } from "./records.ts";
import type { IsoVolume } from "./volume.ts";

const record = directoryRecord.cursor();

/** A section as its record states it. */
export interface Section {
  /** Block of the first byte of the content, and of the extended attribute record where there is one. */
  readonly block: number;
  readonly attributeBlocks: number;
  readonly bytes: number;
  readonly unitBlocks: number;
  readonly gapBlocks: number;
  /** Whether its numbers are the same in both byte orders. */
  readonly agree: boolean;
}

export function sectionOf(volume: IsoVolume, { window, at }: RecordPlace): Section {
  const { extent, extentBe, dataBytes, dataBytesBe, attributeBlocks, unitBlocks, gapBlocks } = record.over(window, at);
  const start = chosen(extent, extentBe, volume.blocks);
  const room = volume.source.size - start * volume.blockBytes;
  return {
    block: start,
    attributeBlocks,
    bytes: chosen(dataBytes, dataBytesBe, Math.max(0, room)),
    ...{ unitBlocks, gapBlocks },
    agree: extent === extentBe && dataBytes === dataBytesBe,
  };
}

/** Extents of a section, all intact; what would lie far behind the volume is one stretch without a place. */
export function extentsOfSection(volume: IsoVolume, section: Section): FileExtent[] {
  const { blockBytes } = volume;
  const { block, attributeBlocks, bytes, unitBlocks, gapBlocks } = section;
  if (bytes === 0) return [];
  if (unitBlocks === 0 || gapBlocks === 0) {
    return [{ start: (block + attributeBlocks) * blockBytes, length: bytes, state: "intact" }];
  }
  const extents: FileExtent[] = [];
  const step = (unitBlocks + gapBlocks) * blockBytes;
  // The extended attribute record has the first unit for itself.
  let start = block * blockBytes + (attributeBlocks > 0 ? step : 0);
  for (let left = bytes; left > 0;) {
    if (start >= volume.source.size) {
      extents.push({ start: null, length: left, state: "missing" });
      break;
    }
    const length = Math.min(left, unitBlocks * blockBytes);
    extents.push({ start, length, state: "intact" });
    start += step;
    left -= length;
  }
  return extents;
}
