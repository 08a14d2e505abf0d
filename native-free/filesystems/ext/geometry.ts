/** What a superblock says, checked as far as it alone can be. */
import { uuidText } from "../../bytes/guid.ts";
import { nameFromBytes } from "../../model/forensic-path.ts";
import { superChecksum } from "./checksums.ts";
import { compatible, incompatible, readOnly, type Features } from "./features.ts";
import * as layout from "./layouts.ts";

export interface Geometry {
  readonly features: Features;
  readonly blockBytes: number;
  /** Blocks of a cluster; 1 without `bigalloc`. */
  readonly clusterBlocks: number;
  readonly blocks: number;
  readonly inodes: number;
  readonly freeBlocks: number;
  readonly freeInodes: number;
  /** First block of the first group. */
  readonly firstData: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  readonly groups: number;
  readonly inodeBytes: number;
  /** First inode that is not reserved. */
  readonly firstInode: number;
  readonly descriptorBytes: number;
  readonly reservedDescriptors: number;
  readonly firstMetaGroup: number;
  readonly backupGroups: readonly [number, number];
  /** Group of which this copy of the superblock is. */
  readonly group: number;
  readonly uuid: string;
  readonly label: string;
  readonly lastMounted: string;
  readonly journalUuid: string;
  readonly journalInode: number;
  readonly journalDevice: number;
  /** Copy of the block map of the journal and of its size; null where there is none. */
  readonly journalMap: Uint8Array | null;
  readonly lastOrphan: number;
  readonly orphanFile: number;
  readonly quotaInodes: readonly number[];
  readonly mmpBlock: number;
  readonly state: number;
  readonly errors: number;
  readonly creator: number;
  readonly made: number;
  readonly mounted: number;
  readonly written: number;
  /** Of the checksums of metadata; null without them. */
  readonly seed: number | null;
  /** Of the checksums of group descriptors by CRC-16. */
  readonly uuidBytes: Uint8Array;
  /** Whether its own checksum is right; true without one. */
  readonly checksumHolds: boolean;
}

const cursor = layout.superblock.cursor();
const two32 = 2 ** 32;
const mostLogBlock = 6;
/** Of a group: mke2fs makes no smaller ones than 256. */
const fewestBlocks = 64;

/** From the 1024 bytes of a superblock; a word for the problem where it cannot be one. */
export function readGeometry(bytes: Uint8Array): Geometry | string {
  if (bytes.length < layout.superBytes) return "size";
  const record = cursor.over(bytes);
  if (record.magic !== layout.superMagic) return "magic";
  if (record.logBlock > mostLogBlock) return "block size";
  const blockBytes = 1024 << record.logBlock;
  const features = {
    compatible: record.revision === 0 ? 0 : record.compatible,
    incompatible: record.revision === 0 ? 0 : record.incompatible,
    readOnly: record.revision === 0 ? 0 : record.readOnlyCompatible,
  };
  const has = (set: number, bit: number): boolean => (set & bit) !== 0;
  const isWide = has(features.incompatible, incompatible.wide);
  const blocks = record.blocksLow + (isWide ? record.blocksHigh * two32 : 0);
  const clustered = has(features.readOnly, readOnly.clusters);
  if (clustered && (record.logCluster < record.logBlock || record.logCluster > 30)) return "cluster size";
  const clusterBlocks = clustered ? 2 ** (record.logCluster - record.logBlock) : 1;
  const inodeBytes = record.revision === 0 ? layout.inodeBytes : record.inodeBytes;
  const isPower = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;
  if (inodeBytes < layout.inodeBytes || inodeBytes > blockBytes || !isPower(inodeBytes)) return "inode size";
  const { blocksPerGroup, inodesPerGroup, firstData } = record;
  const bits = blockBytes * 8;
  if (blocksPerGroup < fewestBlocks || blocksPerGroup > bits * clusterBlocks) return "blocks per group";
  if (inodesPerGroup === 0 || inodesPerGroup > bits) return "inodes per group";
  if (firstData > 1 || blocks <= firstData || !Number.isSafeInteger(blocks * blockBytes)) return "blocks";
  const stated = isWide ? record.descriptorBytes : layout.descriptorBytes;
  const descriptorBytes = isWide && stated < layout.wideDescriptorBytes ? layout.wideDescriptorBytes : stated;
  if (!isPower(descriptorBytes) || descriptorBytes > blockBytes) return "descriptor size";
  const groups = Math.ceil((blocks - firstData) / blocksPerGroup);
  const checksums = has(features.readOnly, readOnly.checksums);
  const uuidBytes = record.uuid.slice();
  const seeded = has(features.incompatible, incompatible.checksumSeed);
  return {
    features,
    blockBytes,
    clusterBlocks,
    blocks,
    inodes: Math.min(record.inodes, groups * inodesPerGroup),
    freeBlocks: record.freeBlocksLow + (isWide ? record.freeBlocksHigh * two32 : 0),
    freeInodes: record.freeInodes,
    firstData,
    blocksPerGroup,
    inodesPerGroup,
    groups,
    inodeBytes,
    firstInode: record.revision === 0 ? 11 : record.firstInode,
    descriptorBytes,
    reservedDescriptors: has(features.compatible, compatible.resizeInode) ? record.reservedDescriptors : 0,
    firstMetaGroup: record.firstMetaGroup,
    backupGroups: [record.backupGroup1, record.backupGroup2],
    group: record.group,
    uuid: uuidText(uuidBytes),
    label: textOf(record.label),
    lastMounted: textOf(record.lastMounted),
    journalUuid: uuidText(record.journalUuid),
    journalInode: record.journalInode,
    journalDevice: record.journalDevice,
    journalMap: record.journalBackup === 1 ? record.journalBlocks.slice() : null,
    lastOrphan: record.lastOrphan,
    orphanFile: has(features.compatible, compatible.orphanFile) ? record.orphanFile : 0,
    quotaInodes: [record.userQuota, record.groupQuota, record.projectQuota],
    mmpBlock: has(features.incompatible, incompatible.multipleMount) ? record.mmpBlock : 0,
    state: record.state,
    errors: record.errors,
    creator: record.creator,
    made: record.made,
    mounted: record.mountTime,
    written: record.writeTime,
    seed: !checksums ? null : seeded ? record.checksumSeed : superChecksum(uuidBytes),
    uuidBytes,
    checksumHolds: !checksums || superChecksum(bytes.subarray(0, layout.superBytes - 4)) === record.checksum,
  };
}

/** Up to the first NUL. */
function textOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return nameFromBytes(field.subarray(0, end < 0 ? field.length : end)).text;
}

/** Whether a group has a copy of the superblock and of the group descriptors. */
export function hasSuper(geometry: Geometry, group: number): boolean {
  if (group === 0) return true;
  const { features, backupGroups } = geometry;
  if ((features.compatible & compatible.sparseSuper2) !== 0) return backupGroups.includes(group);
  if (group === 1 || (features.readOnly & readOnly.sparseSuper) === 0) return true;
  return isPowerOf(3, group) || isPowerOf(5, group) || isPowerOf(7, group);
}

function isPowerOf(base: number, value: number): boolean {
  let power = base;
  while (power < value) power *= base;
  return power === value;
}

/** First block of a group. */
export function groupStart({ firstData, blocksPerGroup }: Geometry, group: number): number {
  return firstData + group * blocksPerGroup;
}

/** Block of the superblock of a group that has one. The first lies at byte 1024 whatever the size of a block. */
export function superBlockOf(geometry: Geometry, group: number): number {
  return group === 0 ? Math.floor(layout.superStart / geometry.blockBytes) : groupStart(geometry, group);
}
