/**
 * Names of hosts in text: labels of RFC 1035 section 2.3.1 (digits first too, RFC 1123 section 2.1; letters of other
 * scripts, RFC 5890) with an ending that exists. Shared by e-mail addresses, URLs and domains.
 */
import type { TextView } from "../entity.ts";
import { alphanumeric, at, classAt, classes, foreign, lower, upper } from "../text-view.ts";
import { strengthOf } from "./top-level-domains.ts";

const [hyphen, dot] = [0x2d, 0x2e];
const labelMost = 63;
const nameMost = 253;

/** What was seen last; there is one, since recognisers run one after the other. */
export const host = {
  /** Behind its last byte. */
  to: 0,
  labels: 0,
  /** Where its last label begins. */
  tldAt: 0,
  /** A value of `tldStrength`. */
  strength: 0,
};

/** Whether a label goes on with this byte. */
export const isLabelByte = (byte: number): boolean =>
  byte === hyphen || (classes[byte]! & (alphanumeric | foreign)) !== 0;

/**
 * Reads the name that begins at `from`: as many labels as there are, cut back to the last one that is a top-level
 * domain. False where none is, or a label or the whole is too long. With `any`, a name without a known ending is read
 * to its end with strength 0.
 */
export function readHost(text: TextView, from: number, any = false): boolean {
  host.labels = 0;
  host.to = 0;
  host.strength = 0;
  let labels = 0;
  let place = from;
  let lastEnd = from;
  for (;;) {
    const start = place;
    while (place < text.to && isLabelByte(text.bytes[place]!)) place++;
    if (place === start || text.bytes[start] === hyphen || text.bytes[place - 1] === hyphen) break;
    if (place - start > labelMost || place - from > nameMost) return false;
    labels++;
    lastEnd = place;
    const end = endBeforeScript(text, start, place);
    const strength = labels > 1 ? strengthOf(text.bytes, start, end) : 0;
    if (strength > 0) {
      host.to = end;
      host.labels = labels;
      host.tldAt = start;
      host.strength = strength;
    }
    if (place + 1 >= text.to || text.bytes[place] !== dot) break;
    place++;
  }
  if (host.to > 0) return true;
  if (!any || labels === 0) return false;
  host.to = lastEnd;
  host.labels = labels;
  host.tldAt = lastEnd;
  return true;
}

/**
 * Where a label ends that text without spaces between words goes on behind (`example.cn` and a full stop of Chinese).
 */
function endBeforeScript(text: TextView, from: number, to: number): number {
  let place = from;
  while (place < to && text.bytes[place]! < 0x80) place++;
  return place > from && place < to && isScriptAt(text, place) ? place : to;
}

/** Whether a character of three bytes of UTF-8 from U+2000 on stands there, or a unit of a string beyond ASCII. */
export function isScriptAt(text: TextView, place: number): boolean {
  const byte = at(text, place);
  return byte === 0x80 || (byte >= 0xe2 && byte <= 0xef && (at(text, place + 1) & 0xc0) === 0x80);
}

/** Whether letters are all small or all capital: names are not written otherwise, words of programs are. */
export function isOneCase(text: TextView, from: number, to: number): boolean {
  let seen = 0;
  for (let place = from; place < to; place++) seen |= classAt(text, place) & (lower | upper);
  return seen !== (lower | upper);
}

/**
 * Whether bytes from 0x80 on are letters of another script: whole characters of UTF-8, or the 0x80 that stands for a
 * unit of a string. In bytes of no text they are neither.
 */
export function areLetters(text: TextView, from: number, to: number): boolean {
  for (let place = from; place < to; place++) {
    const byte = text.bytes[place]!;
    if (byte <= 0x80) continue;
    if (byte < 0xc2 || byte > 0xf4) return false;
    const more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    for (let i = 0; i < more; i++) {
      place++;
      if (place >= to || (text.bytes[place]! & 0xc0) !== 0x80) return false;
    }
  }
  return true;
}

/** A stretch as text; bytes from 0x80 on are read as UTF-8. */
export function textWithForeign(text: TextView, from: number, to: number): string {
  return Buffer.from(text.bytes.buffer, text.bytes.byteOffset + from, to - from).toString("utf8");
}
