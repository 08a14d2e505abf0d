/** Structures of Bochs redolog images (Bochs Developers Guide, "Harddisk Images based on redologs"), little-endian. */
import { wide } from "../../bytes/field-types.ts";
import { ascii, struct, u32 } from "../../bytes/struct.ts";

export const BOCHS_MAGIC = "Bochs Virtual HD Image";
export const VERSION_1 = 0x10000;
export const VERSION_2 = 0x20000;

export const bochsHeader = struct("bochs.Header", 84, {
  magic: [0, ascii(32)],
  type: [32, ascii(16)],
  subtype: [48, ascii(16)],
  version: [64, u32],
  headerBytes: [68, u32],
  entries: [72, u32, "of the catalog, which follows the header"],
  bitmapBytes: [76, u32, "in front of each extent"],
  extentBytes: [80, u32],
});

/** Bytes of the medium, in version 1 behind the header at once, later behind a time stamp. */
export const diskSize1 = struct("bochs.DiskSize1", 8, { size: [0, wide] });
export const diskSize2 = struct("bochs.DiskSize2", 12, { time: [0, u32], size: [4, wide] });

export const catalogEntry = struct("bochs.CatalogEntry", 4, { extent: [0, u32] });
export const NO_EXTENT = 0xffffffff;
