/** The structures of EWF version 2. Specification: libyal, "Expert Witness Compression Format 2 (EWF2)". */
import { wide } from "../../bytes/field-types.ts";
import { bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";

/** `EVF2\r\n\x81\0` */
export const MEDIUM_SIGNATURE = Uint8Array.of(0x45, 0x56, 0x46, 0x32, 0x0d, 0x0a, 0x81, 0x00);
/** `LEF2\r\n\x81\0`: logical evidence, the same sections with a tree of files. */
export const LOGICAL_SIGNATURE = Uint8Array.of(0x4c, 0x45, 0x46, 0x32, 0x0d, 0x0a, 0x81, 0x00);

export const fileHeader = struct("ewf2.fileHeader", 32, {
  signature: [0, bytes(8)],
  major: [8, u8, "2"],
  minor: [9, u8, "1"],
  compression: [10, u16, "0 none, 1 zlib, 2 bzip2"],
  segmentNumber: [12, u32, "from 1"],
  guid: [16, bytes(16), "of the set, little-endian"],
});

/** Stands behind the data of its section. */
export const sectionDescriptor = struct("ewf2.sectionDescriptor", 64, {
  type: [0, u32],
  flags: [4, u32, "1 hashed, 2 encrypted"],
  previous: [8, wide, "offset of the descriptor before; 0 where there is none"],
  dataSize: [16, wide, "bytes in front of this descriptor, padding included"],
  descriptorSize: [24, u32, "always 64"],
  paddingSize: [28, u32],
  md5: [32, bytes(16), "of the data, padding included"],
  checksum: [60, u32, "Adler-32 of what precedes it"],
});

export const HASHED = 1;
export const ENCRYPTED = 2;

/** Section types by number. */
export const sectionTypes: Readonly<Record<number, string>> = {
  1: "device",
  2: "case",
  3: "sectors",
  4: "table",
  5: "errors",
  6: "sessions",
  7: "increment",
  8: "md5",
  9: "sha1",
  10: "restart",
  11: "keys",
  12: "memory",
  13: "next",
  14: "final",
  15: "done",
  16: "analytical",
  32: "files",
  33: "files-table",
  34: "files-md5",
  35: "files-table-2",
};

/** Followed by 12 bytes of padding, the entries, and their Adler-32. */
export const tableHeader = struct("ewf2.tableHeader", 20, {
  firstChunk: [0, wide],
  entryCount: [8, u32],
  checksum: [16, u32, "Adler-32 of what precedes it"],
});

/** Of errors, sessions and the tables of logical evidence; followed by 12 bytes of padding as well. */
export const listHeader = struct("ewf2.listHeader", 20, {
  entryCount: [0, u32],
  checksum: [16, u32, "Adler-32 of what precedes it"],
});

/** Where entries begin behind either header. */
export const ENTRIES_AT = 32;

export const tableEntry = struct("ewf2.tableEntry", 16, {
  offset: [0, wide, "of the chunk, or the eight bytes to fill it with"],
  size: [8, u32],
  flags: [12, u32, "1 compressed, 2 checksum behind it, 4 pattern"],
});

export const COMPRESSED = 1;
export const CHECKSUMMED = 2;
/** Only together with COMPRESSED. */
export const PATTERN = 4;

export const errorEntry = struct("ewf2.errorEntry", 16, {
  first: [0, wide, "sector"],
  count: [8, u32, "sectors"],
});

export const sessionEntry = struct("ewf2.sessionEntry", 32, {
  start: [0, wide, "sector"],
  flags: [8, u32, "1 audio track"],
});

export const memoryEntry = struct("ewf2.memoryEntry", 16, {
  start: [0, wide, "page"],
  count: [8, wide, "pages"],
});
