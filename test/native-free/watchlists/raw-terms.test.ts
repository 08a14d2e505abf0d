/** Watch-lists over raw bytes: patterns in each encoding, boundaries, what is not looked for. */
import { describe, expect, it } from "vitest";
import { parseWatchList } from "../../../native-free/watchlists/parse-list.ts";
import { codePages, decodeAround, encodeIn } from "../../../native-free/watchlists/raw-encodings.ts";
import { compileWatchLists, type WatchMatcher } from "../../../native-free/watchlists/watch-matcher.ts";
import { findRaw, findRawBytes } from "../../fixtures/raw-terms.ts";

function matcherOf(...entries: string[]): WatchMatcher {
  const header = "id: sample\nversion: 1\ndate: 2026-11-22\ntitle: Sample\nlanguage: en\n";
  return compileWatchLists([parseWatchList(header + entries.join("\n"), "a.txt").list!]);
}

describe("raw bytes", () => {
  const matcher = matcherOf(
    "word ivory",
    "stem слонов",
    "phrase слонова кост",
    "stem ελεφαντόδοντ",
    "word Öl",
    "phrase kości słoniowej",
  );

  it.each([
    ["utf-8", "Слонова кост", ["phrase", "stem"]],
    ["utf-16le", "СЛОНОВА КОСТ", ["phrase", "stem"]],
    ["utf-16be", "слонова\r\nкост", ["phrase", "stem"]],
    ["windows-1251", "Слонова кост", ["phrase", "stem"]],
    ["koi8-r", "СЛОНОВА кост", ["phrase", "stem"]],
    ["ibm866", "слоновата кост", ["stem"]],
    ["iso-8859-5", "слонова", ["stem"]],
    ["windows-1253", "ελεφαντόδοντα", ["stem"]],
    ["windows-1253", "ΕΛΕΦΑΝΤΟΔΟΝΤΑ", ["stem"]],
    ["iso-8859-7", "Ελεφαντόδοντο", ["stem"]],
    ["utf-8", "ελεφαντοδόντων", ["stem"]],
    ["windows-1250", "z kości słoniowej", ["phrase"]],
    ["iso-8859-2", "Kości Słoniowej", ["phrase"]],
    ["utf-8", "ko\u015bci s\u0142oniowej", ["phrase"]],
    ["utf-8", "kos\u0301ci słoniowej", ["phrase"]],
    ["utf-8", "kosci sloniowej", ["phrase"]],
    ["utf-16le", "IVORY", ["word"]],
    ["ascii", "raw ivory.", ["word"]],
  ] as const)("of %s: %j", (encoding, text, rules) => {
    const hits = findRaw(matcher, text, encoding);
    expect(hits.map(({ rule }) => rule).sort()).toEqual(rules);
    const bytes = encodeIn(text, encoding)!;
    for (const { from, to, text: found } of hits) {
      expect(Buffer.from(bytes.subarray(from - 8, to - 8))).toEqual(Buffer.from(encodeIn(found, encoding)!));
    }
  });

  it.each([
    ["utf-8", "ivorys"],
    ["utf-8", "éivory"],
    ["utf-8", "ivoryé"],
    ["utf-16le", "rivory ivorys"],
    ["utf-16be", "слон ова"],
    ["windows-1251", "прослонова"],
    ["windows-1253", "αελεφαντόδοντα"],
    ["windows-1252", "Großivory"],
    ["utf-8", "słoniowej kości"],
  ] as const)("of %s: not %j", (encoding, text) => {
    expect(findRaw(matcher, text, encoding)).toEqual([]);
  });

  it("that are no text beside a word do not hide it", () => {
    for (const beside of [0x00, 0x01, 0x80, 0xff, 0x0a, 0xc3, 0xf0]) {
      const bytes = Buffer.from([beside, beside, ...Buffer.from("ivory"), beside, beside]);
      expect(findRawBytes(matcher, bytes)).toMatchObject([{ from: 2, to: 7, text: "ivory", encoding: "utf-8" }]);
    }
  });

  it("in either byte order are found once, at their place", () => {
    const texts = ["ivory", "raw ivory", "ivory raw", "a raw ivory tusk", "ł ivory ł", "łivory", "Ελλάδα ivory Ελλάδα"];
    for (const text of texts) {
      for (const encoding of ["utf-16le", "utf-16be"] as const) {
        for (const [before, after] of [
          [[], []],
          [
            [0, 0],
            [0, 0],
          ],
          [encoding === "utf-16be" ? [0xfe, 0xff] : [0xff, 0xfe], []],
          [
            [0xff, 0xff],
            [0xff, 0xff],
          ],
        ] as const) {
          const bytes = Buffer.concat([Buffer.from(before), encodeIn(text, encoding)!, Buffer.from(after)]);
          const hits = findRawBytes(matcher, bytes).map(({ from }) => from);
          // Without a byte order mark the order of ASCII cannot always be told: little-endian is the usual one, a byte further on.
          const at = before.length + 2 * text.indexOf("ivory");
          const isClear = encoding === "utf-16le" || before[0] === 0xfe;
          const wanted = text === "łivory" ? [] : [isClear || hits[0] === at ? at : at + 1];
          expect([text, encoding, before, hits]).toEqual([text, encoding, before, wanted]);
        }
      }
    }
  });

  it("are read to their very ends", () => {
    expect(findRawBytes(matcher, Buffer.from("ivory"))).toMatchObject([{ from: 0, to: 5 }]);
    expect(findRawBytes(matcher, Buffer.from("ivory", "utf16le"))).toMatchObject([{ from: 0, to: 10 }]);
  });

  it("of single bytes are letters where a code page has letters", () => {
    for (const page of Object.values(codePages).flat()) {
      const { text, places } = decodeAround(
        Uint8Array.from({ length: 256 }, (_, byte) => byte),
        0,
        0,
        256,
        page,
      );
      expect(text).toHaveLength(256);
      expect(text.slice(0x20, 0x7f)).toBe(Buffer.from(text.slice(0x20, 0x7f)).toString("latin1"));
      expect(text.match(/\p{L}/gu)!.length).toBeGreaterThan(52 + 40);
      expect([places[0], places[255], places[256]]).toEqual([0, 255, 256]);
    }
  });
});

describe("codes in raw bytes", () => {
  const matcher = matcherOf("code 103-79-7", "tariff 2402 20", "code 94-59-7");

  it("are found with other separators", () => {
    for (const text of ["103-79-7", "103 79 7", "103.79.7", "103797", "94-59-7"]) {
      for (const encoding of ["ascii", "utf-16le"] as const) {
        expect(findRaw(matcher, `CAS ${text};`, encoding).map(({ text: found }) => found)).toEqual([text]);
      }
    }
    for (const text of ["2402 20 90", "240220", "2402.20", "2402209000"]) {
      expect(findRaw(matcher, `HS code ${text}`, "ascii").map(({ text: found }) => found)).toEqual([text]);
      expect(findRaw(matcher, `number ${text}`, "ascii")).toEqual([]);
    }
  });
});

describe("entries without a pattern", () => {
  it("are named with the reason", () => {
    const matcher = matcherOf(
      "regex /ab+/",
      "word BMK",
      "code EUR.1",
      "tariff 8712",
      "word чай",
      "word Öl",
      "word fine",
    );
    const named = matcher.notInRawBytes().map(({ entry, reason }) => `${matcher.entries[entry]?.text} ${reason}`);
    expect(named).toEqual(["ab+ regex", "BMK too-short", "8712 too-short", "Öl too-short"]);
    const withPattern = new Set(matcher.patterns().map(({ entry }) => entry));
    expect([...withPattern].sort((a, b) => a - b)).toEqual([2, 4, 6]);
  });
});
