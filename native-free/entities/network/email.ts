/**
 * E-mail addresses: the dot-atom form of RFC 5322 section 3.4.1 with the lengths of RFC 5321 section 4.5.3.1, in the
 * characters that mailboxes have in practice. Not supported: quoted local parts, address literals (`x@[192.0.2.1]`),
 * local parts in other scripts.
 */
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, classes, digit } from "../text-view.ts";
import { areLetters, host, isLabelByte, isOneCase, isScriptAt, readHost, textWithForeign } from "./host.ts";

const localMost = 64;
const [backslash, dot, percent, sign] = [0x5c, 0x2e, 0x25, 0x40];

const isLocal = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) if ((classes[byte]! & alphanumeric) !== 0) isLocal[byte] = 1;
for (const character of "._%+-'~") isLocal[character.charCodeAt(0)] = 1;

/** Endings of networks without a name in the root zone (RFC 6761, RFC 6762, and what companies use). */
const local = new Set("local localhost localdomain lan internal intranet corp home test invalid example".split(" "));

export const email: Recogniser = {
  id: "email",
  family: "entity",
  name: "E-mail addresses",
  spec: "RFC 5321 section 4.1.2, RFC 5322 section 3.4.1; IANA root zone",
  level: "partial",
  kinds: [{ id: "email", name: "E-mail address", spec: "RFC 5322 section 3.4.1" }],
  triggers: [{ on: "sign", sign: "@" }],
  recognise,
};

function recognise(text: TextView, place: number): EntityMatch | null {
  const domainAt = place + 1;
  if (!isLabelByte(at(text, domainAt)) || !readHost(text, domainAt, true)) return null;
  const from = localFrom(text, place);
  if (from < 0) return null;
  const { to, tldAt, strength } = host;
  if (strength === 0 && !isLocalName(text, domainAt, to)) return null;
  const next = at(text, to);
  if (!areLetters(text, domainAt, to)) return null;
  if (next === sign || next === 0x5f || (classAt(text, to) & alphanumeric) !== 0) return null;
  if (next >= 0x80 && !isScriptAt(text, to)) return null;
  return {
    kind: "email",
    from,
    to,
    value: valueOf(text, from, place, to),
    quality: qualityOf(text, from, place, tldAt),
  };
}

/** Where the local part begins; -1 where there is none, or it is too long. */
function localFrom(text: TextView, sign: number): number {
  let from = sign;
  while (from > text.from && isLocal[text.bytes[from - 1]!] === 1) {
    // Two dots in a row are in no local part: what is behind them is one.
    if (text.bytes[from - 1] === dot && text.bytes[from] === dot) break;
    from--;
    if (sign - from > localMost + 8) return -1;
  }
  if (isPiece(text, from)) return -1;
  from = withoutEscape(text, from, sign);
  while (from < sign && (classAt(text, from) & alphanumeric) === 0 && text.bytes[from] !== 0x5f) from++;
  return sign - from > localMost || from === sign ? -1 : from;
}

/**
 * Whether a letter with an accent stands in front, so that only a piece of the local part was seen: two bytes of UTF-8,
 * or one behind another letter. Scripts without spaces between words may stand directly in front of an address.
 */
function isPiece(text: TextView, from: number): boolean {
  const before = at(text, from - 1);
  if (before < 0x80) return false;
  const lead = at(text, from - 2);
  return lead >= 0x80 ? lead >= 0xc3 && lead <= 0xcf : (classes[lead]! & alphanumeric) !== 0;
}

/** Behind an escape that programs put in front of text: `%3C`, `\u003c`, `\n`. */
function withoutEscape(text: TextView, from: number, sign: number): number {
  const first = at(text, from);
  if (first === percent && sign - from > 3) return from + 3;
  if (at(text, from - 1) !== backslash) return from;
  if (first === 0x75 && sign - from > 5 && at(text, from + 1) === 0x30) return from + 5;
  const isLetterEscape = first === 0x6e || first === 0x72 || first === 0x74;
  return isLetterEscape && sign - from > 1 ? from + 1 : from;
}

function isLocalName(text: TextView, from: number, to: number): boolean {
  let label = to;
  while (label > from && text.bytes[label - 1] !== dot) label--;
  if (to - label < 3 || to - label > 11 || (classAt(text, label) & digit) !== 0) return false;
  return local.has(textWithForeign(text, label, to).toLowerCase());
}

/** Short ones, and endings in mixed case, come about by chance. */
function qualityOf(text: TextView, from: number, sign: number, tldAt: number): Quality {
  if (host.strength === 0) return "pattern";
  const least = isOneCase(text, sign + 1, host.to) ? 7 : 14;
  const isLong = tldAt - sign > 3 && tldAt - from >= least;
  return isLong && isOneCase(text, tldAt, host.to) ? "valid" : "pattern";
}

/** The local part as written, the domain in small letters. */
function valueOf(text: TextView, from: number, sign: number, to: number): string {
  return textWithForeign(text, from, sign + 1) + textWithForeign(text, sign + 1, to).toLowerCase();
}
