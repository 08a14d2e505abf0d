/** Images of media, virtual disks, volumes and partition tables. */
import type { Probe } from "../probe.ts";
import type { TypeRow } from "../type-row.ts";

export const diskImageTypes: readonly TypeRow[] = [
  {
    id: "e01",
    name: "EnCase image",
    mime: "application/x-ewf",
    ext: "e01 ewf s01",
    sig: ["'EVF' 09 0D 0A FF 00"],
    spec: "EWF",
  },
  {
    id: "l01",
    name: "EnCase logical evidence",
    mime: "application/x-ewf-logical",
    ext: "l01",
    sig: ["'LVF' 09 0D 0A FF 00"],
  },
  {
    id: "ex01",
    name: "EnCase 7 image",
    mime: "application/x-ewf2",
    ext: "ex01",
    sig: ["'EVF2' 0D 0A 81 00"],
    spec: "EWF 2",
  },
  {
    id: "lx01",
    name: "EnCase 7 logical evidence",
    mime: "application/x-ewf2-logical",
    ext: "lx01",
    sig: ["'LEF2' 0D 0A 81 00"],
  },
  { id: "aff", name: "Advanced forensic format", mime: "application/x-aff", ext: "aff", sig: ["'AFF10' 0D 0A 00"] },
  { id: "aff4", parent: "zip", name: "AFF4 image", mime: "application/x-aff4", ext: "aff4", spec: "AFF4 Standard 1.0" },
  { id: "ad1", name: "AccessData logical image", mime: "application/x-ad1", ext: "ad1", sig: ["'ADSEGMENTEDFILE' 00"] },
  {
    id: "vhd",
    name: "Virtual hard disk",
    mime: "application/x-virtualbox-vhd",
    ext: "vhd avhd",
    sig: ["'conectix'", "@-512 'conectix'"],
    spec: "VHD 1.0",
  },
  {
    id: "vhdx",
    name: "Virtual hard disk 2",
    mime: "application/x-vhdx",
    ext: "vhdx avhdx",
    sig: ["'vhdxfile'"],
    spec: "MS-VHDX",
  },
  {
    id: "vmdk",
    name: "VMware disk",
    mime: "application/x-vmdk",
    ext: "vmdk",
    sig: ["'KDMV'", "'COWD' 01 00 00 00", "BE BA FE CA 00 00 00 00"],
    spec: "VMDK 5.0",
  },
  {
    id: "vmdk-descriptor",
    name: "VMware disk descriptor",
    mime: "application/x-vmdk",
    ext: "vmdk",
    sig: ["'# Disk DescriptorFile'"],
  },
  {
    id: "qcow2",
    name: "QEMU disk",
    mime: "application/x-qemu-disk",
    ext: "qcow2 qcow",
    sig: ["'QFI' FB 00 00 00"],
    spec: "qcow2",
  },
  { id: "qed", name: "QEMU enhanced disk", mime: "application/x-qed-disk", ext: "qed", sig: ["'QED' 00"] },
  { id: "vdi", name: "VirtualBox disk", mime: "application/x-virtualbox-vdi", ext: "vdi", sig: ["@64 7F 10 DA BE"] },
  {
    id: "hdd-parallels",
    name: "Parallels disk",
    mime: "application/x-parallels-disk",
    ext: "hdd hds",
    sig: ["'WithoutFreeSpace'", "'WithouFreSpacExt'"],
  },
  {
    id: "dmg",
    name: "Apple disk image",
    mime: "application/x-apple-diskimage",
    ext: "dmg",
    sig: ["@-512 'koly' 00 00 00 04"],
  },
  {
    id: "sparseimage",
    name: "Apple sparse image",
    mime: "application/x-apple-sparseimage",
    ext: "sparseimage",
    sig: ["'sprs' 00 00 00"],
  },
  {
    id: "iso9660",
    name: "ISO 9660 image",
    mime: "application/x-iso9660-image",
    ext: "iso",
    sig: ["@32768 ? 'CD001'"],
    spec: "ECMA-119 8",
  },
  {
    id: "udf",
    name: "UDF image",
    mime: "application/x-udf-image",
    ext: "iso udf",
    sig: ["@32768 00 'BEA01' 01"],
    spec: "ECMA-167 3",
  },
  {
    id: "cd-raw",
    name: "CD image with raw sectors",
    mime: "application/x-cd-image",
    ext: "bin img iso",
    sig: ["00 FF FF FF FF FF FF FF FF FF FF 00"],
  },
  { id: "nrg", name: "Nero image", mime: "application/x-nrg", ext: "nrg", sig: ["@-12 'NER5'", "@-8 'NERO'"] },
  { id: "ntfs", name: "NTFS volume", mime: "application/x-ntfs", ext: "ntfs img dd", sig: ["@3 'NTFS    '"] },
  { id: "exfat", name: "exFAT volume", mime: "application/x-exfat", ext: "exfat img dd", sig: ["@3 'EXFAT   '"] },
  {
    id: "fat",
    name: "FAT volume",
    mime: "application/x-fat",
    ext: "fat img dd ima flp",
    sig: ["@510 55 AA"],
    check: isFat,
  },
  { id: "bitlocker", name: "BitLocker volume", mime: "application/x-bitlocker", ext: "img dd", sig: ["@3 '-FVE-FS-'"] },
  { id: "refs", name: "ReFS volume", mime: "application/x-refs", ext: "img dd", sig: ["@3 'ReFS' 00 00 00 00"] },
  { id: "hpfs", name: "HPFS volume", mime: "application/x-hpfs", ext: "img dd", sig: ["@8192 49 E8 95 F9"] },
  {
    id: "ext",
    name: "ext2, ext3 or ext4 volume",
    mime: "application/x-ext",
    ext: "ext2 ext3 ext4 img dd",
    sig: ["@1080 53 EF"],
    check: (probe) => probe.u32le(1024) > 0 && probe.u32le(1048) <= 6 && probe.u16le(1082) <= 7,
  },
  { id: "xfs", name: "XFS volume", mime: "application/x-xfs", ext: "img dd", sig: ["'XFSB' 00 00"] },
  { id: "btrfs", name: "Btrfs volume", mime: "application/x-btrfs", ext: "img dd", sig: ["@65600 '_BHRfS_M'"] },
  { id: "reiserfs", name: "ReiserFS volume", mime: "application/x-reiserfs", ext: "img dd", sig: ["@65588 'ReIsEr'"] },
  { id: "jfs", name: "JFS volume", mime: "application/x-jfs", ext: "img dd", sig: ["@32768 'JFS1'"] },
  { id: "f2fs", name: "F2FS volume", mime: "application/x-f2fs", ext: "img dd", sig: ["@1024 10 20 F5 F2"] },
  {
    id: "hfs",
    name: "HFS volume",
    mime: "application/x-hfs",
    ext: "img dd",
    sig: ["@1024 'BD' ?*18 00"],
    check: (probe) => probe.u32be(1024 + 20) >= 512 && probe.u32be(1024 + 20) % 512 === 0,
  },
  {
    id: "hfsplus",
    name: "HFS+ volume",
    mime: "application/x-hfsplus",
    ext: "img dd",
    sig: ["@1024 'H+' 00 04", "@1024 'HX' 00 05"],
  },
  { id: "apfs", name: "APFS container", mime: "application/x-apfs", ext: "img dd", sig: ["@32 'NXSB'"] },
  {
    id: "ufs",
    name: "UFS volume",
    mime: "application/x-ufs",
    ext: "img dd",
    sig: ["@9564 54 19 01 00", "@9564 00 01 19 54", "@66908 19 01 54 19"],
  },
  {
    id: "squashfs",
    name: "SquashFS",
    mime: "application/x-squashfs",
    ext: "squashfs sqsh snap sfs",
    sig: ["'hsqs'", "'sqsh'", "'shsq'", "'qshs'"],
  },
  { id: "cramfs", name: "cramfs", mime: "application/x-cramfs", ext: "cramfs", sig: ["45 3D CD 28", "28 CD 3D 45"] },
  { id: "romfs", name: "romfs", mime: "application/x-romfs", ext: "romfs", sig: ["'-rom1fs-'"] },
  {
    id: "jffs2",
    name: "JFFS2",
    mime: "application/x-jffs2",
    ext: "jffs2",
    sig: ["85 19 01 E0", "85 19 03 20", "19 85 E0 01", "19 85 20 03"],
  },
  { id: "ubi", name: "UBI image", mime: "application/x-ubi", ext: "ubi", sig: ["'UBI#' 01"] },
  { id: "ubifs", name: "UBIFS", mime: "application/x-ubifs", ext: "ubifs", sig: ["31 18 10 06"] },
  {
    id: "yaffs2",
    name: "YAFFS2",
    mime: "application/x-yaffs2",
    ext: "yaffs yaffs2",
    sig: ["03 00 00 00 01 00 00 00 FF FF", "01 00 00 00 01 00 00 00 FF FF"],
  },
  { id: "erofs", name: "EROFS", mime: "application/x-erofs", ext: "erofs", sig: ["@1024 E2 E1 F5 E0"] },
  {
    id: "minixfs",
    name: "Minix volume",
    mime: "application/x-minixfs",
    ext: "img dd",
    sig: ["@1040 7F 13 01 00", "@1040 8F 13 01 00", "@1040 68 24 01 00", "@1040 78 24 01 00"],
  },
  {
    id: "zfs",
    name: "ZFS label",
    mime: "application/x-zfs",
    ext: "img dd",
    sig: ["@16384 01 01 00 00"],
    check: (probe) => probe.ascii(16384, 512).includes("version"),
  },
  {
    id: "mbr",
    name: "Partitioned medium (MBR)",
    mime: "application/x-mbr",
    ext: "img dd raw 001",
    sig: ["@510 55 AA"],
    check: isMbr,
  },
  {
    id: "gpt",
    name: "Partitioned medium (GPT)",
    mime: "application/x-gpt",
    ext: "img dd raw 001",
    sig: ["@512 'EFI PART'", "@4096 'EFI PART'"],
  },
  {
    id: "apm",
    name: "Partitioned medium (Apple)",
    mime: "application/x-apm",
    ext: "img dd raw",
    sig: ["'ER' 02 00 @512 'PM' 00 00", "'ER' 08 00 @2048 'PM' 00 00"],
  },
  {
    id: "lvm2",
    name: "LVM physical volume",
    mime: "application/x-lvm",
    ext: "img dd",
    sig: ["@512 'LABELONE'", "'LABELONE'"],
  },
  {
    id: "md-raid",
    name: "Linux RAID member",
    mime: "application/x-md-raid",
    ext: "img dd",
    sig: ["@4096 FC 4E 2B A9", "FC 4E 2B A9"],
  },
  {
    id: "swap",
    name: "Linux swap",
    mime: "application/x-linux-swap",
    ext: "swap",
    sig: ["@4086 'SWAPSPACE2'", "@4086 'SWAP-SPACE'"],
  },
];

const fatMedia = [0xf0, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff];

/** The BIOS parameter block: sector and cluster sizes are powers of two, one or two tables, a known media byte. */
function isFat(probe: Probe): boolean {
  const jump = probe.u8(0);
  const sector = probe.u16le(11);
  const cluster = probe.u8(13);
  return (
    (jump === 0xeb || jump === 0xe9) &&
    [512, 1024, 2048, 4096].includes(sector) &&
    cluster > 0 &&
    (cluster & (cluster - 1)) === 0 &&
    probe.u16le(14) > 0 &&
    [1, 2].includes(probe.u8(16)) &&
    fatMedia.includes(probe.u8(21))
  );
}

/** A partition table: flags 00 or 80, at least one entry used, and none of the volume boot records. */
function isMbr(probe: Probe): boolean {
  if (isFat(probe) || /^(NTFS {4}|EXFAT {3}|-FVE-FS-)/.test(probe.ascii(3, 8))) return false;
  let used = 0;
  for (let at = 446; at < 510; at += 16) {
    if (probe.u8(at) !== 0 && probe.u8(at) !== 0x80) return false;
    if (probe.u8(at + 4) !== 0 && probe.u32le(at + 12) > 0) used++;
  }
  return used > 0;
}
