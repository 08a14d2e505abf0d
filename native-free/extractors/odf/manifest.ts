/**
 * The manifest of an OpenDocument package (OASIS ODF 1.3 part 2, 4.3 to 4.16, with the additions of ODF 1.4 and of
 * LibreOffice 24): which parts are encrypted, and how.
 */
import { Buffer } from "node:buffer";
import type { Parts } from "../../containers/zip-parts.ts";
import { type DocumentRun, readXmlPart } from "../document-run.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";

/** How one part is encrypted; names of algorithms as the manifest writes them. */
export interface Encryption {
  /** Bytes of the part before it was packed; null where the manifest does not say. */
  readonly size: number | null;
  readonly checksumType: string;
  readonly checksum: Uint8Array;
  readonly algorithm: string;
  readonly iv: Uint8Array;
  readonly derivation: string;
  readonly keyBytes: number;
  readonly iterations: number;
  readonly salt: Uint8Array;
  /** KiB and lanes of Argon2; 0 for other derivations. */
  readonly memoryKib: number;
  readonly lanes: number;
  /** Hash that the password goes through first; empty for the default of SHA-1. */
  readonly startKey: string;
}

type Draft = { -readonly [Key in keyof Encryption]: Encryption[Key] };

/** Encrypted parts by name; empty where nothing is encrypted or there is no manifest. */
export async function readManifest(parts: Parts, run: DocumentRun): Promise<Map<string, Encryption>> {
  const encrypted = new Map<string, Encryption>();
  const entry = parts.get("META-INF/manifest.xml");
  if (!entry) return encrypted;
  let [path, size]: [string, number | null] = ["", null];
  let draft: Draft | null = null;
  const handler: XmlHandler = {
    open: (local, attributes) => {
      if (local === "file-entry") {
        path = attributes.get("full-path") ?? "";
        size = countOf(attributes, "size");
      } else if (local === "encryption-data") encrypted.set(path, (draft = startDraft(attributes, size)));
      else if (draft) complete(draft, local, attributes);
    },
    close: (local) => {
      if (local === "encryption-data") draft = null;
    },
    text: () => undefined,
  };
  for await (const extraction of readXmlPart(run, entry, "manifest", handler)) run.push(extraction);
  return encrypted;
}

function startDraft(attributes: XmlAttributes, size: number | null): Draft {
  const [checksumType, checksum] = [attributes.get("checksum-type") ?? "", bytesOf(attributes, "checksum")];
  const none = new Uint8Array(0);
  const key = { derivation: "", keyBytes: 16, iterations: 0, salt: none, memoryKib: 0, lanes: 0, startKey: "" };
  return { size, checksumType, checksum, algorithm: "", iv: none, ...key };
}

function complete(draft: Draft, local: string, attributes: XmlAttributes): void {
  if (local === "algorithm") {
    draft.algorithm = attributes.get("algorithm-name") ?? "";
    draft.iv = bytesOf(attributes, "initialisation-vector");
  } else if (local === "start-key-generation") draft.startKey = attributes.get("start-key-generation-name") ?? "";
  else if (local === "key-derivation") {
    draft.derivation = attributes.get("key-derivation-name") ?? "";
    draft.keyBytes = countOf(attributes, "key-size") ?? 16;
    draft.iterations = countOf(attributes, "iteration-count") ?? countOf(attributes, "argon2-iterations") ?? 0;
    draft.salt = bytesOf(attributes, "salt");
    draft.memoryKib = countOf(attributes, "argon2-memory") ?? 0;
    draft.lanes = countOf(attributes, "argon2-lanes") ?? 0;
  }
}

function countOf(attributes: XmlAttributes, name: string): number | null {
  const value = Number(attributes.get(name) ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function bytesOf(attributes: XmlAttributes, name: string): Uint8Array {
  return Buffer.from(attributes.get(name) ?? "", "base64");
}
