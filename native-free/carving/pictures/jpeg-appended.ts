/**
 * What belongs to a JPEG picture and stands behind its EOI: more pictures (stereo, gain maps, previews) and the film of a motion photo.
 *
 * Spec: CIPA DC-007 (Multi-Picture Format) sections 5.2.2 and 5.2.3; Google Motion Photo format 1.0. Not followed: the trailer in which
 * Samsung puts such films and names them.
 */
import type { CarveWindow } from "../carve-window.ts";
import { brandsAt, outerBoxes } from "../iso-bmff.ts";
import type { JpegBits } from "./jpeg-bits.ts";
import { JpegWalk } from "./jpeg-walk.ts";
import { TiffReader } from "./tiff-ifd.ts";

const entriesTag = 0xb002;
const entryBytes = 16;
const pictureLimit = 64;
/** Multi-frame types: panorama, disparity, multi-angle. Gain maps and previews are none. */
const multiFrame = 0x02;

export interface Appended {
  /** Exclusive. */
  readonly end: number;
  readonly pictures: number;
  /** Several views of one scene: what is called MPO. */
  readonly views: boolean;
  /** One of them begins where the index says, and does not hold to its end. */
  readonly cut: boolean;
}

/** The further pictures that the index names and that are there, each one whole. */
export function appendedPictures(window: CarveWindow, walk: JpegWalk, end: number, bits: JpegBits): Appended {
  const base = walk.pictureIndex;
  let last = walk.at;
  let pictures = 0;
  let views = false;
  const list = base < 0 ? null : entriesOf(window, base, walk.at);
  if (list === null) return { end: last, pictures, views, cut: false };
  for (let entry = list.at; entry + entryBytes <= list.end && pictures < pictureLimit; entry += entryBytes) {
    const type = list.number(entry);
    const length = list.number(entry + 4);
    const at = base + list.number(entry + 8);
    // The first entry is the picture itself; an editor that drops the others leaves the list as it was.
    if (at < last || length < 4 || !window.has(at, 3) || window.u16be(at) !== 0xffd8) continue;
    const one = new JpegWalk(window, at, Math.min(end, at + length));
    if (one.run(bits) !== "whole" || at + length > end) return { end: one.at, pictures, views, cut: true };
    pictures++;
    views ||= ((type >>> 16) & 0xff) === multiFrame;
    last = at + length;
  }
  return { end: last, pictures, views, cut: false };
}

function entriesOf(
  window: CarveWindow,
  base: number,
  end: number,
): { at: number; end: number; number: (at: number) => number } | null {
  const reader = TiffReader.at(window, base, end);
  const directory = reader?.directory(reader.first) ?? null;
  const entry = directory?.entries.find((one) => one.tag === entriesTag);
  if (reader === null || entry === undefined) return null;
  return { at: entry.valueAt, end: Math.min(end, entry.valueAt + entry.bytes), number: (at) => reader.u32(at) };
}

/** End of the film that stands directly behind a picture that says it has one; `at` where there is none. */
export function appendedFilm(window: CarveWindow, at: number, end: number): number {
  if (brandsAt(window, at, end) === null) return at;
  let last = at;
  let index = false;
  for (const box of outerBoxes(window, at, end)) {
    if (!box.whole || box.open) return at;
    index ||= box.type === "moov";
    last = box.end;
  }
  return index ? last : at;
}
