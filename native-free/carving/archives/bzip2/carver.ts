/**
 * bzip2 streams (format of bzip2 1.0.8): blocks, each decoded against its CRC-32, to the end of the stream, whose CRC-32 sums up those of the
 * blocks; ends lie anywhere in a byte. Of a stream of more than 32 blocks the later ones are decoded only as far as their end needs.
 * Streams that follow directly belong to the file.
 *
 * Not carved: empty streams, randomised blocks (of bzip2 before 0.9.5).
 */
import { CarveWindow } from "../../carve-window.ts";
import { type Carver, textSignature } from "../../carver.ts";
import { chained, firstBytes, typedKind } from "../verdict.ts";
import { Bits } from "./bits.ts";
import { BlockDecoder } from "./block.ts";

/** π and √π, 24 bits at a time. */
const blockMark = [0x314159, 0x265359] as const;
const endMark = [0x177245, 0x385090] as const;
const decodedBlocks = 32;
const headerBytes = 4;

export const bzip2Carver: Carver = {
  id: "bzip2",
  family: "carver",
  name: "bzip2 stream",
  spec: "bzip2 1.0.8",
  level: "complete",
  kinds: [typedKind("bzip2")],
  signatures: Array.from({ length: 9 }, (_, i) => textSignature(`BZh${i + 1}1AY&SY`)),
  limitBytes: 2 ** 36,
  carve(source, at, end) {
    if (firstBytes(source, at, end, 14) === null) return null;
    const window = new CarveWindow(source, end);
    return chained("bzip2", at, (place) => readStream(window, place));
  },
};

/** One stream at a time: its tables are used again. */
let decoder: BlockDecoder | null = null;

interface Stream {
  readonly isWhole: boolean;
  readonly end: number;
}

function readStream(window: CarveWindow, at: number): Stream | null {
  const level = window.u8(at + 3) - 48;
  if (!window.isText(at, "BZh") || level < 1 || level > 9) return null;
  const bits = new Bits(window, at + headerBytes);
  let summed = 0;
  for (let blocks = 0, end = at; ; blocks++) {
    const broken = blocks > 0 ? { isWhole: false, end } : null;
    const mark = bits.read(24);
    const rest = bits.read(24);
    const crc = bits.read(16) * 0x1_0000 + bits.read(16);
    if (bits.isSpent) return broken;
    if (mark === endMark[0] && rest === endMark[1])
      return crc === summed && blocks > 0 ? { isWhole: true, end: bits.place } : broken;
    if (mark !== blockMark[0] || rest !== blockMark[1]) return broken;
    decoder ??= new BlockDecoder();
    decoder.begin(level);
    const found = decoder.read(bits, blocks >= decodedBlocks);
    if (found === null || (blocks < decodedBlocks && found !== crc)) return broken;
    summed = (((summed << 1) | (summed >>> 31)) ^ crc) >>> 0;
    end = bits.place;
  }
}
