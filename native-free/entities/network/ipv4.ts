/**
 * IPv4 addresses in dotted decimal (RFC 6943 section 3.1.1: four parts, no leading zeros). Version numbers and numbered
 * sections have the same form: without a word, a port or a prefix length only ranges that are given out count, as
 * `pattern`.
 */
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, ContextWords, digit, digitCharacters, foreign, textOf } from "../text-view.ts";

const context = new ContextWords(
  (
    "ip ips ipv4 ip4 inet inet4 addr address addresses adresse adresses direccion indirizzo adres host " +
    "hosts hostname server " +
    "client gateway router dns nameserver proxy subnet netmask mask cidr lan wan vpn peer src dst ping " +
    "traceroute dhcp lease arp " +
    "ssh ftp telnet login logged connected connection received firewall iptables bind listen listening endpoint"
  ).split(" "),
);
/** Where the numbers are small, only these. */
const nearContext = new ContextWords(
  "ip ips ipv4 ip4 inet addr address adresse host server gateway dns ping ssh netmask".split(" "),
);
const versions = new ContextWords(
  (
    "version versions versie versione ver v vers release released rev revision build firmware software sdk " +
    "api assembly section " +
    "sections chapter clause paragraph figure fig table annex oid rfc kernel driver upgrade update updated " +
    "package since until " +
    "fileversion productversion assemblyversion changelog"
  ).split(" "),
);

const [dot, hyphen, slash, colon, underscore] = [0x2e, 0x2d, 0x2f, 0x3a, 0x5f];

export const ipv4: Recogniser = {
  id: "ipv4",
  family: "entity",
  name: "IPv4 addresses",
  spec: "RFC 791; RFC 6943 section 3.1.1; RFC 6890 (special purpose ranges)",
  level: "complete",
  kinds: [{ id: "ipv4", name: "IPv4 address", spec: "RFC 791" }],
  triggers: [{ on: "number", digits: [4, Infinity], first: [1, 3], next: [".", digitCharacters] }],
  recognise,
};

const octets = new Uint8Array(4);
const forbiddenBefore = new Uint8Array(256);
for (const character of "+.-_~^$%&*\\#'") forbiddenBefore[character.charCodeAt(0)] = 1;

function recognise(text: TextView, from: number): EntityMatch | null {
  const to = readOctets(text, from);
  if (to === 0) return null;
  const before = at(text, from - 1);
  const next = at(text, to);
  if (
    (classAt(text, to) & (alphanumeric | foreign)) !== 0 ||
    (classAt(text, from - 1) & (alphanumeric | foreign)) !== 0
  )
    return null;
  if (forbiddenBefore[before] === 1 && !isRange(text, from)) return null;
  // `>=1.2.3.4`, `==1.2.3.4` and their like ask for a version.
  if (before === 0x3d && isComparison(at(text, from - 2))) return null;
  if (
    next === underscore ||
    next === 0x2b ||
    next === 0x7e ||
    next === 0x2a ||
    (next === dot && (classAt(text, to + 1) & alphanumeric) !== 0)
  )
    return null;
  if (next === hyphen && (classAt(text, to + 1) & alphanumeric) !== 0 && !isOctetsAt(text, to + 1)) return null;
  const quality = qualityOf(text, from, to);
  return quality === null ? null : { kind: "ipv4", from, to, value: textOf(text, from, to), quality };
}

/** Where four octets end; 0 where there are none. */
function readOctets(text: TextView, from: number): number {
  let place = from;
  for (let i = 0; i < 4; i++) {
    if (i > 0 && at(text, place++) !== dot) return 0;
    const start = place;
    let value = 0;
    while (place - start < 4 && classAt(text, place) === digit) value = value * 10 + text.bytes[place++]! - 0x30;
    const length = place - start;
    if (length === 0 || length > 3 || value > 255 || (length > 1 && text.bytes[start] === 0x30)) return 0;
    octets[i] = value;
  }
  return place;
}

const isComparison = (byte: number): boolean =>
  byte === 0x3c || byte === 0x3d || byte === 0x3e || byte === 0x21 || byte === 0x7e;

/** `10.0.0.1-10.0.0.9`, seen from the second. */
function isRange(text: TextView, from: number): boolean {
  if (text.bytes[from - 1] !== hyphen || classAt(text, from - 2) !== digit) return false;
  let start = from - 1;
  while (
    start > text.from &&
    from - start < 17 &&
    (classAt(text, start - 1) === digit || text.bytes[start - 1] === dot)
  )
    start--;
  return isOctetsAt(text, start, from - 1);
}

function isOctetsAt(text: TextView, from: number, end = 0): boolean {
  const [a, b, c, d] = octets;
  const to = readOctets(text, from);
  octets[0] = a!;
  octets[1] = b!;
  octets[2] = c!;
  octets[3] = d!;
  return to !== 0 && (end === 0 || to === end);
}

function qualityOf(text: TextView, from: number, to: number): Quality | null {
  const isReserved = isSpecial();
  const isVersion =
    versions.isBefore(text, from, 12) || (versions.isBefore(text, from, 32) && !context.isBefore(text, from, 24));
  if (isVersion) return null;
  // Object identifiers begin with 0 to 2, versions and sections have small numbers: there a word must be near.
  const isSmall = octets[0]! <= 2 || (octets[0]! < 30 && octets[1]! < 30 && octets[2]! < 30);
  const isHost = at(text, from - 1) === slash && at(text, from - 2) === slash;
  const isTailed =
    isHost ||
    ((!isSmall || octets[0] === 10) && (hasPort(text, to) || hasPrefix(text, to) || isLiteral(text, from, to)));
  if (isTailed || (isSmall ? nearContext.isBefore(text, from, 16) : context.isBefore(text, from, 48)))
    return isReserved ? "valid-check" : "valid";
  return isReserved || isSmall ? null : "pattern";
}

/** In brackets, as mail servers write the address of the other side (RFC 5321 section 4.1.3). */
const isLiteral = (text: TextView, from: number, to: number): boolean =>
  at(text, from - 1) === 0x5b && at(text, to) === 0x5d;

function hasPort(text: TextView, to: number): boolean {
  return at(text, to) === colon && classAt(text, to + 1) === digit && classAt(text, to + 2) === digit;
}

function hasPrefix(text: TextView, to: number): boolean {
  if (at(text, to) !== slash || classAt(text, to + 1) !== digit) return false;
  const isTwo = classAt(text, to + 2) === digit;
  const length = isTwo ? (text.bytes[to + 1]! - 0x30) * 10 + text.bytes[to + 2]! - 0x30 : text.bytes[to + 1]! - 0x30;
  return length >= 8 && length <= 32 && (classAt(text, to + (isTwo ? 3 : 2)) & alphanumeric) === 0;
}

/**
 * Nobody's own: this host, loopback, documentation, benchmarks, multicast, reserved, netmasks (RFC 6890 tables 1 to
 * 16).
 */
function isSpecial(): boolean {
  const [a, b, c] = [octets[0]!, octets[1]!, octets[2]!];
  if (a === 0 || a === 127 || a >= 224) return true;
  if (a === 192 && b === 0 && (c === 0 || c === 2)) return true;
  if (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) return true;
  return a === 203 && b === 0 && c === 113;
}
