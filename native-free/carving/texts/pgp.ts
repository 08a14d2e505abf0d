/**
 * Binary OpenPGP: key rings, whose own signatures carry two bytes of a hash over key and owner, which is computed again; and messages to
 * keys, whose packets fit each other. Spec: RFC 9580 sections 5 and 10; RFC 4880 section 5.2.4.
 * Not supported: keys of versions 3 and 6, messages to a passphrase only (nothing in them can be verified) or without
 * protection of their integrity, lone signatures.
 */
import { createHash } from "node:crypto";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek } from "../peek.ts";
import { behindNumber, behindPublicKey, Packet, tags } from "./pgp-packets.ts";

const packetLimit = 1_000_000;
/** More than a photograph in a user attribute has. */
const longestKeyPacket = 1 << 24;
const hashes: Readonly<Record<number, string>> = { 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512", 11: "sha224" };
const signatureHeaderBytes = 6;
const keyTags = new Set<number>([
  tags.signature,
  tags.secretKey,
  tags.publicKey,
  tags.secretSubkey,
  tags.trust,
  tags.userId,
  tags.publicSubkey,
  tags.userAttribute,
]);
const isCertification = (type: number): boolean => type >= 0x10 && type <= 0x13;

/** What is signed where an owner is certified: the key's public part, and the name. */
interface Signed {
  keyAt: number;
  keyEnd: number;
  nameAt: number;
  nameEnd: number;
  title: string | null;
}

/** Whether two bytes of a version 4 certification are those of its hash (RFC 4880 section 5.2.4); null where it is another signature. */
function isCertified(window: CarveWindow, packet: Packet, signed: Signed): boolean | null {
  const at = packet.bodyAt;
  const hash = hashes[window.u8(at + 3)];
  if (window.u8(at) !== 4 || !isCertification(window.u8(at + 1)) || hash === undefined || signed.nameAt === 0)
    return null;
  const hashedEnd = at + signatureHeaderBytes + window.u16be(at + 4);
  const left = hashedEnd + 2 + window.u16be(hashedEnd);
  if (left + 2 > packet.end) return false;
  const [key, name] = [signed.keyEnd - signed.keyAt, signed.nameEnd - signed.nameAt];
  const hashed = hashedEnd - at;
  const digest = createHash(hash)
    .update(new Uint8Array([0x99, key >> 8, key & 255]))
    .update(window.bytes(signed.keyAt, key))
    .update(new Uint8Array([0xb4, 0, 0, name >> 8, name & 255]))
    .update(window.bytes(signed.nameAt, name))
    .update(window.bytes(at, hashed))
    .update(new Uint8Array([4, 0xff, 0, 0, hashed >> 8, hashed & 255]))
    .digest();
  return digest.readUInt16BE(0) === window.u16be(left);
}

/** Takes one packet of a key ring; false where it does not belong there. */
function takeKeyPacket(window: CarveWindow, packet: Packet, signed: Signed): boolean {
  if (!keyTags.has(packet.tag) || packet.isInParts || packet.end - packet.bodyAt > longestKeyPacket) return false;
  const isSecret = packet.tag === tags.secretKey || packet.tag === tags.secretSubkey;
  if (isSecret || packet.tag === tags.publicKey || packet.tag === tags.publicSubkey) {
    const end = behindPublicKey(window, packet.bodyAt, packet.end);
    if (end < 0 || (isSecret ? end >= packet.end : end !== packet.end)) return false;
    if (packet.tag === tags.secretKey || packet.tag === tags.publicKey) {
      Object.assign(signed, { keyAt: packet.bodyAt, keyEnd: end, nameAt: 0 });
    }
    return true;
  }
  if (packet.tag === tags.userAttribute) signed.nameAt = 0;
  if (packet.tag !== tags.userId) return packet.tag !== tags.signature || [3, 4, 6].includes(window.u8(packet.bodyAt));
  if (packet.end - packet.bodyAt > 2048) return false;
  signed.nameAt = packet.bodyAt;
  signed.nameEnd = packet.end;
  signed.title ??= Buffer.from(window.bytes(packet.bodyAt, packet.end - packet.bodyAt)).toString("utf8");
  return true;
}

/** Whether a packet that reaches behind the end begins as one: version of a key or a signature, printable name of an owner. */
function beginsSoundly(window: CarveWindow, { tag, bodyAt, isInParts }: Packet): boolean {
  const first = window.u8(bodyAt);
  if (isInParts || !keyTags.has(tag)) return false;
  if (tag === tags.signature) return first === 4 || first === 6;
  return tag === tags.userId
    ? first >= 0x20 && first < 0x7f
    : first === 4 && tag !== tags.trust && tag !== tags.userAttribute;
}

function carveKeys(window: CarveWindow, at: number): Carved | null {
  const packet = new Packet();
  const signed: Signed = { keyAt: 0, keyEnd: 0, nameAt: 0, nameEnd: 0, title: null };
  let [to, good, isCut] = [at, 0, false];
  for (let i = 0; i < packetLimit && packet.read(window, to); i++) {
    if (!window.has(packet.bodyAt, packet.end - packet.bodyAt)) {
      isCut = beginsSoundly(window, packet);
      break;
    }
    if (!takeKeyPacket(window, packet, signed)) break;
    // Others' signatures may be over what is not here; one that is right proves the key.
    if (packet.tag === tags.signature && good === 0 && isCertified(window, packet, signed) === true) good++;
    to = packet.end;
  }
  if (good === 0) return null;
  return carvedAs("pgp-keys", isCut ? "truncated" : "complete", to - at, signed.title);
}

/** Whether a session key fills its packet: recipient, algorithm, numbers (RFC 9580 section 5.1). */
function isSessionKey(window: CarveWindow, packet: Packet): boolean {
  const [from, end] = [packet.bodyAt, packet.end];
  if (packet.isInParts || window.u8(from) !== 3) return false;
  const algorithm = window.u8(from + 9);
  const first = behindNumber(window, from + 10, end);
  if (first < 0) return false;
  if (algorithm === 1 || algorithm === 2) return first === end;
  if (algorithm === 16) return behindNumber(window, first, end) === end;
  return algorithm === 18 && first + 1 + window.u8(first) === end;
}

/** Version 1; or 2 with a cipher, a mode and a chunk size that exist (RFC 9580 section 5.13). */
function isProtectedData(window: CarveWindow, packet: Packet): boolean {
  const at = packet.bodyAt;
  if (packet.end - at < 20) return false;
  const [cipher, mode] = [window.u8(at + 1), window.u8(at + 2)];
  const isNewer = cipher >= 7 && cipher <= 13 && mode >= 1 && mode <= 3 && window.u8(at + 3) <= 16;
  return window.u8(at) === 1 || (window.u8(at) === 2 && isNewer);
}

function carveMessage(window: CarveWindow, at: number): Carved | null {
  const packet = new Packet();
  let [to, recipients] = [at, 0];
  for (let i = 0; i < 1000 && packet.read(window, to); i++) {
    if (packet.tag === tags.protectedData) {
      if (recipients === 0 || !isProtectedData(window, packet) || packet.end > window.end) return null;
      return carvedAs("pgp", "complete", packet.end - at);
    }
    if (packet.tag === tags.sessionKey) {
      if (!isSessionKey(window, packet)) return null;
      recipients++;
    } else if (packet.tag !== tags.passphraseKey && packet.tag !== tags.marker) return null;
    to = packet.end;
  }
  return null;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  const tag = head[0]! < 0xc0 ? (head[0]! >> 2) & 15 : head[0]! & 63;
  const window = new CarveWindow(source, end);
  return tag === tags.sessionKey ? carveMessage(window, at) : carveKeys(window, at);
}

export const pgpCarver: Carver = {
  id: "pgp",
  family: "carver",
  name: "OpenPGP keys and messages (binary)",
  spec: "RFC 9580; RFC 4880",
  level: "partial",
  kinds: [
    { id: "pgp-keys", name: "OpenPGP keys", extension: "gpg" },
    { id: "pgp", name: "OpenPGP message", extension: "gpg" },
  ],
  // First packets by kind, length and version: public keys, secret keys, session keys to RSA, Elgamal and curve keys.
  signatures: [
    ...["00", "01", "02", "03", "04"].map((high) => signature(`99 ${high} ?? 04`)),
    ...["00", "01", "02", "03", "04", "05", "06", "07", "08", "09"].map((high) => signature(`95 ${high} ?? 04`)),
    ...["33", "37", "3a", "52", "53", "6f", "73", "8d", "93", "97", "a2"].map((length) => signature(`98 ${length} 04`)),
    ...["58", "86", "77", "a5", "c7", "da"].map((length) => signature(`94 ${length} 04`)),
    ...["33 04", "c0 4d 04", "c0 cd 04", "c1 4d 04", "c1 8d 04"].map((length) => signature(`c6 ${length}`)),
    ...["58 04", "86 04"].map((length) => signature(`c5 ${length}`)),
    ...["00", "01", "02", "03", "04"].map((high) => signature(`85 ${high} ?? 03`)),
    ...["5e", "62", "7e", "8c", "ae"].map((length) => signature(`84 ${length} 03`)),
    ...["5e 03", "c0 4c 03", "c0 cc 03", "c1 4c 03"].map((length) => signature(`c1 ${length}`)),
  ],
  limitBytes: 2 ** 36,
  carve,
};
