/** Structures of Nero images (the unofficial description of the NRG format). Big-endian. */
import { u16be, u32be, wideBe } from "../../bytes/field-types.ts";
import { ascii, struct, u8 } from "../../bytes/struct.ts";

/** The last bytes of the file: version 1, and version 2 from Nero 5.5 on. */
export const footer1 = struct("nrg.footer1", 8, { id: [0, ascii(4)], chunks: [4, u32be] });
export const footer2 = struct("nrg.footer2", 12, { id: [0, ascii(4)], chunks: [4, wideBe] });
export const chunkHead = struct("nrg.chunk", 8, { id: [0, ascii(4)], length: [4, u32be] });

/** CUEX and CUES: where indexes lie on the disc. */
export const cueEntry = struct("nrg.cue", 8, {
  control: [0, u8, "0x40: data"],
  track: [1, u8, "BCD; 0xaa: lead-out"],
  index: [2, u8, "BCD"],
  zero: [4, u8],
  minute: [5, u8],
  second: [6, u8],
  frame: [7, u8],
});
export const cueAddress = struct("nrg.cueAddress", 8, { address: [4, u32be, "two's complement"] });

/** DAOX and DAOI: head of a session written at once; tracks follow. */
export const daoHead = struct("nrg.dao", 22, {
  length: [0, u32be],
  catalog: [4, ascii(13)],
  kind: [18, u16be],
  first: [20, u8],
  last: [21, u8],
});
export const daoTrack2 = struct("nrg.daoTrack2", 42, {
  isrc: [0, ascii(12)],
  sectorBytes: [12, u16be],
  mode: [14, u8],
  index0: [18, wideBe, "offset in the file"],
  index1: [26, wideBe],
  end: [34, wideBe],
});
export const daoTrack1 = struct("nrg.daoTrack1", 30, {
  isrc: [0, ascii(12)],
  sectorBytes: [12, u16be],
  mode: [14, u8],
  index0: [18, u32be],
  index1: [22, u32be],
  end: [26, u32be],
});

/** ETN2 and ETNF: a track written for itself. */
export const etnTrack2 = struct("nrg.etn2", 32, {
  offset: [0, wideBe],
  length: [8, wideBe],
  mode: [16, u32be],
  address: [20, u32be],
});
export const etnTrack1 = struct("nrg.etnf", 20, {
  offset: [0, u32be],
  length: [4, u32be],
  mode: [8, u32be],
  address: [12, u32be],
});
export const sessionChunk = struct("nrg.sinf", 4, { tracks: [0, u32be] });
export const mediaChunk = struct("nrg.mtyp", 4, { type: [0, u32be] });
