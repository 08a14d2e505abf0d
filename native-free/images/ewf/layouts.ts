/**
 * The structures of EWF version 1. Specification: libyal, "Expert Witness Compression Format (EWF)", sections
 * "File header", "Section descriptor", "Section types"; the volume payload as EnCase 6 writes it.
 */
import { ascii, bytes, struct, u16, u32, u64, u8 } from "../../bytes/struct.ts";

/** `EVF\t\r\n\xff\0` */
export const SEGMENT_SIGNATURE = Uint8Array.of(0x45, 0x56, 0x46, 0x09, 0x0d, 0x0a, 0xff, 0x00);
/** `LVF\t\r\n\xff\0`: logical evidence, the same sections with a tree of files. */
export const LOGICAL_SIGNATURE = Uint8Array.of(0x4c, 0x56, 0x46, 0x09, 0x0d, 0x0a, 0xff, 0x00);
/** `ADCRYPT\0`: a segment encrypted as a whole by AccessData's tools. */
export const ENCRYPTED_SIGNATURE = Uint8Array.of(0x41, 0x44, 0x43, 0x52, 0x59, 0x50, 0x54, 0x00);

export const SECTORS_PER_CHUNK = 64;
/** The largest table that every reader of the format takes. */
export const MAX_TABLE_ENTRIES = 16375;
/** Bit of a table entry: the chunk is a zlib stream. */
export const COMPRESSED_BIT = 0x8000_0000;

export const segmentHeader = struct("ewf.segmentHeader", 13, {
  signature: [0, bytes(8)],
  startOfFields: [8, u8, "always 1"],
  segmentNumber: [9, u16, "from 1"],
  endOfFields: [11, u16, "always 0"],
});

export const sectionDescriptor = struct("ewf.sectionDescriptor", 76, {
  type: [0, ascii(16)],
  next: [16, u64, "offset in the segment; of itself in next and done"],
  length: [24, u64, "bytes with this descriptor; 0 in next and done"],
  padding: [32, bytes(40)],
  checksum: [72, u32, "Adler-32 of what precedes it"],
});

export const volumeData = struct("ewf.volume", 1052, {
  mediaType: [0, u8, "0 removable, 1 fixed, 3 optical, 14 logical, 16 memory"],
  chunkCount: [4, u32],
  sectorsPerChunk: [8, u32],
  bytesPerSector: [12, u32],
  sectorCount: [16, u64],
  cylinders: [24, u32],
  heads: [28, u32],
  sectorsPerTrack: [32, u32],
  mediaFlags: [36, u8, "1 image, 2 physical, 4 Fastbloc, 8 Tableau"],
  palmStart: [40, u32, "sector of the PALM volume"],
  smartStart: [48, u32, "sector of the SMART logs"],
  compressionLevel: [52, u8, "0 none, 1 fast, 2 best"],
  errorGranularity: [56, u32, "sectors"],
  guid: [64, bytes(16), "of the segment set"],
  checksum: [1048, u32, "Adler-32 of what precedes it"],
});

/** `volume` as the first specification has it (ASR) and SMART writes it. */
export const smartVolume = struct("ewf.smartVolume", 94, {
  reserved: [0, u32, "always 1"],
  chunkCount: [4, u32],
  sectorsPerChunk: [8, u32],
  bytesPerSector: [12, u32],
  sectorCount: [16, u32],
  signature: [85, ascii(5), "SMART, or the start of the signature of the file"],
  checksum: [90, u32, "Adler-32 of what precedes it"],
});

export const sessionHeader = struct("ewf.session", 36, {
  entryCount: [0, u32],
  checksum: [32, u32, "Adler-32 of what precedes it"],
});

export const sessionEntry = struct("ewf.sessionEntry", 32, {
  flags: [0, u32, "1 audio track"],
  start: [4, u32, "sector"],
});

export const tableHeader = struct("ewf.tableHeader", 24, {
  entryCount: [0, u32],
  baseOffset: [8, u64, "added to every entry"],
  checksum: [20, u32, "Adler-32 of what precedes it"],
});

export const errorHeader = struct("ewf.error2", 520, {
  entryCount: [0, u32],
  checksum: [516, u32, "Adler-32 of what precedes it"],
});

export const errorEntry = struct("ewf.error2Entry", 8, {
  first: [0, u32, "sector"],
  count: [4, u32, "sectors"],
});

export const hashData = struct("ewf.hash", 36, {
  md5: [0, bytes(16)],
  checksum: [32, u32, "Adler-32 of what precedes it"],
});

export const digestData = struct("ewf.digest", 80, {
  md5: [0, bytes(16)],
  sha1: [16, bytes(20)],
  checksum: [76, u32, "Adler-32 of what precedes it"],
});
