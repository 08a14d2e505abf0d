/**
 * What a PDF says of itself: the information dictionary (ISO 32000-2, 14.3.3, dates 7.9.4) and XMP (ISO 16684-1).
 */
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";

const INFO: Readonly<Record<string, FieldName>> = {
  Title: "title",
  Author: "author",
  Subject: "subject",
  Keywords: "keywords",
  Creator: "software",
  Producer: "producer",
  CreationDate: "created",
  ModDate: "modified",
  PDFFormatVersion: "formatVersion",
};

const XMP: Readonly<Record<string, FieldName>> = {
  "dc:title": "title",
  "dc:creator": "author",
  "dc:description": "description",
  "dc:subject": "keywords",
  "dc:rights": "copyright",
  "pdf:keywords": "keywords",
  "pdf:producer": "producer",
  "xmp:creatortool": "software",
  "xmp:createdate": "created",
  "xmp:modifydate": "modified",
  "xmpmm:documentid": "documentId",
  "xmpmm:instanceid": "documentId",
};

const LIMIT_CHARS = 32 * 1024;

function field(name: FieldName, value: string, source: string): Extraction[] {
  const trimmed = value.replaceAll("\0", "").trim().slice(0, LIMIT_CHARS);
  return trimmed === "" ? [] : [{ what: "field", name, value: trimmed, source }];
}

/** Fields of the information dictionary as pdf.js gives it. */
export function infoFields(info: Readonly<Record<string, unknown>>): Extraction[] {
  const found: Extraction[] = [];
  for (const [key, name] of Object.entries(INFO)) {
    const value = info[key];
    if (typeof value !== "string") continue;
    const isDate = name === "created" || name === "modified";
    found.push(...field(name, isDate ? isoDate(value) : value, "pdf-info"));
  }
  const custom: unknown = info["Custom"];
  for (const [key, value] of custom instanceof Map ? custom : Object.entries(custom ?? {})) {
    if (typeof value === "string") found.push(...field("custom", `${String(key)}: ${value}`, "pdf-info"));
  }
  const language: unknown = info["Language"];
  const code = typeof language === "string" ? /^([a-z]{2})(-|$)/i.exec(language)?.[1] : undefined;
  if (code !== undefined) found.push({ what: "language", language: code.toLowerCase() });
  return found;
}

/** Fields of XMP as pdf.js gives it: pairs of lower-case name and text or list of texts. */
export function xmpFields(pairs: Iterable<readonly [string, unknown]>): Extraction[] {
  const found: Extraction[] = [];
  for (const [key, value] of pairs) {
    // Old files use the prefixes xap and xapMM for what later became xmp and xmpMM.
    const name = XMP[key.toLowerCase().replace(/^xap/, "xmp")];
    const texts: unknown[] = Array.isArray(value) ? value : [value];
    const text = texts.filter((part) => typeof part === "string").join("; ");
    if (name) found.push(...field(name, text, "xmp"));
    else found.push(...field("custom", text === "" ? "" : `${key}: ${text}`, "xmp"));
  }
  return found;
}

/**
 * `D:YYYYMMDDHHmmSSOHH'mm'` as ISO 8601, as precise as it is given and with an offset only where it gives one. What is
 * no such date is returned as it stands.
 */
export function isoDate(value: string): string {
  const pattern = /^D?:?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?/;
  const match = pattern.exec(value.trim());
  if (!match) return value;
  const [, year, month, day, hour, minute, second, zulu, sign, offsetHour, offsetMinute] = match;
  const date = [year, month, day].filter((part) => part !== undefined).join("-");
  if (hour === undefined) return date;
  const time = [hour, minute ?? "00", second].filter((part) => part !== undefined).join(":");
  const zone = sign === undefined ? (zulu ? "Z" : "") : `${sign}${offsetHour}:${offsetMinute ?? "00"}`;
  return `${date}T${time}${zone}`;
}
