/**
 * Partition tables on the medium. MBR: "Windows Internals", master boot record, as every system writes it. GPT: UEFI
 * Specification 2.10, section 5.3. Apple partition map: "Inside Macintosh: Devices", chapter 3.
 */
import { u16be, u32be, utf16, wide } from "../bytes/field-types.ts";
import { ascii, bytes, struct, u16, u32, u8 } from "../bytes/struct.ts";

export const bootSignature = 0xaa55;

/** Of the master boot record and of every link of the extended chain. */
export const bootRecord = struct("mbr.bootRecord", 512, {
  diskSignature: [440, u32, "of the first sector of a medium"],
  entries: [446, bytes(64), "four of 16 bytes"],
  signature: [510, u16, "0xaa55"],
});

export const bootEntry = struct("mbr.entry", 16, {
  flag: [0, u8, "0x80 active, else 0"],
  type: [4, u8, "0 unused; 0x05, 0x0f, 0x85 extended; 0xee protective"],
  firstSector: [8, u32, "sectors; of a link of the chain relative to it or to the extended partition"],
  sectorCount: [12, u32, "sectors"],
});

export const gptHeader = struct("gpt.header", 92, {
  signature: [0, ascii(8), "EFI PART"],
  revision: [8, u32],
  headerBytes: [12, u32, "bytes under the checksum, 92 to a sector"],
  headerCrc: [16, u32, "CRC-32 with this field zero"],
  ownSector: [24, wide],
  otherSector: [32, wide, "of the other header"],
  firstUsable: [40, wide, "sectors"],
  lastUsable: [48, wide, "sectors"],
  diskIdentity: [56, bytes(16), "GUID"],
  entriesSector: [72, wide],
  entryCount: [80, u32],
  entryBytes: [84, u32, "128 times a power of two"],
  entriesCrc: [88, u32],
});

export const gptEntry = struct("gpt.entry", 128, {
  type: [0, bytes(16), "GUID, all zero where unused"],
  identity: [16, bytes(16), "GUID"],
  first: [32, wide, "sector"],
  last: [40, wide, "sector, part of it"],
  attributes: [48, u32, "bit 0 required, 1 ignored by firmware, 2 legacy boot"],
  typeAttributes: [52, u32, "meaning by type"],
  name: [56, utf16(72)],
});

export const appleDriver = struct("apm.driverDescriptor", 8, {
  signature: [0, u16be, "0x4552, ER"],
  blockBytes: [2, u16be, "bytes of a block of the map"],
  blockCount: [4, u32be],
});

export const appleEntry = struct("apm.entry", 92, {
  signature: [0, u16be, "0x504d, PM"],
  mapBlocks: [4, u32be, "entries of the map"],
  first: [8, u32be, "block"],
  count: [12, u32be, "blocks"],
  name: [16, ascii(32)],
  type: [48, ascii(32)],
  dataFirst: [80, u32be, "block of the partition"],
  dataCount: [84, u32be, "blocks"],
  status: [88, u32be, "bit 3 bootable, 4 readable, 5 writable"],
});
