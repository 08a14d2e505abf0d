/**
 * Certificates and signed messages: X.509 in DER and PEM (RFC 5280, RFC 7468) and the certificates and signers of PKCS #7
 * (RFC 5652). Subject, issuer, serial number and dates are read, nothing is verified. PEM's text is given as it stands; private keys
 * in it are named.
 */
import { type ByteSource, readWhole } from "../../bytes/byte-source.ts";
import { type CertificateFacts, certificateFacts } from "../../certificates/certificate.ts";
import { signedFacts } from "../../certificates/signed-data.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";

const longest = 16 << 20;
const mostBlocks = 4096;

export const certificateExtractor: Extractor = {
  id: "certificate",
  family: "extractor",
  name: "Certificates: subject, issuer, dates, signers",
  spec: "RFC 5280; RFC 7468; RFC 5652",
  level: "partial",
  types: ["x509-der", "pem", "pkcs7"],
  extract: extractCertificates,
};

async function* extractCertificates(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const limit = Math.min(longest, context.wholeLimitBytes);
  const bytes = readWhole(source, limit);
  if (!bytes) {
    yield { what: "finding", finding: finding("system/too-large", { limit }) };
    yield { what: "status", status: "partial", reason: "budget" };
    return;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  if (!text.includes("-----BEGIN ")) {
    yield* derExtractions(bytes, bytes[0] === 0x30);
    return;
  }
  yield { what: "text", label: null, text: Buffer.from(text, "latin1").toString("utf8").toWellFormed() };
  let count = 0;
  for (const [, label, body] of text.matchAll(/-----BEGIN ([A-Z0-9 #]{1,64})-----([^-]*)-----END /g)) {
    if (count++ >= mostBlocks) break;
    if (label!.includes("PRIVATE KEY"))
      yield { what: "finding", finding: finding("keys/private-key", { form: "PEM" }) };
    if (/^(?:X509 |TRUSTED )?CERTIFICATE$|^PKCS7$|^CMS$/.test(label!)) {
      // Headers of old forms end with an empty line.
      const base64 = body!.replace(/^[^]*?:[^]*?\r?\n\r?\n/, "");
      yield* derExtractions(Buffer.from(base64, "base64"), true);
    }
  }
}

/** Status `partial` where what was expected to be a certificate or a message is none. */
async function* derExtractions(der: Uint8Array, expected: boolean): AsyncGenerator<Extraction> {
  const single = certificateFacts(der);
  if (single) {
    yield* fieldsOf(single);
    return;
  }
  const facts = await signedFacts(der);
  for (const { certificate, serial, signed } of facts?.signers ?? []) {
    if (certificate) yield { what: "field", name: "signer", value: certificate.subject, source: "signature" };
    if (serial !== "") yield { what: "field", name: "signerSerial", value: serial, source: "signature" };
    if (signed) yield { what: "field", name: "signed", value: signed, source: "signature" };
  }
  for (const each of facts?.certificates ?? []) yield* fieldsOf(each);
  if (facts || !expected) return;
  yield { what: "finding", finding: finding("keys/damaged", { what: "certificate" }) };
  yield { what: "status", status: "partial", reason: "damaged" };
}

function* fieldsOf(facts: CertificateFacts): Generator<Extraction> {
  const source = "certificate";
  const { subject, issuer, serial, notBefore, notAfter, alternatives, fingerprint } = facts;
  if (subject !== "") yield { what: "field", name: "subject", value: subject, source };
  if (issuer !== "") yield { what: "field", name: "signerIssuer", value: issuer, source };
  if (serial !== "") yield { what: "field", name: "signerSerial", value: serial, source };
  if (notBefore) yield { what: "field", name: "starts", value: notBefore, source };
  if (notAfter) yield { what: "field", name: "ends", value: notAfter, source };
  if (fingerprint !== "") yield { what: "field", name: "documentId", value: fingerprint, source };
  const text = [subject, issuer, alternatives].filter((each) => each !== "").join("\n");
  if (text !== "") yield { what: "text", label: "certificate", text: `${text}\n` };
}
