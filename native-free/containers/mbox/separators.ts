/**
 * Messages of a mailbox by their separator lines (RFC 4155) and by the lengths that some writers state: mboxo, mboxrd
 * (quoted lines), mboxcl (quoted, with Content-Length), mboxcl2 (not quoted, with Content-Length). One pass over the
 * bytes, window by window, whatever the size.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { type Header, readHeader, valueOf } from "../../mail/header.ts";

export interface MailboxMessage {
  /** Of the separator line. */
  readonly at: number;
  /** Of its header. */
  readonly start: number;
  readonly end: number;
  /** The separator line, one character per byte. */
  readonly line: string;
  readonly header: Header;
  /** Lines that are quoted so that they do not part messages; and those of them with more than one quote. */
  readonly quoted: number;
  readonly quotedTwice: number;
  /** `fits`: a length is stated and true. */
  readonly length: "none" | "fits" | "wrong";
  /** Lines inside that would part messages if the length were not known. */
  readonly inside: number;
}

const windowBytes = 1 << 20;
/** A separator line, the line behind it, and the quotes before a word. */
const overlapBytes = 4096;
const lineLimit = 1000;
const needle = Buffer.from("From ");

/** Line starts at which a message may begin, and quoted ones, in order. */
interface Hit {
  readonly at: number;
  /** 0: parts messages. */
  readonly quotes: number;
}

export function* mailboxMessages(source: ByteSource): Generator<MailboxMessage> {
  const hits = new Hits(source);
  let at = hits.nextSeparator(0);
  while (at !== null) {
    const message = messageAt(source, hits, at);
    yield message;
    at = message.next;
  }
}

function messageAt(source: ByteSource, hits: Hits, at: number): MailboxMessage & { readonly next: number | null } {
  const line = lineFrom(source, at);
  const start = Math.min(source.size, at + line.bytes);
  const header = readHeader(source, start, source.size);
  const stated = statedEnd(source, header);
  let [quoted, quotedTwice, inside] = [0, 0, 0];
  let next: number | null = null;
  for (let hit = hits.next(start); hit !== null; hit = hits.next(hit.at + 1)) {
    if (hit.quotes === 0 && (stated === null || hit.at >= stated.next)) {
      next = hit.at;
      break;
    }
    if (hit.quotes > 0) quoted++;
    if (hit.quotes > 1) quotedTwice++;
    if (hit.quotes === 0) inside++;
  }
  const end = stated?.end ?? messageEnd(source, start, next ?? source.size);
  const declared = valueOf(header, "content-length");
  const length = declared === null ? "none" : stated ? "fits" : "wrong";
  return { at, start, end, line: line.text, header, quoted, quotedTwice, length, inside, next };
}

/** Where a stated length leads, if a separator or the end of the file stands there. */
function statedEnd(source: ByteSource, header: Header): { end: number; next: number } | null {
  const declared = valueOf(header, "content-length");
  if (declared === null || !/^\d{1,15}$/.test(declared)) return null;
  const end = header.bodyAt + Number(declared);
  if (end > source.size) return null;
  const tail = Buffer.from(readRange(source, end, 8)).toString("latin1");
  const blank = /^(\r?\n){0,2}/.exec(tail)![0].length;
  const next = end + blank;
  return next >= source.size || isSeparatorAt(source, next) ? { end, next } : null;
}

/** The blank line before a separator belongs to the separator. */
function messageEnd(source: ByteSource, start: number, next: number): number {
  const tail = Buffer.from(readRange(source, Math.max(start, next - 4), Math.min(4, next - start))).toString("latin1");
  const blank = /(?<=\n)\r?\n$/.exec(tail)?.[0].length ?? 0;
  return next - blank;
}

function lineFrom(source: ByteSource, at: number): { text: string; bytes: number } {
  const bytes = Buffer.from(readRange(source, at, lineLimit));
  const feed = bytes.indexOf(10);
  const text = bytes
    .subarray(0, feed < 0 ? bytes.length : feed)
    .toString("latin1")
    .replace(/\r$/, "");
  return { text, bytes: feed < 0 ? bytes.length : feed + 1 };
}

/** Walks all places of the word, forward only, over one window. */
class Hits {
  readonly #source: ByteSource;
  #base = 0;
  #window: Buffer = Buffer.alloc(0);
  #isLoaded = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  nextSeparator(from: number): number | null {
    for (let hit = this.next(from); hit !== null; hit = this.next(hit.at + 1)) if (hit.quotes === 0) return hit.at;
    return null;
  }

  /** The next line at or behind `from` that is a separator or a quoted one. `at` of quoted lines is that of the word. */
  next(from: number): Hit | null {
    let place = from;
    while (place < this.#source.size) {
      if (!this.#isLoaded || place < this.#base || place >= this.#base + windowBytes) this.#load(place);
      const found = this.#window.indexOf(needle, place - this.#base);
      const limit = Math.min(this.#window.length, windowBytes);
      if (found < 0 || found >= limit) {
        place = this.#base + limit;
        continue;
      }
      const hit = this.#check(this.#base + found);
      if (hit) return hit;
      place = this.#base + found + 1;
    }
    return null;
  }

  #load(at: number): void {
    this.#base = at;
    this.#window = Buffer.from(readRange(this.#source, at, windowBytes + overlapBytes));
    this.#isLoaded = true;
  }

  /** Whether the word begins a line or stands behind the quotes that do. */
  #check(at: number): Hit | null {
    if (at === 0) return isSeparatorAt(this.#source, at) ? { at, quotes: 0 } : null;
    const inside = at - this.#base;
    if (inside > 0) {
      // Nearly all words stand inside of a line: told without reading.
      const before = this.#window[inside - 1]!;
      if (before !== 10 && before !== 13 && before !== 0x3e) return null;
    }
    const before = readRange(this.#source, Math.max(0, at - 80), Math.min(80, at));
    let quotes = 0;
    while (quotes < before.length && before[before.length - 1 - quotes] === 0x3e) quotes++;
    const last = before[before.length - 1 - quotes];
    if (quotes < before.length ? last !== 10 && last !== 13 : at > before.length) return null;
    if (quotes > 0) return { at, quotes };
    return isSeparatorAt(this.#source, at) ? { at, quotes: 0 } : null;
  }
}

const separator = /^From (?:\S|- |.*@)/;
const hasDate = /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*\d{1,2}:\d{2}|\d{1,2}:\d{2}.*\b\d{4}\b/;
const fieldLine = /^[!-9;-~]+[ \t]*:/;

/**
 * A line `From …` before a header field. Without a date it parts messages only behind a blank line: sentences begin with
 * the same word.
 */
function isSeparatorAt(source: ByteSource, at: number): boolean {
  const { text, bytes } = lineFrom(source, at);
  if (!separator.test(text)) return false;
  const before =
    at === 0 ? "\n\n" : Buffer.from(readRange(source, Math.max(0, at - 3), Math.min(3, at))).toString("latin1");
  const isBehindBlank = at < 2 || /\n\r?\n$|\r\r$|^\r?\n$/.test(before);
  const isDated = hasDate.test(text);
  if (!isBehindBlank && !isDated) return false;
  const following = lineFrom(source, at + bytes).text;
  if (fieldLine.test(following) || separator.test(following.replace(/^>+/, ""))) return true;
  // A message without a header, or the end of the mailbox.
  return isDated && isBehindBlank && following === "";
}
