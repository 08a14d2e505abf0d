/** Tags of EXIF, TIFF and GPS (Exif 3.0 section 4.6, TIFF 6.0 section 8) as fields; impossible values are reported instead. */
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { degrees, isoDate, pixels, tagText } from "../plausible.ts";
import type { Directory } from "./tiff-tags.ts";

type Report = (what: string) => void;

const mainTexts: readonly (readonly [number, FieldName])[] = [
  [0x010e, "description"],
  [0x010f, "camera"],
  [0x0110, "cameraModel"],
  [0x0131, "software"],
  [0x013b, "author"],
  [0x010d, "title"],
  [0xc62f, "cameraSerial"],
];
const wideTexts: readonly (readonly [number, FieldName])[] = [
  [0x9c9b, "title"],
  [0x9c9c, "comment"],
  [0x9c9d, "author"],
  [0x9c9e, "keywords"],
  [0x9c9f, "subject"],
];
const exifTexts: readonly (readonly [number, FieldName])[] = [
  [0xa430, "author"],
  [0xa431, "cameraSerial"],
  [0xa434, "lens"],
  [0xa420, "documentId"],
];
const copyrightTag = 0x8298;
const orientationTag = 0x0112;
const commentTag = 0x9286;
const longestComment = 1 << 20;

const orientations = [
  "Horizontal (normal)",
  "Mirror horizontal",
  "Rotate 180",
  "Mirror vertical",
  "Mirror horizontal and rotate 270 CW",
  "Rotate 90 CW",
  "Mirror horizontal and rotate 90 CW",
  "Rotate 270 CW",
];

function* text(name: FieldName, value: string | null, source: string): Generator<Extraction> {
  const checked = value === null ? null : tagText(value, 1 << 16);
  if (checked !== null) yield { what: "field", name, value: checked, source };
}

/** Of the first directory of a picture. */
export function* mainFields(main: Directory): Generator<Extraction> {
  for (const [tag, name] of mainTexts) yield* text(name, main.text(tag), "ifd0");
  yield* text("copyright", copyrightOf(main), "ifd0");
  for (const [tag, name] of wideTexts) {
    const bytes = main.bytes(tag, longestComment);
    if (bytes) yield* text(name, bytes.toString("utf16le", 0, bytes.length & ~1).toWellFormed(), "ifd0");
  }
  const turn = main.number(orientationTag);
  if (turn !== null && turn > 0) yield* text("orientation", orientations[turn - 1] ?? `Unknown (${turn})`, "ifd0");
}

/** Photographer and editor, apart by a NUL; the first may be a blank. */
function copyrightOf(main: Directory): string | null {
  const bytes = main.bytes(copyrightTag, 65_536);
  const text = bytes?.toString("utf8") ?? "";
  const parts = (text.includes("\ufffd") ? bytes!.toString("latin1") : text).split("\0").slice(0, 2);
  const both = parts.map((part) => part.trim()).filter((part) => part !== "");
  return both.length === 0 ? null : both.join("; ");
}

/** Of the EXIF directory. */
export function* exifFields(exif: Directory): Generator<Extraction> {
  for (const [tag, name] of exifTexts) yield* text(name, exif.text(tag), "exif");
  yield* text("comment", userComment(exif), "exif");
}

/** Eight bytes name the character set (Exif 3.0, 4.6.6.4.2); many writers leave them empty. */
function userComment(exif: Directory): string | null {
  const bytes = exif.bytes(commentTag, longestComment);
  if (!bytes || bytes.length <= 8) return null;
  const charset = bytes.toString("latin1", 0, 8).replaceAll("\0", "").trim();
  const body = bytes.subarray(8);
  if (charset === "UNICODE") return wideText(body, exif.tiff.little);
  const end = body.indexOf(0);
  const part = end < 0 ? body : body.subarray(0, end);
  const decoder = charset === "JIS" ? new TextDecoder("shift_jis") : new TextDecoder();
  const utf8 = decoder.decode(part);
  return utf8.includes("\ufffd") ? part.toString("latin1") : utf8;
}

/** Writers disagree on the byte order: zeros stand at one side of Latin text. */
function wideText(body: Buffer, little: boolean): string {
  const even = body.subarray(0, body.length & ~1);
  let zeros = 0;
  for (let at = 0; at < even.length; at += 2) zeros += Number(even[at + 1] === 0) - Number(even[at] === 0);
  const isLittle = zeros === 0 ? little : zeros > 0;
  return (isLittle ? Buffer.from(even) : Buffer.from(even).swap16())
    .toString("utf16le")
    .toWellFormed()
    .replace(/^\ufeff/, "");
}

const dates = [
  { tag: 0x9003, part: 0x9291, zone: 0x9011, name: "taken" },
  { tag: 0x9004, part: 0x9292, zone: 0x9012, name: "created" },
] as const;
const modifiedTag = 0x0132;
const modifiedPart = 0x9290;
const modifiedZone = 0x9010;

/** With fractions of seconds and the offset from UTC where there are any. */
export function* dateFields(main: Directory, exif: Directory | null, report: Report): Generator<Extraction> {
  for (const { tag, part, zone, name } of dates) if (exif) yield* date(exif, tag, exif, part, zone, name, report);
  yield* date(main, modifiedTag, exif, modifiedPart, modifiedZone, "modified", report);
}

function* date(
  directory: Directory,
  tag: number,
  exif: Directory | null,
  part: number,
  zone: number,
  name: FieldName,
  report: Report,
): Generator<Extraction> {
  const raw = directory.text(tag);
  // Cameras without a set clock write blanks or zeros: nothing was said.
  if (raw === null || /^[\s:0-]*$/.test(raw)) return;
  const fraction = /^\d{1,9}$/.exec(exif?.text(part) ?? "")?.[0];
  const offset = /^(?:[+-]\d\d:\d\d|Z)$/.exec(exif?.text(zone) ?? "")?.[0] ?? "";
  const hasFraction = fraction !== undefined && /:\d\d$/.test(raw);
  const value = isoDate(`${raw}${hasFraction ? `.${fraction}` : ""}${offset}`);
  if (value) yield { what: "field", name, value, source: directory === exif ? "exif" : "ifd0" };
  else report("date");
}

const gpsTag = { latitudeRef: 1, latitude: 2, longitudeRef: 3, longitude: 4, below: 5, altitude: 6, time: 7, date: 29 };

/** Degrees, minutes, seconds with a hemisphere (Exif 3.0 section 4.6.7). */
export function* gpsFields(gps: Directory, report: Report): Generator<Extraction> {
  const latitude = coordinate(gps, gpsTag.latitude, gpsTag.latitudeRef, "NS", 90);
  const longitude = coordinate(gps, gpsTag.longitude, gpsTag.longitudeRef, "EW", 180);
  // Both exactly zero is what telephones write before the first fix.
  if (latitude !== null && longitude !== null && !(latitude === "0" && longitude === "0")) {
    yield { what: "field", name: "latitude", value: latitude, source: "gps" };
    yield { what: "field", name: "longitude", value: longitude, source: "gps" };
  } else if (gps.has(gpsTag.latitude) || gps.has(gpsTag.longitude)) report("position");
  const height = gps.number(gpsTag.altitude);
  if (height !== null && Math.abs(height) <= 100_000) {
    const metres = Math.round((gps.number(gpsTag.below) === 1 ? -height : height) * 100) / 100;
    yield { what: "field", name: "altitude", value: String(metres), source: "gps" };
  } else if (height !== null) report("altitude");
  const time = positionTime(gps);
  if (time) yield { what: "field", name: "positionTime", value: time, source: "gps" };
}

function coordinate(
  gps: Directory,
  tag: number,
  refTag: number,
  hemispheres: "NS" | "EW",
  limit: 90 | 180,
): string | null {
  const parts = gps.numbers(tag, 3);
  const ref = gps.text(refTag)?.toUpperCase() ?? "";
  const [whole = Number.NaN, minutes = 0, rest = 0] = parts;
  // Seconds over nothing are what writers of whole minutes leave.
  const seconds = Number.isNaN(rest) ? 0 : rest;
  const sign = ref.length === 1 ? hemispheres.indexOf(ref) : -1;
  if (sign < 0 || !(whole >= 0) || !(minutes >= 0 && minutes < 60.001) || !(seconds >= 0 && seconds < 60.001))
    return null;
  return degrees((sign === 0 ? 1 : -1) * (whole + minutes / 60 + seconds / 3600), limit);
}

function positionTime(gps: Directory): string | null {
  const day = gps.text(gpsTag.date);
  if (day === null) return null;
  const parts = gps.numbers(gpsTag.time, 3);
  if (parts.length !== 3 || parts.some((part) => !Number.isFinite(part) || part < 0)) return isoDate(day);
  const [hour, minute] = parts.slice(0, 2).map((part) => String(Math.floor(part)).padStart(2, "0"));
  const whole = Math.floor(parts[2]!);
  const fraction = Math.round((parts[2]! - whole) * 1000);
  const tail = fraction > 0 && fraction < 1000 ? `.${String(fraction).padStart(3, "0").replace(/0+$/, "")}` : "";
  return isoDate(`${day} ${hour}:${minute}:${String(whole).padStart(2, "0")}${tail}Z`);
}

/** The size of the picture as its tags give it, of formats without a simple header. */
export function* sizeFields(width: number | null, height: number | null, report: Report): Generator<Extraction> {
  if (width === null || height === null) return;
  const [wide, high] = [pixels(width), pixels(height)];
  if (wide && high) {
    yield { what: "field", name: "width", value: wide, source: "tiff" };
    yield { what: "field", name: "height", value: high, source: "tiff" };
  } else report("dimensions");
}
