/** Zstandard frames (RFC 8878, section 3.1.1) with something else behind them, which node:zlib does not take. */
import { constants, zstdDecompressSync } from "node:zlib";
import { u32 } from "../../bytes/struct.ts";
import { struct, u8 } from "../../bytes/struct.ts";

const frameStart = struct("zstd.Frame", 5, { magic: [0, u32], descriptor: [4, u8] });
const blockHeader = struct("zstd.Block", 3, { low: [0, u8], middle: [1, u8], high: [2, u8] });

const MAGIC = 0xfd2fb528;
/** 16 MiB: encoders need no window that is larger than a cluster. */
const WINDOW_LOG = 24;

const contentSizeBytes = [0, 2, 4, 8];
const dictionaryBytes = [0, 1, 2, 4];

/** Bytes of the frame at `at`; −1 where none is or it is cut. */
export function frameLength(bytes: Uint8Array, at: number): number {
  if (at + frameStart.size > bytes.length) return -1;
  const { magic, descriptor } = frameStart.cursor().over(bytes, at);
  if (magic !== MAGIC) return -1;
  const single = (descriptor >> 5) & 1;
  const sizeBytes = Math.max(contentSizeBytes[descriptor >> 6]!, single);
  let end = at + frameStart.size + (1 - single) + dictionaryBytes[descriptor & 3]! + sizeBytes;
  const block = blockHeader.cursor();
  for (let last = 0; last === 0;) {
    if (end + blockHeader.size > bytes.length) return -1;
    const { low, middle, high } = block.over(bytes, end);
    last = low & 1;
    const type = (low >> 1) & 3;
    // A run (type 1) is one byte, whatever its length.
    const length = type === 1 ? 1 : (low >> 3) | (middle << 5) | (high << 13);
    end += blockHeader.size + length;
  }
  end += ((descriptor >> 2) & 1) * 4;
  return end > bytes.length ? -1 : end - at;
}

/** Fills `target` from the frames at the start of `packed`; false where they are damaged or hold too little or too much. */
export function unpackZstd(packed: Uint8Array, target: Uint8Array): boolean {
  for (let at = 0, done = 0; done < target.length;) {
    const length = frameLength(packed, at);
    if (length === -1) return false;
    const raw = frameContent(packed.subarray(at, at + length), target.length - done);
    if (raw === null || raw.length === 0) return false;
    target.set(raw, done);
    done += raw.length;
    at += length;
  }
  return true;
}

function frameContent(frame: Uint8Array, most: number): Uint8Array | null {
  try {
    return zstdDecompressSync(frame, {
      maxOutputLength: most,
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG },
    });
  } catch {
    // Whatever is wrong with it: the cluster is bad as a whole.
    return null;
  }
}
