/**
 * Headers of encrypted volumes. Sources: LUKS1 1.2.3 and LUKS2 1.1 on-disk formats; libyal "BitLocker Drive Encryption format" and
 * "FileVault Drive Encryption format"; Apple File System Reference.
 */
import { u32be, wide, wideBe, u16be } from "../../bytes/field-types.ts";
import { ascii, bytes, struct, u16, u32 } from "../../bytes/struct.ts";

export const luksHeader = struct("luks.header", 592, {
  magic: [0, bytes(6), "LUKS 0xba 0xbe; SKUL of the second header"],
  version: [6, u16be, "1 or 2"],
  cipher: [8, ascii(32), "version 1; size of the header and number of the state in version 2"],
  mode: [40, ascii(32), "version 1"],
  hash: [72, ascii(32), "version 1; checksum's name in version 2"],
  keyBytes: [108, u32be, "version 1"],
  identity: [168, ascii(40)],
});
export const luks2Header = struct("luks2.header", 264, {
  headerBytes: [8, wideBe],
  sequence: [16, wideBe],
  label: [24, bytes(48)],
  subsystem: [208, bytes(48)],
});
export const luksKeySlot = struct("luks.keySlot", 48, { state: [0, u32be, "0x00ac71f3 used"], iterations: [4, u32be] });
export const luksKeySlotsAt = 208;
export const luksKeySlotCount = 8;
export const luks2TextAt = 4096;
/** Where a second header may stand: sizes of the first that the format allows. */
export const luks2SecondPlaces: readonly number[] = [
  0x4000, 0x8000, 0x1_0000, 0x2_0000, 0x4_0000, 0x8_0000, 0x10_0000, 0x20_0000, 0x40_0000,
];

/** In the boot sector: identity and places of Windows 7 and later, at other places of BitLocker To Go. */
export const bitlockerPlaces = struct("bitlocker.places", 200, {
  identity: [160, bytes(16), "GUID"],
  first: [176, wide],
  second: [184, wide],
  third: [192, wide],
});
export const bitlockerToGoPlaces = struct("bitlocker.toGoPlaces", 464, {
  identity: [424, bytes(16), "GUID"],
  first: [440, wide],
  second: [448, wide],
  third: [456, wide],
});
/** Of Windows Vista. */
export const bitlockerVista = struct("bitlocker.vista", 64, { cluster: [56, wide, "of the first metadata"] });

/** Block of metadata: its own header, then that of the metadata, then entries. */
export const bitlockerBlock = struct("bitlocker.block", 112, {
  magic: [0, ascii(8), "-FVE-FS-"],
  version: [10, u16, "1 Vista, 2 later"],
  encryptedBytes: [16, wide],
  metadataBytes: [64, u32, "with the entries"],
  volume: [80, bytes(16), "GUID"],
  method: [100, u32],
  created: [104, wide, "100 ns since 1601"],
});
export const bitlockerEntry = struct("bitlocker.entry", 8, {
  size: [0, u16],
  type: [2, u16, "2 key protector, 7 description"],
  valueType: [4, u16, "2 text, 8 key protector"],
});
export const bitlockerProtector = struct("bitlocker.protector", 36, {
  identity: [8, bytes(16), "GUID"],
  protection: [34, u16],
});
export const mostBitlockerBytes = 65_536;

export const coreStorage = struct("coreStorage.header", 336, {
  version: [8, u16, "1"],
  volumeBytes: [64, wide],
  magic: [88, ascii(2), "CS"],
  checksumKind: [90, u32, "1"],
  blockBytes: [96, u32],
  keyBytes: [168, u32],
  method: [172, u32, "2: AES-XTS"],
  physical: [304, bytes(16)],
  group: [320, bytes(16)],
});

export const apfsContainer = struct("apfs.container", 1312, {
  transaction: [16, wide],
  magic: [32, ascii(4), "NXSB"],
  blockBytes: [36, u32],
  identity: [72, bytes(16)],
  descriptorBlocks: [104, u32],
  descriptorBase: [112, wide],
  objectMap: [160, wide, "block"],
  fileSystems: [180, u32],
  volumes: [184, bytes(800), "identifiers of 100 volumes"],
  keyBag: [1296, wide, "block"],
  keyBagBlocks: [1304, wide],
});
export const apfsObjectMap = struct("apfs.objectMap", 56, { tree: [48, wide, "block"] });
export const apfsNode = struct("apfs.node", 56, {
  flags: [32, u16, "1 root, 2 leaf, 4 entries of fixed size"],
  level: [34, u16],
  count: [36, u32],
  tableAt: [40, u16, "behind this header"],
  tableBytes: [42, u16],
});
export const apfsEntry = struct("apfs.fixedEntry", 4, { key: [0, u16], value: [2, u16, "back from the end"] });
export const apfsMapKey = struct("apfs.objectMapKey", 16, { object: [0, wide], transaction: [8, wide] });
export const apfsMapValue = struct("apfs.objectMapValue", 16, { flags: [0, u32], size: [4, u32], block: [8, wide] });
export const apfsChild = struct("apfs.child", 8, { block: [0, wide] });
/** At the end of a root. */
export const apfsRootInfoBytes = 40;
export const apfsVolume = struct("apfs.volume", 966, {
  magic: [32, ascii(4), "APSB"],
  identity: [240, bytes(16)],
  flags: [264, wide, "bit 0 not encrypted, bit 3 one key for all"],
  name: [704, bytes(256)],
  role: [964, u16],
});
