/**
 * What a MAPI message says (MS-OXOMSG, MS-OXCMSG, MS-OXOCNTC, MS-OXOCAL): fields, transport headers, bodies, and all other
 * texts of its properties, so that they are searchable. The same for Outlook messages as files, TNEF and personal folders.
 */
import { Buffer } from "node:buffer";
import { readRange } from "../bytes/byte-source.ts";
import { decodeBody, headerDecoder } from "../mail/decode-text.ts";
import { headerExtractions } from "../mail/header-extractions.ts";
import { parseHeader } from "../mail/header.ts";
import { htmlText } from "../mail/html-text.ts";
import { isEvidenceError } from "../model/errors.ts";
import type { ExtractContext, Extraction } from "../model/extraction.ts";
import type { FieldName } from "../model/fields.ts";
import { finding } from "../model/findings.ts";
import { charsetOf } from "../compound/code-page.ts";
import { unpackRtf } from "./compressed-rtf.ts";
import { type MapiProperty, type PropertyBag } from "./properties.ts";
import { readRtfBody } from "./rtf-body.ts";

/** Ids of properties that become more than one text field (MS-OXPROPS 2). */
export const tag = {
  messageClass: 0x001a,
  importance: 0x0017,
  transportHeaders: 0x007d,
  recipientType: 0x0c15,
  body: 0x1000,
  rtf: 0x1009,
  html: 0x1013,
  displayName: 0x3001,
  addressKind: 0x3002,
  address: 0x3003,
  smtpAddress: 0x39fe,
  internetCodePage: 0x3fde,
  messageCodePage: 0x3ffd,
} as const;

/** Properties whose text is a field as it stands. Times are texts too. */
const direct: readonly (readonly [number | string, FieldName])[] = [
  [0x0037, "subject"],
  [0x0039, "sent"],
  [0x0e06, "received"],
  [0x3007, "created"],
  [0x3008, "modified"],
  [0x1035, "messageId"],
  [0x1042, "inReplyTo"],
  [0x3ff8, "author"],
  [0x3ffa, "lastModifiedBy"],
  [0x3a16, "company"],
  [0x3a42, "birthday"],
  ["public/Keywords", "keywords"],
  ["appointment/0x8208", "location"],
  ["appointment/0x820d", "starts"],
  ["appointment/0x820e", "ends"],
  ["address/0x8083", "email"],
  ["address/0x8093", "email"],
  ["address/0x80a3", "email"],
  ["address/0x801b", "address"],
  [0x3a15, "address"],
  [0x3a08, "phone"],
  [0x3a09, "phone"],
  [0x3a1a, "phone"],
  [0x3a1b, "phone"],
  [0x3a1c, "phone"],
  [0x3a1d, "phone"],
  [0x3a23, "phone"],
  [0x3a24, "phone"],
  [0x3a2f, "phone"],
];

/** Name, address and SMTP address of people in the message itself. */
const people: readonly (readonly [FieldName, name: number, address: number, smtp: number])[] = [
  ["from", 0x0042, 0x0065, 0x5d02],
  ["sender", 0x0c1a, 0x0c1f, 0x5d01],
  ["deliveredTo", 0x0040, 0x0076, 0x5d07],
];
const replyNames = 0x0050;
const references = 0x1039;
const recipientFields: Readonly<Record<number, FieldName>> = { 1: "to", 2: "cc", 3: "bcc" };
const importanceWords = ["low", "normal", "high"];
const shownElsewhere = new Set<number>([tag.body, tag.html, tag.rtf, tag.transportHeaders]);

/** Fields, text and findings of a message. `recipients`: the bags of its recipient table. */
export async function* messageExtractions(
  bag: PropertyBag,
  recipients: readonly PropertyBag[],
  context: ExtractContext,
): AsyncGenerator<Extraction> {
  const said = new Set<string>();
  for (const found of ownFields(bag, recipients)) if (isNews(found, said)) yield found;
  for await (const found of transportHeaders(bag)) if (isNews(found, said)) yield found;
  yield* bodies(bag, context);
  const other = otherTexts(bag);
  if (other !== "") yield { what: "text", text: other, label: "properties" };
}

/** The header as sent and the properties repeat each other: each value is said once. */
function isNews(found: Extraction, said: Set<string>): boolean {
  if (found.what !== "field") return true;
  const key = `${found.name}\0${found.value}`;
  if (said.has(key)) return false;
  said.add(key);
  return true;
}

function* ownFields(bag: PropertyBag, recipients: readonly PropertyBag[]): Generator<Extraction> {
  yield* fieldsOf(bag);
  for (const recipient of recipients) {
    const name = recipientFields[(recipient.number(tag.recipientType) ?? 1) & 0xf] ?? "to";
    const address = recipient.text(tag.smtpAddress) ?? recipient.text(tag.address);
    const value = personText(recipient.text(tag.displayName), address);
    if (value !== "") yield { what: "field", name, value, source: "mapi recipient" };
  }
}

function* fieldsOf(bag: PropertyBag): Generator<Extraction> {
  for (const [name, nameId, addressId, smtpId] of people) {
    const value = personText(bag.text(nameId), bag.text(smtpId) ?? bag.text(addressId));
    if (value !== "") yield { what: "field", name, value, source: sourceOf(nameId) };
  }
  for (const [key, name] of direct) {
    const value = bag.value(key);
    for (const text of Array.isArray(value) ? value : [value]) {
      if (typeof text === "string" && text.trim() !== "") {
        yield { what: "field", name, value: text.trim().slice(0, 32_768), source: sourceOf(key) };
      }
    }
  }
  for (const reply of (bag.text(replyNames) ?? "").split(";")) {
    if (reply.trim() !== "")
      yield { what: "field", name: "replyTo", value: reply.trim(), source: sourceOf(replyNames) };
  }
  for (const id of bag.text(references)?.match(/<[^<>]+>/g) ?? []) {
    yield { what: "field", name: "references", value: id, source: sourceOf(references) };
  }
  const importance = importanceWords[bag.number(tag.importance) ?? -1];
  if (importance !== undefined)
    yield { what: "field", name: "importance", value: importance, source: sourceOf(tag.importance) };
}

const sourceOf = (key: number | string): string =>
  typeof key === "string" ? `mapi ${key}` : `mapi 0x${key.toString(16).padStart(4, "0")}`;

/** `Name <address>`; addresses of Exchange are paths, kept as they are. */
function personText(name: string | null, address: string | null): string {
  const [shown, where] = [name?.trim() ?? "", address?.trim() ?? ""];
  if (shown === "" || shown === where || shown === `'${where}'`) return where;
  return where === "" ? shown : `${shown} <${where}>`;
}

/** The header as it came over the net. */
async function* transportHeaders(bag: PropertyBag): AsyncGenerator<Extraction> {
  const text = bag.text(tag.transportHeaders);
  if (text === null) return;
  // The property was decoded; the parser of headers works on bytes.
  const raw = Buffer.from(text.replace(/^Microsoft Mail Internet Headers Version 2\.0\r?\n/, "")).toString("latin1");
  const header = parseHeader(raw, true);
  if (!header || header.fields.length === 0) return;
  yield* headerExtractions(header, await headerDecoder(header.fields.map((field) => field.raw)));
}

async function* bodies(bag: PropertyBag, context: ExtractContext): AsyncGenerator<Extraction> {
  const limit = Math.min(context.wholeLimitBytes, 4 * context.textLimitChars);
  const plain = bag.text(tag.body);
  if (plain !== null) yield { what: "text", text: `${plain}\n`, label: null };
  const html = bag.source(tag.html);
  const rtf = bag.source(tag.rtf);
  if (html !== null && html.size > 0) {
    const isText = typeof bag.value(tag.html) === "string";
    const page = bag.number(tag.internetCodePage);
    const label = isText ? "utf-8" : page === null ? null : charsetOf(page);
    yield* htmlText(await decodeBody(readRange(html, 0, limit), label), context);
  }
  if (rtf !== null && rtf.size > 0) yield* rtfBody(readRange(rtf, 0, limit), context, plain !== null, html !== null);
  if ((html?.size ?? 0) > limit || (rtf?.size ?? 0) > limit) {
    yield { what: "finding", finding: finding("mail/text-limit", { limit }) };
    yield { what: "status", status: "partial", reason: "budget" };
  }
}

/** RTF that only repeats the other body says nothing new: its text is given where they do not. */
async function* rtfBody(
  packed: Uint8Array,
  context: ExtractContext,
  hasPlain: boolean,
  hasHtml: boolean,
): AsyncGenerator<Extraction> {
  try {
    const { bytes, isChecksumRight, isCut } = unpackRtf(packed);
    const body = readRtfBody(bytes);
    if (body.kind === "html" && !hasHtml) yield* htmlText({ text: body.text, charset: null, invalid: 0 }, context);
    if (body.kind === "text" && body.text.trim() !== "" && !hasHtml) {
      yield { what: "text", text: `${body.text}\n`, label: hasPlain ? "rtf" : null };
    }
    if (!isChecksumRight) yield { what: "finding", finding: finding("mail/rtf-checksum") };
    if (!isCut) return;
    yield { what: "finding", finding: finding("mail/damaged", { format: "RTF", problem: "cut" }) };
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    yield { what: "finding", finding: finding(error.code, error.params) };
  }
  yield { what: "status", status: "partial", reason: "damaged" };
}

const otherChars = 1 << 20;

/** Texts of all properties but bodies and header, with their names. */
function otherTexts(bag: PropertyBag): string {
  const lines: string[] = [];
  let chars = 0;
  for (const property of bag.all) {
    if (shownElsewhere.has(property.id) || chars > otherChars) continue;
    for (const text of textsOf(property)) {
      const line = `${property.name ?? `0x${property.id.toString(16).padStart(4, "0")}`}: ${text.trim()}\n`;
      lines.push(line);
      chars += line.length;
    }
  }
  return lines.join("");
}

function textsOf({ value, type }: MapiProperty): string[] {
  // Times are fields or of no use as words; GUIDs are not written by people.
  if ((type & 0xfff) !== 0x1e && (type & 0xfff) !== 0x1f) return [];
  const texts = Array.isArray(value) ? value : [value];
  return texts.filter((text): text is string => typeof text === "string" && text.trim() !== "");
}
