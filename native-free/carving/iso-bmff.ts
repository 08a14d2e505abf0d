/**
 * Boxes of the ISO base media file format and of QuickTime, which has the same ones: length, type, body. What MP4, MOV, 3GP, HEIC, AVIF,
 * CR3, JPEG 2000 and JPEG XL are made of. Spec: ISO/IEC 14496-12 section 4.2, QuickTime File Format "Atoms", ISO/IEC 15444-1 annex I.4.
 */
import type { CarveWindow } from "./carve-window.ts";

/** One box; offsets are those of the window. */
export interface Box {
  /** Four characters, one per byte. */
  readonly type: string;
  readonly at: number;
  /** First byte behind length and type (and behind the long length, where there is one). */
  readonly bodyAt: number;
  /** Exclusive; as its length says, which may be behind the end of the stretch: see `whole`. */
  readonly end: number;
  /** Whether it ends inside of the stretch. */
  readonly whole: boolean;
  /** Its length is given as 0: it reaches as far as the file does, and `end` is the end of the stretch. */
  readonly open: boolean;
}

const headerBytes = 8;
const longHeaderBytes = 16;
/** More boxes in a row than any real file has: a fragmented film of a day has two per second. */
const boxLimit = 200_000;

/** Letters, digits, space and the signs of ASCII; QuickTime begins names of texts with 0xa9. */
const isTypeByte = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || byte === 0xa9;

/** The box at `at` of a stretch that ends at `end`; null where no box can be: no type, or a length below that of its header. */
function boxAt(window: CarveWindow, at: number, end: number): Box | null {
  const to = Math.min(end, window.end);
  if (at < 0 || at + headerBytes > to) return null;
  for (let i = 4; i < headerBytes; i++) if (!isTypeByte(window.u8(at + i))) return null;
  const type = fourCharacters(window, at + 4);
  const short = window.u32be(at);
  if (short === 0) return { type, at, bodyAt: at + headerBytes, end: to, whole: true, open: true };
  if (short !== 1) {
    if (short < headerBytes) return null;
    return { type, at, bodyAt: at + headerBytes, end: at + short, whole: at + short <= to, open: false };
  }
  if (at + longHeaderBytes > to) return null;
  const long = window.u64be(at + headerBytes);
  if (long < longHeaderBytes || !Number.isSafeInteger(at + long)) return null;
  return { type, at, bodyAt: at + longHeaderBytes, end: at + long, whole: at + long <= to, open: false };
}

/**
 * The boxes of a stretch, one behind the other, from `at` on. Ends where no box can be, behind one that is not whole or is open, and at
 * `end`: whoever asks compares the end of the last one. Steps over bodies without reading them.
 */
export function* walkBoxes(window: CarveWindow, at: number, end: number): Generator<Box, void> {
  let from = at;
  for (let i = 0; i < boxLimit; i++) {
    const box = boxAt(window, from, end);
    if (box === null) return;
    yield box;
    if (!box.whole || box.open) return;
    from = box.end;
  }
}

/** The first box of the type among those between `at` and `end`; null where none is whole. */
export function findBox(window: CarveWindow, at: number, end: number, type: string): Box | null {
  for (const box of walkBoxes(window, at, end)) if (box.type === type) return box.whole ? box : null;
  return null;
}

/** Whether the boxes of a stretch fill it to its last byte: what tells a real container from a length by chance. */
export function boxesFill(window: CarveWindow, at: number, end: number): boolean {
  let last = at;
  for (const box of walkBoxes(window, at, end)) {
    if (!box.whole) return false;
    last = box.end;
  }
  // QuickTime may end a list of atoms with a 32-bit zero.
  return last === end || (last + 4 === end && window.u32be(last) === 0);
}

/** Four bytes as text, one character per byte. */
export function fourCharacters(window: CarveWindow, at: number): string {
  return String.fromCharCode(window.u8(at), window.u8(at + 1), window.u8(at + 2), window.u8(at + 3));
}

/** What `ftyp` says (ISO/IEC 14496-12 section 4.3): the major brand first, then the compatible ones. */
interface Brands {
  readonly box: Box;
  readonly all: readonly string[];
}

/** 2 KiB of brands are more than any writer lists. */
const brandLimit = 512;

/** The `ftyp` box at `at`; null where there is none, or one that cannot be. */
export function brandsAt(window: CarveWindow, at: number, end: number): Brands | null {
  const box = boxAt(window, at, end);
  if (box === null || box.type !== "ftyp" || !box.whole || box.open) return null;
  const length = box.end - box.bodyAt;
  if (length < headerBytes || length % 4 !== 0 || length > brandLimit * 4) return null;
  const all = [fourCharacters(window, box.bodyAt)];
  for (let i = box.bodyAt + 8; i < box.end; i += 4) all.push(fourCharacters(window, i));
  return { box, all };
}

/**
 * Types that stand outside of all others (ISO/IEC 14496-12 table 1, 23008-12, QuickTime, and those of cameras and telephones): where
 * another comes, the file has ended.
 */
const outerTypes: ReadonlySet<string> = new Set(
  (
    "ftyp styp pdin moov moof mfra mdat free skip wide pnot udta meta meco sidx ssix prft uuid emsg imda idat " +
    "PICT junk mpvd beam gshh inst skmp AFRA abst prfl SDLN thum TIMG dinf PNOT bloc sefd"
  ).split(" "),
);

/** The outer boxes of a file from `at` on, as far as their types are known ones. The end of the last one is that of the file. */
export function* outerBoxes(window: CarveWindow, at: number, end: number): Generator<Box, void> {
  let first = true;
  for (const box of walkBoxes(window, at, end)) {
    if (!outerTypes.has(box.type)) return;
    // A second `ftyp` begins another file.
    if (box.type === "ftyp" && !first) return;
    first = false;
    yield box;
  }
}
