/**
 * Word documents of 97 to 2003, and of Word 6 and 95 (MS-DOC): text of all parts by the piece table, comments with their
 * authors, text marked as deleted, history of saving, macros, pictures, embedded objects. Encrypted ones are opened with
 * the passwords of the case. Not read: formatting, numbering, positions of text boxes, comments of Word 6 by author.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { charsetOf } from "../../compound/code-page.ts";
import { type Compound, type CompoundEntry, openCompound } from "../../compound/compound.ts";
import { embeddedObject } from "../../compound/embedded-objects.ts";
import { summaryExtractions } from "../../compound/summary-fields.ts";
import { unreadStreams } from "../../compound/unread-streams.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { blipChildren } from "../../office-art/blips.ts";
import { vbaExtractions, vbaStreams } from "../../vba/project.ts";
import { DocumentRun } from "../document-run.ts";
import { openDocument, plainBytes } from "./decrypt.ts";
import { DocumentText } from "./document-text.ts";
import { type Fib, fibBytes, pair, readFib } from "./fib.ts";
import { readParts } from "./parts.ts";
import { type Piece, readPieces } from "./pieces.ts";
import { readDeletedRuns } from "./revisions.ts";
import { readStringTable } from "./string-tables.ts";

export const docExtractor: Extractor = {
  id: "doc",
  family: "extractor",
  name: "Word 6 to 2003 document",
  spec: "MS-DOC",
  level: "partial",
  types: ["doc"],
  extract: (source, context) => extractDoc(source, context),
};

/** Streams that are read above, and storages whose objects are. */
const readPaths = /^(WordDocument|[01]Table|Data|ObjectPool\/.*|MsoDataStore\/.*\/Properties)$/i;

interface Streams {
  readonly fib: Fib;
  readonly main: ByteSource;
  readonly table: ByteSource;
  readonly data: ByteSource | null;
}

async function* extractDoc(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const compound = openCompound(source);
  const run = new DocumentRun(context);
  yield* summaryExtractions(compound);
  const streams = openStreams(compound, context, run);
  yield* run.drain();
  if (streams) {
    yield* readText(streams, run);
    yield* readHistory(streams);
    yield* blipChildren(streams.main, "main");
    if (streams.data) yield* blipChildren(streams.data, "data");
  }
  yield* vbaExtractions(compound);
  yield* readObjects(compound);
  yield* unreadStreams(compound, readPaths, vbaStreams(compound));
  const notes = compound.takeFindings();
  for (const note of notes) yield { what: "finding", finding: note };
  if (notes.length > 0) yield { what: "status", status: "partial", reason: "damaged" };
}

/** Null where nothing can be read; why is pushed. */
function openStreams(compound: Compound, context: ExtractContext, run: DocumentRun): Streams | null {
  const mainEntry = compound.find("WordDocument");
  const main = mainEntry && compound.open(mainEntry);
  const fib = main && readFib(readRange(main, 0, fibBytes));
  if (!main || !fib) {
    run.finding("document/damaged", { format: "Word", problem: "no file information block" });
    run.status("failed", "damaged");
    return null;
  }
  const tableEntry = fib.isWide
    ? (compound.find(fib.tableName) ?? compound.find("0Table") ?? compound.find("1Table"))
    : null;
  const table = tableEntry ? compound.open(tableEntry) : main;
  const dataEntry = compound.find("Data");
  const data = dataEntry ? compound.open(dataEntry) : null;
  if (!fib.isEncrypted) return { fib, main, table, data };
  return unlock({ fib, main, table, data }, context, run);
}

function unlock(streams: Streams, context: ExtractContext, run: DocumentRun): Streams | null {
  const { fib, main, table, data } = streams;
  const attempt = openDocument(fib, table, context.passwords);
  if (!attempt) {
    run.finding("office/unknown-encryption");
    run.status("failed", "encrypted");
    return null;
  }
  run.push(...attempt.notes);
  const { key } = attempt;
  if (key === null) return null;
  const plain = fib.isObfuscated ? plainBytes.xor : plainBytes.rc4;
  const opened = key(main, plain, context.wholeLimitBytes);
  const openedTable = table === main ? opened : key(table, 0, context.wholeLimitBytes);
  const openedFib = opened && readFib(readRange(opened, 0, fibBytes));
  if (!opened || !openedTable || !openedFib) {
    run.finding("office/too-large", { limit: context.wholeLimitBytes });
    run.status("partial", "budget");
    return null;
  }
  return { fib: openedFib, main: opened, table: openedTable, data: data && key(data, 0, context.wholeLimitBytes) };
}

function* readText(streams: Streams, run: DocumentRun): Generator<Extraction> {
  const { fib, main, table } = streams;
  const pieces = piecesOf(streams, run);
  const codePage = codePageOf(fib.language);
  if (pieces.some(({ width }) => width === 1)) yield { what: "charset", charset: charsetOf(codePage) };
  else yield { what: "charset", charset: "utf-16le" };
  const runs = fib.pair(pair.characterRuns);
  const deleted = fib.isWide && runs.length > 0 ? readDeletedRuns(main, table, runs.at, runs.length) : [];
  const authors = namesOf(streams, pair.revisionAuthors);
  for (const author of new Set(authors)) run.field("changeAuthor", author === "Unknown" ? "" : author, "doc-revisions");
  yield* readParts({ fib, table, text: new DocumentText(main, pieces, deleted, codePage), authors }, run);
}

/** Without a piece table the text is taken to lie where Word 6 has it. */
function piecesOf({ fib, main, table }: Streams, run: DocumentRun): readonly Piece[] {
  const clx = fib.pair(pair.clx);
  if (fib.isWide || fib.isComplex) {
    const pieces = clx.length > 0 ? readPieces(table, clx.at, clx.length, fib.isWide) : [];
    if (pieces.length > 0) return pieces;
    run.finding("document/damaged", { format: "Word", problem: "no piece table" });
    run.status("partial", "damaged");
  }
  const end = Math.min(main.size, Math.max(fib.firstText, fib.endText));
  return [{ start: 0, end: end - fib.firstText, at: fib.firstText, width: 1 }];
}

function namesOf({ fib, table }: Streams, number: number): string[] {
  const { at, length } = fib.pair(number);
  return fib.isWide && length > 0 ? readStringTable(table, at, length) : [];
}

/** The last ten who saved it, and where to (MS-DOC 2.9.293): author and path in turns. */
function* readHistory(streams: Streams): Generator<Extraction> {
  const names = namesOf(streams, pair.savedBy);
  const paths = new Set<string>();
  let text = "";
  for (let i = 0; i + 1 < names.length; i += 2) {
    const [author, path] = [names[i]!, names[i + 1]!];
    text += `${author}\t${path}\n`;
    if (path !== "" && !paths.has(path))
      yield { what: "field", name: "originalPath", value: path, source: "doc-saved-by" };
    paths.add(path);
  }
  if (text !== "") yield { what: "text", text, label: "saved by" };
}

function* readObjects(compound: Compound): Generator<Extraction> {
  const pool = compound.find("ObjectPool");
  const objects: readonly CompoundEntry[] = pool ? compound.childrenOf(pool) : [];
  for (const object of objects) if (object.kind === "storage") yield* embeddedObject(compound, object);
}

/** Of the language of the program that wrote it (MS-LCID); Word 97 keeps what is not Latin in two bytes. */
function codePageOf(language: number): number {
  const primary = language & 0x3ff;
  return codePages[primary] ?? 1252;
}

const codePages: Readonly<Record<number, number>> = {
  0x01: 1256,
  0x02: 1251,
  0x04: 936,
  0x05: 1250,
  0x08: 1253,
  0x0d: 1255,
  0x0e: 1250,
  0x11: 932,
  0x12: 949,
  0x15: 1250,
  0x18: 1250,
  0x19: 1251,
  0x1b: 1250,
  0x1f: 1254,
  0x22: 1251,
  0x23: 1251,
  0x24: 1250,
  0x25: 1257,
  0x26: 1257,
  0x27: 1257,
};
