/**
 * OpenDocument (OASIS ODF 1.3, ISO/IEC 26300) and its OpenOffice.org 1 forerunner: text, tables, slides, metadata, macros,
 * signers, embedded parts, encrypted parts where a password of the case fits. Not supported: tables of embedded databases,
 * which become children. Writers tested: LibreOffice, OpenOffice, Microsoft Office.
 */
import { Buffer } from "node:buffer";
import { MemorySource, readHead, readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { embeddedChild, openParts, partName, type Parts, type ZipEntry } from "../../containers/zip-parts.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { bytesChild } from "../part-child.ts";
import { DocumentRun, readXmlPart, readXmlStream } from "../document-run.ts";
import type { XmlHandler } from "../xml-stream.ts";
import { XmlSignatures } from "../xml-signature.ts";
import { ContentText } from "./content-text.ts";
import { readMacros } from "./macros.ts";
import { readManifest } from "./manifest.ts";
import { MetaFields } from "./meta-fields.ts";
import { unlock } from "./unlock.ts";

export const odfExtractor: Extractor = {
  id: "odf",
  family: "extractor",
  name: "OpenDocument",
  spec: "OASIS ODF 1.3, ISO/IEC 26300",
  level: "partial",
  types: [
    ...["odt", "ott", "odm", "oth", "ods", "ots", "odp", "otp", "odg", "otg", "odc", "odf", "odb"],
    ...["sxw", "sxc", "sxi", "sxd", "fodt", "fods", "fodp", "fodg", "fodf"],
  ],
  extract: (source, context) => extractOdf(source, context),
};

async function* extractOdf(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const run = new DocumentRun(context);
  if (isFlat(source)) {
    yield* readFlat(source, run);
    return;
  }
  yield* readPackage(await openParts(source), run, context);
}

async function* readPackage(locked: Parts, run: DocumentRun, context: ExtractContext): AsyncGenerator<Extraction> {
  yield* locked.notes;
  const encrypted = await readManifest(locked, run);
  yield* run.drain();
  const opened = encrypted.size > 0 ? await unlock(locked, encrypted, context) : null;
  if (opened) run.finding("crypto/unlocked", { number: opened.password + 1, method: opened.method });
  else if (encrypted.size > 0) sayEncrypted(run, new Set(encrypted.keys()), context.passwords.length);
  if (opened?.whole) {
    yield* readPackage(await openParts(new MemorySource(opened.whole)), run, context);
    return;
  }
  const closed: ReadonlySet<string> = new Set(opened ? opened.closed : encrypted.keys());
  if (opened && closed.size > 0) run.status("partial", "encrypted");
  const parts = opened?.parts ?? locked;
  yield* readParts(parts, run, closed);
  for (const entry of parts.entries) {
    if (isChild(entry) && !closed.has(partName(entry))) yield { what: "child", child: embeddedChild(entry) };
  }
}

function sayEncrypted(run: DocumentRun, encrypted: ReadonlySet<string>, tried: number): void {
  run.finding("document/encrypted");
  if (tried > 0) run.finding("crypto/no-password-fits", { tried, method: "odf" });
  run.status(
    encrypted.has("content.xml") || encrypted.has(WHOLE) || encrypted.size > 3 ? "failed" : "partial",
    "encrypted",
  );
}

/** The part that holds a whole package, encrypted (ODF 1.4). */
const WHOLE = "encrypted-package";

function isFlat(source: ByteSource): boolean {
  const head = new TextDecoder("latin1").decode(readHead(source, 4));
  return !head.startsWith("PK") && /^(\u00ef\u00bb\u00bf)?\s*</.test(head);
}

const TEXT_PARTS: readonly (readonly [part: string, pattern: RegExp, label: string | null])[] = [
  ["content", /^content\.xml$/i, null],
  ["styles", /^styles\.xml$/i, "style"],
  ["object", /^.+\/content\.xml$/i, "embedded object"],
];

async function* readParts(parts: Parts, run: DocumentRun, encrypted: ReadonlySet<string>): AsyncGenerator<Extraction> {
  const readable = (name: string): ZipEntry | null => (encrypted.has(name) ? null : parts.get(name));
  const meta = readable("meta.xml");
  if (meta) yield* readXmlPart(run, meta, "meta", new MetaFields(run, "meta.xml"));
  if (!parts.get("content.xml") && !encrypted.has(WHOLE)) {
    run.finding("document/no-main-part");
    run.status("partial", "damaged");
  }
  for (const [part, pattern, label] of TEXT_PARTS) {
    for (const entry of parts.entries) {
      const name = partName(entry);
      if (entry.kind !== "file" || !pattern.test(name) || encrypted.has(name) || run.isFull) continue;
      const handler = new ContentText(run, label);
      yield* readXmlPart(run, entry, part, handler);
      handler.finish();
    }
  }
  yield* run.drain();
  yield* readMacros(parts, run, encrypted);
  yield* readSignatures(parts, run);
}

async function* readSignatures(parts: Parts, run: DocumentRun): AsyncGenerator<Extraction> {
  for (const entry of parts.entries) {
    if (entry.kind !== "file" || !SIGNATURES.test(partName(entry))) continue;
    const handler = new XmlSignatures(run, "META-INF");
    yield* readXmlPart(run, entry, "signature", handler);
    handler.finish();
  }
  yield* run.drain();
}

const SIGNATURES = /^META-INF\/[^/]*signatures[^/]*\.xml$/i;

/** What holds settings, lists of parts and rendered copies of the text; all else becomes a child. */
const WORKINGS =
  /^(mimetype|manifest\.rdf|layout-cache)$|^META-INF\/manifest\.xml$|^META-INF\/[^/]*signatures[^/]*\.xml$|(^|\/)(content|styles|meta|settings)\.xml$|^Configurations2\/|^Basic\/.*\.xml$/i;

function isChild(entry: ZipEntry): boolean {
  return entry.kind !== "directory" && !WORKINGS.test(partName(entry));
}

/** A document in one XML file (part 3, 2.2.1): metadata, styles and body in their order. */
async function* readFlat(source: ByteSource, run: DocumentRun): AsyncGenerator<Extraction> {
  const content = new ContentText(run, null);
  const meta = new MetaFields(run, "office:meta");
  const embedded = new EmbeddedData(run);
  const both: XmlHandler = {
    open: (local, attributes, name) => {
      embedded.open(local);
      meta.open(local, attributes, name);
      content.open(local, attributes, name);
    },
    close: (local, name) => {
      embedded.close(local);
      meta.close(local, name);
      content.close(local, name);
    },
    text: (text) => {
      if (embedded.text(text)) return;
      meta.text(text);
      content.text(text);
    },
  };
  yield* readXmlStream(run, pieces(source), "document", both);
  content.finish();
  yield* run.drain();
}

/** Pictures and objects inside a flat document, in base64 (part 3, 10.4.5): each a child, by its number. */
class EmbeddedData {
  readonly #run: DocumentRun;
  #pieces: string[] | null = null;
  #count = 0;

  constructor(run: DocumentRun) {
    this.#run = run;
  }

  open(local: string): void {
    if (local === "binary-data") this.#pieces = [];
  }

  /** True where the text belongs to such data. */
  text(text: string): boolean {
    this.#pieces?.push(text);
    return this.#pieces !== null;
  }

  close(local: string): void {
    if (local !== "binary-data" || !this.#pieces) return;
    const bytes = Buffer.from(this.#pieces.join(""), "base64");
    this.#pieces = null;
    this.#count += 1;
    if (bytes.length > 0)
      this.#run.push({ what: "child", child: bytesChild(`data:${this.#count}`, `data-${this.#count}`, bytes) });
  }
}

async function* pieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  const step = source instanceof MemorySource ? 1024 * 1024 : 64 * 1024;
  for (let at = 0; at < source.size; at += step) yield readRange(source, at, step);
}
