/**
 * Pictures in documents of Office 97 to 2003 (MS-ODRAW 2.2.23 to 2.2.32), found by their record headers wherever they lie
 * in a stream: JPEG, PNG, TIFF and DIB as they are, metafiles unpacked. Pictures that a record names but another file
 * holds are not there.
 */
import { inflateSync } from "node:zlib";
import { type ByteSource, MemorySource, readRange } from "../bytes/byte-source.ts";
import { bytes, struct, u16, u32, u8 } from "../bytes/struct.ts";
import { childOf } from "../compound/child-of.ts";
import { ExtentSource } from "../compound/extent-source.ts";
import type { Extraction } from "../model/extraction.ts";

/** MS-ODRAW 2.2.1 */
const recordHeader = struct("officeArt.header", 8, {
  kind: [0, u16, "version of 4 bits, instance of 12"],
  type: [2, u16],
  length: [4, u32, "bytes behind the header"],
});

/** MS-ODRAW 2.2.31 */
const metafileHeader = struct("officeArt.metafile", 34, {
  plainBytes: [0, u32],
  bounds: [4, bytes(16)],
  size: [20, bytes(8)],
  packedBytes: [28, u32],
  compression: [32, u8, "0 deflated, 0xfe plain"],
  filter: [33, u8],
});

/** Ending and instances of each record type; an odd instance has a second identifier of 16 bytes. */
const types: ReadonlyMap<number, { readonly ending: string; readonly instances: readonly number[] }> = new Map([
  [0xf01a, { ending: "emf", instances: [0x3d4, 0x3d5] }],
  [0xf01b, { ending: "wmf", instances: [0x216, 0x217] }],
  [0xf01c, { ending: "pict", instances: [0x542, 0x543] }],
  [0xf01d, { ending: "jpg", instances: [0x46a, 0x46b, 0x6e2, 0x6e3] }],
  [0xf01e, { ending: "png", instances: [0x6e0, 0x6e1] }],
  [0xf01f, { ending: "dib", instances: [0x7a8, 0x7a9] }],
  [0xf029, { ending: "tif", instances: [0x6e4, 0x6e5] }],
  [0xf02a, { ending: "jpg", instances: [0x46a, 0x46b, 0x6e2, 0x6e3] }],
]);

const windowBytes = 1 << 20;
const mostPlainBytes = 64 << 20;
const idBytes = 16;

/** Children in the order of their places; `key` names the stream in their keys. */
export function* blipChildren(stream: ByteSource, key: string): Generator<Extraction> {
  const cursor = recordHeader.cursor();
  let number = 0;
  let next = 0;
  for (let base = 0; base < stream.size; base += windowBytes) {
    // The window overlaps the next one by a header, so that none is lost between two.
    const window = readRange(stream, base, windowBytes + recordHeader.size - 1);
    for (let at = window.indexOf(0xf0, 3); at >= 0; at = window.indexOf(0xf0, at + 1)) {
      const start = at - 3;
      if (base + start < next || start + recordHeader.size > window.length || start >= windowBytes) continue;
      const { kind, type, length } = cursor.over(window, start);
      const known = types.get(type);
      if (!known || !known.instances.includes(kind >>> 4) || (kind & 15) !== 0) continue;
      if (length < idBytes || base + start + recordHeader.size + length > stream.size) continue;
      const ids = (kind >>> 4) & 1 ? 2 * idBytes : idBytes;
      const picture = pictureOf(stream, base + start + recordHeader.size + ids, length - ids, known.ending);
      if (!picture) continue;
      number++;
      yield { what: "child", child: childOf(`${key}:${base + start}`, `picture-${number}.${known.ending}`, picture) };
      next = base + start + recordHeader.size + length;
    }
  }
}

function pictureOf(stream: ByteSource, at: number, length: number, ending: string): ByteSource | null {
  if (ending !== "emf" && ending !== "wmf" && ending !== "pict") {
    // One byte of tag stands before the picture.
    return length > 1 ? new ExtentSource(stream, [{ at: at + 1, length: length - 1 }], length - 1) : null;
  }
  if (length < metafileHeader.size) return null;
  const head = metafileHeader.cursor().over(readRange(stream, at, metafileHeader.size));
  const packed = { at: at + metafileHeader.size, length: length - metafileHeader.size };
  const body = new ExtentSource(stream, [packed], packed.length);
  if (head.compression !== 0) return body;
  if (head.plainBytes > mostPlainBytes || packed.length > mostPlainBytes) return null;
  try {
    const limit = Math.min(mostPlainBytes, Math.max(1, head.plainBytes));
    return new MemorySource(inflateSync(readRange(body, 0, body.size), { maxOutputLength: limit, finishFlush: 2 }));
  } catch {
    // Not a packed metafile after all, or damaged: the packed bytes say more than nothing.
    return body;
  }
}
