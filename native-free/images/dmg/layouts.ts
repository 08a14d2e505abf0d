/** Structures of UDIF images: trailer, block tables, headers of encrypted images. Big-endian. */
import { u32be, wideBe } from "../../bytes/field-types.ts";
import { ascii, bytes, struct } from "../../bytes/struct.ts";

export const sectorBytes = 512;
export const trailerSignature = "koly";
export const tableSignature = "mish";

/** libmodi, Mac OS disk image types, "UDIF resource file". */
export const trailerLayout = struct("dmg.trailer", 512, {
  signature: [0, ascii(4)],
  version: [4, u32be],
  headerBytes: [8, u32be],
  flags: [12, u32be],
  runningOffset: [16, wideBe, "bytes of the data fork in the segments before"],
  dataOffset: [24, wideBe],
  dataLength: [32, wideBe],
  resourceOffset: [40, wideBe],
  resourceLength: [48, wideBe],
  segmentNumber: [56, u32be, "from 1; 0 where there is one"],
  segmentCount: [60, u32be],
  segmentId: [64, bytes(16)],
  dataChecksumType: [80, u32be, "2: CRC-32"],
  dataChecksumBits: [84, u32be],
  dataChecksum: [88, u32be],
  plistOffset: [216, wideBe],
  plistLength: [224, wideBe],
  codeSignatureOffset: [296, wideBe],
  codeSignatureLength: [304, wideBe],
  masterChecksumType: [352, u32be],
  masterChecksumBits: [356, u32be],
  masterChecksum: [360, u32be, "CRC-32 of the checksums of the tables"],
  variant: [488, u32be, "1: a device, 2: a partition, 3: mounted system"],
  sectorCount: [492, wideBe],
});

/** The same, "UDIF XML plist": block table; its entries follow. */
export const tableLayout = struct("dmg.blockTable", 204, {
  signature: [0, ascii(4)],
  version: [4, u32be],
  firstSector: [8, wideBe],
  sectorCount: [16, wideBe],
  dataOffset: [24, wideBe],
  buffers: [32, u32be],
  descriptor: [36, u32be],
  checksumType: [64, u32be],
  checksumBits: [68, u32be],
  checksum: [72, u32be, "of the content; ignored blocks are left out"],
  entryCount: [200, u32be],
});

export const entryLayout = struct("dmg.blockEntry", 40, {
  type: [0, u32be],
  comment: [4, u32be],
  firstSector: [8, wideBe, "from the first sector of the table"],
  sectorCount: [16, wideBe],
  offset: [24, wideBe, "in the data fork"],
  length: [32, wideBe],
});

export const encryptedHeadSignature = "encrcdsa";
export const encryptedTailSignature = "cdsaencr";

/** Version 2 of encrypted images, at the begin of the file. */
export const encryptedHeader = struct("dmg.encrypted", 32, {
  signature: [0, ascii(8)],
  version: [8, u32be],
  vectorBytes: [12, u32be],
  mode: [16, u32be],
  algorithm: [20, u32be, "0x80000001: AES"],
  keyBits: [24, u32be],
});

/** MacBinary II (fields that NDIF images are told by). */
export const macBinaryLayout = struct("dmg.macBinary", 128, {
  zero: [0, bytes(1)],
  nameLength: [1, bytes(1)],
  type: [65, ascii(4)],
  creator: [69, ascii(4)],
});

/** Resource fork: header. Inside Macintosh, More Toolbox, 1-121. */
export const forkHeader = struct("dmg.resourceFork", 16, {
  dataOffset: [0, u32be],
  mapOffset: [4, u32be],
  dataLength: [8, u32be],
  mapLength: [12, u32be],
});
