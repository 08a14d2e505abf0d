/**
 * Structures of ISO 9660 (ECMA-119, 4th edition), of its supplements (Joliet, ISO 9660:1999, El Torito 1.0) and of the tables of zisofs. Numbers
 * that are recorded in both byte orders (ECMA-119, 7.2.3 and 7.3.3) are two fields.
 */
import { ascii, bytes, struct, u16, u32, u8, type FieldType } from "../../bytes/struct.ts";
import { u16be, u32be } from "../../bytes/field-types.ts";

/** ECMA-119, 6.1.2: logical sectors, in which descriptors and directories are laid out. */
export const sectorBytes = 2048;
/** ECMA-119, 6.2.1: the first sectors are the system's. */
export const systemAreaBytes = 16 * sectorBytes;
export const descriptorMark = "CD001";

export const descriptorType = { boot: 0, primary: 1, supplementary: 2, partition: 3, end: 255 } as const;

const i8: FieldType<number> = {
  size: 1,
  read: (window, at) => window.getInt8(at),
  write: (window, at, value) => window.setInt8(at, value),
};

/** ECMA-119, 8.4 and 8.5. */
export const volumeDescriptor = struct("iso9660.descriptor", sectorBytes, {
  type: [0, u8],
  mark: [1, ascii(5), "CD001"],
  version: [6, u8, "1; 2 of ISO 9660:1999"],
  flags: [7, u8],
  system: [8, bytes(32)],
  volume: [40, bytes(32)],
  spaceBlocks: [80, u32],
  spaceBlocksBe: [84, u32be],
  escapes: [88, bytes(32), "which characters names are made of"],
  setSize: [120, u16],
  setSizeBe: [122, u16be],
  sequence: [124, u16],
  sequenceBe: [126, u16be],
  blockBytes: [128, u16],
  blockBytesBe: [130, u16be],
  pathTableBytes: [132, u32],
  pathTableBytesBe: [136, u32be],
  tableL: [140, u32],
  optionalTableL: [144, u32],
  tableM: [148, u32be],
  optionalTableM: [152, u32be],
  root: [156, bytes(34)],
  set: [190, bytes(128)],
  publisher: [318, bytes(128)],
  preparer: [446, bytes(128)],
  application: [574, bytes(128)],
  copyright: [702, bytes(37)],
  abstract: [739, bytes(37)],
  bibliography: [776, bytes(37)],
  created: [813, bytes(17)],
  modified: [830, bytes(17)],
  expires: [847, bytes(17)],
  effective: [864, bytes(17)],
  structure: [881, u8],
});

/** ECMA-119, 8.2, with what El Torito (2.0) keeps in it. */
export const bootRecord = struct("iso9660.bootRecord", sectorBytes, {
  type: [0, u8],
  mark: [1, ascii(5)],
  version: [6, u8],
  system: [7, ascii(32)],
  catalog: [71, u32, "sector of the boot catalog"],
});

/** ECMA-119, 9.1; the name follows, then what systems put there. */
export const directoryRecord = struct("iso9660.directoryRecord", 33, {
  length: [0, u8],
  attributeBlocks: [1, u8, "blocks of the extended attribute record in front of the content"],
  extent: [2, u32],
  extentBe: [6, u32be],
  dataBytes: [10, u32],
  dataBytesBe: [14, u32be],
  time: [18, u8, "first of the seven bytes of the time"],
  flags: [25, u8],
  unitBlocks: [26, u8, "of an interleaved file"],
  gapBlocks: [27, u8],
  volume: [28, u16],
  volumeBe: [30, u16be],
  nameBytes: [32, u8],
});
export const recordTimeAt = 18;

/** ECMA-119, 9.1.6. */
export const fileFlag = { hidden: 1, directory: 2, associated: 4, record: 8, protection: 16, more: 128 } as const;

/** ECMA-119, 9.1.5. */
export const shortTime = struct("iso9660.time", 7, {
  year: [0, u8, "since 1900"],
  month: [1, u8],
  day: [2, u8],
  hour: [3, u8],
  minute: [4, u8],
  second: [5, u8],
  zone: [6, i8, "quarters of an hour east of Greenwich"],
});

/** ECMA-119, 8.4.26.1: digits. */
export const longTime = struct("iso9660.longTime", 17, { digits: [0, ascii(16)], zone: [16, i8] });

/** ECMA-119, 9.4, in the byte order of the table. */
export const pathRecordL = struct("iso9660.pathRecordL", 8, {
  nameBytes: [0, u8],
  attributeBlocks: [1, u8],
  extent: [2, u32],
  parent: [6, u16],
});
export const pathRecordM = struct("iso9660.pathRecordM", 8, {
  nameBytes: [0, u8],
  attributeBlocks: [1, u8],
  extent: [2, u32be],
  parent: [6, u16be],
});

/** ECMA-119, 9.5. */
export const extendedRecord = struct("iso9660.extendedAttributes", 250, {
  owner: [0, u16],
  ownerBe: [2, u16be],
  group: [4, u16],
  groupBe: [6, u16be],
  permissions: [8, u16be],
  created: [10, bytes(17)],
  modified: [27, bytes(17)],
  expires: [44, bytes(17)],
  effective: [61, bytes(17)],
  format: [78, u8],
  recordAttributes: [79, u8],
  recordBytes: [80, u16],
  recordBytesBe: [82, u16be],
  system: [84, bytes(32)],
  systemUse: [116, bytes(64)],
  version: [180, u8],
});

/** IEEE P1281 (SUSP), 4: head of every system use field. */
export const systemField = struct("susp.field", 4, {
  first: [0, u8],
  second: [1, u8],
  length: [2, u8],
  version: [3, u8],
});

/** Two numbers in both byte orders, and a third: of CE, PN, CL, PX fields behind the head. */
export const bothNumbers = struct("susp.numbers", 8, { little: [0, u32], big: [4, u32be] });

/** El Torito, 2.1: first entry of a boot catalog. */
export const validationEntry = struct("elTorito.validation", 32, {
  header: [0, u8, "1"],
  platform: [1, u8],
  maker: [4, ascii(24)],
  sum: [28, u16],
  key: [30, u16, "0xaa55"],
});

/** El Torito, 2.2 and 2.4. */
export const bootEntry = struct("elTorito.entry", 32, {
  indicator: [0, u8, "0x88 bootable, 0 not; 0x44 extension, 0x90 and 0x91 headers"],
  media: [1, u8],
  segment: [2, u16],
  system: [4, u8],
  sectors: [6, u16, "of 512 bytes"],
  start: [8, u32],
});

/** El Torito, 2.3. */
export const sectionHeader = struct("elTorito.section", 32, {
  indicator: [0, u8],
  platform: [1, u8],
  entries: [2, u16],
});

/** Boot sector of a FAT volume and of a disk, as much as tells how long they are. */
export const bootSector = struct("elTorito.bootSector", 512, {
  sectorBytes: [11, u16],
  sectors16: [19, u16],
  sectors32: [32, u32],
  partitionStart: [454, u32],
  partitionSectors: [458, u32],
  mark: [510, u16],
});

/** Head of a file that zisofs packed; pointers follow. */
export const zisofsHead = struct("zisofs.head", 16, {
  magicA: [0, u32],
  magicB: [4, u32],
  unpackedBytes: [8, u32],
  headWords: [12, u8, "of 4 bytes"],
  blockShift: [13, u8],
});
export const zisofsPointer = struct("zisofs.pointer", 4, { place: [0, u32] });
export const zisofs2Pointer = struct("zisofs2.pointer", 8, { low: [0, u32], high: [4, u32] });
/** The eight bytes in front, for versions 1 and 2. */
export const zisofsMagic = { first: 0x9653e437, second: 0x07d6dbc9 } as const;
export const zisofs2Magic = { first: 0xa15522ef, second: 0xa0951bbc } as const;

/** ECMA-167, 3/7.2: tag in front of every descriptor of UDF. */
export const udfTag = struct("udf.tag", 16, {
  id: [0, u16],
  version: [2, u16],
  sum: [4, u8],
  reserved: [5, u8],
  serial: [6, u16],
  check: [8, u16],
  checkBytes: [10, u16],
  location: [12, u32],
});
/** ECMA-167, 3/10.2: where the sequences of volume descriptors are. */
export const udfAnchor = struct("udf.anchor", 32, {
  mainBytes: [16, u32],
  main: [20, u32],
  reserveBytes: [24, u32],
  reserve: [28, u32],
});
