/**
 * PDF documents in two parts with a gap of whole blocks between. `startxref` behind the gap says how far from the beginning its
 * cross-reference stands; where it stands too far, the rest is the gap. Objects that stand where the cross-references say lie before it,
 * objects that stand there plus the gap lie behind it; between the two is the object that the gap cuts. With the right cut it has its
 * length again, and its stream inflates.
 *
 * Bounds: end marks within 64 MiB behind the break, at most 32; 4 096 places tried for the cross-reference of each; 64 revisions; 512 cuts
 * for each gap, and 64 MiB of packed streams inflated for all of them.
 * An object that no decoder proves (a picture) is cut only where a single cut fits. Of more than one part missing nothing is found.
 */
import { inflateSync } from "node:zlib";
import type { ByteSource } from "../../../bytes/byte-source.ts";
import { inflateAt } from "../../archives/inflate.ts";
import { JoinedSource } from "../../archives/joined-source.ts";
import { CarveWindow } from "../../carve-window.ts";
import type { CarvedPiece } from "../../carver.ts";
import { bodyEnd, readInteger, readObjectHead, skipSpace } from "./lexer.ts";
import { walkPdf } from "./walk.ts";
import { readXrefStream, readXrefTable, type XrefEntries } from "./xref.ts";

const searchBytes = 1 << 26;
const mostEnds = 32;
const referenceBytes = 1 << 20;
const mostReferences = 4096;
const mostRevisions = 64;
const mostCuts = 512;
const startBytes = 64;
const mostStreamBytes = 1 << 24;
const mostOutputBytes = 1 << 27;
const mostInflatedBytes = 1 << 26;
const endMark = Buffer.from("%%EOF", "latin1");
const startWord = Buffer.from("startxref", "latin1");
const xrefWord = Buffer.from("xref", "latin1");
const objectWord = Buffer.from(" obj", "latin1");

const isDeflated = /\/Filter\s*\[?\s*\/(FlateDecode|Fl)\b/;

/** The document's parts up to its end; null where none fit. */
export function joinPdf(source: ByteSource, at: number, end: number, blockBytes: number): CarvedPiece[] | null {
  const window = new CarveWindow(source, end);
  const { holdsTo } = walkPdf(window, at);
  const to = Math.min(window.end, holdsTo + searchBytes);
  const budget: Budget = { bytes: mostInflatedBytes };
  let from = at;
  for (let tried = 0; tried < mostEnds; tried++) {
    const mark = window.find(endMark, from, to);
    if (mark < 0) return null;
    from = mark + endMark.length;
    const pieces = joinAt(window, at, mark, blockBytes, budget);
    if (pieces !== null) return pieces;
  }
  return null;
}

/** Packed bytes that may still be inflated. */
interface Budget {
  bytes: number;
}

function joinAt(
  window: CarveWindow,
  at: number,
  mark: number,
  blockBytes: number,
  budget: Budget,
): CarvedPiece[] | null {
  const wordAt = window.find(startWord, Math.max(at, mark - startBytes), mark);
  if (wordAt < 0) return null;
  const place = readInteger(window, skipSpace(window, wordAt + startWord.length)).value;
  let end = mark + endMark.length;
  if (window.has(end, 1) && window.u8(end) === 13) end++;
  if (window.has(end, 1) && window.u8(end) === 10) end++;
  for (const reference of references(window, Math.max(at, wordAt - referenceBytes), wordAt)) {
    const gap = reference - at - place;
    if (gap <= 0 || gap % blockBytes !== 0) continue;
    const entries = readReferences(window, at, gap, reference);
    const bounds = entries === null ? null : boundsOf(window, at, gap, place, entries);
    const pieces = bounds === null ? null : cut(window, { at, end, gap, blockBytes }, bounds, budget);
    if (pieces !== null) return pieces;
  }
  return null;
}

/** Where a cross-reference table or an object begins, in order. */
function* references(window: CarveWindow, from: number, to: number): Iterable<number> {
  let count = 0;
  for (let at = window.find(xrefWord, from, to); at >= 0 && count < mostReferences; count++) {
    yield at;
    at = window.find(xrefWord, at + xrefWord.length, to);
  }
  for (let at = window.find(objectWord, from, to); at >= 0 && count < mostReferences; count++) {
    const begin = objectBegin(window, at, from);
    if (begin >= 0) yield begin;
    at = window.find(objectWord, at + objectWord.length, to);
  }
}

/** Of the object whose ` obj` stands at `at`: its generation and its number are before it. */
function objectBegin(window: CarveWindow, at: number, from: number): number {
  const least = Math.max(from, at - 20);
  let begin = at;
  while (begin > least && window.u8(begin - 1) >= 0x30 && window.u8(begin - 1) <= 0x39) begin--;
  if (begin === at || begin <= least || window.u8(begin - 1) !== 32) return -1;
  begin--;
  while (begin > least && window.u8(begin - 1) >= 0x30 && window.u8(begin - 1) <= 0x39) begin--;
  return readObjectHead(window, begin) === null ? -1 : begin;
}

/** Entries of the cross-reference and of those before it, each where it says or behind the gap. */
function readReferences(window: CarveWindow, at: number, gap: number, reference: number): XrefEntries | null {
  const entries: XrefEntries = { numbers: [], places: [] };
  let next = reference;
  for (let revision = 0; revision < mostRevisions; revision++) {
    const text = readReference(window, next, entries);
    if (text === null) return revision === 0 ? null : entries;
    const previous = /\/Prev\s+(\d{1,12})\b/.exec(text);
    if (previous === null) return entries;
    const place = at + Number(previous[1]);
    const isAbove = window.isText(place, "xref") || readObjectHead(window, place) !== null;
    next = isAbove ? place : place + gap;
  }
  return entries;
}

/** Dictionary of the cross-reference at `at`, whose entries are added; null where none is. */
function readReference(window: CarveWindow, at: number, entries: XrefEntries): string | null {
  const textOf = (from: number, to: number): string =>
    Buffer.from(window.bytes(from, Math.min(8192, to - from))).toString("latin1");
  if (window.isText(at, "xref")) {
    const table = readXrefTable(window, at, entries);
    if (table === null || !window.isText(table.end, "trailer")) return null;
    const body = bodyEnd(window, table.end + 7, true);
    return body === null ? null : textOf(table.end, body.end);
  }
  const stream = readStream(window, at);
  if (stream === null || !/\/Type\s*\/XRef\b/.test(stream.dictionary) || stream.length === null) return null;
  return readXrefStream(window, stream.dictionary, stream.dataAt, stream.length, entries) ? stream.dictionary : null;
}

interface Stream {
  readonly dictionary: string;
  readonly dataAt: number;
  /** Null where an object elsewhere says it. */
  readonly length: number | null;
}

function readStream(window: CarveWindow, at: number): Stream | null {
  const head = readObjectHead(window, at);
  const body = head === null ? null : bodyEnd(window, head.bodyAt, false);
  if (head === null || body === null || body.word !== "stream") return null;
  const dictionary = Buffer.from(window.bytes(head.bodyAt, Math.min(8192, body.end - head.bodyAt))).toString("latin1");
  let dataAt = body.end;
  if (window.u8(dataAt) === 13) dataAt++;
  if (window.u8(dataAt) === 10) dataAt++;
  const said = /\/Length\s+(\d+)(?!\d|\s+\d+\s+R)/.exec(dictionary);
  return { dictionary, dataAt, length: said === null ? null : Number(said[1]) };
}

/** A document from `at` to `end` with `gap` bytes inside that are not its own. */
interface Gap {
  readonly at: number;
  readonly end: number;
  readonly gap: number;
  readonly blockBytes: number;
}

/** Places, from the beginning of the document, between which it is cut. */
interface Bounds {
  readonly before: number;
  readonly behind: number;
}

function cut(
  window: CarveWindow,
  { at, end, gap, blockBytes }: Gap,
  bounds: Bounds,
  budget: Budget,
): CarvedPiece[] | null {
  const length = end - at - gap;
  let only: CarvedPiece[] | null = null;
  let fitting = 0;
  const first = Math.floor(bounds.before / blockBytes) + 1;
  // A stream inflates a little into the gap at most: the last cut comes first.
  const last = Math.floor(Math.min(bounds.behind, reachOf(window, at + bounds.before) - at) / blockBytes);
  for (let tried = 0; tried < mostCuts && last - tried >= first && budget.bytes > 0; tried++) {
    const to = (last - tried) * blockBytes;
    const pieces = [
      { start: at, length: to },
      { start: at + to + gap, length: length - to },
    ];
    const answer = judge(new CarveWindow(new JoinedSource(window.source, pieces)), bounds, budget);
    if (answer === "proved") return pieces;
    if (answer === "fits" && fitting++ === 0) only = pieces;
  }
  return fitting === 1 && budget.bytes > 0 ? only : null;
}

/** How far the deflated stream of the object at `at` can be decoded; any other object ends where it should. */
function reachOf(window: CarveWindow, at: number): number {
  const stream = readStream(window, skipSpace(window, at));
  if (stream === null || !isDeflated.test(stream.dictionary)) return Infinity;
  // The stream's own header of two bytes (RFC 1950) comes first.
  return inflateAt(window.source, stream.dataAt + 2, window.end, mostOutputBytes).end;
}

/** The last object that stands where it is said to, and the first that stands behind the gap; null where the two contradict. */
function boundsOf(window: CarveWindow, at: number, gap: number, place: number, entries: XrefEntries): Bounds | null {
  let before = 0;
  let behind = place;
  for (let i = 0; i < entries.numbers.length; i++) {
    const [number, offset] = [entries.numbers[i]!, entries.places[i]!];
    if (stands(window, at + offset, number)) before = Math.max(before, offset);
    else if (stands(window, at + offset + gap, number)) behind = Math.min(behind, offset);
    else return null;
  }
  return before < behind ? { before, behind } : null;
}

function stands(window: CarveWindow, at: number, number: number): boolean {
  return window.has(at, 8) && readObjectHead(window, skipSpace(window, at))?.number === number;
}

/** Whether the object before the cut is one, up to the next that is known to begin: `proved` by its stream, or as far as syntax tells. */
function judge(window: CarveWindow, { before, behind: next }: Bounds, budget: Budget): "proved" | "fits" | "no" {
  // Cut in what comes before the first object: nothing there tells one cut from another.
  if (before === 0) return "fits";
  const begin = skipSpace(window, before);
  const head = readObjectHead(window, begin);
  const body = head === null ? null : bodyEnd(window, head.bodyAt, false);
  if (body === null || body.end > next) return "no";
  if (body.word === "endobj") return skipSpace(window, body.end) >= next ? "fits" : "no";
  const stream = readStream(window, begin);
  if (stream === null) return "no";
  const dataEnd =
    stream.length === null ? window.find(Buffer.from("endstream"), stream.dataAt, next) : stream.dataAt + stream.length;
  if (dataEnd < 0 || dataEnd > next || !window.isText(skipSpace(window, dataEnd), "endstream")) return "no";
  if (!isDeflated.test(stream.dictionary)) return "fits";
  budget.bytes -= dataEnd - stream.dataAt;
  return inflates(window, stream.dataAt, dataEnd - stream.dataAt);
}

/** A deflated stream that does not inflate may be encrypted: where that is so, no cut of it can be proved. */
function inflates(window: CarveWindow, at: number, length: number): "proved" | "no" {
  if (length > mostStreamBytes) return "no";
  try {
    inflateSync(window.bytes(at, length), { maxOutputLength: mostOutputBytes });
    return "proved";
  } catch {
    // Every wrong cut ends here; the right one does not.
    return "no";
  }
}
