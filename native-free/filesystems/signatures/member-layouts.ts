/**
 * Headers of members: of arrays, groups, pools, caches. Sources: Linux `md_p.h` and md(4), bcache, device-mapper and DRBD headers, VDO
 * and Ceph documentation, OpenZFS on-disk format, Stratis "Software Design", Microsoft Logical Disk Manager as
 * the Linux kernel's ldm documentation describe it, dmraid's descriptions of firmware RAID, SNIA DDF 2.0.
 */
import { u16be, u32be, wide, wideBe } from "../../bytes/field-types.ts";
import { ascii, bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";

/** Version 1: at the begin (1.1), at 4 KiB (1.2), or near the end (1.0). */
export const raidSuper = struct("md.superblock1", 192, {
  magic: [0, u32, "0xa92b4efc"],
  major: [4, u32, "1"],
  set: [16, bytes(16)],
  name: [32, bytes(32)],
  level: [72, u32],
  devices: [92, u32],
  place: [144, wide, "sector of the superblock"],
  number: [160, u32],
  identity: [168, bytes(16)],
});
/** Version 0.90, in the byte order of the writer: in the last whole 64 KiB but one. */
const oldRaidFields = (w: typeof u32) =>
  ({ magic: [0, w], major: [4, w], minor: [8, w], level: [28, w], devices: [40, w] }) as const;
export const oldRaidSuper = struct("md.superblock0", 64, oldRaidFields(u32));
export const oldRaidSuperBe = struct("md.superblock0Be", 64, oldRaidFields(u32be));
export const oldRaidSet = struct("md.set0", 64, { first: [20, bytes(4)], rest: [52, bytes(12)] });
export const raidStep = 65_536;

export const vdoGeometry = struct("vdo.geometry", 56, {
  magic: [0, ascii(8), "dmvdo001"],
  identity: [40, bytes(16)],
});
export const blueStore = struct("ceph.blueStore", 60, {
  magic: [0, ascii(23), "bluestore block device and a line feed"],
  identity: [23, ascii(36)],
});
export const drbdManage = struct("drbd.controlVolume", 44, {
  magic: [0, ascii(11), "$DRBDmgr=q+"],
  identity: [11, ascii(32)],
});
/** In the last 4 KiB. */
export const drbdMetadata = struct("drbd.metadata", 64, {
  sectors: [0, wideBe],
  deviceIdentity: [40, bytes(8), "version 8"],
  magic: [60, u32be, "0x8374026b version 8, 0x8374026c not closed, 0x8374026d version 9"],
});
export const drbdBytes = 4096;

/** 128 uberblocks of 1 KiB in each of four labels of 256 KiB, two at either end. */
export const zfsUberblock = struct("zfs.uberblock", 40, {
  magic: [0, wide, "0x00bab10c in the byte order of the writer"],
  version: [8, wide],
  group: [16, wide, "transaction"],
});
export const zfsMagic = 0x00ba_b10c;
export const zfsMagicSwapped = 0x0cb1_ba00;
export const zfsLabelBytes = 256 * 1024;
export const zfsUberblocksAt = 128 * 1024;
export const zfsListAt = 16 * 1024;
export const zfsListBytes = 112 * 1024;

/** In the second sector, behind its checksum. */
export const stratisSuper = struct("stratis.superblock", 608, {
  magic: [516, bytes(16), "!Stra0tis 86 ff 02 ^ 41 rh"],
  pool: [544, ascii(32)],
  device: [576, ascii(32)],
});

export const privateHead = struct("ldm.privateHead", 307, {
  magic: [0, ascii(8), "PRIVHEAD"],
  major: [12, u16be],
  minor: [14, u16be],
  disk: [48, ascii(64)],
  group: [176, ascii(64)],
  groupName: [240, ascii(31)],
});
/** Sector 6 of the medium, and the last of the database. */
export const privateHeadAt = 3072;

export const storageSpace = struct("storageSpaces.header", 8, { magic: [0, ascii(8), "SPACEDB and a blank"] });
export const storageSpacePlaces: readonly number[] = [0, 4096];

export const integritySuper = struct("dm.integrity", 12, { magic: [0, ascii(8), "integrt"], version: [8, u8] });
export const veritySuper = struct("dm.verity", 32, {
  magic: [0, ascii(8), "verity"],
  version: [8, u32],
  identity: [16, bytes(16)],
});
export const snapshotHeader = struct("dm.snapshot", 16, {
  magic: [0, ascii(4), "SnAp"],
  valid: [4, u32],
  version: [8, u32],
});

export const intelRaid = struct("intel.raid", 48, {
  magic: [0, ascii(24), "Intel Raid ISM Cfg Sig. and a blank"],
  version: [24, ascii(6)],
});
/** Sector 9 of the medium, at byte 32. */
export const highPoint37 = struct("highPoint.37x", 36, { magic: [32, u32, "0x5a7816f0, 0x5a7816fd"] });
export const highPoint37At = 9 * 512;
/** The eleventh sector from the end. */
export const highPoint45 = struct("highPoint.45x", 4, { magic: [0, u32, "0x5a7816f3, 0x5a7816fd"] });
export const adaptecRaid = struct("adaptec.raid", 264, {
  magic: [0, u32be, "0x37fc4d1e"],
  signature: [256, ascii(4), "DPTM"],
});
export const siliconRaid = struct("silicon.raid", 320, {
  version: [46, ascii(8)],
  disk: [54, ascii(32)],
  magic: [96, u32, "0x2f000000"],
  minor: [264, u16],
  major: [266, u16, "2 or 3"],
});
export const viaRaid = struct("via.raid", 51, { magic: [0, u16, "0xaa55"], version: [2, u8, "0 or 1"], sum: [50, u8] });
export const nvidiaRaid = struct("nvidia.raid", 120, {
  vendor: [0, ascii(8), "NVIDIA and two blanks"],
  words: [8, u32, "32-bit words under the checksum"],
});
export const promiseRaid = struct("promise.raid", 24, { magic: [0, ascii(24), "Promise Technology, Inc."] });
/** Sectors from the end. */
export const promisePlaces: readonly number[] = [63, 255, 256, 16, 399, 591, 675, 735, 911, 974, 991, 951, 3087];
export const lsiRaid = struct("lsi.raid", 6, { magic: [0, ascii(6), "$XIDE$"] });
export const ddfAnchor = struct("ddf.anchor", 40, {
  magic: [0, u32be, "0xde11de11"],
  group: [8, bytes(24)],
  revision: [32, ascii(8)],
});
/** Sectors from the end. */
export const ddfPlaces: readonly number[] = [1, 257];
export const jmicronRaid = struct("jmicron.raid", 16, { magic: [0, ascii(2), "JM"], version: [2, u16] });
