/**
 * MAC addresses (IEEE 802 EUI-48) as pairs with `:` or `-` and as fours with `.`. Longer chains of the same form are
 * fingerprints of keys, not addresses. Not supported: twelve digits without separators, EUI-64.
 */
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, ContextWords, digit, foreign } from "../text-view.ts";

const context = new ContextWords([
  ...(
    "mac macaddr ether ethernet hwaddr hwaddress lladdr bssid bluetooth btaddr bdaddr wlan wifi lan nic " + "arp dhcp"
  ).split(" "),
  ..."eth0 wlan0 en0".split(" "),
  ...[
    "wi fi",
    "physical address",
    "hardware address",
    "adresse physique",
    "physische adresse",
    "direccion fisica",
    "indirizzo fisico",
  ],
]);
const hexCharacters = "0123456789abcdefABCDEF";
const [colon, hyphen, dot] = [0x3a, 0x2d, 0x2e];

export const mac: Recogniser = {
  id: "mac",
  family: "entity",
  name: "MAC addresses",
  spec: "IEEE Std 802-2014 section 8.1",
  level: "partial",
  kinds: [{ id: "mac", name: "MAC address", spec: "IEEE Std 802-2014 section 8.1" }],
  triggers: [
    { on: "token", length: [2, 2], begins: hexCharacters, next: [":-", hexCharacters] },
    { on: "token", length: [4, 4], begins: hexCharacters, has: "digit", next: [".", hexCharacters] },
  ],
  recognise,
};

function recognise(text: TextView, from: number): EntityMatch | null {
  const isPair = isSeparator(at(text, from + 2));
  if (!isPair && at(text, from + 4) !== dot) return null;
  const separator = at(text, from + (isPair ? 2 : 4));
  const width = isPair ? 2 : 4;
  const to = endOf(text, from, width, separator);
  const before = at(text, from - 1);
  if (to === 0 || before === dot || (before === separator && isHex(at(text, from - 2)))) return null;
  if ((classAt(text, from - 1) & foreign) !== 0 || (classAt(text, to) & (alphanumeric | foreign)) !== 0) return null;
  if (at(text, to) === separator && isHex(at(text, to + 1))) return null;
  const quality = qualityOf(text, from, to, isPair);
  return quality === null ? null : { kind: "mac", from, to, value: valueOf(text, from, to), quality };
}

const isSeparator = (byte: number): boolean => byte === colon || byte === hyphen;

const isHex = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

function endOf(text: TextView, from: number, width: number, separator: number): number {
  const to = from + 12 + 12 / width - 1;
  for (let place = from; place < to; place++) {
    const byte = at(text, place);
    if ((place - from) % (width + 1) === width ? byte !== separator : !isHex(byte)) return 0;
  }
  return to;
}

/** A time or a date is no address, so digits alone need a word; nor is one digit throughout. */
function qualityOf(text: TextView, from: number, to: number, isPair: boolean): Quality | null {
  let hasLetter = false;
  let isUniform = true;
  for (let place = from; place < to; place++) {
    if (!isHex(text.bytes[place]!)) continue;
    if (classAt(text, place) !== digit) hasLetter = true;
    if (text.bytes[place] !== text.bytes[from]) isUniform = false;
  }
  const isNamed = context.isNear(text, from, to, 48);
  if (isUniform) return isNamed ? "pattern" : null;
  if (isNamed) return "valid";
  return hasLetter && isPair ? "pattern" : null;
}

/** Capital pairs with colons. */
function valueOf(text: TextView, from: number, to: number): string {
  let out = "";
  let digits = 0;
  for (let place = from; place < to; place++) {
    if (!isHex(text.bytes[place]!)) continue;
    if (digits > 0 && digits % 2 === 0) out += ":";
    out += String.fromCharCode(text.bytes[place]!);
    digits++;
  }
  return out.toUpperCase();
}
