/**
 * Gathers the text of one content into blocks ready for the writer: bounded, folded, compressed. Long texts go to a
 * spool file, so that memory does not grow with the evidence.
 */
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { serialize } from "node:v8";
import { constants, zstdCompressSync } from "node:zlib";
import { readChars } from "../native-free/extractors/language.ts";
import { textBlockChars, textOverlapChars, type PreparedBlock } from "../native-free/model/prepared.ts";
import { TextHash } from "../native-free/model/text-hash.ts";
import { firstRun, foldBlock, wholeSign } from "../native-free/model/text-seam.ts";
import { TextSketcher } from "../native-free/similarity/text-sketch.ts";

/** Blocks beyond so many UTF-16 units are spooled. */
const inMemoryChars = 8 << 20;

export interface CollectedText {
  readonly blocks: readonly PreparedBlock[];
  readonly spooled: string | null;
  readonly chars: number;
  /** See `TextHash`; null where there is no text. */
  readonly textSha256: string | null;
  /** The first characters, for language detection. */
  readonly sample: string;
  /** See `TextSketcher`; null where the text is too short. */
  readonly sketch: Uint32Array | null;
}

const sampleChars = readChars;
/** A block ends at white space where there is some among so many of its last UTF-16 units. */
const seamChars = 1024;
/** Level 1: faster than level 3 (some 15 % less processor time on texts of 15 kB) for 6 % more room. */
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** UTF-16 units of a block: what begins before `since` was seen in the block before, what begins at or behind `until` is seen in the next one. */
export interface BlockBounds {
  readonly since: number;
  readonly until: number;
}

export type OnBlock = (text: string, block: number, bounds: BlockBounds) => void;

export class TextCollector {
  readonly #limitChars: number;
  readonly #spoolFile: () => string;
  readonly #onBlock: OnBlock;
  readonly #hash = new TextHash();
  readonly #sketcher = new TextSketcher();
  #parts: string[] = [];
  #held = 0;
  #labels: { at: number; label: string }[] = [];
  #label: string | null = null;
  #blocks: PreparedBlock[] = [];
  #blockChars = 0;
  #next = 0;
  #chars = 0;
  /** Units of the held text that are not the overlap with the block before. */
  #fresh = 0;
  /** First half of a surrogate pair at the end of a piece: it goes with the next one. */
  #half = "";
  #sample = "";
  #spool: { readonly file: string; descriptor: number | null } | null = null;
  #isCut = false;

  /**
   * `spoolFile` names a fresh file below the work folder when one is needed. `onBlock` sees the text of each block.
   */
  constructor(limitChars: number, spoolFile: () => string, onBlock: OnBlock = () => undefined) {
    this.#limitChars = limitChars;
    this.#spoolFile = spoolFile;
    this.#onBlock = onBlock;
  }

  /** True once text beyond the limit was given; it was not kept. */
  get isCut(): boolean {
    return this.#isCut;
  }

  get isEmpty(): boolean {
    return this.#chars === 0;
  }

  /** Adds text in reading order; a change of label starts a new line. */
  add(piece: string, label: string | null): void {
    if (piece.length === 0 || this.#isCut) return;
    if (this.#chars >= this.#limitChars) {
      this.#isCut = true;
      return;
    }
    if (label !== this.#label) this.#startLabel(label);
    const given = this.#half + piece;
    this.#half = endsInHalf(given) ? given.slice(-1) : "";
    this.#take(this.#half === "" ? given : given.slice(0, -1));
  }

  /** Ends the text. The spool file, if any, belongs to the caller then. */
  finish(): CollectedText {
    this.#takeHalf();
    if (this.#fresh > 0) this.#endBlock(false);
    const spooled = this.#spool?.file ?? null;
    this.#closeSpool();
    return {
      ...{ blocks: this.#blocks, spooled, chars: this.#chars, textSha256: this.#hash.digest(), sample: this.#sample },
      sketch: this.#sketcher.finish(),
    };
  }

  /** Forgets everything and removes the spool file. */
  discard(): void {
    this.#closeSpool();
    if (this.#spool) rmSync(this.#spool.file, { force: true });
    this.#spool = null;
    this.#blocks = [];
    this.#parts = [];
    this.#fresh = 0;
  }

  #closeSpool(): void {
    if (this.#spool?.descriptor != null) closeSync(this.#spool.descriptor);
    if (this.#spool) this.#spool.descriptor = null;
  }

  #startLabel(label: string | null): void {
    this.#takeHalf();
    if (this.#held > 0) this.#push("\n");
    this.#label = label;
    if (this.#held >= textBlockChars - 1) this.#endBlock(true);
    this.#labels.push({ at: this.#held, label: label ?? "" });
  }

  #takeHalf(): void {
    const half = this.#half;
    this.#half = "";
    this.#take(half);
  }

  /** Takes text that does not end in half a pair, as far as the limit allows. */
  #take(given: string): void {
    const room = this.#limitChars - this.#chars;
    const fits = given.length > room ? given.slice(0, wholeSign(given, room)) : given;
    if (fits.length < given.length) {
      this.#isCut = true;
      this.#half = "";
    }
    const text = fits.toWellFormed();
    this.#chars += text.length;
    if (this.#sample.length < sampleChars) this.#sample += text.slice(0, sampleChars - this.#sample.length);
    for (let at = 0; at < text.length;) {
      // A block is ended before only one unit of room is left, so that a pair always fits.
      const end = wholeSign(text, Math.min(text.length, at + textBlockChars - this.#held));
      this.#push(text.slice(at, end));
      at = end;
      if (this.#held >= textBlockChars - 1) this.#endBlock(true);
    }
  }

  #push(text: string): void {
    this.#parts.push(text);
    this.#held += text.length;
    this.#fresh += text.length;
  }

  #endBlock(goesOn: boolean): void {
    const held = this.#parts.length === 1 ? this.#parts[0]! : this.#parts.join("");
    const end = goesOn ? seamIn(held) : held.length;
    const from = goesOn ? wholeSign(held, end - textOverlapChars) : end;
    const text = held.slice(0, end);
    this.#onBlock(text, this.#next, {
      since: this.#next === 0 ? 0 : firstRun(text),
      until: goesOn ? from + firstRun(held.slice(from, end)) : end,
    });
    this.#keepText(text);
    const rest = held.slice(from);
    this.#parts = rest === "" ? [] : [rest];
    this.#held = rest.length;
    this.#fresh = held.length - end;
    const before = this.#labels.findLast(({ at }) => at <= from);
    const inside = this.#labels.filter(({ at }) => at > from);
    this.#labels = [...(before ? [before] : []), ...inside].map(({ at, label }) => ({
      at: Math.max(0, at - from),
      label,
    }));
  }

  #keepText(text: string): void {
    const utf8 = Buffer.from(text, "utf8");
    const index = this.#next++;
    const described = {
      index,
      labels: this.#labels.filter(({ label, at }) => (label !== "" || at > 0) && at < text.length),
      chars: text.length,
    };
    this.#hash.add(described, utf8);
    // A copy: the compressor's result lies in 64 KiB of memory, all of which would travel to the writer.
    const folded = foldBlock(text, index);
    this.#sketcher.add(folded);
    this.#keep({ ...described, text: new Uint8Array(zstdCompressSync(utf8, compression)), folded });
  }

  #keep(block: PreparedBlock): void {
    if (this.#spool === null && this.#blockChars + block.chars <= inMemoryChars) {
      this.#blockChars += block.chars;
      this.#blocks.push(block);
      return;
    }
    if (this.#spool === null) {
      const file = this.#spoolFile();
      this.#spool = { file, descriptor: openSync(file, "wx", 0o600) };
    }
    const { descriptor } = this.#spool;
    if (descriptor === null) throw new Error("text was added after its end");
    const body = serialize(block);
    const record = Buffer.alloc(4 + body.length);
    record.writeUInt32LE(body.length);
    record.set(body, 4);
    for (let at = 0; at < record.length;) at += writeSync(descriptor, record, at);
  }
}

/**
 * Where a full block ends: after white space, so that no half of a word becomes a word of the index; best where the overlap,
 * with which the next block begins, starts after white space, too. Without any, where it is full.
 */
function seamIn(text: string): number {
  let best = text.length;
  for (let at = text.length; at > text.length - seamChars; at--) {
    if (!isSpace(text, at - 1)) continue;
    if (isSpace(text, at - textOverlapChars - 1)) return at;
    if (best === text.length) best = at;
  }
  return best;
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at));
}

function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last < 0xdc00;
}
