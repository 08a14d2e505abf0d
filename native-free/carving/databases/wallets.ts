/**
 * Wallets of crypto-currencies that are text or protocol buffers: Ethereum keystores (Web3 Secret Storage, version 3), Electrum (plain JSON,
 * and packed as ECIES in base64), MultiBit and other wallets of bitcoinj (wallet.proto). Monero's key files have no mark and are not supported.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { textSignature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { afterObject } from "./json-span.ts";

const head = new FirstBytes(64);
const mostKeystoreBytes = 1 << 14;
const mostElectrumBytes = 1 << 26;
const hex = (length: string) => new RegExp(`^(?:0x)?[0-9a-fA-F]{${length}}$`);
const addressHex = hex("40");
const anyHex = hex("2,4096");
const macHex = hex("64");

interface Keystore {
  version?: unknown;
  address?: unknown;
  crypto?: { ciphertext?: unknown; mac?: unknown; cipher?: unknown; kdf?: unknown };
}

const isHex = (value: unknown, form: RegExp): boolean => typeof value === "string" && form.test(value);

/** The text as an object; null where it is none. */
function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isKeystore(fields: Record<string, unknown>): fields is Record<string, unknown> & Keystore {
  // Some programs write "Crypto".
  const store = fields as Keystore & { Crypto?: Keystore["crypto"] };
  const crypto = store.crypto ?? store.Crypto;
  if (store.version !== 3 || typeof crypto !== "object" || crypto === null) return false;
  return typeof crypto.cipher === "string" && isHex(crypto.ciphertext, anyHex) && isHex(crypto.mac, macHex);
}

function carveKeystore(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const window = new CarveWindow(source, end);
  const to = Math.min(end, at + mostKeystoreBytes);
  const after = afterObject(window, at, to);
  if (after < 0) return null;
  const fields = parsed(Buffer.from(window.view(at, after - at)).toString("utf8"));
  if (fields === null || !isKeystore(fields)) return null;
  const title = isHex(fields.address, addressHex) ? String(fields.address) : null;
  return carvedAs("ethereum-keystore", "complete", after - at, title);
}

const seedMark = Buffer.from('"seed_version"');
const typeMark = Buffer.from('"wallet_type"');

function carveElectrum(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const window = new CarveWindow(source, end);
  const to = Math.min(end, at + mostElectrumBytes);
  const after = afterObject(window, at, to);
  if (after < 0) return null;
  if (window.find(seedMark, at, after) < 0 || window.find(typeMark, at, after) < 0) return null;
  return carvedAs("electrum-wallet", "complete", after - at);
}

const base64End = 0x3d;
const isBase64 = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x2b ||
  byte === 0x2f;
/** Magic, point of the curve, and the code at the end; between them are blocks of a cipher. */
const eciesBytes = 4 + 33 + 32;
const cipherBlock = 16;
const packedMark = Buffer.from("QklFMQ");
/** Less is no wallet. */
const smallestCipher = 256;

/** "BIE1", a compressed point, AES-CBC blocks, HMAC-SHA-256; all of it in base64 without breaks. */
function carvePackedElectrum(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end) || !head.bytes.every(isBase64)) return null;
  const window = new CarveWindow(source, end);
  const to = Math.min(end, at + mostElectrumBytes);
  let place = at;
  while (place < to && isBase64(window.u8(place))) place++;
  let padding = 0;
  while (padding < 2 && place + padding < to && window.u8(place + padding) === base64End) padding++;
  const letters = place - at;
  if ((letters + padding) % 4 !== 0) return null;
  const bytes = Math.floor((letters * 3) / 4);
  const point = Buffer.from(head.bytes.subarray(0, 8)).toString("latin1");
  const sign = Buffer.from(point, "base64")[4];
  const cipher = bytes - eciesBytes;
  if ((sign !== 2 && sign !== 3) || cipher < smallestCipher || cipher % cipherBlock !== 0) return null;
  // What is encrypted does not repeat itself.
  if (window.find(packedMark, at + 1, at + letters) >= 0) return null;
  const next = at + letters + padding;
  // Padding ends it; else what follows must be none of its letters and no text.
  const ended = padding > 0 || next >= end || window.u8(next) <= 0x20;
  return carvedAs("electrum-wallet-encrypted", ended ? "complete" : "truncated", letters + padding);
}

const mostFields = 1 << 22;
const lastField = 30;
/** Tags of a wallet's own fields, which are written in the order of their numbers: 1 to 4, 5, 6, 7, 10 to 17. */
const walletTags = [0x0a, 0x12, 0x1a, 0x22, 0x28, 0x32, 0x38, 0x52, 0x5a, 0x60, 0x68, 0x70, 0x7a, 0x82, 0x8a];
/** Fields that are messages of their own, and those of which every wallet has at least one. */
const messageFields = [3, 4, 6, 10, 15, 16, 17];
const keyField = 3;
const transactionField = 4;

/** A varint and where it ends, in one place; -1 where there is none. */
class Protocol {
  value = 0;
  next(window: CarveWindow, at: number, to: number): number {
    let factor = 1;
    this.value = 0;
    for (let i = 0; i < 10 && at + i < to; i++) {
      const byte = window.u8(at + i);
      this.value += (byte & 0x7f) * factor;
      if (byte < 0x80) return at + i + 1;
      factor *= 128;
    }
    return -1;
  }
}
const protocol = new Protocol();

/** Offset behind one field at `at`, -1 where it is none; its number is left in `field`. */
function afterField(window: CarveWindow, at: number, to: number, field: { number: number }): number {
  const behindTag = protocol.next(window, at, to);
  const tag = protocol.value;
  field.number = Math.floor(tag / 8);
  if (behindTag < 0 || field.number < 1 || field.number > lastField) return -1;
  const wire = tag % 8;
  if (wire === 0) return protocol.next(window, behindTag, to);
  if (wire === 1) return behindTag + 8 <= to ? behindTag + 8 : -1;
  if (wire === 5) return behindTag + 4 <= to ? behindTag + 4 : -1;
  if (wire !== 2) return -1;
  const from = protocol.next(window, behindTag, to);
  return from >= 0 && from + protocol.value <= to ? from + protocol.value : -1;
}

/** Where the content of the field at `at` begins, of which the header is a tag of one byte (two from field 16 on) and a length. */
function fieldStart(window: CarveWindow, at: number, after: number): number {
  return protocol.next(window, at + (window.u8(at) < 0x80 ? 1 : 2), after);
}

/** Whether fields fill the stretch from `from` to `to`; an empty one has none. */
function isMessage(window: CarveWindow, from: number, to: number): boolean {
  const field = { number: 0 };
  let place = from;
  while (place >= 0 && place < to) place = afterField(window, place, to, field);
  return from > 0 && from < to && place === to;
}

function carveMultibit(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const window = new CarveWindow(source, end);
  const field = { number: 0 };
  let place = at;
  let entries = 0;
  let last = 0;
  for (let i = 0; i < mostFields && place < end && walletTags.includes(window.u8(place)); i++) {
    const after = afterField(window, place, end, field);
    if (after < 0 || field.number < last) break;
    if (messageFields.includes(field.number) && !isMessage(window, fieldStart(window, place, after), after)) break;
    if (field.number === keyField || field.number === transactionField) entries++;
    last = field.number;
    place = after;
  }
  return entries === 0 ? null : carvedAs("multibit-wallet", "complete", place - at);
}

const shared = { family: "carver", limitBytes: mostElectrumBytes } as const;

export const keystoreCarver: Carver = {
  ...shared,
  id: "ethereum-keystore",
  name: "Ethereum keystore",
  spec: "Web3 Secret Storage Definition, version 3",
  level: "partial",
  kinds: [{ id: "ethereum-keystore", name: "Ethereum keystore", extension: "json" }],
  signatures: ['{"address":"', '{"crypto":{"c', '{"version":3,', '{"id":"', '{"Crypto":{"c'].map((text) =>
    textSignature(text),
  ),
  carve: carveKeystore,
};

export const electrumCarver: Carver = {
  ...shared,
  id: "electrum-wallet",
  name: "Electrum wallet",
  spec: "Electrum, wallet_db.py and storage.py",
  level: "partial",
  kinds: [{ id: "electrum-wallet", name: "Electrum wallet", extension: "json" }],
  signatures: ['{\n    "addr_history": {', '{\n    "accounts": {', '{\n    "active_forwardings": {'].map((text) =>
    textSignature(text),
  ),
  carve: carveElectrum,
};

export const packedElectrumCarver: Carver = {
  ...shared,
  id: "electrum-wallet-encrypted",
  name: "Electrum wallet (encrypted)",
  spec: "Electrum, storage.py; ECIES as BIE1",
  level: "complete",
  kinds: [{ id: "electrum-wallet-encrypted", name: "Electrum wallet (encrypted)", extension: "electrum" }],
  signatures: [textSignature("QklFMQ")],
  carve: carvePackedElectrum,
};

export const multibitCarver: Carver = {
  ...shared,
  id: "multibit-wallet",
  name: "MultiBit wallet",
  spec: "bitcoinj, wallet.proto",
  level: "partial",
  kinds: [{ id: "multibit-wallet", name: "MultiBit wallet", extension: "wallet" }],
  signatures: [textSignature("\n\u0016org.bitcoin.production"), textSignature("\n\u0010org.bitcoin.test")],
  carve: carveMultibit,
};
