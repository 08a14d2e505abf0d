/**
 * RTF: groups in braces from the first to the one that closes it. Escaped braces and binary data of a stated length are stepped over.
 * Spec: Rich Text Format 1.9.1, "Conventions of an RTF Reader".
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { repeatsItself } from "../repeats.ts";
import { carvedAs } from "../first-bytes.ts";
import { beginsAsText, behindLineEnds, isTextByte, TextBytes } from "./text-bytes.ts";

const open = 0x7b;
const close = 0x7d;
const backslash = 0x5c;
/** A beginning is believed with this many control words over this many bytes. */
const leastWords = 24;
const leastBytes = 256;
/** Every document names its character set or its fonts: what has neither is a header. */
const leastWhole = 3;
const leastWholeBytes = 80;

const isLetter = (byte: number): boolean => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Walks from `at`; groups that are open, words seen, and where it stands. */
class Walk {
  readonly window: CarveWindow;
  readonly bytes: TextBytes;
  at: number;
  depth = 0;
  words = 0;
  /** Behind the last of them. */
  lastWord = 0;
  /** Groups that closed inside of the first. */
  groups = 0;
  /** Behind the last group or word. */
  held: number;

  constructor(window: CarveWindow, at: number) {
    this.window = window;
    this.bytes = new TextBytes(window);
    this.at = at;
    this.held = at;
  }

  /** Steps over one byte, word or group mark; false where text ends, or where a word has binary data that reach behind the end. */
  step(): boolean {
    const byte = this.bytes.u8(this.at);
    if (byte === open) this.depth++;
    else if (byte === close) {
      if (--this.depth > 0) this.groups++;
    } else if (byte === backslash) return this.#word();
    else if (!isTextByte(byte)) return false;
    this.at++;
    if (byte === open || byte === close) this.held = this.at;
    return true;
  }

  /** A control word with its number, or a control sign. */
  #word(): boolean {
    const { window, bytes } = this;
    let at = this.at + 1;
    if (!isLetter(bytes.u8(at))) {
      if (!isTextByte(bytes.u8(at))) return false;
      // Two digits of a character in hexadecimal follow an apostrophe.
      this.at = at + (bytes.u8(at) === 0x27 ? 3 : 1);
      return true;
    }
    const isBinary = window.isText(at, "bin") && !isLetter(bytes.u8(at + 3));
    while (isLetter(bytes.u8(at)) && at - this.at < 40) at++;
    if (bytes.u8(at) === 0x2d) at++;
    let number = 0;
    for (let digits = 0; isDigit(bytes.u8(at)) && digits < 10; digits++) number = number * 10 + bytes.u8(at++) - 0x30;
    if (bytes.u8(at) === 0x20) at++;
    if (isBinary && !window.has(at, number)) return false;
    this.at = at + (isBinary ? number : 0);
    this.held = this.at;
    this.words++;
    this.lastWord = this.at;
    return true;
  }
}

/** WordPad ends its files with one zero; more of them are the rest of a sector. */
function behindNull(window: CarveWindow, at: number): number {
  return window.has(at, 2) && window.u8(at) === 0 && window.u8(at + 1) !== 0 ? at + 1 : at;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!beginsAsText(source, at, end, 24)) return null;
  const window = new CarveWindow(source, end);
  const walk = new Walk(window, at);
  let inner = 0;
  while (window.has(walk.at, 1) && walk.step()) {
    if (walk.depth === 0) {
      const to = behindNull(window, behindLineEnds(window, walk.at));
      const isDocument =
        walk.words >= leastWhole && walk.lastWord - at >= leastWholeBytes && (walk.groups > 0 || walk.words > 7);
      return !isDocument ? null : carvedAs("rtf", "complete", to - at);
    }
    // A document may hold one of its own kind; where more begin the first was cut, or it is a pattern.
    if (walk.depth > 1 && window.u8(walk.at - 1) === open && window.isText(walk.at, "\\rtf") && ++inner > 1) {
      walk.held = walk.at - 1;
      break;
    }
  }
  const isBeginning = walk.words >= leastWords && walk.held - at >= leastBytes;
  return isBeginning && !repeatsItself(window, at) ? carvedAs("rtf", "truncated", walk.held - at) : null;
}

export const rtfCarver: Carver = {
  id: "rtf",
  family: "carver",
  name: "Rich Text Format",
  spec: "Rich Text Format 1.9.1",
  level: "complete",
  kinds: [{ id: "rtf", name: "Rich text", extension: "rtf" }],
  signatures: [textSignature("{\\rtf")],
  limitBytes: 2 ** 31,
  carve,
};
