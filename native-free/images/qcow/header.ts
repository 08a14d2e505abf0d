/** The header of an image of any version, its extensions and its backing file's name. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { readExtensions, type QcowExtensions } from "./extensions.ts";
import {
  autoclearBits,
  compatibleBits,
  COMPRESSION_TYPE_AT,
  incompatibleBits,
  qcow1Header,
  qcow2Header,
  QCOW2_HEADER_BYTES,
  qcow3Fields,
  qcowStart,
  QCOW_MAGIC,
} from "./layouts.ts";

export interface QcowHeader {
  readonly version: number;
  /** Bytes of the medium. */
  readonly size: number;
  readonly clusterBits: number;
  readonly clusterBytes: number;
  /** Entries of an L2 table, and bytes of one. */
  readonly l2Entries: number;
  readonly l2EntryBytes: number;
  readonly l1Offset: number;
  readonly l1Entries: number;
  readonly backingName: string | null;
  /** Seconds since 1970, of the backing file (version 1). */
  readonly backingModified: number | null;
  /** Null in version 1. */
  readonly refcounts: { readonly offset: number; readonly clusters: number; readonly order: number } | null;
  readonly snapshots: { readonly offset: number; readonly count: number };
  readonly dirty: boolean;
  readonly corrupt: boolean;
  readonly externalData: boolean;
  readonly zstd: boolean;
  readonly extendedL2: boolean;
  readonly features: readonly string[];
  readonly extensions: QcowExtensions;
  readonly findings: readonly Finding[];
}

/** Larger ones no program has written; a packed cluster is unpacked into memory. */
const MOST_CLUSTER_BITS = 21;
const MOST_NAME = 1023;

const none: QcowExtensions = {
  backingFormat: null,
  dataFile: null,
  bitmaps: null,
  unknown: [],
};

/**
 * Reads the header. Throws EvidenceError: `image/not-recognised` without the signature, `image/unsupported` for unknown
 * versions and features, `image/encrypted`, `image/structure-damaged`, `structure/number-too-large`.
 */
export function readHeader(source: ByteSource): QcowHeader {
  const head = readRange(source, 0, QCOW2_HEADER_BYTES + qcow3Fields.size + 8);
  if (head.length < qcow1Header.size) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const { magic, version } = qcowStart.cursor().over(head);
  if (magic !== QCOW_MAGIC) throw new EvidenceError("image/not-recognised", { segments: 1 });
  if (version === 1) return readVersion1(source, head);
  if (version !== 2 && version !== 3) throw new EvidenceError("image/unsupported", { feature: `version ${version}` });
  return readVersion2(source, head, version);
}

function damaged(problem: string): EvidenceError {
  return new EvidenceError("image/structure-damaged", { structure: "header", problem });
}

/** Sizes and places beyond 2^53 cannot be. */
export function sane(value: number): number {
  if (!Number.isSafeInteger(value)) throw new EvidenceError("structure/number-too-large");
  return value;
}

function clusterBytesOf(bits: number): number {
  if (bits < 9) throw damaged("cluster size");
  if (bits > MOST_CLUSTER_BITS)
    throw new EvidenceError("image/unsupported", { feature: `clusters of 2^${bits} bytes` });
  return 2 ** bits;
}

function backingNameOf(source: ByteSource, offset: number, length: number, findings: Finding[]): string | null {
  if (offset === 0) return null;
  if (length === 0 || length > MOST_NAME || offset + length > source.size) {
    findings.push(finding("image/structure-damaged", { structure: "name of the backing file", problem: "place" }));
    // There is one, whatever its name: its part of the medium is not zeros.
    return "";
  }
  return new TextDecoder().decode(readRange(source, offset, length));
}

function readVersion1(source: ByteSource, head: Uint8Array): QcowHeader {
  const raw = qcow1Header.cursor().over(head);
  const size = sane(raw.size);
  const clusterBytes = clusterBytesOf(raw.clusterBits);
  if (raw.l2Bits < 1 || raw.l2Bits > MOST_CLUSTER_BITS) throw damaged("L2 table size");
  refuseEncryption(raw.encryption, 1, size);
  const findings: Finding[] = [];
  return {
    version: 1,
    size,
    clusterBits: raw.clusterBits,
    clusterBytes,
    l2Entries: 2 ** raw.l2Bits,
    l2EntryBytes: 8,
    l1Offset: sane(raw.l1Offset),
    l1Entries: Math.ceil(size / (clusterBytes * 2 ** raw.l2Bits)),
    backingName: backingNameOf(source, sane(raw.backingOffset), raw.backingLength, findings),
    backingModified: raw.modified === 0 ? null : raw.modified,
    refcounts: null,
    snapshots: { offset: 0, count: 0 },
    dirty: false,
    corrupt: false,
    externalData: false,
    zstd: false,
    extendedL2: false,
    features: [],
    extensions: none,
    findings,
  };
}

interface Features {
  readonly incompatible: number;
  readonly compatible: number;
  readonly autoclear: number;
  readonly refcountOrder: number;
  readonly headerLength: number;
}

/** Version 2 has none, and counts of 16 bits. */
function featuresOf(head: Uint8Array, version: number): Features {
  const plain = {
    incompatible: 0,
    compatible: 0,
    autoclear: 0,
    refcountOrder: 4,
    headerLength: QCOW2_HEADER_BYTES,
  };
  if (version === 2) return plain;
  if (head.length < QCOW2_HEADER_BYTES + qcow3Fields.size) throw damaged("length");
  const raw = qcow3Fields.cursor().over(head, QCOW2_HEADER_BYTES);
  refuseUnknown(raw.incompatibleHigh, raw.incompatible);
  if (raw.refcountOrder > 6) throw damaged("width of reference counts");
  if (raw.headerLength < QCOW2_HEADER_BYTES + qcow3Fields.size) throw damaged("length");
  const { incompatible, compatible, autoclear, refcountOrder, headerLength } = raw;
  return { incompatible, compatible, autoclear, refcountOrder, headerLength };
}

function refuseUnknown(high: number, low: number): void {
  const known = Object.values(incompatibleBits).reduce((sum, bit) => sum | bit, 0);
  for (let bit = 0; bit < 64; bit++) {
    const set = bit < 32 ? ((low & ~known) >>> bit) & 1 : (high >>> (bit - 32)) & 1;
    if (set === 1) throw new EvidenceError("image/unsupported", { feature: `incompatible feature bit ${bit}` });
  }
}

function refuseEncryption(method: number, version: number, bytes: number): void {
  if (method === 0) return;
  const scheme = method === 1 ? "AES" : method === 2 ? "LUKS" : `method ${method}`;
  throw new EvidenceError("image/encrypted", { scheme: `QCOW ${scheme}`, version, bytes });
}

/** Whether clusters are packed by zstd. */
function packsByZstd(head: Uint8Array, { incompatible, headerLength }: Features): boolean {
  if ((incompatible & incompatibleBits.compression) === 0) return false;
  const type = headerLength > COMPRESSION_TYPE_AT ? (head[COMPRESSION_TYPE_AT] ?? 0) : 0;
  if (type === 0) throw damaged("compression type");
  if (type !== 1) throw new EvidenceError("image/unsupported", { feature: `compression type ${type}` });
  return true;
}

function readVersion2(source: ByteSource, head: Uint8Array, version: number): QcowHeader {
  if (head.length < QCOW2_HEADER_BYTES) throw damaged("length");
  const raw = qcow2Header.cursor().over(head);
  const features = featuresOf(head, version);
  const { incompatible, headerLength } = features;
  const size = sane(raw.size);
  const clusterBytes = clusterBytesOf(raw.clusterBits);
  const extendedL2 = (incompatible & incompatibleBits.extendedL2) !== 0;
  if (extendedL2 && raw.clusterBits < 14) throw damaged("cluster size");
  refuseEncryption(raw.encryption, version, size);
  const findings: Finding[] = [];
  const l2EntryBytes = extendedL2 ? 16 : 8;
  const extensions = readExtensions(source, headerLength, clusterBytes, findings);
  const header = {
    version,
    size,
    clusterBits: raw.clusterBits,
    clusterBytes,
    l2Entries: clusterBytes / l2EntryBytes,
    l2EntryBytes,
    l1Offset: sane(raw.l1Offset),
    l1Entries: raw.l1Entries,
    backingName: backingNameOf(source, sane(raw.backingOffset), raw.backingLength, findings),
    backingModified: null,
    refcounts: { offset: sane(raw.refcountOffset), clusters: raw.refcountClusters, order: features.refcountOrder },
    snapshots: { offset: sane(raw.snapshotsOffset), count: raw.snapshots },
    dirty: (incompatible & incompatibleBits.dirty) !== 0,
    corrupt: (incompatible & incompatibleBits.corrupt) !== 0,
    externalData: (incompatible & incompatibleBits.externalData) !== 0,
    zstd: packsByZstd(head, features),
    extendedL2,
    features: featureWords(features),
    extensions,
    findings,
  };
  tellDisagreements(header, features);
  return header;
}

function featureWords({ incompatible, compatible, autoclear, refcountOrder }: Features): string[] {
  const words: readonly (readonly [number, string])[] = [
    [incompatible & incompatibleBits.externalData, "external data file"],
    [autoclear & autoclearBits.rawExternal, "raw external data"],
    [incompatible & incompatibleBits.extendedL2, "extended L2 entries"],
    [compatible & compatibleBits.lazyRefcounts, "lazy reference counts"],
    [autoclear & autoclearBits.bitmaps, "bitmaps"],
    [refcountOrder === 4 ? 0 : 1, `reference counts of ${2 ** refcountOrder} bits`],
  ];
  return words.filter(([set]) => set !== 0).map(([, word]) => word);
}

/** What the header says twice, and what must be true of it. */
function tellDisagreements(header: QcowHeader & { readonly findings: Finding[] }, features: Features): void {
  const tell = (structure: string, problem: string) =>
    header.findings.push(finding("image/structure-damaged", { structure, problem }));
  const { clusterBytes, l1Entries, l2Entries, l1Offset, size, extensions, backingName, externalData } = header;
  if (l1Entries * l2Entries * clusterBytes < size) tell("L1 table", "too short for the medium");
  if (l1Offset % clusterBytes !== 0) tell("L1 table", "place");
  if (features.headerLength % 8 !== 0) tell("header", "length");
  if ((features.autoclear & autoclearBits.bitmaps) !== 0 && !extensions.bitmaps) tell("bitmaps", "absent");
  const rawExternal = (features.autoclear & autoclearBits.rawExternal) !== 0;
  if (rawExternal && !externalData) tell("header", "raw external data without a data file");
  if (rawExternal && backingName !== null) tell("header", "raw external data with a backing file");
  if (header.dirty) header.findings.push(finding("image/not-closed"));
  if (header.corrupt) header.findings.push(finding("image/qcow-corrupt"));
}
