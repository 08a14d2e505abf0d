/** XMP packets (ISO 16684-1) of pictures that exifr does not read: properties as attributes or elements → fields and text. */
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { fields } from "../../model/fields.ts";
import { isoDate, tagText } from "../plausible.ts";

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
  "exif:datetimeoriginal": "taken",
  "tiff:make": "camera",
  "tiff:model": "cameraModel",
};

export async function* xmpExtractions(packet: string): AsyncGenerator<Extraction> {
  const { Parser } = await import("htmlparser2");
  const found: { name: string; value: string }[] = [];
  const open: string[] = [];
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (open.length < 64) open.push(name.toLowerCase());
        for (const [key, value] of Object.entries(attributes)) found.push({ name: key.toLowerCase(), value });
      },
      onclosetag: () => open.pop(),
      ontext: (text) => {
        const owner = open.findLast((name) => name in properties);
        if (owner && text.trim() !== "") found.push({ name: owner, value: text });
      },
    },
    { xmlMode: true },
  );
  parser.end(packet);
  for (const { name, value } of found.slice(0, 1000)) {
    const field = properties[name];
    if (!field) continue;
    const checked = fields[field].kind === "date" ? isoDate(value) : tagText(value);
    if (checked) yield { what: "field", name: field, value: checked, source: "xmp" };
  }
}
