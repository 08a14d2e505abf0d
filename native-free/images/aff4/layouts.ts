/** Records of AFF4 members. Specification: AFF4 Standard 1.0a, sections 3 and 4. */
import { struct, u32, u64, type FieldType } from "../../bytes/struct.ts";

export const CHUNK_BYTES = 32_768;
export const CHUNKS_IN_BEVY = 2048;

/** A number that may be damaged: above 2^53 it is not exact, and past the end of everything all the same. */
const loose64: FieldType<number> = {
  size: u64.size,
  read: (window, at) => window.getUint32(at + 4, true) * 0x1_0000_0000 + window.getUint32(at, true),
  write: u64.write.bind(u64),
};

/** Section 3: where a chunk lies in its bevy. */
export const indexEntry = struct("aff4.indexEntry", 12, {
  offset: [0, loose64, "bytes from the start of the bevy"],
  length: [8, u32, "as stored"],
});

/** Before the standard: offsets only, a chunk ends where the next begins. */
export const offsetEntry = struct("aff4.offsetEntry", 4, { offset: [0, u32, "bytes from the start of the bevy"] });

/** Section 4. */
export const mapEntry = struct("aff4.mapEntry", 28, {
  mappedOffset: [0, loose64],
  length: [8, loose64],
  targetOffset: [16, loose64],
  target: [24, u32, "line of the target index, from 0"],
});
