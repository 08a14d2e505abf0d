/** Images of media, virtual disks, file systems, encrypted volumes, key stores. */
import type { Probe } from "../probe.ts";
import type { TypeRow } from "../type-row.ts";

export const diskImageTypes: readonly TypeRow[] = [
  { id: "e01", name: "EnCase image", mime: "application/x-ewf", ext: "e01 ewf s01", sig: ["'EVF' 09 0D 0A FF 00"], spec: "EWF" },
  { id: "l01", name: "EnCase logical evidence", mime: "application/x-ewf-logical", ext: "l01", sig: ["'LVF' 09 0D 0A FF 00"] },
  { id: "ex01", name: "EnCase 7 image", mime: "application/x-ewf2", ext: "ex01", sig: ["'EVF2' 0D 0A 81 00"], spec: "EWF 2" },
  { id: "lx01", name: "EnCase 7 logical evidence", mime: "application/x-ewf2-logical", ext: "lx01", sig: ["'LEF2' 0D 0A 81 00"] },
  { id: "aff", name: "Advanced forensic format", mime: "application/x-aff", ext: "aff", sig: ["'AFF10' 0D 0A 00"] },
  { id: "aff4", parent: "zip", name: "AFF4 image", mime: "application/x-aff4", ext: "aff4", spec: "AFF4 Standard 1.0" },
  { id: "ad1", name: "AccessData logical image", mime: "application/x-ad1", ext: "ad1", sig: ["'ADSEGMENTEDFILE' 00"] },
  { id: "vhd", name: "Virtual hard disk", mime: "application/x-virtualbox-vhd", ext: "vhd avhd", sig: ["'conectix'", "@-512 'conectix'"], spec: "VHD 1.0" },
  { id: "vhdx", name: "Virtual hard disk 2", mime: "application/x-vhdx", ext: "vhdx avhdx", sig: ["'vhdxfile'"], spec: "MS-VHDX" },
  { id: "vmdk", name: "VMware disk", mime: "application/x-vmdk", ext: "vmdk", sig: ["'KDMV'", "'COWD' 01 00 00 00", "BE BA FE CA 00 00 00 00"], spec: "VMDK 5.0" },
  { id: "vmdk-descriptor", name: "VMware disk descriptor", mime: "application/x-vmdk", ext: "vmdk", sig: ["'# Disk DescriptorFile'"] },
  { id: "qcow2", name: "QEMU disk", mime: "application/x-qemu-disk", ext: "qcow2 qcow", sig: ["'QFI' FB 00 00 00"], spec: "qcow2" },
  { id: "qed", name: "QEMU enhanced disk", mime: "application/x-qed-disk", ext: "qed", sig: ["'QED' 00"] },
  { id: "vdi", name: "VirtualBox disk", mime: "application/x-virtualbox-vdi", ext: "vdi", sig: ["@64 7F 10 DA BE"] },
  { id: "hdd-parallels", name: "Parallels disk", mime: "application/x-parallels-disk", ext: "hdd hds", sig: ["'WithoutFreeSpace'", "'WithouFreSpacExt'"] },
  { id: "dmg", name: "Apple disk image", mime: "application/x-apple-diskimage", ext: "dmg", sig: ["@-512 'koly' 00 00 00 04", "'encrcdsa' 00 00 00"] },
  { id: "sparseimage", name: "Apple sparse image", mime: "application/x-apple-sparseimage", ext: "sparseimage", sig: ["'sprs' 00 00 00"] },
  { id: "iso9660", name: "ISO 9660 image", mime: "application/x-iso9660-image", ext: "iso", sig: ["@32768 ? 'CD001'"], spec: "ECMA-119 8" },
  { id: "udf", name: "UDF image", mime: "application/x-udf-image", ext: "iso udf", sig: ["@32768 00 'BEA01' 01"], spec: "ECMA-167 3" },
  { id: "cd-raw", name: "CD image with raw sectors", mime: "application/x-cd-image", ext: "bin img iso", sig: ["00 FF FF FF FF FF FF FF FF FF FF 00"] },
  { id: "nrg", name: "Nero image", mime: "application/x-nrg", ext: "nrg", sig: ["@-12 'NER5'", "@-8 'NERO'"] },
  { id: "ntfs", name: "NTFS volume", mime: "application/x-ntfs", ext: "ntfs img dd", sig: ["@3 'NTFS    '"] },
  { id: "exfat", name: "exFAT volume", mime: "application/x-exfat", ext: "exfat img dd", sig: ["@3 'EXFAT   '"] },
  { id: "fat", name: "FAT volume", mime: "application/x-fat", ext: "fat img dd ima flp", sig: ["@510 55 AA"], check: isFat },
  { id: "bitlocker", name: "BitLocker volume", mime: "application/x-bitlocker", ext: "img dd", sig: ["@3 '-FVE-FS-'"] },
  { id: "refs", name: "ReFS volume", mime: "application/x-refs", ext: "img dd", sig: ["@3 'ReFS' 00 00 00 00"] },
  { id: "hpfs", name: "HPFS volume", mime: "application/x-hpfs", ext: "img dd", sig: ["@8192 49 E8 95 F9"] },
  { id: "ext", name: "ext2, ext3 or ext4 volume", mime: "application/x-ext", ext: "ext2 ext3 ext4 img dd", sig: ["@1080 53 EF"], check: (probe) => probe.u32le(1024) > 0 && probe.u32le(1048) <= 6 && probe.u16le(1082) <= 7 },
  { id: "xfs", name: "XFS volume", mime: "application/x-xfs", ext: "img dd", sig: ["'XFSB' 00 00"] },
  { id: "btrfs", name: "Btrfs volume", mime: "application/x-btrfs", ext: "img dd", sig: ["@65600 '_BHRfS_M'"] },
  { id: "reiserfs", name: "ReiserFS volume", mime: "application/x-reiserfs", ext: "img dd", sig: ["@65588 'ReIsEr'"] },
  { id: "jfs", name: "JFS volume", mime: "application/x-jfs", ext: "img dd", sig: ["@32768 'JFS1'"] },
  { id: "f2fs", name: "F2FS volume", mime: "application/x-f2fs", ext: "img dd", sig: ["@1024 10 20 F5 F2"] },
  { id: "hfs", name: "HFS volume", mime: "application/x-hfs", ext: "img dd", sig: ["@1024 'BD' ?*18 00"], check: (probe) => probe.u32be(1024 + 20) >= 512 && probe.u32be(1024 + 20) % 512 === 0 },
  { id: "hfsplus", name: "HFS+ volume", mime: "application/x-hfsplus", ext: "img dd", sig: ["@1024 'H+' 00 04", "@1024 'HX' 00 05"] },
  { id: "apfs", name: "APFS container", mime: "application/x-apfs", ext: "img dd", sig: ["@32 'NXSB'"] },
  { id: "ufs", name: "UFS volume", mime: "application/x-ufs", ext: "img dd", sig: ["@9564 54 19 01 00", "@9564 00 01 19 54", "@66908 19 01 54 19"] },
  { id: "squashfs", name: "SquashFS", mime: "application/x-squashfs", ext: "squashfs sqsh snap sfs", sig: ["'hsqs'", "'sqsh'", "'shsq'", "'qshs'"] },
  { id: "cramfs", name: "cramfs", mime: "application/x-cramfs", ext: "cramfs", sig: ["45 3D CD 28", "28 CD 3D 45"] },
  { id: "romfs", name: "romfs", mime: "application/x-romfs", ext: "romfs", sig: ["'-rom1fs-'"] },
  { id: "jffs2", name: "JFFS2", mime: "application/x-jffs2", ext: "jffs2", sig: ["85 19 01 E0", "85 19 03 20", "19 85 E0 01", "19 85 20 03"] },
  { id: "ubi", name: "UBI image", mime: "application/x-ubi", ext: "ubi", sig: ["'UBI#' 01"] },
  { id: "ubifs", name: "UBIFS", mime: "application/x-ubifs", ext: "ubifs", sig: ["31 18 10 06"] },
  { id: "yaffs2", name: "YAFFS2", mime: "application/x-yaffs2", ext: "yaffs yaffs2", sig: ["03 00 00 00 01 00 00 00 FF FF", "01 00 00 00 01 00 00 00 FF FF"] },
  { id: "erofs", name: "EROFS", mime: "application/x-erofs", ext: "erofs", sig: ["@1024 E2 E1 F5 E0"] },
  { id: "minixfs", name: "Minix volume", mime: "application/x-minixfs", ext: "img dd", sig: ["@1040 7F 13 01 00", "@1040 8F 13 01 00", "@1040 68 24 01 00", "@1040 78 24 01 00"] },
  { id: "zfs", name: "ZFS label", mime: "application/x-zfs", ext: "img dd", sig: ["@16384 01 01 00 00"], check: (probe) => probe.ascii(16384, 512).includes("version") },
  { id: "mbr", name: "Partitioned medium (MBR)", mime: "application/x-mbr", ext: "img dd raw 001", sig: ["@510 55 AA"], check: isMbr },
  { id: "gpt", name: "Partitioned medium (GPT)", mime: "application/x-gpt", ext: "img dd raw 001", sig: ["@512 'EFI PART'", "@4096 'EFI PART'"] },
  { id: "apm", name: "Partitioned medium (Apple)", mime: "application/x-apm", ext: "img dd raw", sig: ["'ER' 02 00 @512 'PM' 00 00", "'ER' 08 00 @2048 'PM' 00 00"] },
  { id: "lvm2", name: "LVM physical volume", mime: "application/x-lvm", ext: "img dd", sig: ["@512 'LABELONE'", "'LABELONE'"] },
  { id: "md-raid", name: "Linux RAID member", mime: "application/x-md-raid", ext: "img dd", sig: ["@4096 FC 4E 2B A9", "FC 4E 2B A9"] },
  { id: "swap", name: "Linux swap", mime: "application/x-linux-swap", ext: "swap", sig: ["@4086 'SWAPSPACE2'", "@4086 'SWAP-SPACE'"] },
];

export const encryptedTypes: readonly TypeRow[] = [
  { id: "luks", name: "LUKS volume", mime: "application/x-luks", ext: "luks img dd", sig: ["'LUKS' BA BE 00"], spec: "LUKS1, LUKS2" },
  { id: "kdbx", name: "KeePass database", mime: "application/x-keepass2", ext: "kdbx kdb", sig: ["03 D9 A2 9A 67 FB 4B B5", "03 D9 A2 9A 66 FB 4B B5", "03 D9 A2 9A 65 FB 4B B5"] },
  { id: "pgp", name: "OpenPGP message or keys", mime: "application/pgp-encrypted", ext: "pgp gpg pkr skr key sig", check: isPgp, refine: (probe) => ([5, 6].includes(pgpTag(probe)) ? "pgp-keys" : null), spec: "RFC 9580" },
  { id: "pgp-armor", name: "OpenPGP text (armoured)", mime: "application/pgp-encrypted", ext: "asc pgp gpg", spec: "RFC 9580 6" },
  { id: "age", name: "age encrypted file", mime: "application/x-age", ext: "age", sig: ["'age-encryption.org/v1' 0A"] },
  { id: "axcrypt", name: "AxCrypt file", mime: "application/x-axcrypt", ext: "axx", sig: ["C0 B9 07 2E 4F 93 F1 46 A0 15 79 2C A1 D9 E8 21"] },
  { id: "openssl-salted", name: "OpenSSL encrypted file", mime: "application/x-openssl-salted", ext: "enc", sig: ["'Salted__'"] },
  { id: "pkcs12", name: "PKCS #12 key store", mime: "application/x-pkcs12", ext: "p12 pfx keystore", sig: ["30 82 ? ? 02 01 03 30", "30 83 ? ? ? 02 01 03 30", "30 80 02 01 03 30"], spec: "RFC 7292" },
  { id: "signal-backup", name: "Signal backup", mime: "application/x-signal-backup", ext: "backup", sig: ["00 00 00 3A 0A 38 0A 10"], weak: true },
  { id: "whatsapp-crypt12", name: "WhatsApp database (encrypted)", mime: "application/x-whatsapp-crypt", ext: "crypt12 crypt14 crypt15 crypt8", sig: ["00 01 ? 00 02 00 ?*32 00"], weak: true },
];

export const keyTypes: readonly TypeRow[] = [
  { id: "pgp-armor-keys", parent: "text", name: "OpenPGP keys (armoured)", mime: "application/pgp-keys", ext: "asc pgp gpg key pem", spec: "RFC 9580 6" },
  { id: "pgp-signature", parent: "text", name: "OpenPGP signature (armoured)", mime: "application/pgp-signature", ext: "asc sig", spec: "RFC 9580 6" },
  { id: "pgp-signed", parent: "text", name: "OpenPGP signed text", mime: "text/x-pgp-signed", ext: "asc txt", spec: "RFC 9580 7" },
  { id: "pgp-keys", parent: "pgp", name: "OpenPGP keys", mime: "application/pgp-keys", ext: "pgp gpg pkr skr key", spec: "RFC 9580" },
  { id: "jks", name: "Java key store", mime: "application/x-java-keystore", ext: "jks keystore", sig: ["FE ED FE ED 00 00 00", "CE CE CE CE 00 00 00"] },
  { id: "pkcs7", name: "Signed or encrypted message (PKCS #7)", mime: "application/pkcs7-mime", ext: "p7m p7s p7b p7c", sig: ["30 82 ? ? 06 09 2A 86 48 86 F7 0D 01 07", "30 80 06 09 2A 86 48 86 F7 0D 01 07", "30 83 ? ? ? 06 09 2A 86 48 86 F7 0D 01 07"], spec: "RFC 5652" },
  { id: "x509-der", name: "Certificate (DER)", mime: "application/pkix-cert", ext: "der cer crt", sig: ["30 82 ? ? 30 82 ? ? A0 03 02 01 02 02"], spec: "RFC 5280" },
];

const fatMedia = [0xf0, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff];

/** The BIOS parameter block: sector and cluster sizes are powers of two, one or two tables, a known media byte. */
function isFat(probe: Probe): boolean {
  const jump = probe.u8(0);
  const sector = probe.u16le(11);
  const cluster = probe.u8(13);
  return (
    (jump === 0xeb || jump === 0xe9) && [512, 1024, 2048, 4096].includes(sector) && cluster > 0 && (cluster & (cluster - 1)) === 0 &&
    probe.u16le(14) > 0 && [1, 2].includes(probe.u8(16)) && fatMedia.includes(probe.u8(21))
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

/** First packet of an OpenPGP stream: tag and length that fit its body's first fields (RFC 9580 4.2, 5). */
function isPgp(probe: Probe): boolean {
  const first = probe.u8(0);
  if ((first & 0x80) === 0) return false;
  const kind = pgpTag(probe);
  const [length, body] = pgpLength(probe, (first & 0x40) !== 0, first & 3);
  if (length < 3 || body + length > probe.size) return false;
  const version = probe.u8(body);
  if (kind === 1) return (version === 3 && probe.u8(body + 9) >= 1 && probe.u8(body + 9) <= 25 && pgpKeyBits(probe, body + 10, length)) || version === 6;
  if (kind === 3) return version === 4 && probe.u8(body + 1) <= 13 && [0, 1, 3, 4].includes(probe.u8(body + 2)) && length < 80 && probe.u8(body + length) >= 0xc0;
  if (kind === 5 || kind === 6) return (version === 4 || version === 6) && probe.u32be(body + 1) > 631152000 && [1, 2, 3, 16, 17, 18, 19, 22, 25, 27].includes(probe.u8(body + 5));
  return false;
}

function pgpTag(probe: Probe): number {
  const first = probe.u8(0);
  return (first & 0x40) !== 0 ? first & 63 : (first >> 2) & 15;
}

/** The session key is a number of a usual length: a public key of 512 to 16,384 bits, or a curve point. */
function pgpKeyBits(probe: Probe, at: number, length: number): boolean {
  const bits = probe.u16be(at);
  return bits >= 250 && bits <= 16384 && bits / 8 <= length;
}

function pgpLength(probe: Probe, modern: boolean, kind: number): [length: number, body: number] {
  if (!modern) return kind === 0 ? [probe.u8(1), 2] : kind === 1 ? [probe.u16be(1), 3] : kind === 2 ? [probe.u32be(1), 5] : [0, 1];
  const first = probe.u8(1);
  if (first < 192) return [first, 2];
  if (first < 224) return [((first - 192) << 8) + probe.u8(2) + 192, 3];
  return first === 255 ? [probe.u32be(2), 6] : [0, 2];
}
