/**
 * OpenPGP keys, messages and signatures, binary and armoured (RFC 9580, RFC 4880): user ids, fingerprints, dates, for whom a
 * message is encrypted, who signed. Nothing is decrypted: the passwords of a case are no keys, and messages under a
 * password are listed as encrypted.
 */
import { createHash } from "node:crypto";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { dearmored } from "./armor.ts";
import { type Packet, packetsOf } from "./packets.ts";

const longest = 16 << 20;

export const pgpExtractor: Extractor = {
  id: "pgp",
  family: "extractor",
  name: "OpenPGP: user ids, keys, recipients",
  spec: "RFC 9580; RFC 4880",
  level: "partial",
  types: ["pgp", "pgp-keys", "pgp-armor", "pgp-armor-keys", "pgp-signature"],
  extract: extractPgp,
};

const tag = {
  sessionKey: 1,
  signature: 2,
  passwordKey: 3,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  encrypted: 9,
  userId: 13,
  publicSubkey: 14,
  sealed: 18,
  aead: 20,
};
const encryptedTags = [tag.encrypted, tag.sealed, tag.aead];
const keyTags = [tag.secretKey, tag.publicKey, tag.secretSubkey, tag.publicSubkey];

async function* extractPgp(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const head = Buffer.from(readRange(source, 0, Math.min(longest, context.wholeLimitBytes)));
  const armored = dearmored(head);
  for (const line of armored?.headers ?? []) yield { what: "text", label: "armour", text: `${line}\n` };
  let hasSecret = false;
  let isEncrypted = false;
  let isWhole = true;
  for (const packet of packetsOf(armored?.bytes ?? head, armored !== null || source.size <= head.length)) {
    isWhole = packet.isWhole;
    hasSecret ||= packet.tag === tag.secretKey || packet.tag === tag.secretSubkey;
    isEncrypted ||= encryptedTags.includes(packet.tag);
    yield* packetFields(packet);
  }
  if (hasSecret) yield { what: "finding", finding: finding("keys/private-key", { form: "OpenPGP" }) };
  if (isEncrypted) yield { what: "status", status: "failed", reason: "encrypted" };
  else if (!isWhole) {
    yield { what: "finding", finding: finding("keys/damaged", { what: "OpenPGP packet" }) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
}

function* packetFields({ tag: kind, body }: Packet): Generator<Extraction> {
  if (kind === tag.userId) yield* userId(body.toString("utf8").toWellFormed().trim());
  else if (keyTags.includes(kind)) yield* key(kind, body);
  else if (kind === tag.sessionKey && body.length >= 9 && body[0] === 3) {
    const id = body.toString("hex", 1, 9).toUpperCase();
    // A key id of zeros hides the recipient on purpose.
    if (!/^0+$/.test(id)) yield { what: "field", name: "to", value: `key ${id}`, source: "openpgp" };
  } else if (kind === tag.signature) yield* signature(body);
}

function* userId(text: string): Generator<Extraction> {
  if (text === "") return;
  yield { what: "field", name: "author", value: text.slice(0, 4096), source: "openpgp user id" };
  const address = /<([^<>\s]+@[^<>\s]+)>/.exec(text)?.[1] ?? (/^[^\s@]+@[^\s@]+$/.test(text) ? text : null);
  if (address) yield { what: "field", name: "email", value: address, source: "openpgp user id" };
  yield { what: "text", label: "user id", text: `${text}\n` };
}

function* key(kind: number, body: Buffer): Generator<Extraction> {
  if (body.length < 6) return;
  const isMain = kind === tag.secretKey || kind === tag.publicKey;
  const made = unixDate(body.readUInt32BE(1));
  if (isMain && made) yield { what: "field", name: "created", value: made, source: "openpgp key" };
  const public_ = kind === tag.secretKey || kind === tag.secretSubkey ? publicPart(body) : body;
  if (body[0] === 4 && public_) {
    const head = Buffer.from([0x99, public_.length >> 8, public_.length & 0xff]);
    const fingerprint = createHash("sha1").update(head).update(public_).digest("hex");
    yield { what: "field", name: "documentId", value: fingerprint, source: isMain ? "openpgp key" : "openpgp subkey" };
  }
}

/** Numbers of a public key by algorithm (RFC 9580 5.5.5): integers, or a curve and an integer. */
function publicPart(body: Buffer): Buffer | null {
  const algorithm = body[5]!;
  let at = 6;
  const integers = { 1: 2, 2: 2, 3: 2, 16: 3, 17: 4 }[algorithm] ?? 0;
  const hasCurve = [18, 19, 22].includes(algorithm);
  if (integers === 0 && !hasCurve) return null;
  if (hasCurve) at += 1 + (body[at] ?? 0);
  for (let index = 0; index < (integers || 1); index++) {
    if (at + 2 > body.length) return null;
    at += 2 + Math.ceil(body.readUInt16BE(at) / 8);
  }
  // Elliptic-curve encryption has the parameters of its key derivation behind the point.
  if (algorithm === 18) at += 1 + (body[at] ?? 0);
  return at <= body.length && at <= 0xffff ? body.subarray(0, at) : null;
}

const subpacket = { created: 2, issuer: 16, signerId: 28, fingerprint: 33 };

/** Version 4: version, type, two algorithms, hashed and other subpackets. */
function* signature(body: Buffer): Generator<Extraction> {
  if (body[0] !== 4 || body.length < 8) return;
  const hashed = 6 + body.readUInt16BE(4);
  const parts = [body.subarray(6, hashed)];
  if (hashed + 2 <= body.length) parts.push(body.subarray(hashed + 2, hashed + 2 + body.readUInt16BE(hashed)));
  // Certifications bind user ids to keys: what they say is said of the key already.
  const isDocument = body[1]! <= 1;
  for (const [type, value] of parts.flatMap(subpacketsOf)) {
    if (!isDocument) continue;
    const date = type === subpacket.created && value.length === 4 ? unixDate(value.readUInt32BE(0)) : null;
    if (date) yield { what: "field", name: "signed", value: date, source: "openpgp signature" };
    if (type === subpacket.issuer)
      yield {
        what: "field",
        name: "signerSerial",
        value: value.toString("hex").toUpperCase(),
        source: "openpgp signature",
      };
    if (type === subpacket.signerId)
      yield {
        what: "field",
        name: "signer",
        value: value.toString("utf8").toWellFormed(),
        source: "openpgp signature",
      };
  }
}

function subpacketsOf(bytes: Buffer): [number, Buffer][] {
  const found: [number, Buffer][] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const wide = first >= 192 && first < 255 && at + 1 < bytes.length;
    const [length, skip] = first < 192 ? [first, 1] : wide ? [((first - 192) << 8) + bytes[at + 1]! + 192, 2] : [0, 0];
    if (length < 2 || at + skip + length > bytes.length) break;
    found.push([bytes[at + skip]! & 0x7f, bytes.subarray(at + skip + 1, at + skip + length)]);
    at += skip + length;
  }
  return found;
}

function unixDate(seconds: number): string | null {
  return seconds === 0 ? null : new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
