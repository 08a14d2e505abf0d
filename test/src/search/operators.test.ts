/** Every operator beyond words and phrases: known answers, and a reference that reads the texts themselves. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, tokensOf } from "../../../native-free/model/fold.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { parseQuery } from "../../../src/search/query-parser.ts";
import { scriptKey } from "../../../src/search/words/scripts.ts";
import { soundCodes } from "../../../src/search/words/sounds.ts";
import { stemLanguages } from "../../../src/search/words/stem-languages.ts";
import { stemOf } from "../../../src/search/words/stems.ts";
import { stemStarts } from "../../../src/search/words/vocabulary.ts";
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

  it.each<[string, string, string, string]>([
    ["ga", "custam", "gcustam chustam custam", "teach"],
    ["ga", "gcustam", "gcustam chustam custam", "teach"],
    ["ga", "bhfear", "fear bhfear fhear", "bean"],
    ["cs", "bka", "bka bkou bcii", "bok"],
    ["en", "die", "die dying", "dig"],
    ["tr", "kitap", "kitap kitabi", "kalem"],
    ["de", "lieferung", "lieferung lieferungen", "lager"],
    // Both are endings alone, which leaves no letter: nothing that brings them together.
    ["cs", "ata", "ata", "aty"],
  ])("stem: finds all forms in texts in %s: %s", (language, value, forms, other) => {
    const words = forms.split(" ");
    const named = newCase({ M01: [...words, other].map((word) => doc(word, `${word} 1`, {}, { language })) });
    expect(paths(search(named, `text:(stem:${value})`)).sort()).toEqual(words.map((word) => `M01/${word}`).sort());
  });

  it.each(stemLanguages)("words in %s begin with the letters that are looked for by their stems", (language) => {
    const letters = Array.from(language === "ru" ? "авгенийоютья" : "abcdefghilmnopstuz");
    const endings = language === "ru" ? ["ами", "ость", "ейше"] : ["ing", "cima", "ceem", "ieds", "buma", "aine"];
    const words = letters.flatMap((a) =>
      letters.flatMap((b) => [...letters, ...endings].flatMap((c) => [a + b + c, `${a}${b}${c}e`])),
    );
    const others = [...words, "dying", "lying", "tying", "bcii"].filter((word) => {
      const stem = stemOf(word, language);
      return stem !== "" && !stemStarts(stem, language).some((start) => word.startsWith(start));
    });
    expect(others).toEqual([]);
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

describe("codes, and scripts without spaces", () => {
  const written: Readonly<Record<string, string>> = {
    "1.txt": "MRN 25DE123456789012J3 of today",
    "2.txt": "container CSQU 305438-3, tariff 2402-20",
    "3.txt": "CSQU3054383 and CN code 24022010",
    "4.txt": "write to john.smith@mail.example.com",
    "5.txt": "合同编号ABC123由中国海关总署签发",
    "6.txt": "東京都 ｱﾒﾘｶ ภาษาไทย 中 国",
    "7.txt": "CSQU\n\n\n\n\n3054383; 2402 and 20",
  };
  const codes = newCase({ M01: Object.entries(written).map(([name, text]) => doc(name, text)) });
  it.each<[string, string]>([
    ["25de123456789012j3", "1"],
    ["*7890*", "1"],
    ["25DE*", "1"],
    ["*012J3", "1"],
    ["*7654*", ""],
    // One word of the text holds a part; parts in several words are found in a row, or as a code.
    ["CSQU3054383", "3"],
    ["*3054383", "37"],
    ["code:CSQU3054383", "23"],
    ['code:"CSQU 305438-3"', "23"],
    ["code:csqu", "27"],
    ["code:CSQU305438", "2"],
    ["2402-20", "2"],
    ["2402.20", "2"],
    ["code:240220", "2"],
    ["240220*", "3"],
    ["/2402[. -]?20/", "23"],
    ["john.smith@mail.example.com", "4"],
    ["@mail.example.com", "4"],
    ["*@mail.example.com", "4"],
    ["smith@mail*", "4"],
    ['smi* PRE/0 "mail example"', "4"],
    ["中国", "56"],
    ["海关", "5"],
    ["关海", ""],
    ["*海关总*", "5"],
    ["编号ABC123由", "5"],
    ["ABC123", "5"],
    ["*BC12*", "5"],
    ["アメリカ", "6"],
    ["ภาษา", "6"],
    ["exact:海关", "5"],
    ["京都", "6"],
  ])("%s", (query, expected) => {
    const numbers = paths(search(codes, query)).map((path) => path.slice(4, 5));
    expect(numbers.join("")).toBe(expected);
  });

  it("show a code as it is written", () => {
    expect(search(codes, "code:CSQU3054383").hits[0]?.snippet?.match).toBe("CSQU 305438-3");
  });
});

describe("special terms", () => {
  const fields = [
    { name: "author", value: "Jürgen Müller", source: "s" },
    { name: "subject", value: "Deliveries of Straße", source: "s" },
  ];
  const held = newCase({
    M01: [
      doc("Große Lieferung/deliveries/plan.docx", "nothing here", {}, { fields, language: "en" }),
      doc("other/muller.txt", "empty", {}, { language: "en" }),
    ],
  });
  const plan = "M01/Große Lieferung/deliveries/plan.docx";
  it.each<[string, string[], string?, string?]>([
    ["mül*er", [plan, "M01/other/muller.txt"], "author", "Müller"],
    ["muler~", [plan, "M01/other/muller.txt"], "author", "Müller"],
    ["sounds:Mueler", [plan, "M01/other/muller.txt"], "author", "Müller"],
    ["stem:delivery", [plan], "subject", "Deliveries"],
    ["/j.rgen m/", [plan], "author", "Jürgen M"],
    ["exact:Straße", [plan], "subject", "Straße"],
    ["exact:author:Müller", [plan], "author", "Müller"],
    ["exact:subject:Müller", []],
    ["jurgen PRE/1 muller", [plan], "author", "Jürgen Müller"],
    ["muller PRE/1 deliveries", []],
    ["exact:Große", [plan], "path", "Große"],
    ["lief*ung", [plan], "path", "Lieferung"],
    ["gross* NEAR/0 lieferung", [plan], "path", "Große Lieferung"],
    ["text:(mül*er)", []],
    ["name:muler~", ["M01/other/muller.txt"], "name", "muller"],
    ["name:(lief* NEAR/3 plan)", []],
  ])("look where plain words do: %s", (query, expected, field, match) => {
    const { hits } = search(held, query);
    expect(hits.map(({ path }) => path)).toEqual(expected);
    if (field !== undefined) expect(hits[0]).toMatchObject({ field, snippet: { match } });
  });

  it("take phrases across line ends, and one word for one phrase alone", () => {
    const lines = newCase({
      M01: [doc("a", "Die\n  Straße nach Łódź"), doc("b", "die strasse, die"), doc("c", "die")],
    });
    const letters = (query: string) => paths(search(lines, query)).join(" ");
    expect(letters('exact:"Die Straße"')).toBe("M01/a");
    expect(letters('exact:"Die Straß"*')).toBe("M01/a");
    expect(letters("die NEAR/5 die")).toBe("M01/b");
    expect(letters("die NEAR/5 die NEAR/5 die")).toBe("");
    expect(letters('"die strasse" NEAR/5 "strasse die"')).toBe("");
    expect(letters("exact:(Straße NEAR/2 Łódź)")).toBe("M01/a");
    expect(letters("exact:(Strasse NEAR/2 Łódź)")).toBe("");
    expect(letters("exact:Straße PRE/1 lodz")).toBe("M01/a");
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
