/**
 * Content lines of address cards and calendars (RFC 6350 3.2, RFC 5545 3.1, vCard 2.1): unfolded, with group, name,
 * parameters and value. Quoted-printable values of vCard 2.1 and vCalendar 1.0 are put together over their line ends.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, MemorySource } from "../../bytes/byte-source.ts";
import { decodeBytes } from "../../mail/decode-text.ts";
import { decodeTransfer } from "../../mail/transfer.ts";

import { charsetOfSource, decodeSource } from "../text-parts.ts";

export interface ContentLine {
  /** Upper case, without the group. */
  readonly name: string;
  /** Values by upper-case name; parameters without a name (vCard 2.1) under `TYPE`. */
  readonly params: ReadonlyMap<string, readonly string[]>;
  /** As written, but for transfer encodings other than base64; escapes are left. */
  readonly value: string;
}

export interface Lines {
  readonly charset: string;
  readonly lines: AsyncGenerator<string>;
  /** Characters that the encoding does not allow, known at the end. */
  readonly invalid: () => number;
}

/** Logical lines; those longer than `limitChars` are cut there. */
export async function logicalLines(source: ByteSource, limitChars: number): Promise<Lines> {
  const { charset, markBytes } = await charsetOfSource(source, "utf-8");
  let invalid = 0;
  const physical = async function* (): AsyncGenerator<string> {
    let rest: string[] = [];
    for await (const window of decodeSource(source, charset, markBytes)) {
      invalid += window.invalid;
      const pieces = window.text.split("\n");
      for (const [index, piece] of pieces.entries()) {
        rest.push(piece);
        if (index === pieces.length - 1) break;
        yield rest.join("").replace(/\r$/, "");
        rest = [];
      }
    }
    if (rest.length > 0 && rest.join("") !== "") yield rest.join("").replace(/\r$/, "");
  };
  return { charset, lines: unfold(physical(), limitChars), invalid: () => invalid };
}

async function* unfold(lines: AsyncGenerator<string>, limitChars: number): AsyncGenerator<string> {
  let pieces: string[] = [];
  let chars = 0;
  let isSoft = false;
  for await (const line of lines) {
    const isFolded = pieces.length > 0 && /^[ \t]/.test(line);
    if (!isSoft && !isFolded && pieces.length > 0) {
      yield pieces.join("");
      [pieces, chars] = [[], 0];
    }
    // A soft break keeps what follows as it is, a fold hides one blank.
    const piece: string = isFolded && !isSoft ? line.slice(1) : line;
    if (chars < limitChars) pieces.push(piece.slice(0, limitChars - chars));
    chars += piece.length;
    isSoft = piece.endsWith("=") && /^[^:]{0,500};(?:ENCODING=)?QUOTED-PRINTABLE\b/i.test(pieces[0]!);
    if (isSoft) pieces.push("\n");
  }
  if (pieces.length > 0) yield pieces.join("");
}

const head = /^(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]{1,100})((?:;(?:[^":;]|"[^"]*")*)*):/;

/** Null where the line is no property. */
export function parseLine(raw: string): ContentLine | null {
  const match = head.exec(raw);
  if (!match) return null;
  const params = new Map<string, string[]>();
  for (const [, parameter] of match[2]!.matchAll(/;((?:[^";]|"[^"]*")*)/g)) {
    const equals = parameter!.indexOf("=");
    const name = equals < 0 ? nameOfBare(parameter!) : parameter!.slice(0, equals).toUpperCase().trim();
    const values = (equals < 0 ? parameter! : parameter!.slice(equals + 1)).match(/"[^"]*"|[^,]+/g) ?? [];
    const list = params.get(name) ?? [];
    list.push(...values.map((value) => value.replaceAll(/^"|"$/g, "").replaceAll(/\^(['n^])/g, unescapeCaret)));
    params.set(name, list);
  }
  const value = raw.slice(match[0].length);
  return { name: match[1]!.toUpperCase(), params, value: decodeQuoted(value, params) };
}

/** RFC 6868. */
const unescapeCaret = (_all: string, char: string): string => (char === "n" ? "\n" : char === "'" ? '"' : "^");

const nameOfBare = (value: string): string =>
  /^(quoted-printable|base64|b|7bit|8bit)$/i.test(value.trim()) ? "ENCODING" : "TYPE";

function decodeQuoted(value: string, params: ReadonlyMap<string, readonly string[]>): string {
  if (!/^(q|quoted-printable)$/i.test(params.get("ENCODING")?.[0] ?? "")) return value;
  const source = new MemorySource(Buffer.from(value));
  const pieces: Uint8Array[] = [];
  try {
    for (const piece of decodeTransfer(source, 0, source.size, "quoted-printable")) pieces.push(piece.slice());
  } catch {
    // Signs that are no code stay as they are: the decoder has kept them.
  }
  return decodeBytes(Buffer.concat(pieces), params.get("CHARSET")?.[0] ?? "utf-8");
}

/** Text values: `\n`, `\,`, `\;` and `\\` (RFC 6350 3.4). */
export function plainValue(value: string): string {
  return value.replaceAll(/\\([nN,;:\\"])/g, (_all, char: string) => (char === "n" || char === "N" ? "\n" : char));
}

/** Parts between semicolons that are not escaped, without the empty ones. */
export function partsOf(value: string): string[] {
  const parts = value.match(/(?:[^;\\]|\\[\s\S])+/g) ?? [];
  return parts.map((part) => plainValue(part).trim()).filter((part) => part !== "");
}
