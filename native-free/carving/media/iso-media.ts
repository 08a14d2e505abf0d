/**
 * MP4, M4A, M4V, MOV, 3GP: boxes one behind the other, told apart by the brands of the first; the film's own table of where its chunks lie
 * says whether the boxes of one file were found, and its samples whether they lie there (`iso-samples.ts`). QuickTime of before 2001 has no
 * brand and begins with `wide`, `mdat` or `moov`.
 * Spec: ISO/IEC 14496-12 (8.1, 8.2, 8.7.5, 8.8), 14496-14, 3GPP TS 26.244, QuickTime File Format. Pictures with the same boxes (HEIC, AVIF,
 * CR3) are another carver's.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature, textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { boxesFill, brandsAt, findBox, outerBoxes, walkBoxes } from "../iso-bmff.ts";
import type { Box } from "../iso-bmff.ts";
import { damagedInside } from "../archives/verdict.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek, startsWith } from "../peek.ts";
import { brokenSample } from "./iso-samples.ts";

/** What a brand says; the first of a file's brands that is here decides. Null stands for another carver's. */
const brandKinds: readonly (readonly [RegExp, string | null])[] = [
  [/^(heic|heix|hevc|hevx|heim|heis|hevm|hevs|mif1|msf1|avif|avis|avci|avcs|crx |jpeg|jp2 |jpx |jpm |jxl |jxs )/, null],
  [/^qt {2}/, "quicktime"],
  [/^(M4A |M4B |M4P |F4A |F4B )/, "m4a"],
  [/^(M4V |M4VH|M4VP)/, "m4v"],
  [/^3g[prseg]/, "3gp"],
  [/^(3g2|KDDI)/, "3g2"],
  [
    /^(mp4|mmp4|mp7|isom|iso\d|isoa|avc1|dash|MSNV|F4V|F4P|ND[A-Z]|cmf|hvc1|hev1|av01|XAVC|kddi|mp21|dby1|mjp2)/i,
    "mp4",
  ],
];

function kindOf(brands: readonly string[]): string | null {
  // The first is the one that the writer made the file for.
  for (const brand of brands) {
    for (const [pattern, kind] of brandKinds) if (pattern.test(brand.replaceAll("\0", " "))) return kind;
  }
  return null;
}

/** The boxes of a file as far as they go. */
interface Film {
  readonly data: Box[];
  movie: Box | null;
  fragments: number;
  /** A box that is not whole, or a fragment whose boxes do not fill it. */
  isCut: boolean;
  end: number;
}

function walkFilm(window: CarveWindow, at: number): Film {
  const film: Film = { data: [], movie: null, fragments: 0, isCut: false, end: at };
  for (const box of outerBoxes(window, at, window.end)) {
    // Another film begins.
    if (box.type === "moov" && film.movie !== null) break;
    if (box.type === "mdat") film.data.push(box);
    film.isCut = !box.whole || box.open;
    if (box.whole && (box.type === "moov" || box.type === "moof") && !boxesFill(window, box.bodyAt, box.end)) {
      film.isCut = true;
      break;
    }
    if (box.type === "moov" && box.whole) film.movie = box;
    if (box.type === "moof") film.fragments++;
    if (!box.whole) break;
    film.end = box.open && box.type !== "mdat" ? box.at : box.end;
    // A table of fragments without a length ends with a box that says so (8.8.11).
    const closing = box.open && box.type === "mfra" ? findBox(window, box.bodyAt, box.end, "mfro") : null;
    if (closing === null) continue;
    film.end = closing.end;
    film.isCut = false;
  }
  return film;
}

const chunkTables = { stco: 4, co64: 8 } as const;
const trackLimit = 64;
const offsetsLooked = 64;

/** Whether chunks lie in the film's data: counts those that do and those that do not, of up to 64 of each track. */
function chunksOf(
  window: CarveWindow,
  at: number,
  movie: Box,
  data: readonly Box[],
): { inside: number; outside: number } {
  const found = { inside: 0, outside: 0 };
  let tracks = 0;
  for (const track of walkBoxes(window, movie.bodyAt, movie.end)) {
    if (track.type !== "trak" || tracks++ === trackLimit) continue;
    const table = chunkTable(window, track);
    if (table === null) continue;
    const width = chunkTables[table.type as keyof typeof chunkTables];
    const entries = Math.min(window.u32be(table.bodyAt + 4), Math.floor((table.end - table.bodyAt - 8) / width));
    const step = Math.max(1, Math.floor(entries / offsetsLooked));
    for (let i = 0; i < entries; i += step) {
      const place = table.bodyAt + 8 + i * width;
      const offset = at + (width === 4 ? window.u32be(place) : window.u64be(place));
      const isIn = data.some((box) => offset >= box.bodyAt && offset < Math.min(box.end, window.end));
      if (isIn) found.inside++;
      else found.outside++;
    }
  }
  return found;
}

/** `stco` or `co64` in trak/mdia/minf/stbl. */
function chunkTable(window: CarveWindow, track: Box): Box | null {
  let inner: Box | null = track;
  for (const type of ["mdia", "minf", "stbl"]) inner = inner && findBox(window, inner.bodyAt, inner.end, type);
  if (inner === null) return null;
  return findBox(window, inner.bodyAt, inner.end, "stco") ?? findBox(window, inner.bodyAt, inner.end, "co64");
}

/** Whether the boxes inside of `moov` are those of a film: `mvhd` or a compressed movie, and at least one track. */
function isMovie(window: CarveWindow, movie: Box): boolean {
  if (findBox(window, movie.bodyAt, movie.end, "cmov") !== null) return true;
  const header = findBox(window, movie.bodyAt, movie.end, "mvhd");
  if (header === null || header.end - header.bodyAt < 100 || window.u8(header.bodyAt) > 1) return false;
  return findBox(window, movie.bodyAt, movie.end, "trak") !== null;
}

const unitsLooked = 3;
const bytesLooked = 512;
const longestUnit = 1 << 22;

/** Units of H.264 with a length in front, as cameras begin their data: what tells a film whose table is lost from noise. */
function isVideo(window: CarveWindow, data: Box): boolean {
  let at = data.bodyAt;
  for (let units = 0; units < unitsLooked || at - data.bodyAt < bytesLooked; units++) {
    if (!window.has(at, 5)) return false;
    const length = window.u32be(at);
    const type = window.u8(at + 4) & 0x1f;
    if (length < 2 || length > longestUnit || window.u8(at + 4) > 0x7f || type === 0 || type > 13) return false;
    at += 4 + length;
  }
  return at <= data.end;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  const isBranded = startsWith(head, "ftyp", 4);
  if (isBranded && (head[0] !== 0 || head[1] !== 0)) return null;
  const window = new CarveWindow(source, end);
  let kind: string | null = "quicktime";
  if (isBranded) {
    const brands = brandsAt(window, at, window.end);
    kind = brands && kindOf(brands.all);
  }
  if (kind === null) return null;
  const film = walkFilm(window, at);
  if (film.movie === null) return isBranded ? withoutTable(window, at, kind, film) : null;
  if (!isMovie(window, film.movie)) return null;
  const chunks = chunksOf(window, at, film.movie, film.data);
  // Without a brand the table is the only thing that says that this is the first byte.
  if (!isBranded && (chunks.inside === 0 || chunks.outside > chunks.inside)) return null;
  if (film.isCut) return carvedAs(kind, "truncated", cutEnd(window, film) - at);
  const hasAll = chunks.outside === 0 && (film.fragments > 0 || chunks.inside > 0 || film.data.length > 0);
  const broken = hasAll ? brokenSample(window, at, film.movie) : -1;
  if (broken >= 0) return damagedInside(kind, film.end - at, broken - at);
  return carvedAs(kind, hasAll ? "complete" : "truncated", film.end - at);
}

const sectorBytes = 512;
const searchedBytes = 2 ** 30;

/** Data that reach behind the end hold to the end, or to where another film begins in a sector; a table that does holds not at all. */
function cutEnd(window: CarveWindow, film: Film): number {
  const last = film.data.at(-1);
  if (last === undefined || (last.whole && !last.open)) return film.end;
  const to = Math.min(window.end, last.bodyAt + searchedBytes);
  for (let place = Math.ceil(last.bodyAt / sectorBytes) * sectorBytes; place < to; place += sectorBytes) {
    if (window.isText(place + 4, "ftyp") && brandsAt(window, place, window.end) !== null) return place;
  }
  return window.end;
}

/** The table of a telephone's film stands behind the data, and is lost with the end of the file. */
function withoutTable(window: CarveWindow, at: number, kind: string, film: Film): Carved | null {
  const data = film.data[0];
  if (data === undefined || !isVideo(window, data)) return null;
  return carvedAs(kind, "truncated", cutEnd(window, film) - at);
}

export const isoMediaCarver: Carver = {
  id: "mp4",
  family: "carver",
  name: "MPEG-4, QuickTime and 3GPP film and sound",
  spec: "ISO/IEC 14496-12; 3GPP TS 26.244; QuickTime File Format",
  level: "complete",
  kinds: [
    { id: "mp4", name: "MPEG-4 film", extension: "mp4" },
    { id: "m4v", name: "MPEG-4 film (Apple)", extension: "m4v" },
    { id: "m4a", name: "MPEG-4 audio", extension: "m4a" },
    { id: "quicktime", name: "QuickTime film", extension: "mov" },
    { id: "3gp", name: "3GPP film", extension: "3gp" },
    { id: "3g2", name: "3GPP2 film", extension: "3g2" },
  ],
  signatures: [
    textSignature("ftyp", { offset: 4 }),
    signature("00 00 00 08 77 69 64 65"),
    signature("6d 6f 6f 76 ?? ?? ?? ?? 6d 76 68 64", 4),
    textSignature("mdat", { offset: 4 }),
  ],
  limitBytes: 2 ** 42,
  unchecked: "packets",
  carve,
};
