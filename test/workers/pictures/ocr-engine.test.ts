import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { OcrEngine } from "../../../workers/pictures/ocr-engine.ts";
import { readPage, turned } from "../../../workers/pictures/vips-library.ts";
import { recognisePage } from "../../../src/examine/later/recognise-page.ts";
import { printed } from "../../fixtures/page-picture.ts";

const pictures = new URL("../../../../shared/data/ocr/tesseract.js/tests/assets/images/", import.meta.url);
const published = existsSync(pictures);
const whyNot = "(skipped where ../shared/data is absent)";
const limits = { decoded: 10_000_000, kept: 10_000_000 };
const page = (name: string) => readPage(readFileSync(new URL(name, pictures)), name.split(".")[1] as string, 0, limits);
const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== "");

let engine: OcrEngine;
beforeAll(async () => {
  engine = await OcrEngine.load(() => undefined);
}, 60_000);

describe("text recognition", () => {
  it.skipIf(!published)(
    `reads the published pictures as upstream expects ${whyNot}`,
    async () => {
      const read = async (name: string) => engine.recognise(await page(name), "eng", "page").text;
      expect(await read("simple.png")).toBe("Tesseract.js\n");
      expect(await read("cosmic.png")).toBe("HellO World\nfrom beyond\nthe Cosmic Void\n");
      expect(await read("testocr.png")).toContain("The quick brown dog jumped over the\nlazy fox.");
    },
    60_000,
  );

  it.skipIf(!published)(
    `says the same twice, whatever came between ${whyNot}`,
    async () => {
      const [bill, simple] = [await page("cosmic.png"), await page("simple.png")];
      const first = engine.recognise(bill, "eng", "page");
      engine.recognise(simple, "eng", "page");
      expect(engine.recognise(bill, "eng", "page")).toEqual(first);
    },
    60_000,
  );

  it("tells which way a page lies", async () => {
    const upright = await printed([
      "The consignment left the harbour on Monday",
      "and will be delivered to the warehouse",
      "before the end of the month of September",
    ]);
    for (const quarters of [1, 2, 3] as const) {
      expect(engine.orientation(turned(upright, quarters))?.quarters).toBe(4 - quarters);
    }
    expect(engine.orientation(upright)).toMatchObject({ quarters: 0, script: "Latin" });
  }, 60_000);

  it("takes the model of the language of the words", async () => {
    const german = await printed([
      "Sehr geehrte Frau Weber, die Lieferung der Ware geht",
      "am Montag an das Lager und wird vor dem Ende des Monats",
      "bei Ihnen sein. Bitte halten Sie die Papiere bereit.",
    ]);
    const found = await recognisePage(engine, german, ["eng", "deu", "fra"]);
    expect(found.model).toBe("deu");
    expect(found.text).toContain("Lieferung der Ware");
  }, 60_000);

  it.skipIf(!published)(
    `agrees with the native tool on nine of ten words ${whyNot}`,
    async ({ skip }) => {
      const file = fileURLToPath(new URL("testocr.png", pictures));
      const { status, stdout } = spawnSync("tesseract", [file, "-"], { encoding: "utf8", timeout: 60_000 });
      skip(status !== 0, "tesseract is not installed");
      const ours = new Set(wordsOf(engine.recognise(await page("testocr.png"), "eng", "page").text));
      const theirs = wordsOf(stdout);
      expect(theirs.filter((word) => ours.has(word)).length / theirs.length).toBeGreaterThan(0.9);
    },
    90_000,
  );
});
