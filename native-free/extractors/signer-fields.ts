/** The fields that a signature gives: who signed, by which certificate, when. */
import type { CertificateFacts } from "../certificates/certificate.ts";
import type { Extraction } from "../model/extraction.ts";
import type { FieldName } from "../model/fields.ts";

/** `signed` is ISO 8601; null where the signature does not say. */
export function signerFields(
  certificate: CertificateFacts | null,
  signed: string | null,
  source: string,
): Extraction[] {
  const values: readonly (readonly [FieldName, string | null])[] = [
    ["signer", certificate?.subject ?? null],
    ["signerIssuer", certificate?.issuer ?? null],
    ["signerSerial", certificate?.serial ?? null],
    ["signed", signed],
  ];
  return values.flatMap(([name, value]) =>
    value === null || value.trim() === "" ? [] : [{ what: "field", name, value, source } as const],
  );
}
