import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, JsonError, parseStrictJson, type JsonValue } from "../../native-free/model/canonical-json.ts";

/** RFC 8785 appendix B: IEEE 754 bits and their text. */
const numbers: [string, string][] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555554", "333333333.33333325"],
  ["41b3de4355555555", "333333333.3333333"],
  ["41b3de4355555556", "333333333.3333334"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
];

const json = fc.jsonValue({ noUnicodeString: false }).filter((value) => wellFormed(value));

function wellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, part]) => key.isWellFormed() && wellFormed(part));
}

/** Another spelling of the same value: keys in another order, white space, needless escapes. */
function respell(value: JsonValue): string {
  if (typeof value === "string") {
    return `"${[...value].map((c) => (c > "~" || c < " " || '"\\'.includes(c) ? escaped(c) : c)).join("")}"`;
  }
  if (Array.isArray(value)) return `[ ${value.map((part) => respell(part as JsonValue)).join(" ,\n")}\t]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, part]) => `${respell(key)} : ${respell(part)}`);
  return `{\r\n${parts.reverse().join(",")} }`;
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0")}`,
  ).join("");
}

describe("canonical JSON (RFC 8785)", () => {
  it("prints the numbers of appendix B", () => {
    for (const [bits, text] of numbers) {
      const value = Buffer.from(bits, "hex").readDoubleBE(0);
      expect(canonicalJson(value)).toBe(text);
    }
  });

  it("is the same for every spelling of a value, and reads back as it", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(parseStrictJson(text))).toBe(text);
        expect(canonicalJson(parseStrictJson(respell(value as JsonValue)))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("differs for different values", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const same = canonicalJson(a) === canonicalJson(b);
        expect(same).toBe(canonicalJson(parseStrictJson(canonicalJson(a))) === canonicalJson(b));
        if (same) expect(JSON.parse(JSON.stringify(a))).toEqual(JSON.parse(JSON.stringify(b)));
      }),
    );
  });

  it("sorts keys by UTF-16 code units at every level", () => {
    expect(canonicalJson({ "\ufb33": { b: 1, a: 2 }, "\u{1f600}": 0, "": [] })).toBe(
      '{"":[],"\u{1f600}":0,"\ufb33":{"a":2,"b":1}}',
    );
  });

  it("refuses what has no JSON form", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const refused = [NaN, Infinity, -Infinity, "\ud800", { "\udc00": 1 }, undefined, [undefined], { a: undefined }, 1n];
    for (const value of [...refused, () => 1, Symbol("x"), new Date(0), new Map(), Buffer.from("x"), cyclic]) {
      expect(() => canonicalJson(value)).toThrow(JsonError);
    }
  });
});

describe("strict JSON", () => {
  it("reads what JSON.parse reads, where nothing is ambiguous", () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 0, max: 8 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("refuses whatever JSON.parse refuses", () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      '"a"',
      "1",
      "-",
      ".5",
      "e9",
      "true",
      "null",
      "\\",
      " ",
      "\n",
      "\0",
      "01",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        let native: unknown;
        try {
          native = JSON.parse(text);
        } catch {
          expect(() => parseStrictJson(text)).toThrow(JsonError);
          return;
        }
        try {
          expect(parseStrictJson(text)).toEqual(native);
        } catch (error) {
          if (!(error instanceof JsonError)) throw error;
          expect(error.message).toMatch(/duplicate|range/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses duplicate keys, lone surrogates, numbers out of range and text after the value", () => {
    const refused = [
      '{"a":1,"a":1}',
      '{"a":1,"\\u0061":2}',
      '"\\ud800"',
      '"\ud800"',
      '{"\\udfff":1}',
      "1e999",
      "1 2",
      "",
      "[1,]",
    ];
    for (const text of [
      ...refused,
      "{'a':1}",
      "\u00a01",
      "\ufeff1",
      '{"a"}',
      "[",
      '"abc',
      "nul",
      `${"[".repeat(400)}`,
    ]) {
      expect(() => parseStrictJson(text)).toThrow(JsonError);
    }
  });

  it("keeps the key __proto__ as a key", () => {
    const value = parseStrictJson('{"__proto__":{"x":1}}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect((value as { x?: unknown }).x).toBeUndefined();
    expect(canonicalJson(value)).toBe('{"__proto__":{"x":1}}');
  });

  it("reads a long string without running out of stack", () => {
    const long = 'a\\\\\\"'.repeat(500_000);
    expect((parseStrictJson(`"${long}"`) as string).length).toBe(3 * 500_000);
  });
});
