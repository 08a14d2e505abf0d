/**
 * GIF pictures: blocks from the header to the trailer, and the codes of each image counted against its size.
 * Spec: GIF89a (also GIF87a) sections 17 to 27, appendix F.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { GifCodes } from "./gif-lzw.ts";

const headBytes = 14;
const extension = 0x21;
const image = 0x2c;
const trailer = 0x3b;
const blockLimit = 1_000_000;
/** Codes of a damaged image that make a cut picture of it: noise does not get so far. */
const codesWanted = 64;
const head = new FirstBytes(headBytes);

export const gifCarver: Carver = {
  id: "gif",
  family: "carver",
  name: "GIF pictures",
  spec: "GIF89a",
  level: "complete",
  kinds: [{ id: "gif", name: "GIF picture", extension: "gif" }],
  signatures: [textSignature("GIF87a"), textSignature("GIF89a")],
  limitBytes: 2 ** 30,

  carve(source: ByteSource, at: number, end: number): Carved | null {
    if (!head.read(source, at, end) || head.u16(6) === 0 || head.u16(8) === 0) return null;
    const window = new CarveWindow(source, end);
    let place = at + 13 + tableBytes(head.u8(10));
    let images = 0;
    for (let i = 0; i < blockLimit; i++) {
      const block = window.has(place, 1) ? window.u8(place) : -1;
      if (block === trailer && images > 0) return carvedAs("gif", "complete", place + 1 - at);
      if (block === extension) {
        const next = extensionEnd(window, place);
        if (next < 0) break;
        place = next;
        continue;
      }
      const one = block === image ? imageAt(window, place) : null;
      if (one === null) break;
      if (!one.sound) return images > 0 || one.codes >= codesWanted ? carvedAs("gif", "truncated", one.end - at) : null;
      images++;
      place = one.end;
    }
    return images > 0 ? carvedAs("gif", "truncated", place - at) : null;
  },
};

/** Of a colour table: flags of its descriptor. */
const tableBytes = (flags: number): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

/** Sizes of the first sub-block: graphic control 4, plain text 12, application 11; comments have any. */
const firstSizes = new Map([
  [0xf9, 4],
  [0x01, 12],
  [0xff, 11],
]);

function extensionEnd(window: CarveWindow, at: number): number {
  if (!window.has(at, 3)) return -1;
  const wanted = firstSizes.get(window.u8(at + 1));
  if (wanted !== undefined && window.u8(at + 2) !== wanted) return -1;
  if (wanted === undefined && window.u8(at + 1) !== 0xfe) return -1;
  let place = at + 2;
  for (let i = 0; i < blockLimit; i++) {
    if (!window.has(place, 1)) return -1;
    const length = window.u8(place);
    place += 1 + length;
    if (length === 0) return place;
  }
  return -1;
}

interface GifImage {
  /** Behind the last sub-block that holds. */
  readonly end: number;
  readonly sound: boolean;
  readonly codes: number;
}

/** Null where the descriptor cannot be. */
function imageAt(window: CarveWindow, at: number): GifImage | null {
  if (!window.has(at, 11)) return null;
  const [width, height] = [window.u16(at + 5), window.u16(at + 7)];
  const sizeAt = at + 10 + tableBytes(window.u8(at + 9));
  if (width === 0 || height === 0 || !window.has(sizeAt, 2)) return null;
  const size = window.u8(sizeAt);
  if (size < 1 || size > 8) return null;
  const codes = new GifCodes(size);
  let place = sizeAt + 1;
  for (;;) {
    const length = window.has(place, 1) ? window.u8(place) : -1;
    if (length < 0 || !window.has(place + 1, length)) return { end: place, sound: false, codes: codes.codes };
    if (!codes.take(window.view(place + 1, length))) return { end: place, sound: false, codes: codes.codes };
    place += 1 + length;
    if (length === 0) break;
  }
  const sound = codes.samples === width * height;
  return { end: place, sound, codes: codes.codes };
}
