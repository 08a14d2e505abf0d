/** Characters of a Word document by their numbers, with what is marked as deleted kept apart (MS-DOC 2.4.1 and 2.4.2). */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { decodeCodePage } from "../../compound/code-page.ts";
import type { Piece } from "./pieces.ts";
import type { DeletedRun } from "./revisions.ts";

const stepChars = 32 * 1024;

/** A stretch of text; `author` is set where it is marked as deleted. */
export interface TextPiece {
  readonly text: string;
  readonly deletedBy: number | null;
}

export class DocumentText {
  readonly #main: ByteSource;
  readonly #pieces: readonly Piece[];
  readonly #deleted: readonly DeletedRun[];
  readonly #codePage: number;

  constructor(main: ByteSource, pieces: readonly Piece[], deleted: readonly DeletedRun[], codePage: number) {
    this.#main = main;
    this.#pieces = pieces;
    this.#deleted = deleted;
    this.#codePage = codePage;
  }

  /** Characters `from` to `to` in steps, raw: control characters and all. */
  *read(from: number, to: number): Generator<TextPiece> {
    for (const piece of this.#pieces) {
      const start = Math.max(from, piece.start);
      const end = Math.min(to, piece.end);
      if (start >= end) continue;
      const at = piece.at + (start - piece.start) * piece.width;
      // What a piece claims beyond the stream is not there.
      const stop = Math.min(this.#main.size, at + (end - start) * piece.width);
      yield* this.#stretch(at, stop, piece.width);
    }
  }

  *#stretch(from: number, to: number, width: 1 | 2): Generator<TextPiece> {
    let at = from;
    let index = this.#firstRun(from);
    while (at < to) {
      const run = this.#deleted[index];
      if (run && run.to <= at) {
        index++;
        continue;
      }
      const isDeleted = run !== undefined && run.from <= at;
      const border = run === undefined ? to : isDeleted ? run.to : run.from;
      // A border inside a character cannot be: at least one is taken.
      const end = Math.max(at + width, Math.min(to, border, at + stepChars * width));
      yield {
        text: this.#decode(readRange(this.#main, at, end - at), width),
        deletedBy: isDeleted ? run.author : null,
      };
      at = end;
    }
  }

  /** The first run that may reach behind the byte. */
  #firstRun(at: number): number {
    let [low, high] = [0, this.#deleted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#deleted[middle]!.to <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #decode(bytes: Uint8Array, width: 1 | 2): string {
    return width === 2 ? Buffer.from(bytes).toString("utf16le") : decodeCodePage(bytes, this.#codePage);
  }
}

/** Control characters that stand for something, as text (MS-DOC 2.4.1 and 2.8.25); the rest is left out. */
const shown: Readonly<Record<string, string>> = {
  "\u0007": "\t",
  "\t": "\t",
  "\n": "\n",
  "\u000b": "\n",
  "\u000c": "\n",
  "\r": "\n",
  "\u000e": "\n",
  "\u001e": "-",
  "\u0013": " ",
  "\u0014": " ",
  "\u0015": " ",
};

/** Raw characters as text: ends of cells are tabs, ends of paragraphs lines; field instructions stay, as text of their own. */
export function shownText(raw: string): string {
  // eslint-disable-next-line no-control-regex
  return raw.replace(/[\u0000-\u001f]/g, (sign) => shown[sign] ?? "").toWellFormed();
}
