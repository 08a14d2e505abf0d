/**
 * WebP pictures: the chunks of the RIFF file. Lossless bitstreams are decoded; lossy ones have no checksum and no code that cannot be: their
 * header must fit the chunk, and what lies in it must be as even as compressed data are.
 *
 * Spec: RFC 9649 sections 2.3 to 2.7; RFC 6386 section 9.1. Not told: a lossy bitstream whose later part is noise or another picture's data.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { fourCharacters } from "../iso-bmff.ts";
import { looksCompressed } from "./pixels.ts";
import { isVp8l } from "./vp8l.ts";

const head = new FirstBytes(30);
const chunkHeader = 8;
const frameHeader = 16;
const chunkLimit = 100_000;
const known: ReadonlySet<string> = new Set(["VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF", "XMP "]);

export const webpCarver: Carver = {
  id: "webp",
  family: "carver",
  name: "WebP pictures",
  spec: "RFC 9649",
  level: "partial",
  kinds: [{ id: "webp", name: "WebP picture", extension: "webp" }],
  signatures: [
    signature("52 49 46 46 ?? ?? ?? ?? 57 45 42 50 56 50 38 20"),
    signature("52 49 46 46 ?? ?? ?? ?? 57 45 42 50 56 50 38 4c"),
    signature("52 49 46 46 ?? ?? ?? ?? 57 45 42 50 56 50 38 58"),
  ],
  limitBytes: 2 ** 32,

  carve(source: ByteSource, at: number, end: number): Carved | null {
    if (!head.read(source, at, end) || head.u32(4) < 18) return null;
    const window = new CarveWindow(source, end);
    const to = at + chunkHeader + head.u32(4);
    const walk = { pictures: 0, place: at + 12 };
    const whole = walkChunks(window, walk, to);
    if (walk.pictures === 0 && !whole) return null;
    if (whole && walk.pictures > 0) return carvedAs("webp", "complete", to - at);
    return carvedAs("webp", "truncated", Math.min(walk.place, window.end) - at);
  },
};

/** `place` ends behind the last chunk that holds. True where the chunks fill the file. */
function walkChunks(window: CarveWindow, walk: { pictures: number; place: number }, to: number): boolean {
  for (let i = 0; i < chunkLimit && walk.place < to; i++) {
    const at = walk.place;
    if (!window.has(at, chunkHeader)) return false;
    const type = fourCharacters(window, at);
    const length = window.u32(at + 4);
    const next = at + chunkHeader + length + (length & 1);
    // Others may stand behind those of the picture (section 2.7.1.6).
    if (next > to || (!known.has(type) && !(walk.pictures > 0 && /^[ -~]{4}$/.test(type)))) return false;
    if (type.startsWith("VP8") && type !== "VP8X") {
      if (!isBitstream(window, type, at + chunkHeader, length)) return false;
      walk.pictures++;
    }
    if (type === "ANMF") {
      const inner = { pictures: 0, place: at + chunkHeader + frameHeader };
      if (!window.has(at, chunkHeader + length) || !walkChunks(window, inner, next)) return false;
      walk.pictures += inner.pictures;
    }
    if (next > window.end) return false;
    walk.place = next;
  }
  return walk.place === to;
}

function isBitstream(window: CarveWindow, type: string, at: number, length: number): boolean {
  if (!window.has(at, 10) || length < 5) return false;
  if (type === "VP8L") return isVp8l(window, at, length);
  const tag = window.u8(at) | (window.u8(at + 1) << 8) | (window.u8(at + 2) << 16);
  const sizes = window.u16(at + 6) * window.u16(at + 8);
  const start = window.u16be(at + 3) === 0x9d01 && window.u8(at + 5) === 0x2a;
  // A key frame, whose first partition lies in the chunk.
  if ((tag & 1) !== 0 || tag >>> 5 >= length || !start || sizes === 0) return false;
  return looksCompressed(window, at + 10, Math.min(length - 10, window.end - at - 10));
}
