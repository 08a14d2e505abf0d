/**
 * First structures of file systems, as far as they identify one: offsets from the start of the volume, in bytes. Sources:
 * Microsoft "FAT32 File System Specification" 1.03, "exFAT file system specification", [MS-REFS]-era boot sectors as libyal
 * documents them (NTFS, ReFS, BitLocker); Linux kernel documentation (ext4, XFS, SquashFS), btrfs "On-disk Format"; Apple TN1150 and
 * "Apple File System Reference"; ECMA-119, ECMA-167; LUKS1 and LUKS2 on-disk formats; LVM2 label header.
 */
import { ascii, bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";
import { u16be, u32be, wide, wideBe } from "../../bytes/field-types.ts";

/** BIOS parameter block of FAT, and what NTFS, exFAT, ReFS and BitLocker have in its place. */
export const bootSector = struct("boot.sector", 512, {
  jump: [0, u8, "0xeb or 0xe9"],
  system: [3, ascii(8)],
  sectorBytes: [11, u16],
  clusterSectors: [13, u8],
  reservedSectors: [14, u16],
  fatCount: [16, u8],
  rootEntries: [17, u16],
  sectors16: [19, u16],
  media: [21, u8, "0xf0, 0xf8 to 0xff"],
  fatSectors16: [22, u16],
  sectors32: [32, u32],
  fatSectors32: [36, u32, "FAT32 only"],
  signature: [510, u16, "0xaa55"],
});

export const fat16Label = struct("fat.label16", 33, {
  mark: [0, u8, "0x29"],
  label: [5, ascii(11)],
  type: [16, ascii(8)],
});
/** Where the extended boot signature of FAT12 and FAT16, and of FAT32, stands. */
export const fat16LabelAt = 38;
export const fat32LabelAt = 66;

export const ntfsSize = struct("ntfs.bootSector", 56, { sectors: [40, wide, "without the last one"] });
export const exfatBoot = struct("exfat.bootSector", 110, {
  system: [3, ascii(8), "EXFAT"],
  sectors: [72, wide],
  sectorShift: [108, u8],
});
export const refsBoot = struct("refs.bootSector", 36, {
  system: [3, ascii(8), "ReFS"],
  structure: [16, ascii(4), "FSRS"],
  sectors: [24, wide],
  sectorBytes: [32, u32],
});
/** BitLocker To Go hides behind a FAT boot sector; its identity stands here. */
export const bitlockerToGo = struct("bitlocker.toGo", 512, { identity: [424, bytes(16), "GUID"] });

/** With the 64-bit feature. */
export const extHigh = struct("ext.superblock64", 1364, { blocksHigh: [1360, u32] });
export const extSuper = struct("ext.superblock", 1160, {
  inodeCount: [1024, u32],
  blocksLow: [1028, u32],
  blockShift: [1048, u32, "bytes of a block: 1024 << this"],
  magic: [1080, u16, "0xef53"],
  compatible: [1116, u32, "4: journal"],
  incompatible: [1120, u32],
  readOnlyCompatible: [1124, u32],
  label: [1144, bytes(16)],
});

export const xfsSuper = struct("xfs.superblock", 120, {
  magic: [0, ascii(4), "XFSB"],
  blockBytes: [4, u32be],
  blocks: [8, wideBe],
  label: [108, bytes(12)],
});

export const btrfsSuper = struct("btrfs.superblock", 66_091, {
  magic: [65_600, ascii(8), "_BHRfS_M"],
  totalBytes: [65_648, wide, "of all devices together"],
  label: [65_835, bytes(256)],
});

export const hfsHeader = struct("hfs.volumeHeader", 1152, {
  signature: [1024, u16be, "0x482b H+, 0x4858 HX, 0x4244 BD"],
  version: [1026, u16be, "4 or 5"],
  blockBytes: [1064, u32be],
  blocks: [1068, u32be],
  embedded: [1148, u16be, "of BD: 0x482b where HFS+ lies inside"],
});

/** "Inside Macintosh: Files", master directory block. */
export const hfsPlain = struct("hfs.masterDirectoryBlock", 1048, { blocks: [1042, u16be], blockBytes: [1044, u32be] });

export const apfsSuper = struct("apfs.containerSuperblock", 48, {
  magic: [32, ascii(4), "NXSB"],
  blockBytes: [36, u32],
  blocks: [40, wide],
});

/** ISO 9660 and UDF describe a volume in sectors of 2048 bytes from this one on. */
export const descriptorsAt = 16 * 2048;
export const descriptorBytes = 2048;
export const volumeDescriptor = struct("iso9660.volumeDescriptor", 2048, {
  type: [0, u8, "1 primary, 255 end"],
  identifier: [1, ascii(5), "CD001, or BEA01, NSR02, NSR03 of ECMA-167"],
  label: [40, ascii(32)],
  blocks: [80, u32],
  blockBytes: [128, u16],
});

export const squashSuper = struct("squashfs.superblock", 48, {
  magic: [0, ascii(4), "hsqs"],
  version: [28, u16, "4"],
  usedBytes: [40, wide],
});

export const swapHeader = struct("swap.header", 1068, {
  version: [1024, u32, "1"],
  lastPage: [1028, u32, "number of the last page"],
  label: [1052, bytes(16)],
});
export const swapMagic = struct("swap.magic", 10, { magic: [0, ascii(10), "SWAPSPACE2; SWAP-SPACE of the old kind"] });
export const swapPageBytes: readonly number[] = [4096, 8192, 16_384, 65_536];

/** TuxOnIce documentation: at the begin of the first page. */
export const tuxOnIce = struct("tuxonice.header", 8, { magic: [0, bytes(8), "ed c3 02 e9 98 56 e5 0c"] });

/** In one of the first four sectors. */
export const lvmLabel = struct("lvm2.label", 32, {
  magic: [0, ascii(8), "LABELONE"],
  type: [24, ascii(8), "LVM2 001"],
});
export const sectorBytes = 512;
