import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, foldWithMap, originalRange, tokensOf } from "../../../native-free/model/fold.ts";

describe("fold", () => {
  it.each([
    ["Αθήνα", "αθηνα"],
    ["ΑΘΗΝΑ", "αθηνα"],
    ["ΟΔΥΣΣΕΎΣ", "οδυσσευσ"],
    ["Οδυσσεύς", "οδυσσευσ"],
    ["ᾳ", "α"],
    ["Straße", "strasse"],
    ["STRASSE", "strasse"],
    ["GROẞ", "gross"],
    ["łódź", "lodz"],
    ["İstanbul", "istanbul"],
    ["ISTANBUL", "istanbul"],
    ["ılık", "ilik"],
    ["ﬁnance", "finance"],
    ["ＩＮＶＯＩＣＥ　１２", "invoice 12"],
    ["Ёлка", "елка"],
    ["край", "край"],
    ["и\u0306", "й"],
    ["за\u0301мок", "замок"],
    ["Søren Ærø Œuvre", "soren aero oeuvre"],
    ["Đorđe Þór ĸ ŋ", "dorde thor k n"],
    ["re\u00adturn", "return"],
    ["in\u200dvoice", "invoice"],
    ["a\u200bb", "a b"],
    ["foo™ bar¹ 5½", "foo tm  bar 1  5 1 2 "],
    ["𝐈𝐧𝐯𝐨𝐢𝐜𝐞", "invoice"],
    ["٢٠٢٤ ۲۰۲۴ २०२४", "2024 2024 2024"],
    ["هٰذَا كِتَابٌ", "هذا كتاب"],
    ["שָׁלוֹם", "שלום"],
    ["हिन्दी", "हिन्दी"],
    ["中文abc日本語", "中 文 abc 日 本 語"],
    ["ｶﾞｷﾞ", "ガ ギ"],
    ["ภาษาไทย", "ภ า ษ า ไ ท ย"],
    ["ก\u0e34น", "ก\u0e34 น"],
    ["한국어 한국", "한국어 한국"],
    ["l’oiseau обʼєкт", "l'oiseau об'єкт"],
    ["a\ud800b", "a b"],
    ["“a”–b🫨c\u{78098}d", " a  b c d"],
    ["", ""],
  ])("%j → %j", (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it("is the same for composed and decomposed writing", () => {
    const alphabet = fc.constantFrom(...'àéîõüñçşğİığŁłßœΆΈώϋΐйїўЁабв中ガภ한ạ̈ḗ "-.a1Z');
    fc.assert(
      fc.property(fc.array(alphabet), (characters) => {
        const text = characters.join("");
        expect(fold(text.normalize("NFD"))).toBe(fold(text));
        expect(fold(text.normalize("NFC"))).toBe(fold(text));
      }),
    );
  });

  it("is its own fixed point for every character of Unicode", () => {
    const wrong: string[] = [];
    const planes = [0, 1, 2, 3, 0xe].map((plane) => plane * 0x10000);
    for (const first of planes) {
      // Beyond the first two planes nearly all are of one kind: some of them, and the compatibility forms.
      const step = first >= 0x20000 ? 0x100 : 1;
      for (let code = first; code < first + 0x10000; code += code >= 0x2f800 && code < 0x2fa20 ? 1 : step) {
        const folded = fold(String.fromCodePoint(code));
        if (fold(folded) !== folded) wrong.push(code.toString(16));
      }
    }
    expect(wrong).toEqual([]);
  });

  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.string({
      unit: fc.constantFrom(
        ..."aA1 -ßéΣς中ガ\u3099\u0301\u0345\u0323\u00adภ\u0e34ёй\u11a8가ㄱㅏ\ud800\u{1f600}\u{20000}",
      ),
    }),
  );

  it("is its own fixed point for texts", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const folded = fold(text);
        expect(fold(folded)).toBe(folded);
      }),
      { numRuns: 500 },
    );
  });

  it("maps back: same text, offsets that never decrease and end at the end", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { folded, offsets } = foldWithMap(text);
        expect(folded).toBe(fold(text));
        expect(offsets).toHaveLength(folded.length + 1);
        for (let at = 1; at < offsets.length; at += 1) {
          expect(offsets[at]).toBeGreaterThanOrEqual(offsets[at - 1] as number);
        }
        expect(offsets.at(-1)).toBe(text.length);
      }),
      { numRuns: 500 },
    );
  });

  it("finds the original stretch of a word", () => {
    const text = "In der Großen Straße, ÅSE kam zur Ｈalle ½.";
    const map = foldWithMap(text);
    const original = (word: string) => {
      const start = map.folded.indexOf(word);
      const range = originalRange(map, start, start + word.length);
      return text.slice(range.start, range.end);
    };
    expect(["grossen", "strasse", "ase", "halle", "1"].map(original)).toEqual([
      "Großen",
      "Straße",
      "ÅSE",
      "Ｈalle",
      "½",
    ]);
  });

  it("takes time that grows with the text, not with its square", () => {
    const marks = `a${"\u0327\u0301\u0323".repeat(100_000)}`;
    expect(fold(marks)).toBe("a");
    expect(fold("क\u093c".repeat(50_000)).length).toBeGreaterThan(50_000);
  });
});

describe("tokens", () => {
  it.each([
    ["a.b@c.de", ["a", "b", "c", "de"]],
    ["2402-20", ["2402", "20"]],
    ["24BE0000012345678A", ["24be0000012345678a"]],
    ["CSQU 305438-3", ["csqu", "305438", "3"]],
    ["foo_bar/baz\\x", ["foo", "bar", "baz", "x"]],
    ["中文", ["中", "文"]],
    ["€ 1.234,56", ["1", "234", "56"]],
    ["...", []],
  ])("%j → %j", (text, expected) => {
    expect(tokensOf(text)).toEqual(expected);
  });
});
