/**
 * Air waybills: three digits of the airline, seven of the number, one check digit (the number's remainder by 7). Written as
 * `020-12345675`, `020-1234 5675`, `020 1234 5675`, `02012345675`.
 *
 * One number in seven passes by chance and telephone numbers look alike: without words of air freight only the form with a hyphen and the
 * prefix of one of the large cargo carriers below counts, as `valid-check`. The full list of prefixes is the airlines' association's.
 */
import { isWaybillCheck } from "../checks/positional.ts";
import { numberOf } from "../checks/weighted.ts";
import { Compact, hyphens, spaces } from "../compact.ts";
import type { Recogniser } from "../entity.ts";
import { isNumberApart, judge } from "../surroundings.ts";
import { at, ContextWords, digit, digitCharacters } from "../text-view.ts";

const context = new ContextWords(
  (
    "awb, awbs, mawb, hawb, awb no, air waybill, airwaybill, airway bill, air way bill, waybill, luftfrachtbrief, " +
    "luftfracht, lta, lettre de transport aerien, fret aerien, guia aerea, carga aerea, lettera di vettura aerea, " +
    "polizza aerea, luchtvrachtbrief, list lotniczy, air cargo, air freight"
  ).split(", "),
);

/** Carriers whose prefixes are common knowledge of the trade: American, Delta, Air Canada, United, Lufthansa, FedEx, … */
const carriers = new Set([
  ...[
    1, 6, 14, 16, 20, 23, 43, 45, 47, 55, 57, 65, 71, 72, 74, 75, 77, 79, 80, 81, 83, 86, 98, 105, 108, 112, 114, 117,
  ],
  ...[
    118, 124, 125, 126, 131, 139, 147, 157, 160, 172, 176, 180, 203, 205, 214, 217, 229, 232, 235, 257, 272, 288, 297,
  ],
  ...[
    369, 403, 406, 423, 501, 512, 514, 555, 566, 580, 603, 607, 615, 618, 672, 675, 695, 700, 716, 724, 729, 738, 774,
  ],
  ...[781, 784, 827, 829, 865, 876, 880, 910, 933, 988, 999],
]);

const compact = new Compact(12);

/** Whether groups stand as people write them: 3 and 8 digits, the eight perhaps in halves. */
function isGrouped(): boolean {
  for (let i = 1; i < 11; i++) {
    const hasGap = compact.places[i]! - compact.places[i - 1]! > 1;
    if (hasGap && i !== 3 && i !== 7) return false;
  }
  const hasFirst = compact.places[3]! - compact.places[2]! > 1;
  return hasFirst || compact.places[7]! - compact.places[6]! === 1;
}

export const airWaybillRecogniser: Recogniser = {
  id: "air-waybill",
  family: "entity",
  name: "Air waybills",
  spec: "IATA Resolution 600a",
  level: "complete",
  kinds: [{ id: "awb", name: "Air waybill number", spec: "IATA Resolution 600a" }],
  triggers: [
    { on: "number", digits: [11, Infinity], first: [3, 3], next: [" -", digitCharacters] },
    { on: "token", length: [11, 11], digits: [11, 11] },
  ],
  recognise(text, place) {
    if (compact.gather(text, place, digit, spaces | hyphens) < 11) return null;
    const to = compact.end(11);
    if (compact.length > 11 && compact.places[11] === to) return null;
    if (!isGrouped() || !isNumberApart(text, place, to) || numberOf(compact.bytes, 0, 3) === 0) return null;
    const holds = isWaybillCheck(compact.bytes, 3);
    const hasHyphen = at(text, place + 3) === 0x2d;
    const hasContext = context.isNear(text, place, to, 60);
    if (!hasContext && !(hasHyphen && compact.places[7] === place + 8 && carriers.has(numberOf(compact.bytes, 0, 3))))
      return null;
    // A bare run of eleven digits near "waybill" whose check fails is more likely a telephone or order number.
    if (!holds && !hasHyphen && !context.isBefore(text, place, 24)) return null;
    const quality = judge(holds, hasContext);
    return quality && { kind: "awb", from: place, to, value: compact.text(0, 11), quality };
  },
};
