/**
 * Superblocks of further file systems of Linux, offsets from the start of the volume. Sources: the kernel's documentation and headers
 * of each (f2fs, nilfs2, erofs, romfs, cramfs, minix, gfs2, ocfs2), IBM's JFS layout, ReiserFS and Reiser4 on-disk descriptions,
 * bcachefs "Principles of Operation", UBI documentation.
 */
import { u16be, u32be, utf16, wide } from "../../bytes/field-types.ts";
import { ascii, bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";

export const jfsSuper = struct("jfs.superblock", 32_936, {
  magic: [32_768, ascii(4), "JFS1"],
  version: [32_772, u32],
  physicalBlocks: [32_776, wide, "blocks of the medium"],
  blockBytes: [32_784, u32],
  blockShift: [32_788, u16],
  mediumBlockBytes: [32_792, u32],
  mediumBlockShift: [32_796, u16],
  identity: [32_904, bytes(16)],
  label: [32_920, bytes(16)],
});

/** Its superblock stands at 64 KiB, in old ones at 8 KiB. */
export const reiserPlaces: readonly number[] = [65_536, 8192];
export const reiserSuper = struct("reiserfs.superblock", 116, {
  blocks: [0, u32],
  blockBytes: [44, u16],
  magic: [52, ascii(10), "ReIsErFs, ReIsEr2Fs, ReIsEr3Fs"],
  identity: [84, bytes(16)],
  label: [100, bytes(16)],
});
export const reiser4Super = struct("reiser4.master", 65_588, {
  magic: [65_536, ascii(16), "ReIsEr4"],
  blockBytes: [65_554, u16],
  identity: [65_556, bytes(16)],
  label: [65_572, bytes(16)],
});

export const f2fsSuper = struct("f2fs.superblock", 2172, {
  magic: [1024, u32, "0xf2f52010"],
  blockShift: [1040, u32],
  blocks: [1060, wide],
  identity: [1132, bytes(16)],
  label: [1148, utf16(1024)],
});

export const nilfsSuper = struct("nilfs2.superblock", 1272, {
  revision: [1024, u32],
  magic: [1030, u16, "0x3434"],
  superBytes: [1032, u16],
  blockShift: [1044, u32, "bytes of a block: 1024 << this"],
  deviceBytes: [1056, wide],
  identity: [1176, bytes(16)],
  label: [1192, bytes(80)],
});

export const erofsSuper = struct("erofs.superblock", 1104, {
  magic: [1024, u32, "0xe0f5e1e2"],
  blockShift: [1036, u8],
  blocks: [1060, u32],
  identity: [1072, bytes(16)],
  label: [1088, bytes(16)],
});

export const romfsHeader = struct("romfs.header", 48, {
  magic: [0, ascii(8), "-rom1fs-"],
  size: [8, u32be],
  label: [16, bytes(32)],
});

export const cramfsSuper = struct("cramfs.superblock", 64, {
  magic: [0, u32, "0x28cd3d45; the other way round on big-endian systems"],
  size: [4, u32],
  signature: [16, ascii(16), "Compressed ROMFS"],
  label: [48, bytes(16)],
});

/** In either order of bytes. */
const minixFields = (u: typeof u16, w: typeof u32) =>
  ({
    inodes: [1024, u],
    zones: [1026, u],
    inodeMapBlocks: [1028, u],
    zoneMapBlocks: [1030, u],
    firstZone: [1032, u],
    zoneShift: [1034, u],
    magic: [1040, u, "0x137f, 0x138f, 0x2468, 0x2478"],
    zones2: [1044, w, "version 2"],
    magic3: [1048, u, "0x4d5a"],
  }) as const;
export const minixSuper = struct("minix.superblock", 1056, minixFields(u16, u32));
export const minixSuperBe = struct("minix.superblockBe", 1056, minixFields(u16be, u32be));

export const gfsSuper = struct("gfs.superblock", 65_808, {
  magic: [65_536, u32be, "0x01161970"],
  type: [65_540, u32be, "1"],
  format: [65_560, u32be, "1309 GFS, 1801 and on GFS2"],
  blockBytes: [65_572, u32be],
  lockTable: [65_696, bytes(64)],
  identity: [65_792, bytes(16)],
});

/** In the third block of 512, 1024, 2048 or 4096 bytes. */
export const ocfs2Places: readonly number[] = [1024, 2048, 4096, 8192];
export const ocfs2Super = struct("ocfs2.superblock", 352, {
  magic: [0, ascii(6), "OCFSV2"],
  clusters: [20, u32],
  clusterShift: [252, u32],
  label: [272, bytes(64)],
  identity: [336, bytes(16)],
});
export const ocfsHeader = struct("ocfs.header", 8201, { magic: [8192, ascii(9), "OracleCFS"] });

/** Shared by bcache and bcachefs. */
export const bcacheSuper = struct("bcache.superblock", 4200, {
  offset: [4104, wide, "8 sectors"],
  version: [4112, wide],
  magic: [4120, bytes(16)],
  identity: [4136, bytes(16)],
  set: [4152, bytes(16)],
  label: [4168, bytes(32)],
});

export const ubifsSuper = struct("ubifs.node", 24, { magic: [0, u32, "0x06101831"], type: [20, u8, "6"] });
export const ubiHeader = struct("ubi.eraseHeader", 8, { magic: [0, ascii(4), "UBI#"], version: [4, u8, "1"] });

/** A log of its own: records of 512 bytes and more, the first not always at the begin. */
export const xfsLog = struct("xfs.logRecord", 320, {
  magic: [0, u32be, "0xfeedbabe"],
  cycle: [4, u32be],
  version: [8, u32be, "1 or 2"],
  length: [12, u32be],
  format: [300, u32be, "1 to 3: byte order of the writer"],
  identity: [304, bytes(16)],
});
export const xfsLogBytes = 65_536;
