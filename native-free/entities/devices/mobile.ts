/**
 * Numbers of mobile telephony: IMEI and IMEISV (3GPP TS 23.003 clause 6.2), IMSI (clause 2.2), SIM cards (ICCID, ITU-T
 * E.118). Bare digits have many meanings, so the text must say it, but for an IMEI in its printed groups and an ICCID
 * by its prefix and length.
 */
import { isLuhn } from "../checks/luhn.ts";
import { Compact, dots, hyphens, slashes, spaces, standsAlone } from "../compact.ts";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { at, classAt, ContextWords, digit } from "../text-view.ts";

const imeiContext = new ContextWords([
  "imei",
  "imei1",
  "imei2",
  "imeisv",
  "imeis",
  "meid",
  "tac",
  "international mobile equipment identity",
  "esn",
  "iemi",
]);
const imsiContext = new ContextWords([
  "imsi",
  "imsi1",
  "imsi2",
  "international mobile subscriber identity",
  "subscriber id",
  "subscriberid",
  "supi",
]);
const simContext = new ContextWords([
  "iccid",
  "sim",
  "sim card",
  "simcard",
  "simserialnumber",
  "sim number",
  "sim serial",
  "carte sim",
  "euicc",
  "eid",
  "esim",
  "usim",
  "icc id",
  "icc",
  "uicc",
]);

export const mobile: Recogniser = {
  id: "mobile",
  family: "entity",
  name: "Mobile equipment and SIM cards",
  spec: "3GPP TS 23.003 clauses 2.2 and 6.2; ITU-T E.118",
  level: "complete",
  kinds: [
    { id: "imei", name: "IMEI", spec: "3GPP TS 23.003 clause 6.2.1" },
    { id: "imeisv", name: "IMEISV", spec: "3GPP TS 23.003 clause 6.2.2" },
    { id: "imsi", name: "IMSI", spec: "3GPP TS 23.003 clause 2.2" },
    { id: "iccid", name: "SIM card (ICCID)", spec: "ITU-T E.118 (05/2006) section 4.1" },
  ],
  triggers: [{ on: "number", digits: [14, Infinity] }],
  recognise,
};

/**
 * Reporting bodies that have handed out type allocation codes: first two digits (GSMA TS.06 annex A; 00 is for tests).
 */
const reportingBodies = new Set([
  "01",
  "10",
  "30",
  "33",
  "34",
  "35",
  "40",
  "41",
  "42",
  "43",
  "44",
  "45",
  "46",
  "47",
  "48",
  "49",
  "50",
  "51",
  "52",
  "53",
  "54",
  "86",
  "91",
  "97",
  "98",
  "99",
]);

/** Mobile country codes given out (ITU-T E.212 annex, state of 2025), as ranges. */
const countryCodes = codes(
  "001 202 204 206 208 212-214 216 218-222 226 228 230-232 234-235 238 240 242 244 246-248 250 255 257 " +
    "259-260 262 266 268 270 272 " +
    "274 276 278 280 282-284 286 288-290 292-295 297 302 308 310-316 330 332 334 338 340 342 344 346 348 " +
    "350 352 354 356 358 360 " +
    "362-366 368 370 372 374 376 400-402 404-406 410 412-422 424-432 434 436-438 440-441 450 452 454-457 " +
    "460-461 466-467 470 472 " +
    "502 505 510 514-515 520 525 528 530 536-537 539-555 602-655 657-659 702 704 706 708 710 712 714 716 " +
    "722 724 730 732 734 736 " +
    "738 740 742 744 746 748 750 901-902 991 995 999",
);

/** Country codes of telephony by first digits (ITU-T E.164 list of 2016): lengths of one, two and three digits. */
const oneDigit = new Set([1, 7]);
const twoDigits = codes("20 27 30-34 36 39-41 43-49 51-58 60-66 81-82 84 86 90-95 98");

function codes(list: string): Uint8Array {
  const table = new Uint8Array(1000);
  for (const part of list.split(" ")) {
    const [from, to = from] = part.split("-").map(Number);
    table.fill(1, from, to! + 1);
  }
  return table;
}

const compact = new Compact(23);
const groups = new Uint8Array(23);

function recognise(text: TextView, from: number): EntityMatch | null {
  const before = at(text, from - 1);
  if (before === 0x2b || ((before === 0x2e || before === 0x2c) && classAt(text, from - 2) === digit)) return null;
  compact.gather(text, from, digit, spaces | hyphens | dots | slashes);
  const count = readGroups();
  const isSim = compact.bytes[0] === 0x38 && compact.bytes[1] === 0x39;
  return (isSim ? sim(text, from, count) : null) ?? imei(text, from, count) ?? imsi(text, from, count);
}

/** Lengths of the runs of digits gathered. */
function readGroups(): number {
  const { places, length } = compact;
  let count = 0;
  let start = 0;
  for (let i = 1; i <= length; i++) {
    if (i < length && places[i]! - places[i - 1]! === 1) continue;
    groups[count++] = i - start;
    start = i;
  }
  return count;
}

function digitsAt(from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) value = value * 10 + compact.bytes[i]! - 0x30;
  return value;
}

function match(text: TextView, kind: string, from: number, length: number, quality: Quality): EntityMatch | null {
  const to = compact.end(length);
  if (!standsAlone(text, from, to)) return null;
  return { kind, from, to, value: compact.text(0, length), quality };
}

/**
 * How many digits belong to an IMEI: in one run, or grouped as TAC (6-2 or 8), serial number, check digit or version;
 * else 0.
 */
function imeiLength(count: number): number {
  if (groups[0]! >= 14 && groups[0]! <= 16) return groups[0]!;
  if (count >= 4 && groups[0] === 6 && groups[1] === 2 && groups[2] === 6 && groups[3]! <= 2) return 14 + groups[3]!;
  if (count >= 4 && groups[0] === 2 && groups[1] === 6 && groups[2] === 6 && groups[3]! <= 2) return 14 + groups[3]!;
  return count >= 3 && groups[0] === 8 && groups[1] === 6 && groups[2]! <= 2 ? 14 + groups[2]! : 0;
}

function imei(text: TextView, from: number, count: number): EntityMatch | null {
  const length = imeiLength(count);
  if (length === 0) return null;
  const isNamed = imeiContext.isNear(text, from, compact.end(length), 60);
  const isKnown = reportingBodies.has(compact.text(0, 2));
  // Without its last digit it has none to check.
  if (length === 14) return isNamed && isKnown ? match(text, "imei", from, length, "pattern") : null;
  if (length === 16) return isNamed && isKnown ? match(text, "imeisv", from, length, "pattern") : null;
  const isChecked = isLuhn(compact.bytes, 0, length);
  if (!isNamed) {
    const isPrinted = groups[0]! < 14;
    return isPrinted && isChecked && isKnown ? match(text, "imei", from, length, "valid-check") : null;
  }
  if (!isChecked)
    return imsiContext.isBefore(text, from, 30) ? null : match(text, "imei", from, length, "invalid-check");
  return match(text, "imei", from, length, isKnown ? "valid" : "valid-check");
}

/** There is no check digit: the word, the country and the length have to do. */
function imsi(text: TextView, from: number, count: number): EntityMatch | null {
  let length = groups[0]!;
  if (groups[0] === 3 && count >= 3 && groups[1]! <= 3) length = groups[0]! + groups[1]! + groups[2]!;
  if (length < 14 || length > 15 || countryCodes[digitsAt(0, 3)] === 0) return null;
  return imsiContext.isNear(text, from, compact.end(length), 40) ? match(text, "imsi", from, length, "valid") : null;
}

/** 89, country code, issuer, number, Luhn's digit: 19 digits, or 18 and 20 as issued; some leave the digit out. */
function sim(text: TextView, from: number, count: number): EntityMatch | null {
  let length = groups[0]!;
  if (length < 18) {
    // Groups as printed on the card; all of them belong to it.
    length = compact.length;
    if (count < 3) return null;
  }
  if (length < 18 || length > 20) return null;
  const isNamed = simContext.isNear(text, from, compact.end(length), 60);
  if (!hasCountry() || (groups[0]! < 18 && !isNamed)) return null;
  if (isLuhn(compact.bytes, 0, length)) {
    if (!isNamed && length < 19) return null;
    return match(text, "iccid", from, length, isNamed ? "valid" : "valid-check");
  }
  return isNamed ? match(text, "iccid", from, length, length === 19 ? "invalid-check" : "pattern") : null;
}

function hasCountry(): boolean {
  const two = digitsAt(2, 2);
  // Every code of three digits begins with one of these; 0 is none.
  return compact.bytes[2]! !== 0x30 && (oneDigit.has(digitsAt(2, 1)) || twoDigits[two] === 1 || two >= 21);
}
