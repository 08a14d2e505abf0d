/** What recognition answers, and how much of a volume it looks at. */
import type { Fact } from "../../model/facts.ts";

/** The first bytes of a volume that identify what it holds: the superblock of Btrfs and the marks of swap end here. */
export const headBytes = 68 * 1024;

/** Everything that is recognised, by what it is to a volume. `member`: of an array, a group, a pool, which make up the volume. */
const kindsByRole = {
  "file system": [
    ...["NTFS", "FAT12", "FAT16", "FAT32", "exFAT", "ReFS", "HPFS", "ext2", "ext3", "ext4", "XFS", "Btrfs", "SquashFS"],
    ...["HFS", "HFS+", "APFS", "ISO 9660", "UDF", "JFS", "ReiserFS", "Reiser4", "F2FS", "GFS", "GFS2", "OCFS", "OCFS2"],
    ...["UFS", "UFS2", "VMFS", "VxFS", "Minix", "romfs", "cramfs", "EROFS", "NILFS2", "BeFS", "NetWare NSS", "UBIFS"],
    ...["bcachefs"],
  ],
  encrypted: [
    ...["BitLocker", "LUKS1", "LUKS2", "CoreStorage (FileVault 2)", "encrypted APFS"],
    "possibly VeraCrypt, TrueCrypt or plain dm-crypt",
  ],
  member: [
    ...["LVM2", "Linux RAID", "bcache", "DRBD", "VDO", "Ceph BlueStore", "ZFS", "VMFS volume"],
    ...["Windows dynamic disk", "Windows Storage Spaces", "Stratis", "Intel RAID", "Adaptec RAID", "HighPoint RAID"],
    ...["Silicon Image RAID", "VIA RAID", "NVIDIA RAID", "Promise RAID", "LSI RAID", "DDF RAID", "JMicron RAID", "UBI"],
  ],
  swap: ["Linux swap", "Linux hibernation"],
  other: [
    ...["external journal of ext", "external log of XFS", "DRBD control volume", "dm-integrity", "dm-verity"],
    "dm-snapshot",
  ],
} as const;

export type VolumeRole = keyof typeof kindsByRole;
export type FileSystemKind = (typeof kindsByRole)[VolumeRole][number];

const roles: ReadonlyMap<string, VolumeRole> = new Map(
  Object.entries(kindsByRole).flatMap(([role, kinds]) => kinds.map((kind) => [kind, role as VolumeRole])),
);

export const recognisedKinds: readonly FileSystemKind[] = Object.values(kindsByRole).flat();

export const roleOf = (kind: FileSystemKind): VolumeRole => roles.get(kind)!;

export interface Recognised {
  readonly kind: FileSystemKind;
  /** Evidence text; null where there is none or it does not stand in the first structures. */
  readonly label: string | null;
  /** Bytes that it claims, null where the first structures do not say. */
  readonly bytes: number | null;
}

/** With what its headers say: cipher, key slots, identifiers, hints, the set that a member belongs to. */
export interface RecognisedVolume extends Recognised {
  readonly role: VolumeRole;
  readonly facts: readonly Fact[];
}
