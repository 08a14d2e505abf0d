/**
 * EPUB 2 and 3 (W3C EPUB 3.3, OCF and package document; OPF 2.0.1): metadata, then the pages in the order of the spine, then
 * what the spine does not name. Not supported: decrypting protected books, media overlays as timed text.
 */
import { Buffer } from "node:buffer";
import { MemorySource, type ByteSource } from "../../bytes/byte-source.ts";
import { embeddedChild, openParts, partName, readPart, type Parts, type ZipEntry } from "../../containers/zip-parts.ts";
import { isEvidenceError } from "../../model/errors.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { DocumentRun, readXmlPart } from "../document-run.ts";
import { extractHtml } from "../html-parts.ts";
import type { XmlHandler } from "../xml-stream.ts";
import { PackageDocument } from "./package-document.ts";

export const epubExtractor: Extractor = {
  id: "epub",
  family: "extractor",
  name: "EPUB book",
  spec: "W3C EPUB 3.3; IDPF OPF 2.0.1",
  level: "partial",
  types: ["epub"],
  extract: (source, context) => extractEpub(source, context),
};

/** A page of a book is small; what is larger is read as far as this. */
const PAGE_LIMIT_BYTES = 32 << 20;

async function* extractEpub(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const parts = await openParts(source);
  yield* parts.notes;
  const run = new DocumentRun(context);
  const encrypted = await namesIn(parts, run, "META-INF/encryption.xml", "CipherReference", "URI");
  const book = new PackageDocument(run);
  const packages = await findPackages(parts, run);
  if (packages.length === 0) {
    run.finding("document/no-main-part");
    run.status("partial", "damaged");
  }
  for (const entry of packages) {
    book.startAt(partName(entry));
    yield* readXmlPart(run, entry, "package", book);
  }
  yield* run.drain();
  const handled = new Set<ZipEntry>(packages);
  yield* readSpine(parts, book, encrypted, handled, context);
  for (const entry of parts.entries) {
    if (entry.kind === "directory" || handled.has(entry) || WORKINGS.test(partName(entry))) continue;
    yield { what: "child", child: embeddedChild(entry) };
  }
}

const WORKINGS = /^mimetype$|^META-INF\/(container|encryption)\.xml$/i;

/** Values of an attribute of an element of a small part, resolved against the root. */
async function namesIn(
  parts: Parts,
  run: DocumentRun,
  part: string,
  element: string,
  attribute: string,
): Promise<Set<string>> {
  const names = new Set<string>();
  const handler: XmlHandler = {
    open: (local, attributes) => {
      const name = local === element ? attributes.get(attribute) : null;
      if (name !== null) names.add(decodePath(name));
    },
    close: () => undefined,
    text: () => undefined,
  };
  const entry = parts.get(part);
  if (entry) for await (const found of readXmlPart(run, entry, "container", handler)) run.push(found);
  return names;
}

async function findPackages(parts: Parts, run: DocumentRun): Promise<ZipEntry[]> {
  const names = await namesIn(parts, run, "META-INF/container.xml", "rootfile", "full-path");
  const named = [...names].flatMap((name) => parts.get(name) ?? []);
  return named.length > 0 ? named : parts.entries.filter((entry) => /\.opf$/i.test(partName(entry)));
}

/** The pages in their order, then pages that nothing names: hidden ones read like others. */
async function* readSpine(
  parts: Parts,
  book: PackageDocument,
  encrypted: ReadonlySet<string>,
  handled: Set<ZipEntry>,
  context: ExtractContext,
): AsyncGenerator<Extraction> {
  let [chars, closed, number] = [0, 0, 0];
  const spine = book.spine.flatMap((name) => parts.get(decodePath(name)) ?? []);
  const others = parts.entries.filter((entry) => entry.kind === "file" && /\.x?html?$/i.test(partName(entry)));
  for (const entry of new Set([...spine, ...others])) {
    if (!PAGE.test(partName(entry))) continue;
    number += 1;
    handled.add(entry);
    const label = spine.includes(entry) ? `page ${number}` : "page outside of the spine";
    if (encrypted.has(partName(entry))) closed += 1;
    else
      for await (const found of readPage(entry, label, context)) {
        if (found.what === "text") chars += found.text.length;
        yield found;
      }
    if (chars > context.textLimitChars) return;
  }
  if (closed === 0) return;
  yield { what: "finding", finding: finding("document/encrypted") };
  yield { what: "status", status: closed === number ? "failed" : "partial", reason: "encrypted" };
}

const PAGE = /\.(x?html?|xml|svg)$/i;

/** Text under the page's label; what the page says of itself is the page's, not the book's. */
async function* readPage(entry: ZipEntry, label: string, context: ExtractContext): AsyncGenerator<Extraction> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of readPart(entry, PAGE_LIMIT_BYTES)) pieces.push(piece);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    yield { what: "finding", finding: finding(error.code, error.params) };
    yield { what: "status", status: "partial", reason: error.code === "document/part-limit" ? "budget" : "damaged" };
  }
  for await (const found of extractHtml(new MemorySource(Buffer.concat(pieces)), context)) {
    if (found.what === "text") yield { ...found, label: found.label === null ? label : `${found.label} of ${label}` };
    else if (found.what === "child") {
      yield { what: "child", child: { ...found.child, key: `${entry.key}:${found.child.key}` } };
    } else if (found.what === "finding") yield found;
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A percent sign that escapes nothing is a character of the name.
    return path;
  }
}
