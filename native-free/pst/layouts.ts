/** Structures of the node database of Outlook data files (MS-PST 2.2.2), in 32 bits, 64 bits, and 64 bits with pages of 4 KiB. */
import { wide as id64 } from "../bytes/field-types.ts";
import { struct, u16, u32, u8 } from "../bytes/struct.ts";

/** 2.2.2.6, what both widths have in common. */
export const headerStart = struct("pst.headerStart", 12, {
  magic: [0, u32],
  partialCrc: [4, u32, "of 471 bytes from byte 8"],
  client: [8, u16],
  version: [10, u16],
});

export const narrowRoots = struct("pst.narrowRoots", 512, {
  nodes: [188, u32, "bytes"],
  blocks: [196, u32, "bytes"],
  coding: [461, u8],
});

export const wideRoots = struct("pst.wideRoots", 528, {
  nodes: [224, id64, "bytes"],
  blocks: [240, id64, "bytes"],
  coding: [513, u8],
  fullCrc: [524, u32, "of 516 bytes from byte 8"],
});

/** `!BDN`. */
export const magic = 0x4e444221;
export const coding = { none: 0, permute: 1, cyclic: 2 } as const;
export const pageKind = { blocks: 0x80, nodes: 0x81 } as const;

interface PageEnd {
  readonly count: number;
  readonly entryBytes: number;
  readonly level: number;
  readonly kind: number;
  readonly again: number;
  readonly signature: number;
  readonly crc: number;
  readonly id: number;
  over(window: Uint8Array, at?: number): PageEnd;
}

interface BlockEnd {
  readonly size: number;
  readonly signature: number;
  readonly crc: number;
  readonly id: number;
  over(window: Uint8Array, at?: number): BlockEnd;
}

interface BranchEntry {
  readonly key: number;
  /** Offset of the page below. */
  readonly to: number;
  over(window: Uint8Array, at?: number): BranchEntry;
}

interface NodeEntry {
  readonly node: number;
  readonly data: number;
  readonly sub: number;
  readonly parent: number;
  over(window: Uint8Array, at?: number): NodeEntry;
}

interface BlockEntry {
  readonly id: number;
  /** Offset of the block. */
  readonly start: number;
  readonly size: number;
  /** Bytes when decompressed, of files with pages of 4 KiB. */
  readonly inflated?: number;
  over(window: Uint8Array, at?: number): BlockEntry;
}

/** What differs between the three variants. */
export interface Geometry {
  readonly name: "32-bit" | "64-bit" | "64-bit-4k";
  readonly isWide: boolean;
  readonly pageBytes: number;
  /** Of the end of a page: what describes its entries and the trailer. */
  readonly pageEndAt: number;
  /** Bytes of a page that its checksum covers. */
  readonly pageCrcBytes: number;
  readonly blockEndBytes: number;
  readonly blockStep: number;
  readonly idBytes: number;
  /** Bits of the index in an identifier of a heap. */
  readonly heapIndexBits: number;
  readonly pageEnd: () => PageEnd;
  readonly blockEnd: () => BlockEnd;
  readonly branch: () => BranchEntry;
  readonly nodeEntry: () => NodeEntry;
  readonly blockEntry: () => BlockEntry;
  readonly branchBytes: number;
  readonly nodeBytes: number;
  readonly blockBytes: number;
}

const narrowPageEnd = struct("pst.narrowPageEnd", 16, {
  count: [0, u8],
  entryBytes: [2, u8],
  level: [3, u8],
  kind: [4, u8],
  again: [5, u8],
  signature: [6, u16],
  id: [8, u32],
  crc: [12, u32],
});

const widePageEnd = struct("pst.widePageEnd", 24, {
  count: [0, u8],
  entryBytes: [2, u8],
  level: [3, u8],
  kind: [8, u8],
  again: [9, u8],
  signature: [10, u16],
  crc: [12, u32],
  id: [16, id64],
});

const largePageEnd = struct("pst.largePageEnd", 40, {
  count: [0, u16],
  entryBytes: [4, u8],
  level: [5, u8],
  kind: [16, u8],
  again: [17, u8],
  signature: [18, u16],
  crc: [20, u32],
  id: [24, id64],
});

/** 2.2.2.8.1. */
const narrowBlockEnd = struct("pst.narrowBlockEnd", 12, {
  size: [0, u16],
  signature: [2, u16],
  id: [4, u32],
  crc: [8, u32],
});

const wideBlockEnd = struct("pst.wideBlockEnd", 16, {
  size: [0, u16],
  signature: [2, u16],
  crc: [4, u32],
  id: [8, id64],
});

const largeBlockEnd = struct("pst.largeBlockEnd", 24, {
  size: [0, u16],
  signature: [2, u16],
  crc: [4, u32],
  id: [8, id64],
});

const narrowBranch = struct("pst.narrowBranch", 12, { key: [0, u32], id: [4, u32], to: [8, u32] });
const wideBranch = struct("pst.wideBranch", 24, { key: [0, id64], id: [8, id64], to: [16, id64] });

const narrowNode = struct("pst.narrowNode", 16, { node: [0, u32], data: [4, u32], sub: [8, u32], parent: [12, u32] });
const wideNode = struct("pst.wideNode", 32, { node: [0, u32], data: [8, id64], sub: [16, id64], parent: [24, u32] });

const narrowBlock = struct("pst.narrowBlock", 12, { id: [0, u32], start: [4, u32], size: [8, u16] });
const wideBlock = struct("pst.wideBlock", 24, { id: [0, id64], start: [8, id64], size: [16, u16] });
const largeBlock = struct("pst.largeBlock", 24, {
  id: [0, id64],
  start: [8, id64],
  size: [16, u16],
  inflated: [18, u16],
});

const narrowFile: Geometry = {
  name: "32-bit",
  isWide: false,
  pageBytes: 512,
  pageEndAt: 496,
  pageCrcBytes: 500,
  blockEndBytes: 12,
  blockStep: 64,
  idBytes: 4,
  heapIndexBits: 11,
  pageEnd: () => narrowPageEnd.cursor(),
  blockEnd: () => narrowBlockEnd.cursor(),
  branch: () => narrowBranch.cursor(),
  nodeEntry: () => narrowNode.cursor(),
  blockEntry: () => narrowBlock.cursor(),
  branchBytes: narrowBranch.size,
  nodeBytes: narrowNode.size,
  blockBytes: narrowBlock.size,
};

const wideFile: Geometry = {
  name: "64-bit",
  isWide: true,
  pageBytes: 512,
  pageEndAt: 488,
  pageCrcBytes: 496,
  blockEndBytes: 16,
  blockStep: 64,
  idBytes: 8,
  heapIndexBits: 11,
  pageEnd: () => widePageEnd.cursor(),
  blockEnd: () => wideBlockEnd.cursor(),
  branch: () => wideBranch.cursor(),
  nodeEntry: () => wideNode.cursor(),
  blockEntry: () => wideBlock.cursor(),
  branchBytes: wideBranch.size,
  nodeBytes: wideNode.size,
  blockBytes: wideBlock.size,
};

const largeFile: Geometry = {
  ...wideFile,
  name: "64-bit-4k",
  pageBytes: 4096,
  pageEndAt: 4056,
  pageCrcBytes: 4072,
  blockEndBytes: 24,
  blockStep: 512,
  heapIndexBits: 14,
  pageEnd: () => largePageEnd.cursor(),
  blockEnd: () => largeBlockEnd.cursor(),
  blockEntry: () => largeBlock.cursor(),
};

/** By the version of the header (2.2.2.6): 14 and 15, 23 and its kin, 36 and 37 of Outlook 2013; null for others. */
export function geometryOf(version: number): Geometry | null {
  if (version === 14 || version === 15) return narrowFile;
  if (version >= 36) return version <= 37 ? largeFile : null;
  return version >= 20 ? wideFile : null;
}
