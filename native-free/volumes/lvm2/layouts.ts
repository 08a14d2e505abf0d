/** Label, header and metadata areas of LVM2 physical volumes: libyal "Logical Volume Manager (LVM) format", lvm2 `layout.h`. */
import { wide } from "../../bytes/field-types.ts";
import { ascii, bytes, struct, u32 } from "../../bytes/struct.ts";

export const sectorBytes = 512;
/** The label stands in one of the first four sectors. */
export const labelSectors = 4;

export const labelHeader = struct("lvm2.labelHeader", 32, {
  magic: [0, ascii(8), "LABELONE"],
  sector: [8, wide, "its own"],
  crc: [16, u32, "of what follows to the end of the sector"],
  headerAt: [20, u32, "bytes from the label to the header"],
  type: [24, ascii(8), "LVM2 001"],
});
/** Where the stretch under the checksum begins. */
export const labelCrcFrom = 20;

/** Followed by the list of data areas, then that of metadata areas, each ended by one that is all zero. */
export const volumeHeader = struct("lvm2.volumeHeader", 40, {
  identity: [0, ascii(32)],
  deviceBytes: [32, wide],
});

export const areaDescriptor = struct("lvm2.area", 16, {
  offset: [0, wide, "bytes of the physical volume"],
  size: [8, wide, "bytes; 0: to the end"],
});

export const metadataHeader = struct("lvm2.metadataHeader", 512, {
  crc: [0, u32, "of the rest of the 512 bytes"],
  magic: [4, bytes(16), "LVM2 x[5A%r0N*> behind a blank"],
  version: [20, u32, "1"],
  start: [24, wide, "byte of the physical volume at which the area begins"],
  size: [32, wide, "bytes of the area with this header"],
  locations: [40, bytes(472), "of 24 bytes, ended by one without offset"],
});

export const metadataMagic = Buffer.from(" LVM2 x[5A%r0N*>", "latin1");

export const metadataLocation = struct("lvm2.location", 24, {
  offset: [0, wide, "bytes from the begin of the area"],
  size: [8, wide, "bytes; wraps around at the end of the area to behind the header"],
  crc: [16, u32],
  flags: [20, u32, "bit 0: ignored"],
});

export const crcSeed = 0xf597_a6cf;
