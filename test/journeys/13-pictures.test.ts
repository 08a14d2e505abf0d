/**
 * Words that are only seen: in a scanned page, in a stack of pages, in a photo that lies on its side, in a picture inside of an archive, in
 * a scanned PDF, and behind a matrix code. They are found by a search; interrupted or with any number of threads the result is the same.
 */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hammingDistance } from "../../native-free/pictures/perceptual-hash.ts";
import type { RunRecord } from "../../src/examine/run-record.ts";
import { WorkFileReader } from "../../src/case/work-file-reader.ts";
import { searchCase } from "../../src/search/search-case.ts";
import { turned } from "../../workers/pictures/vips-library.ts";
import { acquireTestFolder, openTestCase, processTestExhibit, testMachine } from "../fixtures/case-desk.ts";
import { freshFolder, writeTree } from "../fixtures/evidence-folder.ts";
import { matrixCode } from "../fixtures/matrix-code.ts";
import { bitmapOf, pgmOf, printed, scannedPdf, tiffOf } from "../fixtures/page-picture.ts";
import { zip } from "../fixtures/zip-writer.ts";

const base = freshFolder("pictures");
const source = `${base}/source`;
let record: RunRecord;

beforeAll(async () => {
  writeTree(source, await evidence());
  record = await processed("one", 1);
}, 120_000);

afterAll(() => rmSync(base, { recursive: true, force: true }));

async function evidence(): Promise<Record<string, string | Uint8Array>> {
  const page = await printed(["The walnut left the harbour", "for DE89370400440532013000"]);
  const inner = zip([{ name: "scan.bmp", data: bitmapOf(await printed(["The inner pistachio"])) }]);
  return {
    "letter.pgm": pgmOf(page),
    "lying.pgm": pgmOf(turned(page, 1)),
    "stack.tif": tiffOf([await printed(["First a chestnut"]), await printed(["Then a hazelnut"])]),
    "nested.zip": zip([{ name: "inner.zip", data: inner }]),
    "scanned.pdf": scannedPdf([await printed(["A scanned cashew"])]),
    "code.png": await matrixCode("almond behind a code"),
    "cut.png": (await matrixCode("torn")).subarray(0, 60),
    "bad.png": (await matrixCode("torn")).fill(0x55, 12, 30),
    "plain.txt": "only words",
  };
}

async function processed(name: string, workers: number): Promise<RunRecord> {
  const desk = await openTestCase(`${base}/${name}`, { ...testMachine, workers });
  await acquireTestFolder(desk, source);
  return processTestExhibit(desk);
}

const workFile = (name: string): string => `${base}/${name}/case/work/M01/items.db`;

function read<T>(work: (reader: WorkFileReader) => T): T {
  const reader = WorkFileReader.open(workFile("one"));
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}

/** Paths of the items that a query finds. */
async function found(query: string): Promise<string[]> {
  const { openCase } = await import("../../src/case/case-folder.ts");
  const theCase = openCase(`${base}/one/case`);
  return [...searchCase(theCase, query).hits].map((hit) => hit.path.replace("M01/folder:/", ""));
}

describe("pictures of text", () => {
  it("is found in scans, stacks, archives and documents, whichever way up", async () => {
    expect((await found("walnut")).sort()).toEqual(["letter.pgm", "lying.pgm"]);
    expect(await found("chestnut")).toEqual(["stack.tif"]);
    expect(await found("hazelnut")).toEqual(["stack.tif"]);
    expect(await found("pistachio")).toEqual(["nested.zip!/inner.zip!/scan.bmp"]);
    expect(await found("cashew")).toEqual(["scanned.pdf"]);
  });

  it("gives its identifiers and codes as fields", async () => {
    expect((await found("entity:iban:DE89370400440532013000")).sort()).toEqual(["letter.pgm", "lying.pgm"]);
    const codes = read((reader) => [...reader.items()].flatMap((item) => reader.fields(item)));
    expect(codes.filter(({ name }) => name === "barcode").map(({ value }) => value)).toEqual([
      "QRCode: almond behind a code",
    ]);
  });

  it("says on which page a word stands, and keeps its box and confidence", () => {
    const pages = read((reader) =>
      reader.select<{ page: number; language: string; confidence: number }>(
        `SELECT page, language, confidence FROM ocr_page WHERE content =
           (SELECT content FROM item WHERE path LIKE '%stack.tif') ORDER BY page`,
      ),
    );
    expect(pages).toHaveLength(2);
    for (const { confidence } of pages) expect(confidence).toBeGreaterThan(70);
    const labels = read((reader) => {
      const item = [...reader.items()].find(({ path }) => path.endsWith("stack.tif"));
      return [...reader.text(item?.sha256 ?? "")].flatMap((block) => block.labels.map(({ label }) => label));
    });
    expect(labels).toEqual(["page 1 (recognised)", "page 2 (recognised)"]);
  });

  it("makes thumbnails and hashes, and counts what it could not look at", () => {
    const rows = read((reader) =>
      reader.select<{ path: string; status: string; hash: string | null; ocr: string; thumbnail: number | null }>(
        `SELECT i.path, p.status, p.hash, p.ocr, length(t.bytes) AS thumbnail FROM picture p JOIN item i ON i.content = p.content
         LEFT JOIN thumbnail t ON t.content = p.content ORDER BY i.path`,
      ),
    );
    const of = new Map(rows.map((row) => [row.path.replace("folder:/", ""), row]));
    expect(of.get("cut.png")).toMatchObject({ status: "partial", ocr: "plain" });
    expect(of.get("bad.png")).toMatchObject({ status: "failed", ocr: "failed", hash: null, thumbnail: null });
    expect(of.get("scanned.pdf")).toMatchObject({ status: "done", ocr: "done" });
    expect(of.get("letter.pgm")?.thumbnail).toBeGreaterThan(500);
    const [upright, lying] = [of.get("letter.pgm")?.hash, of.get("lying.pgm")?.hash];
    expect(hammingDistance(upright ?? "", lying ?? "")).toBeGreaterThan(8);
    expect(rows.filter(({ ocr }) => ocr === "wanted")).toEqual([]);
  });

  it("comes to the same result with other threads and interrupted while it reads", async () => {
    const desk = await openTestCase(`${base}/stopped`, testMachine);
    await acquireTestFolder(desk, source);
    const stopping = new AbortController();
    await expect(
      processTestExhibit(desk, {
        signal: stopping.signal,
        onProgress: ({ pictures }) => pictures?.stage === "text" && stopping.abort(),
      }),
    ).rejects.toMatchObject({ exit: 4 });
    const machine = { ...testMachine, workers: 1 };
    expect((await processTestExhibit(desk, { machine })).digest).toBe(record.digest);
  }, 120_000);
});
