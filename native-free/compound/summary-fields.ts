/** Fields from the summary streams of a compound file (MS-OLEPS 2.25 and 3.1, MS-OSHARED 2.3.3.2). */
import type { Extraction } from "../model/extraction.ts";
import type { FieldName } from "../model/fields.ts";
import type { Compound } from "./compound.ts";
import { type Property, readPropertySets, valueText } from "./property-set.ts";

const summarySet = "e0859ff2f94f6810ab9108002b27b3d9";
const documentSet = "02d5cdd59c2e1b10939708002b2cf9ae";
const customSet = "05d5cdd59c2e1b10939708002b2cf9ae";
/** Hangul documents have a set of their own with the summary's numbers. */
const hangulSet = "60b6a29f6110d111b4c6006097c09d8c";

const summaryNames: Readonly<Record<number, FieldName>> = {
  2: "title",
  3: "subject",
  4: "author",
  5: "keywords",
  6: "comment",
  7: "template",
  8: "lastModifiedBy",
  9: "revision",
  10: "editingMinutes",
  11: "printed",
  12: "created",
  13: "modified",
  14: "pageCount",
  15: "wordCount",
  18: "software",
};

const documentNames: Readonly<Record<number, FieldName>> = {
  2: "category",
  14: "manager",
  15: "company",
  26: "category",
  28: "language",
};

const streams = ["\u0005SummaryInformation", "\u0005DocumentSummaryInformation", "\u0005HwpSummaryInformation"];
const longestField = 8192;

/** Names of the streams that `summaryExtractions` reads, without the control character. */
export const isSummaryStream = (name: string): boolean => streams.includes(name);

/** `storage`: path of the storage whose streams are read, "" for the root. */
export function* summaryExtractions(compound: Compound, storage = ""): Generator<Extraction> {
  for (const name of streams) {
    const entry = compound.find(storage === "" ? name : `${storage}/${name}`);
    if (!entry || entry.kind !== "stream") continue;
    for (const property of readPropertySets(compound.open(entry))) {
      const field = fieldOf(property);
      if (field) yield { what: "field", name: field[0], value: field[1].slice(0, longestField), source: name.slice(1) };
    }
  }
}

function fieldOf(property: Property): readonly [FieldName, string] | null {
  const { set, id, name, value } = property;
  if (set === customSet) {
    const text = valueText(value);
    return text === null ? null : ["custom", name === null ? text : `${name}: ${text}`];
  }
  const known = set === documentSet ? documentNames[id] : isSummary(set) ? summaryNames[id] : undefined;
  if (known === undefined) return null;
  // Time of editing is kept as a duration in the form of a point in time.
  if (known === "editingMinutes") return typeof value === "object" ? minutesOf(value.ticks) : null;
  const isDate = known === "printed" || known === "created" || known === "modified";
  if (isDate !== (typeof value === "object")) return null;
  const isCount = known === "pageCount" || known === "wordCount";
  if (isCount && !(typeof value === "number" && value > 0)) return null;
  const text = valueText(value);
  return text === null ? null : [known, text];
}

const isSummary = (set: string): boolean => set === summarySet || set === hangulSet;

function minutesOf(ticks: bigint): readonly [FieldName, string] | null {
  const minutes = ticks / 600_000_000n;
  return minutes > 0n && minutes < 100_000_000n ? ["editingMinutes", String(minutes)] : null;
}
