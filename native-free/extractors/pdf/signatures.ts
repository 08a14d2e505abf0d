/**
 * Signatures of a PDF (ISO 32000-2, 12.8.1): found by their byte ranges, which leave out just the signature's own string
 * of hexadecimal digits. Who signed and when is read from that string; whether it holds is not verified.
 */
import { Buffer } from "node:buffer";
import type { Extraction } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { signedFacts } from "../../certificates/signed-data.ts";
import { signerFields } from "../signer-fields.ts";
import { isoDate } from "./pdf-fields.ts";

const SIGNATURE_LIMIT = 256;
/** Dictionary around a byte range that is looked through for names and dates. */
const AROUND_BYTES = 4096;
/** No signature with its certificates and revocation lists is longer. */
const CONTENTS_LIMIT = 4 << 20;
/** What may follow the end of the signed part without being an addition: line ends. */
const SLACK_BYTES = 16;

export async function* readSignatures(document: Uint8Array): AsyncGenerator<Extraction> {
  const bytes = Buffer.from(document.buffer, document.byteOffset, document.length);
  let [count, furthest] = [0, 0];
  for (let at = bytes.indexOf("/ByteRange"); at >= 0; at = bytes.indexOf("/ByteRange", at + 10)) {
    const range = rangeAt(bytes, at);
    if (!range) continue;
    if (++count > SIGNATURE_LIMIT) break;
    furthest = Math.max(furthest, range.end);
    yield* readSignature(bytes, at, range);
  }
  if (count === 0) return;
  yield { what: "finding", finding: finding("document/signed", { signatures: Math.min(count, SIGNATURE_LIMIT) }) };
  const added = bytes.length - furthest;
  if (added > SLACK_BYTES) yield { what: "finding", finding: finding("pdf/changed-after-signature", { bytes: added }) };
}

interface SignedRange {
  /** The hexadecimal string with its brackets. */
  readonly gapStart: number;
  readonly gapEnd: number;
  readonly end: number;
}

/** Null for a range that does not leave out one string, as in a form that is not signed yet. */
function rangeAt(bytes: Buffer, at: number): SignedRange | null {
  const match = /^\/ByteRange\s*\[\s*(\d{1,15})\s+(\d{1,15})\s+(\d{1,15})\s+(\d{1,15})\s*\]/.exec(
    bytes.toString("latin1", at, at + 128),
  );
  if (!match) return null;
  const [first, firstLength, second, secondLength] = match.slice(1).map(Number) as [number, number, number, number];
  const gapStart = first + firstLength;
  if (second <= gapStart || second > bytes.length || second - gapStart > CONTENTS_LIMIT) return null;
  if (bytes[gapStart] !== 0x3c) return null;
  return { gapStart, gapEnd: second, end: second + secondLength };
}

async function* readSignature(bytes: Buffer, at: number, range: SignedRange): AsyncGenerator<Extraction> {
  const digits = bytes.toString("latin1", range.gapStart + 1, range.gapEnd).replace(/[^0-9A-Fa-f]/g, "");
  const facts = await signedFacts(Buffer.from(digits, "hex"));
  const around = dictionaryAround(bytes, at, range);
  const date = /\/M\s*\((D:[^)]{4,40})\)/.exec(around)?.[1];
  const stated = date === undefined ? null : isoDate(date);
  if (!facts) yield { what: "finding", finding: finding("document/signature-unreadable") };
  for (const signer of facts?.signers ?? [{ certificate: null, signed: null }]) {
    yield* signerFields(signer.certificate, signer.signed ?? stated, "pdf-signature");
  }
  const lines = ["Name", "Reason", "Location", "ContactInfo"].flatMap((key) => stringOf(around, key));
  if (lines.length > 0) yield { what: "text", text: `${lines.join("\n")}\n`, label: "signature" };
}

/** The dictionary as text without the string of digits; the keys may stand on either side of it. */
function dictionaryAround(bytes: Buffer, at: number, { gapStart, gapEnd }: SignedRange): string {
  const from = Math.max(0, Math.min(at, gapStart) - AROUND_BYTES);
  const before = bytes.toString("latin1", from, gapStart);
  const start = before.lastIndexOf(" obj");
  const after = bytes.toString("latin1", gapEnd, gapEnd + AROUND_BYTES);
  const end = after.indexOf("endobj");
  return before.slice(start < 0 ? 0 : start) + after.slice(0, end < 0 ? after.length : end);
}

function stringOf(dictionary: string, key: string): string[] {
  const raw = new RegExp(`/${key}\\s*\\(((?:[^()\\\\]|\\\\[\\s\\S]){1,1000})\\)`).exec(dictionary)?.[1];
  if (raw === undefined) return [];
  const plain = raw.replace(/\\([\s\S])/g, "$1");
  const text = plain.startsWith("\u00fe\u00ff")
    ? new TextDecoder("utf-16be").decode(Buffer.from(plain.slice(2), "latin1"))
    : plain;
  return text.trim() === "" ? [] : [text.replaceAll("\0", "")];
}
