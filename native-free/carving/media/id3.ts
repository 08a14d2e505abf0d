/** ID3 tags in front of and behind sound. Spec: ID3v2.4 structure 3, ID3v1.1, APEv2, Lyrics3 v2.00. */
import type { CarveWindow } from "../carve-window.ts";

const tagHeaderBytes = 10;
/** Writers leave zeros behind a tag, and some count them wrong. */
const paddingBytes = 8192;

/** Bytes of the ID3v2 tag at `at` with its header and footer; 0 where none begins. */
function id3Length(window: CarveWindow, at: number): number {
  if (!window.isText(at, "ID3") || window.u8(at + 3) > 4 || window.u8(at + 3) < 2 || window.u8(at + 4) === 0xff)
    return 0;
  let length = 0;
  for (let i = 6; i < tagHeaderBytes; i++) {
    if (window.u8(at + i) > 0x7f) return 0;
    length = length * 128 + window.u8(at + i);
  }
  return tagHeaderBytes + length + (window.u8(at + 5) & 0x10 ? tagHeaderBytes : 0);
}

/** Where the sound begins behind ID3v2 tags and the zeros that follow them; -1 where the tags reach behind the end. */
export function behindTags(window: CarveWindow, at: number): number {
  let to = at;
  for (let tags = 0; tags < 4; tags++) {
    const length = id3Length(window, to);
    if (length === 0) break;
    to += length;
    if (!window.has(to, 4)) return -1;
  }
  if (to === at) return at;
  const last = Math.min(to + paddingBytes, window.end);
  while (to < last && window.u8(to) === 0) to++;
  return to;
}

/** Bytes of the tags that stand behind the sound, one after the other. */
export function tailTags(window: CarveWindow, at: number): number {
  let to = at;
  for (let tags = 0; tags < 8; tags++) {
    const length = apeLength(window, to) || lyricsLength(window, to) || id3v1Length(window, to);
    if (length === 0 || !window.has(to, length)) break;
    to += length;
  }
  return to - at;
}

function id3v1Length(window: CarveWindow, at: number): number {
  if (window.isText(at, "TAG+")) return 227;
  return window.isText(at, "TAG") ? 128 : 0;
}

/** APEv2: a header with the size of items and footer behind it, or (version 1) items that only a footer closes. */
function apeLength(window: CarveWindow, at: number): number {
  if (!window.isText(at, "APETAGEX")) return 0;
  const isHeader = (window.u32(at + 20) & 0x2000_0000) !== 0;
  const length = isHeader ? 32 + window.u32(at + 12) : 32;
  return length < 1 << 26 ? length : 0;
}

/** Lyrics3 begins with a word and ends with six digits of its size and another word. */
function lyricsLength(window: CarveWindow, at: number): number {
  if (!window.isText(at, "LYRICSBEGIN")) return 0;
  const found = window.find(Buffer.from("LYRICS200"), at, at + 1_000_015);
  return found < 0 ? 0 : found + 9 - at;
}
