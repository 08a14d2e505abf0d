/**
 * Certificates and keys in PEM: base64 between two lines of one label, whose content is a DER value of exactly its length, an SSH key, or
 * an encrypted key of the older kind. Several that follow each other are one file. Spec: RFC 7468, RFC 1421 (headers), PROTOCOL.key
 * (OpenSSH).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { beginsAsText, behindLineEnds, Line } from "./text-bytes.ts";

const begin = "-----BEGIN ";
const longestBlock = 1 << 20;
const blockLimit = 10_000;
const sequence = 0x30;

/** Whether the bytes are one DER SEQUENCE and nothing behind it (X.690 section 8.1.3). */
function isDer(bytes: Uint8Array): boolean {
  if (bytes[0] !== sequence || bytes.length < 8) return false;
  const first = bytes[1]!;
  if (first < 0x80) return bytes.length === 2 + first;
  const count = first & 0x7f;
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + (bytes[2 + i] ?? 0);
  return count > 0 && count < 5 && bytes.length === 2 + count + length;
}

/** Behind the block at `at`; 0 where there is none. Blank lines and headers in front of the base64 are those of RFC 1421. */
function blockEnd(window: CarveWindow, at: number): number {
  const line = new Line(window);
  if (!line.read(at) || !line.isWhole) return 0;
  const label = /^-----BEGIN ([A-Z0-9][A-Z0-9 .#-]{1,60})-----\s*$/.exec(line.text())?.[1];
  if (label === undefined || label.startsWith("PGP ")) return 0;
  const closing = `-----END ${label}-----`;
  let [base64, isEncrypted] = ["", false];
  while (line.read(line.to) && line.to - at < longestBlock) {
    const text = line.text();
    if (text.startsWith(closing)) {
      return isContent(base64, isEncrypted) ? line.start + closing.length : 0;
    }
    if (/^(Proc-Type|DEK-Info|Comment|Subject)\b.*:/i.test(text))
      isEncrypted ||= text.startsWith("Proc-Type: 4,ENCRYPTED");
    else if (/^[A-Za-z0-9+/]*={0,2}\s*$/.test(text)) base64 += text.trim();
    else return 0;
    if (!line.isWhole) return 0;
  }
  return 0;
}

function isContent(base64: string, isEncrypted: boolean): boolean {
  if (base64.length < 16 || base64.length % 4 !== 0) return false;
  const bytes = Buffer.from(base64, "base64");
  // A key encrypted as a whole shows only that it is of whole blocks.
  if (isEncrypted) return bytes.length % 8 === 0;
  return isDer(bytes) || bytes.subarray(0, 15).equals(Buffer.from("openssh-key-v1\0"));
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!beginsAsText(source, at, end, 32)) return null;
  const window = new CarveWindow(source, end);
  let to = 0;
  for (let blocks = 0, next = at; blocks < blockLimit && window.isText(next, begin); blocks++) {
    const behind = blockEnd(window, next);
    if (behind === 0) break;
    to = behindLineEnds(window, behind);
    next = to;
  }
  return to === 0 ? null : carvedAs("pem", "complete", to - at);
}

export const pemCarver: Carver = {
  id: "pem",
  family: "carver",
  name: "Certificates and keys (PEM)",
  spec: "RFC 7468",
  level: "complete",
  kinds: [{ id: "pem", name: "Certificates and keys (PEM)", extension: "pem" }],
  signatures: [
    "CERTIFICATE",
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "EC PARAMETERS",
    "DSA PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
    "PKCS7",
    "CMS",
    "X509 CRL",
    "TRUSTED CERTIFICATE",
    "NEW CERTIFICATE REQUEST",
    "X509 CERTIFICATE",
    "DH PARAMETERS",
    "ATTRIBUTE CERTIFICATE",
  ].map((label) => textSignature(`${begin}${label}`)),
  limitBytes: 2 ** 26,
  carve,
};
