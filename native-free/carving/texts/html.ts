/**
 * HTML pages: from the document type or the root to the tag that closes it. Pages are seldom formed as they must be, so tags are counted,
 * not matched. Spec: WHATWG HTML section 13.1. Pages in UTF-16 are not supported.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { beginsAsText, behindLineEnds, isTextByte, TextBytes } from "./text-bytes.ts";

/** A page without its end is believed with this many tags over this many bytes. */
const leastTags = 16;
const leastBytes = 512;
/** The tags of the body may be left out; then there are others. */
const leastWithoutBody = 8;

/** Names of tags that are looked for, as lower case bytes behind `<`. */
const isNamed = (window: TextBytes, at: number, name: string): boolean => {
  for (let i = 0; i < name.length; i++) {
    const byte = window.u8(at + i);
    const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    if (lower !== name.charCodeAt(i)) return false;
  }
  return true;
};

/** What a page has shown on the way to its end. */
interface Page {
  hasHead: boolean;
  hasBody: boolean;
  /** Tags that opened and that closed. */
  opened: number;
  closed: number;
  /** Roots that opened; a second is that of another page. */
  roots: number;
  types: number;
  /** Behind the last tag. */
  held: number;
}

/** Looks at the tag at `at`, a `<`; true where it closes the page. */
function lookAt(window: TextBytes, at: number, page: Page): boolean {
  const next = window.u8(at + 1) | 0x20;
  if (next === 0x2f) {
    page.closed++;
    return isNamed(window, at + 2, "html");
  }
  if (next === 0x21 && isNamed(window, at + 2, "doctype")) page.types++;
  if (next < 0x61 || next > 0x7a) return false;
  page.opened++;
  if (next === 0x68) {
    if (isNamed(window, at + 1, "html")) page.roots++;
    else if (isNamed(window, at + 1, "head")) page.hasHead = true;
  } else if (isNamed(window, at + 1, "body") || isNamed(window, at + 1, "frameset")) page.hasBody = true;
  return false;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!beginsAsText(source, at, end, 24)) return null;
  const window = new CarveWindow(source, end);
  const page: Page = { hasHead: false, hasBody: false, opened: 0, closed: 0, roots: 0, types: 0, held: at };
  const bytes = new TextBytes(window);
  for (let place = at; place < window.end; place++) {
    const byte = bytes.u8(place);
    if (byte === 0x3e) page.held = place + 1;
    if (byte === 0x3c) {
      if (lookAt(bytes, place, page)) return atEnd(window, at, place, page);
      if (page.roots > 1 || page.types > 1) break;
    } else if (!isTextByte(byte)) break;
  }
  const isBeginning = page.hasBody && page.closed >= leastTags / 2 && page.opened >= leastTags;
  return isBeginning && page.held - at >= leastBytes ? carvedAs("html", "truncated", page.held - at) : null;
}

/** The page closes at `place`. A root without a body and with few tags is a word in a text about pages. */
function atEnd(window: CarveWindow, at: number, place: number, page: Page): Carved | null {
  let to = place + "</html".length;
  while (window.u8(to) === 0x20 || window.u8(to) === 10 || window.u8(to) === 13) to++;
  if (window.u8(to) !== 0x3e || page.roots > 1) return null;
  const isPage = page.closed > 1 && (page.hasBody || (page.hasHead && page.opened >= leastWithoutBody));
  return isPage ? carvedAs("html", "complete", behindLineEnds(window, to + 1) - at) : null;
}

export const htmlCarver: Carver = {
  id: "html",
  family: "carver",
  name: "HTML page",
  spec: "WHATWG HTML section 13.1",
  level: "partial",
  kinds: [{ id: "html", name: "HTML page", extension: "html" }],
  signatures: ["<!doctype html", "<html>", "<html "].map((text) => textSignature(text, { fold: true })),
  limitBytes: 2 ** 28,
  carve,
};
