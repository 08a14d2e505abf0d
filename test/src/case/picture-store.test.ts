import { rmSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { textBlockChars, textOverlapChars } from "../../../native-free/model/prepared.ts";
import { TextHash } from "../../../native-free/model/text-hash.ts";
import { picturesOf, type PictureCalls } from "../../../src/case/picture-calls.ts";
import type { PictureResult, RecognisedText } from "../../../src/case/picture-results.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { digestOf, itemRow, preparedContent } from "../../fixtures/work-file-rows.ts";

const base = freshFolder("picture-store");
afterAll(() => rmSync(base, { recursive: true, force: true }));

const seen = (sha256: string): PictureResult => ({
  ...{ sha256, status: "done", reason: null, width: 10, height: 20, pages: 1, hash: "00000000000000ff", ocr: "wanted" },
  thumbnail: { mime: "image/jpeg", width: 1, height: 2, bytes: new Uint8Array([1, 2, 3]) },
  fields: [{ name: "pictureHash", value: "00000000000000ff", source: "pixels" }],
  findings: [],
});

const read = (sha256: string, text: string): RecognisedText => ({
  ...{ sha256, ocr: "done", reason: null, text, language: "en", findings: [] },
  pages: [{ page: 1, language: "eng", script: null, confidence: 40, low: true, words: new Uint8Array([1]) }],
  labels: [{ at: 0, label: "page 1 (recognised)" }],
  entities: [{ kind: "iban", value: "X", quality: "valid", block: 0, offset: text.length - 4, length: 4 }],
});

/** A work file of one unit that holds pictures with these texts. */
function made(name: string, texts: readonly string[], work: (pictures: PictureCalls) => void): string {
  const file = `${base}/${name}.db`;
  const writer = WorkFileWriter.open(file, { exhibit: "M01", profile: "p" });
  const root = itemRow("folder:/root", null);
  writer.plan([{ key: root.id, order: 0, path: root.path, size: 1 }]);
  const items = texts.map((text, index) => itemRow(`folder:/root!/${index}`, text, { parent: root.id, depth: 1 }));
  writer.addItems(root.id, [root, ...items]);
  for (const text of texts) {
    const blocks = text.startsWith("no ") ? [] : undefined;
    const row = { type: "png", category: "pictures", textKind: blocks ? ("none" as const) : ("text" as const) };
    writer.addContent(preparedContent(text, { ...row, ...(blocks ? { textSha256: null } : {}) }, blocks));
  }
  writer.finishUnit({ key: root.id, items: 1 + texts.length, status: "done", reason: null });
  work(picturesOf(writer));
  writer.close();
  return file;
}

function reading<T>(file: string, work: (reader: WorkFileReader) => T): T {
  const reader = WorkFileReader.open(file);
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}

describe("results of the pass over pictures", () => {
  it("are asked for until they are there, with the way to their bytes", () => {
    const [a, b] = ["no text in it", "no text here either"];
    made("pending", [a, b], (pictures) => {
      expect(pictures.pictureCounts()).toEqual({ view: 2, text: 0 });
      const [first, second] = pictures.pendingPictures("view", 10);
      expect(first).toMatchObject({ sha256: digestOf("sha256", a), type: "png", order: 0, pages: 1, deaths: 0 });
      expect(first?.ids).toEqual([first?.unit, itemRow("folder:/root!/0", a).id]);
      expect(second?.sha256).toBe(digestOf("sha256", b));
      pictures.storePicture(seen(digestOf("sha256", a)));
      pictures.skipUndecodable(["jpeg"]);
      expect(pictures.pictureCounts()).toEqual({ view: 0, text: 1 });
      pictures.storeRecognised(read(digestOf("sha256", a), "walnut 1234"));
      expect(pictures.pictureCounts()).toEqual({ view: 0, text: 0 });
    });
  });

  it("goes behind the text that is there, with its hash, label and identifiers, once", () => {
    const text = "before";
    const sha256 = digestOf("sha256", text);
    const file = made("text", [text], (pictures) => {
      for (let times = 0; times < 2; times++) {
        pictures.storePicture(seen(sha256));
        pictures.storeRecognised(read(sha256, "walnut 1234"));
      }
    });
    reading(file, (reader) => {
      const [block, ...more] = [...reader.text(sha256)];
      expect(more).toEqual([]);
      expect(block).toEqual({
        ...{ index: 0, text: "before\nwalnut 1234" },
        labels: [{ at: 7, label: "page 1 (recognised)" }],
      });
      const hash = new TextHash();
      hash.add({ index: 0, labels: block?.labels ?? [], chars: 18 }, Buffer.from("before\nwalnut 1234"));
      expect([...reader.textHashes()].find((content) => content.sha256 === sha256)?.text).toBe(hash.digest());
      const item = [...reader.items()].find((each) => each.sha256 === sha256);
      if (!item) throw new Error("the item is gone");
      expect(item.content).toMatchObject({ textKind: "text+recognised", language: "en" });
      expect(reader.entities(item).at(-1)).toMatchObject({ kind: "iban", block: 0, offset: 14, length: 4 });
      expect(reader.fields(item).filter(({ name }) => name === "pictureHash")).toHaveLength(1);
      expect(reader.select("SELECT rowid FROM fts_text WHERE fts_text MATCH 'walnut'")).toHaveLength(1);
    });
  });

  it("is cut into blocks that overlap where it is long", () => {
    const text = "start";
    const sha256 = digestOf("sha256", text);
    const long = `${"word ".repeat(textBlockChars / 5)}tail`;
    const file = made("long", [text], (pictures) => {
      pictures.storePicture(seen(sha256));
      pictures.storeRecognised(read(sha256, long));
    });
    reading(file, (reader) => {
      const blocks = [...reader.text(sha256)];
      expect(blocks.map((block) => block.index)).toEqual([0, 1]);
      const [first, second] = blocks.map((block) => block.text) as [string, string];
      expect(first + second.slice(textOverlapChars)).toBe(`start\n${long}`);
      expect(second.slice(0, textOverlapChars)).toBe(first.slice(-textOverlapChars));
      expect(blocks[1]?.labels).toEqual([{ at: 0, label: "page 1 (recognised)" }]);
      const item = [...reader.items()].find((each) => each.sha256 === sha256);
      const [entity] = item ? reader.entities(item).slice(-1) : [];
      expect(second.slice(entity?.offset, (entity?.offset ?? 0) + 4)).toBe("tail");
      expect(entity?.block).toBe(1);
    });
  });
});
