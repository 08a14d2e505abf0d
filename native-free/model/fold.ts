/**
 * The one fold: what text and query both go through before they are compared. Same word, same folded form, whatever its
 * writing.
 *
 * - NFKC (UAX 15), then full case folding (σ for every sigma, ss for ß).
 * - Marks are removed from Latin and Greek letters; combining diacritical marks that no letter absorbed are removed
 *   everywhere (stress marks, ornaments). Marks that make another letter stay: Cyrillic й ї ў, Indic and Thai vowels.
 *   Hebrew points, Arabic vowel signs and tatweel are removed, since texts are written with and without them.
 * - Letters that Unicode does not take apart follow `letters` (ł → l, æ → ae, ё → е …).
 * - Decimal digits of every script become 0–9. Apostrophes are one. Invisible characters are dropped, except U+200B,
 *   which separates words.
 * - Punctuation and symbols outside ASCII become spaces.
 * - Symbols and footnote digits that NFKC makes letters of (™, ¹, ½) stand apart from the word they follow.
 * - Scripts written without spaces (`splitScripts`) get one between any two characters, so that a word of them is a
 *   phrase of characters.
 *
 * Tokens of folded text are runs of letters, numbers, marks and private-use characters; everything else separates.
 */
import { classOf, foldCluster, isContinuation, isIgnorable } from "./fold-cluster.ts";

/** Stored in every work file. Raised whenever the fold or the token characters change. */
export const tokenizerVersion = "fold-1";

/** Longest stretch of base and marks that is normalised as one: marks without end must not cost time without end. */
const maxClusterUnits = 32;

// How a UTF-16 unit is treated: 1 to 3 give one unit of class 0 to 2 (see `classOf`).
const separator = 1;
const split = 3;
const several = 4;
const nothing = 5;
const continuation = 6;
const surrogate = 7;

const kinds = new Uint8Array(0x10000);
/** What a unit of those that give one unit is folded to, with its kind above it: one look where two would be. */
const singles = new Uint32Array(0x10000);
const leastSingle = separator << 16;
const multiples = new Map<number, string>();
const remembered = new Map<string, string>();
const maxRemembered = 20_000;
/** Memory for longer texts than this is let go after them. */
const maxScratchUnits = 1 << 22;
/** UTF-16 units that are folded between two looks at the room left. */
const stretch = 8192;

/** Fills the 256 entries of the table that hold `unit`. */
function fillPage(unit: number): void {
  const first = unit & 0xff00;
  for (let code = first; code < first + 0x100; code += 1) fillUnit(code);
}

function fillUnit(code: number): void {
  const character = String.fromCharCode(code);
  if (code >= 0xd800 && code <= 0xdfff) kinds[code] = surrogate;
  else if (isIgnorable(character)) kinds[code] = nothing;
  else if (isContinuation(character)) kinds[code] = continuation;
  else {
    const folded = foldCluster(character);
    if (folded.length === 0) kinds[code] = nothing;
    else if (folded.length === 1) {
      kinds[code] = separator + classOf(folded);
      singles[code] = ((kinds[code] as number) << 16) | folded.charCodeAt(0);
    } else {
      kinds[code] = several;
      multiples.set(code, folded);
    }
  }
}

/** Folded text under construction, with the original offset of each unit where that is asked for. */
class Folding {
  units: Uint16Array;
  /** Empty where no map is wanted. */
  offsets: Uint32Array;
  length = 0;
  /** Class of the last base written: 0 separator, 1 token, 2 split. */
  before = 0;
  /** All units written, or-ed: tells Latin-1 from the rest. */
  all = 0;

  /** `units` is memory to begin with, if there is some. */
  constructor(capacity: number, mapped: boolean, units: Uint16Array | null = null) {
    this.units = units ?? new Uint16Array(capacity);
    this.offsets = new Uint32Array(mapped ? capacity : 0);
  }

  /** Makes room for `more` units. */
  reserve(more: number): void {
    if (this.length + more <= this.units.length) return;
    const capacity = this.units.length * 2 + more;
    const units = new Uint16Array(capacity);
    units.set(this.units);
    this.units = units;
    if (this.offsets.length === 0) return;
    const offsets = new Uint32Array(capacity);
    offsets.set(this.offsets);
    this.offsets = offsets;
  }

  /** Callers have reserved room. */
  put(unit: number, from: number): void {
    this.units[this.length] = unit;
    this.all |= unit;
    if (this.offsets.length > 0) this.offsets[this.length] = from;
    this.length += 1;
  }

  /** A result of `foldCluster`, all of it from one place; neighbours of which one is split get a space between them. */
  putCluster(folded: string, from: number): void {
    this.reserve(folded.length * 2 + 2);
    for (let at = 0; at < folded.length; at += 1) {
      const unit = folded.charCodeAt(at);
      const kind = kindOf(unit);
      if (kind === continuation) {
        if (this.before === 0) this.before = 1;
        this.put(unit, from);
      } else if (kind === surrogate) {
        this.#putSupplementary(folded.slice(at, at + 2), from);
        at += 1;
      } else this.#putBase(unit, kind - separator, from);
    }
  }

  #putBase(unit: number, kind: number, from: number): void {
    if (kind * this.before > 1) this.put(0x20, from);
    this.put(unit, from);
    this.before = kind;
  }

  #putSupplementary(character: string, from: number): void {
    if (isContinuation(character)) {
      if (this.before === 0) this.before = 1;
      this.put(character.charCodeAt(0), from);
    } else this.#putBase(character.charCodeAt(0), classOf(character), from);
    this.put(character.charCodeAt(1), from);
  }

  text(): string {
    const { units, length } = this;
    if (this.all < 0x100) return Buffer.from(units.subarray(0, length)).toString("latin1");
    return Buffer.from(units.buffer, 0, length * 2).toString("utf16le");
  }
}

function kindOf(unit: number): number {
  const kind = kinds[unit] as number;
  if (kind !== 0) return kind;
  fillPage(unit);
  return kinds[unit] as number;
}

/** Where the last base began, and what had been written before it: a mark that follows takes it back. */
interface LastBase {
  at: number;
  length: number;
  before: number;
}

/** Memory for the units of one text after the other. */
let codeBytes: Buffer = Buffer.alloc(4 * stretch);

/** The units of a text as numbers, valid until the next call: looking them up in a string, one by one, takes longer. */
function codesOf(text: string): Uint16Array {
  let bytes = codeBytes;
  if (bytes.length < text.length * 2) {
    bytes = Buffer.alloc(text.length * 2);
    if (text.length <= maxScratchUnits) codeBytes = bytes;
  }
  bytes.write(text, 0, "utf16le");
  return new Uint16Array(bytes.buffer, bytes.byteOffset, text.length);
}

function run(text: string, into: Folding): void {
  const base: LastBase = { at: 0, length: 0, before: 0 };
  const codes = codesOf(text);
  for (let at = 0; at < text.length;) {
    at = runSimple(codes, at, into, base);
    if (at < text.length) at = runOther(text, at, into, base);
  }
}

/** Folds the units that give one unit each, which is nearly all of any text. Returns where another kind begins. */
function runSimple(codes: Uint16Array, from: number, into: Folding, base: LastBase): number {
  const stop = Math.min(codes.length, from + stretch);
  into.reserve(2 * (stop - from));
  const { units, offsets } = into;
  const mapped = offsets.length > 0;
  let { length, before, all } = into;
  let lastLength = -1;
  let lastBefore = 0;
  let at = from;
  for (; at < stop; at += 1) {
    const single = singles[codes[at]!]!;
    // Also leaves for a unit whose page is not filled yet.
    if (single < leastSingle) break;
    const kind = (single >>> 16) - separator;
    lastLength = length;
    lastBefore = before;
    if (kind * before > 1) {
      if (mapped) offsets[length] = at;
      units[length++] = 0x20;
    }
    before = kind;
    all |= single;
    if (mapped) offsets[length] = at;
    units[length++] = single;
  }
  into.length = length;
  into.before = before;
  into.all |= all & 0xffff;
  if (lastLength >= 0) {
    base.at = at - 1;
    base.length = lastLength;
    base.before = lastBefore;
  }
  return at;
}

/** Folds one character that is not simple, a mark together with its base. Returns where it ends. */
function runOther(text: string, at: number, into: Folding, base: LastBase): number {
  const code = text.charCodeAt(at);
  const kind = kindOf(code);
  if (kind <= split) return at;
  if (kind === nothing) return at + 1;
  const character = kind === surrogate ? String.fromCodePoint(text.codePointAt(at) as number) : text.charAt(at);
  if (kind === continuation || (kind === surrogate && isContinuation(character))) {
    into.length = base.length;
    into.before = base.before;
    const end = clusterEnd(text, at, base.at);
    into.putCluster(foldRemembered(text.slice(base.at, end)), base.at);
    base.at = end;
    base.length = into.length;
    base.before = into.before;
    return end;
  }
  base.at = at;
  base.length = into.length;
  base.before = into.before;
  into.putCluster(multiples.get(code) ?? (isIgnorable(character) ? "" : foldRemembered(character)), at);
  return at + character.length;
}

function clusterEnd(text: string, from: number, baseAt: number): number {
  let at = from;
  while (at < text.length && (at === from || at - baseAt < maxClusterUnits)) {
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    if (!isContinuation(character) && !isIgnorable(character)) break;
    at += character.length;
  }
  return at;
}

/** `foldCluster` with a memory: the same few clusters make up most texts. */
function foldRemembered(cluster: string): string {
  const known = remembered.get(cluster);
  if (known !== undefined) return known;
  const folded = foldCluster(cluster);
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(cluster, folded);
  return folded;
}

// eslint-disable-next-line no-control-regex
const plain = /^[\u0001-\u007f]*$/;

/** Memory that one fold after the other writes into; larger ones are let go. */
let scratch: Uint16Array = new Uint16Array(4 * stretch);

/** The folded form. `fold(fold(x)) === fold(x)`. */
export function fold(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  const into = new Folding(0, false, scratch);
  run(text, into);
  if (into.units.length <= maxScratchUnits) scratch = into.units;
  return into.text();
}

export interface FoldedText {
  readonly folded: string;
  /**
   * For each UTF-16 unit of `folded` the offset (UTF-16) of what it was made of, and at the end the length of the
   * original. Never decreases.
   */
  readonly offsets: Uint32Array;
}

/** `fold` with the way back. */
export function foldWithMap(text: string): FoldedText {
  const into = new Folding(text.length + 64, true);
  run(text, into);
  into.reserve(1);
  into.offsets[into.length] = text.length;
  return { folded: into.text(), offsets: into.offsets.slice(0, into.length + 1) };
}

/** Offsets in the original of the folded stretch from `start` to `end` (not empty). */
export function originalRange(map: FoldedText, start: number, end: number): { start: number; end: number } {
  const { offsets } = map;
  const last = offsets[end - 1] as number;
  let after = end;
  // Several units may stem from one character; the stretch ends where the next character begins.
  while (after < offsets.length - 1 && offsets[after] === last) after += 1;
  return { start: offsets[start] as number, end: offsets[after] as number };
}

const tokenPattern = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** The tokens of folded text with their offsets in it. */
export function* tokens(folded: string): Generator<{ token: string; start: number }> {
  for (const match of folded.matchAll(tokenPattern)) yield { token: match[0], start: match.index };
}

/** The tokens of any text. */
export function tokensOf(text: string): string[] {
  return fold(text).match(tokenPattern) ?? [];
}
