/**
 * Machine-readable zones of travel documents (ICAO Doc 9303): cards of three lines of 30 (TD1, part 5), of two of 36
 * (TD2, part 6), passports of two of 44 (TD3, part 4), visas A and B (part 7); with every check digit. Not supported:
 * lines with spaces between characters, lines on their own.
 */
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { at, classAt, digit, textOf, upper } from "../text-view.ts";
import { isState } from "./states.ts";

const filler = 0x3c;

export const mrz: Recogniser = {
  id: "mrz",
  family: "entity",
  name: "Machine-readable zones of travel documents",
  spec: "ICAO Doc 9303, 8th edition, parts 3 to 7",
  level: "partial",
  kinds: [{ id: "mrz", name: "Machine-readable zone", spec: "ICAO Doc 9303 parts 3 to 7" }],
  triggers: [{ on: "sign", sign: "<<" }],
  recognise,
};

/**
 * Fields with a check digit behind them: line and columns; the birth, expiry and composite of TD3 are as of part 4
 * section 4.2.2.
 */
type Span = readonly [line: number, from: number, to: number];
interface Layout {
  readonly length: number;
  readonly lines: number;
  /** First letters of the document code. */
  readonly codes: string;
  readonly checked: readonly Span[];
  /** What the composite digit covers, and where it is; null for visas. */
  readonly composite: { readonly over: readonly Span[]; readonly at: readonly [line: number, column: number] } | null;
  readonly nationality: readonly [line: number, column: number];
  /** Line of the names and where in it they begin. */
  readonly names: readonly [line: number, column: number];
}

const layouts: readonly Layout[] = [
  {
    length: 30,
    lines: 3,
    codes: "IAC",
    checked: [
      [0, 5, 14],
      [1, 0, 6],
      [1, 8, 14],
    ],
    composite: {
      over: [
        [0, 5, 30],
        [1, 0, 7],
        [1, 8, 15],
        [1, 18, 29],
      ],
      at: [1, 29],
    },
    nationality: [1, 15],
    names: [2, 0],
  },
  {
    length: 36,
    lines: 2,
    codes: "IACP",
    checked: [
      [1, 0, 9],
      [1, 13, 19],
      [1, 21, 27],
    ],
    composite: {
      over: [
        [1, 0, 10],
        [1, 13, 20],
        [1, 21, 35],
      ],
      at: [1, 35],
    },
    nationality: [1, 10],
    names: [0, 5],
  },
  {
    length: 44,
    lines: 2,
    codes: "P",
    checked: [
      [1, 0, 9],
      [1, 13, 19],
      [1, 21, 27],
      [1, 28, 42],
    ],
    composite: {
      over: [
        [1, 0, 10],
        [1, 13, 20],
        [1, 21, 43],
      ],
      at: [1, 43],
    },
    nationality: [1, 10],
    names: [0, 5],
  },
  {
    length: 36,
    lines: 2,
    codes: "V",
    checked: [
      [1, 0, 9],
      [1, 13, 19],
      [1, 21, 27],
    ],
    composite: null,
    nationality: [1, 10],
    names: [0, 5],
  },
  {
    length: 44,
    lines: 2,
    codes: "V",
    checked: [
      [1, 0, 9],
      [1, 13, 19],
      [1, 21, 27],
    ],
    composite: null,
    nationality: [1, 10],
    names: [0, 5],
  },
];

/** Where the lines begin. */
const starts = new Int32Array(3);

const isZone = (text: TextView, place: number): boolean =>
  at(text, place) === filler || (classAt(text, place) & (digit | upper)) !== 0;

function recognise(text: TextView, place: number): EntityMatch | null {
  let from = place;
  while (place - from < 45 && isZone(text, from - 1)) from--;
  const length = lineLength(text, from);
  if (length !== 30 && length !== 36 && length !== 44) return null;
  for (let back = 0; back < 3; back++) {
    const match = zoneAt(text, from, length);
    if (match) return match;
    from = lineBefore(text, from, length);
    if (from < 0) break;
  }
  return null;
}

/** How many characters of a zone there are; 0 where more than the longest line has. */
function lineLength(text: TextView, from: number): number {
  let to = from;
  while (to - from < 46 && isZone(text, to)) to++;
  return to - from > 44 ? 0 : to - from;
}

const isGap = (byte: number): boolean => byte === 0x0a || byte === 0x0d || byte === 0x20 || byte === 0x09;

/** Begin of a line of the same length in front, up to three line ends or spaces away; -1 where there is none. */
function lineBefore(text: TextView, from: number, length: number): number {
  let end = from;
  while (from - end < 3 && isGap(at(text, end - 1))) end--;
  const start = end - length;
  if (end === from || start < text.from || !isZone(text, start) || isZone(text, start - 1)) return -1;
  return lineLength(text, start) === length ? start : -1;
}

function zoneAt(text: TextView, from: number, length: number): EntityMatch | null {
  const first = text.bytes[from]!;
  for (const layout of layouts) {
    if (layout.length !== length || !layout.codes.includes(String.fromCharCode(first))) continue;
    if (!findLines(text, from, layout) || !isPlausible(text, layout)) continue;
    const wrong = wrongDigits(text, layout);
    const all = layout.checked.length + (layout.composite ? 1 : 0);
    // More than half of the digits wrong: it only looks like one.
    if (wrong * 2 > all) continue;
    const to = starts[layout.lines - 1]! + length;
    const quality: Quality = wrong === 0 ? "valid" : "invalid-check";
    return { kind: "mrz", from, to, value: valueOf(text, layout), quality };
  }
  return null;
}

function findLines(text: TextView, from: number, { length, lines }: Layout): boolean {
  starts[0] = from;
  for (let line = 1; line < lines; line++) {
    const end = starts[line - 1]! + length;
    let place = end;
    while (place - end < 3 && isGap(at(text, place))) place++;
    if (place === end || lineLength(text, place) !== length) return false;
    starts[line] = place;
  }
  return true;
}

/** Issuer and nationality are states, the names begin with a letter, the dates are digits or unknown. */
function isPlausible(text: TextView, layout: Layout): boolean {
  const [line, column] = layout.nationality;
  if (!isState(text, starts[0]! + 2) || !isState(text, starts[line]! + column)) return false;
  const [nameLine, nameColumn] = layout.names;
  if (classAt(text, starts[nameLine]! + nameColumn) !== upper) return false;
  const [birthLine, birth] = layout.checked[1]!;
  for (let i = 0; i < 6; i++) {
    const place = starts[birthLine]! + birth + i;
    if (classAt(text, place) !== digit && at(text, place) !== filler) return false;
  }
  return true;
}

const weights = [7, 3, 1];

const valueAt = (byte: number): number => (byte === filler ? 0 : byte < 0x41 ? byte - 0x30 : byte - 55);

/** Doc 9303 part 3 section 4.9: weights 7, 3, 1, carried on from one span to the next. */
function digitOver(text: TextView, spans: readonly Span[]): number {
  let sum = 0;
  let i = 0;
  for (const [line, from, to] of spans)
    for (let column = from; column < to; column++, i++)
      sum += valueAt(text.bytes[starts[line]! + column]!) * weights[i % 3]!;
  return sum % 10;
}

function wrongDigits(text: TextView, layout: Layout): number {
  let wrong = 0;
  for (const span of layout.checked) {
    const [line, from, to] = span;
    const written = text.bytes[starts[line]! + to]!;
    if (isLongNumber(text, layout, span)) {
      if (!isLongNumberRight(text)) wrong++;
      continue;
    }
    const sum = digitOver(text, [span]);
    // An empty optional field may have a filler for its digit.
    const isEmpty = written === filler && from === 28 && sum === 0;
    if (!isEmpty && written !== 0x30 + sum) wrong++;
  }
  if (layout.composite) {
    const [line, column] = layout.composite.at;
    if (text.bytes[starts[line]! + column] !== 0x30 + digitOver(text, layout.composite.over)) wrong++;
  }
  return wrong;
}

/**
 * TD1: a number of more than nine characters goes on in the optional field, behind a filler in place of the digit (part
 * 5, note j).
 */
function isLongNumber(text: TextView, layout: Layout, [line, from, to]: Span): boolean {
  const behind = starts[line]! + to;
  return (
    layout.lines === 3 &&
    line === 0 &&
    from === 5 &&
    text.bytes[behind] === filler &&
    isZone(text, behind + 1) &&
    text.bytes[behind + 1] !== filler
  );
}

function isLongNumberRight(text: TextView): boolean {
  let end = 15;
  while (end < 30 && text.bytes[starts[0]! + end] !== filler) end++;
  return (
    text.bytes[starts[0]! + end - 1] ===
    0x30 +
      digitOver(text, [
        [0, 5, 14],
        [0, 15, end - 1],
      ])
  );
}

function valueOf(text: TextView, { lines, length }: Layout): string {
  return Array.from({ length: lines }, (_, line) => textOf(text, starts[line]!, starts[line]! + length)).join("\n");
}
