/** The signer of a program as its signature names it. Nothing is verified: a signature shows who, never that it holds. */
import { signedFacts } from "../../certificates/signed-data.ts";
import type { Extraction } from "../../model/extraction.ts";
import { textField } from "./program-run.ts";

export async function* signerFields(der: Uint8Array, source: string): AsyncGenerator<Extraction> {
  const facts = await signedFacts(der);
  for (const { certificate, serial, signed } of facts?.signers ?? []) {
    yield* textField("signer", certificate?.subject ?? "", source);
    yield* textField("signerIssuer", certificate?.issuer ?? "", source);
    yield* textField("signerSerial", certificate?.serial ?? serial, source);
    if (signed) yield { what: "field", name: "signed", value: signed, source };
  }
}
