/**
 * Decodes a lossless WebP bitstream as far as it takes to see whether it is one: transforms, prefix codes, and for every pixel its codes.
 * Spec: RFC 9649 section 3.
 */
import type { CarveWindow } from "../carve-window.ts";
import { Vp8lBits, Vp8lCode } from "./vp8l-codes.ts";

const literals = 256;
const lengthCodes = 24;
const distanceCodes = 40;
const headerBytes = 5;
/** Larger pictures are decoded up to here. */
const pixelLimit = 1 << 20;
/** Writers may leave a few bytes behind the last code. */
const slackBytes = 8;
const hashFactor = 0x1e35a7bd;

/** Section 3.6.1: pixels near by, as columns to the left and lines above, for distances 1 to 120. */
const near = (
  "0,1 1,0 1,1 -1,1 0,2 2,0 1,2 -1,2 2,1 -2,1 2,2 -2,2 0,3 3,0 1,3 -1,3 3,1 -3,1 2,3 -2,3 3,2 -3,2 0,4 4,0 1,4 -1,4 4,1 -4,1 3,3 -3,3 " +
  "2,4 -2,4 4,2 -4,2 0,5 3,4 -3,4 4,3 -4,3 5,0 1,5 -1,5 5,1 -5,1 2,5 -2,5 5,2 -5,2 4,4 -4,4 3,5 -3,5 5,3 -5,3 0,6 6,0 1,6 -1,6 6,1 -6,1 " +
  "2,6 -2,6 6,2 -6,2 4,5 -4,5 5,4 -5,4 3,6 -3,6 6,3 -6,3 0,7 7,0 1,7 -1,7 5,5 -5,5 7,1 -7,1 4,6 -4,6 6,4 -6,4 2,7 -2,7 7,2 -7,2 3,7 -3,7 " +
  "7,3 -7,3 5,6 -5,6 6,5 -6,5 8,0 4,7 -4,7 7,4 -7,4 8,1 8,2 6,6 -6,6 8,3 5,7 -5,7 7,5 -7,5 8,4 6,7 -6,7 7,6 -7,6 8,5 7,7 -7,7 8,6 8,7"
)
  .split(" ")
  .map((pair) => pair.split(",").map(Number) as [number, number]);

/** Whether the chunk body of `length` bytes at `at` is a bitstream to its end. */
export function isVp8l(window: CarveWindow, at: number, length: number): boolean {
  if (!window.has(at, headerBytes) || window.u8(at) !== 0x2f || window.u8(at + 4) >> 5 !== 0) return false;
  const sizes = window.u32(at + 1);
  const bits = new Vp8lBits(window, at + headerBytes, at + length);
  const picture = new Vp8lPicture(bits, (sizes & 0x3fff) + 1, ((sizes >>> 14) & 0x3fff) + 1);
  const decoded = picture.decode();
  if (decoded === "broken" || bits.over) return false;
  return decoded === "long" || at + length - bits.place <= slackBytes;
}

type Outcome = "whole" | "long" | "broken";

class Vp8lPicture {
  readonly #bits: Vp8lBits;
  #width: number;
  readonly #height: number;

  constructor(bits: Vp8lBits, width: number, height: number) {
    this.#bits = bits;
    this.#width = width;
    this.#height = height;
  }

  decode(): Outcome {
    const seen = new Set<number>();
    while (this.#bits.read(1) === 1) {
      const type = this.#bits.read(2);
      if (seen.has(type) || this.#bits.over || !this.#transform(type)) return "broken";
      seen.add(type);
    }
    return decodeImage(this.#bits, this.#width, this.#height, true);
  }

  /** Section 3.5: predictor 0, colour 1, subtract green 2, colour indexing 3. */
  #transform(type: number): boolean {
    const bits = this.#bits;
    if (type === 2) return true;
    if (type === 3) {
      const colours = bits.read(8) + 1;
      if (decodeImage(bits, colours, 1, false) !== "whole") return false;
      const packing = colours <= 2 ? 3 : colours <= 4 ? 2 : colours <= 16 ? 1 : 0;
      this.#width = (this.#width + (1 << packing) - 1) >> packing;
      return true;
    }
    const side = bits.read(3) + 2;
    return decodeImage(bits, ceilShift(this.#width, side), ceilShift(this.#height, side), false) === "whole";
  }
}

const ceilShift = (value: number, bits: number): number => (value + (1 << bits) - 1) >> bits;

/** Green and lengths and cache, red, blue, alpha, distance. */
type CodeGroup = readonly [Vp8lCode, Vp8lCode, Vp8lCode, Vp8lCode, Vp8lCode];

interface Groups {
  readonly list: readonly CodeGroup[];
  /** Group of each block of 2^side pixels, in the high 24 bits without alpha; null for a single group. */
  readonly map: Uint32Array | null;
  readonly side: number;
  readonly across: number;
}

function decodeImage(bits: Vp8lBits, width: number, height: number, main: boolean): Outcome {
  return imageOf(bits, width, height, main, null);
}

/** `pixels`: takes their values, where they are wanted. */
function imageOf(bits: Vp8lBits, width: number, height: number, main: boolean, pixels: Uint32Array | null): Outcome {
  const cacheBits = bits.read(1) === 1 ? bits.read(4) : 0;
  if (cacheBits > 11 || bits.over) return "broken";
  const cacheSize = cacheBits === 0 ? 0 : 1 << cacheBits;
  const groups = readGroups(bits, width, height, main, cacheSize);
  if (groups === null) return "broken";
  const cache = pixels === null || cacheBits === 0 ? null : new ColourCache(cacheBits);
  const total = width * height;
  let at = 0;
  while (at < total) {
    if (at >= pixelLimit) return "long";
    if (bits.over) return "broken";
    const group = groupAt(groups, at, width);
    const green = group[0].symbol(bits);
    if (green < literals) {
      const red = group[1].symbol(bits);
      const blue = group[2].symbol(bits);
      const alpha = group[3].symbol(bits);
      if (pixels !== null) pixels[at] = ((alpha << 24) | (red << 16) | (green << 8) | blue) >>> 0;
      cache?.add(pixels![at]!);
      at++;
    } else if (green < literals + lengthCodes) {
      const length = prefixValue(bits, green - literals);
      const distance = distanceOf(prefixValue(bits, group[4].symbol(bits)), width);
      if (distance > at || at + length > total) return "broken";
      if (pixels !== null) {
        for (let i = at; i < at + length; i++) {
          pixels[i] = pixels[i - distance]!;
          cache?.add(pixels[i]!);
        }
      }
      at += length;
    } else {
      if (pixels !== null) pixels[at] = cache!.at(green - literals - lengthCodes);
      cache?.add(pixels![at]!);
      at++;
    }
  }
  return bits.over ? "broken" : "whole";
}

class ColourCache {
  readonly #colours: Uint32Array;
  readonly #shift: number;

  constructor(bits: number) {
    this.#colours = new Uint32Array(1 << bits);
    this.#shift = 32 - bits;
  }
  add(colour: number): void {
    this.#colours[Math.imul(hashFactor, colour) >>> this.#shift] = colour;
  }
  at(index: number): number {
    return this.#colours[index]!;
  }
}

function readGroups(bits: Vp8lBits, width: number, height: number, main: boolean, cacheSize: number): Groups | null {
  let map: Uint32Array | null = null;
  let side = 0;
  let count = 1;
  if (main && bits.read(1) === 1) {
    side = bits.read(3) + 2;
    const [across, down] = [ceilShift(width, side), ceilShift(height, side)];
    map = new Uint32Array(across * down);
    if (imageOf(bits, across, down, false, map) !== "whole") return null;
    for (const value of map) count = Math.max(count, ((value >>> 8) & 0xffff) + 1);
  }
  const list: CodeGroup[] = [];
  for (let i = 0; i < count; i++) {
    const codes: Vp8lCode[] = [];
    for (const alphabet of [literals + lengthCodes + cacheSize, literals, literals, literals, distanceCodes]) {
      const code = Vp8lCode.read(bits, alphabet);
      if (code === null || bits.over) return null;
      codes.push(code);
    }
    list.push(codes as unknown as CodeGroup);
  }
  return { list, map, side, across: ceilShift(width, side) };
}

function groupAt({ list, map, side, across }: Groups, at: number, width: number): CodeGroup {
  if (map === null) return list[0]!;
  const line = Math.floor(at / width);
  return list[(map[(line >> side) * across + ((at - line * width) >> side)]! >>> 8) & 0xffff]!;
}

/** Section 3.6.2.2: lengths and distances by a prefix and more bits. */
function prefixValue(bits: Vp8lBits, prefix: number): number {
  if (prefix < 4) return prefix + 1;
  const extra = (prefix - 2) >> 1;
  return ((2 + (prefix & 1)) << extra) + bits.read(extra) + 1;
}

function distanceOf(code: number, width: number): number {
  if (code > near.length) return code - near.length;
  const [left, above] = near[code - 1]!;
  return Math.max(1, left + above * width);
}
