/**
 * OpenPGP in ASCII armour: messages, keys and signatures between two lines, with their checksum; and signed text in clear, which ends with
 * the signature. Spec: RFC 9580 sections 6 and 7, RFC 4880 section 6.1 (CRC-24, which newer writers may leave out: then the content must
 * be packets).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { beginsAsText, behindLineEnds, Line } from "./text-bytes.ts";

const crcStart = 0xb7_04ce;
const crcPolynomial = 0x186_4cfb;
const longestArmor = 1 << 26;

/** By what stands in the first line. */
const kindOf: Readonly<Record<string, string>> = {
  MESSAGE: "pgp-armor",
  "PUBLIC KEY BLOCK": "pgp-armor-keys",
  "PRIVATE KEY BLOCK": "pgp-armor-keys",
  SIGNATURE: "pgp-signature",
};

function crc24(bytes: Uint8Array): number {
  let crc = crcStart;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if (crc & 0x100_0000) crc ^= crcPolynomial;
    }
  }
  return crc & 0xff_ffff;
}

/** One block of armour. */
interface Armor {
  readonly kind: string;
  /** Behind the closing line, without its end. */
  readonly end: number;
}

/** The block that begins at `at`; null where it has no sound end, or its checksum is wrong. */
function readArmor(window: CarveWindow, at: number): Armor | null {
  const line = new Line(window);
  if (!line.read(at) || !line.isWhole) return null;
  const label = /^-----BEGIN PGP ([A-Z ]+)-----\s*$/.exec(line.text())?.[1];
  const kind = label === undefined ? undefined : kindOf[label];
  if (label === undefined || kind === undefined) return null;
  const closing = `-----END PGP ${label}-----`;
  const parts: string[] = [];
  let [checksum, isBody] = ["", false];
  while (line.read(line.to) && line.to - at < longestArmor) {
    const text = line.text().trimEnd();
    if (text.startsWith(closing)) {
      return isSound(parts.join(""), checksum) ? { kind, end: line.start + closing.length } : null;
    }
    if (!line.isWhole) return null;
    if (!isBody) {
      // Headers, then a blank line; some writers forget the line where there are no headers.
      if (text === "") isBody = true;
      else if (/^[A-Za-z-]+: /.test(text)) continue;
      else isBody = true;
    }
    if (/^=[A-Za-z0-9+/]{4}$/.test(text)) checksum = text.slice(1);
    else if (/^[A-Za-z0-9+/]*={0,2}$/.test(text)) parts.push(text);
    else return null;
  }
  return null;
}

function isSound(base64: string, checksum: string): boolean {
  if (base64.length < 12) return false;
  const bytes = Buffer.from(base64, "base64");
  // The first bit of a packet is always set (RFC 9580 section 4.2).
  if (bytes[0]! < 0x80) return false;
  return checksum === "" || Buffer.from(checksum, "base64").readUIntBE(0, 3) === crc24(bytes);
}

/** Text in clear up to the armour of its signature (section 7); lines that begin with dashes are escaped. */
function readSigned(window: CarveWindow, at: number): Armor | null {
  const line = new Line(window);
  if (!line.read(at)) return null;
  while (line.isWhole && line.read(line.to)) {
    if (line.startsWith("-----BEGIN PGP SIGNATURE-----")) {
      const signature = readArmor(window, line.start);
      return signature && { kind: "pgp-signed", end: signature.end };
    }
    if (line.startsWith("-----")) return null;
  }
  return null;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!beginsAsText(source, at, end, 32)) return null;
  const window = new CarveWindow(source, end);
  const isSigned = window.isText(at, "-----BEGIN PGP SIGNED MESSAGE-----");
  const armor = isSigned ? readSigned(window, at) : readArmor(window, at);
  return armor && carvedAs(armor.kind, "complete", behindLineEnds(window, armor.end) - at);
}

export const pgpArmorCarver: Carver = {
  id: "pgp-armor",
  family: "carver",
  name: "OpenPGP in ASCII armour",
  spec: "RFC 9580 sections 6 and 7",
  level: "complete",
  kinds: [
    { id: "pgp-armor", name: "OpenPGP message (ASCII)", extension: "asc" },
    { id: "pgp-armor-keys", name: "OpenPGP keys (ASCII)", extension: "asc" },
    { id: "pgp-signature", name: "OpenPGP signature (ASCII)", extension: "asc" },
    { id: "pgp-signed", name: "OpenPGP signed text", extension: "asc" },
  ],
  signatures: [textSignature("-----BEGIN PGP ")],
  limitBytes: longestArmor,
  carve,
};
