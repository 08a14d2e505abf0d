/** Structures of DBX files, as Arne Schloh and Will Kranz found them; Microsoft published none. */
import { struct, u16, u32, u8 } from "../../bytes/struct.ts";

export const header = struct("dbx.header", 0x100, {
  signature: [0x00, u32],
  kind: [0x04, u32, "first group of the class: messages, folders, others"],
  messageCount: [0xc4, u32, "entries of the main tree"],
  root: [0xe4, u32, "main tree"],
});

export const signature = 0xfe12adcf;
export const kinds = { messages: 0x6f74fdc5, folders: 0x6f74fdc6 } as const;
/** The shortest files are a header and nothing else. */
export const headerBytes = 0x24bc;

export const treeNode = struct("dbx.treeNode", 0x18, {
  marker: [0x00, u32, "its own offset"],
  child: [0x08, u32],
  parent: [0x0c, u32],
  count: [0x11, u8, "entries behind it"],
});

export const treeEntry = struct("dbx.treeEntry", 12, {
  value: [0, u32, "offset of an indexed info"],
  child: [4, u32],
});

export const info = struct("dbx.info", 12, {
  marker: [0x00, u32, "its own offset"],
  length: [0x04, u32, "bytes behind this structure"],
  objectLength: [0x08, u16],
  count: [0x0a, u8, "entries of four bytes"],
});

export const segment = struct("dbx.segment", 16, {
  marker: [0x00, u32, "its own offset"],
  bodyLength: [0x04, u32],
  textLength: [0x08, u32, "bytes of text; of deleted segments the length of the whole"],
  next: [0x0c, u32, "offset of the next segment; left as it was when deleted"],
});

export const segmentBytes = 0x210;
export const textBytes = 0x200;
/** A deleted segment holds the next one of the list of free segments in the first bytes of its text. */
export const deletedBodyLength = segmentBytes - 0x14;
export const lostBytes = 4;

export const infoLimit = 1 << 16;
