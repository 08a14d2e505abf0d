/**
 * An item as a message (RFC 5322, 2045 to 2049, 6532), written from its properties the same way each time: the header as it
 * came over the net where it is kept, else one made of the properties; bodies as alternatives; attachments as parts, attached
 * messages within; contacts, appointments and tasks as cards and calendars beside.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { charsetOf } from "../../compound/code-page.ts";
import { unpackRtf } from "../../mapi/compressed-rtf.ts";
import { tag } from "../../mapi/message-extractions.ts";
import type { PropertyBag } from "../../mapi/properties.ts";
import { readRtfBody } from "../../mapi/rtf-body.ts";
import { isEvidenceError } from "../../model/errors.ts";
import { itemPart, otherTexts } from "./item-parts.ts";
import type { Attachment, Message } from "./message.ts";
import { headerLines, oneLine } from "./render-header.ts";

/** Whole lines of base64. */
const stepBytes = 57 * 1024;
const depthLimit = 30;

interface Part {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** `bodyLimitBytes`: of one body; attachments are copied whole. */
export function* renderMessage(message: Message, bodyLimitBytes: number, depth = 0): Generator<Uint8Array> {
  const boundary = `=_outlook_${depth}`;
  yield lines([
    ...headerLines(message.bag, message.recipients),
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "",
    "",
  ]);
  const bodies = bodiesOf(message.bag, bodyLimitBytes);
  if (bodies.length > 0) {
    yield lines([`--${boundary}`, `Content-Type: multipart/alternative; boundary="${boundary}_text"`, "", ""]);
    for (const body of bodies) yield* part(`${boundary}_text`, body);
    yield lines([`--${boundary}_text--`, ""]);
  }
  const item = itemPart(message.bag);
  if (item) yield* part(boundary, { type: item.type, bytes: Buffer.from(item.text) }, item.name);
  const others = otherTexts(message.bag);
  if (others !== "") yield* part(boundary, { type: "text/plain; charset=utf-8", bytes: Buffer.from(others) });
  for (const attachment of message.attachments()) yield* attachmentPart(attachment, boundary, bodyLimitBytes, depth);
  yield lines([`--${boundary}--`, ""]);
}

const lines = (all: readonly string[]): Uint8Array => Buffer.from(all.join("\r\n"));

function* part(boundary: string, { type, bytes }: Part, name?: string): Generator<Uint8Array> {
  const disposition = name === undefined ? [] : [`Content-Disposition: attachment; ${fileName(name)}`];
  yield lines([`--${boundary}`, `Content-Type: ${type}`, ...disposition, "Content-Transfer-Encoding: base64", "", ""]);
  for (let at = 0; at < bytes.length; at += stepBytes) yield base64(bytes.subarray(at, at + stepBytes));
}

function base64(bytes: Uint8Array): Uint8Array {
  return Buffer.from(
    Buffer.from(bytes)
      .toString("base64")
      .replaceAll(/.{1,76}/g, "$&\r\n"),
  );
}

/** RFC 2231. */
function fileName(name: string): string {
  const text = oneLine(name.toWellFormed());
  if (/^[\w .+()-]{1,60}$/.test(text)) return `filename="${text}"`;
  return `filename*=UTF-8''${encodeURIComponent(text).replaceAll(/['()*!]/g, (found) => `%${found.charCodeAt(0).toString(16)}`)}`;
}

function bodiesOf(bag: PropertyBag, limit: number): Part[] {
  const bodies: Part[] = [];
  const utf8 = (kind: string, text: string): Part => ({
    type: `text/${kind}; charset=utf-8`,
    bytes: Buffer.from(text),
  });
  const plain = bag.text(tag.body);
  if (plain !== null) bodies.push(utf8("plain", plain));
  const html = bag.source(tag.html);
  if (html !== null && html.size > 0) {
    const isText = typeof bag.value(tag.html) === "string";
    const page = bag.number(tag.internetCodePage) ?? bag.number(tag.messageCodePage);
    const charset = isText ? "; charset=utf-8" : page === null ? "" : `; charset=${charsetOf(page)}`;
    bodies.push({ type: `text/html${charset}`, bytes: readRange(html, 0, limit) });
  }
  const rtf = bag.bytes(tag.rtf, limit);
  const unpacked = rtf === null || rtf.length === 0 ? null : rtfText(rtf);
  if (unpacked === null || unpacked.text.trim() === "") return bodies;
  if (unpacked.kind === "html" && html === null) bodies.push(utf8("html", unpacked.text));
  else if (unpacked.kind === "text" && plain === null) bodies.push(utf8("plain", unpacked.text));
  return bodies;
}

/** Damage in it is no damage of the file: what it repeats is mostly in the other bodies. */
function rtfText(packed: Uint8Array): { kind: string; text: string } | null {
  try {
    return readRtfBody(unpackRtf(packed).bytes);
  } catch (error) {
    if (isEvidenceError(error)) return null;
    throw error;
  }
}

function* attachmentPart(
  { number, facts, mime, contentId, content }: Attachment,
  boundary: string,
  limit: number,
  depth: number,
): Generator<Uint8Array> {
  const isMessage = content !== null && "bag" in content;
  const name = facts.name ?? `attachment-${number.toString(16)}${isMessage ? ".eml" : ""}`;
  const where = facts.path === null ? [] : [`Content-Description: ${oneLine(facts.path)}`];
  const id = contentId === null ? [] : [`Content-ID: <${oneLine(contentId).replaceAll(/[<>]/g, "")}>`];
  const known = mime !== null && /^(?:image|audio|video|application|text)\/[\w.+-]{1,80}$/i.test(mime);
  const type = isMessage ? "message/rfc822" : known ? mime : "application/octet-stream";
  yield lines([
    `--${boundary}`,
    `Content-Type: ${type}`,
    `Content-Disposition: attachment; ${fileName(name)}`,
    ...id,
    ...where,
    `Content-Transfer-Encoding: ${isMessage ? "8bit" : "base64"}`,
    "",
    "",
  ]);
  if (isMessage && depth < depthLimit) {
    yield* renderMessage(content, limit, depth + 1);
    yield lines(["", ""]);
  } else if (content !== null && !isMessage) yield* encoded(content);
}

function* encoded(source: ByteSource): Generator<Uint8Array> {
  for (let at = 0; at < source.size; at += stepBytes) yield base64(readRange(source, at, stepBytes));
}
