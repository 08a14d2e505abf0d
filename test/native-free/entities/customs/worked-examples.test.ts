/** What the recognisers of customs, transport, tax and goods see when all recognisers look at the same text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EntityFinder } from "../../../../native-free/entities/find-entities.ts";
import { recognisers } from "../../../../native-free/entities/index.ts";
import { viewOf } from "../../../../native-free/entities/text-view.ts";

const examples: readonly (readonly [string, string, string])[] = [
  ["container", "CSQU3054383", "Container no. CSQU3054383"],
  ["imo", "9074729", "vessel EXAMPLE, IMO 9074729"],
  ["mrn", "22ITZXBZYUTJFLJXK6", "MRN: 22ITZXBZYUTJFLJXK6"],
  ["mrn", "25DE3301AB12CD34A7", "customs declaration 25DE3301AB12CD34A7"],
  ["mrn", "07IT9CY9PD2A3B4C10", "NCTS 07IT9CY9PD2A3B4C10"],
  ["arc", "23FR0123456789ABCDEF0", "ARC 23FR0123456789ABCDEF0"],
  ["awb", "02012345675", "AWB 020-12345675"],
  ["upu-s10", "RA473124829GB", "Tracking: RA47312482 9 GB"],
  ["commodity-code", "24022090", "CN code 2402 20 90"],
  ["vat", "BE0428759497", "VAT BE0428759497"],
  ["vat", "DE136695976", "VAT DE136695976"],
  ["vat", "FR40303265045", "VAT FR40303265045"],
  ["vat", "NL004495445B01", "VAT NL004495445B01"],
  ["vat", "IT00743110157", "VAT IT00743110157"],
  ["vat", "PL8567346215", "VAT PL8567346215"],
  ["gtin", "4006381333931", "EAN 4006381333931"],
  ["gtin", "10614141000415", "GTIN 10614141000415"],
  ["cas", "7732-18-5", "CAS 7732-18-5"],
  ["ec-number", "200-001-8", "EC no. 200-001-8"],
  ["ec-number", "203-148-6", "EC no. 203-148-6"],
  ["un-number", "UN1790", "class 8: UN1790"],
];
const patterns: readonly (readonly [string, string, string])[] = [
  ["seed", "LU00000987ABC", "excise number LU00000987ABC"],
  ["eori", "DE1234567", "EORI DE1234567"],
  ["customs-office", "IT0830AB", "customs office IT0830AB"],
  ["cites-permit", "24BE001234/AB", "CITES permit 24BE001234/AB"],
];

const finder = new EntityFinder();
const find = (text: string) => finder.find(viewOf(text));

describe("worked examples among all recognisers", () => {
  it.each(examples)("%s %s in %j", (kind, value, text) => {
    expect(find(text)).toContainEqual(expect.objectContaining({ kind, value, quality: "valid" }));
  });

  it.each(patterns)("%s %s in %j", (kind, value, text) => {
    expect(find(text)).toContainEqual(expect.objectContaining({ kind, value, quality: "pattern" }));
  });

  it.each([...examples, ...patterns])("%s %s inside a longer token is none", (kind, value, text) => {
    const word = text.split(/[ ,]+/).findLast((part) => /\d/.test(part))!;
    const start = text.indexOf(word);
    for (const other of [`${text.slice(0, start)}QX${text.slice(start)}`, `${text.slice(0, start + word.length)}QX7`])
      expect(find(other).filter((hit) => hit.kind === kind && hit.value === value)).toEqual([]);
  });
});

const tested = new Set([...examples, ...patterns].map(([kind]) => kind));
const theirs = recognisers.filter(({ kinds }) => kinds.some(({ id }) => tested.has(id)));

describe("any text", () => {
  it("makes no recogniser throw, and matches lie in the text around the place that was asked for", () => {
    const bits = fc.constantFrom(
      ...[
        "CSQU",
        "DE",
        "FR",
        "IMO",
        "UN",
        "AEO",
        "25",
        "020",
        "-",
        " ",
        ".",
        "/",
        "(01)",
        "7732-18-5",
        "MRN ",
        "VAT ",
        "EORI ",
        "HS code ",
      ],
      ...["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "A", "B", "X", "x", "\u20ac", "\u0000", "\n"],
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 60 }), fc.nat(20), fc.nat(20), (parts, cutFront, cutBack) => {
        const { bytes } = viewOf(parts.join(""));
        const to = Math.max(0, bytes.length - cutBack);
        const view = { bytes, from: Math.min(cutFront, to), to };
        for (const recogniser of theirs) {
          for (let at = view.from; at < view.to; at++) {
            const match = recogniser.recognise(view, at);
            if (!match) continue;
            expect(match.from >= view.from && match.to <= view.to && match.from < match.to, recogniser.id).toBe(true);
            expect(match.value.length, recogniser.id).toBeGreaterThan(0);
            expect(recogniser.kinds.map(({ id }) => id)).toContain(match.kind);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});
