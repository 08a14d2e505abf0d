/** Structures of exFAT: Microsoft "exFAT file system specification" (revision 1.00), sections 3 to 7. */
import { ascii, bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";
import { wide } from "../../bytes/field-types.ts";

/** Section 3.1, table 4. What is larger than a sector of 512 bytes has no meaning. */
export const bootBytes = 512;
export const bootSector = struct("exfat.bootSector", bootBytes, {
  jump: [0, bytes(3), "eb 76 90"],
  name: [3, ascii(8), "EXFAT and three blanks"],
  zero: [11, bytes(53), "where FAT has its numbers"],
  partitionOffset: [64, wide, "sectors; 0: not known"],
  volumeSectors: [72, wide],
  tableOffset: [80, u32, "sectors"],
  tableSectors: [84, u32],
  heapOffset: [88, u32, "sectors, of cluster 2"],
  clusters: [92, u32],
  rootCluster: [96, u32],
  serial: [100, u32],
  revision: [104, u16, "minor in the low byte"],
  flags: [106, u16],
  sectorShift: [108, u8, "9 to 12"],
  clusterShift: [109, u8, "sectors of a cluster; with the shift of the sector at most 25"],
  tables: [110, u8, "1; 2 of TexFAT"],
  drive: [111, u8],
  percentInUse: [112, u8, "0xff: not known"],
  reserved: [113, bytes(7)],
  code: [120, bytes(390)],
  signature: [510, u16, "0xaa55"],
});
export const bootName = "EXFAT   ";
export const bootSignature = 0xaa55;
export const flag = { activeSecond: 1, dirty: 2, mediaFailure: 4, clearToZero: 8 } as const;
export const percentUnknown = 0xff;
export const mostClusters = 0xffff_fff5;
export const mostClusterShift = 25;

/** Sectors of a boot region, main and backup (table 3). */
export const region = { boot: 0, extended: 1, oem: 9, reserved: 10, checksum: 11, sectors: 12 } as const;
/** Section 3.4: bytes of the region that the checksum leaves out, as they change: flags and percent in use. */
export const uncheckedBytes: readonly number[] = [106, 107, 112];

export const checksumWord = struct("exfat.checksumWord", 4, { value: [0, u32] });

/** Section 3.3: ten of them in their sector. */
export const oemParameter = struct("exfat.oemParameter", 48, {
  type: [0, bytes(16), "GUID; nil: unused"],
  data: [16, bytes(32)],
});
export const oemParameters = 10;

/** Section 6: every entry of a directory. */
export const slotBytes = 32;
export const typeBits = { inUse: 0x80, secondary: 0x40, benign: 0x20 } as const;
/** Types with the bit that says that they are in use. */
export const type = {
  bitmap: 0x81,
  upcase: 0x82,
  label: 0x83,
  file: 0x85,
  guid: 0xa0,
  padding: 0xa1,
  stream: 0xc0,
  name: 0xc1,
  vendor: 0xe0,
  vendorAllocation: 0xe1,
} as const;

/** Section 6.3, generic primary entry, and 6.4, generic secondary one; what all of a set share. */
export const primarySlot = struct("exfat.primaryEntry", slotBytes, {
  type: [0, u8],
  secondaries: [1, u8, "entries of the set that follow"],
  checksum: [2, u16, "of the set"],
  flags: [4, u16],
  firstCluster: [20, u32],
  dataBytes: [24, wide],
});
export const secondarySlot = struct("exfat.secondaryEntry", slotBytes, {
  type: [0, u8],
  flags: [1, u8],
  firstCluster: [20, u32],
  dataBytes: [24, wide],
});
/** Of sections 6.3.4 and 6.4.2. */
export const allocationFlag = { possible: 1, contiguous: 2 } as const;
export const mostSecondaries = 255;

/** Section 7.1. */
export const bitmapSlot = struct("exfat.bitmapEntry", slotBytes, {
  type: [0, u8],
  flags: [1, u8, "bit 0: of the second table"],
  firstCluster: [20, u32],
  dataBytes: [24, wide],
});
/** Section 7.2. */
export const upcaseSlot = struct("exfat.upcaseEntry", slotBytes, {
  type: [0, u8],
  checksum: [4, u32, "of the table"],
  firstCluster: [20, u32],
  dataBytes: [24, wide],
});
/** Section 7.3. */
/** The specification has 11; FUSE exFAT and others write up to 15. */
export const labelUnits = 15;
export const labelSlot = struct("exfat.labelEntry", slotBytes, {
  type: [0, u8],
  count: [1, u8, "units"],
  units: [2, bytes(2 * labelUnits), "UTF-16LE"],
});
/** Section 7.4. */
export const fileSlot = struct("exfat.fileEntry", slotBytes, {
  type: [0, u8],
  secondaries: [1, u8, "2 to 18, and benign ones"],
  checksum: [2, u16],
  attributes: [4, u16],
  reserved1: [6, u16],
  created: [8, u32, "date and time of MS-DOS"],
  modified: [12, u32],
  accessed: [16, u32],
  createdHundredths: [20, u8, "0 to 199"],
  modifiedHundredths: [21, u8, "0 to 199"],
  createdZone: [22, u8, "bit 7: known; quarters of an hour, signed"],
  modifiedZone: [23, u8],
  accessedZone: [24, u8],
});
export const zoneKnown = 0x80;
export const attribute = { readOnly: 1, hidden: 2, system: 4, directory: 16, archive: 32 } as const;
export const attributeMask = 0x37;

/** Section 7.5. */
export const guidSlot = struct("exfat.guidEntry", slotBytes, {
  type: [0, u8],
  secondaries: [1, u8, "0"],
  checksum: [2, u16],
  flags: [4, u16],
  guid: [6, bytes(16)],
});
/** Section 7.6. */
export const streamSlot = struct("exfat.streamEntry", slotBytes, {
  type: [0, u8],
  flags: [1, u8],
  nameUnits: [3, u8, "1 to 255"],
  nameHash: [4, u16],
  validBytes: [8, wide, "of the content; what lies behind reads as zeros"],
  firstCluster: [20, u32],
  dataBytes: [24, wide],
});
/** Section 7.7. */
export const nameUnits = 15;
export const nameUnitsAt = 2;

/** Sections 7.8 and 7.9. */
export const vendorSlot = struct("exfat.vendorEntry", slotBytes, {
  type: [0, u8],
  flags: [1, u8],
  guid: [2, bytes(16)],
  data: [18, bytes(14), "of an allocation entry two bytes, its cluster and its length"],
});
