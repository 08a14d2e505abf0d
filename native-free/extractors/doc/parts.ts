/** The parts of a Word document in their order (MS-DOC 2.3): main text, notes, headers, comments, text boxes. */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { Extraction } from "../../model/extraction.ts";
import { type DocumentRun, TextBlocks } from "../document-run.ts";
import { type DocumentText, shownText } from "./document-text.ts";
import { type Fib, pair, partNames } from "./fib.ts";
import { readStringList } from "./string-tables.ts";

interface PartsInput {
  readonly fib: Fib;
  readonly table: ByteSource;
  readonly text: DocumentText;
  /** Of tracked changes, by number. */
  readonly authors: readonly string[];
}

export function* readParts(input: PartsInput, run: DocumentRun): Generator<Extraction> {
  let start = 0;
  for (const [name, label] of partNames) {
    const end = start + input.fib.counts[name];
    if (name === "comments" && end > start) yield* readComments(input, run, start, end);
    else yield* readPart(input, run, start, end, label);
    start = end;
  }
}

/** Deleted text stands apart, so that phrases of the text as it is now can be found. */
function* readPart(
  { text, authors }: PartsInput,
  run: DocumentRun,
  from: number,
  to: number,
  label: string | null,
): Generator<Extraction> {
  const blocks = new TextBlocks(run, label);
  const deleted = new Map<string, string>();
  for (const piece of text.read(from, to)) {
    const shown = shownText(piece.text);
    if (piece.deletedBy === null) blocks.add(shown);
    else {
      const author = authors[piece.deletedBy];
      const place = author === undefined || author === "Unknown" ? "deleted text" : `deleted text by ${author}`;
      deleted.set(place, `${deleted.get(place) ?? ""}${shown}\n`);
    }
    yield* run.drain();
    if (run.isFull) return;
  }
  blocks.flush();
  for (const [place, words] of deleted) run.text(words, place);
  yield* run.drain();
}

const referenceBytes = 30;
const mostBytes = 4 << 20;

/** Each comment behind its author (MS-DOC 2.8.7, 2.8.8 and 2.9.3). */
function* readComments(input: PartsInput, run: DocumentRun, from: number, to: number): Generator<Extraction> {
  const { fib, table, text } = input;
  const places = commentPlaces(fib, table);
  const owners = ownersOf(fib, table);
  for (const author of new Set(owners.names)) run.field("changeAuthor", author, "doc-comments");
  if (places.length === 0) return yield* readPart(input, run, from, to, "comments");
  const blocks = new TextBlocks(run, "comments");
  for (const [i, place] of places.entries()) {
    const end = places[i + 1] ?? to - from;
    if (end <= place) continue;
    const author = owners.numbers[i] === undefined ? undefined : owners.names[owners.numbers[i]];
    blocks.endLine();
    blocks.add(`[${author ?? "comment"}] `);
    for (const piece of text.read(from + place, Math.min(to, from + end))) blocks.add(shownText(piece.text));
    yield* run.drain();
    if (run.isFull) return;
  }
  blocks.flush();
  yield* run.drain();
}

function commentPlaces(fib: Fib, table: ByteSource): number[] {
  const { at, length } = fib.pair(pair.commentTexts);
  if (!fib.isWide || length < 8) return [];
  const bytes = readRange(table, at, Math.min(length, mostBytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const places: number[] = [];
  // The last two characters are no comments: the part's end, and the end of the table.
  for (let i = 0; i + 8 < bytes.length; i += 4) places.push(view.getUint32(i, true));
  return places;
}

function ownersOf(fib: Fib, table: ByteSource): { names: string[]; numbers: number[] } {
  if (!fib.isWide) return { names: [], numbers: [] };
  const list = fib.pair(pair.commentOwners);
  const names = list.length > 0 ? readStringList(table, list.at, list.length) : [];
  const refs = fib.pair(pair.commentRefs);
  const bytes = readRange(table, refs.at, Math.min(refs.length, mostBytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.max(0, Math.floor((bytes.length - 4) / (4 + referenceBytes)));
  const numbers = Array.from({ length: count }, (_, i) =>
    view.getUint16(4 * (count + 1) + referenceBytes * i + 20, true),
  );
  return { names, numbers };
}
