/**
 * Superblocks of file systems of UNIX, OS/2, BeOS, NetWare and VMware. Sources: FreeBSD `fs.h`, Linux kernel documentation and headers
 * (freevxfs, hpfs, befs, sysv), vmfs-tools' description of VMFS.
 */
import { u32be, wide, wideBe } from "../../bytes/field-types.ts";
import { ascii, bytes, struct, u32, u8 } from "../../bytes/struct.ts";

export const hpfsSuper = struct("hpfs.superblock", 8212, {
  magic: [8192, u32, "0xf995e849"],
  magicAgain: [8196, u32, "0xfa53e9c5"],
  sectors: [8208, u32],
});

/** Where the superblock of UFS1, UFS2, floppies and odd ones stands. */
export const ufsPlaces: readonly number[] = [8192, 65_536, 0, 262_144];
const ufsFields = (w: typeof u32, long: typeof wide) =>
  ({
    fragments: [36, w, "UFS1"],
    blockBytes: [48, w],
    fragmentBytes: [52, w],
    label: [680, bytes(32), "UFS2"],
    fragments2: [1080, long, "UFS2"],
    magic: [1372, w, "0x00011954 UFS1, 0x19540119 UFS2"],
  }) as const;
export const ufsSuper = struct("ufs.superblock", 1376, ufsFields(u32, wide));
export const ufsSuperBe = struct("ufs.superblockBe", 1376, ufsFields(u32be, wideBe));

/** At 1 KiB, of big-endian systems at 8 KiB. */
const vxfsFields = (w: typeof u32) =>
  ({ magic: [0, w, "0xa501fcf5"], version: [4, w], blockBytes: [32, w], blocks: [36, w] }) as const;
export const vxfsSuper = struct("vxfs.superblock", 40, vxfsFields(u32));
export const vxfsSuperBe = struct("vxfs.superblockBe", 40, vxfsFields(u32be));
export const vxfsAt = 1024;
export const vxfsBeAt = 8192;

/** At sector 1, of big-endian systems at the begin. */
const befsFields = (w: typeof u32, long: typeof wide) =>
  ({
    label: [0, bytes(32)],
    magic: [32, w, "BFS1"],
    order: [36, w, "BIGE"],
    blockBytes: [40, w],
    blockShift: [44, w],
    blocks: [48, long],
    magicAgain: [68, w, "0xdd121031"],
  }) as const;
export const befsSuper = struct("befs.superblock", 72, befsFields(u32, wide));
export const befsSuperBe = struct("befs.superblockBe", 72, befsFields(u32be, wideBe));
export const befsPlaces: readonly number[] = [512, 0];

export const nssHeader = struct("nss.poolHeader", 4100, { magic: [4096, ascii(4), "SPB5"] });

export const vmfsVolumeAt = 1 << 20;
export const vmfsVolume = struct("vmfs.volume", 160, {
  magic: [0, u32, "0xc001d00d"],
  version: [4, u32],
  lun: [14, u8],
  name: [18, bytes(28)],
  identity: [130, bytes(16)],
});
export const vmfsAt = 2 << 20;
export const vmfsInfo = struct("vmfs.info", 157, {
  magic: [0, u32, "0x2fabf15e"],
  volumeVersion: [4, u32],
  version: [8, u8],
  identity: [9, bytes(16)],
  label: [29, bytes(128)],
});
