/** JSON, property lists and books: keys and values, what is broken, real files. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epubExtractor } from "../../../native-free/extractors/epub/extractor.ts";
import { fb2Extractor } from "../../../native-free/extractors/fb2/extractor.ts";
import { extractJson, jsonExtractor } from "../../../native-free/extractors/json/json-extractor.ts";
import { plistExtractor } from "../../../native-free/extractors/plist/extractor.ts";
import { codesOf, readWith, sharedData, textUnder } from "../../fixtures/extraction-reader.ts";
import { binaryPlist, plistObject } from "../../fixtures/plist-writer.ts";
import { context, gather, sourceOf } from "./gather.ts";

const json = async (text: string): Promise<string> => textUnder(await readWith(jsonExtractor, Buffer.from(text)), null);

describe("JSON", () => {
  it("becomes lines of key and value", async () => {
    expect(await json(`{"a": "x\\u00e9\\n\\"y\\"", "b": [1, true, null, "z"], "c": {"d": -2.5e3, "e": ""}}`)).toBe(
      'a: xé\n"y"\nb:\n1\ntrue\nz\nc:\nd: -2.5e3\ne: \n',
    );
    expect(await json(`{"a":1}\n{"a":2}\n`)).toBe("a: 1\na: 2\n");
  });

  it("keeps what is no JSON, and what is cut", async () => {
    expect(await json(`// words of a comment\n{"a": "cut in the mid`)).toBe(
      "// words of a comment\na: cut in the mid\n",
    );
  });

  it("gives points as coordinates", async () => {
    const places = `{"type":"Point","coordinates":[4.35,50.85]} {"lat":1.5,"lng":"2.5"} {"latitudeE7":508500000,"longitudeE7":43500000} {"coordinates":[[1,2],[3,4]]}`;
    const { fields } = await readWith(jsonExtractor, Buffer.from(places));
    expect(fields["latitude"]).toEqual(["50.85", "1.5", "50.85"]);
    expect(fields["longitude"]).toEqual(["4.35", "2.5", "4.35"]);
  });

  it("says the same whatever the windows, and every string of any document", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.integer({ min: 1, max: 9 }), async (value, window) => {
        const text = JSON.stringify(value);
        const whole = await gather(extractJson(sourceOf(text), context));
        expect((await gather(extractJson(sourceOf(text), context, window))).text).toBe(whole.text);
        for (const part of stringsOf(value)) expect(whole.text).toContain(part.toWellFormed());
      }),
      { numRuns: 100 },
    );
  });
});

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(stringsOf);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

describe("property lists", () => {
  it("say the same in both forms", async () => {
    const { ascii, unicode, int, date, dict, array, data } = plistObject;
    const blob = Buffer.from("x".repeat(40));
    const binary = binaryPlist([
      dict([1, 2, 3, 4], [5, 6, 7, 8]),
      ascii("name"),
      ascii("count"),
      ascii("when"),
      ascii("list"),
      unicode("Αθήνα"),
      int(258),
      date(731_325_600),
      array([5, 9]),
      data(blob),
    ]);
    const xml = `<?xml version="1.0"?><plist version="1.0"><dict><key>name</key><string>Αθήνα</string><key>count</key><integer>258</integer><key>when</key><date>2024-03-05T10:00:00Z</date><key>list</key><array><string>Αθήνα</string><data>${blob.toString("base64")}</data></array></dict></plist>`;
    for (const bytes of [binary, Buffer.from(xml)]) {
      const result = await readWith(plistExtractor, bytes);
      expect(textUnder(result, null)).toBe("name: Αθήνα\ncount: 258\nwhen: 2024-03-05T10:00:00Z\nlist: Αθήνα\n");
      expect(result.children.map((child) => child.bytes.toString())).toEqual([blob.toString()]);
      expect([result.findings, result.statuses, result.thrown]).toEqual([[], [], null]);
    }
  });

  it("that hold themselves, or lead outside, end", async () => {
    const { ascii, array } = plistObject;
    const loop = await readWith(plistExtractor, binaryPlist([array([0, 1, 0]), ascii("once")]));
    expect([textUnder(loop, null), loop.statuses]).toEqual(["once\n", []]);
    const broken = binaryPlist([array([1]), Buffer.from([0x5f, 0x11, 0xff, 0xff])]);
    const result = await readWith(plistExtractor, broken);
    expect([codesOf(result.findings), result.statuses]).toEqual([["document/damaged"], ["partial:damaged"]]);
    expect((await readWith(plistExtractor, broken.subarray(0, 20))).thrown).toBe("document/damaged");
  });

  it("of real systems are read", async (test) => {
    const folder = "artefacts/iped/iped-parsers/iped-parsers-impl/src/test/resources/test-files";
    const bytes = sharedData(`${folder}/test_bookmarks.plist`);
    if (!bytes) return test.skip("shared test data are absent");
    const result = await readWith(plistExtractor, bytes);
    expect(result.statuses).toEqual([]);
    expect(textUnder(result, null)).toMatch(/^URLString: https?:\/\//m);
    return undefined;
  });
});

describe("books", () => {
  it("of real makers give metadata and pages in their order", async (test) => {
    const bytes = sharedData("typed/file-type/fixture/fixture.epub");
    if (!bytes) return test.skip("shared test data are absent");
    const { fields, texts, statuses } = await readWith(epubExtractor, bytes);
    expect([fields["title"], fields["author"]?.at(-1), fields["created"]]).toEqual([
      ["Node.js v0.10.26 Manual & Documentation"],
      "Mirco Zeiss",
      ["2014-03-16T16:57:22Z"],
    ]);
    expect(texts.find(({ label }) => label === "page 4")?.text).toContain("Synopsis");
    expect(statuses).toEqual([]);
    return undefined;
  });

  it("in one file give people, pictures and notes", async () => {
    const book = `<?xml version="1.0"?><FictionBook xmlns:l="l"><description><title-info><author><first-name>Anna</first-name><last-name>Autorin</last-name></author><book-title>Titel</book-title><lang>de</lang><date>2024</date></title-info><document-info><author><nickname>maker</nickname></author></document-info></description>
      <body><section><title><p>One</p></title><p>Words <emphasis>here</emphasis>.</p></section></body><body name="notes"><p>A note</p></body><binary id="a.png">${Buffer.from("picture").toString("base64")}</binary></FictionBook>`;
    const result = await readWith(fb2Extractor, Buffer.from(book));
    expect(textUnder(result, null)).toBe("One\nWords here.\n");
    expect(textUnder(result, "notes")).toBe("A note\n");
    expect(result.fields).toMatchObject({
      title: ["Titel"],
      author: ["Anna Autorin"],
      lastModifiedBy: ["maker"],
      created: ["2024"],
    });
    expect(result.children.map(({ child, bytes }) => [child.name.text, bytes.toString()])).toEqual([
      ["a.png", "picture"],
    ]);
    expect(result.languages).toEqual(["de"]);
  });
});
