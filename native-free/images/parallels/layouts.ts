/** Structures of Parallels images (QEMU, "Parallels Expandable Image File Format"), little-endian. Places in sectors of 512 bytes. */
import { wide } from "../../bytes/field-types.ts";
import { ascii, bytes, struct, u32 } from "../../bytes/struct.ts";

export const SECTOR = 512;

/** Places in the table are sectors. */
export const OLD_MAGIC = "WithoutFreeSpace";
/** Places in the table are clusters. */
export const EXTENDED_MAGIC = "WithouFreSpacExt";

export const parallelsHeader = struct("parallels.Header", 64, {
  magic: [0, ascii(16)],
  version: [16, u32, "2"],
  heads: [20, u32],
  cylinders: [24, u32],
  clusterSectors: [28, u32],
  entries: [32, u32, "of the table"],
  sectors: [36, wide, "of the medium; the upper half is 0 with the old magic"],
  inUse: [44, u32],
  dataOffset: [48, u32, "0: behind the table"],
  flags: [52, u32],
  extensionOffset: [56, wide, "0: none"],
});

export const IN_USE = 0x746f6e59;
export const CLOSED = 0x312e3276;
/** The medium is empty. */
export const FLAG_EMPTY = 1;

export const tableEntry = struct("parallels.Entry", 4, { place: [0, u32, "0: none"] });

export const extensionHead = struct("parallels.Extension", 24, {
  magicLow: [0, u32],
  magicHigh: [4, u32],
  md5: [8, bytes(16), "of the rest of the cluster"],
});

export const EXTENSION_MAGIC = { low: 0x23dcea87, high: 0xab234cef } as const;

export const feature = struct("parallels.Feature", 24, {
  magicLow: [0, u32],
  magicHigh: [4, u32],
  flags: [8, wide],
  length: [16, u32, "of the data that follow"],
});

export const DIRTY_BITMAP = { low: 0x252cb34a, high: 0x20385fae } as const;

export const dirtyBitmap = struct("parallels.DirtyBitmap", 32, {
  sectors: [0, wide],
  id: [8, bytes(16)],
  granularity: [24, u32, "sectors of a bit"],
  entries: [28, u32, "of the table that follows, 8 bytes each"],
});

export const bitmapEntry = struct("parallels.BitmapEntry", 8, { place: [0, wide, "0 and 1: no cluster"] });
