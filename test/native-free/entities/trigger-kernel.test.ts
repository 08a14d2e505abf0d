/** Triggers by the kernel: the calls of the definition, in its order. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Recogniser, TextView, Trigger } from "../../../native-free/entities/entity.ts";
import { recognisers } from "../../../native-free/entities/index.ts";
import { triggersIn } from "../../../native-free/entities/trigger-kernel.ts";
import { definedTriggersIn, TriggerTable } from "../../../native-free/entities/triggers.ts";
import { noise } from "../../fixtures/ewf-set.ts";

const spoken = (triggers: readonly Trigger[]): Recogniser => ({
  id: "some",
  family: "entity",
  name: "Some",
  spec: "none",
  level: "complete",
  kinds: [],
  triggers,
  recognise: () => null,
});

/** Every kind of rule. */
const rules: readonly Recogniser[] = [
  spoken([{ on: "sign", sign: "@" }]),
  spoken([{ on: "sign", sign: "://" }]),
  spoken([
    { on: "sign", sign: "." },
    { on: "sign", sign: "<<" },
  ]),
  spoken([{ on: "token", length: [11, 11], letters: [4, 4], digits: [0, 0], has: "both" }]),
  spoken([{ on: "token", length: [15, 34], has: "digit" }]),
  spoken([{ on: "token", length: [2, 12], letters: [2, 3] }]),
  spoken([{ on: "token", length: [100, Infinity], has: "letter" }]),
  spoken([{ on: "number", digits: [7, Infinity] }]),
  spoken([
    { on: "number", digits: [13, Infinity] },
    { on: "token", length: [3, 5], digits: [2, 3] },
  ]),
  spoken([{ on: "words", count: 4 }]),
  spoken([{ on: "words", count: 6 }]),
  spoken([
    { on: "token", length: [1, 12], has: "both", case: "upper" },
    { on: "token", length: [1, 3], case: "upper", next: [" -.", "0123456789A"] },
  ]),
  spoken([{ on: "token", length: [1, Infinity], before: "(/-", begins: "za4M" }]),
  spoken([{ on: "token", length: [2, 30], pairs: ["GB", "x9", "41", "bo"], next: [" \n.@\xe9"] }]),
  spoken([
    { on: "number", digits: [2, 9], first: [1, 2], next: [" ."] },
    { on: "number", digits: [20, 40], before: " \n" },
    { on: "number", digits: [100, 128] },
  ]),
  spoken([
    { on: "number", digits: [1, Infinity], after: ["eur 1", "call box"] },
    { on: "token", length: [2, 22], begins: "MGza", after: ["zebra"] },
  ]),
  spoken([{ on: "number", digits: [1, 5], before: "\0", after: ["containers"] }]),
];

type Call = readonly [recogniser: number, at: number];

function callsOf(walk: typeof triggersIn, text: TextView, table: TriggerTable): Call[] {
  const calls: Call[] = [];
  walk(text, table, (recogniser, at) => calls.push([recogniser, at]));
  return calls;
}

const table = new TriggerTable(rules);

/** Which of these triggers, each of a recogniser of its own, hold at which places. */
function held(text: string, ...triggers: readonly Trigger[]): Call[] {
  const by = new TriggerTable(triggers.map((trigger) => spoken([trigger])));
  agree(wholeOf(text), by);
  return callsOf(definedTriggersIn, wholeOf(text), by);
}

function agree(text: TextView, by: TriggerTable = table): void {
  const defined = callsOf(definedTriggersIn, text, by);
  const calls = callsOf(triggersIn, text, by);
  // Of many calls only the first that differs is compared by the assertion.
  const first = calls.findIndex((call, index) => call[0] !== defined[index]?.[0] || call[1] !== defined[index]?.[1]);
  expect([calls.length, calls[first]]).toEqual([defined.length, defined[first]]);
}

const wholeOf = (text: string | Uint8Array): TextView => {
  const bytes = typeof text === "string" ? new Uint8Array(Buffer.from(text, "latin1")) : text;
  return { bytes, from: 0, to: bytes.length };
};

const words = [
  "abandon",
  "box",
  "a",
  "is",
  "containers",
  "zebra",
  "MSKU9070323",
  "GB82WEST12345698765432",
  "4111",
  "12",
  "x9",
];
const breaks = [" ", "\n", "\r\n", "  ", ", ", ".", "@", "://", "<<", "-", "/", "(", ")", "\xe9", "_", "\0", ":", "<"];
const texts = fc
  .array(
    fc.oneof(
      fc.tuple(fc.constantFrom(...words), fc.constantFrom(...breaks)).map(([word, rest]) => word + rest),
      fc.constantFrom(...breaks),
      fc.array(fc.constantFrom(...words), { maxLength: 9 }).map((all) => all.join(" ")),
      fc.tuple(fc.constantFrom("7", "q", "Z", "a1", " 1"), fc.nat(160)).map(([unit, count]) => unit.repeat(count)),
      fc.string({ maxLength: 5, unit: "binary-ascii" }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

describe("triggers by the kernel", () => {
  it("are those of the definition, in its order", () => {
    fc.assert(
      fc.property(texts, fc.nat(20), fc.nat(20), (text, before, behind) => {
        const { bytes } = wholeOf(text);
        const from = Math.min(before, bytes.length);
        agree({ bytes, from, to: Math.max(from, bytes.length - behind) });
      }),
      { numRuns: 600 },
    );
  });

  it("are those of the definition for the product's recognisers", () => {
    const own = new TriggerTable(recognisers);
    fc.assert(
      fc.property(texts, (text) => agree(wholeOf(text), own)),
      { numRuns: 150 },
    );
  });

  it("are those of the definition in noise and in text of any length", () => {
    agree(wholeOf(Uint8Array.from(noise(200_000))));
    agree(wholeOf(Uint8Array.from(noise(200_000).map((byte) => 0x20 + (byte % 95)))));
    for (let length = 0; length < 200; length++)
      agree(wholeOf("call +44 20 7946-0018, a@b.c ".repeat(8).slice(0, length)));
  });

  it("are right where the kernel's input ends", () => {
    const piece = 65_536;
    for (const token of [
      "GB82WEST12345698765432",
      "a@b.cd",
      "http://x",
      "1 ".repeat(60),
      "zoo box abc word ",
      "box no 1234567 zebra za12 ",
    ]) {
      for (let back = 0; back <= Math.min(30, token.length + 2); back++) {
        const text = `${"-".repeat(piece - back)}${token}${"-".repeat(3000)}zoo box abc word`;
        agree(wholeOf(text));
      }
    }
    const prose = "some words over and over again without an end ".repeat(3500);
    agree(wholeOf(prose));
  });

  it("are right for tokens that are longer than the kernel's input", () => {
    for (const unit of ["a", "7", "aZ9"]) {
      for (const count of [2000, 3000, 40_000, 70_000]) {
        agree(wholeOf(`four more words here ${unit.repeat(count)} four more words here 1234567`));
        agree(wholeOf(`${" ".repeat(65_530)}${unit.repeat(count)}@x.y`));
      }
    }
  });

  it("are right for tokens behind which the kernel's input ends", () => {
    const dotted = { on: "token", length: [1, Infinity], next: [".", "q"] } as const;
    for (let length = 2045; length < 2060; length++)
      expect(held(`${" ".repeat(65_530)}${"a".repeat(length)}.q${" ".repeat(3000)}`, dotted)).toEqual([[0, 65_530]]);
  });

  it("by the thousand do not overflow the kernel's list", () => {
    agree(wholeOf("1 ".repeat(8000)));
    agree(wholeOf("a.".repeat(20_000)));
  });

  it("are right for more rules than the kernel has bits", () => {
    const many = Array.from({ length: 129 }, (_, index): Trigger => ({ on: "token", length: [index, index] }));
    expect(held("a bc 1234", ...many)).toEqual([
      [1, 0],
      [2, 2],
      [4, 5],
    ]);
  });

  it("may be looked for in another text during a call", () => {
    const calls: Call[] = [];
    triggersIn(wholeOf("a@b c@d"), table, (recogniser, at) => {
      calls.push([recogniser, at]);
      if (calls.length === 1) triggersIn(wholeOf("x@y"), table, (inner, place) => calls.push([inner + 100, place]));
    });
    expect(calls).toEqual([
      [0, 1],
      [100, 1],
      [0, 5],
    ]);
  });
});

describe("conditions of triggers", () => {
  const any = { on: "token", length: [1, Infinity] } as const;
  const number = { on: "number", digits: [1, Infinity] } as const;

  it("ask for capitals, first characters and pairs", () => {
    expect(held("AB1 aB 7", { ...any, case: "upper" })).toEqual([
      [0, 0],
      [0, 7],
    ]);
    expect(held("AB1 aB 7", { ...any, begins: "a7" })).toEqual([
      [0, 4],
      [0, 7],
    ]);
    expect(held("gb1 GB2 bG g", { ...any, pairs: ["GB"] })).toEqual([
      [0, 0],
      [0, 4],
    ]);
    expect(held("0x 1x 0X", { ...any, pairs: ["0x"] })).toEqual([
      [0, 0],
      [0, 6],
    ]);
  });

  it("ask for what stands around", () => {
    expect(held("+44 44 %+44", { ...number, before: "+" })).toEqual([
      [0, 1],
      [0, 9],
    ]);
    expect(held("12 a 12-a 12-3 12", { ...number, next: [" -", "a"] })).toEqual([
      [0, 0],
      [0, 5],
    ]);
    expect(held("12\xb0 12", { ...number, next: ["\xb0"] })).toEqual([[0, 0]]);
  });

  it("count the digits of a number and of its first run", () => {
    const counted = { on: "number", digits: [5, 6] } as const;
    expect(held("123 456, 12345 67, 12-34-5", counted).map(([, at]) => at)).toEqual([0, 19]);
    expect(held("123 456, 12-34-5", { ...counted, first: [2, 2] })).toEqual([[0, 9]]);
    expect(held("1 ".repeat(127), { on: "number", digits: [127, 128] })).toEqual([[0, 0]]);
  });

  it("ask for a name in front", () => {
    const named = { ...number, after: ["tir carnet"] } as const;
    expect(held("Carnet no. 1; carnet: 2; comet 3; number of 4; CARNET     5", named)).toEqual([
      [0, 11],
      [0, 22],
    ]);
  });

  it("ask a recogniser once for a place", () => {
    const by = new TriggerTable([spoken([any, { ...any, case: "upper" }, number])]);
    agree(wholeOf("1 A"), by);
    expect(callsOf(definedTriggersIn, wholeOf("1 A"), by)).toEqual([
      [0, 0],
      [0, 2],
    ]);
  });
});
