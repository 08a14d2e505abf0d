/** Structures of sparse images (libyal, Mac OS disk image types, "Sparse disk image"). Big-endian. */
import { u32be, wideBe } from "../../bytes/field-types.ts";
import { ascii, bytes, struct } from "../../bytes/struct.ts";

export const sectorBytes = 512;
export const nodeBytes = 4096;
export const signature = "sprs";

export const headerLayout = struct("sparseimage.header", nodeBytes, {
  signature: [0, ascii(4)],
  version: [4, u32be],
  bandSectors: [8, u32be],
  flags: [12, u32be],
  sectorsLow: [16, u32be, "lower half of `sectors`"],
  next: [20, wideBe, "offset of the next node of band numbers; 0 at the end"],
  sectors: [28, wideBe, "of the medium"],
  bands: [64, bytes(nodeBytes - 64), "u32 each: number of the band in the medium, from 1; 0 where none is stored"],
});

/** Further band numbers of larger images; the bands follow their node, as they follow the header. */
export const nodeLayout = struct("sparseimage.node", nodeBytes, {
  signature: [0, ascii(4)],
  number: [4, u32be],
  flags: [8, u32be],
  next: [12, wideBe],
  bands: [56, bytes(nodeBytes - 56)],
});
