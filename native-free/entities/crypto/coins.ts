/**
 * Addresses and keys of coins that carry Base58Check or Bech32: Bitcoin, Litecoin, Dogecoin, Tron, XRP; private keys
 * (WIF) and extended keys (BIP-32). The checks are 30 and 32 bits long, so what holds leaves no doubt. Not supported:
 * Bitcoin Cash in CashAddr form, Solana (no check).
 */
import { decodeBase58, isBase58, isBase58Check, bitcoinAlphabet, rippleAlphabet } from "../checks/base58.ts";
import { isBech32Text, isSegwit } from "../checks/bech32.ts";
import { isFree } from "../compact.ts";
import type { EntityMatch, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, ContextWords, lower, textOf, upper } from "../text-view.ts";

const addressBytes = 25;
const context = new ContextWords(
  (
    "bitcoin btc wallet wallets address litecoin ltc dogecoin doge tron trx usdt trc20 xrp ripple crypto " +
    "donate payment deposit withdraw"
  ).split(" "),
);

/**
 * Coins by version byte of their addresses (SLIP-132 and the coins' own `chainparams`); test networks count as the
 * coin.
 */
const kindOfVersion = new Map<number, string>([
  [0x00, "bitcoin"],
  [0x05, "bitcoin"],
  [0x6f, "bitcoin"],
  [0xc4, "bitcoin"],
  [0x30, "litecoin"],
  [0x32, "litecoin"],
  [0x1e, "dogecoin"],
  [0x16, "dogecoin"],
  [0x41, "tron"],
]);

/** First characters that those versions lead to. */
const firstCharacters = "13mn2LMDA9T";
const isFirst = new Uint8Array(256);
for (const character of firstCharacters) isFirst[character.charCodeAt(0)] = 1;

export const coins: Recogniser = {
  id: "coins",
  family: "entity",
  name: "Crypto-asset addresses with Base58Check or Bech32",
  spec: "BIP-173, BIP-350; Base58Check as in Bitcoin's base58.cpp description (developer.bitcoin.org, Base58Check)",
  level: "partial",
  kinds: [
    { id: "bitcoin", name: "Bitcoin address", spec: "BIP-173, BIP-350, Base58Check" },
    { id: "litecoin", name: "Litecoin address", spec: "Base58Check, BIP-173" },
    { id: "dogecoin", name: "Dogecoin address", spec: "Base58Check" },
    { id: "tron", name: "Tron address", spec: "TRON Protocol, Account: address format" },
    { id: "ripple", name: "XRP Ledger address", spec: "XRPL base58 encodings" },
  ],
  triggers: [
    { on: "token", length: [25, 35], begins: `${firstCharacters}r`, has: "both" },
    { on: "token", length: [42, 42], pairs: ["bc", "tb", "lt"], letters: [2, 3], has: "both" },
    { on: "token", length: [62, 64], pairs: ["bc", "tb", "lt"], letters: [2, 3], has: "both" },
  ],
  recognise,
};

const decoded = new Uint8Array(addressBytes);

function recognise(text: TextView, from: number): EntityMatch | null {
  let to = from + 25;
  while ((classAt(text, to) & alphanumeric) !== 0 && to - from < 65) to++;
  if (!isFree(text, from - 1) || !isFree(text, to)) return null;
  if (to - from > 35) return segwit(text, from, to);
  const first = text.bytes[from]!;
  if (first === 0x72) return ripple(text, from, to);
  if (isFirst[first] === 0 || !isBase58(text.bytes, from, to)) return null;
  const fits = decodeBase58(text.bytes, from, to, decoded) && leadingZeros(text, from, 0x31);
  const kind = fits ? kindOfVersion.get(decoded[0]!) : undefined;
  if (kind === undefined) return null;
  const value = textOf(text, from, to);
  if (isBase58Check(decoded)) return { kind, from, to, value, quality: "valid" };
  const isLikely = to - from >= 33 && isMixed(text, from, to) && context.isNear(text, from, to, 48);
  return isLikely ? { kind, from, to, value, quality: "invalid-check" } : null;
}

/** Each zero byte in front is written as one character of value 0, no more and no fewer. */
function leadingZeros(text: TextView, from: number, zero: number): boolean {
  let zeros = 0;
  while (decoded[zeros] === 0 && zeros < addressBytes) zeros++;
  let written = 0;
  while (at(text, from + written) === zero) written++;
  return zeros === written;
}

function isMixed(text: TextView, from: number, to: number): boolean {
  let seen = 0;
  for (let place = from; place < to; place++) seen |= classAt(text, place);
  return (seen & upper) !== 0 && (seen & lower) !== 0;
}

function ripple(text: TextView, from: number, to: number): EntityMatch | null {
  if (!isBase58(text.bytes, from, to, rippleAlphabet)) return null;
  if (!decodeBase58(text.bytes, from, to, decoded, rippleAlphabet) || decoded[0] !== 0) return null;
  if (!leadingZeros(text, from, 0x72) || !isBase58Check(decoded)) return null;
  return { kind: "ripple", from, to, value: textOf(text, from, to), quality: "valid" };
}

const segwitPrefixes = [
  { prefix: "bc", kind: "bitcoin" },
  { prefix: "tb", kind: "bitcoin" },
  { prefix: "ltc", kind: "litecoin" },
];

function segwit(text: TextView, from: number, to: number): EntityMatch | null {
  for (const { prefix, kind } of segwitPrefixes) {
    let i = 0;
    while (i < prefix.length && (at(text, from + i) | 0x20) === prefix.charCodeAt(i)) i++;
    const dataFrom = from + i + 1;
    if (i < prefix.length || at(text, dataFrom - 1) !== 0x31) continue;
    if (isMixed(text, from, to) || !isBech32Text(text.bytes, dataFrom, to)) return null;
    const isChecked = isSegwit(text.bytes, prefix, dataFrom, to);
    const value = textOf(text, from, to).toLowerCase();
    return { kind, from, to, value, quality: isChecked ? "valid" : "invalid-check" };
  }
  return null;
}

export const coinKeys: Recogniser = {
  id: "coin-keys",
  family: "entity",
  name: "Private and extended keys of crypto assets",
  spec: "BIP-32 Serialization format; Wallet import format (developer.bitcoin.org)",
  level: "complete",
  kinds: [
    { id: "wif", name: "Private key (WIF)", spec: "Wallet import format", masked: true },
    { id: "extended-key", name: "Extended key", spec: "BIP-32 Serialization format; SLIP-132", masked: true },
  ],
  triggers: [
    { on: "token", length: [51, 52], has: "both" },
    { on: "token", length: [111, 112], letters: [4, 112], has: "both" },
  ],
  recognise: recogniseKey,
};

const shortKey = new Uint8Array(37);
const longKey = new Uint8Array(38);
const extended = new Uint8Array(82);
/** Version bytes of SLIP-132: x, y and z of Bitcoin, t, u and v of its test network, each public and private. */
const extendedStarts = new Set([
  "xpub",
  "xprv",
  "ypub",
  "yprv",
  "zpub",
  "zprv",
  "tpub",
  "tprv",
  "upub",
  "uprv",
  "vpub",
  "vprv",
]);
/** WIF versions: Bitcoin, its test network, Litecoin, Dogecoin. */
const wifVersions = new Set([0x80, 0xef, 0xb0, 0x9e]);

function recogniseKey(text: TextView, from: number): EntityMatch | null {
  let to = from + 51;
  while ((classAt(text, to) & alphanumeric) !== 0 && to - from < 113) to++;
  if (!isFree(text, from - 1) || !isFree(text, to) || !isBase58(text.bytes, from, to)) return null;
  if (to - from > 52) {
    if (!extendedStarts.has(textOf(text, from, from + 4)) || !holds(text, from, to, extended)) return null;
    return { kind: "extended-key", from, to, value: textOf(text, from, to), quality: "valid" };
  }
  const isShort = to - from === 51;
  const key = isShort ? shortKey : longKey;
  // The longer form says by a last byte of 1 that the public key is compressed.
  if (!holds(text, from, to, key) || !wifVersions.has(key[0]!) || (!isShort && key[33] !== 1)) return null;
  return { kind: "wif", from, to, value: textOf(text, from, to), quality: "valid" };
}

function holds(text: TextView, from: number, to: number, out: Uint8Array): boolean {
  return decodeBase58(text.bytes, from, to, out, bitcoinAlphabet) && out[0]! + out[1]! > 0 && isBase58Check(out);
}
