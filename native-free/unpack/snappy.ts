/** Snappy frames (google/snappy, framing_format.txt 2015 and format_description.txt): chunks with masked CRC-32C, verified. */
import type { ByteSource } from "../bytes/byte-source.ts";
import { crc32c } from "../kernels/crc32c.ts";
import { ByteFeed, endingOf, UnpackStop, type Unpacked } from "./byte-feed.ts";

const COMPRESSED = 0;
const PLAIN = 1;
const IDENTIFIER = 0xff;
/** Bytes of a chunk before it was packed. */
const MOST_CHUNK_BYTES = 65536;

export function unsnappy(source: ByteSource, at: number): Unpacked {
  const feed = new ByteFeed(source, at);
  return endingOf(feed, readChunks(feed), () => null);
}

function* readChunks(feed: ByteFeed): Generator<Uint8Array> {
  while (feed.left > 0) {
    const kind = feed.byte();
    const length = feed.u16() | (feed.byte() << 16);
    if (kind > PLAIN && kind < 0x80) throw new UnpackStop("chunk");
    const body = feed.take(length);
    if (kind === IDENTIFIER && String.fromCharCode(...body.subarray(0, 6)) !== "sNaPpY")
      throw new UnpackStop("signature");
    if (kind > PLAIN) continue;
    if (length < 4) throw new UnpackStop("chunk");
    const bytes = kind === COMPRESSED ? decodeBlock(body.subarray(4)) : body.subarray(4);
    if (bytes.length > MOST_CHUNK_BYTES) throw new UnpackStop("chunk");
    yield bytes;
    const crc = crc32c(bytes);
    const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
    if (new DataView(body.buffer, body.byteOffset).getUint32(0, true) !== masked) throw new UnpackStop("checksum");
  }
}

function decodeBlock(packed: Uint8Array): Uint8Array {
  let [at, size] = [0, 0];
  for (let shift = 0; ; shift += 7) {
    if (at >= packed.length || shift > 28) throw new UnpackStop("block");
    const byte = packed[at++]!;
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (size > MOST_CHUNK_BYTES) throw new UnpackStop("block-size");
  const target = new Uint8Array(size);
  let out = 0;
  while (at < packed.length) {
    const tag = packed[at++]!;
    const extra = (tag & 3) === 0 ? Math.max(0, (tag >>> 2) - 59) : [0, 1, 2, 4][tag & 3]!;
    if (at + extra > packed.length) throw new UnpackStop("block");
    let value = 0;
    for (let index = 0; index < extra; index++) value += packed[at++]! * 2 ** (8 * index);
    if ((tag & 3) === 0) {
      const length = (extra === 0 ? tag >>> 2 : value) + 1;
      if (length > packed.length - at || length > size - out) throw new UnpackStop("literals");
      target.set(packed.subarray(at, at + length), out);
      at += length;
      out += length;
    } else {
      const length = (tag & 3) === 1 ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2);
      const distance = (tag & 3) === 1 ? ((tag >>> 5) << 8) + value : value;
      if (distance === 0 || distance > out || length > size - out) throw new UnpackStop("distance");
      for (const end = out + length; out < end; out++) target[out] = target[out - distance]!;
    }
  }
  if (out !== size) throw new UnpackStop("size");
  return target;
}
