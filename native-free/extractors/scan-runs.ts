/** The hot loops of the string extractor: one over bytes, one over 16-bit units. */

/**
 * Scans a window that starts at the first byte not yet consumed, hands out finished runs and answers how many bytes are
 * done with; the rest is to be given again in front of the next window.
 */
export type RunScan = (bytes: Uint8Array, last: boolean) => number;

/** A run longer than this is cut into pieces, so that memory stays flat. */
const maxRunBytes = 1 << 16;

/** 1 printable ASCII or tab · 2 letter of Latin-1 that may lead UTF-8 · 3 letter that may not · 0 ends a run. */
const kindOf = new Uint8Array(256);
for (let byte = 9; byte < 256; byte++) {
  if (byte === 9 || (byte >= 32 && byte < 127)) kindOf[byte] = 1;
  else if (byte >= 0xc2 && byte < 0xf5) kindOf[byte] = 2;
  else if (byte >= 0xc0) kindOf[byte] = 3;
}

function isWordUnit(unit: number): boolean {
  return (unit >= 48 && unit < 58) || (unit >= 65 && unit < 91) || (unit >= 97 && unit < 123) || unit >= 0xc0;
}

/** 1 for what counts as a letter or digit of a word. */
const inWord = Uint8Array.from({ length: 256 }, (_, byte) => Number(isWordUnit(byte)));

/** Bit 1: the two bytes are a text unit in little-endian order, bit 2: in big-endian order; index first · 256 + second. */
const unitKind = new Uint8Array(65_536);
for (let unit = 0; unit < 65_536; unit++) {
  if (!isTextUnit(unit)) continue;
  unitKind[((unit & 0xff) << 8) | (unit >> 8)]! |= 1;
  unitKind[unit]! |= 2;
}

function isTextUnit(unit: number): boolean {
  if (unit < 0x80) return unit === 9 || (unit >= 32 && unit < 127);
  if (unit < 0x250) return unit >= 0xa0;
  // From the combining marks on: what people type on some systems is a letter and its marks.
  if (unit < 0x530) return unit >= 0x300;
  if (unit < 0x700) return (unit >= 0x5d0 && unit < 0x5f5) || (unit >= 0x60c && unit < 0x6e0);
  return (
    (unit >= 0x1e00 && unit < 0x2000) ||
    (unit >= 0x2010 && unit < 0x2060) ||
    unit === 0x20ac ||
    unit === 0x2116 ||
    isLigature(unit)
  );
}

/** Latin ligatures (ff to st), which typesetting leaves in text. */
function isLigature(unit: number): boolean {
  return unit >= 0xfb00 && unit < 0xfb07;
}

/**
 * What a byte is with the one after it (index first · 256 + second): 0 ends a run, 1 ASCII, 2 a letter of Latin-1 that leads
 * no UTF-8, 3 the possible start of a sequence, to be looked at.
 */
const steps = new Uint8Array(65_536);
for (let pair = 0; pair < 65_536; pair++) {
  const kind = kindOf[pair >> 8]!;
  steps[pair] = kind === 2 ? ((pair & 0xc0) === 0x80 ? 3 : 2) : Math.min(kind, 2);
}

export function scanNarrow(minimumChars: number, emit: (run: string) => void): RunScan {
  return (bytes, last) => {
    const end = bytes.length;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, end);
    let start = 0;
    let chars = 0;
    let ascii = 0;
    let latin = false;
    let at = 0;
    while (at < end) {
      if (latin || chars === ascii) {
        // Most bytes are dealt with here, one character each. No branch depends on a byte of noise, which nothing predicts:
        // the mask of an end of run clears what was counted.
        const limit = Math.min(end - 3, at + maxRunBytes - chars);
        let flags: number = latin ? 2 : 0;
        for (; at < limit; at++) {
          const step: number = steps[(bytes[at]! << 8) | bytes[at + 1]!]!;
          if (step === 3 || (chars >= minimumChars && step === 0)) break;
          const mask = -((step + 1) >> 1);
          chars = (chars + 1) & mask;
          ascii = (ascii + (step & 1)) & mask;
          flags = (flags | step) & mask;
        }
        start = at - chars;
        latin = (flags & 2) !== 0;
      }
      if (at >= end) break;
      const kind = at - start < maxRunBytes ? kindOf[bytes[at]!]! : 0;
      // The rest of a sequence may lie in the next window.
      if (kind > 1 && !last && end - at < 4) return start;
      const length = kind === 2 ? sequenceAt(bytes, at) : 0;
      // A run is of one encoding: it ends where the other begins.
      if (kind === 1 || (kind > 1 && (length > 0 ? !latin : latin || ascii === chars))) {
        latin ||= kind > 1 && length === 0;
        ascii += kind === 1 ? 1 : 0;
        at += length || 1;
        chars++;
        continue;
      }
      if (chars >= minimumChars) emitNarrow(view, start, at, chars, ascii, latin, emit);
      chars = ascii = 0;
      latin = false;
      if (kindOf[bytes[at]!]! === 0) at++;
      start = at;
    }
    if (!last) return start;
    if (chars >= minimumChars) emitNarrow(view, start, end, chars, ascii, latin, emit);
    return end;
  };
}

/** Length of the UTF-8 sequence of 2 to 4 bytes at a place (RFC 3629 section 4), 0 where there is none. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const second = bytes[at + 1] ?? 0;
  if ((second & 0xc0) !== 0x80) return 0;
  if (lead < 0xe0) return lead === 0xc2 && second < 0xa0 ? 0 : 2;
  if (((bytes[at + 2] ?? 0) & 0xc0) !== 0x80) return 0;
  if (lead < 0xf0) return (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) ? 0 : 3;
  if (((bytes[at + 3] ?? 0) & 0xc0) !== 0x80) return 0;
  return (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f) ? 0 : 4;
}

/** Tests on the bytes first: nearly every run of noise fails them, and a string costs more than they do. */
function emitNarrow(
  bytes: Buffer,
  start: number,
  end: number,
  chars: number,
  ascii: number,
  latin: boolean,
  emit: (run: string) => void,
): void {
  // Noise is mostly not ASCII; Latin-1 text mostly is.
  const mostlyAscii = ascii * 4 >= chars * 3;
  if (latin && !mostlyAscii) return;
  if (latin || ascii === chars) {
    if (bytesHaveWord(bytes, start, end)) emit(bytes.toString("latin1", start, end));
    return;
  }
  const text = bytes.toString("utf8", start, end);
  if (mostlyAscii ? hasWord(text) : mostlyOneScript(text)) emit(text);
}

/** `hasWord` of bytes that are Latin-1. */
function bytesHaveWord(bytes: Uint8Array, start: number, end: number): boolean {
  let before = 0;
  for (let at = start; at < end; at++) {
    const letter = inWord[bytes[at]!]!;
    if ((letter & before) !== 0) return true;
    before = letter;
  }
  return false;
}

/** Two letters or digits in a row. */
function hasWord(text: string): boolean {
  let before = false;
  for (let at = 0; at < text.length; at++) {
    const letter = isWordUnit(text.charCodeAt(at));
    if (letter && before) return true;
    before = letter;
  }
  return false;
}

/** Every 16-bit unit from the start of the window, in both orders; the caller shifts by one for the other parity. */
export function scanWide(minimumChars: number, emit: (run: string) => void): RunScan {
  const minimumBytes = 2 * minimumChars;
  const ahead = Math.max(0, minimumBytes - 2);
  // Where the runs of each order are settled up to: bytes kept for the one are not told again by the other.
  let littleDone = 0;
  let bigDone = 0;
  return (bytes, last) => {
    const end = bytes.length & ~1;
    const tell = (start: number, to: number, big: boolean): void => {
      if (start < 0 || to - start < minimumBytes || readsBetterShifted(bytes, start, to, big, minimumBytes)) return;
      emitWide(bytes, start, to, big, emit);
    };
    let little = -1;
    let big = -1;
    for (let at = 0; at < end; at += 2) {
      if (little < 0 && big < 0) {
        // A run that is long enough covers every unit so far ahead: where that one is no text, none of these begins one.
        while (at + ahead + 1 < end && unitKind[(bytes[at + ahead]! << 8) | bytes[at + ahead + 1]!] === 0)
          at += ahead + 2;
        if (at >= end) break;
      }
      const kind = unitKind[(bytes[at]! << 8) | bytes[at + 1]!]!;
      if (kind === 0 && little < 0 && big < 0) continue;
      if ((kind & 1) === 0 || (little >= 0 && at - little >= maxRunBytes)) {
        tell(little, at, false);
        if (little >= 0) littleDone = at;
        little = -1;
      }
      if ((kind & 1) !== 0 && little < 0 && at >= littleDone) little = at;
      if ((kind & 2) === 0 || (big >= 0 && at - big >= maxRunBytes)) {
        tell(big, at, true);
        if (big >= 0) bigDone = at;
        big = -1;
      }
      if ((kind & 2) !== 0 && big < 0 && at >= bigDone) big = at;
    }
    if (last) {
      tell(little, end, false);
      tell(big, end, true);
      return bytes.length;
    }
    // One unit more than is open stays in front, for the look at its neighbour.
    const open = Math.max(0, Math.min(little < 0 ? end : little, big < 0 ? end : big) - 2);
    littleDone = Math.max(0, littleDone - open);
    bigDone = Math.max(0, bigDone - open);
    return open;
  };
}

function emitWide(bytes: Uint8Array, start: number, end: number, big: boolean, emit: (run: string) => void): void {
  const run = Buffer.from(bytes.subarray(start, end));
  const text = (big ? run.swap16() : run).toString("utf16le");
  if (hasWord(text) && mostlyOneScript(text)) emit(text);
}

/**
 * Text of one script in one byte order is text in the other too, one byte along. What stands behind a mark of its byte order is told. Of
 * others the reading whose words are less odd, else the one that covers more characters, else both.
 */
function readsBetterShifted(
  bytes: Uint8Array,
  start: number,
  end: number,
  big: boolean,
  minimumBytes: number,
): boolean {
  if (start > 1 && bytes[start - 2] === (big ? 0xfe : 0xff) && bytes[start - 1] === (big ? 0xff : 0xfe)) return false;
  const other = big ? 1 : 2;
  for (let at = start + 1; at + 1 < end; at += 2) if (!isUnit(bytes, at, other)) return false;
  // The second half of the other order's mark, taken for a letter; the other way round it is none.
  if (!big && start > 0 && bytes[start - 1] === 0xfe && bytes[start] === 0xff) return true;
  const from = start > 0 && isUnit(bytes, start - 1, other) ? start - 1 : start + 1;
  const to = isUnit(bytes, end - 1, other) ? end + 1 : end - 1;
  if (to - from < minimumBytes) return false;
  const odder = oddPlaces(bytes, start, end, big) - oddPlaces(bytes, from, to, !big);
  const longer = end - start - (to - from);
  // At the end of the data the other reading lacks the last character, and with it what may be odd about it.
  if (odder > 0 && longer > 0 && end >= bytes.length) return false;
  if (odder !== 0) return odder > 0;
  return longer === 0 ? big && isLatinOne(bytes, start, end) : longer < 0;
}

/** Latin-1 in big-endian order is the same text in little-endian order, one byte along. */
function isLatinOne(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 2) if (bytes[at] !== 0) return false;
  return true;
}

/**
 * Places where a word goes on in another script, with a capital behind a small letter or with a sign: read at the wrong byte, words begin
 * and end so.
 */
function oddPlaces(bytes: Uint8Array, start: number, end: number, big: boolean): number {
  let odd = 0;
  let before = 0;
  for (let at = start; at + 1 < end; at += 2) {
    const unit = big ? (bytes[at]! << 8) | bytes[at + 1]! : (bytes[at + 1]! << 8) | bytes[at]!;
    const isMark = unit >= 0x300 && unit < 0x370;
    if (isMark && before === 0) odd++;
    if (isMark) continue;
    const letter = letterKind(unit);
    if (letter !== 0 && before !== 0 && (letter >> 1 !== before >> 1 || letter < before)) odd++;
    before = letter;
  }
  return odd;
}

/** 0 for what is no letter or digit, else the script times two, and one more for small letters and digits. */
function letterKind(unit: number): number {
  if (unit < 0x80) return isWordUnit(unit) ? 2 + Number(unit < 58 || unit >= 97) : 0;
  // Signs that stand in no word; quotation marks, ordinals and the middle dot do.
  if (unit < 0xc0) return unit < 0xa1 || bordersWords.has(unit) ? 0 : 13;
  if (unit < 0x370) return 2 + Number(isSmall(unit));
  if (unit < 0x530) return (unit < 0x400 ? 4 : 6) + Number(isSmall(unit));
  if (unit < 0x700) return unit < 0x600 ? 9 : 11;
  return unit < 0x1f00 || isLigature(unit) ? 2 + Number(isSmall(unit)) : unit < 0x2000 ? 4 + Number(isSmall(unit)) : 0;
}

const bordersWords = new Set([0xaa, 0xab, 0xad, 0xb7, 0xba, 0xbb]);

function isSmall(unit: number): boolean {
  const letter = String.fromCharCode(unit);
  return letter === letter.toLowerCase();
}

function isUnit(bytes: Uint8Array, at: number, order: number): boolean {
  return at + 1 < bytes.length && (unitKind[(bytes[at]! << 8) | bytes[at + 1]!]! & order) !== 0;
}

/** Noise jumps between blocks of characters; text stays in Latin and one more. */
function mostlyOneScript(text: string): boolean {
  let latin = 0;
  const blocks = new Map<number, number>();
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x250) latin++;
    else {
      // Ideographs and Hangul spread over many blocks of 256; they count as one.
      const block = unit >= 0x2e80 && unit < 0xd7b0 ? 0x2e : unit >> 9;
      blocks.set(block, (blocks.get(block) ?? 0) + 1);
    }
  }
  return (latin + Math.max(0, ...blocks.values())) * 10 >= text.length * 9;
}
