/** Says of many stored texts in which of them something has a place. */
import { zstdDecompressSync } from "node:zlib";
import type { RE2JS } from "re2js";
import { Automaton, endOfPart, endOfText, TooManyStates } from "./automaton.ts";
import { beginningsOf, canBeEmpty, type Beginnings } from "./beginnings.ts";
import { byteProgram } from "./byte-program.ts";
import { FrameSplicer, separatorBytes } from "./spliced-frames.ts";

/** Texts as they are stored, one behind the other. */
export interface Batch {
  readonly bytes: Uint8Array;
  /** Where each ends. */
  readonly ends: Uint32Array;
  count: number;
  /** Set by the scan: 1 where the term has a place. */
  readonly found: Uint8Array;
  /** What part of a whole text each is: `textParts`, added up. */
  readonly parts: Uint8Array;
}

/** `later`: it repeats the end of another text and may begin inside a word. `goesOn`: another one repeats its end. */
export const textParts = { later: 1, goesOn: 2 } as const;

/** A stored text cannot be decompressed. */
export class DamagedText extends Error {}

/** A text has at most 2^20 UTF-16 units. */
const mostTextBytes = 4 * 2 ** 20;
/**
 * UTF-16 units of the texts of a batch; one text may always be a batch. What is compressed well takes little room in a slot and much when it is
 * scanned.
 */
export const batchChars = 1 << 23;
const outputChunk = 1 << 20;

/** Texts of a batch, each with an end of text behind it. */
interface Texts {
  readonly bytes: Buffer;
  readonly starts: Float64Array;
}

/** What is looked for. */
export interface Wanted {
  /** Holds in every text with a place; null where there is no such expression. */
  readonly pattern: RE2JS | null;
  /** True: every match of the pattern that is not empty is a place. */
  readonly isExact: boolean;
  /** True where the text has a place. `isFirst`: false where it is a later block of a text, and may begin inside a word. */
  readonly holds: (text: string, isFirst: boolean) => boolean;
}

/** One per thread. */
export class TextScanner {
  readonly #holdsIn: Wanted["holds"];
  readonly #splicer = new FrameSplicer();
  readonly #automaton: Automaton | null = null;
  readonly #beginnings: Beginnings | null = null;
  /** The automaton alone says that there is a place. */
  readonly #isCertain: boolean = false;
  #gaveUp = false;

  constructor({ pattern, isExact, holds }: Wanted) {
    this.#holdsIn = holds;
    const program = pattern && byteProgram(pattern);
    if (!program) return;
    this.#automaton = new Automaton(program);
    this.#beginnings = beginningsOf(program);
    this.#isCertain = isExact && !canBeEmpty(program);
  }

  /** Throws DamagedText. */
  scan(batch: Batch): void {
    batch.found.fill(0, 0, batch.count);
    const texts = this.#texts(batch);
    const { bytes, starts } = texts;
    const filter = this.#automaton && !this.#gaveUp ? this.#beginnings : null;
    filter?.prepare(bytes);
    let place = -1;
    for (let at = 0; at < batch.count; at += 1) {
      const start = starts[at] as number;
      const end = (starts[at + 1] as number) - separatorBytes;
      if (filter) {
        if (place >= 0 && place < start) place = -1;
        if (place < 0) place = filter.next(start);
        if (place < 0) break;
        if (place >= end) continue;
      }
      const part = batch.parts[at] as number;
      const isFirst = (part & textParts.later) === 0;
      const from = Math.max(isFirst ? start : behindFirst(bytes, start), filter?.areStarts ? place : start);
      if ((part & textParts.goesOn) !== 0) bytes[end] = endOfPart;
      if (this.#holds(bytes, { start, end, isFirst }, from)) batch.found[at] = 1;
    }
  }

  /** `from`: no match begins before it. */
  #holds(bytes: Buffer, { start, end, isFirst }: TextPart, from: number): boolean {
    if (this.#automaton && !this.#gaveUp) {
      try {
        if (!this.#automaton.matches(bytes, from)) return false;
        if (this.#isCertain) return true;
      } catch (error) {
        if (!(error instanceof TooManyStates)) throw error;
        this.#gaveUp = true;
      }
    }
    return this.#holdsIn(bytes.toString("utf8", start, end), isFirst);
  }

  #texts(batch: Batch): Texts {
    return this.#joined(batch) ?? oneByOne(batch);
  }

  /** Null where the frames do not go together: one that is damaged, too. */
  #joined({ bytes, ends, count }: Batch): Texts | null {
    const frame = this.#splicer.join(bytes, ends, count);
    if (frame === null) return null;
    let texts: Buffer;
    try {
      texts = zstdDecompressSync(frame, { chunkSize: outputChunk, maxOutputLength: mostBytes(count) });
    } catch {
      return null;
    }
    const starts = new Float64Array(count + 1);
    for (let at = 0; at < count; at += 1) {
      const end = texts.indexOf(endOfText, starts[at]);
      if (end < 0 || end - (starts[at] as number) > mostTextBytes) return null;
      starts[at + 1] = end + separatorBytes;
    }
    return starts[count] === texts.length ? { bytes: texts, starts } : null;
  }
}

/** Where one of the texts stands. */
interface TextPart {
  readonly start: number;
  readonly end: number;
  readonly isFirst: boolean;
}

/**
 * Behind the first character of a later block, which is all that what stands before is not known of: a match from there on is one of the whole
 * text, and one that begins with that character ends within the overlap, or is longer than it.
 */
function behindFirst(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (((bytes[at] as number) & 0xc0) === 0x80) at += 1;
  return at;
}

/** Of the texts of a batch and what is behind each. A UTF-16 unit has at most three bytes: only a wrong number of characters leads beyond. */
function mostBytes(count: number): number {
  return 3 * batchChars + count * separatorBytes;
}

function oneByOne({ bytes, ends, count }: Batch): Texts {
  const parts: Buffer[] = [];
  const starts = new Float64Array(count + 1);
  const separator = Buffer.alloc(separatorBytes, endOfText);
  for (let at = 0; at < count; at += 1) {
    const frame = bytes.slice(at === 0 ? 0 : ends[at - 1], ends[at]);
    // Damage may have left what is not UTF-8: as everybody reads it.
    const text = Buffer.from(decompressed(frame).toString("utf8"), "utf8");
    parts.push(text, separator);
    const next = (starts[at] as number) + text.length + separatorBytes;
    if (next > mostBytes(count)) throw new DamagedText("texts are longer than their rows say");
    starts[at + 1] = next;
  }
  return { bytes: Buffer.concat(parts), starts };
}

function decompressed(frame: Uint8Array): Buffer {
  try {
    return zstdDecompressSync(frame, { maxOutputLength: mostTextBytes });
  } catch (error) {
    throw new DamagedText("a text cannot be decompressed", { cause: error });
  }
}
