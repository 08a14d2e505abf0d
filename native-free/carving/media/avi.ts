/**
 * AVI: RIFF lists, the header walked whole, the film by its chunks, one behind the other, the index behind it; OpenDML appends further
 * RIFFs of the type `AVIX`. Spec: AVI RIFF File Reference (Microsoft), OpenDML AVI File Format Extensions 1.02.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek, startsWith } from "../peek.ts";

const chunkHeaderBytes = 8;
const listHeaderBytes = 12;
const mainHeaderBytes = 56;
const chunksLooked = 8;
const chunkLimit = 10_000;
/** More than a day of film; of what lies behind, the lengths of the lists are believed. */
const filmChunkLimit = 1 << 23;

/** Letters, digits, space: names of chunks. */
function isName(window: CarveWindow, at: number): boolean {
  for (let i = 0; i < 4; i++) {
    const byte = window.u8(at + i);
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return window.has(at, chunkHeaderBytes);
}

const padded = (size: number): number => size + (size & 1);

/** Whether chunks fill a stretch; a byte may be left over, and zeros. */
function chunksFill(window: CarveWindow, from: number, to: number): boolean {
  let at = from;
  for (let i = 0; i < chunkLimit && at < to - 1; i++) {
    if (!isName(window, at)) return false;
    at += chunkHeaderBytes + padded(window.u32(at + 4));
  }
  return at >= to - 1 && at <= to + 1;
}

/** The list `hdrl`: main header, then lists of streams, each with a header of its own. */
function isHeader(window: CarveWindow, at: number): boolean {
  const end = at + chunkHeaderBytes + window.u32(at + 4);
  const body = at + listHeaderBytes;
  if (!window.has(body, end - body) || !window.isText(body, "avih") || window.u32(body + 4) < mainHeaderBytes)
    return false;
  let streams = 0;
  for (let place = body; place < end; place += chunkHeaderBytes + padded(window.u32(place + 4))) {
    if (window.isText(place, "LIST") && window.isText(place + 8, "strl") && window.isText(place + 12, "strh"))
      streams++;
  }
  return streams > 0 && chunksFill(window, body, end);
}

/**
 * The chunks of the list `movi`: two digits of the stream and two letters, or lists and indexes, up to the end of the list. `brokenAt`: the
 * first that is none, behind the eight that have to be there; -1 where there is none. Null where it is no film.
 */
function filmChunks(window: CarveWindow, at: number, to: number): { readonly brokenAt: number } | null {
  let chunks = 0;
  for (let place = at; place + chunkHeaderBytes <= to && chunks < filmChunkLimit; chunks++) {
    if (!window.has(place, chunkHeaderBytes)) break;
    const isList = window.isText(place, "LIST");
    const next = place + (isList ? listHeaderBytes : chunkHeaderBytes + padded(window.u32(place + 4)));
    if ((!isList && !isFilmChunk(window, place)) || next > to + 1) {
      if (chunks < chunksLooked) return null;
      return { brokenAt: place };
    }
    place = next;
  }
  return chunks > 0 && window.has(at, 64) ? { brokenAt: -1 } : null;
}

const isDigit = (byte: number): boolean => (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66);

function isFilmChunk(window: CarveWindow, at: number): boolean {
  if (window.isText(at, "JUNK") || window.isText(at, "ix")) return true;
  return isDigit(window.u8(at)) && isDigit(window.u8(at + 1)) && isName(window, at);
}

/** One RIFF; its header lists must be sound and its film must begin soundly. */
interface Riff {
  readonly isSound: boolean;
  /** Behind the last chunk that is whole, and whether that is the end the RIFF names. */
  readonly end: number;
  readonly isWhole: boolean;
}

function walkRiff(window: CarveWindow, at: number): Riff {
  const named = at + chunkHeaderBytes + window.u32(at + 4);
  const isFirst = window.isText(at + 8, "AVI ");
  let [hasHeader, hasFilm, place] = [!isFirst, false, at + listHeaderBytes];
  for (let i = 0; i < chunkLimit && place < named - 1 && isName(window, place); i++) {
    const end = place + chunkHeaderBytes + window.u32(place + 4);
    const isList = window.isText(place, "LIST");
    if (isList && window.isText(place + 8, "hdrl")) {
      if (!isHeader(window, place)) return { isSound: false, end: place, isWhole: false };
      hasHeader = true;
    } else if (isList && window.isText(place + 8, "movi")) {
      const film = hasHeader ? filmChunks(window, place + listHeaderBytes, end) : null;
      if (film === null) return { isSound: false, end: place, isWhole: false };
      hasFilm = true;
      if (film.brokenAt >= 0) return { isSound: true, end: film.brokenAt, isWhole: false };
    }
    if (end > window.end) return { isSound: hasFilm, end: window.end, isWhole: false };
    place = padded(end - at) + at;
  }
  const isWhole = place >= named - 1;
  return { isSound: hasFilm, end: isWhole ? named : place, isWhole };
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  if (!startsWith(head, "RIFF") || !startsWith(head, "AVI ", 8) || !startsWith(head, "LIST", 12)) return null;
  const window = new CarveWindow(source, end);
  let riff = walkRiff(window, at);
  if (!riff.isSound) return null;
  let to = riff.end;
  for (let i = 0; riff.isWhole && i < chunkLimit; i++) {
    const next = padded(to - at) + at;
    if (!window.isText(next, "RIFF") || !window.isText(next + 8, "AVIX")) break;
    riff = walkRiff(window, next);
    to = riff.end;
  }
  return carvedAs("avi", riff.isWhole && to <= window.end ? "complete" : "truncated", Math.min(to, window.end) - at);
}

export const aviCarver: Carver = {
  id: "avi",
  family: "carver",
  name: "AVI film",
  spec: "AVI RIFF File Reference; OpenDML 1.02",
  level: "complete",
  kinds: [{ id: "avi", name: "AVI film", extension: "avi" }],
  signatures: [signature("52 49 46 46 ?? ?? ?? ?? 41 56 49 20")],
  limitBytes: 2 ** 42,
  unchecked: "packets",
  carve,
};
