/**
 * Text and metadata of real files against what others say of them: word sets of independent tools (recorded with the
 * tool's name in golden-words.json) and the facts that the pypdf samples record of themselves.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { odfExtractor } from "../../../native-free/extractors/odf/extractor.ts";
import { ooxmlExtractor } from "../../../native-free/extractors/ooxml/extractor.ts";
import { pdfExtractor } from "../../../native-free/extractors/pdf/extractor.ts";
import type { Extractor } from "../../../native-free/model/extraction.ts";
import { readWith, sharedData } from "../../fixtures/extraction-reader.ts";

interface Golden {
  readonly tool: string;
  readonly words: string;
}

const golden = JSON.parse(readFileSync(new URL("../../fixtures/golden-words.json", import.meta.url), "utf8")) as Record<
  string,
  Golden
>;

function extractorOf(path: string): Extractor {
  if (path.endsWith(".pdf")) return pdfExtractor;
  return /\.od.$/.test(path) ? odfExtractor : ooxmlExtractor;
}

function wordsOf(text: string): string {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words)].sort().join(" ");
}

describe("words of real documents", () => {
  it("are recorded for at least 20 PDF and 10 office documents", () => {
    const paths = Object.keys(golden);
    expect(paths.filter((path) => path.endsWith(".pdf")).length).toBeGreaterThanOrEqual(20);
    expect(paths.filter((path) => !path.endsWith(".pdf")).length).toBeGreaterThanOrEqual(10);
  });

  for (const [path, { tool, words }] of Object.entries(golden)) {
    it(`${path} has the words that ${tool} finds`, async (context) => {
      const bytes = sharedData(path);
      if (!bytes) return context.skip("shared test data are absent");
      const { texts, thrown, statuses } = await readWith(extractorOf(path), bytes);
      expect([thrown, statuses]).toEqual([null, path.endsWith("_corrupted.pdf") ? ["partial:damaged"] : []]);
      const body = texts.filter(({ label }) => label === null || /^(page|sheet|slide) /.test(label));
      expect(wordsOf(body.map(({ text }) => text).join("\n"))).toBe(words);
      return undefined;
    });
  }
});

interface PypdfRecord {
  readonly path: string;
  readonly producer: string | null;
  readonly pages: number;
  readonly creation_date: string | null;
  readonly encrypted: boolean;
}

describe("facts that the pypdf samples record", () => {
  it("are the facts extracted", async (context) => {
    const list = sharedData("documents/pypdf-samples/files.json");
    if (!list) return context.skip("shared test data are absent");
    const { data } = JSON.parse(Buffer.from(list).toString()) as { data: PypdfRecord[] };
    let compared = 0;
    for (const record of data) {
      const bytes = sharedData(`documents/pypdf-samples/${record.path}`);
      if (!bytes) continue;
      const { fields, statuses } = await readWith(pdfExtractor, bytes);
      compared += 1;
      if (record.encrypted) {
        expect(statuses, record.path).toEqual(["failed:encrypted"]);
        continue;
      }
      expect(fields["pageCount"], record.path).toEqual([String(record.pages)]);
      if (record.producer) expect(fields["producer"], record.path).toContain(record.producer);
      if (record.creation_date) {
        const instants = (fields["created"] ?? []).map((date) => date.slice(0, 19));
        expect(instants, record.path).toContain(record.creation_date.slice(0, 19));
      }
    }
    expect(compared).toBeGreaterThanOrEqual(20);
    return undefined;
  });
});
