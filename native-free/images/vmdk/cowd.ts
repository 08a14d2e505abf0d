/**
 * Opens a COWD file: ESX Server sparse extent (Virtual Disk Format 5.0, "ESXi Host Sparse Extents"), or a disk of VMware 2 or 3,
 * whose tables have 512 entries and whose disks may be split over several files.
 */
import { readRange } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment, SetMember } from "../image-format.ts";
import {
  directoryDamage,
  sectorCodec,
  StoredTables,
  type GrainLayout,
  type TableCache,
  windowsOver,
} from "./grain-tables.ts";
import { cowdFlags, cowdHeaderLayout, cowdSignature, sectorBytes } from "./layouts.ts";
import { checkTables, type SparseExtent } from "./sparse-extent.ts";

interface CowdHeader {
  readonly version: number;
  readonly flags: number;
  readonly capacity: number;
  readonly grainSectors: number;
  readonly directoryOffset: number;
  readonly directoryEntries: number;
  readonly parentName: string;
  readonly name: string;
  readonly description: string;
  readonly generation: number;
  readonly unclean: number;
  readonly files: number;
  readonly geometry: string;
  readonly diskCapacity: number;
  readonly fileCapacity: number;
}

const entriesOfEsx = 4096;
const entriesOfVmware3 = 512;
const mostGrainSectors = 1 << 21;
const mostFiles = 1024;

function cowdHeader({ source }: ImageSegment): CowdHeader | null {
  const bytes = readRange(source, 0, cowdHeaderLayout.size);
  if (bytes.length < cowdHeaderLayout.size) return null;
  const cursor = cowdHeaderLayout.cursor().over(bytes);
  if (cursor.signature !== cowdSignature) return null;
  const { version, flags, capacity, grainSectors, directoryOffset, directoryEntries, parentName, name } = cursor;
  const { description, generation, unclean, files, diskCapacity, fileCapacity } = cursor;
  const old = version === 3;
  return {
    ...{ version, flags, grainSectors, directoryOffset, directoryEntries, name, description, generation, unclean },
    ...{ files, diskCapacity, fileCapacity },
    parentName: (flags & cowdFlags.root) === 0 ? parentName : "",
    capacity: old && fileCapacity > 0 && isMulti({ version, flags, files }) ? fileCapacity : capacity,
    geometry: old && cursor.cylinders > 0 ? `${cursor.cylinders}/${cursor.heads}/${cursor.sectorsPerTrack}` : "",
  };
}

function isMulti({ version, flags, files }: Pick<CowdHeader, "version" | "flags" | "files">): boolean {
  return version === 3 && (flags & cowdFlags.multi) !== 0 && files > 1;
}

/** Which file of a split disk of VMware 3 it is. */
export function cowdMember(segment: ImageSegment): SetMember | null {
  const header = cowdHeader(segment);
  if (!header || !isMulti(header) || header.unclean >= header.files) return null;
  const { files, diskCapacity, flags, parentName, geometry } = header;
  const set = JSON.stringify(["cowd", files, diskCapacity, geometry, flags & cowdFlags.root, parentName]);
  return { set, number: header.unclean, likely: true };
}

/** The disk of VMware 2 or 3 that a file is of: how many files it has, and its size. Null for other files. */
export function cowdDiskOf(segment: ImageSegment): { readonly files: number; readonly diskBytes: number } | null {
  const header = cowdHeader(segment);
  if (!header) return null;
  const { files, diskCapacity, capacity } = header;
  if (isMulti(header)) return files <= mostFiles ? { files, diskBytes: diskCapacity * sectorBytes } : null;
  const small = header.directoryEntries * entriesOfVmware3 * header.grainSectors >= capacity && header.grainSectors > 1;
  return header.version === 3 || small ? { files: 1, diskBytes: capacity * sectorBytes } : null;
}

/** Whether a file says itself that it holds only what changed since another. */
export function isCowdChild(segment: ImageSegment): boolean {
  return (cowdHeader(segment)?.parentName ?? "") !== "";
}

/** Throws EvidenceError `image/not-recognised`, `image/structure-damaged` or `image/truncated`. */
export function openCowd(segment: ImageSegment, cache: TableCache): SparseExtent {
  const header = cowdHeader(segment);
  if (!header) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const { grainSectors } = header;
  if (grainSectors === 0 || grainSectors > mostGrainSectors) {
    throw new EvidenceError("image/structure-damaged", { structure: "header", problem: "grain size" });
  }
  const layout = layoutOf(segment, header);
  const { size } = segment.source;
  const [at = 0] = layout.directories;
  if (at < sectorBytes || at >= size) {
    throw new EvidenceError("image/truncated", { segment: segment.name, bytes: size, expected: at + sectorBytes });
  }
  const directoryBytes = header.directoryEntries * layout.codec.bytes;
  const extent: SparseExtent = {
    ...{ segment, capacity: layout.capacity, findings: findingsOf(header, layout), packing: "none" },
    plausible: at + directoryBytes <= size,
    tables: new StoredTables(layout, cache, () => {}),
    facts: factsOf({
      version: header.version,
      "block-bytes": layout.grainBytes,
      label: header.name,
      description: header.description,
      geometry: header.geometry,
      clean: header.version === 3 ? null : header.unclean === 0 ? "yes" : "no",
    }),
    descriptor: new Uint8Array(0),
    parentPath: header.parentName === "" ? null : header.parentName,
    claimed(claim) {
      claim(0, cowdHeaderLayout.size);
      claim(at, directoryBytes);
    },
    check: (part) =>
      checkTables(extent, part, (place, claim) => claim(place, layout.tableEntries * layout.codec.bytes)),
  };
  return extent;
}

/** ESX has eight times as many entries in a table; the number of tables tells which. */
function layoutOf(segment: ImageSegment, header: CowdHeader): GrainLayout {
  const { capacity, grainSectors, directoryEntries, directoryOffset } = header;
  const small = directoryEntries * entriesOfVmware3 * grainSectors >= capacity;
  return {
    segment,
    windows: windowsOver(segment),
    codec: sectorCodec(false),
    capacity: capacity * sectorBytes,
    grainBytes: grainSectors * sectorBytes,
    tableEntries: small ? entriesOfVmware3 : entriesOfEsx,
    directories: [directoryOffset * sectorBytes],
  };
}

function findingsOf(header: CowdHeader, layout: GrainLayout): Finding[] {
  const { capacity, grainBytes, tableEntries } = layout;
  const problems: string[] = [];
  if (header.version !== 1 && header.version !== 3) problems.push("version");
  if (header.directoryEntries * tableEntries * grainBytes < capacity) problems.push("entries of the directory");
  const unclean = header.version !== 3 && header.unclean !== 0;
  return [
    ...problems.map((problem) => finding("image/structure-damaged", { structure: "header", problem })),
    ...(directoryDamage(layout, 0, header.directoryEntries) > 0
      ? [finding("image/structure-damaged", { structure: "grain directory", problem: "outside of the file" })]
      : []),
    ...(unclean ? [finding("image/not-closed")] : []),
  ];
}
