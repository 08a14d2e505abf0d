/** Finds the master file table: by its own record, by the copy of that, or by looking for records all over the volume. */
import { MemorySource, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { ExtentSource } from "../extent-source.ts";
import type { FileExtent } from "../file-system.ts";
import { readContinuations } from "./attribute-list.ts";
import { readAttributes, type Attribute } from "./attributes.ts";
import type { Geometry } from "./geometry.ts";
import * as layout from "./layouts.ts";
import { scatteredRecords } from "./scattered.ts";
import { placedNumber, recordState, Records } from "./records.ts";
import { streamNamed } from "./streams.ts";
import { extentsOfRuns, NtfsVolume } from "./volume.ts";

/** Records that $MFTMirr copies; more where a cluster holds more. */
const mirrored = 4;
/** Passes over the attribute list of $MFT: each may make further records of it readable. */
const mostPasses = 16;

const header = layout.fileRecord.cursor();

interface OpenedTable {
  readonly volume: NtfsVolume;
  readonly findings: readonly Finding[];
}

/** Whether the record of $MFT is where the geometry says, or its copy. */
export function hasTable(source: ByteSource, geometry: Geometry): boolean {
  return [geometry.tableStart, geometry.mirrorStart].some((place) => tableAt(source, geometry, place) !== null);
}

/** Throws EvidenceError where nowhere on the volume is a record. */
export function openTable(source: ByteSource, geometry: Geometry): OpenedTable {
  const findings: Finding[] = [];
  let extents = tableAt(source, geometry, geometry.tableStart);
  const replaced = extents === null;
  if (replaced) {
    extents = tableAt(source, geometry, geometry.mirrorStart);
    if (extents)
      findings.push(finding("filesystem/structure-replaced", { structure: "record of the master file table" }));
  }
  if (extents === null) {
    const found = scatteredRecords(source, geometry);
    if (found.records === 0)
      throw new EvidenceError("filesystem/boot-damaged", { format: "NTFS", problem: "no file records" });
    findings.push(finding("ntfs/table-rebuilt", { records: found.records }));
    extents = found.extents;
  }
  const records = new Records(source, new ExtentSource(source, extents), geometry.recordBytes);
  const volume = new NtfsVolume(source, geometry, records, extents);
  findings.push(...useMirror(volume));
  return { volume, findings };
}

/** Extents of the table by the record of it at `place`; null where there is none that could be. */
function tableAt(source: ByteSource, geometry: Geometry, place: number): FileExtent[] | null {
  if (place === 0 || place + geometry.recordBytes > source.size) return null;
  let records = new Records(source, new MemorySource(new Uint8Array(0)), geometry.recordBytes);
  const number = placedNumber(place);
  if (records.at(number) < recordState.torn) return null;
  const { flags, baseLow, sequence } = header.over(records.bytes, records.offset);
  if ((flags & layout.recordFlag.inUse) === 0 || baseLow !== 0) return null;
  let extents: FileExtent[] | null = null;
  for (let pass = 0, parts = 0; pass < mostPasses; pass++) {
    const attributes: Attribute[] = [];
    records.at(number);
    readAttributes(records, number, attributes);
    readContinuations(source, geometry, records, { number: 0, sequence, inUse: true }, attributes);
    const data = streamNamed(records, attributes, layout.type.data, "", geometry.clusterBytes);
    if (data === null || data.resident || data.runs.length === 0 || data.runs[0]! < 0) return extents;
    if (data.runs.length <= parts) return extents;
    parts = data.runs.length;
    const limit = Math.min(data.size, heldBytes(data.runs, geometry));
    const size = Math.floor(limit / geometry.recordBytes) * geometry.recordBytes;
    if (size === 0) return extents;
    extents = extentsOfRuns(geometry, data.runs, size, size);
    records = new Records(source, new ExtentSource(source, extents), geometry.recordBytes);
  }
  return extents;
}

/** Bytes of clusters that the volume has: a forged size makes no larger table. */
function heldBytes(runs: readonly number[], { clusterBytes, clusters }: Geometry): number {
  let count = 0;
  for (let i = 0; i < runs.length; i += 2) {
    if (runs[i + 1]! > clusters) return Math.min(count, clusters) * clusterBytes;
    count += runs[i + 1]!;
  }
  return Math.min(count, clusters) * clusterBytes;
}

/** The first records are there twice: where one of the table cannot be read, its copy is used. */
function useMirror(volume: NtfsVolume): Finding[] {
  const { geometry, source, records } = volume;
  const out: Finding[] = [];
  if (geometry.mirrorStart === 0) return out;
  for (let number = 0; number < mirrored; number++) {
    const place = geometry.mirrorStart + number * geometry.recordBytes;
    if (place + geometry.recordBytes > source.size) break;
    const state = records.at(number);
    const mine = records.bytes.slice(records.offset, records.offset + geometry.recordBytes);
    const other = records.at(placedNumber(place));
    const copy = records.bytes.subarray(records.offset, records.offset + geometry.recordBytes);
    const structure = `file record ${number}`;
    if (other === recordState.whole && state < recordState.whole) {
      out.push(finding("filesystem/structure-replaced", { structure }));
      records.replaced.set(number, place);
    } else if (state === recordState.whole && other < recordState.whole) {
      out.push(
        finding("filesystem/structure-damaged", { structure: `copy of ${structure}`, problem: "signature or fixups" }),
      );
    } else if (state === recordState.whole && differ(mine, copy)) {
      out.push(finding("filesystem/structures-differ", { structure, field: "content" }));
    }
  }
  return out;
}

/** Both may have been written by their own numbers of the update sequence, and the log sequence numbers may differ. */
function differ(mine: Uint8Array, copy: Uint8Array): boolean {
  const { firstAttribute, used } = header.over(mine);
  for (let at = firstAttribute; at < Math.min(used, mine.length); at++) if (mine[at] !== copy[at]) return true;
  return false;
}
