/**
 * Opens a seSparse extent (snapshots of ESXi 6.5 and later): 64-bit entries, tables and grains addressed by their numbers. Laid
 * out as described with its support in QEMU 4.1. The journal is not replayed.
 */
import { readRange } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { Claim } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import {
  absent,
  directoryDamage,
  lost,
  StoredTables,
  tableCount,
  zeroGrain,
  type EntryCodec,
  type GrainLayout,
  type TableCache,
  windowsOver,
} from "./grain-tables.ts";
import {
  sectorBytes,
  seHeaderLayout,
  seSignature,
  seVersionHigh,
  seVersionLow,
  seVolatileLayout,
  seVolatileSignature,
} from "./layouts.ts";
import { checkTables, type SparseExtent } from "./sparse-extent.ts";
import { isPowerOfTwo } from "./sparse-header.ts";

const entryBytes = 8;
const mostGrainSectors = 1 << 15;
const mostTableSectors = 1 << 10;
const mostDirectoryEntries = 1 << 20;
/** The four highest bits of an entry. */
const entryKinds = { none: 0, tableOrUnmapped: 1, zero: 2, allocated: 3 } as const;

export function isSeSparse(head: Uint8Array): boolean {
  if (head.length < seHeaderLayout.size) return false;
  const { signature, versionHigh, versionLow } = seHeaderLayout.cursor().over(head);
  return signature === seSignature && versionHigh === seVersionHigh && versionLow === seVersionLow;
}

/** Throws EvidenceError `image/not-recognised`, `image/unsupported`, `image/structure-damaged`, `image/truncated`. */
export function openSeSparse(segment: ImageSegment, cache: TableCache): SparseExtent {
  const { source } = segment;
  const head = readRange(source, 0, seHeaderLayout.size);
  if (!isSeSparse(head)) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const layout = layoutOf(segment, head);
  const [at = 0] = layout.directories;
  const length = tableCount(layout) * entryBytes;
  if (at < sectorBytes || at >= source.size) {
    throw new EvidenceError("image/truncated", { segment: segment.name, bytes: source.size, expected: at + length });
  }
  const findings = journalFindings(segment, head);
  if (directoryDamage(layout, 0, mostDirectoryEntries) > 0) {
    findings.push(finding("image/structure-damaged", { structure: "grain directory", problem: "outside of the file" }));
  }
  const extent: SparseExtent = {
    ...{ segment, capacity: layout.capacity, findings, packing: "none", parentPath: null },
    plausible: at + length <= source.size,
    tables: new StoredTables(layout, cache, () => {}),
    facts: factsOf({ version: `${seVersionHigh}.${seVersionLow}`, "block-bytes": layout.grainBytes }),
    descriptor: new Uint8Array(0),
    claimed: (claim) => claimStructures(head, claim),
    // Room for all tables is claimed as a whole.
    check: (part) => checkTables(extent, part, () => {}),
  };
  return extent;
}

function layoutOf(segment: ImageSegment, head: Uint8Array): GrainLayout {
  const { capacity, grainSectors, tableSectors, directoryOffset, tablesOffset, grainsOffset } = seHeaderLayout
    .cursor()
    .over(head);
  const offsets = [capacity, directoryOffset, tablesOffset, grainsOffset].map((sectors) => sectors * sectorBytes);
  if (!offsets.every((offset) => Number.isSafeInteger(offset))) throw new EvidenceError("structure/number-too-large");
  const sizesHold = isPowerOfTwo(grainSectors) && grainSectors <= mostGrainSectors;
  if (!sizesHold || !isPowerOfTwo(tableSectors) || tableSectors > mostTableSectors) {
    throw new EvidenceError("image/structure-damaged", { structure: "header", problem: "grain size" });
  }
  const [bytes = 0, directory = 0, tables = 0, grains = 0] = offsets;
  const grainBytes = grainSectors * sectorBytes;
  return {
    segment,
    windows: windowsOver(segment),
    codec: seCodec(tables, tableSectors * sectorBytes, grains, grainBytes),
    capacity: bytes,
    grainBytes,
    tableEntries: (tableSectors * sectorBytes) / entryBytes,
    directories: [directory],
  };
}

function seCodec(tables: number, tableBytes: number, grains: number, grainBytes: number): EntryCodec {
  return {
    bytes: entryBytes,
    table(window, at) {
      const [low, high] = [window.getUint32(at, true), window.getUint32(at + 4, true)];
      if (low === 0 && high === 0) return absent;
      return high === entryKinds.tableOrUnmapped * 2 ** 28 ? tables + low * tableBytes : lost;
    },
    grain(window, at) {
      const [low, high] = [window.getUint32(at, true), window.getUint32(at + 4, true)];
      const kind = high >>> 28;
      if (kind === entryKinds.none) return low === 0 && high === 0 ? absent : lost;
      if (kind === entryKinds.tableOrUnmapped || kind === entryKinds.zero) return zeroGrain;
      if (kind !== entryKinds.allocated) return lost;
      // Bits 48 to 59 are the low part of the grain's number, bits 0 to 47 the rest.
      const number = ((high >>> 16) & 0xfff) + ((high & 0xffff) * 2 ** 32 + low) * 2 ** 12;
      const place = grains + number * grainBytes;
      return Number.isSafeInteger(place) ? place : lost;
    },
  };
}

function journalFindings({ source }: ImageSegment, head: Uint8Array): Finding[] {
  const { volatileOffset } = seHeaderLayout.cursor().over(head);
  const at = volatileOffset * sectorBytes;
  const bytes = readRange(source, Math.min(at, source.size), seVolatileLayout.size);
  const structure = "volatile header";
  if (bytes.length < seVolatileLayout.size) {
    return [finding("image/structure-damaged", { structure, problem: "outside of the file" })];
  }
  const { signature, replayJournal } = seVolatileLayout.cursor().over(bytes);
  if (signature !== seVolatileSignature) {
    return [finding("image/structure-damaged", { structure, problem: "signature" })];
  }
  return replayJournal === 0
    ? []
    : [finding("image/not-closed"), finding("image/unsupported", { feature: "the journal of seSparse" })];
}

function claimStructures(head: Uint8Array, claim: Claim): void {
  const header = seHeaderLayout.cursor().over(head);
  const areas = [
    [header.volatileOffset, header.volatileSectors],
    [header.journalHeaderOffset, header.journalHeaderSectors],
    [header.journalOffset, header.journalSectors],
    [header.directoryOffset, header.directorySectors],
    [header.tablesOffset, header.tablesSectors],
    [header.bitmapOffset, header.bitmapSectors],
    [header.backmapOffset, header.backmapSectors],
  ] as const;
  claim(0, seHeaderLayout.size);
  for (const [sector, sectors] of areas) if (sector > 0) claim(sector * sectorBytes, sectors * sectorBytes);
}
