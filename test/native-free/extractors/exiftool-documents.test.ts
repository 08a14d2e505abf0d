/** Metadata of published PDF files against what exiftool 12.57 recorded of them. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { pdfExtractor } from "../../../native-free/extractors/pdf/extractor.ts";
import { readWith, sharedData } from "../../fixtures/extraction-reader.ts";

type Recorded = Readonly<Record<string, string | number | readonly string[]>>;

const tags: readonly (readonly [tag: string, field: string])[] = [
  ["PDF:Title", "title"],
  ["PDF:Author", "author"],
  ["PDF:Subject", "subject"],
  ["PDF:Creator", "software"],
  ["PDF:Producer", "producer"],
  ["PDF:CreateDate", "created"],
  ["PDF:ModifyDate", "modified"],
];

/** `2020:08:06 09:51:25+02:00` as ISO 8601. */
function isoOf(value: string): string {
  return value.replace(/^(\d{4}):(\d\d):(\d\d) /, "$1-$2-$3T");
}

const plain = (value: string): string => value.replaceAll(/\s+/g, " ").trim();

describe("metadata of PDF", () => {
  it("are those that exiftool finds", async (context) => {
    const truth = sharedData("truth/exiftool-documents.json");
    if (!truth) return context.skip("shared test data are absent");
    const all = JSON.parse(Buffer.from(truth).toString()) as Recorded[];
    let compared = 0;
    const differences: string[] = [];
    for (const record of all.filter((each) => each["File:FileType"] === "PDF")) {
      const path = String(record["SourceFile"]).replace(/^shared-candidates\//, "");
      const bytes = sharedData(path);
      if (!bytes) continue;
      const { fields, statuses } = await readWith(pdfExtractor, bytes, { childCapBytes: 1 });
      if (statuses.includes("failed:encrypted")) continue;
      for (const [tag, field] of tags) {
        const value = record[tag];
        if (value === undefined || String(value).trim() === "") continue;
        compared += 1;
        const wanted = plain(/Date$/.test(tag) ? isoOf(String(value)) : String(value));
        if (!(fields[field] ?? []).some((found) => plain(found) === wanted)) {
          differences.push(`${path} ${field}: ${wanted} | ${(fields[field] ?? []).join(" | ")}`);
        }
      }
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(190);
    return undefined;
  }, 60_000);
});
