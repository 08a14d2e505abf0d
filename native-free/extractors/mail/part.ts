/** One entity of a message (RFC 2045 2.4) and what its header says of it. */
import type { EvidenceName, ItemTime, TimeKind } from "../../model/item.ts";
import { type HeaderDecoder, headerDecoder } from "../../mail/decode-text.ts";
import { type Header, valueOf } from "../../mail/header.ts";
import { mailDate } from "../../mail/mail-date.ts";
import { type Parameterized, parseParameters } from "../../mail/parameters.ts";
import { type TransferEncoding, transferEncodingOf } from "../../mail/transfer.ts";

export interface Part {
  /** Number of the part as IMAP counts (RFC 3501 6.4.5): `1.2`; empty for the message itself. */
  readonly path: string;
  readonly depth: number;
  readonly header: Header;
  readonly decoder: HeaderDecoder;
  readonly type: Parameterized;
  readonly disposition: Parameterized;
  /** Null where the header names one that does not exist. */
  readonly encoding: TransferEncoding | null;
  /** Of the body. */
  readonly start: number;
  readonly end: number;
}

export async function partOf(path: string, depth: number, header: Header, end: number): Promise<Part> {
  const decoder = await headerDecoder(header.fields.flatMap(({ name, raw }) => [name, raw]));
  const type = parseParameters(valueOf(header, "content-type") ?? "", decoder);
  return {
    path,
    depth,
    header,
    decoder,
    // Old programs wrote `text` alone; RFC 2045 5.2 reads no type at all as plain text.
    type: type.value.includes("/") ? type : { ...type, value: type.value === "html" ? "text/html" : "text/plain" },
    disposition: parseParameters(valueOf(header, "content-disposition") ?? "", decoder),
    encoding: transferEncodingOf(valueOf(header, "content-transfer-encoding")),
    start: Math.min(header.bodyAt, end),
    end,
  };
}

/** The name that the part gives its file, or null. */
export function fileName({ disposition, type }: Part): string | null {
  for (const name of [disposition.params.get("filename"), type.params.get("name"), disposition.params.get("name")]) {
    const tidy = name?.replaceAll(/\s+/g, " ").trim();
    if (tidy) return tidy;
  }
  return null;
}

/** Text that the reader of a message sees as such, not as a file. */
const bodyTypes = new Set([
  ...[
    "text/plain",
    "text/html",
    "text/enriched",
    "text/richtext",
    "text/x-amp-html",
    "text/watch-html",
    "text/x-plain",
  ],
  ...["text/rfc822-headers", "text/rfc822-header", "message/delivery-status", "message/disposition-notification"],
  ...["message/global-delivery-status", "message/feedback-report", "message/tracking-status", "message/external-body"],
  ...["text/x-pmc-attachment", "message/partial"],
]);

export function isBody(part: Part): boolean {
  if (!bodyTypes.has(part.type.value) || part.disposition.value === "attachment") return false;
  return part.path === "" || fileName(part) === null;
}

const messageTypes = /^message\/(rfc822|global|news)$/;

export const isMessage = (part: Part): boolean => messageTypes.test(part.type.value);

const extensions: Readonly<Record<string, string>> = {
  "message/rfc822": "eml",
  "message/global": "eml",
  "message/news": "nws",
  "text/plain": "txt",
  "text/html": "html",
  "text/calendar": "ics",
  "text/vcard": "vcf",
  "text/x-vcard": "vcf",
  "text/css": "css",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/gif": "gif",
  "application/pdf": "pdf",
  "application/ms-tnef": "dat",
  "application/pkcs7-mime": "p7m",
  "application/x-pkcs7-mime": "p7m",
  "application/pkcs7-signature": "p7s",
  "application/x-pkcs7-signature": "p7s",
  "application/pgp-signature": "asc",
  "application/pgp-encrypted": "asc",
  "application/pgp-keys": "asc",
};

/** The name of the item that the part becomes: its own, or its number. */
export function itemName(part: Part, isWebArchive: boolean): EvidenceName {
  const url = isWebArchive ? locationOf(part) : null;
  // The address without its scheme, as programs that copy sites lay their folders.
  const fromUrl = url === null ? null : url.replace(/^[a-z][a-z0-9+.-]*:\/*/i, "").replaceAll(/\/{2,}/g, "/");
  const name = fromUrl || fileName(part);
  if (name) return { text: name, bytes: null };
  const extension = extensions[part.type.value];
  return { text: `part-${part.path || "1"}${extension === undefined ? "" : `.${extension}`}`, bytes: null };
}

/** Where the part was taken from (RFC 2557 4.2). */
export function locationOf({ header, decoder }: Part): string | null {
  const raw = valueOf(header, "content-location");
  const url = raw === null ? "" : decoder.words(raw).replaceAll(/\s+/g, "");
  return url === "" ? null : url;
}

const dateParameters: readonly (readonly [string, TimeKind])[] = [
  ["creation-date", "b"],
  ["modification-date", "m"],
  ["read-date", "a"],
];

/** Times of the attached file as its disposition gives them (RFC 2183 2.4 to 2.6). */
export function timesOf({ disposition }: Part): ItemTime[] {
  return dateParameters.flatMap(([name, kind]) => {
    const value = mailDate(disposition.params.get(name) ?? "");
    return value === null ? [] : [timeOf(kind, value, "content-disposition")];
  });
}

/** The zone is what the date itself says. */
export function timeOf(kind: TimeKind, value: string, source: string): ItemTime {
  const zone = value.endsWith("Z") ? "utc" : /[+-]\d\d:\d\d$/.test(value) ? "offset" : "local-unknown";
  return { kind, value, zone, source };
}
