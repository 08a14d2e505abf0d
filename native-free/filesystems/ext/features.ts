/** Feature flags of the superblock (chapter "Super Block" of the kernel's documentation; names of mke2fs). */

export const compatible = {
  journal: 0x4,
  resizeInode: 0x10,
  sparseSuper2: 0x200,
  fastCommit: 0x400,
  orphanFile: 0x1000,
} as const;

export const incompatible = {
  fileType: 0x2,
  recover: 0x4,
  journalDevice: 0x8,
  metaGroups: 0x10,
  extents: 0x40,
  wide: 0x80,
  multipleMount: 0x100,
  flexGroups: 0x200,
  attributeInodes: 0x400,
  checksumSeed: 0x2000,
  inlineData: 0x8000,
  encrypt: 0x1_0000,
  casefold: 0x2_0000,
} as const;

export const readOnly = {
  sparseSuper: 0x1,
  hugeFiles: 0x8,
  groupChecksums: 0x10,
  clusters: 0x200,
  checksums: 0x400,
} as const;

type Names = Readonly<Record<number, string>>;

const compatibleNames: Names = {
  0x1: "dir_prealloc",
  0x2: "imagic_inodes",
  0x4: "has_journal",
  0x8: "ext_attr",
  0x10: "resize_inode",
  0x20: "dir_index",
  0x40: "lazy_bg",
  0x80: "exclude_inode",
  0x100: "exclude_bitmap",
  0x200: "sparse_super2",
  0x400: "fast_commit",
  0x800: "stable_inodes",
  0x1000: "orphan_file",
};
const incompatibleNames: Names = {
  0x1: "compression",
  0x2: "filetype",
  0x4: "needs_recovery",
  0x8: "journal_dev",
  0x10: "meta_bg",
  0x40: "extents",
  0x80: "64bit",
  0x100: "mmp",
  0x200: "flex_bg",
  0x400: "ea_inode",
  0x1000: "dirdata",
  0x2000: "metadata_csum_seed",
  0x4000: "large_dir",
  0x8000: "inline_data",
  0x1_0000: "encrypt",
  0x2_0000: "casefold",
};
const readOnlyNames: Names = {
  0x1: "sparse_super",
  0x2: "large_file",
  0x4: "btree_dir",
  0x8: "huge_file",
  0x10: "uninit_bg",
  0x20: "dir_nlink",
  0x40: "extra_isize",
  0x80: "has_snapshot",
  0x100: "quota",
  0x200: "bigalloc",
  0x400: "metadata_csum",
  0x800: "replica",
  0x1000: "read-only",
  0x2000: "project",
  0x4000: "shared_blocks",
  0x8000: "verity",
  0x1_0000: "orphan_present",
};
/** Flags that change what stands where, beyond what is read here: data of entries of directories (Lustre) and compression. */
const notRead = 0x1 | 0x1000;

/** What makes it an ext4: any of these. */
const ext4Incompatible = 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x1_0000 | 0x2_0000;
const ext4ReadOnly = 0x8 | 0x10 | 0x20 | 0x40 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x8000;

export interface Features {
  readonly compatible: number;
  readonly incompatible: number;
  readonly readOnly: number;
}

export function variantOf(features: Features): string {
  if ((features.incompatible & ext4Incompatible) !== 0 || (features.readOnly & ext4ReadOnly) !== 0) return "ext4";
  return (features.compatible & compatible.journal) !== 0 ? "ext3" : "ext2";
}

/** Flags one by one. */
function* bitsOf(value: number): Generator<number> {
  for (let shift = 0; shift < 32; shift++) if ((value & (2 ** shift)) !== 0) yield 2 ** shift;
}

function namesOf(value: number, names: Names): string[] {
  return Array.from(bitsOf(value), (bit) => names[bit] ?? `0x${bit.toString(16)}`);
}

export function featureNames(features: Features): string {
  return [
    ...namesOf(features.compatible, compatibleNames),
    ...namesOf(features.incompatible, incompatibleNames),
    ...namesOf(features.readOnly, readOnlyNames),
  ].join(" ");
}

/** Incompatible flags without a name, or whose meaning is not read; "" for none. */
export function unknownFeatures(features: Features): string {
  const unknown = Array.from(bitsOf(features.incompatible)).filter(
    (bit) => !(bit in incompatibleNames) || (bit & notRead) !== 0,
  );
  return unknown.map((bit) => incompatibleNames[bit] ?? `0x${bit.toString(16)}`).join(" ");
}
