/**
 * What a header says, as fields: one per address and per station of its way; and the whole of it as text, so that fields
 * of any name are searchable. Shared by messages as files and by messages that MAPI keeps with their transport headers.
 */
import type { Extraction } from "../model/extraction.ts";
import type { FieldName } from "../model/fields.ts";
import { finding } from "../model/findings.ts";
import { parseAddresses } from "./addresses.ts";
import type { HeaderDecoder } from "./decode-text.ts";
import type { Header, HeaderField } from "./header.ts";
import { mailDate } from "./mail-date.ts";

type Kind = "addresses" | "text" | "date" | "ids" | "words" | "station" | "network";

/** How fields of a header become fields of ours. RFC 5322 3.6, RFC 2076, and what programs write. */
const known: Readonly<Record<string, readonly [FieldName, Kind]>> = {
  from: ["from", "addresses"],
  sender: ["sender", "addresses"],
  "resent-from": ["sender", "addresses"],
  "resent-sender": ["sender", "addresses"],
  "x-sender": ["sender", "addresses"],
  "reply-to": ["replyTo", "addresses"],
  to: ["to", "addresses"],
  "resent-to": ["to", "addresses"],
  "apparently-to": ["to", "addresses"],
  newsgroups: ["to", "addresses"],
  cc: ["cc", "addresses"],
  "resent-cc": ["cc", "addresses"],
  bcc: ["bcc", "addresses"],
  "resent-bcc": ["bcc", "addresses"],
  "return-path": ["returnPath", "addresses"],
  "errors-to": ["returnPath", "addresses"],
  "x-envelope-from": ["returnPath", "addresses"],
  "delivered-to": ["deliveredTo", "addresses"],
  "envelope-to": ["deliveredTo", "addresses"],
  "x-envelope-to": ["deliveredTo", "addresses"],
  "x-original-to": ["deliveredTo", "addresses"],
  "x-delivered-to": ["deliveredTo", "addresses"],
  "message-id": ["messageId", "ids"],
  "in-reply-to": ["inReplyTo", "ids"],
  references: ["references", "ids"],
  date: ["sent", "date"],
  "delivery-date": ["received", "date"],
  subject: ["subject", "words"],
  keywords: ["keywords", "words"],
  comments: ["comment", "words"],
  "x-mailer": ["mailer", "words"],
  "user-agent": ["mailer", "words"],
  "x-newsreader": ["mailer", "words"],
  "x-mimeole": ["mailer", "words"],
  importance: ["importance", "text"],
  "x-priority": ["importance", "text"],
  priority: ["importance", "text"],
  "x-msmail-priority": ["importance", "text"],
  organization: ["organization", "words"],
  organisation: ["organization", "words"],
  received: ["receivedChain", "station"],
  "x-received": ["receivedChain", "station"],
  "x-originating-ip": ["originatingAddress", "network"],
  "x-sender-ip": ["originatingAddress", "network"],
  "x-client-ip": ["originatingAddress", "network"],
  "x-remote-ip": ["originatingAddress", "network"],
  "x-source-ip": ["originatingAddress", "network"],
  "x-aol-ip": ["originatingAddress", "network"],
  "x-yahoo-post-ip": ["originatingAddress", "network"],
  "nntp-posting-host": ["originatingAddress", "network"],
  "content-location": ["url", "text"],
  "snapshot-content-location": ["url", "text"],
};

/** Longer values are cut; the whole stands in the text. */
const fieldChars = 32_768;

/** Fields, findings, and all of the header as text. `source` of each field is the name of its header line. */
export function* headerExtractions(header: Header, decoder: HeaderDecoder): Generator<Extraction> {
  yield* headerFields(header, decoder);
  const text = headerText(header, decoder);
  if (text !== "") yield { what: "text", text, label: "header" };
  if (header.strayLines > 0) yield note("mail/header-lines", { lines: header.strayLines });
  if (header.isCut) {
    yield note("mail/header-limit", { fields: header.fields.length });
    yield { what: "status", status: "partial", reason: "budget" };
  }
}

/** All lines, decoded and unfolded. */
export function headerText(header: Header, decoder: HeaderDecoder): string {
  const lines = header.fields.map(({ name, raw }) => `${decoder.plain(name)}: ${decoder.words(raw)}\n`);
  return lines.join("");
}

function* headerFields(header: Header, decoder: HeaderDecoder): Generator<Extraction> {
  let stations = 0;
  let badDates = 0;
  for (const field of header.fields) {
    const entry = known[field.lowerName];
    if (entry === undefined || !Object.hasOwn(known, field.lowerName)) continue;
    const [name, kind] = entry;
    if (kind === "station" && stations++ === 0) yield* arrival(field);
    let isEmpty = true;
    for (const value of valuesOf(field, kind, decoder)) {
      isEmpty = false;
      yield { what: "field", name, value: value.slice(0, fieldChars), source: field.name };
    }
    if (kind === "date" && isEmpty && field.raw !== "") badDates++;
  }
  if (badDates > 0) yield note("mail/date-unreadable", { dates: badDates });
}

/** The station that took it in last says when (RFC 5321 4.4). */
function* arrival({ raw, name }: HeaderField): Generator<Extraction> {
  const date = mailDate(raw.slice(raw.lastIndexOf(";") + 1));
  if (date !== null && raw.includes(";")) yield { what: "field", name: "received", value: date, source: name };
}

function valuesOf({ raw }: HeaderField, kind: Kind, decoder: HeaderDecoder): string[] {
  if (kind === "addresses") return parseAddresses(raw, decoder);
  if (kind === "ids") return identifiers(raw, decoder);
  if (kind === "date") return [mailDate(raw)].filter((date) => date !== null);
  const text = decoder.words(raw).replaceAll(/\s+/g, " ").trim();
  if (text === "") return [];
  return kind === "network" ? [text.replaceAll(/^\[|\]$/g, "")] : [text];
}

/** Each `<…>`; what stands without brackets as it is. */
function identifiers(raw: string, decoder: HeaderDecoder): string[] {
  const inBrackets = raw.match(/<[^<>]+>/g);
  const found = inBrackets ?? raw.split(/[\s,]+/);
  return found.map((id) => decoder.plain(id.trim())).filter((id) => id !== "");
}

function note(code: string, params: Readonly<Record<string, number>>): Extraction {
  return { what: "finding", finding: finding(code, params) };
}
