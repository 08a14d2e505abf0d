/**
 * Forensic paths: the address of an item for people, which parses back (DESIGN 3).
 *
 *   path    = label "/" layer *( "!" layer )
 *   layer   = [ volume "/" ... ] reader ":" 1*( "/" name ) | 1*( "/" name )
 *   name    = *( character | "%" HH ) [ "#" key ]
 *
 * Example: `M01/p2/ntfs:/Users/x/a.zip!/b.docx`. Without a case the label is `-`. In names, every byte that is not
 * printable UTF-8, and each of `% / : # !`, is written %HH. Deleted, orphan and duplicate names carry `#key`.
 */
import type { EvidenceName } from "./item.ts";

const reserved = new Set(["%", "/", ":", "#", "!"]);
// Letters, marks, numbers, punctuation, symbols and the plain space: what can be seen and typed.
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of a name: those recorded where the text is lossy, else its UTF-8. */
export function nameBytes(name: EvidenceName): Uint8Array {
  return name.bytes === null ? Buffer.from(name.text, "utf8") : Buffer.from(name.bytes, "base64");
}

/** A name from raw bytes: text where they are valid UTF-8, else a readable text plus the bytes. */
export function nameFromBytes(bytes: Uint8Array): EvidenceName {
  try {
    return { bytes: null, text: strict.decode(bytes) };
  } catch {
    return { bytes: Buffer.from(bytes).toString("base64"), text: new TextDecoder().decode(bytes) };
  }
}

/** One name as it stands in a forensic path. `key` is given for deleted, orphan and duplicate names. */
export function pathName(name: EvidenceName, key: string | null = null): string {
  const text = name.bytes === null ? encodeText(name.text) : encodeBytes(nameBytes(name));
  return key === null ? text : `${text}#${encodeText(key)}`;
}

function encodeText(text: string): string {
  let out = "";
  for (const character of text) {
    if (printable.test(character) && !reserved.has(character)) out += character;
    else out += percent(Buffer.from(character, "utf8"));
  }
  return out;
}

/** Valid UTF-8 sequences of printable characters stay; every other byte becomes %HH. */
function encodeBytes(bytes: Uint8Array): string {
  let out = "";
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at]);
    const slice = bytes.subarray(at, at + length);
    const character = slice.length === length ? decodeOne(slice) : null;
    if (character === null) {
      out += percent(bytes.subarray(at, at + 1));
      at += 1;
    } else {
      out += encodeText(character);
      at += length;
    }
  }
  return out;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

function decodeOne(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

function percent(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return out;
}

/** One name of a parsed path. */
export interface ParsedName {
  readonly bytes: Uint8Array;
  readonly key: string | null;
}

export interface ParsedPath {
  /** Exhibit label, `-` without a case. */
  readonly label: string;
  /** Volumes before the reader of each layer, the reader's id (null for layers after `!`), and the names below it. */
  readonly layers: readonly { volumes: readonly string[]; reader: string | null; names: readonly ParsedName[] }[];
}

/** Parses a forensic path with its label; null where it is not one. */
export function parsePath(path: string): ParsedPath | null {
  const slash = path.indexOf("/");
  if (slash <= 0) return null;
  const label = path.slice(0, slash);
  const layers = [];
  for (const [index, text] of path
    .slice(slash + 1)
    .split("!")
    .entries()) {
    const layer = parseLayer(text);
    if (layer === null || (index === 0 && layer.reader === null)) return null;
    layers.push(layer);
  }
  return { label, layers };
}

function parseLayer(text: string): ParsedPath["layers"][number] | null {
  const colon = text.indexOf(":");
  const head = colon < 0 ? [] : text.slice(0, colon).split("/");
  const reader = head.pop() ?? null;
  const tail = text.slice(colon + 1);
  if (!tail.startsWith("/")) return null;
  const names: ParsedName[] = [];
  for (const part of tail === "/" ? [] : tail.slice(1).split("/")) {
    const [name, key, ...more] = part.split("#");
    const bytes = decodePercent(name);
    const keyBytes = key === undefined ? null : decodePercent(key);
    if (more.length > 0 || bytes === null || (key !== undefined && keyBytes === null)) return null;
    names.push({ bytes, key: keyBytes === null ? null : Buffer.from(keyBytes).toString("utf8") });
  }
  return { volumes: head, reader, names };
}

function decodePercent(text: string): Uint8Array | null {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < text.length;) {
    const percentAt = text.indexOf("%", at);
    const end = percentAt < 0 ? text.length : percentAt;
    if (end > at) parts.push(Buffer.from(text.slice(at, end), "utf8"));
    if (percentAt < 0) break;
    const hex = text.slice(percentAt + 1, percentAt + 3);
    if (!/^[0-9A-F]{2}$/.test(hex)) return null;
    parts.push(Uint8Array.of(Number.parseInt(hex, 16)));
    at = percentAt + 3;
  }
  return Buffer.concat(parts);
}
