/**
 * URLs with a scheme that is in use, by the grammar of RFC 3986 section 3; they end where no character of one follows,
 * without the punctuation and brackets of the text around. `mailto:` and `tel:` are seen as what they name. Not
 * supported: relative references, characters of other scripts behind the host (IRIs are written with escapes by every
 * program that keeps them).
 */
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, classes, foreign, letter, textOf } from "../text-view.ts";
import { areLetters, host, isLabelByte, readHost, textWithForeign } from "./host.ts";

/** Schemes with a host, and whether the host may be missing. */
const schemes = new Map<string, "host" | "any">(
  (
    "http https ftp ftps sftp smb cifs nfs afp ldap ldaps ws wss ssh telnet rtsp rtmp rdp vnc irc ircs git " +
    "svn webdav " +
    "dav davs mongodb mysql postgres postgresql redis amqp mqtt"
  )
    .split(" ")
    .map((scheme) => [scheme, "host"]),
);
for (const scheme of "file ipfs ipns magnet tg whatsapp signal ed2k s3 gs bitcoin chrome content intent".split(" "))
  schemes.set(scheme, "any");

const isUrlByte = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) if ((classes[byte]! & alphanumeric) !== 0) isUrlByte[byte] = 1;
for (const character of "-._~:/?#[]@!$&'()*+,;=%|") isUrlByte[character.charCodeAt(0)] = 1;
const isTrailing = new Uint8Array(256);
for (const character of ".,;:!?'*|&$") isTrailing[character.charCodeAt(0)] = 1;

const [slash, colon, bracket, ampersand] = [0x2f, 0x3a, 0x5b, 0x26];
const schemeMost = 10;
const most = 1000;
const entities = ["&quot;", "&lt;", "&gt;", "&#39;", "&#x27;", "&apos;", "&nbsp;", "&#34;"].map((name) =>
  Buffer.from(name),
);

export const url: Recogniser = {
  id: "url",
  family: "entity",
  name: "URLs",
  spec: "RFC 3986 section 3; BEP 9 (magnet links)",
  level: "partial",
  kinds: [{ id: "url", name: "URL", spec: "RFC 3986 section 3" }],
  triggers: [
    { on: "sign", sign: "://" },
    { on: "token", length: [6, 6], pairs: ["ma"], letters: [6, 6], next: [":", "?"] },
  ],
  recognise,
};

function recognise(text: TextView, place: number): EntityMatch | null {
  if (text.bytes[place] !== colon) return magnet(text, place);
  let from = place;
  while (from > text.from && place - from <= schemeMost && (classAt(text, from - 1) & alphanumeric) !== 0) from--;
  while (from < place && (classAt(text, from) & letter) === 0) from++;
  if (from === place || (classAt(text, from - 1) & foreign) !== 0) return null;
  const scheme = textOf(text, from, place).toLowerCase();
  const rule = schemes.get(scheme);
  if (rule === undefined) return null;
  const quality = authority(text, place + 3, rule === "any");
  if (quality === null) return null;
  const to = endOf(text, place + 3, from);
  if (to < authorityTo) return null;
  return to <= place + 3 ? null : { kind: "url", from, to, value: valueOf(text, from, place, to), quality };
}

let authorityTo = 0;

/** What user, host and port are worth; null where there is no host. `authorityTo` is behind them. */
function authority(text: TextView, start: number, isOptional: boolean): Quality | null {
  authorityTo = start;
  if (isOptional) return (classAt(text, start) & alphanumeric) !== 0 || at(text, start) === slash ? "valid" : null;
  let from = start;
  const limit = Math.min(text.to, start + 320);
  for (let place = start; place < limit && isUrlByte[text.bytes[place]!] === 1; place++) {
    const byte = text.bytes[place]!;
    if (byte === slash || byte === 0x3f || byte === 0x23) break;
    if (byte === 0x40) from = place + 1;
  }
  if (at(text, from) === bracket) return literal(text, from);
  if (!isLabelByte(at(text, from)) || !readHost(text, from, true)) return null;
  authorityTo = host.to;
  if (!areLetters(text, from, host.to)) return null;
  if (host.strength > 0) return "valid";
  return isAddress(text, from, host.to) ? "valid" : "pattern";
}

/** An IPv6 address in brackets. */
function literal(text: TextView, from: number): Quality | null {
  let place = from + 1;
  let colons = 0;
  while (place < text.to && place - from < 48 && text.bytes[place] !== 0x5d) {
    if (text.bytes[place] === colon) colons++;
    place++;
  }
  authorityTo = place + 1;
  return at(text, place) === 0x5d && colons >= 2 ? "valid" : null;
}

/** Four numbers up to 255. */
function isAddress(text: TextView, from: number, to: number): boolean {
  let octets = 1;
  let value = 0;
  for (let place = from; place < to; place++) {
    const byte = text.bytes[place]!;
    if (byte === 0x2e) {
      octets++;
      value = 0;
    } else if (byte >= 0x30 && byte <= 0x39) value = value * 10 + byte - 0x30;
    else return false;
    if (value > 255) return false;
  }
  return octets === 4;
}

function endOf(text: TextView, start: number, from: number): number {
  let to = Math.max(start, authorityTo);
  const limit = Math.min(text.to, from + most);
  while (to < limit && isUrlByte[text.bytes[to]!] === 1) {
    if (text.bytes[to] === ampersand && isEntity(text, to)) break;
    to++;
  }
  while (to > start) {
    const last = text.bytes[to - 1]!;
    const isLoose =
      isTrailing[last] === 1 ||
      (last === 0x29 && !isClosed(text, start, to, 0x28)) ||
      (last === 0x5d && !isClosed(text, start, to, bracket));
    if (!isLoose) break;
    to--;
  }
  return to;
}

/** Whether the bracket that closes at the end was opened inside. */
function isClosed(text: TextView, from: number, to: number, open: number): boolean {
  const close = text.bytes[to - 1]!;
  let depth = 0;
  for (let place = from; place < to; place++) {
    if (text.bytes[place] === open) depth++;
    else if (text.bytes[place] === close) depth--;
  }
  return depth >= 0;
}

/** Whether a quotation mark or the like of HTML stands there. */
function isEntity(text: TextView, place: number): boolean {
  return entities.some((name) => name.every((byte, i) => at(text, place + i) === byte));
}

const magnetStart = Buffer.from("magnet:?");

function magnet(text: TextView, from: number): EntityMatch | null {
  for (let i = 0; i < magnetStart.length; i++) {
    const byte = at(text, from + i);
    if (byte !== magnetStart[i] && (byte | 0x20) !== magnetStart[i]) return null;
  }
  authorityTo = from + magnetStart.length;
  const to = endOf(text, authorityTo, from);
  // `xt=urn:` names the content; a link without one names nothing.
  const value = textOf(text, from, to);
  return value.includes("xt=urn:") ? { kind: "url", from, to, value, quality: "valid" } : null;
}

/** The scheme in small letters, the rest as written. */
function valueOf(text: TextView, from: number, colonAt: number, to: number): string {
  return textOf(text, from, colonAt).toLowerCase() + textWithForeign(text, colonAt, to);
}
