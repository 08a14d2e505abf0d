/**
 * Gathers the text of one content into blocks ready for the writer: bounded, folded, compressed. Long texts go to a
 * spool file, so that memory does not grow with the evidence.
 */
import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { serialize } from "node:v8";
import { constants, zstdCompressSync } from "node:zlib";
import { fold } from "../native-free/model/fold.ts";
import { textBlockChars, textOverlapChars, type PreparedBlock } from "../native-free/model/prepared.ts";

/** Blocks beyond so many UTF-16 units are spooled. */
const inMemoryChars = 8 << 20;

export interface CollectedText {
  readonly blocks: readonly PreparedBlock[];
  readonly spooled: string | null;
  readonly chars: number;
  /** The first characters, for language detection. */
  readonly sample: string;
}

const sampleChars = 16_384;

export class TextCollector {
  readonly #limitChars: number;
  readonly #spoolFile: () => string;
  #parts: string[] = [];
  #held = 0;
  #labels: { at: number; label: string }[] = [];
  #label: string | null = null;
  #blocks: PreparedBlock[] = [];
  #blockChars = 0;
  #next = 0;
  #chars = 0;
  #sample = "";
  #spool: { file: string; descriptor: number } | null = null;
  #isCut = false;

  /** `spoolFile` names a fresh file below the work folder when one is needed. */
  constructor(limitChars: number, spoolFile: () => string) {
    this.#limitChars = limitChars;
    this.#spoolFile = spoolFile;
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
    if (piece.length === 0) return;
    const room = this.#limitChars - this.#chars;
    if (room <= 0) {
      this.#isCut = true;
      return;
    }
    if (label !== this.#label) {
      if (this.#held > 0) this.#push("\n");
      this.#label = label;
      this.#labels.push({ at: this.#held, label: label ?? "" });
    }
    this.#isCut ||= piece.length > room;
    const text = (piece.length > room ? piece.slice(0, room) : piece).toWellFormed();
    this.#chars += text.length;
    if (this.#sample.length < sampleChars) this.#sample += text.slice(0, sampleChars - this.#sample.length);
    for (let at = 0; at < text.length; ) {
      const end = cutAt(text, Math.min(text.length, at + textBlockChars - this.#held));
      this.#push(text.slice(at, Math.max(end, at + 1)));
      at = Math.max(end, at + 1);
      if (this.#held >= textBlockChars - 1) this.#endBlock(true);
    }
  }

  /** Ends the text. The spool file, if any, belongs to the caller then. */
  finish(): CollectedText {
    if (this.#held > 0) this.#endBlock(false);
    const spooled = this.#spool?.file ?? null;
    if (this.#spool) closeSync(this.#spool.descriptor);
    this.#spool = null;
    return { blocks: this.#blocks, spooled, chars: this.#chars, sample: this.#sample };
  }

  /** Forgets everything and removes the spool file. */
  discard(): void {
    const { spooled } = this.finish();
    if (spooled !== null) unlinkSync(spooled);
    this.#blocks = [];
  }

  #push(text: string): void {
    this.#parts.push(text);
    this.#held += text.length;
  }

  #endBlock(goesOn: boolean): void {
    const text = this.#parts.join("");
    this.#keep({
      index: this.#next++,
      labels: this.#labels.filter(({ label, at }) => label !== "" || at > 0),
      chars: text.length,
      text: zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
      folded: fold(text),
    });
    const overlap = goesOn ? text.slice(cutAt(text, text.length - textOverlapChars)) : "";
    this.#parts = overlap === "" ? [] : [overlap];
    this.#held = overlap.length;
    this.#labels = this.#label === null ? [] : [{ at: 0, label: this.#label }];
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
    const body = serialize(block);
    const record = Buffer.alloc(4 + body.length);
    record.writeUInt32LE(body.length);
    record.set(body, 4);
    for (let at = 0; at < record.length; ) at += writeSync(this.#spool.descriptor, record, at);
  }
}

/** `at`, or one before where it would part a surrogate pair. */
function cutAt(text: string, at: number): number {
  if (at <= 0 || at >= text.length) return at;
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before < 0xdc00 ? at - 1 : at;
}
