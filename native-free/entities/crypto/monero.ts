/**
 * Monero addresses: base58 in blocks of 8 bytes written as 11 characters, network byte, keys, the first four bytes of
 * Keccak-256 (CryptoNote Standard 007; Monero's "Standard address"). Main network, subaddresses and integrated
 * addresses; stage and test network.
 */
import { decodeBase58, isBase58 } from "../checks/base58.ts";
import { keccak256 } from "../checks/keccak.ts";
import { isFree } from "../compact.ts";
import type { EntityMatch, Recogniser, TextView } from "../entity.ts";
import { at, ContextWords, textOf } from "../text-view.ts";

const standard = 95;
const integrated = 106;
const blockCharacters = 11;
/** How many bytes the last, shorter block of each length stands for: 7 characters 5 bytes. */
const lastCharacters = 7;
const lastBytes = 5;

const context = new ContextWords("monero xmr wallet address donate payment crypto".split(" "));
/** By length of the address: standard and subaddress, integrated; main, test and stage network. */
const networks = [new Set([18, 42, 53, 63, 24, 36]), new Set([19, 54, 25])] as const;

export const monero: Recogniser = {
  id: "monero",
  family: "entity",
  name: "Monero addresses",
  spec: "CryptoNote Standard 007; Monero address formats",
  level: "complete",
  kinds: [{ id: "monero", name: "Monero address", spec: "CryptoNote Standard 007" }],
  triggers: [
    { on: "token", length: [standard, standard], has: "both" },
    { on: "token", length: [integrated, integrated], has: "both" },
  ],
  recognise,
};

const decoded = new Uint8Array(77);
const block = new Uint8Array(8);
const last = new Uint8Array(lastBytes);

function recognise(text: TextView, from: number): EntityMatch | null {
  const isLong = !isFree(text, from + standard) && at(text, from + standard) < 0x80;
  const to = from + (isLong ? integrated : standard);
  if (!isFree(text, from - 1) || !isFree(text, to) || !isBase58(text.bytes, from, to)) return null;
  const size = decode(text, from, to);
  if (size === 0 || !networks[isLong ? 1 : 0].has(decoded[0]!)) return null;
  const digest = keccak256(decoded, 0, size - 4);
  let isChecked = true;
  for (let i = 0; i < 4; i++) if (digest[i] !== decoded[size - 4 + i]) isChecked = false;
  if (!isChecked && !context.isNear(text, from, to, 48)) return null;
  return { kind: "monero", from, to, value: textOf(text, from, to), quality: isChecked ? "valid" : "invalid-check" };
}

/** How many bytes; 0 where a block stands for more than it can. */
function decode(text: TextView, from: number, to: number): number {
  let size = 0;
  let place = from;
  for (; place + blockCharacters <= to; place += blockCharacters, size += block.length) {
    if (!decodeBase58(text.bytes, place, place + blockCharacters, block)) return 0;
    decoded.set(block, size);
  }
  if (to - place !== lastCharacters) return 0;
  if (!decodeBase58(text.bytes, place, to, last)) return 0;
  decoded.set(last, size);
  return size + lastBytes;
}
