/** IPTC datasets (IIM 4.2) and Photoshop's image resources around them (Adobe, "Photoshop File Formats"). */
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { bytesChild } from "../part-child.ts";
import { isoDate, tagText } from "../plausible.ts";

const names: Readonly<Record<number, FieldName>> = {
  5: "title",
  25: "keywords",
  65: "software",
  80: "author",
  90: "location",
  92: "location",
  95: "location",
  101: "location",
  105: "subject",
  116: "copyright",
  120: "description",
  122: "changeAuthor",
};
const labels: Readonly<Record<number, string>> = {
  15: "category",
  20: "category",
  40: "instructions",
  85: "author's title",
  103: "reference",
  110: "credit",
  115: "source",
  118: "contact",
};
const mostDatasets = 4096;

/** Record 2, "application": text is UTF-8 where the envelope says so or where it is that, else Latin-1. */
export function* iptcFields(bytes: Buffer, report: (what: string) => void): Generator<Extraction> {
  let [day, time] = ["", ""];
  for (let at = 0, count = 0; at + 5 <= bytes.length && count < mostDatasets; count++) {
    if (bytes[at] !== 0x1c) break;
    const [record, dataset, length] = [bytes[at + 1]!, bytes[at + 2]!, bytes.readUInt16BE(at + 3)];
    // Lengths with the highest bit set are followed by longer ones, which only pictures inside of the data have.
    if (length >= 0x8000 || at + 5 + length > bytes.length) break;
    const value = bytes.subarray(at + 5, at + 5 + length);
    at += 5 + length;
    if (record !== 2) continue;
    const utf8 = value.toString("utf8");
    const text = tagText(utf8.includes("\ufffd") ? value.toString("latin1") : utf8, 32_768);
    if (text === null) continue;
    if (dataset === 55) day = text;
    else if (dataset === 60) time = text;
    const field = names[dataset];
    if (field) yield { what: "field", name: field, value: text, source: "iptc" };
    const label = labels[dataset];
    if (label) yield { what: "text", label: "iptc", text: `${label}: ${text}\n` };
  }
  const date = day === "" || /^0*$/.test(day) ? null : created(day, time);
  if (date) yield { what: "field", name: "created", value: date, source: "iptc" };
  else if (day !== "" && !/^0*$/.test(day)) report("date");
}

function created(day: string, time: string): string | null {
  const clock = /^(\d\d)(\d\d)(\d\d)([+-]\d{4})?$/.exec(time);
  const dated = day.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
  return isoDate(clock ? `${dated}T${clock[1]}:${clock[2]}:${clock[3]}${clock[4] ?? ""}` : dated);
}

export interface Resource {
  readonly id: number;
  readonly data: Buffer;
}

const mostResources = 2048;

/** Blocks `8BIM`: number, name padded to even, length, data padded to even. */
export function resourcesOf(bytes: Buffer): Resource[] {
  const found: Resource[] = [];
  for (let at = 0; at + 12 <= bytes.length && found.length < mostResources;) {
    if (!/^(?:8BIM|8B64|AgHg|DCSR|PHUT)/.test(bytes.toString("latin1", at, at + 4))) break;
    const id = bytes.readUInt16BE(at + 4);
    const nameBytes = (bytes[at + 6]! + 2) & ~1;
    const sizeAt = at + 6 + nameBytes;
    if (sizeAt + 4 > bytes.length) break;
    const size = bytes.readUInt32BE(sizeAt);
    found.push({ id, data: bytes.subarray(sizeAt + 4, sizeAt + 4 + size) });
    at = sizeAt + 4 + size + (size & 1);
  }
  return found;
}

const thumbnailHead = 28;

/** The thumbnail of resource 1033 or 1036: 28 bytes of header, then a JPEG. */
export function* resourceThumbnail({ id, data }: Resource): Generator<Extraction> {
  if ((id !== 1036 && id !== 1033) || data.length <= thumbnailHead) return;
  const jpeg = data.subarray(thumbnailHead);
  if (jpeg[0] === 0xff && jpeg[1] === 0xd8)
    yield { what: "child", child: bytesChild(`8bim/${id}`, "thumbnail.jpg", jpeg) };
}
