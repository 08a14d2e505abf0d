/**
 * Every published file of a document format: read, read in part, or not, with the reason. The table is committed; a file that
 * is read worse than it says is a failure, one that is read better asks for a new table (VESTIGE_UPDATE=1 writes it).
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { containerFor } from "../../../native-free/containers/index.ts";
import { extractorFor } from "../../../native-free/extractors/index.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { readWith } from "../../fixtures/extraction-reader.ts";

const data = new URL("../../../../shared/data/", import.meta.url);
const table = new URL("document-coverage.tsv", import.meta.url);
const readers = new Set(["ooxml", "odf", "pdf", "html", "xml", "epub", "fb2", "plist", "json", "har", "warc"]);
const folders = ["documents", "typed/file-type", "typed/magika/tests_data/basic", "encrypted", "metadata", "features"];
/** Larger ones take seconds each; they are read by the suite of all files. */
const MOST_BYTES = 2_000_000;

function* filesBelow(folder: URL): Generator<URL> {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const url = new URL(encodeURIComponent(entry.name) + (entry.isDirectory() ? "/" : ""), folder);
    if (entry.isDirectory()) yield* filesBelow(url);
    else if (entry.isFile() && statSync(url).size <= MOST_BYTES) yield url;
  }
}

async function rowOf(url: URL): Promise<string | null> {
  const bytes = new Uint8Array(readFileSync(url));
  const { id } = await identify(new MemorySource(bytes));
  const reader = containerFor(id) ?? extractorFor(id);
  if (!reader || !readers.has(reader.id)) return null;
  const { statuses, thrown } = await readWith(reader, bytes, { childCapBytes: 1 });
  const states = [...new Set(thrown === null ? statuses : [...statuses, "failed:damaged"])].sort();
  const path = decodeURIComponent(url.pathname.slice(data.pathname.length));
  return [path, id, reader.id, states.length === 0 ? "done" : states.join(",")].join("\t");
}

describe("coverage of published documents", () => {
  it("is what the table says", async (context) => {
    if (!existsSync(data)) return context.skip("shared test data are absent");
    const rows: string[] = [];
    for (const folder of folders) {
      for (const url of filesBelow(new URL(`${folder}/`, data))) {
        const row = await rowOf(url);
        if (row !== null) rows.push(row);
      }
    }
    if (process.env["VESTIGE_UPDATE"] === "1") writeFileSync(table, `path\ttype\treader\tstate\n${rows.join("\n")}\n`);
    const expected = readFileSync(table, "utf8").trimEnd().split("\n").slice(1);
    expect(rows).toEqual(expected);
    expect(rows.filter((row) => row.endsWith("\tdone")).length).toBeGreaterThan(rows.length * 0.85);
    return undefined;
  }, 60_000);
});
