/**
 * Structures of ext2, ext3 and ext4. Source: Linux kernel documentation, filesystems/ext4 (super, group_descr, inodes, ifork, directory,
 * attributes, orphan, journal).
 */
import { u32be, wide } from "../../bytes/field-types.ts";
import { bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";

export const superStart = 1024;
export const superBytes = 1024;
export const superMagic = 0xef53;

/** Chapter "Super Block". */
export const superblock = struct("ext.superblock", superBytes, {
  inodes: [0x00, u32],
  blocksLow: [0x04, u32],
  freeBlocksLow: [0x0c, u32],
  freeInodes: [0x10, u32],
  firstData: [0x14, u32, "block"],
  logBlock: [0x18, u32, "2^(10 + n) bytes"],
  logCluster: [0x1c, u32, "2^(10 + n) bytes"],
  blocksPerGroup: [0x20, u32],
  clustersPerGroup: [0x24, u32],
  inodesPerGroup: [0x28, u32],
  mountTime: [0x2c, u32],
  writeTime: [0x30, u32],
  magic: [0x38, u16],
  state: [0x3a, u16],
  creator: [0x48, u32],
  revision: [0x4c, u32],
  firstInode: [0x54, u32],
  inodeBytes: [0x58, u16],
  group: [0x5a, u16, "of this copy"],
  compatible: [0x5c, u32],
  incompatible: [0x60, u32],
  readOnlyCompatible: [0x64, u32],
  uuid: [0x68, bytes(16)],
  label: [0x78, bytes(16)],
  lastMounted: [0x88, bytes(64)],
  reservedDescriptors: [0xce, u16, "blocks"],
  journalUuid: [0xd0, bytes(16)],
  journalInode: [0xe0, u32],
  journalDevice: [0xe4, u32],
  lastOrphan: [0xe8, u32, "inode"],
  journalBackup: [0xfd, u8, "kind"],
  descriptorBytes: [0xfe, u16],
  firstMetaGroup: [0x104, u32],
  made: [0x108, u32, "time"],
  journalBlocks: [0x10c, bytes(68), "i_block, size high, size low"],
  blocksHigh: [0x150, u32],
  freeBlocksHigh: [0x158, u32],
  mmpBlock: [0x168, wide],
  checksumKind: [0x175, u8],
  errors: [0x194, u32],
  userQuota: [0x240, u32, "inode"],
  groupQuota: [0x244, u32, "inode"],
  backupGroup1: [0x24c, u32],
  backupGroup2: [0x250, u32],
  projectQuota: [0x26c, u32, "inode"],
  checksumSeed: [0x270, u32],
  encoding: [0x27c, u16],
  orphanFile: [0x280, u32, "inode"],
  checksum: [0x3fc, u32],
});

/** Of the superblock, up to its checksum: nothing has a meaning here. */
export const superUnused = 0x288;
export const superUnusedBytes = 0x3fc - superUnused;

export const descriptorBytes = 32;
export const wideDescriptorBytes = 64;

/** Chapter "Block Group Descriptors": what all have. */
export const groupDescriptor = struct("ext.groupDescriptor", descriptorBytes, {
  blockBitmap: [0x00, u32],
  inodeBitmap: [0x04, u32],
  inodeTable: [0x08, u32],
  freeBlocks: [0x0c, u16],
  freeInodes: [0x0e, u16],
  flags: [0x12, u16],
  blockBitmapChecksum: [0x18, u16],
  inodeBitmapChecksum: [0x1a, u16],
  unusedInodes: [0x1c, u16],
  checksum: [0x1e, u16],
});

/** What follows where the file system has 64-bit block numbers. */
export const groupDescriptorHigh = struct("ext.groupDescriptorHigh", descriptorBytes, {
  blockBitmap: [0x00, u32],
  inodeBitmap: [0x04, u32],
  inodeTable: [0x08, u32],
  freeBlocks: [0x0c, u16],
  unusedInodes: [0x12, u16],
  blockBitmapChecksum: [0x18, u16],
  inodeBitmapChecksum: [0x1a, u16],
});

export const groupFlag = { inodesUnused: 1, blocksUnused: 2, tableZeroed: 4 } as const;

export const inodeBytes = 128;
/** Chapter "Index Nodes": the first 128 bytes, with what Linux has in `osd2`. */
export const inode = struct("ext.inode", inodeBytes, {
  mode: [0x00, u16],
  uidLow: [0x02, u16],
  sizeLow: [0x04, u32],
  accessed: [0x08, u32],
  changed: [0x0c, u32],
  modified: [0x10, u32],
  deleted: [0x14, u32],
  gidLow: [0x18, u16],
  links: [0x1a, u16],
  sectorsLow: [0x1c, u32],
  flags: [0x20, u32],
  version: [0x24, u32],
  map: [0x28, bytes(60), "block map, extents, inline data, target or device"],
  generation: [0x64, u32],
  attributesLow: [0x68, u32, "block"],
  sizeHigh: [0x6c, u32],
  sectorsHigh: [0x74, u16],
  attributesHigh: [0x76, u16],
  uidHigh: [0x78, u16],
  gidHigh: [0x7a, u16],
  checksumLow: [0x7c, u16],
});
export const mapOffset = 0x28;
export const mapBytes = 60;
export const checksumLowOffset = 0x7c;
export const checksumHighOffset = 0x82;

/** Behind the first 128 bytes; each field only where `extraBytes` reaches past it. */
export const inodeExtra = struct("ext.inodeExtra", 32, {
  extraBytes: [0x00, u16],
  checksumHigh: [0x02, u16],
  changed: [0x04, u32],
  modified: [0x08, u32],
  accessed: [0x0c, u32],
  born: [0x10, u32],
  bornExtra: [0x14, u32],
  project: [0x1c, u32],
});
/** Bytes of the extra part that a field needs. */
export const extraReach = { checksum: 4, changed: 8, modified: 12, accessed: 16, born: 20, bornExtra: 24, project: 32 };

export const inodeFlag = {
  compressed: 0x4,
  encrypted: 0x800,
  indexed: 0x1000,
  huge: 0x4_0000,
  extents: 0x8_0000,
  attributeValue: 0x20_0000,
  inline: 0x1000_0000,
  casefold: 0x4000_0000,
} as const;

export const fileType = {
  mask: 0xf000,
  pipe: 0x1000,
  character: 0x2000,
  directory: 0x4000,
  block: 0x6000,
  file: 0x8000,
  symlink: 0xa000,
  socket: 0xc000,
} as const;

/** Chapter "The Contents of inode.i_block". */
export const extentMagic = 0xf30a;
export const extentEntryBytes = 12;
export const mostExtentDepth = 5;
export const extentHeader = struct("ext.extentHeader", extentEntryBytes, {
  magic: [0, u16],
  entries: [2, u16],
  most: [4, u16],
  depth: [6, u16],
});
export const extentIndex = struct("ext.extentIndex", extentEntryBytes, {
  logical: [0, u32],
  blockLow: [4, u32],
  blockHigh: [8, u16],
});
export const extent = struct("ext.extent", extentEntryBytes, {
  logical: [0, u32],
  length: [4, u16, "above 2^15: not written, length − 2^15"],
  blockHigh: [6, u16],
  blockLow: [8, u32],
});
export const longestWritten = 0x8000;

/** A pointer of a block map, an inode number of the orphan file. */
export const pointer = struct("ext.pointer", 4, { value: [0, u32] });
export const directPointers = 12;

/** Chapter "Directory Entries"; without the feature `filetype` the type is the high byte of the length of the name. */
export const recordHeadBytes = 8;
export const directoryRecord = struct("ext.directoryRecord", recordHeadBytes, {
  inode: [0, u32],
  length: [4, u16],
  nameLength: [6, u8],
  type: [7, u8],
});
/** The record at the end of a block that holds its checksum. */
export const tailRecordBytes = 12;
export const tailRecordType = 0xde;
/** In the first block of an indexed directory behind `.` and `..`; the list of index entries is counted from `limit` on. */
export const indexRoot = struct("ext.indexRoot", 0x24, { limit: [0x20, u16], count: [0x22, u16] });
export const indexNode = struct("ext.indexNode", 12, { limit: [8, u16], count: [10, u16] });
export const indexEntryBytes = 8;
/** Behind the room for index entries (section "Hash Tree Directories"). */
export const indexTail = struct("ext.indexTail", 8, { reserved: [0, u32], checksum: [4, u32] });
/** The record at the end of a block of a directory. */
export const directoryTail = struct("ext.directoryTail", tailRecordBytes, {
  inode: [0, u32],
  length: [4, u16],
  nameLength: [6, u8],
  type: [7, u8],
  checksum: [8, u32],
});
/** A number at the end of a block: of extents, of the log of the journal. */
export const blockTail = struct("ext.blockTail", 4, { checksum: [0, u32] });
/** At the end of a block of the orphan file (chapter "Orphan file"). */
export const orphanMagic = 0x0b10_ca04;
export const orphanTail = struct("ext.orphanTail", 8, { magic: [0, u32], checksum: [4, u32] });
/** Chapter "Multiple Mount Protection". */
export const mmpMagic = 0x004d_4d50;
export const mmp = struct("ext.mmp", 1024, { magic: [0, u32], sequence: [4, u32], checksum: [0x3fc, u32] });
/** Begin of an inline directory: its parent. */
export const inlineParent = struct("ext.inlineParent", 4, { inode: [0, u32] });

/** Chapter "Extended Attributes". */
export const attributeMagic = 0xea02_0000;
export const attributeHeaderBytes = 32;
export const attributeHeader = struct("ext.attributeHeader", attributeHeaderBytes, {
  magic: [0, u32],
  references: [4, u32],
  blocks: [8, u32],
  checksum: [0x10, u32],
});
export const attributeChecksumOffset = 0x10;
export const inodeAttributeHeader = struct("ext.inodeAttributeHeader", 4, { magic: [0, u32] });
export const attributeEntryBytes = 16;
export const attributeEntry = struct("ext.attributeEntry", attributeEntryBytes, {
  nameLength: [0, u8],
  nameIndex: [1, u8],
  valueOffset: [2, u16],
  valueInode: [4, u32],
  valueBytes: [8, u32],
});

/** Access control lists as they are stored (section "POSIX ACLs"). */
export const aclHeader = struct("ext.aclHeader", 4, { version: [0, u32] });
export const aclEntry = struct("ext.aclEntry", 4, { tag: [0, u16], permissions: [2, u16] });
export const aclId = struct("ext.aclId", 4, { id: [0, u32] });

/** Device numbers: the older form in the first pointer, the newer in the second. */
export const deviceNumbers = struct("ext.deviceNumbers", 8, { old: [0, u32], new: [4, u32] });

/** Chapter "Journal (jbd2)"; big-endian. */
export const journalMagic = 0xc03b_3998;
export const journalKind = { descriptor: 1, commit: 2, superblock1: 3, superblock2: 4, revoke: 5 } as const;
export const journalHeaderBytes = 12;
export const journalHeader = struct("ext.journalHeader", journalHeaderBytes, {
  magic: [0, u32be],
  kind: [4, u32be],
  sequence: [8, u32be],
});
export const journalSuper = struct("ext.journalSuper", 1024, {
  magic: [0, u32be],
  kind: [4, u32be],
  blockBytes: [0x0c, u32be],
  blocks: [0x10, u32be],
  first: [0x14, u32be],
  sequence: [0x18, u32be],
  start: [0x1c, u32be],
  error: [0x20, u32be],
  compatible: [0x24, u32be],
  incompatible: [0x28, u32be],
  uuid: [0x30, bytes(16)],
  fastBlocks: [0x54, u32be],
  checksum: [0xfc, u32be],
});
export const journalSuperChecksumOffset = 0xfc;
/** At the end of descriptors and of lists of revoked blocks, in a commit behind its header and four bytes. */
export const journalChecksum = struct("ext.journalChecksum", 4, { checksum: [0, u32be] });
export const journalCommitChecksumOffset = 16;
export const journalFeature = {
  revoke: 1,
  wide: 2,
  async: 4,
  checksum2: 8,
  checksum3: 0x10,
  fastCommit: 0x20,
} as const;
/** Without checksums of version 3: 8 bytes, 4 more with 64-bit numbers. */
export const journalTag = struct("ext.journalTag", 8, {
  block: [0, u32be],
  flags: [4, u32be, "checksum in the high half"],
});
export const journalTagHigh = struct("ext.journalTagHigh", 4, { block: [0, u32be] });
export const journalTag3 = struct("ext.journalTag3", 16, {
  block: [0, u32be],
  flags: [4, u32be],
  blockHigh: [8, u32be],
  checksum: [12, u32be],
});
export const journalTagFlag = { escaped: 1, sameUuid: 2, last: 8 } as const;
export const journalRevoke = struct("ext.journalRevoke", 16, { used: [12, u32be, "bytes of the block"] });
/** Default number of blocks of the fast-commit area. */
export const defaultFastBlocks = 256;
/** Records of fast commits; little-endian. */
export const fastKind = {
  addRange: 1,
  removeRange: 2,
  create: 3,
  link: 4,
  unlink: 5,
  inode: 6,
  pad: 7,
  tail: 8,
  head: 9,
};
export const fastTag = struct("ext.fastTag", 4, { kind: [0, u16], length: [2, u16, "bytes behind it"] });
export const fastHead = struct("ext.fastHead", 8, { features: [0, u32], sequence: [4, u32] });
export const fastTail = struct("ext.fastTail", 8, { sequence: [0, u32], checksum: [4, u32] });
