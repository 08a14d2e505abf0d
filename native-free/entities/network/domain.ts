/**
 * Names of hosts that stand by themselves. Most words with a dot are names of files, of parts of programs or two
 * sentences without a space, so endings that are such as well need more: a third label, `www.`, or a word in front.
 * Those inside an e-mail address or a URL are the others' matter. Not supported: names that have a letter of another
 * script beside a dot.
 */
import type { EntityMatch, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, ContextWords, foreign, letter } from "../text-view.ts";
import { areLetters, host, isLabelByte, isOneCase, readHost, textWithForeign } from "./host.ts";
import { mayBeginAt, tldStrength } from "./top-level-domains.ts";

const dot = 0x2e;

const context = new ContextWords(
  (
    "domain domains domaine dominio domini domeinnaam host hostname fqdn dns nslookup whois website web " +
    "site webseite " +
    "server serveur servidor ping traceroute nameserver mx cname visit besuchen visitez visite"
  ).split(" "),
);

/** First labels and whole names of programming languages that look like names of hosts. */
const packages = new ContextWords("com org net edu java javax android sun gov io".split(" "));
/** Names of programs for the thing at hand, whose parts look like endings. */
const members = new ContextWords("self this super".split(" "));
const notNames = new Set("asp.net vb.net ado.net java.net system.net ml.net paint.net".split(" "));

export const domain: Recogniser = {
  id: "domain",
  family: "entity",
  name: "Domain names",
  spec: "RFC 1035 section 2.3.1, RFC 5890; IANA root zone",
  level: "partial",
  kinds: [{ id: "domain", name: "Domain name", spec: "RFC 1035 section 2.3.1" }],
  triggers: [{ on: "sign", sign: "." }],
  recognise,
};

const forbiddenBefore = new Uint8Array(256);
for (const character of "@/\\$_.#%&+=~-") forbiddenBefore[character.charCodeAt(0)] = 1;
const forbiddenBehind = new Uint8Array(256);
for (const character of "([{=@\\$_*+") forbiddenBehind[character.charCodeAt(0)] = 1;

function recognise(text: TextView, place: number): EntityMatch | null {
  // Asked at every dot of a name: at the one in front of the last label only.
  let to = place + 1;
  if (!mayBeginAt(text, to)) return null;
  while (to < text.to && isLabelByte(text.bytes[to]!)) to++;
  if (at(text, to) === dot && (classAt(text, to + 1) & alphanumeric) !== 0) return null;
  if (forbiddenBehind[at(text, to)] === 1) return null;
  const from = nameFrom(text, place);
  if (from < 0 || !readHost(text, from) || host.to !== to || isOnion(text, place + 1, to)) return null;
  return judge(text, from, to);
}

function nameFrom(text: TextView, place: number): number {
  let from = place;
  while (from > text.from && (isLabelByte(text.bytes[from - 1]!) || text.bytes[from - 1] === dot)) {
    from--;
    if (place - from > 253) return -1;
  }
  if ((classAt(text, from) & (alphanumeric | foreign)) === 0 || forbiddenBefore[at(text, from - 1)] === 1) return -1;
  return from;
}

function judge(text: TextView, from: number, to: number): EntityMatch | null {
  const { labels, tldAt, strength } = host;
  if (!isOneCase(text, tldAt, to) || !hasLetter(text, from, tldAt) || !areLetters(text, from, to)) return null;
  if (members.isIn(text, from, from + firstLabel(text, from))) return null;
  const isWww = tldAt - from > 4 && (at(text, from) | 0x20) === 0x77 && isWwwAt(text, from);
  const isAnnounced = isWww || (strength !== tldStrength.file && context.isBefore(text, from, 24));
  if (!isAnnounced) {
    const isSmall = (classAt(text, tldAt) & 4) !== 0;
    if (!isSmall || tldAt - from < 3 || strength <= tldStrength.weak) return null;
    if (strength === tldStrength.middling && labels < 3) return null;
    if (!isOneCase(text, from, to) || packages.isIn(text, from, from + firstLabel(text, from))) return null;
  }
  if (text.bytes[to - 4] === dot && to - from <= 10 && notNames.has(nameOf(text, from, to))) return null;
  return { kind: "domain", from, to, value: nameOf(text, from, to), quality: isAnnounced ? "valid" : "valid-check" };
}

const nameOf = (text: TextView, from: number, to: number): string => textWithForeign(text, from, to).toLowerCase();

/** Onion services have a recogniser of their own. */
function isOnion(text: TextView, from: number, to: number): boolean {
  return to - from === 5 && textWithForeign(text, from, to).toLowerCase() === "onion";
}

function isWwwAt(text: TextView, from: number): boolean {
  return (at(text, from + 1) | 0x20) === 0x77 && (at(text, from + 2) | 0x20) === 0x77 && at(text, from + 3) === dot;
}

function firstLabel(text: TextView, from: number): number {
  let to = from;
  while (isLabelByte(at(text, to))) to++;
  return to - from;
}

function hasLetter(text: TextView, from: number, to: number): boolean {
  for (let place = from; place < to; place++) if ((classAt(text, place) & (letter | foreign)) !== 0) return true;
  return false;
}
