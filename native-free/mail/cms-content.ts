/**
 * What stands inside of an S/MIME part (RFC 5652, RFC 8551): the kind of the CMS structure, and of signed data the signed
 * message itself. BER with definite and indefinite lengths; nothing is verified.
 */
import { Buffer } from "node:buffer";

export type CmsKind = "signed" | "enveloped" | "compressed" | "other";

export interface CmsContent {
  readonly kind: CmsKind;
  /** The signed bytes; null where they stand elsewhere or are encrypted. */
  readonly content: Uint8Array | null;
}

const kinds: Readonly<Record<string, CmsKind>> = {
  "2a864886f70d010702": "signed",
  "2a864886f70d010703": "enveloped",
  "2a864886f70d0109100117": "enveloped",
  "2a864886f70d0109100109": "compressed",
};

interface Element {
  readonly tag: number;
  readonly at: number;
  /** Of the content; for indefinite lengths up to the end of what holds it. */
  readonly end: number;
  readonly isIndefinite: boolean;
}

/** Null where the bytes are no ContentInfo (section 3). */
export function readCms(bytes: Uint8Array): CmsContent | null {
  const outer = elementAt(bytes, 0, bytes.length);
  if (outer?.tag !== 0x30) return null;
  const oid = elementAt(bytes, outer.at, outer.end);
  if (oid?.tag !== 0x06) return null;
  const kind = kinds[Buffer.from(bytes.subarray(oid.at, oid.end)).toString("hex")] ?? "other";
  return { kind, content: kind === "signed" ? signedContent(bytes, oid.end, outer.end) : null };
}

/** SignedData (5.1): version, digest algorithms, then the content with its type. */
function signedContent(bytes: Uint8Array, from: number, end: number): Uint8Array | null {
  const explicit = elementAt(bytes, from, end);
  const signed = explicit && elementAt(bytes, explicit.at, explicit.end);
  if (!signed || signed.tag !== 0x30) return null;
  const version = elementAt(bytes, signed.at, signed.end);
  const digests = version && elementAt(bytes, endOf(bytes, version), signed.end);
  const encapsulated = digests && elementAt(bytes, endOf(bytes, digests), signed.end);
  if (encapsulated?.tag !== 0x30) return null;
  const type = elementAt(bytes, encapsulated.at, encapsulated.end);
  const wrapper = type && elementAt(bytes, endOf(bytes, type), encapsulated.end);
  const octets = wrapper?.tag === 0xa0 ? elementAt(bytes, wrapper.at, wrapper.end) : null;
  if (!octets) return null;
  const pieces: Uint8Array[] = [];
  gather(bytes, octets, pieces, 0);
  return pieces.length === 0 ? null : Buffer.concat(pieces);
}

/** An octet string may be made of octet strings. */
function gather(bytes: Uint8Array, element: Element, pieces: Uint8Array[], depth: number): void {
  if (element.tag === 0x04) pieces.push(bytes.subarray(element.at, element.end));
  if (element.tag !== 0x24 || depth > 8) return;
  for (let at = element.at; at < element.end;) {
    const inner = elementAt(bytes, at, element.end);
    if (!inner || inner.tag === 0) return;
    gather(bytes, inner, pieces, depth + 1);
    at = endOf(bytes, inner);
  }
}

function elementAt(bytes: Uint8Array, start: number, limit: number): Element | null {
  if (start + 2 > limit) return null;
  const tag = bytes[start]!;
  const first = bytes[start + 1]!;
  // Tags above 30 do not occur on the way to the content.
  if ((tag & 0x1f) === 0x1f) return null;
  if (first < 0x80) return { tag, at: start + 2, end: Math.min(limit, start + 2 + first), isIndefinite: false };
  if (first === 0x80) return { tag, at: start + 2, end: limit, isIndefinite: true };
  const count = first & 0x7f;
  if (count > 6 || start + 2 + count > limit) return null;
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + bytes[start + 2 + i]!;
  const at = start + 2 + count;
  return { tag, at, end: Math.min(limit, at + length), isIndefinite: false };
}

/** Behind an element; one of indefinite length ends behind two zeros among its children (X.690 8.1.5). */
function endOf(bytes: Uint8Array, element: Element, depth = 0): number {
  if (!element.isIndefinite) return element.end;
  for (let at = element.at; at < element.end;) {
    const inner = elementAt(bytes, at, element.end);
    if (!inner || depth > 16) return element.end;
    if (inner.tag === 0) return inner.end;
    at = endOf(bytes, inner, depth + 1);
  }
  return element.end;
}
