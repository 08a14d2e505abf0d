/** What exifr returns, by group, turned into fields; implausible values are reported instead. */
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { degrees, isoDate, pixels, tagText } from "../plausible.ts";

type Group = Readonly<Record<string, unknown>>;
export type ExifGroups = {
  readonly [name in "ifd0" | "exif" | "gps" | "iptc" | "xmp" | "icc" | "dc" | "photoshop"]?: Group;
};

const texts: readonly (readonly [keyof ExifGroups, string, FieldName])[] = [
  ["ifd0", "Make", "camera"],
  ["ifd0", "Model", "cameraModel"],
  ["ifd0", "Software", "software"],
  ["ifd0", "Artist", "author"],
  ["ifd0", "Copyright", "copyright"],
  ["ifd0", "ImageDescription", "description"],
  ["ifd0", "XPTitle", "title"],
  ["ifd0", "XPAuthor", "author"],
  ["ifd0", "XPComment", "comment"],
  ["ifd0", "XPKeywords", "keywords"],
  ["ifd0", "XPSubject", "subject"],
  ["ifd0", "Orientation", "orientation"],
  ["exif", "LensModel", "lens"],
  ["exif", "BodySerialNumber", "cameraSerial"],
  ["exif", "SerialNumber", "cameraSerial"],
  ["exif", "userComment", "comment"],
  ["exif", "UserComment", "comment"],
  ["iptc", "ObjectName", "title"],
  ["iptc", "Byline", "author"],
  ["iptc", "Caption", "description"],
  ["iptc", "Keywords", "keywords"],
  ["iptc", "CopyrightNotice", "copyright"],
  ["iptc", "City", "description"],
  ["xmp", "CreatorTool", "software"],
  ["dc", "title", "title"],
  ["dc", "creator", "author"],
  ["dc", "description", "description"],
  ["dc", "subject", "keywords"],
  ["dc", "rights", "copyright"],
  ["icc", "ProfileDescription", "colorProfile"],
];

const dates: readonly (readonly [keyof ExifGroups, string, FieldName, string | null])[] = [
  ["exif", "DateTimeOriginal", "taken", "OffsetTimeOriginal"],
  ["exif", "CreateDate", "created", "OffsetTimeDigitized"],
  ["exif", "DateTimeDigitized", "created", "OffsetTimeDigitized"],
  ["ifd0", "ModifyDate", "modified", "OffsetTime"],
  ["ifd0", "DateTime", "modified", "OffsetTime"],
  ["xmp", "CreateDate", "created", null],
  ["xmp", "ModifyDate", "modified", null],
  ["photoshop", "DateCreated", "created", null],
];

export function* exifExtractions(
  groups: ExifGroups,
  sizeKnown: boolean,
  report: (what: string) => void,
): Generator<Extraction> {
  for (const [group, tag, name] of texts) {
    for (const value of valuesOf(groups[group]?.[tag])) yield { what: "field", name, value, source: group };
  }
  for (const [group, tag, name, offsetTag] of dates) {
    const raw = groups[group]?.[tag];
    if (raw === undefined || isUnset(raw)) continue;
    const offset = offsetTag && group !== "xmp" ? tagText(groups.exif?.[offsetTag], 8) : null;
    const date =
      typeof raw === "string"
        ? isoDate(withoutNul(raw) + (offset && /^[+-]\d\d:\d\d$|^Z$/.test(offset) ? offset : ""))
        : null;
    if (date) yield { what: "field", name, value: date, source: group };
    else report("date");
  }
  yield* position(groups.gps, report);
  if (!sizeKnown) yield* dimensions(groups, report);
}

/** Text, list of texts, or `{ lang, value }` as XMP gives alternatives. */
function valuesOf(raw: unknown): string[] {
  if (Array.isArray(raw)) return raw.slice(0, 64).flatMap(valuesOf);
  if (raw !== null && typeof raw === "object" && "value" in raw) return valuesOf((raw as { value: unknown }).value);
  const text = tagText(raw, 1 << 16);
  return text === null ? [] : [text];
}

function withoutNul(text: string): string {
  return text.split("\0", 1)[0]!.trim();
}

/** Cameras without a set clock write blanks or zeros: nothing was said. */
function isUnset(raw: unknown): boolean {
  return typeof raw === "string" && /^[\s:0\0-]*$/.test(raw);
}

/** Degrees, minutes, seconds with a hemisphere (Exif 3.0 section 4.6.6). */
function* position(gps: Group | undefined, report: (what: string) => void): Generator<Extraction> {
  if (!gps) return;
  const latitude = coordinate(gps.GPSLatitude, gps.GPSLatitudeRef, "NS", 90);
  const longitude = coordinate(gps.GPSLongitude, gps.GPSLongitudeRef, "EW", 180);
  // Both exactly zero is what telephones write before the first fix.
  if (latitude !== null && longitude !== null && !(latitude === "0" && longitude === "0")) {
    yield { what: "field", name: "latitude", value: latitude, source: "gps" };
    yield { what: "field", name: "longitude", value: longitude, source: "gps" };
  } else if (gps.GPSLatitude !== undefined || gps.GPSLongitude !== undefined) report("position");
  const height = gps.GPSAltitude;
  if (typeof height === "number" && Number.isFinite(height)) {
    const below = gps.GPSAltitudeRef === 1 || (gps.GPSAltitudeRef as { 0?: number } | undefined)?.[0] === 1;
    if (Math.abs(height) <= 100_000)
      yield {
        what: "field",
        name: "altitude",
        value: String(Math.round((below ? -height : height) * 100) / 100),
        source: "gps",
      };
    else report("altitude");
  }
  const time = positionTime(gps);
  if (time) yield { what: "field", name: "positionTime", value: time, source: "gps" };
}

function coordinate(value: unknown, ref: unknown, hemispheres: "NS" | "EW", limit: 90 | 180): string | null {
  const parts = ArrayBuffer.isView(value) || Array.isArray(value) ? [...(value as unknown as Iterable<unknown>)] : null;
  if (!parts || parts.length < 1 || parts.length > 3 || parts.some((part) => typeof part !== "number" || !(part >= 0)))
    return null;
  const [whole = 0, minutes = 0, seconds = 0] = parts as number[];
  const sign = typeof ref === "string" ? hemispheres.indexOf(withoutNul(ref).toUpperCase()) : -1;
  if (sign < 0 || sign > 1 || withoutNul(String(ref)).length !== 1 || minutes >= 60.001 || seconds >= 60.001)
    return null;
  return degrees((sign === 0 ? 1 : -1) * (whole + minutes / 60 + seconds / 3600), limit);
}

function positionTime(gps: Group): string | null {
  const stamp = gps.GPSTimeStamp;
  const day = gps.GPSDateStamp;
  if (typeof day !== "string") return null;
  const parts =
    typeof stamp === "string"
      ? stamp.split(":").map(Number)
      : ArrayBuffer.isView(stamp) || Array.isArray(stamp)
        ? [...(stamp as unknown as Iterable<number>)]
        : [];
  if (parts.length !== 3 || parts.some((part) => !Number.isFinite(part) || part < 0)) return isoDate(withoutNul(day));
  const [hour, minute, second] = parts.map((part) => String(Math.floor(part)).padStart(2, "0"));
  return isoDate(`${withoutNul(day)} ${hour}:${minute}:${second}Z`);
}

function* dimensions(groups: ExifGroups, report: (what: string) => void): Generator<Extraction> {
  const width = groups.ifd0?.ImageWidth ?? groups.exif?.ExifImageWidth;
  const height = groups.ifd0?.ImageHeight ?? groups.ifd0?.ImageLength ?? groups.exif?.ExifImageHeight;
  if (width === undefined || height === undefined) return;
  const [wide, high] = [pixels(width), pixels(height)];
  if (wide && high) {
    yield { what: "field", name: "width", value: wide, source: "tiff" };
    yield { what: "field", name: "height", value: high, source: "tiff" };
  } else report("dimensions");
}
