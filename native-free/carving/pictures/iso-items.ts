/**
 * Items of a HEIF file: where their data are, and whether these are made of the units of their coding.
 * Spec: ISO/IEC 14496-12 sections 8.11.3 (iloc) and 8.11.6 (iinf); ISO/IEC 14496-15 section 8.3 (HEVC); AV1 specification 5.3 (OBU).
 */
import type { CarveWindow } from "../carve-window.ts";
import { findBox, fourCharacters, walkBoxes } from "../iso-bmff.ts";
import type { Box } from "../iso-bmff.ts";

interface IsoExtent {
  /** From the begin of the file. */
  readonly offset: number;
  readonly length: number;
}

interface IsoItem {
  readonly type: string;
  /** Of data in the file itself; empty for those inside of the index. */
  readonly extents: readonly IsoExtent[];
}

const itemLimit = 1 << 14;
const unitLimit = 1 << 20;

/** Null where one of the two tables is missing or does not fit its box. */
export function itemsOf(window: CarveWindow, meta: Box): readonly IsoItem[] | null {
  const locations = findBox(window, meta.bodyAt + 4, meta.end, "iloc");
  const infos = findBox(window, meta.bodyAt + 4, meta.end, "iinf");
  if (locations === null || infos === null) return null;
  return readLocations(window, locations, typesOf(window, infos));
}

function typesOf(window: CarveWindow, box: Box): ReadonlyMap<number, string> {
  const types = new Map<number, string>();
  const from = box.bodyAt + (window.u8(box.bodyAt) === 0 ? 6 : 8);
  for (const info of walkBoxes(window, from, box.end)) {
    if (info.type !== "infe" || types.size >= itemLimit) continue;
    const version = window.u8(info.bodyAt);
    if (version < 2) continue;
    const id = version === 2 ? window.u16be(info.bodyAt + 4) : window.u32be(info.bodyAt + 4);
    types.set(id, fourCharacters(window, info.bodyAt + (version === 2 ? 8 : 10)));
  }
  return types;
}

/** Reads the numbers of a table of which each has a width of its own. */
class Numbers {
  readonly #window: CarveWindow;
  at: number;

  constructor(window: CarveWindow, at: number) {
    this.#window = window;
    this.at = at;
  }

  take(bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = value * 256 + this.#window.u8(this.at++);
    return value;
  }
}

function readLocations(window: CarveWindow, box: Box, types: ReadonlyMap<number, string>): readonly IsoItem[] | null {
  const version = window.u8(box.bodyAt);
  const sizes = window.u16be(box.bodyAt + 4);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexBytes = version > 0 ? sizes & 15 : 0;
  if (version > 2 || [offsetBytes, lengthBytes, baseBytes, indexBytes].some((size) => ![0, 4, 8].includes(size)))
    return null;
  const numbers = new Numbers(window, box.bodyAt + 6);
  const count = numbers.take(version < 2 ? 2 : 4);
  const items: IsoItem[] = [];
  for (let i = 0; i < Math.min(count, itemLimit); i++) {
    const id = numbers.take(version < 2 ? 2 : 4);
    const method = version > 0 ? numbers.take(2) & 15 : 0;
    const foreign = numbers.take(2) !== 0;
    const base = numbers.take(baseBytes);
    const extents: IsoExtent[] = [];
    const extentCount = numbers.take(2);
    for (let k = 0; k < extentCount && numbers.at <= box.end; k++) {
      numbers.take(indexBytes);
      const offset = base + numbers.take(offsetBytes);
      const length = numbers.take(lengthBytes);
      if (method === 0 && !foreign) extents.push({ offset, length });
    }
    if (numbers.at > box.end) return null;
    items.push({ type: types.get(id) ?? "", extents });
  }
  return items;
}

/** Where the units of an item's data do not follow each other to its end; -1 where they do, or the coding has none. */
export function unitsBreakAt(window: CarveWindow, type: string, at: number, length: number): number {
  const step = type === "hvc1" || type === "hev1" ? nalUnit : type === "av01" ? openUnit : null;
  if (step === null) return -1;
  const end = at + length;
  let place = at;
  for (let i = 0; i < unitLimit && place < end; i++) {
    const next = step(window, place, end);
    if (next < 0 || next > end) return place;
    place = next;
  }
  return -1;
}

/** Length in four bytes, then a header of two whose first bit is 0 and whose temporal id is not. */
function nalUnit(window: CarveWindow, at: number, end: number): number {
  if (at + 6 > end) return -1;
  const length = window.u32be(at);
  const header = window.u16be(at + 4);
  return length < 2 || header >> 15 !== 0 || (header & 7) === 0 ? -1 : at + 4 + length;
}

/** A header whose first and last bits are 0, then the length, seven bits a byte. */
function openUnit(window: CarveWindow, at: number, end: number): number {
  const header = window.u8(at);
  if ((header & 0x81) !== 0) return -1;
  // Without a length it is the last one.
  if ((header & 2) === 0) return end;
  let place = at + ((header & 4) !== 0 ? 2 : 1);
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = window.u8(place++);
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return place + length;
  }
  return -1;
}
