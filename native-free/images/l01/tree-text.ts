/**
 * The list of files as text: lines of tab-separated values in UTF-16, in categories, entries with the number of their children
 * in front. Specification: libyal, "Expert Witness Compression Format (EWF)", sections "Ltree data" and below; "EWF2", sections
 * "Single files data", "Sub objects".
 */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";

const WINDOW_BYTES = 1 << 20;
/** A longer line is damage: names have 255 characters, attributes some thousands. */
const MAX_LINE = 8 << 20;

/** The lines of `length` bytes at `at`, with the byte-order mark that some writers put in front left out. */
export function* linesIn(source: ByteSource, at: number, length: number): Generator<string> {
  const decoder = new TextDecoder("utf-16le");
  let rest = "";
  for (let from = at; from < at + length; from += WINDOW_BYTES) {
    const window = readRange(source, from, Math.min(WINDOW_BYTES, at + length - from));
    const lines = (rest + decoder.decode(window, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
    if (rest.length > MAX_LINE) return;
  }
  if (rest !== "") yield rest;
}

/** The values of an entry by their tags. */
export type Values = ReadonlyMap<string, string>;

/** An entry and where it stands. */
export interface TreeEntry {
  readonly values: Values;
  readonly children: number;
  /** 0 is the root of the category. */
  readonly depth: number;
  /** Index among its siblings. */
  readonly index: number;
}

export interface Category {
  readonly name: string;
  /** Of a category without a tree (`rec`); the entries of others follow by `next`. */
  readonly values: Values | null;
}

/** Deeper trees do not come from a file system. */
const MAX_DEPTH = 4096;

interface Open {
  left: number;
  index: number;
}

/** Line feeds, carriage returns and tabs inside of values (EWF2). */
const escaped: Readonly<Record<string, string>> = { "\u0001": "\n", "\u0002": "\r", "\u0003": "\t" };

function valuesOf(tags: readonly string[], line: string): Values {
  const values = line.split("\t");
  return new Map(
    tags.map((tag, index) => [tag, (values[index] ?? "").replaceAll(/[\u0001-\u0003]/g, (code) => escaped[code]!)]),
  );
}

/** Goes through the categories of a tree in order, and through the entries of each. */
export class TreeReader {
  /** What made it end early; null where nothing did. */
  problem: string | null = null;
  readonly #lines: Iterator<string>;

  constructor(lines: Iterable<string>) {
    this.#lines = lines[Symbol.iterator]();
  }

  /** The next category; null behind the last. The entries of the one before must have been read. */
  nextCategory(): Category | null {
    let name = this.#line();
    // The number of categories, the empty lines between them, and the padding of EWF2 behind.
    while (name !== null && /^[\d\s\0]*$/.test(name)) name = this.#line();
    if (name === null) return null;
    if (name !== "rec") return { name, values: null };
    const tags = this.#line()?.split("\t") ?? [];
    return { name, values: valuesOf(tags, this.#line() ?? "") };
  }

  /** The entries of the category that `nextCategory` gave, parents in front of their children. */
  *entries(): Generator<TreeEntry> {
    const counts = this.#line();
    const tags = this.#line()?.split("\t");
    if (counts === null || !tags) return void (this.problem ??= "truncated");
    const open: Open[] = [{ left: 1, index: 0 }];
    for (let top = open.at(-1); top; top = open.at(-1)) {
      if (top.left === 0) {
        open.pop();
        continue;
      }
      const [head, line] = [this.#line(), this.#line()];
      if (head === null || line === null) return void (this.problem ??= "truncated");
      const children = Number(/^\d*\t(\d{1,12})\s*$/.exec(head)?.[1] ?? Number.NaN);
      if (Number.isNaN(children)) return void (this.problem ??= "count");
      if (open.length > MAX_DEPTH) return void (this.problem ??= "depth");
      yield { values: valuesOf(tags, line), children, depth: open.length - 1, index: top.index };
      top.left--;
      top.index++;
      if (children > 0) open.push({ left: children, index: 0 });
    }
  }

  #line(): string | null {
    const { done, value } = this.#lines.next();
    return done ? null : value;
  }
}
