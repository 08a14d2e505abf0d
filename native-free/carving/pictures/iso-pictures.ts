/**
 * Pictures in ISO base media files: HEIC, HEIF, AVIF, Canon CR3. The boxes say where each item or sample is; items coded with HEVC or AV1
 * are walked unit by unit, so that data that are not theirs are told.
 *
 * Spec: ISO/IEC 14496-12 sections 4.3, 8.7, 8.11; ISO/IEC 23008-12; AV1 Image File Format 1.1; CR3 as its boxes show it.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { boxesFill, brandsAt, findBox, outerBoxes, walkBoxes } from "../iso-bmff.ts";
import type { Box } from "../iso-bmff.ts";
import { itemsOf, unitsBreakAt } from "./iso-items.ts";

const head = new FirstBytes(16);
const brandOffset = 4;
const chunkLimit = 1 << 20;

const heicBrands: ReadonlySet<string> = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]);
const generalBrands: ReadonlySet<string> = new Set(["mif1", "mif2", "msf1", "miaf", "1pic"]);
const avifBrands: ReadonlySet<string> = new Set(["avif", "avis"]);
const firstBrands = [
  "heic",
  "heix",
  "heim",
  "heis",
  "hevc",
  "hevx",
  "mif1",
  "mif2",
  "msf1",
  "miaf",
  "avif",
  "avis",
  "crx ",
];

export const isoPictureCarver: Carver = {
  id: "iso-pictures",
  family: "carver",
  name: "HEIC, AVIF and CR3 pictures",
  spec: "ISO/IEC 23008-12, AVIF 1.1",
  level: "partial",
  kinds: [
    { id: "heic", name: "HEIC picture", extension: "heic" },
    { id: "heif", name: "HEIF picture", extension: "heif" },
    { id: "avif", name: "AVIF picture", extension: "avif" },
    { id: "cr3", name: "Canon raw 3", extension: "cr3" },
  ],
  signatures: firstBrands.map((brand) => textSignature(`ftyp${brand}`, { offset: brandOffset })),
  limitBytes: 2 ** 32,

  carve(source: ByteSource, at: number, end: number): Carved | null {
    if (!head.read(source, at, end) || head.u32be(0) < 16 || head.u32be(0) > 1024) return null;
    const window = new CarveWindow(source, end);
    const brands = brandsAt(window, at, end);
    const kind = brands === null ? null : kindOf(brands.all);
    if (kind === null) return null;
    const walk = walkFile(window, at, end);
    if (walk.index === null) return null;
    const check = walk.index.type === "meta" ? checkItems(window, at, walk) : checkMovie(window, at, walk);
    if (check < 0) return null;
    const holds = Math.min(check, walk.end, window.end);
    if (holds <= walk.index.end) return null;
    return carvedAs(kind, walk.whole && check >= walk.end ? "complete" : "truncated", holds - at);
  },
};

function kindOf(brands: readonly string[]): string | null {
  const major = brands[0] as string;
  if (major === "crx ") return "cr3";
  if (avifBrands.has(major)) return "avif";
  if (heicBrands.has(major)) return "heic";
  if (!generalBrands.has(major)) return null;
  if (brands.some((one) => heicBrands.has(one))) return "heic";
  return brands.some((one) => avifBrands.has(one)) ? "avif" : "heif";
}

interface FileWalk {
  /** `meta` of items, else `moov`. */
  readonly index: Box | null;
  readonly data: readonly Box[];
  readonly end: number;
  /** All boxes end inside of the stretch. */
  readonly whole: boolean;
}

function walkFile(window: CarveWindow, at: number, end: number): FileWalk {
  let index: Box | null = null;
  const data: Box[] = [];
  let last = at;
  let whole = true;
  for (const box of outerBoxes(window, at, end)) {
    if ((box.type === "meta" || (box.type === "moov" && index === null)) && box.whole && !box.open) index = box;
    if (box.type === "mdat" && data.length < 1024) data.push(box);
    whole = box.whole && !box.open;
    last = box.end;
  }
  return { index, data, end: last, whole: whole && data.length > 0 };
}

/** How far the data of the items hold: the end of the file where all do; -1 where the index cannot be. */
function checkItems(window: CarveWindow, at: number, walk: FileWalk): number {
  const { index, end } = walk;
  if (index === null || !boxesFill(window, index.bodyAt + 4, index.end)) return -1;
  const items = itemsOf(window, index);
  if (items === null) return -1;
  let holds = end;
  for (const item of items) {
    for (const extent of item.extents) {
      const from = at + extent.offset;
      if (walk.whole && from + extent.length > end) return -1;
      if (!walk.data.some((box) => from >= box.bodyAt && from + extent.length <= box.end)) continue;
      if (item.extents.length > 1 || from + extent.length > window.end) continue;
      const broken = unitsBreakAt(window, item.type, from, extent.length);
      if (broken >= 0) holds = Math.min(holds, broken);
    }
  }
  return holds;
}

/** The same for the tracks of a film: every chunk begins inside of the file. */
function checkMovie(window: CarveWindow, at: number, walk: FileWalk): number {
  const { index, end } = walk;
  if (index === null || !boxesFill(window, index.bodyAt, index.end)) return -1;
  let tracks = 0;
  for (const track of walkBoxes(window, index.bodyAt, index.end)) {
    if (track.type !== "trak") continue;
    const table = descend(window, track, ["mdia", "minf", "stbl"]);
    if (table === null || !chunksInside(window, table, at, walk.whole ? end : Number.MAX_SAFE_INTEGER)) return -1;
    tracks++;
  }
  return tracks > 0 ? end : -1;
}

function descend(window: CarveWindow, from: Box, path: readonly string[]): Box | null {
  let box: Box | null = from;
  for (const type of path) box = box === null ? null : findBox(window, box.bodyAt, box.end, type);
  return box;
}

function chunksInside(window: CarveWindow, table: Box, at: number, end: number): boolean {
  const short = findBox(window, table.bodyAt, table.end, "stco");
  const box = short ?? findBox(window, table.bodyAt, table.end, "co64");
  if (box === null) return false;
  const each = short === null ? 8 : 4;
  const count = window.u32be(box.bodyAt + 4);
  if (count > chunkLimit || box.bodyAt + 8 + count * each > box.end) return false;
  for (let i = 0; i < count; i++) {
    const place = box.bodyAt + 8 + i * each;
    if (at + (each === 8 ? window.u64be(place) : window.u32be(place)) >= end) return false;
  }
  return true;
}
