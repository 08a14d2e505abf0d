/**
 * IPv6 addresses in the text forms of RFC 4291 section 2.2 (all three), normalised as RFC 5952 asks. Only those of
 * ranges that are given out (2000::/3, fc00::/7, fe80::/10, ff00::/8): their first group is written with four digits.
 * Not supported: `::1` and other addresses that begin with two colons.
 */
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, ContextWords, digit, foreign } from "../text-view.ts";

const context = new ContextWords(
  (
    "ip ipv6 ip6 inet6 addr address adresse host server gateway router dns aaaa subnet prefix route ping6 " +
    "peer from received dhcpv6"
  ).split(" "),
);
const [colon, dot] = [0x3a, 0x2e];

export const ipv6: Recogniser = {
  id: "ipv6",
  family: "entity",
  name: "IPv6 addresses",
  spec: "RFC 4291 section 2.2, RFC 5952",
  level: "partial",
  kinds: [{ id: "ipv6", name: "IPv6 address", spec: "RFC 4291 section 2.2" }],
  triggers: [{ on: "token", length: [4, 4], begins: "23fF", next: [":"] }],
  recognise,
};

/** Values of hexadecimal digits, 255 for anything else. */
const hex = new Uint8Array(256).fill(255);
for (let i = 0; i < 16; i++) {
  hex[i.toString(16).charCodeAt(0)] = i;
  hex[i.toString(16).toUpperCase().charCodeAt(0)] = i;
}

const groups = new Uint16Array(8);
/**
 * What was read: how many groups, before which of them the gap is (-1 none), how many were written with letters or
 * three digits.
 */
const seen = { count: 0, gap: -1, to: 0, hasDigit: false };

function recognise(text: TextView, from: number): EntityMatch | null {
  if (at(text, from + 4) !== colon || !isGivenOut(text, from)) return null;
  const before = at(text, from - 1);
  if (before === colon || before === dot || (classAt(text, from - 1) & foreign) !== 0) return null;
  if (!read(text, from)) return null;
  const { to, count, gap } = seen;
  const next = at(text, to);
  if (
    (classAt(text, to) & (alphanumeric | foreign)) !== 0 ||
    (next === colon && (classAt(text, to + 1) & alphanumeric) !== 0)
  )
    return null;
  if (next === colon && at(text, to + 1) === colon) return null;
  if (gap < 0 ? count !== 8 : count > 7) return null;
  const quality = qualityOf(text, from, to);
  return quality === null ? null : { kind: "ipv6", from, to, value: normalised(), quality };
}

function isGivenOut(text: TextView, from: number): boolean {
  const first = hex[text.bytes[from]!]!;
  const second = hex[text.bytes[from + 1]!]!;
  if (first === 2 || first === 3) return true;
  return first === 15 && second >= 12 && second !== 255 && (second !== 14 || hex[text.bytes[from + 2]!]! >= 8);
}

function read(text: TextView, from: number): boolean {
  let place = from;
  seen.count = 0;
  seen.gap = -1;
  seen.hasDigit = false;
  for (;;) {
    const start = place;
    let value = 0;
    while (place - start < 5 && hex[at(text, place)]! < 16) {
      if (classAt(text, place) === digit) seen.hasDigit = true;
      value = value * 16 + hex[text.bytes[place++]!]!;
    }
    if (place - start > 4) return false;
    if (place === start) {
      // Behind `::` at the end.
      seen.to = place;
      return seen.gap === seen.count && at(text, place - 2) === colon;
    }
    if (at(text, place) === dot && seen.count >= 2) return readTail(text, start);
    if (seen.count === 8) return false;
    groups[seen.count++] = value;
    if (at(text, place) !== colon) break;
    if (at(text, place + 1) === colon) {
      if (seen.gap >= 0) return false;
      seen.gap = seen.count;
      place += 2;
    } else if (hex[at(text, place + 1)]! < 16) place++;
    else break;
  }
  seen.to = place;
  return true;
}

/** The last 32 bits as an IPv4 address. */
function readTail(text: TextView, from: number): boolean {
  let place = from;
  let bits = 0;
  for (let i = 0; i < 4; i++) {
    if (i > 0 && at(text, place++) !== dot) return false;
    const start = place;
    let value = 0;
    while (place - start < 4 && classAt(text, place) === digit) value = value * 10 + text.bytes[place++]! - 0x30;
    if (place === start || value > 255) return false;
    bits = bits * 256 + value;
  }
  if (seen.count > 6) return false;
  groups[seen.count++] = Math.floor(bits / 65536);
  groups[seen.count++] = bits % 65536;
  seen.to = place;
  return true;
}

function qualityOf(text: TextView, from: number, to: number): Quality | null {
  const isDocumentation = groups[0] === 0x2001 && groups[1] === 0xdb8;
  const isMask = groups[0] === 0xffff;
  if (isDocumentation || isMask) return "pattern";
  const written = seen.count >= 4 && seen.hasDigit;
  if (written || context.isNear(text, from, to, 48)) return "valid";
  // Names of programs have colons and the letters a to f too.
  return seen.hasDigit ? "valid-check" : null;
}

/** RFC 5952 section 4: small letters, no leading zeros, the longest run of zero groups as `::`. */
function normalised(): string {
  const all = new Array<number>(8).fill(0);
  const tail = seen.gap < 0 ? 0 : seen.count - seen.gap;
  for (let i = 0; i < seen.count - tail; i++) all[i] = groups[i]!;
  for (let i = 0; i < tail; i++) all[8 - tail + i] = groups[seen.count - tail + i]!;
  let best = 0;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && all[end] === 0) end++;
    if (end - start > bestLength) {
      best = start;
      bestLength = end - start;
    }
  }
  const hexOf = (part: number[]): string => part.map((group) => group.toString(16)).join(":");
  if (bestLength < 2) return hexOf(all);
  return `${hexOf(all.slice(0, best))}::${hexOf(all.slice(best + bestLength))}`;
}
