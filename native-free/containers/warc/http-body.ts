/**
 * The body of an archived HTTP response (RFC 9112, 7.1 for chunks; RFC 9110, 8.4 for codings): as the browser would have got
 * it. Bodies that are too large to be decoded at once, and codings that are not known, are given as they were sent.
 */
import { Buffer } from "node:buffer";
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { headersOf, readHeader } from "./record.ts";

export interface HttpMessage {
  /** Status or request line. */
  readonly start: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly headerText: string;
  readonly bodyAt: number;
  readonly bodyLength: number;
}

/** Null where the block does not begin like a message. */
export function readMessage(source: ByteSource, at: number, length: number): HttpMessage | null {
  const header = readHeader(source, at);
  const first = header?.text.split(/\r?\n/, 1)[0] ?? "";
  if (!header || header.length > length || !/^(HTTP\/\d|[A-Z]{3,10} \S+ HTTP\/\d)/.test(first)) return null;
  return {
    start: first,
    headers: headersOf(header.text.split(/\r?\n/).slice(1)),
    headerText: header.text,
    bodyAt: at + header.length,
    bodyLength: length - header.length,
  };
}

/** Whether the body was sent in another form than the page had. */
export function isCoded({ headers }: HttpMessage): boolean {
  const coding = headers.get("content-encoding") ?? "identity";
  return /chunked/i.test(headers.get("transfer-encoding") ?? "") || !/^(identity)?$/i.test(coding);
}

/** The body decoded; null where its codings do not fit its bytes or it unpacks to more than `limitBytes`. */
export function decodeBody(source: ByteSource, message: HttpMessage, limitBytes: number): Uint8Array | null {
  if (message.bodyLength > limitBytes) return null;
  let body = readRange(source, message.bodyAt, message.bodyLength);
  if (/chunked/i.test(message.headers.get("transfer-encoding") ?? "")) body = joinChunks(body) ?? body;
  const codings = (message.headers.get("content-encoding") ?? "").toLowerCase().split(/\s*,\s*/);
  for (const coding of codings.reverse()) {
    const decoded = decodeOnce(body, coding, limitBytes);
    if (!decoded) return null;
    body = decoded;
  }
  return body;
}

/** Null where the bytes are no chunks: many archives keep the field and drop the chunks. */
function joinChunks(bytes: Uint8Array): Uint8Array | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const pieces: Uint8Array[] = [];
  let at = 0;
  while (at < text.length) {
    const line = text.indexOf("\r\n", at, "latin1");
    const size = line < 0 ? null : /^\s*([0-9a-f]{1,8})\s*(;|$)/i.exec(text.toString("latin1", at, line))?.[1];
    if (line < 0 || size === null || size === undefined) return pieces.length > 0 ? Buffer.concat(pieces) : null;
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    pieces.push(bytes.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
  return Buffer.concat(pieces);
}

function decodeOnce(body: Uint8Array, coding: string, maxOutputLength: number): Uint8Array | null {
  const options = { maxOutputLength };
  try {
    if (coding === "" || coding === "identity") return body;
    if (coding === "gzip" || coding === "x-gzip") return gunzipSync(body, options);
    if (coding === "br") return brotliDecompressSync(body, options);
    if (coding === "zstd") return zstdDecompressSync(body, options);
    return coding === "deflate" ? inflateEither(body, options) : null;
  } catch {
    // zlib throws only for what it was given: damaged, or larger than allowed.
    return null;
  }
}

/** With the zlib wrapper as specified, or without as many servers sent it. */
function inflateEither(body: Uint8Array, options: { maxOutputLength: number }): Uint8Array {
  return ((body[0] ?? 0) & 0xf) === 8 && (((body[0] ?? 0) << 8) | (body[1] ?? 0)) % 31 === 0
    ? inflateSync(body, options)
    : inflateRawSync(body, options);
}
