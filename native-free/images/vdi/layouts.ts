/**
 * Structures of VirtualBox disk images (header comment of QEMU's VDI driver; VirtualBox forum, "All about VDIs"), little-endian.
 */
import { wide } from "../../bytes/field-types.ts";
import { ascii, bytes, struct, u32 } from "../../bytes/struct.ts";

export const VDI_SIGNATURE = 0xbeda107f;

export const preHeader = struct("vdi.PreHeader", 72, {
  text: [0, ascii(64)],
  signature: [64, u32],
  version: [68, u32, "major in the upper half"],
});

/** Behind the pre-header, major version 1. */
export const header1 = struct("vdi.Header1", 384, {
  headerBytes: [0, u32],
  type: [4, u32],
  flags: [8, u32],
  comment: [12, bytes(256), "UTF-8"],
  mapOffset: [268, u32],
  dataOffset: [272, u32],
  cylinders: [276, u32],
  heads: [280, u32],
  sectors: [284, u32],
  sectorBytes: [288, u32],
  size: [296, wide, "bytes of the medium"],
  blockBytes: [304, u32],
  extraBytes: [308, u32, "in front of each block"],
  blocks: [312, u32],
  allocated: [316, u32],
  uuid: [320, bytes(16)],
  state: [336, bytes(16), "changes with every use"],
  parent: [352, bytes(16)],
  parentState: [368, bytes(16)],
});

/** Behind the pre-header, major version 0. The map follows, then the blocks. */
export const header0 = struct("vdi.Header0", 348, {
  type: [0, u32],
  flags: [4, u32],
  comment: [8, bytes(256), "UTF-8"],
  cylinders: [264, u32],
  heads: [268, u32],
  sectors: [272, u32],
  sectorBytes: [276, u32],
  size: [280, wide, "bytes of the medium"],
  blockBytes: [288, u32],
  blocks: [292, u32],
  allocated: [296, u32],
  uuid: [300, bytes(16)],
  state: [316, bytes(16)],
  parent: [332, bytes(16)],
});

export const mapEntry = struct("vdi.MapEntry", 4, { block: [0, u32] });

/** Never written: whatever lies below. */
export const BLOCK_FREE = 0xffffffff;
/** Written and discarded: zeros. */
export const BLOCK_ZERO = 0xfffffffe;

export const imageTypes: Readonly<Record<number, string>> = {
  1: "dynamic",
  2: "fixed",
  3: "undo",
  4: "differencing",
};
