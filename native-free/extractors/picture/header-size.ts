/** Width and height as the header of the file says, for formats whose header is simple. */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** Null where the format keeps its size elsewhere or the header is cut. */
export function headerSize(source: ByteSource): PixelSize | null {
  const head = Buffer.from(readRange(source, 0, 64));
  const text = head.toString("latin1", 0, 16);
  if (head.length < 10) return null;
  if (/^GIF8[79]a/.test(text)) return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
  if (head.length < 26) return null;
  if (text.startsWith("\x89PNG\r\n\x1a\n\0\0\0\x04Cg")) return applePngSize(head);
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
  if (text.startsWith("8BPS")) return { width: head.readUInt32BE(18), height: head.readUInt32BE(14) };
  if (text.startsWith("qoif")) return { width: head.readUInt32BE(4), height: head.readUInt32BE(8) };
  if (text.startsWith("\0\0\x01\0") || text.startsWith("\0\0\x02\0"))
    return { width: head[6] || 256, height: head[7] || 256 };
  if (text.startsWith("BM")) return bmpSize(head);
  if (/^RIFF[^]{4}WEBP/.test(text)) return webpSize(head);
  if (text.startsWith("\xff\x0a")) return jxlSize(head);
  if (text.startsWith("gimp xcf ")) return { width: head.readUInt32BE(14), height: head.readUInt32BE(18) };
  if (text.startsWith("\xff\x4f\xff\x51") && head.length >= 24) return codestreamSize(head);
  return text.startsWith("\xff\xd8\xff") ? jpegSize(source) : null;
}

/** Apple's tools put a chunk of their own, CgBI, before the header. */
function applePngSize(head: Buffer): PixelSize | null {
  return head.length < 40 ? null : { width: head.readUInt32BE(32), height: head.readUInt32BE(36) };
}

function bmpSize(head: Buffer): PixelSize {
  if (head.readUInt32LE(14) === 12) return { width: head.readUInt16LE(18), height: head.readUInt16LE(20) };
  return { width: head.readInt32LE(18), height: Math.abs(head.readInt32LE(22)) };
}

/** VP8 frame header, VP8L bit field, VP8X canvas (RFC 9649 sections 2.5 to 2.7). */
function webpSize(head: Buffer): PixelSize | null {
  if (head.length < 30) return null;
  const kind = head.toString("latin1", 12, 16);
  if (kind === "VP8X") return { width: 1 + head.readUIntLE(24, 3), height: 1 + head.readUIntLE(27, 3) };
  if (kind === "VP8 ") return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
  if (kind !== "VP8L") return null;
  const bits = head.readUInt32LE(21);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
}

/** The first start-of-frame segment (ITU-T T.81 B.2.2). */
function jpegSize(source: ByteSource): PixelSize | null {
  let at = 2;
  for (let count = 0; count < 10_000; count++) {
    const head = Buffer.from(readRange(source, at, 9));
    if (head.length < 9 || head[0] !== 0xff) return null;
    const marker = head[1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame || marker === 0xf7) return { width: head.readUInt16BE(7), height: head.readUInt16BE(5) };
    if (marker === 0xda || marker === 0xd9) return null;
    at += 2 + head.readUInt16BE(2);
  }
  return null;
}

/** The reference grid without the offset of the picture in it (ISO/IEC 15444-1 A.5.1). */
function codestreamSize(head: Buffer): PixelSize {
  return { width: head.readUInt32BE(8) - head.readUInt32BE(16), height: head.readUInt32BE(12) - head.readUInt32BE(20) };
}

/** Of ratios of width to height, by their number in the header. */
const ratios = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2] as const;
const widths = [9, 13, 18, 30] as const;

/** SizeHeader of a JPEG XL codestream (ISO/IEC 18181-1 D.2), bits from the lowest on. */
export function jxlSize(head: Uint8Array): PixelSize | null {
  if (head.length < 12 || head[0] !== 0xff || head[1] !== 0x0a) return null;
  let at = 16;
  const take = (bits: number): number => {
    let value = 0;
    for (let index = 0; index < bits; index++, at++) value += ((head[at >> 3]! >> (at & 7)) & 1) * 2 ** index;
    return value;
  };
  const isSmall = take(1) === 1;
  const side = (): number => (isSmall ? 8 * (1 + take(5)) : 1 + take(widths[take(2)]!));
  const height = side();
  const ratio = ratios[take(3)]!;
  return { width: ratio === 0 ? side() : Math.floor(height * ratio), height };
}
