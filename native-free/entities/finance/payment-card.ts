/**
 * Payment cards (ISO/IEC 7812-1): the ranges and lengths of the schemes, Luhn's digit, and the groups in which numbers
 * are printed. Reports show values in part only.
 */
import { isLuhn } from "../checks/luhn.ts";
import { Compact, hyphens, isFree, spaces } from "../compact.ts";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { at, classAt, ContextWords, digit } from "../text-view.ts";

interface Range {
  /** Six digits, both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly lengths: readonly number[];
  /** Whether its numbers are believed without a word around. */
  readonly isCommon: boolean;
}

/** Issuer ranges by scheme (ISO/IEC 7812-1 section 4; the schemes' own published ranges, as they were in 2025). */
const ranges: readonly Range[] = [
  range("4", [13, 16, 19], true), // Visa
  range("51-55", [16], true), // Mastercard
  range("2221-2720", [16], true),
  range("34", [15], true), // American Express
  range("37", [15], true),
  range("300-305", [14, 16], true), // Diners Club
  range("3095", [14, 16], true),
  range("36", [14, 16], true),
  range("38-39", [14, 16], true),
  range("3528-3589", [16, 17, 18, 19], true), // JCB
  range("6011", [16, 17, 18, 19], true), // Discover
  range("644-649", [16, 17, 18, 19], true),
  range("65", [16, 17, 18, 19], true),
  range("2200-2204", [16, 17, 18, 19], true), // Mir
  range("62", [16, 17, 18, 19], true), // UnionPay
  range("81", [16, 17, 18, 19], false),
  range("50", [12, 13, 14, 15, 16, 17, 18, 19], false), // Maestro and what became of it: Dankort, Verve
  range("56-58", [12, 13, 14, 15, 16, 17, 18, 19], false),
  range("60", [16], false), // RuPay
  range("6304-6390", [12, 13, 14, 15, 16, 17, 18, 19], false), // Laser, Switch, Solo, InterPayment
  range("67", [12, 13, 14, 15, 16, 17, 18, 19], false),
  range("9792", [16], false), // Troy
  range("1", [15], false), // UATP
];

function range(prefixes: string, lengths: readonly number[], isCommon: boolean): Range {
  const [from, to = from] = prefixes.split("-");
  return { from: Number(from!.padEnd(6, "0")), to: Number(to!.padEnd(6, "9")), lengths, isCommon };
}

const context = new ContextWords([
  ...(
    "card cards visa mastercard maestro amex jcb discover diners unionpay dankort switch solo bankcard " +
    "mir rupay cvv cvc cvv2"
  ).split(" "),
  ...(
    "pan ccn cc ccnum cardnumber cardno expiry exp karte kreditkarte kartennummer carte tarjeta carta " +
    "kreditkort creditcard"
  ).split(" "),
  ..."kreditkartennummer karta cartao debit credit cardholder".split(" "),
  "american express",
]);

export const paymentCard: Recogniser = {
  id: "payment-card",
  family: "entity",
  name: "Payment cards",
  spec: "ISO/IEC 7812-1:2017, ISO/IEC 7813 (tracks)",
  level: "complete",
  kinds: [{ id: "payment-card", name: "Payment card", spec: "ISO/IEC 7812-1:2017", masked: true }],
  triggers: [
    { on: "number", digits: [12, Infinity] },
    { on: "token", length: [14, 20], before: "%", begins: "B", letters: [1, 1], has: "both" },
  ],
  recognise,
};

const compact = new Compact(20);
const [dot, comma, percent, semicolon, equals, caret, capitalB, plus] = [
  0x2e, 0x2c, 0x25, 0x3b, 0x3d, 0x5e, 0x42, 0x2b,
];

function recognise(text: TextView, at0: number): EntityMatch | null {
  // Track 1 of a magnetic stripe: `%B`, number, `^`, name.
  const isTrackOne = classAt(text, at0) !== digit;
  if (isTrackOne && (text.bytes[at0] !== capitalB || at(text, at0 - 1) !== percent)) return null;
  const from = isTrackOne ? at0 + 1 : at0;
  const first = at(text, from);
  if (first === 0x30 || first === 0x37) return null;
  compact.gather(text, from, digit, spaces | hyphens);
  const length = runOf();
  if (length < 12 || length > 19) return null;
  const to = compact.end(length);
  const next = at(text, to);
  const before = at(text, from - 1);
  if (!isFree(text, to) || (!isTrackOne && !isFree(text, from - 1))) return null;
  if (before === dot || before === plus || (next === dot && classAt(text, to + 1) === digit)) return null;
  if ((before === comma || before === 0x2d) && classAt(text, from - 2) === digit) return null;
  const issuer = issuerOf(length);
  if (issuer === null || isUniform(length)) return null;
  const isTrack = isTrackOne
    ? next === caret
    : before === semicolon && next === equals && classAt(text, to + 1) === digit;
  const quality = qualityOf(text, from, to, length, issuer, isTrack);
  return quality === null ? null : { kind: "payment-card", from, to, value: compact.text(0, length), quality };
}

/** Lengths of the groups of digits that were gathered. */
const groups = new Uint8Array(20);

/**
 * How many digits belong together: the first run where it is long enough, else groups as they are printed (4-4-4-4,
 * 4-4-4-4-3, 4-6-5 of American Express, 4-6-4 of Diners Club); 0 where neither is so. What follows a full form (a date,
 * a code) is something else.
 */
function runOf(): number {
  const { places, length } = compact;
  let count = 0;
  let start = 0;
  for (let i = 1; i <= length; i++) {
    if (i < length && places[i]! - places[i - 1]! === 1) continue;
    groups[count++] = i - start;
    start = i;
  }
  if (groups[0]! >= 12) return groups[0]!;
  if (groups[0] !== 4 || count < 3) return 0;
  if (groups[1] === 6 && (groups[2] === 5 || groups[2] === 4)) return 10 + groups[2];
  if (count < 4 || groups[1] !== 4 || groups[2] !== 4 || groups[3] !== 4) return 0;
  const isLonger = count > 4 && groups[4] === 3 && isLuhn(compact.bytes, 0, 19) && !isLuhn(compact.bytes, 0, 16);
  return isLonger ? 19 : 16;
}

function issuerOf(length: number): Range | null {
  let prefix = 0;
  for (let i = 0; i < 6; i++) prefix = prefix * 10 + compact.bytes[i]! - 0x30;
  for (const candidate of ranges) {
    if (prefix >= candidate.from && prefix <= candidate.to && candidate.lengths.includes(length)) return candidate;
  }
  return null;
}

/** Whether one digit is all there is: a filler, not a number. */
function isUniform(length: number): boolean {
  let seen = 0;
  for (let i = 0; i < length; i++) seen |= 1 << (compact.bytes[i]! - 0x30);
  return (seen & (seen - 1)) === 0;
}

/** Whether four printed groups begin alike: numbers of a table that follow one another. */
function isSeries(isPrinted: boolean): boolean {
  const { bytes } = compact;
  if (!isPrinted || bytes[4] !== bytes[0] || bytes[5] !== bytes[1]) return false;
  return bytes[8] === bytes[0] && bytes[9] === bytes[1] && bytes[12] === bytes[0] && bytes[13] === bytes[1];
}

/** Whether further digits stand one separator away on either side: the groups may be cut wrongly. */
function isInChain(text: TextView, from: number, to: number): boolean {
  return classAt(text, from - 2) === digit || classAt(text, to + 1) === digit;
}

function qualityOf(
  text: TextView,
  from: number,
  to: number,
  length: number,
  issuer: Range,
  isTrack: boolean,
): Quality | null {
  const isChecked = isLuhn(compact.bytes, 0, length);
  const isNamed = isTrack || context.isNear(text, from, to, 60);
  if (isChecked) {
    if (isNamed) return "valid";
    if (isSeries(to - from > length)) return null;
    return issuer.isCommon && length <= 16 && length >= 14 ? "valid-check" : null;
  }
  // Other numbers stand near the same words: only groups as printed are held to be a wrong number.
  const isPrinted = to - from > length && !isInChain(text, from, to);
  return isNamed && isPrinted && issuer.isCommon ? "invalid-check" : null;
}
