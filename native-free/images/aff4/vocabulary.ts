/**
 * Names that AFF4 uses. Specification: AFF4 Standard 1.0a, sections 2, 3.3, 4.4 and 6; where it and the Canonical Reference
 * Images differ, the images take precedence, as it says. The older names are those of images from before the standard.
 */

export const AFF4 = "http://aff4.org/Schema#";
/** Of images that Evimetry 2.x wrote before the standard. */
const BEFORE_STANDARD = "http://afflib.org/2009/aff4#";
export const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
export const XSD = "http://www.w3.org/2001/XMLSchema#";

/**
 * What the standard has no word for stands in our own namespace:
 *
 * - `zeroFilledHash`, of an Image: the linear hash of its data stream with unreadable ranges read as zeros, as acquisition
 *   programs compute it. `aff4:hash` of an Image is, by section 6.1, that of the stream as section 4.4 fills it: with
 *   "UNREADABLEDATA" again and again. The two are the same where everything was readable, and then only `aff4:hash` is there.
 * - `unreadableSectors`, of an Image: how many sectors could not be read.
 * - `software`, of an Image: what wrote it.
 */
export const VESTIGE = "urn:vestige:aff4:1#";

export const DESCRIPTION_MEMBER = "container.description";
export const VERSION_MEMBER = "version.txt";
export const TURTLE_MEMBER = "information.turtle";

/** The standard's name of a property first, then older ones. */
const property = (name: string, ...older: string[]): readonly string[] => [
  AFF4 + name,
  ...older.map((other) => (other.includes(":") ? other : AFF4 + other)),
  BEFORE_STANDARD + name,
];

export const properties = {
  dataStream: property("dataStream"),
  size: property("size"),
  chunkSize: property("chunkSize", "chunk_size", `${BEFORE_STANDARD}chunk_size`),
  chunksInSegment: property(
    "chunksInSegment",
    "chunks_per_segment",
    "chunks_in_segment",
    `${BEFORE_STANDARD}chunks_in_segment`,
    `${BEFORE_STANDARD}chunks_per_segment`,
  ),
  compression: property("compressionMethod", "compression", `${BEFORE_STANDARD}CompressionMethod`),
  gapStream: property("mapGapDefaultStream"),
  dependentStream: property("dependentStream"),
  hash: property("hash"),
  blockSize: property("blockSize"),
  stored: property("stored"),
  target: property("target"),
  blockMapHash: property("blockMapHash"),
} as const;

/** Types by what they are to a reader. */
export const types = {
  image: ["DiskImage", "ContiguousImage", "DiscontiguousImage", "Image", "MemoryImage"].flatMap((name) => [
    AFF4 + name,
    BEFORE_STANDARD + name,
  ]),
  logical: ["FileImage", "FolderImage", "LogicalAcquisitionTask"].map((name) => AFF4 + name),
  map: [`${AFF4}Map`, `${AFF4}map`, `${BEFORE_STANDARD}map`, `${BEFORE_STANDARD}Map`],
  stream: [`${AFF4}ImageStream`, `${AFF4}image`, `${BEFORE_STANDARD}stream`, `${BEFORE_STANDARD}ImageStream`],
  blockHashes: [`${AFF4}BlockHashes`],
  encrypted: [`${AFF4}EncryptedStream`, `${AFF4}RandomImageStream`],
} as const;

export type Codec = "none" | "deflate" | "lz4" | "snappy";

export const DEFLATE_METHOD = "https://tools.ietf.org/html/rfc1951";
export const LZ4_METHOD = "https://code.google.com/p/lz4/";

/** Zlib streams (RFC 1950) are not in the standard but were written, and so were other addresses. */
export const codecs: ReadonlyMap<string, Codec> = new Map([
  [DEFLATE_METHOD, "deflate"],
  ["http://tools.ietf.org/html/rfc1951", "deflate"],
  ["https://www.ietf.org/rfc/rfc1950.txt", "deflate"],
  ["https://www.ietf.org/rfc/rfc1951.txt", "deflate"],
  [LZ4_METHOD, "lz4"],
  ["http://code.google.com/p/lz4/", "lz4"],
  ["http://code.google.com/p/snappy/", "snappy"],
  ["https://code.google.com/p/snappy/", "snappy"],
  ["https://github.com/google/snappy", "snappy"],
  [`${AFF4}NullCompressor`, "none"],
  [`${BEFORE_STANDARD}nullCompressor`, "none"],
  [`${AFF4}compression/stored`, "none"],
]);

/** Block hash members by algorithm of node:crypto, best first, with the bytes of a digest. */
export const blockHashes = [
  { algorithm: "sha256", ending: "sha256", bytes: 32 },
  { algorithm: "sha512", ending: "sha512", bytes: 64 },
  { algorithm: "blake2b512", ending: "blake2b", bytes: 64 },
  { algorithm: "sha1", ending: "sha1", bytes: 20 },
  { algorithm: "md5", ending: "md5", bytes: 16 },
] as const;

export type BlockHash = (typeof blockHashes)[number];

/** What our writer keeps of each chunk: the one of them that a kernel of ours computes fastest without allocating. */
export const WRITTEN_BLOCK_HASH = blockHashes[2];

/** Linear hashes by datatype: names as `storedHashes` has them, and characters of the hexadecimal form. */
export const linearHashes: ReadonlyMap<string, readonly [name: string, digits: number]> = new Map([
  ["MD5", ["md5", 32]],
  ["SHA1", ["sha1", 40]],
  ["SHA256", ["sha256", 64]],
  ["SHA512", ["sha512", 128]],
  ["blake2b", ["blake2b", 128]],
  ["Blake2b", ["blake2b", 128]],
]);

/** Of streams of one repeated byte before the standard: its two digits follow, and `Zero`, `FF` stand in the older namespace. */
export const OLDER_SYMBOLS = "http://afflib.org/2012/SymbolicStream#";

/** The last part of a name in one of the AFF4 namespaces; null for any other. */
export function localName(iri: string): string | null {
  for (const namespace of [AFF4, BEFORE_STANDARD]) if (iri.startsWith(namespace)) return iri.slice(namespace.length);
  return null;
}

/** The folder of a URN in the volume of another: section 5.2, upper case. */
export function memberFolder(urn: string): string {
  return encodeURIComponent(urn);
}

/** Bevies are numbered with eight digits. */
export function bevyName(number: number): string {
  return String(number).padStart(8, "0");
}

/** The reference images name block hashes so; section 6.2 leaves `blockHash` out. */
export function blockHashName(bevy: string, ending: string): string {
  return `${bevy}.blockHash.${ending}`;
}
