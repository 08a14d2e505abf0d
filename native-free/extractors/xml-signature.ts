/**
 * Signatures in XML (W3C XML Signature 1.1, 4.5.4; XAdES signing time; ECMA-376 part 2, 13.2.3.1): whose certificate is
 * enclosed and when the signature says it was made. Nothing is verified.
 */
import { Buffer } from "node:buffer";
import { certificateFacts } from "../certificates/certificate.ts";
import type { DocumentRun } from "./document-run.ts";
import { signerFields } from "./signer-fields.ts";
import type { XmlHandler } from "./xml-stream.ts";

/** Elements that hold the time of signing: XAdES, the package's own property, OpenDocument. */
const TIMES = new Set(["SigningTime", "Value", "date"]);
const TEXT_CHARS = 64 * 1024;

/** Reads a part with one or more signatures; the run gets fields of every signer and one finding. */
export class XmlSignatures implements XmlHandler {
  readonly #run: DocumentRun;
  readonly #source: string;
  #element = "";
  #text = "";
  #count = 0;
  #time: string | null = null;
  /** The first certificate of a signature is the signer's, others are its issuers'. */
  #certificate: Uint8Array | null = null;

  constructor(run: DocumentRun, source: string) {
    this.#run = run;
    this.#source = source;
  }

  open(local: string): void {
    if (local === "Signature") [this.#time, this.#certificate] = [null, null];
    this.#element = local;
    this.#text = "";
  }

  close(local: string): void {
    if (local === "X509Certificate") this.#certificate ??= Buffer.from(this.#text, "base64");
    else if (TIMES.has(local) && this.#element === local && /^\d{4}-\d\d-\d\d/.test(this.#text.trim())) {
      this.#time ??= this.#text.trim();
    } else if (local === "Signature") this.#closeSignature();
    this.#element = "";
  }

  text(text: string): void {
    if (this.#text.length < TEXT_CHARS) this.#text += text;
  }

  finish(): void {
    if (this.#count > 0) this.#run.finding("document/signed", { signatures: this.#count });
  }

  #closeSignature(): void {
    this.#count += 1;
    const certificate = this.#certificate ? certificateFacts(this.#certificate) : null;
    if (!certificate) this.#run.finding("document/signature-unreadable");
    this.#run.push(...signerFields(certificate, this.#time, this.#source));
  }
}
