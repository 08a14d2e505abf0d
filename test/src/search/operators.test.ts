/** Every operator beyond words and phrases: known answers, and a reference that reads the texts themselves. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, tokensOf } from "../../../native-free/model/fold.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { parseQuery } from "../../../src/search/query-parser.ts";
import { isWithin } from "../../../src/search/words/edit-distance.ts";
import { requiredLiteral } from "../../../src/search/words/required-literal.ts";
import { scriptKey } from "../../../src/search/words/scripts.ts";
import { soundCodes } from "../../../src/search/words/sounds.ts";
import { matchesWildcard } from "../../../src/search/wildcard.ts";
import { doc, newCase, paths, search } from "../../fixtures/searched-case.ts";

const texts: Readonly<Record<string, string>> = {
  "a.txt": "The invoice for twelve crates was sent to Mr Meyer before Friday.",
  "b.txt": "Invoices of Herr Maier: crates were paid, twelve of them, the invoice twice.",
  "c.txt": "Die Straße nach Łódź. STRASSE 12, CSQU3054383 und CSQU 305438-4.",
  "d.txt": "Контейнер Иванова в Москве; Καλημέρα Παπαδόπουλος",
  "e.txt": "Ivanov delivered deliveries; delivering Papadopoulos the reciept.",
  "f.txt": "cafe\u0301 and café and cafe",
};
const one = newCase({ M01: Object.entries(texts).map(([name, text]) => doc(name, text)) });
const found = (query: string): string[] =>
  paths(search(one, query))
    .map((path) => path.slice(4, 5))
    .sort();

describe("words by rule", () => {
  it.each<[string, string]>([
    ["inv*ice", "ab"],
    ["*voices", "b"],
    ["cr?tes", "ab"],
    ["csqu*383", "c"],
    ["receipt~", "e"],
    ["reciept", "e"],
    ["receipt~2", "e"],
    ["invoise~1", "ab"],
    ["sounds:Mayer", "ab"],
    ["sounds:Ivanoff", "de"],
    ["script:Ivanova", "d"],
    ["script:Papadopoulos", "de"],
    ["script:Παπαδοπουλος", "de"],
  ])("%s", (query, expected) => {
    expect(found(query).join("")).toBe(expected);
  });

  it("stem: finds other forms in texts of the language, and the word itself in others", () => {
    const named = newCase({
      M01: [
        doc("en", "Deliveries were late", {}, { language: "en" }),
        doc("de", "deliveries sind spät", {}, { language: "de" }),
        doc("none", "delivery", {}, { language: null }),
      ],
    });
    expect(paths(search(named, "stem:delivery")).sort()).toEqual(["M01/en", "M01/none"]);
  });

  it("accepts words as a plain reading of all words does", () => {
    const vocabulary = [...new Set(Object.values(texts).flatMap(tokensOf))];
    const pattern = fc.string({ unit: fc.constantFrom(..."aeinorst*?"), minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(pattern, (value) => {
        fc.pre(/[*?]/.test(value.slice(0, -1)) && /[a-z]/.test(value));
        const wanted = vocabulary.filter((word) => matchesWildcard(word, value));
        const holders = Object.entries(texts).filter(([name, text]) =>
          [...tokensOf(text), ...tokensOf(name)].some((word) => matchesWildcard(word, value) || wanted.includes(word)),
        );
        expect(found(value)).toEqual(holders.map(([name]) => name.slice(0, 1)).sort());
      }),
      { numRuns: 60 },
    );
  });
});

describe("NEAR and PRE", () => {
  it.each<[string, string]>([
    ["invoice NEAR/3 twelve", "ab"],
    ["invoice NEAR/1 twelve", "a"],
    ["invoice NEAR/0 twelve", ""],
    ["twelve PRE/3 invoice", "b"],
    ["twelve PRE/2 invoice", ""],
    ["invoice PRE/1 twelve", "a"],
    ['"mr meyer" PRE/1 friday', "a"],
    ["invoice NEAR/3 twelve NEAR/3 crates", "a"],
    ["crat* NEAR/2 twel*", "ab"],
  ])("%s", (query, expected) => {
    expect(found(query).join("")).toBe(expected);
  });

  it("agree with a plain count of the words between", () => {
    const words = fc.array(fc.constantFrom("a1", "b1", "c1"), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 6 }), fc.boolean(), (list, distance, ordered) => {
        const single = newCase({ M01: [doc("x.txt", list.join(" "))] });
        const wanted = list.some((first, at) =>
          list.some((second, next) => {
            const isPair = first === "a1" && second === "b1" && (ordered ? next > at : next !== at);
            return isPair && Math.abs(next - at) - 1 <= distance;
          }),
        );
        const operator = ordered ? "PRE" : "NEAR";
        expect(search(single, `a1 ${operator}/${distance} b1`).counts.items).toBe(wanted ? 1 : 0);
      }),
      { numRuns: 40 },
    );
  });
});

describe("regular expressions and exact characters", () => {
  it.each<[string, string]>([
    ["/CSQU\\d{7}/", "c"],
    ["/csqu ?\\d+-4/", "c"],
    ["/(?-i)invoices/", ""],
    ["/(?-i)Invoices/", "b"],
    ["/mei?y?er|maier/", "ab"],
    ["exact:Straße", "c"],
    ["exact:STRASSE", "c"],
    ["exact:strasse", ""],
    ['exact:"Die Straße"', "c"],
    ["exact:café", "f"],
    ["exact:Straß", ""],
  ])("%s", (query, expected) => {
    expect(found(query).join("")).toBe(expected);
  });

  it("show the place and the words around it", () => {
    const [hit] = search(one, "/CSQU\\d{7}/").hits;
    expect(hit).toMatchObject({ field: "text", rule: "/CSQU\\d{7}/", snippet: { match: "CSQU3054383" }, matches: 1 });
    const [other] = search(one, "twelve PRE/3 invoice").hits;
    expect(other?.snippet?.match).toBe("twelve of them, the invoice");
  });

  it("demand only what every match holds", () => {
    expect(requiredLiteral("CSQU\\d{7}")).toBe("CSQU");
    expect(requiredLiteral("abc?def")).toBe("def");
    expect(requiredLiteral("a(bcd)?e")).toBeNull();
    expect(requiredLiteral("abc|def")).toBeNull();
    expect(requiredLiteral("x[abc]+invoice")).toBe("invoice");
    expect(requiredLiteral("a\\.b\\.c")).toBe("a.b.c");
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."abc.?*+[]()\\{2}"), maxLength: 12 }),
        fc.string({ unit: fc.constantFrom(..."abc."), maxLength: 20 }),
        (source, text) => {
          let regex: RegExp;
          try {
            regex = new RegExp(source);
          } catch {
            return;
          }
          const literal = requiredLiteral(source);
          if (literal !== null && regex.test(text)) expect(text).toContain(literal);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("fields of documents", () => {
  const fields = [
    { name: "author", value: "Jürgen Müller", source: "docProps/core.xml" },
    { name: "created", value: "2019-06-03T10:00:00Z", source: "docProps/core.xml" },
    { name: "width", value: "1024", source: "exif" },
  ];
  const held = newCase({ M01: [doc("letter.docx", "Dear Sir", {}, { fields }), doc("other.txt", "Müller")] });

  it.each<[string, string[]]>([
    ["author:müller", ["M01/letter.docx"]],
    ["author:jur*", ["M01/letter.docx"]],
    ["author:Meier", []],
    ["created:2019-06", ["M01/letter.docx"]],
    ["created:>2019-06-03", []],
    ["width:>1000", ["M01/letter.docx"]],
    ["width:*", ["M01/letter.docx"]],
    ["Müller", ["M01/letter.docx", "M01/other.txt"]],
    ["text:Müller", ["M01/other.txt"]],
  ])("%s", (query, expected) => {
    expect(paths(search(held, query)).sort()).toEqual(expected);
  });

  it("are named by the hit", () => {
    const [hit] = search(held, "jurgen").hits;
    expect(hit).toMatchObject({ field: "author", snippet: { match: "Jürgen" } });
  });
});

describe("what is no query", () => {
  it.each([
    ["invoice NEAR/3", "word or field"],
    ["NEAR/3 invoice", "word or phrase"],
    ["type:pdf NEAR/3 a", "word or phrase"],
    ["a NEAR/3 b NEAR/4 c", "same operator"],
    ["/abc", "slash"],
    ["/a(?=b)/", "RE2"],
    ["/x*/", "no characters"],
    ["word~3", "~1"],
    ["stem:two-words", "one word"],
    ["width:wide", "number"],
  ])("%s is refused with its place", (query, part) => {
    let message = "";
    try {
      parseQuery(query);
    } catch (error) {
      if (!isOperatorError(error)) throw error;
      message = (error as Error).message;
    }
    expect(message).toContain(part);
  });
});

describe("rules for words", () => {
  it("count letters inserted, left out, changed and swapped", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
    const distance = (a: string, b: string): number => {
      const rows = Array.from({ length: a.length + 1 }, (_, i) =>
        Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
      );
      for (let i = 1; i <= a.length; i++) {
        for (let j = 1; j <= b.length; j++) {
          const cost = a[i - 1] === b[j - 1] ? 0 : 1;
          let best = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + cost);
          if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
            best = Math.min(best, rows[i - 2]![j - 2]! + 1);
          rows[i]![j] = best;
        }
      }
      return rows[a.length]![b.length]!;
    };
    fc.assert(
      fc.property(letters, letters, fc.integer({ min: 1, max: 2 }), (a, b, limit) => {
        expect(isWithin(a, b, limit)).toBe(distance(a, b) <= limit);
      }),
    );
  });

  it("give the published codes of Daitch and Mokotoff", () => {
    // From the description of the system by its authors.
    expect(soundCodes("auerbach")).toEqual(["097400", "097500"]);
    expect(soundCodes("moskowitz")).toEqual(["645740"]);
    expect(soundCodes("moskovitz")).toEqual(["645740"]);
    expect(soundCodes("peters")).toEqual(["734000", "739400"]);
    expect(soundCodes("schwarzenegger")).toEqual(["474659", "479465"]);
    expect(soundCodes("12")).toEqual([]);
  });

  it("bring three scripts to one key", () => {
    for (const words of [
      ["иванов", "ivanov"],
      ["παπαδοπουλος", "papadopoulos"],
      ["москва", "moskva"],
      ["γιωργος", "giorgos"],
      ["щука", "shchuka"],
    ]) {
      expect(new Set(words.map((word) => scriptKey(fold(word)))).size, words.join(" ")).toBe(1);
    }
  });
});
