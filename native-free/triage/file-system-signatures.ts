/**
 * Which file system begins here, by the signatures of the specifications and as many plausibility checks as keep garbage
 * out. Recognition only: nothing is mounted, followed or believed further. Layouts and sources: file-system-layouts.ts.
 */
import * as layout from "./file-system-layouts.ts";

export const fileSystemKinds = [
  ...["NTFS", "FAT12", "FAT16", "FAT32", "exFAT", "ReFS", "BitLocker"],
  ...["ext2", "ext3", "ext4", "XFS", "Btrfs", "SquashFS", "Linux swap", "LUKS1", "LUKS2", "LVM2"],
  ...["HFS", "HFS+", "APFS", "ISO 9660", "UDF"],
] as const;
export type FileSystemKind = (typeof fileSystemKinds)[number];

export interface Recognised {
  readonly kind: FileSystemKind;
  /** Evidence text; null where there is none or it does not stand in the first structures. */
  readonly label: string | null;
  /** Bytes that it claims, null where the first structures do not say. */
  readonly bytes: number | null;
}

/**
 * All that is recognised in the first `headBytes` bytes of a volume (regions.ts), in a fixed order; several for discs that
 * carry two file systems. Bytes that are not there are zeros. Never throws.
 */
export function recognise(head: Uint8Array): Recognised[] {
  return recognisers.flatMap((each) => each(head) ?? []);
}

type Recogniser = (head: Uint8Array) => Recognised | null;

function sized(kind: FileSystemKind, label: string | null, bytes: number): Recognised {
  return { kind, label, bytes: Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null };
}

/** Text of a fixed field: to the first NUL, without trailing blanks; null for none. */
function labelOf(field: Uint8Array | string): string | null {
  const text = typeof field === "string" ? field : utf8.decode(beforeNul(field));
  const trimmed = text.trimEnd();
  return trimmed === "" || trimmed === "NO NAME" ? null : trimmed;
}

function beforeNul(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

const utf8 = new TextDecoder("utf-8");
const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;
const isBlockSize = (n: number): boolean => isPowerOfTwo(n) && n >= 512 && n <= 65_536;

const boot = layout.bootSector.cursor();
const ntfsSize = layout.ntfsSize.cursor();

const recogniseNtfs: Recogniser = (head) => {
  const { system, signature, sectorBytes } = boot.over(head);
  if (system !== "NTFS    " || signature !== 0xaa55 || !isBlockSize(sectorBytes)) return null;
  return sized("NTFS", null, (ntfsSize.over(head).sectors + 1) * sectorBytes);
};

const fatLabel = layout.fat16Label.cursor();

/**
 * The count of clusters decides between FAT12 and FAT16 (FAT specification, "FAT Type Determination"). FAT32 is told by its
 * layout instead: formatting programs make it on media with fewer clusters than the specification wants.
 */
const recogniseFat: Recogniser = (head) => {
  const { jump, signature, sectorBytes, clusterSectors, reservedSectors, fatCount, rootEntries, media } =
    boot.over(head);
  if ((jump !== 0xeb && jump !== 0xe9) || signature !== 0xaa55 || media < 0xf0) return null;
  if (!isBlockSize(sectorBytes) || sectorBytes > 4096 || !isPowerOfTwo(clusterSectors)) return null;
  if (reservedSectors === 0 || fatCount === 0 || fatCount > 2 || boot.system === "-FVE-FS-" || isToGo(head))
    return null;
  const sectors = boot.sectors16 || boot.sectors32;
  const fatSectors = boot.fatSectors16 || boot.fatSectors32;
  const rootSectors = Math.ceil((rootEntries * 32) / sectorBytes);
  const clusters = Math.floor((sectors - reservedSectors - fatCount * fatSectors - rootSectors) / clusterSectors);
  if (fatSectors === 0 || clusters < 1) return null;
  const large = boot.fatSectors16 === 0;
  const kind = large ? "FAT32" : clusters < 4085 ? "FAT12" : "FAT16";
  const { mark, label } = fatLabel.over(head, large ? layout.fat32LabelAt : layout.fat16LabelAt);
  return sized(kind, mark === 0x29 ? labelOf(label) : null, sectors * sectorBytes);
};

const exfat = layout.exfatBoot.cursor();

const recogniseExfat: Recogniser = (head) => {
  const { system, sectors, sectorShift } = exfat.over(head);
  if (system !== "EXFAT   " || sectorShift < 9 || sectorShift > 12) return null;
  return sized("exFAT", null, sectors * 2 ** sectorShift);
};

const refs = layout.refsBoot.cursor();

const recogniseRefs: Recogniser = (head) => {
  const { system, structure, sectors, sectorBytes } = refs.over(head);
  return system === "ReFS" && structure === "FSRS" ? sized("ReFS", null, sectors * sectorBytes) : null;
};

const toGo = layout.bitlockerToGo.cursor();
/** 4967d63b-2e29-4ad8-8399-f6a339e3d001, as GUIDs lie on the medium. */
const toGoIdentity = Buffer.from("3bd66749292ed84a8399f6a339e3d001", "hex");

function isToGo(head: Uint8Array): boolean {
  return Buffer.compare(toGo.over(head).identity, toGoIdentity) === 0;
}

const recogniseBitlocker: Recogniser = (head) => {
  const { system, signature } = boot.over(head);
  const hidden = system === "MSWIN4.1" && isToGo(head);
  return signature === 0xaa55 && (system === "-FVE-FS-" || hidden)
    ? { kind: "BitLocker", label: null, bytes: null }
    : null;
};

const ext = layout.extSuper.cursor();
const extJournal = 0x4;
/** Features that ext3 does not know: extents, 64 bit, flexible groups and later ones; huge files, checksums, large inodes. */
const ext4Incompatible = 0xffff_ffc0;
const ext4ReadOnly = 0xffff_fff8;
const ext4Known64Bit = 0x80;

const recogniseExt: Recogniser = (head) => {
  const { magic, inodeCount, blocksLow, blockShift, compatible, incompatible, readOnlyCompatible } = ext.over(head);
  if (magic !== 0xef53 || inodeCount === 0 || blocksLow === 0 || blockShift > 6) return null;
  const newer = ((incompatible & ext4Incompatible) | (readOnlyCompatible & ext4ReadOnly)) !== 0;
  const kind = newer ? "ext4" : (compatible & extJournal) !== 0 ? "ext3" : "ext2";
  const large = (incompatible & ext4Known64Bit) !== 0;
  const bytes = large ? blocksLow64(head) : blocksLow;
  return sized(kind, labelOf(ext.label), bytes * (1024 << blockShift));
};

const extHigh = layout.extHigh.cursor();

function blocksLow64(head: Uint8Array): number {
  return ext.blocksLow + extHigh.over(head).blocksHigh * 2 ** 32;
}

const xfs = layout.xfsSuper.cursor();

const recogniseXfs: Recogniser = (head) => {
  const { magic, blockBytes, blocks } = xfs.over(head);
  return magic === "XFSB" && isBlockSize(blockBytes) ? sized("XFS", labelOf(xfs.label), blocks * blockBytes) : null;
};

const btrfs = layout.btrfsSuper.cursor();

const recogniseBtrfs: Recogniser = (head) =>
  btrfs.over(head).magic === "_BHRfS_M" ? sized("Btrfs", labelOf(btrfs.label), btrfs.totalBytes) : null;

const squash = layout.squashSuper.cursor();

const recogniseSquash: Recogniser = (head) => {
  const { magic, version, usedBytes } = squash.over(head);
  return magic === "hsqs" && version === 4 ? sized("SquashFS", null, usedBytes) : null;
};

const swap = layout.swapHeader.cursor();
const swapEnd = layout.swapMagic.cursor();

const recogniseSwap: Recogniser = (head) => {
  for (const page of layout.swapPageBytes) {
    const { magic } = swapEnd.over(head, page - layout.swapMagic.size);
    if (magic === "SWAP-SPACE") return { kind: "Linux swap", label: null, bytes: null };
    if (magic !== "SWAPSPACE2") continue;
    swap.over(head);
    return sized("Linux swap", labelOf(swap.label), (swap.lastPage + 1) * page);
  }
  return null;
};

const luks = layout.luksHeader.cursor();
const luksMagic = Uint8Array.of(0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe);

const recogniseLuks: Recogniser = (head) => {
  const { magic, version } = luks.over(head);
  if (Buffer.compare(magic, luksMagic) !== 0 || (version !== 1 && version !== 2)) return null;
  return version === 1
    ? { kind: "LUKS1", label: null, bytes: null }
    : { kind: "LUKS2", label: labelOf(luks.label), bytes: null };
};

const lvm = layout.lvmLabel.cursor();

const recogniseLvm: Recogniser = (head) => {
  for (let sector = 0; sector < 4; sector++) {
    const { magic, type } = lvm.over(head, sector * layout.sectorBytes);
    if (magic === "LABELONE" && type === "LVM2 001") return { kind: "LVM2", label: null, bytes: null };
  }
  return null;
};

const hfs = layout.hfsHeader.cursor();

const recogniseHfs: Recogniser = (head) => {
  const { signature, version, blockBytes, blocks, embedded } = hfs.over(head);
  if (signature === 0x4244 && isHfsPlain(head)) {
    return { kind: embedded === 0x482b ? "HFS+" : "HFS", label: null, bytes: null };
  }
  const plus = (signature === 0x482b && version === 4) || (signature === 0x4858 && version === 5);
  return plus && isBlockSize(blockBytes) ? sized("HFS+", null, blocks * blockBytes) : null;
};

const hfsPlain = layout.hfsPlain.cursor();

/** Two letters are weak: the master directory block must also state blocks. */
function isHfsPlain(head: Uint8Array): boolean {
  const { blocks, blockBytes } = hfsPlain.over(head);
  return blocks > 0 && blockBytes > 0 && blockBytes % 512 === 0;
}

const apfs = layout.apfsSuper.cursor();

const recogniseApfs: Recogniser = (head) => {
  const { magic, blockBytes, blocks } = apfs.over(head);
  return magic === "NXSB" && isBlockSize(blockBytes) ? sized("APFS", null, blocks * blockBytes) : null;
};

const descriptor = layout.volumeDescriptor.cursor();

/** Calls `look` for the volume descriptors until it answers. */
function firstDescriptor(head: Uint8Array, look: () => Recognised | null): Recognised | null {
  for (let at = layout.descriptorsAt; at + layout.descriptorBytes <= head.length; at += layout.descriptorBytes) {
    descriptor.over(head, at);
    const found = look();
    if (found) return found;
  }
  return null;
}

const recogniseIso: Recogniser = (head) =>
  firstDescriptor(head, () => {
    const { identifier, type, label, blocks, blockBytes } = descriptor;
    return identifier === "CD001" && type === 1 ? sized("ISO 9660", labelOf(label), blocks * blockBytes) : null;
  });

const recogniseUdf: Recogniser = (head) =>
  firstDescriptor(head, () =>
    /^NSR0[23]$/.test(descriptor.identifier) ? { kind: "UDF", label: null, bytes: null } : null,
  );

const recognisers: readonly Recogniser[] = [
  ...[recogniseNtfs, recogniseFat, recogniseExfat, recogniseRefs, recogniseBitlocker],
  ...[recogniseExt, recogniseXfs, recogniseBtrfs, recogniseSquash, recogniseSwap, recogniseLuks, recogniseLvm],
  ...[recogniseHfs, recogniseApfs, recogniseIso, recogniseUdf],
];
