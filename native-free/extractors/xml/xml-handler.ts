/** Turns XML events into text, attributes and fields. */
import type { Handler } from "htmlparser2";
import type { Extraction } from "../../model/extraction.ts";
import { fields, type FieldName } from "../../model/fields.ts";
import { EmbeddedAddresses } from "../data-uri.ts";
import { degrees, isoDate, tagText } from "../plausible.ts";

/** Element (lower-case) below parents that end in the given path → field. Dublin Core, Office 2003, OpenDocument, feeds. */
const elementFields: Readonly<Record<string, FieldName>> = {
  "dc:title": "title",
  "dc:creator": "author",
  "dc:description": "description",
  "dc:subject": "keywords",
  "dc:language": "language",
  "dc:rights": "copyright",
  "dcterms:created": "created",
  "dcterms:modified": "modified",
  "meta:initial-creator": "author",
  "meta:creation-date": "created",
  "meta:printed-by": "author",
  "meta:generator": "software",
  "meta:keyword": "keywords",
  "o:title": "title",
  "o:subject": "subject",
  "o:author": "author",
  "o:keywords": "keywords",
  "o:lastauthor": "lastModifiedBy",
  "o:created": "created",
  "o:lastsaved": "modified",
  "o:lastprinted": "printed",
  "documentproperties/title": "title",
  "documentproperties/author": "author",
  "documentproperties/lastauthor": "lastModifiedBy",
  "documentproperties/created": "created",
  "documentproperties/lastsaved": "modified",
  "svg/title": "title",
  "svg/desc": "description",
  "document/name": "title",
  "document/description": "description",
  "gpx/name": "title",
  "gpx/time": "created",
  "metadata/name": "title",
  "metadata/desc": "description",
  "metadata/time": "created",
  "metadata/keywords": "keywords",
  "author/name": "author",
  "channel/title": "title",
  "channel/description": "description",
  "feed/title": "title",
  "feed/updated": "modified",
  "timestamp/when": "positionTime",
  "wpt/time": "positionTime",
};

/** Attributes of drawings that hold numbers and styles, not words. */
const dullAttributes = new Set(
  "d points transform style class id fill stroke viewbox x y x1 y1 x2 y2 cx cy r rx ry width height dx dy offset version space".split(
    " ",
  ),
);
const maxPlaces = 64;
const sideLimitChars = 1 << 18;
const maxDepth = 256;

export class XmlHandler {
  chars = 0;
  #text = "";
  /** The text so far, handed out or not, ends with a line break. */
  #atLineStart = true;
  #ready: Extraction[] = [];
  readonly #side = new Map<string, string[]>();
  #sideChars = 0;
  /** Names of the open elements, lower-case; deeper ones than `maxDepth` are counted, not named. */
  readonly #path: string[] = [];
  #deeper = 0;
  #captured: {
    readonly field: FieldName | "coordinates";
    text: string;
    readonly depth: number;
    readonly source: string;
  } | null = null;
  #places = 0;
  readonly #seen = new Set<string>();
  readonly #embedded = new EmbeddedAddresses();

  events(): Partial<Handler> {
    return {
      onopentag: (name, attributes) => this.#open(name, attributes),
      onclosetag: (name) => this.#close(name),
      ontext: (text) => this.#addText(text),
      oncomment: (text) => this.#addSide("comment", text),
      onprocessinginstruction: (name, data) => {
        if (!/^\?xml$/i.test(name)) this.#addSide(name.startsWith("!") ? "doctype" : "instruction", data);
      },
    };
  }

  *take(last: boolean): Generator<Extraction> {
    if (last && this.#captured) this.#finishCapture();
    if (this.#text !== "") {
      this.chars += this.#text.length;
      yield { what: "text", text: this.#text, label: null };
      this.#text = "";
    }
    yield* this.#ready.splice(0);
    if (!last && this.#sideChars < sideLimitChars) return;
    for (const [label, pieces] of this.#side) {
      const text = `${pieces.join("\n")}\n`;
      this.chars += text.length;
      yield { what: "text", text, label };
    }
    this.#side.clear();
    this.#sideChars = 0;
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    const lower = name.toLowerCase();
    if (this.#path.length < maxDepth) this.#path.push(lower);
    else this.#deeper++;
    if (separates(lower)) this.#separate();
    this.#addAttributes(attributes);
    if (attributes.lat !== undefined && attributes.lon !== undefined)
      this.#place(Number(attributes.lat), Number(attributes.lon), lower);
    const field = this.#fieldHere(lower);
    if (field && !this.#captured) this.#captured = { field, text: "", depth: this.#path.length, source: lower };
  }

  #fieldHere(lower: string): FieldName | "coordinates" | null {
    if (lower === "coordinates" || lower === "kml:coordinates")
      return this.#path.includes("point") || this.#path.includes("kml:point") ? "coordinates" : null;
    const parent = this.#path.at(-2) ?? "";
    return (
      elementFields[lower] ?? elementFields[`${parent.replace(/^\w+:/, "")}/${lower.replace(/^\w+:/, "")}`] ?? null
    );
  }

  #close(name: string): void {
    const lower = name.toLowerCase();
    if (this.#captured && this.#path.length <= this.#captured.depth && this.#deeper === 0) this.#finishCapture();
    if (this.#deeper > 0) this.#deeper--;
    else this.#path.pop();
    if (separates(lower)) this.#separate();
  }

  #finishCapture(): void {
    const { field, text, source } = this.#captured!;
    this.#captured = null;
    const value = text.replaceAll(/\s+/g, " ").trim();
    if (field === "coordinates") {
      const [lon, lat] = value.split(/[ ,]+/).map(Number);
      if (lat !== undefined && lon !== undefined) this.#place(lat, lon, source);
      return;
    }
    const checked = fields[field].kind === "date" ? isoDate(value) : tagText(value);
    if (checked !== null) this.#field(field, checked, source);
  }

  #place(lat: number, lon: number, source: string): void {
    const latitude = degrees(lat, 90);
    const longitude = degrees(lon, 180);
    if (latitude === null || longitude === null || this.#places >= maxPlaces) return;
    this.#places++;
    this.#ready.push(
      { what: "field", name: "latitude", value: latitude, source },
      { what: "field", name: "longitude", value: longitude, source },
    );
  }

  #field(name: FieldName, value: string, source: string): void {
    const key = `${name}\0${value}`;
    if (this.#seen.has(key) || this.#seen.size > 1024) return;
    this.#seen.add(key);
    this.#ready.push({ what: "field", name, value, source });
  }

  #addText(text: string): void {
    this.#text += text;
    if (text !== "") this.#atLineStart = text.endsWith("\n");
    if (this.#captured && this.#captured.text.length < 8192) this.#captured.text += text;
  }

  #separate(): void {
    if (this.#atLineStart) return;
    this.#text += "\n";
    this.#atLineStart = true;
  }

  #addAttributes(attributes: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(attributes)) {
      const local = name.replace(/^[^:]*:/, "").toLowerCase();
      const child = local === "href" ? this.#embedded.childOf(value) : null;
      if (child) this.#ready.push({ what: "child", child });
      if (child) continue;
      if (
        name.startsWith("xmlns") ||
        dullAttributes.has(local) ||
        /^(stroke|fill|clip|stop|font|text|color)-/.test(local) ||
        !/\p{L}{2}/u.test(value)
      )
        continue;
      this.#addSide("attribute", `${name}=${value}`);
    }
  }

  #addSide(label: string, text: string): void {
    if (text.trim() === "") return;
    const pieces = this.#side.get(label);
    if (pieces) pieces.push(text);
    else this.#side.set(label, [text]);
    this.#sideChars += text.length;
  }
}

const wordBreaks = new Set([
  "w:p",
  "w:br",
  "w:tab",
  "w:tc",
  "w:cr",
  "text:p",
  "text:h",
  "text:tab",
  "text:line-break",
  "text:list-item",
  "text:s",
]);

/** Word processing splits words over runs and spans; there only paragraphs, tabs and breaks separate. */
function separates(lower: string): boolean {
  if (lower.startsWith("w:") || lower.startsWith("text:")) return wordBreaks.has(lower);
  return lower !== "tspan" && lower !== "svg:tspan";
}
