/**
 * Files inside the text of a message: uuencode between `begin` and `end`, yEnc between `=ybegin` and `=yend`. The bytes of
 * the text are in memory; blocks are named by their place in it.
 */
import { Buffer } from "node:buffer";

export interface InlineBlock {
  readonly encoding: "uuencode" | "yenc";
  /** Bytes of the text that it takes up, the lines around it included. */
  readonly start: number;
  readonly end: number;
  /** One character per byte. */
  readonly name: string;
  /** False where the text ends before the block does. */
  readonly isWhole: boolean;
}

const blockLimit = 10_000;
const begin = /^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,250})$/;
const ybegin = /^=ybegin (?=.*\bline=\d)(?=.*\bsize=\d).*?\bname=([^\r\n]{1,250})$/;

/** Blocks in the order of the text. */
export function findInlineBlocks(bytes: Uint8Array): InlineBlock[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const blocks: InlineBlock[] = [];
  // Where each word comes next: asked anew only once it lies behind.
  const next = openings.map((word) => lineStart(text, word, 0));
  for (let at = 0; blocks.length < blockLimit;) {
    for (const [index, word] of openings.entries()) if (next[index]! < at) next[index] = lineStart(text, word, at);
    const start = Math.min(...next);
    if (start === Number.POSITIVE_INFINITY) break;
    const block = blockAt(text, start);
    if (block) blocks.push(block);
    at = block ? block.end : start + 1;
  }
  return blocks;
}

const openings = ["begin ", "=ybegin "] as const;

/** The next line that begins with the word; infinity where there is none. */
function lineStart(text: Buffer, word: string, from: number): number {
  if (from === 0 && text.subarray(0, word.length).toString("latin1") === word) return 0;
  const at = text.indexOf(`\n${word}`, Math.max(0, from - 1), "latin1");
  return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
}

function blockAt(text: Buffer, start: number): InlineBlock | null {
  const opening = lineAt(text, start);
  const uuName = begin.exec(opening.line)?.[1];
  if (uuName !== undefined && !opening.line.startsWith("begin-") && isFirstUuLine(lineAt(text, opening.next).line)) {
    return { encoding: "uuencode", start, name: uuName.trim(), ...endOf(text, opening.next, isUuLine, "end") };
  }
  const yName = ybegin.exec(opening.line)?.[1];
  if (yName === undefined) return null;
  return { encoding: "yenc", start, name: yName.trim(), ...endOf(text, opening.next, () => true, "=yend ") };
}

/** Up to the closing line, or to the first line that cannot belong to the block. */
function endOf(
  text: Buffer,
  from: number,
  belongs: (line: string) => boolean,
  closing: string,
): { end: number; isWhole: boolean } {
  let at = from;
  while (at < text.length) {
    const { line, next } = lineAt(text, at);
    if (closing === "end" ? line.trimEnd() === closing : line.startsWith(closing)) return { end: next, isWhole: true };
    if (line !== "" && !belongs(line)) return { end: at, isWhole: false };
    at = next;
  }
  return { end: text.length, isWhole: false };
}

const isFirstUuLine = (line: string): boolean => line !== "" && isUuLine(line);

/** The first character says how many bytes the line holds: the line must be about as long as that takes. */
function isUuLine(line: string): boolean {
  if (line === "" || !/^[ -`]+$/.test(line)) return line === "";
  const bytes = (line.charCodeAt(0) - 32) & 63;
  const chars = Math.ceil(bytes / 3) * 4;
  return line.length - 1 <= chars + 2 && line.length - 1 >= Math.min(chars, Math.floor((bytes * 4) / 3)) - 8;
}

function lineAt(text: Buffer, at: number): { line: string; next: number } {
  const feed = text.indexOf(10, at);
  const stop = feed < 0 ? text.length : feed;
  const line = text
    .subarray(at, Math.min(stop, at + 2000))
    .toString("latin1")
    .replace(/\r$/, "");
  return { line, next: feed < 0 ? text.length : feed + 1 };
}
