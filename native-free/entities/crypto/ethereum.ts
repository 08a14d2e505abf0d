/**
 * Ethereum addresses: `0x` and 40 hexadecimal digits, whose case of letters is the check (EIP-55). In one case of
 * letters there is none. Not supported: addresses without `0x`, ICAP.
 */
import { keccak256 } from "../checks/keccak.ts";
import { isFree } from "../compact.ts";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { at, classAt, ContextWords, digit, lower, textOf, upper } from "../text-view.ts";

const context = new ContextWords(
  (
    "ethereum eth ether wallet wallets address erc20 erc token contract usdt usdc metamask etherscan bsc " +
    "bep20 polygon deposit withdraw crypto"
  ).split(" "),
);
const length = 42;

export const ethereum: Recogniser = {
  id: "ethereum",
  family: "entity",
  name: "Ethereum addresses",
  spec: "EIP-55",
  level: "complete",
  kinds: [{ id: "ethereum", name: "Ethereum address", spec: "EIP-55" }],
  triggers: [{ on: "token", length: [length, length], pairs: ["0x"], digits: [1, 1], has: "both" }],
  recognise,
};

const small = new Uint8Array(40);

function recognise(text: TextView, from: number): EntityMatch | null {
  if (text.bytes[from] !== 0x30 || at(text, from + 1) !== 0x78) return null;
  const to = from + length;
  let seen = 0;
  let isUniform = true;
  for (let place = from + 2; place < to; place++) {
    const kind = classAt(text, place);
    const byte = at(text, place) | 0x20;
    if (kind !== digit && (byte < 0x61 || byte > 0x66)) return null;
    if (text.bytes[place] !== text.bytes[from + 2]) isUniform = false;
    small[place - from - 2] = kind === digit ? text.bytes[place]! : byte;
    seen |= kind;
  }
  if (!isFree(text, from - 1) || !isFree(text, to) || isUniform) return null;
  const quality = qualityOf(text, from, to, seen);
  return quality === null ? null : { kind: "ethereum", from, to, value: textOf(text, from, to), quality };
}

function qualityOf(text: TextView, from: number, to: number, seen: number): Quality | null {
  if ((seen & upper) === 0 || (seen & lower) === 0) return "pattern";
  const digest = keccak256(small);
  for (let i = 0; i < 40; i++) {
    const kind = classAt(text, from + 2 + i);
    if (kind === digit) continue;
    const nibble = (digest[i >> 1]! >> (i % 2 === 0 ? 4 : 0)) & 15;
    if ((kind === upper) !== nibble >= 8) return context.isNear(text, from, to, 48) ? "invalid-check" : null;
  }
  return "valid";
}
