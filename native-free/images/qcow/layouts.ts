/** Structures of QCOW (libyal, "QEMU Copy-On-Write file format") and QCOW2 (QEMU, "Qcow2 Image File Format"). Big-endian. */
import { u16be, u32be, wideBe } from "../../bytes/field-types.ts";
import { struct, u8 } from "../../bytes/struct.ts";

/** "QFI" 0xfb. */
export const QCOW_MAGIC = 0x514649fb;

export const qcowStart = struct("qcow.Start", 8, { magic: [0, u32be], version: [4, u32be] });

export const qcow1Header = struct("qcow.Header1", 48, {
  magic: [0, u32be],
  version: [4, u32be],
  backingOffset: [8, wideBe, "0: none"],
  backingLength: [16, u32be],
  modified: [20, u32be, "of the backing file, seconds since 1970; 0: not known"],
  size: [24, wideBe, "bytes of the medium"],
  clusterBits: [32, u8],
  l2Bits: [33, u8, "logarithm of the entries of an L2 table"],
  encryption: [36, u32be, "0 none, 1 AES"],
  l1Offset: [40, wideBe],
});

export const qcow2Header = struct("qcow.Header2", 72, {
  magic: [0, u32be],
  version: [4, u32be],
  backingOffset: [8, wideBe, "0: none"],
  backingLength: [16, u32be],
  clusterBits: [20, u32be],
  size: [24, wideBe, "bytes of the medium"],
  encryption: [32, u32be, "0 none, 1 AES, 2 LUKS"],
  l1Entries: [36, u32be],
  l1Offset: [40, wideBe],
  refcountOffset: [48, wideBe],
  refcountClusters: [56, u32be],
  snapshots: [60, u32be],
  snapshotsOffset: [64, wideBe],
});

export const QCOW2_HEADER_BYTES = qcow2Header.size;

/** What version 3 adds, from byte 72 of the file. Bits of features in two halves. */
export const qcow3Fields = struct("qcow.Header3", 32, {
  incompatibleHigh: [0, u32be],
  incompatible: [4, u32be],
  compatibleHigh: [8, u32be],
  compatible: [12, u32be],
  autoclearHigh: [16, u32be],
  autoclear: [20, u32be],
  refcountOrder: [24, u32be, "logarithm of the bits of a reference count"],
  headerLength: [28, u32be],
});

/** Byte 104 of the file, there where the header is longer. */
export const COMPRESSION_TYPE_AT = 104;

export const incompatibleBits = { dirty: 1, corrupt: 2, externalData: 4, compression: 8, extendedL2: 16 } as const;
export const compatibleBits = { lazyRefcounts: 1 } as const;
export const autoclearBits = { bitmaps: 1, rawExternal: 2 } as const;

export const headerExtension = struct("qcow.HeaderExtension", 8, { type: [0, u32be], length: [4, u32be] });

export const extensionTypes = {
  end: 0,
  backingFormat: 0xe2792aca,
  featureNames: 0x6803f857,
  bitmaps: 0x23852875,
  encryption: 0x0537be77,
  dataFile: 0x44415441,
} as const;

export const bitmapsExtension = struct("qcow.Bitmaps", 24, {
  count: [0, u32be],
  directoryBytes: [8, wideBe],
  directoryOffset: [16, wideBe],
});

export const bitmapEntry = struct("qcow.BitmapEntry", 24, {
  tableOffset: [0, wideBe],
  tableEntries: [8, u32be],
  flags: [12, u32be],
  type: [16, u8],
  granularityBits: [17, u8],
  nameLength: [18, u16be],
  extraLength: [20, u32be],
});

export const snapshotEntry = struct("qcow.Snapshot", 40, {
  l1Offset: [0, wideBe],
  l1Entries: [8, u32be],
  idLength: [12, u16be],
  nameLength: [14, u16be],
  seconds: [16, u32be, "since 1970"],
  nanoseconds: [20, u32be],
  running: [24, wideBe, "nanoseconds that the guest had been running"],
  stateBytes: [32, u32be],
  extraLength: [36, u32be],
});

export const snapshotExtra = struct("qcow.SnapshotExtra", 16, { stateBytes: [0, wideBe], size: [8, wideBe] });

/** An entry of a table of either level, or of the reference table, in two halves. */
export const tableEntry = struct("qcow.Entry", 8, { high: [0, u32be], low: [4, u32be] });

/** Extended L2 entry (incompatible bit 4): a bit of each half for each of 32 subclusters, the first the lowest. */
export const extendedEntry = struct("qcow.ExtendedEntry", 16, {
  high: [0, u32be],
  low: [4, u32be],
  zeros: [8, u32be],
  stored: [12, u32be],
});
