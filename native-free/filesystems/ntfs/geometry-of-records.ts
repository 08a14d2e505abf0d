/** Where boot sector and copy are damaged: the geometry by the record of $MFT, which says in which cluster it lies itself. */
import { MemorySource, type ByteSource } from "../../bytes/byte-source.ts";
import { readAttributes, type Attribute } from "./attributes.ts";
import type { Geometry } from "./geometry.ts";
import * as layout from "./layouts.ts";
import { placedNumber, recordState, Records } from "./records.ts";
import { recordsIn } from "./scattered.ts";
import { streamNamed } from "./streams.ts";

const sizes = [1024, 4096, 512, 2048] as const;
const defaultIndexBytes = 4096;
const mostClusterBytes = 2 << 20;

/** Null where no such record is on the volume. Reads the volume until one is found. */
export function geometryOfRecords(volume: ByteSource): Geometry | null {
  for (const recordBytes of sizes) {
    for (const { place, number } of recordsIn(volume, recordBytes, 0, volume.size)) {
      if (number !== null && number !== 0) continue;
      const geometry = geometryAt(volume, place, recordBytes);
      if (geometry) return geometry;
    }
  }
  return null;
}

function geometryAt(volume: ByteSource, place: number, recordBytes: number): Geometry | null {
  const records = new Records(volume, new MemorySource(new Uint8Array(0)), recordBytes);
  const number = placedNumber(place);
  if (records.at(number) < recordState.torn) return null;
  const attributes: Attribute[] = [];
  readAttributes(records, number, attributes);
  // Bytes of a cluster do not matter for the run list.
  const data = streamNamed(records, attributes, layout.type.data, "", 1);
  const cluster = data?.runs[0] ?? 0;
  const clusterBytes = cluster > 0 ? place / cluster : 0;
  if (clusterBytes < 512 || clusterBytes > mostClusterBytes || !Number.isInteger(Math.log2(clusterBytes))) return null;
  return {
    ...{ clusterBytes, recordBytes, sectorBytes: 512, tableStart: place, mirrorStart: 0 },
    ...{ indexBytes: defaultIndexBytes, serial: null, media: 0, tracks: "" },
    clusters: Math.floor(volume.size / clusterBytes),
    size: volume.size,
  };
}
