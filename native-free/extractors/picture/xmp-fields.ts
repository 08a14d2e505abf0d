/**
 * XMP packets (ISO 16684-1): properties as attributes or elements become fields, all their texts are text. Packets that are
 * no well-formed XML are read as far as they go.
 */
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { fields } from "../../model/fields.ts";
import { degrees, isoDate, tagText } from "../plausible.ts";

const properties: Readonly<Record<string, FieldName>> = {
  "dc:title": "title",
  "dc:creator": "author",
  "dc:description": "description",
  "dc:subject": "keywords",
  "dc:rights": "copyright",
  "xmp:createdate": "created",
  "xmp:modifydate": "modified",
  "xmp:creatortool": "software",
  "photoshop:datecreated": "created",
  "photoshop:city": "location",
  "photoshop:country": "location",
  "photoshop:state": "location",
  "iptc4xmpcore:location": "location",
  "exif:datetimeoriginal": "taken",
  "exif:usercomment": "comment",
  "exif:gpslatitude": "latitude",
  "exif:gpslongitude": "longitude",
  "tiff:make": "camera",
  "tiff:model": "cameraModel",
  "tiff:software": "software",
  "tiff:artist": "author",
  "tiff:copyright": "copyright",
  "tiff:imagedescription": "description",
  "aux:lens": "lens",
  "aux:serialnumber": "cameraSerial",
  "exifex:lensmodel": "lens",
  "exifex:bodyserialnumber": "cameraSerial",
  "xmpmm:documentid": "documentId",
};
const mostProperties = 4096;
const deepest = 64;
/** Names of structure, whose attributes say nothing of the picture. */
const structural = /^(?:xmlns(?::|$)|rdf:about$|xml:|x:xmptk$|rdf:parsetype$|rdf:resource$|stevt:|stref:)/;

export async function* xmpExtractions(packet: string, report: (what: string) => void): AsyncGenerator<Extraction> {
  const { Parser } = await import("htmlparser2");
  const found: { name: string; value: string }[] = [];
  const open: string[] = [];
  const note = (name: string, value: string): void => {
    if (value.trim() !== "" && found.length < mostProperties) found.push({ name, value: value.trim() });
  };
  let text = "";
  const close = (): void => {
    const owner = open.findLast((name) => !/^(?:rdf|x):/.test(name)) ?? "";
    if (owner !== "") note(owner, text);
    text = "";
  };
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        text = "";
        if (open.length < deepest) open.push(name.toLowerCase());
        for (const [key, value] of Object.entries(attributes)) note(key.toLowerCase(), value);
      },
      onclosetag: () => {
        close();
        open.pop();
      },
      ontext: (piece) => {
        text += piece;
      },
    },
    { xmlMode: true },
  );
  parser.end(packet);
  yield* fieldsOf(found, report);
}

function* fieldsOf(
  found: readonly { name: string; value: string }[],
  report: (what: string) => void,
): Generator<Extraction> {
  const lines: string[] = [];
  for (const { name, value } of found) {
    if (!structural.test(name)) lines.push(`${name}: ${value}`);
    const field = properties[name];
    if (!field) continue;
    const checked = checkedValue(field, value);
    if (checked) yield { what: "field", name: field, value: checked, source: "xmp" };
    else if (fields[field].kind === "date") report("date");
  }
  if (lines.length > 0) yield { what: "text", label: "xmp", text: `${lines.join("\n")}\n` };
}

function checkedValue(field: FieldName, value: string): string | null {
  if (fields[field].kind === "date") return isoDate(value);
  if (field === "latitude" || field === "longitude") return coordinate(value, field === "latitude" ? 90 : 180);
  return tagText(value, 32_768);
}

/** `DDD,MM,SSk` or `DDD,MM.mmk` (XMP part 2, GPSCoordinate). */
function coordinate(value: string, limit: 90 | 180): string | null {
  const match = /^(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])$/.exec(value);
  if (!match) return null;
  const sum = Number(match[1]) + Number(match[2]) / 60 + Number(match[3] ?? 0) / 3600;
  return degrees(/[SW]/.test(match[4]!) ? -sum : sum, limit);
}
