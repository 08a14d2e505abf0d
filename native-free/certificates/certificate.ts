/**
 * X.509 certificates (RFC 5280) as fields: read, never trusted, no chain is built and no time compared. DER through
 * node:crypto, which parses without verifying.
 */
import { X509Certificate } from "node:crypto";

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, upper case. */
  readonly serial: string;
  /** ISO 8601 in UTC; null where it cannot be read. */
  readonly notBefore: string | null;
  readonly notAfter: string | null;
  readonly alternatives: string;
  /** SHA-1 of the DER form, hexadecimal. */
  readonly fingerprint: string;
}

/** Null where the bytes are no certificate. */
export function certificateFacts(der: Uint8Array): CertificateFacts | null {
  try {
    const found = new X509Certificate(der);
    return {
      subject: nameText(found.subject),
      issuer: nameText(found.issuer),
      serial: found.serialNumber,
      notBefore: opensslDate(found.validFrom),
      notAfter: opensslDate(found.validTo),
      alternatives: found.subjectAltName ?? "",
      fingerprint: found.fingerprint.replaceAll(":", "").toLowerCase(),
    };
  } catch {
    // OpenSSL's errors say no more than that the bytes are no certificate.
    return null;
  }
}

/** One attribute a line there, one after another here. */
const nameText = (name: string | undefined): string => (name ?? "").split("\n").join(", ");

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Nov  7 10:03:04 2024 GMT`. */
function opensslDate(text: string): string | null {
  const match = /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4}) GMT$/.exec(text);
  const month = match ? months.indexOf(match[1]!) + 1 : 0;
  if (!match || month === 0) return null;
  return `${match[4]}-${String(month).padStart(2, "0")}-${match[2]!.padStart(2, "0")}T${match[3]}Z`;
}
