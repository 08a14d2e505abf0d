/**
 * Decoding of pictures with libvips (package wasm-vips, WebAssembly with threads of its own): JPEG, PNG, GIF, WebP, TIFF, PBM, PGM,
 * PPM, PAM, HEIC, AVIF, JPEG XL; Windows bitmaps and icons are decoded beside it. One instance per thread, made on first use. The first
 * frame stands for an animation; TIFF and HEIC have pages. Under the permission model its thread imports `module-constants.ts` first.
 * Not supported: JPEG 2000, camera raws, PSD, metafiles.
 */
import { fileURLToPath } from "node:url";
import type Vips from "wasm-vips";
import { decodeBitmap } from "../../native-free/pictures/bitmap.ts";
import { largestOf } from "../../native-free/pictures/icon.ts";
import type { GreyPicture } from "../../native-free/pictures/grey.ts";
import { EvidenceError } from "../../native-free/model/errors.ts";
import { entryUrl } from "../entry-url.ts";

export interface Thumbnail {
  /** JPEG. */
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface PictureView {
  /** Pixels of the whole picture, upright as its orientation tag says. */
  readonly width: number;
  readonly height: number;
  readonly pages: number;
  /** Parts of it could not be decoded. */
  readonly isDamaged: boolean;
  /** Reduced to a longer side of at most `viewSide`. */
  readonly grey: GreyPicture;
  readonly thumbnail: Thumbnail;
}

const viewSide = 1600;
const thumbnailSide = 256;
const thumbnailQuality = 75;
const pagedTypes = new Set(["tiff", "heic", "heif"]);
const white = [255, 255, 255];

type Library = typeof Vips;
type Image = Vips.Image;

let library: Promise<Library> | null = null;

async function load(): Promise<Library> {
  const { default: make } = await import("wasm-vips");
  const silent = (): undefined => undefined;
  const made = await make({
    mainScriptUrlOrBlob: fileURLToPath(entryUrl(import.meta.url, "./vips-pthread")),
    dynamicLibraries: ["vips-heif.wasm", "vips-jxl.wasm"],
    print: silent,
    printErr: silent,
  });
  // Pictures are worked on beside each other, not the parts of one; nothing is kept for the next one.
  made.concurrency(1);
  made.Cache.max(0);
  return made;
}

/** Everything but text recognition needs of a picture. Throws EvidenceError `picture/undecodable`, `picture/too-large`. */
export async function viewPicture(bytes: Uint8Array, type: string, limitPixels: number): Promise<PictureView> {
  return withImage(bytes, type, 0, limitPixels, (image, keep, { pages, isDamaged }) => {
    const upright = keep(image.autorot());
    const box = { height: viewSide, size: "down" as const };
    const view = keep(flat(keep(upright.thumbnailImage(viewSide, { ...box, no_rotate: true })), keep));
    // Kept in memory: what follows reads it twice.
    const held = keep(view.copyMemory());
    const small = keep(held.thumbnailImage(thumbnailSide, { height: thumbnailSide, size: "down", no_rotate: true }));
    const jpeg = small.jpegsaveBuffer({ Q: thumbnailQuality, keep: "none", background: white });
    return {
      ...{ width: upright.width, height: upright.height, pages, isDamaged },
      grey: greyOf(held, keep),
      thumbnail: { bytes: new Uint8Array(jpeg), width: small.width, height: small.height },
    };
  });
}

/** One page (from 0) in shades of grey, reduced to `limitPixels` where it has more. Throws like `viewPicture`. */
export async function readPage(
  bytes: Uint8Array,
  type: string,
  page: number,
  { decoded, kept }: { readonly decoded: number; readonly kept: number },
): Promise<GreyPicture> {
  return withImage(bytes, type, page, decoded, (image, keep) => {
    const upright = keep(flat(keep(image.autorot()), keep));
    const share = Math.sqrt(kept / (upright.width * upright.height));
    return greyOf(share < 1 ? keep(upright.resize(share)) : upright, keep);
  });
}

/** A picture turned by quarters to the right. */
export function turned({ width, height, pixels }: GreyPicture, quarters: 1 | 2 | 3): GreyPicture {
  const out = new Uint8Array(pixels.length);
  const across = quarters === 2 ? width : height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [toX, toY] =
        quarters === 1 ? [height - 1 - y, x] : quarters === 2 ? [width - 1 - x, height - 1 - y] : [y, width - 1 - x];
      out[toY * across + toX] = pixels[y * width + x] as number;
    }
  }
  return { width: across, height: quarters === 2 ? height : width, pixels: out };
}

type Keep = <T extends { delete(): void }>(made: T) => T;

interface Facts {
  readonly pages: number;
  readonly isDamaged: boolean;
}

/** Damage is met only while pixels are read: then all is done again with what can be read. */
async function withImage<T>(
  bytes: Uint8Array,
  type: string,
  page: number,
  limitPixels: number,
  work: (image: Image, keep: Keep, facts: Facts) => T,
): Promise<T> {
  library ??= load();
  const vips = await library;
  const open = (isDamaged: boolean) => () => opened(vips, { bytes, type, page, limitPixels, isDamaged });
  const told = (isDamaged: boolean) => (image: Image, keep: Keep) => {
    if (image.width * image.height > limitPixels) throw new EvidenceError("picture/too-large", { limit: limitPixels });
    const pages = pagedTypes.has(type) && image.getTypeof("n-pages") !== 0 ? image.getInt("n-pages") : 1;
    return work(image, keep, { pages, isDamaged });
  };
  try {
    return attempt(open(false), told(false));
  } catch (error) {
    if (!isDamage(error)) throw error;
    return attempt(open(true), told(true));
  }
}

function isDamage(error: unknown): boolean {
  return (error as Partial<EvidenceError> | null)?.params?.["problem"] === "damaged";
}

/** Everything that was made is freed, also when it fails. */
function attempt<T>(open: () => Image, work: (image: Image, keep: Keep) => T): T {
  const made: { delete(): void }[] = [];
  const keep: Keep = (object) => {
    if (!made.includes(object)) made.push(object);
    return object;
  };
  try {
    return work(keep(open()), keep);
  } catch (error) {
    throw refusalOf(error);
  } finally {
    for (const object of made.reverse()) object.delete();
  }
}

interface Opening {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly page: number;
  readonly limitPixels: number;
  readonly isDamaged: boolean;
}

function opened(vips: Library, opening: Opening): Image {
  const { bytes, type, page, limitPixels, isDamaged } = opening;
  if (type === "ico" || type === "cur") return opened(vips, { ...opening, ...largestOf(bytes) });
  if (type === "bmp") {
    const { width, height, pixels } = decodeBitmap(bytes, limitPixels);
    return vips.Image.newFromMemory(pixels, width, height, 3, vips.BandFormat.uchar);
  }
  const options = page > 0 ? `[page=${page}]` : "";
  return vips.Image.newFromBuffer(bytes, options, { fail_on: isDamaged ? "none" : "truncated" });
}

/** Transparent pixels show the paper. */
function flat(image: Image, keep: Keep): Image {
  const plain = keep(image.colourspace("srgb"));
  return plain.hasAlpha() ? plain.flatten({ background: white }) : plain;
}

function greyOf(image: Image, keep: Keep): GreyPicture {
  const grey = keep(keep(image.colourspace("b-w")).cast("uchar"));
  const one = grey.bands > 1 ? keep(grey.extractBand(0)) : grey;
  return { width: one.width, height: one.height, pixels: new Uint8Array(one.writeToMemory()) };
}

/** The library's messages may quote the picture: they are dropped. */
function refusalOf(error: unknown): unknown {
  if ((error as { kind?: unknown } | null)?.kind === "evidence") return error;
  // A trap or an exhausted memory leaves the instance in an unknown state.
  const trapped = (error as { name?: unknown } | null)?.name === "RuntimeError" || error instanceof RangeError;
  if (trapped) library = null;
  return new EvidenceError("picture/undecodable", { problem: trapped ? "trap" : "damaged" });
}
