/** Opens a hosted sparse extent: VMDK 4 sparse, with a copy of its tables, or a stream of packed grains between markers. */
import { readRange } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { Claim } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import { isDescriptor, mostDescriptorBytes } from "./descriptor.ts";
import {
  directoryDamage,
  sectorCodec,
  StoredTables,
  tableCount,
  type GrainLayout,
  type TableCache,
  windowsOver,
} from "./grain-tables.ts";
import { markerLayout, markerTypes, sectorBytes, sparseFlags } from "./layouts.ts";
import { walkStream } from "./salvage.ts";
import { checkTables, type SparseExtent } from "./sparse-extent.ts";
import {
  isCompressed,
  readSparseHeaders,
  tableEntriesOf,
  type SparseHeader,
  type SparseHeaders,
} from "./sparse-header.ts";

/** Directories with more entries are looked at only as they are needed. */
const mostDirectoryEntries = 1 << 20;
/** What the header has in front of its padding. */
const headerFieldBytes = 79;

/** Throws what `readSparseHeaders` throws, and `image/truncated` where no table is in the file. */
export function openSparse(segment: ImageSegment, cache: TableCache): SparseExtent {
  const headers = readSparseHeaders(segment.source);
  const { header } = headers;
  const findings: Finding[] = [...headers.findings, ...stateFindings(segment, header)];
  const layout = layoutOf(segment, headers, findings);
  const marked = (header.flags & sparseFlags.markers) !== 0;
  const found = layout.directories.length === 0 && marked ? walkStream(layout, streamStart(header)) : null;
  if (layout.directories.length === 0 && !found) throw truncation(segment, layout, headers);
  if (found) findings.push(finding("image/vmdk-salvaged", { segment: segment.name, grains: found.grains }));
  const descriptor = descriptorOf(segment, header, findings);
  const extent: SparseExtent = {
    ...{ segment, capacity: layout.capacity, findings, descriptor, parentPath: null },
    plausible: found !== null || holdsDirectory(layout),
    tables: found ?? new StoredTables(layout, cache, replacedOnce(findings)),
    packing: !isCompressed(header) ? "none" : marked ? "marked" : "bare",
    facts: factsOf({
      version: header.version,
      compression: isCompressed(header) ? "deflate" : null,
      "block-bytes": layout.grainBytes,
      clean: header.unclean === 0 ? "yes" : "no",
    }),
    claimed: (claim) => claimStructures(extent, headers, claim),
    // What a walk passes over it has looked at.
    check: (part) => (found ? [] : checkTables(extent, part, tableRoom(extent, marked))),
  };
  return extent;
}

export function replacedOnce(findings: Finding[]): () => void {
  let told = false;
  return () => {
    if (!told) findings.push(finding("image/structure-replaced", { structure: "grain table" }));
    told = true;
  };
}

function stateFindings({ name }: ImageSegment, header: SparseHeader): Finding[] {
  const tested = (header.flags & sparseFlags.endLineTest) !== 0;
  return [
    ...(tested && !header.lineEndsKept ? [finding("image/vmdk-line-ends", { segment: name })] : []),
    ...(header.unclean === 0 ? [] : [finding("image/not-closed")]),
  ];
}

function streamStart({ overhead }: SparseHeader): number {
  return Number.isSafeInteger(overhead * sectorBytes) && overhead > 0 ? overhead * sectorBytes : sectorBytes;
}

function truncation({ name, source }: ImageSegment, layout: GrainLayout, headers: SparseHeaders): EvidenceError {
  const at = headers.directoryOffset ?? 0;
  const expected = at * sectorBytes + tableCount(layout) * layout.codec.bytes;
  return new EvidenceError("image/truncated", { segment: name, bytes: source.size, expected });
}

/** The grain directory and, where there is one, its copy: those that begin in the file, the better one first. */
function layoutOf(segment: ImageSegment, { header, directoryOffset }: SparseHeaders, findings: Finding[]): GrainLayout {
  const { size } = segment.source;
  const codec = sectorCodec((header.flags & sparseFlags.zeroGrains) !== 0);
  const grainBytes = header.grainSectors * sectorBytes;
  const capacity = header.capacity * sectorBytes;
  const windows = windowsOver(segment);
  const tableEntries = tableEntriesOf(header);
  const base = { segment, windows, codec, capacity, grainBytes, tableEntries, directories: [] };
  const length = tableCount(base) * codec.bytes;
  const copyOffset = (header.flags & sparseFlags.redundantDirectory) !== 0 ? header.copyOffset : 0;
  const [first = 0, copy = 0] = [directoryOffset ?? 0, copyOffset].map((sector) => sector * sectorBytes);
  const begins = (at: number) => at >= sectorBytes && at < size;
  const whole = (at: number) => begins(at) && at + length <= size;
  const directories = [first, copy].filter(begins);
  const damaged = directories.map((_, which) => directoryDamage({ ...base, directories }, which, mostDirectoryEntries));
  if (copy > 0 && !whole(copy)) findings.push(damage("copy of the grain directory", "outside of the file"));
  const swap = begins(copy) && begins(first) && !whole(first) && whole(copy);
  if (swap) directories.reverse();
  if ((begins(copy) && !begins(first)) || swap || (damaged[1] ?? Infinity) < (damaged[0] ?? 0)) {
    findings.push(finding("image/structure-replaced", { structure: "grain directory" }));
  } else if (begins(first) && (damaged[0] ?? 0) > 0) {
    findings.push(damage("grain directory", "outside of the file"));
  }
  return { ...base, directories };
}

function damage(structure: string, problem: string): Finding {
  return finding("image/structure-damaged", { structure, problem });
}

function holdsDirectory(layout: GrainLayout): boolean {
  const length = tableCount(layout) * layout.codec.bytes;
  return layout.directories.some((at) => at + length <= layout.segment.source.size);
}

function descriptorOf({ source }: ImageSegment, header: SparseHeader, findings: Finding[]): Uint8Array {
  const nothing = new Uint8Array(0);
  const at = header.descriptorOffset * sectorBytes;
  if (at === 0) return nothing;
  const length = Math.min(header.descriptorSectors * sectorBytes, mostDescriptorBytes);
  const text = at < source.size ? readRange(source, at, length) : nothing;
  if (isDescriptor(text)) return text;
  // Extents of split disks keep the room for one and leave it empty.
  if (text.length === 0 || text.some((byte) => byte !== 0)) findings.push(damage("descriptor", "title"));
  return nothing;
}

function claimStructures({ segment, descriptor, tables }: SparseExtent, headers: SparseHeaders, claim: Claim): void {
  const { header, footer } = headers;
  const length = tableCount(tables.layout) * tables.layout.codec.bytes;
  claim(0, headerFieldBytes);
  const end = descriptor.indexOf(0);
  claim(header.descriptorOffset * sectorBytes, end === -1 ? descriptor.length : end);
  for (const at of tables.layout.directories) {
    claim(at, length);
    claimMarker(segment, at, markerTypes.grainDirectory, claim);
  }
  // Marker, footer, end of the stream.
  if (footer) claim(footer.at - sectorBytes, 3 * sectorBytes);
}

function claimMarker({ source }: ImageSegment, behind: number, kind: number, claim: Claim): void {
  if (behind < 2 * sectorBytes) return;
  const marker = readRange(source, behind - sectorBytes, markerLayout.size);
  if (marker.length < markerLayout.size) return;
  const { size, type } = markerLayout.cursor().over(marker);
  if (size === 0 && type === kind) claim(behind - sectorBytes, markerLayout.size);
}

function tableRoom({ segment, tables }: SparseExtent, marked: boolean): (place: number, claim: Claim) => void {
  const { tableEntries, codec } = tables.layout;
  return (place, claim) => {
    claim(place, tableEntries * codec.bytes);
    if (marked) claimMarker(segment, place, markerTypes.grainTable, claim);
  };
}
