/**
 * PDF documents (ISO 32000-2): text page by page with PDFium, the rest with pdf.js, signatures and earlier revisions from
 * the bytes themselves. Measured on 88 real files: PDFium reads more of damaged fonts and takes a third of the time for
 * text; it has no interface to XMP. The empty user password is tried first, then those of the case. Not supported: text in
 * pictures, documents encrypted for a certificate.
 */
import { readWhole, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError, isEvidenceError } from "../../model/errors.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { damagedStreams } from "./damaged-streams.ts";
import { PdfiumDocument, type PdfRefusal } from "./pdfium.ts";
import { readAnnotations, readAttachments, readLayers, readPageLabels, readUnplacedFields } from "./annotations.ts";
import {
  readMetadata,
  readOutline,
  readPageText,
  readScripts,
  refusalOf,
  PdfjsSession,
  type PdfjsDocument,
} from "./pdfjs.ts";
import { earlierEnds, SeenContent } from "./revisions.ts";
import { readSignatures } from "./signatures.ts";
import { readXfa } from "./xfa.ts";

export const pdfExtractor: Extractor = {
  id: "pdf",
  family: "extractor",
  name: "PDF document",
  spec: "ISO 32000-2",
  level: "partial",
  types: ["pdf"],
  extract: (source, context) => extractPdf(source, context),
};

/** A document that claims pages that do not exist is not asked for more than this many of them in a row. */
const MISSING_PAGES_IN_A_ROW = 100;
/** Of a document with more earlier states than this, the last ones are read. */
const REVISION_LIMIT = 16;

/** What the text reader learned for the rest. */
interface Outcome {
  refusal: "encrypted" | "damaged" | null;
  chars: number;
  /** Pages (from 1) that have annotations. */
  readonly annotated: number[];
  /** One of the readers could open it. */
  opened: boolean;
}

async function* extractPdf(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const bytes = readWhole(source, context.wholeLimitBytes);
  if (!bytes) {
    yield { what: "finding", finding: finding("pdf/too-large", { limit: context.wholeLimitBytes }) };
    yield { what: "status", status: "failed", reason: "budget" };
    return;
  }
  const ends = earlierEnds(bytes);
  const seen = new SeenContent();
  const outcome: Outcome = { refusal: null, chars: 0, annotated: [], opened: false };
  for await (const found of readBytes(bytes, context, outcome)) {
    if (ends.length > 0) await seen.filter(found, 0);
    yield found;
  }
  if (!outcome.opened) return;
  yield* readSignatures(bytes);
  if (ends.length > 0) yield* readRevisions(bytes, ends, context, seen);
}

/** One state of the document: the whole of it, or an earlier one. */
async function* readBytes(bytes: Uint8Array, context: ExtractContext, outcome: Outcome): AsyncGenerator<Extraction> {
  const session = new PdfjsSession(bytes);
  try {
    yield* readPages(bytes, session, context, outcome);
    if (outcome.refusal === "encrypted") yield* sayEncrypted(context.passwords.length);
    else yield* readRest(bytes, session, context, outcome);
  } finally {
    await session.close();
  }
}

/** What earlier states show that neither the last one nor an earlier one did: text, properties, files. */
async function* readRevisions(
  bytes: Uint8Array,
  ends: readonly number[],
  context: ExtractContext,
  seen: SeenContent,
): AsyncGenerator<Extraction> {
  const first = Math.max(0, ends.length - REVISION_LIMIT);
  let [chars, read] = [0, 0];
  for (let index = first; index < ends.length && chars <= context.textLimitChars; index++) {
    const outcome: Outcome = { refusal: null, chars: 0, annotated: [], opened: false };
    try {
      for await (const found of readBytes(bytes.subarray(0, ends[index]), context, outcome)) {
        const fresh = await seen.filter(found, index + 1);
        if (fresh) yield fresh;
      }
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
    }
    chars += outcome.chars;
    if (outcome.opened) read += 1;
  }
  yield { what: "finding", finding: finding("pdf/revisions", { revisions: ends.length, read }) };
}

function* sayEncrypted(tried: number): Generator<Extraction> {
  yield { what: "finding", finding: finding("pdf/encrypted") };
  if (tried > 0) yield { what: "finding", finding: finding("crypto/no-password-fits", { tried, method: "pdf" }) };
  yield { what: "status", status: "failed", reason: "encrypted" };
}

/** Text of all pages by PDFium. */
async function* readPages(
  bytes: Uint8Array,
  session: PdfjsSession,
  context: ExtractContext,
  outcome: Outcome,
): AsyncGenerator<Extraction> {
  let document: PdfiumDocument | null = null;
  try {
    const { opened, password } = await openWith(bytes, context.passwords);
    if (!(opened instanceof PdfiumDocument)) {
      outcome.refusal = opened === "format" ? "damaged" : "encrypted";
      return;
    }
    document = opened;
    outcome.opened = true;
    if (password >= 0) {
      session.password = context.passwords[password] ?? null;
      yield unlocked(password, `pdf revision ${document.securityRevision}`);
    }
    if (!document.isEncrypted) yield* checkStreams(bytes);
    yield* readOpenPages(document, session, context, outcome);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    yield { what: "finding", finding: finding(error.code, error.params) };
    yield { what: "status", status: "partial", reason: "damaged" };
    if (!document) outcome.refusal = "damaged";
  } finally {
    document?.close();
  }
}

/** With the empty password, then with each of the case's; `password` is the index of the one that fits, −1 for none. */
async function openWith(
  bytes: Uint8Array,
  passwords: readonly string[],
): Promise<{ opened: PdfiumDocument | PdfRefusal; password: number }> {
  const opened = await PdfiumDocument.open(bytes);
  if (opened !== "encrypted") return { opened, password: -1 };
  for (const [password, secret] of passwords.entries()) {
    const again = await PdfiumDocument.open(bytes, secret);
    if (again !== "encrypted") return { opened: again, password };
  }
  return { opened, password: -1 };
}

function unlocked(index: number, method: string): Extraction {
  return { what: "finding", finding: finding("crypto/unlocked", { number: index + 1, method }) };
}

/** PDFium and pdf.js pass over what does not unpack without a word. */
function* checkStreams(bytes: Uint8Array): Generator<Extraction> {
  const damaged = damagedStreams(bytes);
  const [first] = damaged;
  if (!first) return;
  const params = { streams: damaged.length, object: first.object };
  const place = { offset: first.offset, length: null };
  yield { what: "finding", finding: finding("pdf/stream-damaged", params, place) };
  yield { what: "status", status: "partial", reason: "damaged" };
}

async function* readOpenPages(
  document: PdfiumDocument,
  session: PdfjsSession,
  context: ExtractContext,
  outcome: Outcome,
): AsyncGenerator<Extraction> {
  const count = document.pageCount;
  yield { what: "field", name: "pageCount", value: String(count), source: "pdf" };
  let [textless, missing, missingInRow] = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    const page = document.page(index);
    missingInRow = page ? 0 : missingInRow + 1;
    if (!page) {
      missing += 1;
      if (missingInRow > MISSING_PAGES_IN_A_ROW) break;
      continue;
    }
    if (page.annotationCount > 0) outcome.annotated.push(index + 1);
    const text = page.silentObjects > 0 ? await fullerText(page.text, session, index + 1) : page.text;
    if (text.trim() !== "") yield { what: "text", text, label: `page ${index + 1}` };
    else if (page.hasImage) textless += 1;
    outcome.chars += text.length;
    if (outcome.chars > context.textLimitChars) break;
  }
  if (textless > 0) yield { what: "finding", finding: finding("pdf/no-text-layer", { pages: textless }) };
  if (missing > 0) {
    yield { what: "finding", finding: finding("pdf/page-unreadable", { pages: missing }) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
}

/** PDFium leaves out vertical lines, among others; where objects of a page stay silent, the reader that hears more counts. */
async function fullerText(text: string, session: PdfjsSession, number: number): Promise<string> {
  try {
    const other = await readPageText(await session.document(), number);
    return countSigns(other) > countSigns(text) ? other : text;
  } catch {
    // The second reader cannot open what the first could: its complaint comes up again when metadata are read.
    return text;
  }
}

function countSigns(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

/** Everything but the pages' text, and that too where PDFium could not open the document. */
async function* readRest(
  bytes: Uint8Array,
  session: PdfjsSession,
  context: ExtractContext,
  outcome: Outcome,
): AsyncGenerator<Extraction> {
  const salvage = outcome.refusal === "damaged";
  let document: PdfjsDocument;
  try {
    const opened = await openAgain(session, salvage ? context.passwords : []);
    document = opened.document;
    if (opened.password >= 0) yield unlocked(opened.password, "pdf");
  } catch (error) {
    if (salvage && refusalOf(error) === "encrypted") {
      yield* sayEncrypted(context.passwords.length);
      return;
    }
    if (salvage) throw new EvidenceError("document/damaged", { format: "PDF", problem: "structure" });
    yield* sayUnreadable();
    return;
  }
  outcome.opened = true;
  yield* readDocument(document, context, outcome, salvage);
  if (await hasXfa(document)) yield* readXfa(bytes);
}

/** As `openWith`, by the other reader; throws what it throws of the last attempt. */
async function openAgain(
  session: PdfjsSession,
  passwords: readonly string[],
): Promise<{ document: PdfjsDocument; password: number }> {
  for (let password = -1; ; password++) {
    try {
      if (password >= 0) {
        await session.close();
        session.password = passwords[password] ?? null;
      }
      return { document: await session.document(), password };
    } catch (error) {
      if (refusalOf(error) !== "encrypted" || password + 1 >= passwords.length) throw error;
    }
  }
}

async function hasXfa(document: PdfjsDocument): Promise<boolean> {
  try {
    const { info } = await document.getMetadata();
    return (info as { IsXFAPresent?: unknown }).IsXFAPresent === true;
  } catch {
    // Metadata that cannot be read have been reported by then.
    return false;
  }
}

const READERS = [
  ...[readMetadata, readOutline, readScripts, readAttachments],
  ...[readLayers, readPageLabels, readUnplacedFields],
];

function* sayUnreadable(): Generator<Extraction> {
  yield { what: "finding", finding: finding("pdf/metadata-unreadable") };
  yield { what: "status", status: "partial", reason: "damaged" };
}

async function* readDocument(
  document: PdfjsDocument,
  context: ExtractContext,
  outcome: Outcome,
  salvage: boolean,
): AsyncGenerator<Extraction> {
  if (salvage) {
    yield { what: "finding", finding: finding("pdf/salvaged") };
    yield { what: "status", status: "partial", reason: "damaged" };
    yield { what: "field", name: "pageCount", value: String(document.numPages), source: "pdf" };
    yield* salvagePages(document, context, outcome);
  }
  let failed = 0;
  for (const read of READERS) {
    failed += yield* attempt(read(document));
  }
  for (const number of outcome.annotated) {
    if (number <= document.numPages) failed += yield* attempt(readAnnotations(document, number));
  }
  if (failed > 0) yield* sayUnreadable();
}

async function* salvagePages(
  document: PdfjsDocument,
  context: ExtractContext,
  outcome: Outcome,
): AsyncGenerator<Extraction> {
  let failedInRow = 0;
  for (let number = 1; number <= document.numPages && failedInRow <= MISSING_PAGES_IN_A_ROW; number++) {
    const failed: number = yield* attempt(salvagePage(document, number, outcome));
    failedInRow = failed === 0 ? 0 : failedInRow + 1;
    if (outcome.chars > context.textLimitChars) return;
  }
}

async function* salvagePage(document: PdfjsDocument, number: number, outcome: Outcome): AsyncGenerator<Extraction> {
  const text = await readPageText(document, number);
  outcome.chars += text.length;
  outcome.annotated.push(number);
  if (text.trim() !== "") yield { what: "text", text, label: `page ${number}` };
}

/** Runs one reader; what the library throws over a damaged part ends only that part, and is counted (0 or 1). */
async function* attempt(reader: AsyncGenerator<Extraction>): AsyncGenerator<Extraction, number> {
  for (;;) {
    let step: IteratorResult<Extraction>;
    try {
      step = await reader.next();
    } catch {
      return 1;
    }
    if (step.done) return 0;
    yield step.value;
  }
}
