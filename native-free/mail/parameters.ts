/**
 * Values with parameters: Content-Type, Content-Disposition (RFC 2045 5.1, RFC 2183), with continuations and character
 * sets of RFC 2231, and with encoded words in quoted strings, which RFC 2047 forbids and many programs write.
 */
import { Buffer } from "node:buffer";
import { decodeBytes, type HeaderDecoder } from "./decode-text.ts";

export interface Parameterized {
  /** Lower case, without blanks: `text/plain`. */
  readonly value: string;
  /** By lower-case name, decoded. */
  readonly params: ReadonlyMap<string, string>;
}

// A value is quoted, or runs to the next semicolon: real writers leave names with blanks unquoted.
const parameter = /;\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"?|([^;]*))/g;

export function parseParameters(raw: string, decoder: HeaderDecoder): Parameterized {
  const semicolon = raw.indexOf(";");
  const head = semicolon < 0 ? raw : raw.slice(0, semicolon);
  const value = head
    .replaceAll(/\([^()]*\)/g, "")
    .replaceAll(/[\s"]/g, "")
    .toLowerCase();
  const params = new Map<string, string>();
  const pieces = new Map<string, Piece[]>();
  if (semicolon >= 0) {
    for (const match of raw.slice(semicolon).matchAll(parameter)) {
      const name = match[1]!.toLowerCase();
      const text = match[2] === undefined ? match[3]!.trim() : match[2].replaceAll(/\\([\s\S])/g, unescape);
      const extended = /^([^*]+)\*(?:(\d{1,4})(\*?))?$/.exec(name);
      if (!extended) {
        if (!params.has(name)) params.set(name, decoder.words(text));
        continue;
      }
      const [, base, index, star] = extended as unknown as [string, string, string | undefined, string | undefined];
      const list = pieces.get(base) ?? [];
      list.push({ index: Number(index ?? 0), isEncoded: index === undefined || star === "*", text });
      pieces.set(base, list);
    }
  }
  // The extended form is the better one where both are given (RFC 6266 4.3 says so, RFC 2231 does not forbid it).
  for (const [name, list] of pieces) params.set(name, joinPieces(list, decoder));
  return { value, params };
}

/** A path of Windows keeps its backslashes: only quotes and backslashes are escaped. */
const unescape = (all: string, char: string): string => (char === '"' || char === "\\" ? char : all);

interface Piece {
  readonly index: number;
  readonly isEncoded: boolean;
  readonly text: string;
}

/** RFC 2231 section 4: the first piece names the character set, encoded pieces hold `%XX`. */
function joinPieces(list: readonly Piece[], decoder: HeaderDecoder): string {
  const ordered = [...list].sort((a, b) => a.index - b.index);
  const named = ordered[0]!.isEncoded ? /^([^']*)'[^']*'/.exec(ordered[0]!.text) : null;
  const bytes = ordered.map(({ isEncoded, text }, index) => {
    const own = index === 0 && named ? text.slice(named[0].length) : text;
    return isEncoded ? decodePercent(own) : Buffer.from(own, "latin1");
  });
  const whole = Buffer.concat(bytes);
  return named?.[1] ? decodeBytes(whole, named[1]) : decoder.words(whole.toString("latin1"));
}

function decodePercent(text: string): Buffer {
  const raw = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(raw, "latin1");
}
