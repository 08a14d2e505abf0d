/**
 * Files of words and phrases, and of hashes, that queries name: text in UTF-8, or in UTF-16 with a byte order mark, one entry a line.
 * White space at both ends does not count, nor do empty lines and lines that begin with #. A line that is none of this is
 * refused with its number, so that no entry is left out unseen.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fold, tokens as tokensIn } from "../../native-free/model/fold.ts";
import { querySays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { hashPattern } from "./query.ts";

/** What an entry of the journal says of a list. */
export interface ListFacts {
  readonly kind: "terms" | "hashes";
  /** As the query has it. */
  readonly name: string;
  /** Of the bytes of the file, hex. */
  readonly sha256: string;
  readonly lines: number;
  /** Different entries. */
  readonly entries: number;
}

export interface ListedTerm {
  /** Folded. */
  readonly tokens: readonly string[];
  /** The last word may go on. */
  readonly prefix: boolean;
  /** As written, without the star; NFC. */
  readonly text: string;
}

export interface TermList {
  readonly facts: ListFacts;
  readonly terms: readonly ListedTerm[];
}

export interface HashList {
  readonly facts: ListFacts;
  /** Hex, lower case, of 32, 40 or 64 digits. */
  readonly hashes: ReadonlySet<string>;
}

const mostBytes = 256 * 2 ** 20;
const mostLines = 2_000_000;
/** A longer line is no word or phrase that somebody looks for. */
const longestTerm = 1000;

/** The file that a list's name stands for: in the case's folder of lists for queries, with or without `.txt`, or a path. Throws OperatorError. */
export function listFile(folder: string, name: string): string {
  const isPath = /[/\\]/.test(name);
  const places = isPath ? [resolve(name)] : [join(folder, name), join(folder, `${name}.txt`)];
  const found = places.find((place) => existsSync(place) && statSync(place).isFile());
  if (found !== undefined) return found;
  const known = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".txt"))
        .map((entry) => entry.name.slice(0, -".txt".length))
        .sort()
    : [];
  throw new OperatorError("search/list", querySays.listAbsent(name, folder, known.slice(0, 20)));
}

/** Throws OperatorError `search/list` for a line that is no word or phrase. */
export function readTermList(file: string, name: string): TermList {
  const { lines, sha256 } = linesIn(file);
  const terms = new Map<string, ListedTerm>();
  lines.forEach((line, index) => {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) return;
    const term = listedTerm(text);
    if (!term) throw new OperatorError("search/list", querySays.termLine(basename(file), index + 1, text));
    terms.set(`${term.text}${term.prefix ? "*" : ""}`, term);
  });
  return { facts: factsOf("terms", name, sha256, lines.length, terms.size, file), terms: [...terms.values()] };
}

/** Throws OperatorError `search/list` for a line that is no hash. */
export function readHashList(file: string, name: string): HashList {
  const { lines, sha256 } = linesIn(file);
  const hashes = new Set<string>();
  lines.forEach((line, index) => {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) return;
    if (!hashPattern.test(text)) {
      throw new OperatorError("search/list", querySays.hashLine(basename(file), index + 1, text));
    }
    hashes.add(text.toLowerCase());
  });
  return { facts: factsOf("hashes", name, sha256, lines.length, hashes.size, file), hashes };
}

function factsOf(
  kind: ListFacts["kind"],
  name: string,
  sha256: string,
  lines: number,
  entries: number,
  file: string,
): ListFacts {
  if (entries === 0) throw new OperatorError("search/list", querySays.listEmpty(basename(file)));
  return { kind, name, sha256, lines, entries };
}

function listedTerm(line: string): ListedTerm | null {
  const prefix = line.length > 1 && line.endsWith("*");
  const text = (prefix ? line.slice(0, -1) : line).normalize("NFC");
  if (text.length > longestTerm || text.includes("*")) return null;
  const folded = fold(text);
  const found = [...tokensIn(folded)];
  const last = found.at(-1);
  if (!last) return null;
  const goesOn = prefix && last.start + last.token.length === folded.length;
  return { tokens: found.map(({ token }) => token), prefix: goesOn, text };
}

function linesIn(file: string): { lines: string[]; sha256: string } {
  const bytes = bytesOf(file);
  const lines = textOf(bytes, basename(file)).split(/\r\n|\n|\r/);
  // What stands behind the last line end is no line where it is empty.
  if (lines.at(-1) === "") lines.pop();
  if (lines.length > mostLines) throw new OperatorError("search/list", querySays.listLong(basename(file), mostLines));
  return { lines, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function bytesOf(file: string): Buffer {
  try {
    if (statSync(file).size <= mostBytes) return readFileSync(file);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new OperatorError("search/list", querySays.listUnreadable(file, code));
  }
  throw new OperatorError("search/list", querySays.listLarge(file, mostBytes));
}

function textOf(bytes: Buffer, name: string): string {
  const charset =
    bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    throw new OperatorError("search/list", querySays.listNotText(name, badLine(bytes, charset)));
  }
}

/** Number of the first line that does not decode. */
function badLine(bytes: Buffer, charset: string): number {
  if (charset !== "utf-8") return 1;
  for (let line = 1, at = 0; ; line += 1) {
    const end = bytes.indexOf(0x0a, at);
    try {
      new TextDecoder(charset, { fatal: true }).decode(bytes.subarray(at, end < 0 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end < 0) return line;
    at = end + 1;
  }
}
