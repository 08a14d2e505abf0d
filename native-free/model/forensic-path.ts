/**
 * Forensic paths: the address of an item for people, which parses back (DESIGN 3).
 *
 *   path    = label "/" medium *( "!" archive / "/" medium )
 *   medium  = *( volume "/" ) reader ":" 1*( "/" name ) / volume *( "/" volume )
 *   archive = 1*( "/" name )
 *   volume  = ( "p" / "gap" / "bsd" / "lv" ) 1*DIGIT
 *   name    = *( character | "%" HH ) [ "#" key ]
 *
 * Examples: `M01/p2/ntfs:/Users/x/a.zip!/b.docx`; a disk image inside a file system: `M01/p2/ntfs:/vm/disk.vmdk/p1/ext:/etc/passwd`.
 * Without a case the label is `-`. In names, every byte that is not printable UTF-8, and each of `% / : # !`, is written %HH;
 * so is the first letter of a name that looks like a volume. Deleted, orphan and duplicate names carry `#key`. Streams stand below their
 * file like a file in a folder. What no name is: the slack of a file is `name#slack`, space of a volume a key without a name directly
 * below the reader (`p1/fat:/#unallocated@0`).
 */
import type { EvidenceName } from "./item.ts";

const reserved = new Set(["%", "/", ":", "#", "!"]);
// Letters, marks, numbers, punctuation, symbols and the plain space: what can be seen and typed.
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
/** What volumes and gaps are called in paths; see `Volume.name`. */
export const volumeToken = /^(?:p|gap|bsd|lv)\d+$/;
const readerToken = /^[a-z0-9-]+:$/;
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
  const plain = name.bytes === null ? encodeText(name.text) : encodeBytes(nameBytes(name));
  const text =
    endsInDigit(plain) && volumeToken.test(plain)
      ? `${percent(Buffer.from(plain.slice(0, 1)))}${plain.slice(1)}`
      : plain;
  return key === null ? text : `${text}#${encodeText(key)}`;
}

/** Few names end so and could be tokens. */
function endsInDigit(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0x30 && last <= 0x39;
}

/** Most names: printable ASCII without the reserved characters, 1 for each of these. */
const plainCharacters = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 0x20 && code < 0x7f && !reserved.has(String.fromCharCode(code)) ? 1 : 0,
);

function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (plainCharacters[text.charCodeAt(i)] !== 1) return false;
  return true;
}

function encodeText(text: string): string {
  if (isPlain(text)) return text;
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

/** The forensic path (without label) of a raw path below the source. */
export function folderPath(path: Uint8Array): string {
  const names: string[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== 0x2f) continue;
    names.push(pathName(nameFromBytes(path.subarray(start, at))));
    start = at + 1;
  }
  return `folder:/${names.join("/")}`;
}

/** One name of a parsed path. */
export interface ParsedName {
  readonly bytes: Uint8Array;
  readonly key: string | null;
}

export interface ParsedLayer {
  /** Tokens of volumes in front of the reader; of a path that ends at a volume, all there is. */
  readonly volumes: readonly string[];
  /** Id of the file system (`folder` for folders); null for what is inside an archive and for a path that ends at a volume. */
  readonly reader: string | null;
  readonly names: readonly ParsedName[];
}

export interface ParsedPath {
  /** Exhibit label, `-` without a case. */
  readonly label: string;
  /** From the exhibit inwards. */
  readonly layers: readonly ParsedLayer[];
}

/** Parses a forensic path with its label; null where it is not one. */
export function parsePath(path: string): ParsedPath | null {
  const slash = path.indexOf("/");
  if (slash <= 0) return null;
  const [medium = "", ...archives] = path.slice(slash + 1).split("!");
  const layers = parseMedia(medium.split("/"));
  if (layers === null) return null;
  for (const archive of archives) {
    // An image inside an archive goes on like one inside a file system.
    const inner = archive.startsWith("/") ? parseArchive(archive.slice(1).split("/")) : null;
    if (inner === null) return null;
    layers.push(...inner);
  }
  return { label: path.slice(0, slash), layers };
}

function parseArchive(parts: readonly string[]): ParsedLayer[] | null {
  const end = mediumAt(parts, 0);
  const names = parseNames(parts.slice(0, end));
  const rest = end < parts.length ? parseMedia(parts.slice(end)) : [];
  return names && rest && [{ volumes: [], reader: null, names }, ...rest];
}

/** Media, one inside the other: each from its volumes to the name of the next. */
function parseMedia(parts: readonly string[]): ParsedLayer[] | null {
  const layers: ParsedLayer[] = [];
  for (let at = 0; at < parts.length;) {
    let reader = at;
    while (reader < parts.length && volumeToken.test(parts[reader] ?? "")) reader++;
    const volumes = parts.slice(at, reader);
    if (reader === parts.length) return volumes.length > 0 ? [...layers, { volumes, reader: null, names: [] }] : null;
    const word = parts[reader] ?? "";
    if (!readerToken.test(word)) return null;
    const end = mediumAt(parts, reader + 1);
    const names = parseNames(parts.slice(reader + 1, end));
    if (names === null) return null;
    layers.push({ volumes, reader: word.slice(0, -1), names });
    at = end;
  }
  return layers.length > 0 ? layers : null;
}

/** Where the next medium begins: at its first volume or, without volumes, at its reader. */
function mediumAt(parts: readonly string[], from: number): number {
  const next = parts.findIndex((part, index) => index >= from && (volumeToken.test(part) || readerToken.test(part)));
  return next === -1 ? parts.length : next;
}

/** Null without a first "/", which is one part at least; a root has one, and it is empty. */
function parseNames(parts: readonly string[]): ParsedName[] | null {
  if (parts.length === 0) return null;
  if (parts.length === 1 && parts[0] === "") return [];
  const names = parts.map((part) => parseName(part));
  return names.includes(null) ? null : (names as ParsedName[]);
}

function parseName(part: string): ParsedName | null {
  const [name = "", key, ...more] = part.split("#");
  const bytes = decodePercent(name);
  const keyBytes = key === undefined ? null : decodePercent(key);
  // A colon in a name would be another reader.
  if (more.length > 0 || bytes === null || part.includes(":") || (key !== undefined && keyBytes === null)) return null;
  return { bytes, key: keyBytes === null ? null : Buffer.from(keyBytes).toString("utf8") };
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
