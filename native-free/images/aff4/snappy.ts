/** Snappy blocks, decoded. Specification: google/snappy, "Snappy compressed format description" (2020-10-13). */
import { copyMatch } from "../../kernels/lz4-block.ts";

/** Literals longer than this name their length in one to four further bytes (2.1). */
const INLINE_LITERAL = 60;

/**
 * Decodes the block in `source` into `target`; returns the bytes written. -1 where the block is damaged or holds more than
 * `target`, whose content is then undefined.
 */
export function decodeSnappyBlock(source: Uint8Array, target: Uint8Array): number {
  let [declared, scale, at] = [0, 1, 0];
  for (let more = true; more; scale *= 128, at++) {
    if (at === 5 || at >= source.length) return -1;
    declared += (source[at]! & 0x7f) * scale;
    more = source[at]! >= 0x80;
  }
  if (declared > target.length) return -1;
  let out = 0;
  while (at < source.length) {
    const tag = source[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let count = (tag >>> 2) + 1;
      if (count > INLINE_LITERAL) {
        const width = count - INLINE_LITERAL;
        if (at + width > source.length) return -1;
        count = littleEndian(source, at, width) + 1;
        at += width;
      }
      if (count > source.length - at || count > declared - out) return -1;
      target.set(source.subarray(at, at + count), out);
      at += count;
      out += count;
      continue;
    }
    const width = kind === 3 ? 4 : kind;
    if (at + width > source.length) return -1;
    const low = littleEndian(source, at, width);
    at += width;
    const offset = kind === 1 ? ((tag & 0xe0) << 3) | low : low;
    const count = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    if (offset === 0 || offset > out || count > declared - out) return -1;
    out = copyMatch(target, out, offset, count);
  }
  return out === declared ? out : -1;
}

function littleEndian(source: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let place = width - 1; place >= 0; place--) value = value * 256 + source[at + place]!;
  return value;
}
