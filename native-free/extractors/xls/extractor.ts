/**
 * Workbooks of Excel 5 to 2003 (MS-XLS, BIFF 5 and 8): cells of all sheets, hidden ones named as such, values as saved and
 * dates as ISO 8601, formulas, comments, names, links to other files, strings that no cell shows, macros, pictures, embedded
 * objects. Protected ones are opened with the passwords of the case. Not read: layout, number formats other than dates,
 * pivot caches, workbooks before Excel 5.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { charsetOf } from "../../compound/code-page.ts";
import { type Compound, openCompound } from "../../compound/compound.ts";
import { embeddedObject } from "../../compound/embedded-objects.ts";
import { ExtentSource } from "../../compound/extent-source.ts";
import { firstStream } from "../../compound/first-stream.ts";
import { summaryExtractions } from "../../compound/summary-fields.ts";
import { unreadStreams } from "../../compound/unread-streams.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { blipChildren } from "../../office-art/blips.ts";
import { vbaExtractions, vbaStreams } from "../../vba/project.ts";
import { DocumentRun, TextBlocks } from "../document-run.ts";
import { isBegin } from "./biff.ts";
import { BookReader } from "./book-reader.ts";
import type { Workbook } from "./workbook.ts";

export const xlsExtractor: Extractor = {
  id: "xls",
  family: "extractor",
  name: "Excel 5 to 2003 workbook",
  spec: "MS-XLS",
  level: "partial",
  types: ["xls"],
  extract: (source, context) => extractXls(source, context),
};

/** Streams that are read here, and storages whose objects are. */
const readPaths = /^(Workbook|Book|(MBD|LNK)[0-9A-F]{8}\/.*)$/i;

async function* extractXls(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const compound = openCompound(source);
  const run = new DocumentRun(context);
  yield* summaryExtractions(compound);
  // A file may hold two: one for Excel 97 and one for Excel 5.
  const streams = ["Workbook", "Book"].flatMap((name) => compound.find(name) ?? []);
  for (const [index, entry] of streams.entries()) yield* readBook(compound.open(entry), context, run, index > 0);
  if (streams.length === 0) {
    run.finding("document/no-main-part");
    run.status("partial", "damaged");
    const rest = firstStream(source, compound);
    if (isBegin(rest, 0)) yield* readBook(rest, context, run, false);
  }
  yield* run.drain();
  yield* vbaExtractions(compound);
  yield* readObjects(compound);
  yield* unreadStreams(compound, readPaths, vbaStreams(compound));
  const notes = compound.takeFindings();
  for (const note of notes) yield { what: "finding", finding: note };
  if (notes.length > 0) yield { what: "status", status: "partial", reason: "damaged" };
}

function* readBook(
  stream: ByteSource,
  context: ExtractContext,
  run: DocumentRun,
  isSecond: boolean,
): Generator<Extraction> {
  const reader = new BookReader(stream, context, run, isSecond ? "older copy: " : "");
  yield* reader.read();
  const { book } = reader;
  if (reader.isLocked) return;
  yield { what: "charset", charset: book.form.hasFlags ? "utf-16le" : charsetOf(book.form.codePage) };
  run.field("lastModifiedBy", book.writer, "xls-write-access");
  giveRest(book, run);
  yield* run.drain();
  if (book.drawings.length > 0 && !reader.isProtected) {
    const size = book.drawings.reduce((sum, { length }) => sum + length, 0);
    yield* blipChildren(new ExtentSource(stream, book.drawings, size), "drawings");
  }
}

/** Names, links, and strings of deleted cells. */
function giveRest(book: Workbook, run: DocumentRun): void {
  const blocks = new TextBlocks(run, "defined names");
  for (const name of book.names) {
    blocks.add(book.nameText(name));
    blocks.endLine();
    if (name.isHidden) run.field("hiddenPart", `name ${name.name}`, "xls");
  }
  blocks.relabel("links");
  for (const link of new Set(book.links)) {
    blocks.add(link);
    blocks.endLine();
  }
  blocks.relabel("strings of no cell");
  for (const [index, text] of book.strings.entries()) {
    if (book.usedStrings.has(index) || run.isFull) continue;
    blocks.add(text);
    blocks.endLine();
  }
  blocks.flush();
}

/** Embedded documents are storages beside the workbook, named MBD and a number. */
function* readObjects(compound: Compound): Generator<Extraction> {
  for (const entry of compound.entries) {
    const isObject =
      entry.kind === "storage" && entry.state === "listed" && /^(MBD[0-9A-F]{8}|LNK[0-9A-F]{8})$/i.test(entry.path);
    if (isObject) yield* embeddedObject(compound, entry);
  }
}
