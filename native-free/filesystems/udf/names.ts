/** Names in OSTA compressed Unicode (UDF 2.1.1), fields of them (2.1.3), and entity identifiers (ECMA-167 1/7.4). */
import type { EvidenceName } from "../../model/item.ts";
import * as layout from "./layouts.ts";

/** Compression ids of 8 and 16 bits; 254 and 255 are those of names that are deleted (UDF 2.00 and later). */
const bitsOf: Readonly<Record<number, 8 | 16>> = { 8: 8, 16: 16, 254: 8, 255: 16 };

const entity = layout.entityId.cursor();

/** Text of compressed Unicode; null where the compression id is none. */
export function unicodeOf(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return "";
  const bits = bitsOf[bytes[0]!];
  if (bits === undefined) return null;
  const rest = Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.length - 1);
  if (bits === 8) return rest.toString("latin1");
  let text = "";
  for (let at = 0; at + 1 < rest.length; at += 2) text += String.fromCharCode(rest[at]! * 256 + rest[at + 1]!);
  return text;
}

/** `bytes` are the recorded ones, where the text does not give them back: lone surrogates, odd lengths, unknown compression. */
export function nameOf(bytes: Uint8Array): EvidenceName {
  const text = unicodeOf(bytes);
  const odd = bytes[0] === 16 && bytes.length % 2 === 0;
  if (text !== null && !odd && text.isWellFormed()) return { text, bytes: null };
  const shown = text === null ? Buffer.from(bytes).toString("latin1") : text.toWellFormed();
  return { text: shown, bytes: Buffer.from(bytes).toString("base64") };
}

/** A field of fixed length whose last byte says how many are used; null where it is empty or none. */
export function fieldText(field: Uint8Array): string | null {
  const used = field.at(-1) ?? 0;
  if (used === 0 || used >= field.length) return null;
  const text = unicodeOf(field.subarray(0, used));
  return text === null || text === "" ? null : text.toWellFormed();
}

export function entityName(field: Uint8Array): string {
  return entity.over(field).identifier;
}

/** The revision in the suffix of a domain identifier (OSTA 2.1.5.3), as `2.01`; null for none. */
export function revisionOf(field: Uint8Array): number | null {
  const { suffix } = entity.over(field);
  return suffix === 0 ? null : suffix;
}

export function revisionText(revision: number): string {
  return `${revision >>> 8}.${(revision & 0xff).toString(16).padStart(2, "0")}`;
}

/** Target of a symbolic link from its path components (ECMA-167 4/14.16.1); null where they do not hold. */
export function targetOf(bytes: Uint8Array): EvidenceName | null {
  const component = layout.pathComponent.cursor();
  const parts: string[] = [];
  let root = false;
  for (let at = 0; at + layout.pathComponent.size <= bytes.length;) {
    const { type, nameBytes } = component.over(bytes, at);
    at += layout.pathComponent.size;
    if (at + nameBytes > bytes.length) return null;
    if (type === 1 || type === 2) {
      root = true;
      parts.length = 0;
    } else if (type === 3) parts.push("..");
    else if (type === 4) parts.push(".");
    else if (type === 5) parts.push(nameOf(bytes.subarray(at, at + nameBytes)).text);
    else return null;
    at += nameBytes;
  }
  return { text: (root ? "/" : "") + parts.join("/"), bytes: null };
}
