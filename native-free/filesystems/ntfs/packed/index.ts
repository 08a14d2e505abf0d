/** Packed contents of NTFS: LZNT1 compression of attributes, XPRESS and LZX of the Windows Overlay Filter. */
export { Lznt1Source } from "./lznt1-source.ts";
export { isWimBacked, readWof, WofSource, type WofAlgorithm } from "./wof-source.ts";
