import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameBytes, nameFromBytes, parsePath, pathName } from "../../../native-free/model/forensic-path.ts";

const name = (text: string) => pathName(nameFromBytes(Buffer.from(text, "utf8")));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Bytes as file systems and archives give them: anything, and often what is hard. */
const rawName = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 24 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 12 }).map((text) => Buffer.from(text, "utf8")),
  fc
    .constantFrom(..."%,/,:,#,!,%2F,a#b,..,.,-,\u202e,\u0000,é,e\u0301,\ufeff,\ufffd,🙂, ".split(","))
    .map((text) => Buffer.from(text)),
);
const key = fc.option(fc.string({ maxLength: 10 }).map((text) => text.toWellFormed()));

describe("names in forensic paths", () => {
  it.each([
    ["a/b", "a%2Fb"],
    ["100%", "100%25"],
    ["C:", "C%3A"],
    ["a#b!", "a%23b%21"],
    ["line\nfeed\u007f", "line%0Afeed%7F"],
    ["gnp.\u202eexe", "gnp.%E2%80%AEexe"],
    ["zero\u200bwidth\ufeff", "zero%E2%80%8Bwidth%EF%BB%BF"],
    ["no\u00a0break", "no%C2%A0break"],
    ["\u2028\u0085\u{e0041}", "%E2%80%A8%C2%85%F3%A0%81%81"],
    ["Zürich 東京 e\u0301 🙂", "Zürich 東京 e\u0301 🙂"],
  ])("writes %j as %s", (given, expected) => {
    expect(name(given)).toBe(expected);
  });

  it("keeps bytes that are no UTF-8 as they are, beside letters that are", () => {
    const bytes = Uint8Array.of(0x66, 0xff, 0xc3, 0xa9, 0xe9, 0x2e, 0xe2, 0x80, 0xf0, 0x9f, 0x80);
    const given = nameFromBytes(bytes);
    expect(given.bytes).toBe(Buffer.from(bytes).toString("base64"));
    expect(hex(nameBytes(given))).toBe(hex(bytes));
    expect(pathName(given)).toBe("f%FFé%E9.%E2%80%F0%9F%80");
  });

  it("does not take overlong forms, surrogates or a byte order mark for text", () => {
    expect(pathName(nameFromBytes(Uint8Array.of(0xc0, 0xaf)))).toBe("%C0%AF");
    expect(pathName(nameFromBytes(Uint8Array.of(0xed, 0xa0, 0x80)))).toBe("%ED%A0%80");
    expect(hex(nameBytes(nameFromBytes(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))))).toBe("efbbbf61");
  });

  it("carries a key where one is given", () => {
    expect(pathName(nameFromBytes(Buffer.from("a#1")), "30:2")).toBe("a%231#30%3A2");
  });

  it("gives every raw name back", () => {
    fc.assert(
      fc.property(rawName, (bytes) => {
        expect(hex(nameBytes(nameFromBytes(bytes)))).toBe(hex(bytes));
      }),
    );
  });
});

describe("parsePath", () => {
  it("reads the documented example", () => {
    const parsed = parsePath("M01/p2/ntfs:/Users/x/a.zip!/b.docx");
    const texts = (at: number) => parsed?.layers[at].names.map(({ bytes }) => Buffer.from(bytes).toString());
    expect(parsed?.label).toBe("M01");
    expect(parsed?.layers[0]).toMatchObject({ volumes: ["p2"], reader: "ntfs" });
    expect(texts(0)).toEqual(["Users", "x", "a.zip"]);
    expect(parsed?.layers[1]).toMatchObject({ volumes: [], reader: null });
    expect(texts(1)).toEqual(["b.docx"]);
  });

  it("reads the root, and dots as names like any other", () => {
    expect(parsePath("-/folder:/")?.layers).toEqual([{ volumes: [], reader: "folder", names: [] }]);
    expect(parsePath("-/folder:/..")?.layers[0].names.map(({ bytes }) => hex(bytes))).toEqual(["2e2e"]);
  });

  it.each([
    "",
    "M01",
    "/folder:/a",
    "M01/a",
    "M01/folder:a",
    "M01/folder:/a!b",
    "M01/folder:/a%2",
    "M01/folder:/a%2f",
    "M01/folder:/a%ZZ",
    "M01/folder:/a#1#2",
  ])("refuses %j", (given) => {
    expect(parsePath(given)).toBeNull();
  });

  it("gives back the bytes, keys and layers of any path, in which nothing hides", () => {
    const layer = fc.array(fc.record({ bytes: rawName, key }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(layer, { minLength: 1, maxLength: 4 }), (layers) => {
        const parts = layers.map(
          (names) => `/${names.map((one) => pathName(nameFromBytes(one.bytes), one.key)).join("/")}`,
        );
        const path = `M01/folder:${parts.join("!")}`;
        expect(path).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        const parsed = parsePath(path);
        const found = parsed?.layers.map(({ names }) => names.map((one) => [hex(one.bytes), one.key]));
        expect(found).toEqual(layers.map((names) => names.map((one) => [hex(one.bytes), one.key])));
        expect(parsed?.layers.map(({ reader }) => reader)).toEqual(layers.map((_, at) => (at === 0 ? "folder" : null)));
      }),
      { numRuns: 400 },
    );
  });

  it("never throws, and what it accepts it can write again", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."M01/folder:!#%2Fé.") }), (text) => {
        const parsed = parsePath(text);
        if (parsed === null) return;
        const layers = parsed.layers.map(({ volumes, reader, names }) => {
          const head = reader === null ? "" : `${[...volumes, reader].join("/")}:`;
          return `${head}/${names.map((one) => pathName(nameFromBytes(one.bytes), one.key)).join("/")}`;
        });
        const again = parsePath(`${parsed.label}/${layers.join("!")}`);
        expect(again?.layers.map(({ names }) => names.map((one) => hex(one.bytes)))).toEqual(
          parsed.layers.map(({ names }) => names.map((one) => hex(one.bytes))),
        );
      }),
      { numRuns: 2000 },
    );
  });
});
