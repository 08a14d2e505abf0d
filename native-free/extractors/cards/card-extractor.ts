/**
 * Address cards (vCard 2.1, 3.0, 4.0: RFC 2426, RFC 6350) and calendars (iCalendar: RFC 5545; vCalendar 1.0): all
 * properties as text, those that are searched for as fields, pictures and attachments as children. Recurrences are told as
 * written, not counted out; time zones are told by their name.
 */
import { Buffer } from "node:buffer";
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Child, ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { finding } from "../../model/findings.ts";
import { isoDate } from "../plausible.ts";
import { type ContentLine, logicalLines, parseLine, partsOf, plainValue } from "./content-lines.ts";

export const vcardExtractor: Extractor = {
  id: "vcard",
  family: "extractor",
  name: "Address cards (vCard)",
  spec: "RFC 6350; RFC 2426; vCard 2.1",
  level: "complete",
  types: ["vcard"],
  extract: (source, context) => extractCards(source, context, cardFields),
};

export const icalendarExtractor: Extractor = {
  id: "icalendar",
  family: "extractor",
  name: "Calendars (iCalendar)",
  spec: "RFC 5545; vCalendar 1.0",
  level: "complete",
  types: ["icalendar"],
  extract: (source, context) => extractCards(source, context, calendarFields),
};

type Kind = "text" | "parts" | "date" | "person" | "list" | "geo";
type FieldTable = Readonly<Record<string, readonly [FieldName, Kind]>>;

const common: FieldTable = {
  VERSION: ["formatVersion", "text"],
  PRODID: ["software", "text"],
  CATEGORIES: ["keywords", "list"],
  GEO: ["latitude", "geo"],
  URL: ["url", "text"],
  UID: ["documentId", "text"],
};

const cardFields: FieldTable = {
  ...common,
  FN: ["title", "text"],
  ORG: ["organization", "parts"],
  TEL: ["phone", "person"],
  EMAIL: ["email", "person"],
  ADR: ["address", "parts"],
  LABEL: ["address", "text"],
  BDAY: ["birthday", "date"],
  NOTE: ["comment", "text"],
  REV: ["modified", "date"],
};

const calendarFields: FieldTable = {
  ...common,
  SUMMARY: ["subject", "text"],
  DESCRIPTION: ["description", "text"],
  LOCATION: ["location", "text"],
  ORGANIZER: ["from", "person"],
  ATTENDEE: ["attendee", "person"],
  DTSTART: ["starts", "date"],
  DTEND: ["ends", "date"],
  DUE: ["ends", "date"],
  CREATED: ["created", "date"],
  "LAST-MODIFIED": ["modified", "date"],
  COMMENT: ["comment", "text"],
};

const fieldChars = 32_768;
const blockChars = 32_768;

async function* extractCards(
  source: ByteSource,
  context: ExtractContext,
  table: FieldTable,
): AsyncGenerator<Extraction> {
  const { charset, lines, invalid } = await logicalLines(source, context.wholeLimitBytes);
  yield { what: "charset", charset };
  const [open, strays, text] = [[] as string[], { count: 0 }, { pieces: [] as string[], chars: 0 }];
  const seen = new Set<string>();
  let number = 0;
  for await (const raw of lines) {
    if (raw.trim() === "") continue;
    number += 1;
    const line = parseLine(raw);
    if (!line) strays.count += 1;
    if (line?.name === "BEGIN") open.push(line.value.trim().toUpperCase());
    if (line?.name === "END") open.pop();
    for (const found of line ? lineExtractions(line, number, table, text, open) : []) {
      // Every card names version and program anew.
      if (found.what === "field" && isRepeated(found.name, found.value, seen)) continue;
      yield found;
    }
    if (!line) add(text, raw.slice(0, fieldChars));
    if (text.chars > blockChars) yield* flush(text);
  }
  yield* flush(text);
  if (invalid() > 0) yield note("text/invalid-bytes", { count: invalid(), charset });
  if (strays.count > 0) yield note("mail/card-lines", { lines: strays.count });
  if (open.length === 0) return;
  yield note("mail/card-unclosed", {});
  yield { what: "status", status: "partial", reason: "damaged" };
}

function isRepeated(name: string, value: string, seen: Set<string>): boolean {
  if (name !== "formatVersion" && name !== "software") return false;
  const key = `${name} ${value}`;
  if (seen.has(key)) return true;
  seen.add(key);
  return false;
}

interface Text {
  pieces: string[];
  chars: number;
}

function add(text: Text, line: string): void {
  text.pieces.push(`${line}\n`);
  text.chars += line.length + 1;
}

function* flush(text: Text): Generator<Extraction> {
  if (text.pieces.length > 0) yield { what: "text", text: text.pieces.join(""), label: null };
  [text.pieces, text.chars] = [[], 0];
}

function* lineExtractions(
  line: ContentLine,
  number: number,
  table: FieldTable,
  text: Text,
  open: readonly string[],
): Generator<Extraction> {
  const content = binaryOf(line);
  if (content) {
    yield { what: "child", child: childOf(line, number, content) };
    return;
  }
  const shown = textOf(line);
  if (shown !== "" && line.name !== "BEGIN" && line.name !== "END") add(text, shown);
  // Rules of time zones begin and end too; an alarm's description is not the appointment's.
  const isSide = open.includes("VTIMEZONE") || open.includes("VALARM");
  const field = Object.hasOwn(table, line.name) && !isSide ? table[line.name] : undefined;
  if (!field) return;
  for (const [name, value] of fieldValues(line, field)) {
    if (value !== "") yield { what: "field", name, value: value.slice(0, fieldChars), source: line.name };
  }
}

/** Name, what the parameters say in words, and the value in words. */
function textOf({ name, params, value }: ContentLine): string {
  const said = ["TYPE", "CN", "TZID", "ROLE", "PARTSTAT", "SENT-BY", "ALTREP"].flatMap((key) => params.get(key) ?? []);
  const words = partsOf(value).join("; ");
  return words === "" ? "" : `${name}${said.length > 0 ? ` (${said.join(", ")})` : ""}: ${words}`;
}

function fieldValues(line: ContentLine, [name, kind]: readonly [FieldName, Kind]): (readonly [FieldName, string])[] {
  const value = line.value.trim();
  switch (kind) {
    case "text":
      return [[name, plainValue(value).trim()]];
    case "parts":
      return [[name, partsOf(value).join(", ")]];
    case "list":
      return value.split(/(?<!\\),/).map((part) => [name, plainValue(part).trim()] as const);
    case "date":
      return [[name, dateOf(value) ?? ""]];
    case "person":
      return [[name, personOf(line)]];
    case "geo":
      return placeOf(value);
  }
}

function personOf({ params, value }: ContentLine): string {
  const address = plainValue(value)
    .trim()
    .replace(/^(mailto|tel|sms):/i, "");
  const shown = params.get("CN")?.[0]?.trim() ?? "";
  return shown === "" || shown === address ? address : `${shown} <${address}>`;
}

/** `20240131T100000Z`, `2024-01-31`, `20240131`; days without a year stay in the text alone. */
function dateOf(value: string): string | null {
  const basic = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d))?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(value);
  if (!basic) return isoDate(value);
  const [, year, month, day, hour, minute, second, zone] = basic;
  const time = hour === undefined ? "" : `T${hour}:${minute}:${second ?? "00"}${zone ?? ""}`;
  return isoDate(`${year}-${month}-${day}${time}`);
}

/** `50.85;4.35` (RFC 5545 3.8.1.6) or `geo:50.85,4.35` (RFC 5870). */
function placeOf(value: string): (readonly [FieldName, string])[] {
  const match = /^(?:geo:)?\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[;,]\s*([+-]?\d{1,3}(?:\.\d+)?)/i.exec(
    value.replaceAll("\\", ""),
  );
  if (!match || Math.abs(Number(match[1])) > 90 || Math.abs(Number(match[2])) > 180) return [];
  return [
    ["latitude", String(Number(match[1]))],
    ["longitude", String(Number(match[2]))],
  ];
}

/** Base64 by parameter or as a `data:` address (RFC 2397). */
function binaryOf({ name, params, value }: ContentLine): Uint8Array | null {
  const data = /^data:[^,]{0,200};base64,/i.exec(value);
  if (data) return Buffer.from(value.slice(data[0].length), "base64");
  const isEncoded = /^(b|base64)$/i.test(params.get("ENCODING")?.[0] ?? "");
  if (!isEncoded || name === "BEGIN" || name === "END") return null;
  return Buffer.from(value, "base64");
}

function childOf(line: ContentLine, number: number, content: Uint8Array): Child {
  const given = [line.params.get("FILENAME")?.[0], line.params.get("X-FILENAME")?.[0]].find(Boolean);
  const data = /^data:\w+\/([\w.+-]{1,20})/i.exec(line.value)?.[1];
  const format = line.params.get("FMTTYPE")?.[0]?.split("/")[1];
  const type = [data, format, ...(line.params.get("TYPE") ?? [])].find(
    (word) => word !== undefined && /^\w{2,8}$/.test(word),
  );
  const name = given ?? `${line.name.toLowerCase()}-${number}${type === undefined ? "" : `.${type.toLowerCase()}`}`;
  return {
    key: `line:${number}`,
    name: { text: name, bytes: null },
    kind: "file",
    origin: "embedded",
    size: content.length,
    packedSize: line.value.length,
    times: [],
    findings: [],
    content: {
      open: async function* () {
        yield content;
      },
    },
  };
}

function note(code: string, params: Readonly<Record<string, string | number>>): Extraction {
  return { what: "finding", finding: finding(code, params) };
}
