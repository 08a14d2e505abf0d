/** Where ISO 9660 (ECMA-119) and UDF (ECMA-167) say that they are on a medium of sectors of 2048 bytes. */
import { u16, u32 } from "../../bytes/struct.ts";
import { ascii, struct, u8 } from "../../bytes/struct.ts";

export const sectorBytes = 2048;
/** Of the first descriptor. */
export const descriptorSector = 16;

/** ECMA-119, 8.4: primary volume descriptor; the same begin as all of ECMA-167, part 2, 9.1. */
export const descriptorLayout = struct("iso.volumeDescriptor", 132, {
  type: [0, u8],
  identifier: [1, ascii(5)],
  version: [6, u8],
  volume: [40, ascii(32)],
  spaceBlocks: [80, u32],
  blockBytes: [128, u16],
});

/** Boot record of a disc that can be started from a disk, too: the partition table of a PC. */
export const bootLayout = struct("iso.boot", 512, { firstStatus: [446, u8], firstType: [450, u8], mark: [510, u16] });
