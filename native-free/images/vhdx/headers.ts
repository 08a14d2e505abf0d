/** The two headers (MS-VHDX 2.2.2) and the two region tables (2.2.3). */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { mixedGuidText } from "../../bytes/guid.ts";
import { crc32c } from "../../kernels/crc32c.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import {
  checksumOffset,
  headerBytes,
  headerLayout,
  headerOffsets,
  megabyte,
  mostRegions,
  regionGuids,
  regionLayout,
  regionTableLayout,
  regionTableOffsets,
  tableBytes,
} from "./layouts.ts";

export interface Header {
  readonly sequence: number;
  readonly fileWriteGuid: string;
  readonly dataWriteGuid: string;
  readonly logGuid: string;
  readonly logVersion: number;
  readonly version: number;
  readonly logLength: number;
  readonly logOffset: number;
}

interface Read {
  readonly bytes: Uint8Array;
  readonly signed: boolean;
  readonly intact: boolean;
}

/** A structure of `length` bytes with a signature and a CRC-32C over all of it, its own four bytes taken as zero. */
function readChecked(file: ByteSource, at: number, length: number, signature: string): Read {
  const bytes = readRange(file, at, length);
  const signed = bytes.length === length && [...signature].every((sign, index) => bytes[index] === sign.charCodeAt(0));
  if (!signed) return { bytes, signed, intact: false };
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const stored = view.getUint32(checksumOffset, true);
  view.setUint32(checksumOffset, 0, true);
  return { bytes, signed, intact: crc32c(bytes) === stored };
}

const same = (a: Read, b: Read): boolean => Buffer.compare(a.bytes, b.bytes) === 0;

/** The current header; null where neither is intact. */
export function readHeaders(file: ByteSource): { header: Header | null; findings: Finding[] } {
  const [first, second] = headerOffsets.map((at) => readChecked(file, at, headerBytes, "head")) as [Read, Read];
  const headers = [first, second].map((read) => (read.intact ? headerOf(read.bytes) : null));
  const [one = null, two = null] = headers;
  if (!one && !two) {
    return {
      header: null,
      findings: [finding("image/structure-damaged", { structure: "headers", problem: "checksum" })],
    };
  }
  if (!one || !two) {
    return { header: one ?? two, findings: [finding("image/structure-replaced", { structure: "header" })] };
  }
  const differ = one.sequence === two.sequence && !same(first, second);
  const findings = differ
    ? [finding("image/structures-differ", { structure: "header", field: "all but its number" })]
    : [];
  return { header: two.sequence > one.sequence ? two : one, findings };
}

function headerOf(bytes: Uint8Array): Header {
  const cursor = headerLayout.cursor().over(bytes);
  const { sequence, logVersion, version, logLength, logOffset } = cursor;
  return {
    ...{ sequence, logVersion, version, logLength, logOffset },
    fileWriteGuid: mixedGuidText(cursor.fileWriteGuid),
    dataWriteGuid: mixedGuidText(cursor.dataWriteGuid),
    logGuid: mixedGuidText(cursor.logGuid),
  };
}

/** A part of the file, in bytes. */
export interface Region {
  readonly guid: string;
  readonly offset: number;
  readonly length: number;
}

export interface Regions {
  /** The block allocation table. */
  readonly table: Region;
  readonly metadata: Region;
  readonly others: readonly Region[];
  readonly findings: readonly Finding[];
}

const structure = "region table";

/** Throws EvidenceError `image/structure-damaged` where neither table says where block table and metadata are. */
export function readRegions(file: ByteSource): Regions {
  const reads = regionTableOffsets.map((at) => readChecked(file, at, tableBytes, "regi"));
  const [first, second] = reads as [Read, Read];
  const findings: Finding[] = [];
  if (first.intact && second.intact) {
    if (!same(first, second)) findings.push(finding("image/structures-differ", { structure, field: "entries" }));
  } else if (first.intact || second.intact) {
    findings.push(finding("image/structure-replaced", { structure }));
  } else {
    findings.push(finding("image/structure-damaged", { structure, problem: "checksum" }));
  }
  const byTrust = [...reads.filter(({ intact }) => intact), ...reads.filter(({ signed, intact }) => signed && !intact)];
  for (const { bytes } of byTrust) {
    const regions = regionsOf(bytes, file.size, findings);
    if (regions) return regions;
  }
  throw new EvidenceError("image/structure-damaged", { structure, problem: "entries" });
}

function regionsOf(bytes: Uint8Array, fileBytes: number, before: readonly Finding[]): Regions | null {
  const findings = [...before];
  const known = new Map<string, Region>();
  const cursor = regionLayout.cursor();
  const count = Math.min(regionTableLayout.cursor().over(bytes).count, mostRegions);
  for (let index = 0; index < count; index++) {
    const {
      guid: raw,
      offset,
      length,
      required,
    } = cursor.over(bytes, regionTableLayout.size + index * regionLayout.size);
    const guid = mixedGuidText(raw);
    const ours = guid === regionGuids.table || guid === regionGuids.metadata;
    if (!Number.isSafeInteger(offset) || offset > fileBytes) findings.push(damage("place of a region"));
    else if (known.has(guid)) findings.push(damage("region given twice"));
    else known.set(guid, { guid, offset, length });
    if (offset < megabyte || offset % megabyte !== 0) findings.push(damage("alignment of a region"));
    if (!ours && (required & 1) !== 0) findings.push(finding("image/unsupported", { feature: `region ${guid}` }));
  }
  const table = known.get(regionGuids.table);
  const metadata = known.get(regionGuids.metadata);
  if (!table || !metadata) return null;
  const others = [...known.values()].filter((region) => region !== table && region !== metadata);
  return { table, metadata, others, findings };
}

function damage(problem: string): Finding {
  return finding("image/structure-damaged", { structure, problem });
}
