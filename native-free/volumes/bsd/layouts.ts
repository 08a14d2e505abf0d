/** BSD disklabels: FreeBSD disklabel(5), NetBSD and OpenBSD `disklabel.h`, libyal libvsbsdl. */
import { ascii, struct, u16, u32, u8 } from "../../bytes/struct.ts";

export const labelMagic = 0x8256_4557;

export const diskLabel = struct("bsd.label", 148, {
  magic: [0, u32, "0x82564557"],
  driveType: [4, u16],
  typeName: [8, ascii(16)],
  packName: [24, ascii(16), "OpenBSD keeps its identifier elsewhere"],
  sectorBytes: [40, u32],
  sectorsPerTrack: [44, u32],
  tracksPerCylinder: [48, u32],
  cylinders: [52, u32],
  sectorsPerCylinder: [56, u32],
  totalSectors: [60, u32],
  magicAgain: [132, u32, "0x82564557"],
  checksum: [136, u16, "that all 16-bit words together are 0 by exclusive or"],
  partitionCount: [138, u16],
  bootBytes: [140, u32],
  superblockBytes: [144, u32],
});

export const labelPartition = struct("bsd.partition", 16, {
  count: [0, u32, "sectors"],
  first: [4, u32, "sectors"],
  fragmentBytes: [8, u32],
  type: [12, u8],
  blockFragments: [13, u8],
  groupCylinders: [14, u16],
});

/** Where a label stands: sector 1 of what it divides, at its begin, or behind boot code in the first sector. */
export const labelPlaces: readonly number[] = [512, 0, 64, 128, 4096];
export const mostPartitions = 64;
