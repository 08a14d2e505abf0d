/**
 * OpenDocument (OASIS ODF 1.3, ISO/IEC 26300) and its OpenOffice.org 1 forerunner: text, tables, slides, metadata, embedded
 * parts. Not supported: encrypted parts, data sources of databases, pictures inside flat documents. Writers tested:
 * LibreOffice, OpenOffice, Microsoft Office.
 */
import { MemorySource, readHead, readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { embeddedChild, openParts, partName, type Parts, type ZipEntry } from "../../containers/zip-parts.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { DocumentRun, readXmlPart, readXmlStream } from "../document-run.ts";
import type { XmlHandler } from "../xml-stream.ts";
import { ContentText } from "./content-text.ts";
import { MetaFields } from "./meta-fields.ts";

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
  const parts = await openParts(source);
  yield* parts.notes;
  const encrypted = await readManifest(parts, run);
  yield* run.drain();
  if (encrypted.size > 0) {
    run.finding("document/encrypted");
    run.status(encrypted.has("content.xml") || encrypted.size > 3 ? "failed" : "partial", "encrypted");
  }
  yield* readParts(parts, run, encrypted);
  for (const entry of parts.entries) {
    if (isChild(entry) && !encrypted.has(partName(entry))) yield { what: "child", child: embeddedChild(entry) };
  }
}

function isFlat(source: ByteSource): boolean {
  const head = new TextDecoder("latin1").decode(readHead(source, 4));
  return !head.startsWith("PK") && /^(\u00ef\u00bb\u00bf)?\s*</.test(head);
}

/** Parts of the manifest that have encryption data (ODF 1.3 part 2, 4.8). */
async function readManifest(parts: Parts, run: DocumentRun): Promise<Set<string>> {
  const encrypted = new Set<string>();
  const entry = parts.get("META-INF/manifest.xml");
  if (!entry) return encrypted;
  let path = "";
  const handler: XmlHandler = {
    open: (local, attributes) => {
      if (local === "file-entry") path = attributes.get("full-path") ?? "";
      else if (local === "encryption-data") encrypted.add(path);
    },
    close: () => undefined,
    text: () => undefined,
  };
  for await (const extraction of readXmlPart(run, entry, "manifest", handler)) run.push(extraction);
  return encrypted;
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
  if (!parts.get("content.xml")) {
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
}

/** What holds settings, lists of parts and rendered copies of the text; all else becomes a child. */
const WORKINGS =
  /^(mimetype|manifest\.rdf|layout-cache)$|^META-INF\/manifest\.xml$|(^|\/)(content|styles|meta|settings)\.xml$|^Configurations2\//i;

function isChild(entry: ZipEntry): boolean {
  return entry.kind !== "directory" && !WORKINGS.test(partName(entry));
}

/** A document in one XML file (part 3, 2.2.1): metadata, styles and body in their order. */
async function* readFlat(source: ByteSource, run: DocumentRun): AsyncGenerator<Extraction> {
  const content = new ContentText(run, null);
  const meta = new MetaFields(run, "office:meta");
  const both: XmlHandler = {
    open: (local, attributes, name) => {
      meta.open(local, attributes, name);
      content.open(local, attributes, name);
    },
    close: (local, name) => {
      meta.close(local, name);
      content.close(local, name);
    },
    text: (text) => {
      meta.text(text);
      content.text(text);
    },
  };
  yield* readXmlStream(run, pieces(source), "document", both);
  content.finish();
  yield* run.drain();
}

async function* pieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  const step = source instanceof MemorySource ? 1024 * 1024 : 64 * 1024;
  for (let at = 0; at < source.size; at += step) yield readRange(source, at, step);
}
