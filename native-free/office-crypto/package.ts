/**
 * Encrypted packages of Office Open XML in a compound file: "standard" encryption with AES (MS-OFFCRYPTO 2.3.4.5 to
 * 2.3.4.9) and "agile" encryption (2.3.4.10 to 2.3.4.15). Not supported: extensible encryption, certificate keys, rights
 * management, and the check of the package's own integrity value, whose failure would not stop reading.
 */
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { agileProtection } from "./agile.ts";
import { standardProtection } from "./standard.ts";

/** Decrypts the package piece by piece. */
export interface PackageKey {
  decrypt(segment: Uint8Array, number: number): Uint8Array;
}

export interface PackageProtection {
  /** Short technical word. */
  readonly method: string;
  open(password: string): PackageKey | null;
}

const mostInfoBytes = 1 << 20;
const segmentBytes = 4096;

/** Of the stream `EncryptionInfo`; null where it is of no known kind. */
export function packageProtection(info: ByteSource): PackageProtection | null {
  const bytes = readRange(info, 0, mostInfoBytes);
  if (bytes.length < 8) return null;
  const major = bytes[0]! | (bytes[1]! << 8);
  const minor = bytes[2]! | (bytes[3]! << 8);
  if (major === 4 && minor === 4) return agileProtection(bytes.subarray(8));
  return major >= 2 && major <= 4 && minor === 2 ? standardProtection(bytes) : null;
}

/** Bytes of the package as its stream declares them, bounded by the stream. */
export function packageSize(stream: ByteSource): number {
  if (stream.size < 8) return 0;
  const head = readRange(stream, 0, 8);
  const view = new DataView(head.buffer);
  return Math.min(stream.size - 8, view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true));
}

/** The decrypted package, from the stream `EncryptedPackage`. */
export async function* decryptPackage(stream: ByteSource, key: PackageKey): AsyncGenerator<Uint8Array> {
  let left = packageSize(stream);
  for (let number = 0; left > 0; number++) {
    const segment = readRange(stream, 8 + number * segmentBytes, segmentBytes);
    // Whole blocks only: a cut file ends in a part of one.
    const whole = segment.subarray(0, segment.length & ~15);
    if (whole.length === 0) return;
    const plain = key.decrypt(whole, number);
    yield plain.subarray(0, Math.min(left, plain.length));
    left -= plain.length;
  }
}
