/**
 * Movement reference numbers (MRN) of customs declarations and notifications: year, country, twelve characters, the letter of the
 * procedure, check digit. Older ones have any character in place of the letter. 18 characters, written as one token or in groups.
 * Year and country leave one in some hundred random tokens of this form, the check digit one in ten of them.
 */
import { wDigit } from "../checks/w-function.ts";
import { numberOf } from "../checks/weighted.ts";
import { Compact, hyphens, spaces } from "../compact.ts";
import type { EntityMatch, Recogniser } from "../entity.ts";
import { isCapital, isOfOneCase, isOpen } from "../surroundings.ts";
import { alphanumeric, at, classAt, classes, ContextWords, digit, letter, letterCharacters } from "../text-view.ts";
import { isCustomsTerritory } from "./customs-territories.ts";

const context = new ContextWords(
  (
    "mrn, mrns, mrn no, movement reference number, movement reference, master reference number, ncts, ead, tad, " +
    "t1, t2, t2l, t2lf, ens, exs, ics2, aes, lrn, transit, customs, customs declaration, declaration, export " +
    "declaration, entry summary declaration, zoll, zollanmeldung, ausfuhranmeldung, versandschein, " +
    "versandanmeldung, registriernummer, douane, declaration en douane, dau, sad, dogana, bolletta doganale, " +
    "dichiarazione doganale, aduana, declaracion de aduana, despacho, aangifte, douaneaangifte, zgloszenie celne, " +
    "celni, clo, vama, declaratie vamala, carina, toll, tull, vamdeklaracio"
  ).split(", "),
);

/** First and last years that a number can name: the first transit system with them began in 2003. */
const years = [3, 49] as const;

/** Letters of procedures at the seventeenth place (EU Customs Data Model, D.E. 12 01 001 000). */
const procedures = new Uint8Array(256);
for (const code of "ABCDEJKLMRSTUVW") procedures[code.charCodeAt(0)] = 1;

const compact = new Compact(18);

export const movementReferenceRecogniser: Recogniser = {
  id: "movement-reference",
  family: "entity",
  name: "Movement reference numbers",
  spec: "Delegated Regulation (EU) 2015/2446, annex B (D.E. 12 01 001 000)",
  level: "complete",
  kinds: [{ id: "mrn", name: "Movement reference number", spec: "Delegated Regulation (EU) 2015/2446, annex B" }],
  triggers: [
    { on: "token", length: [2, 2], begins: "01234", digits: [2, 2], next: [" -", letterCharacters] },
    { on: "token", length: [4, 18], begins: "01234", digits: [2, 2], has: "both" },
  ],
  recognise(text, place): EntityMatch | null {
    const third = classAt(text, place + 2);
    const next = (third & letter) !== 0 ? place + 2 : place + 3;
    if ((classAt(text, next) & letter) === 0 || (classAt(text, next + 1) & letter) === 0) return null;
    if (!isCustomsTerritory(at(text, next) & 0xdf, at(text, next + 1) & 0xdf)) return null;
    if (compact.gather(text, place, alphanumeric, spaces | hyphens) < 18) return null;
    const { bytes } = compact;
    const year = numberOf(bytes, 0, 2);
    if (year < years[0] || year > years[1] || classes[bytes[17]!] !== digit) return null;
    const to = compact.end(18);
    if (!isOpen(text, to) || !isOfOneCase(text, place, to)) return null;
    const hasContext = context.isNear(text, place, to);
    const isWhole = to - place === 18;
    if (!hasContext && !(isWhole && isCapital(text, place, to))) return null;
    const holds = wDigit(bytes, 0, 17) === bytes[17]! - 0x30;
    if (!holds && (!hasContext || !(isWhole || isCapital(text, place, to)) || countDigits() < 6)) return null;
    const quality = !holds ? "invalid-check" : hasContext ? "valid" : "valid-check";
    if (quality === "valid-check" && procedures[bytes[16]!] === 0 && countDigits() < 6) return null;
    return { kind: "mrn", from: place, to, value: compact.text(), quality };
  },
};

/** Capital words in groups have few digits, numbers have many. */
function countDigits(): number {
  let count = 0;
  for (let i = 0; i < 18; i++) if (classes[compact.bytes[i]!] === digit) count++;
  return count;
}
