/**
 * Excise: administrative reference codes (ARC) of movements under EMCS and excise numbers of traders and warehouses (SEED).
 *
 * ARC: year, member state, 16 characters, check digit. The law gives the structure only; national specifications use the check of ISO 6346, so a
 * check that fails makes it `pattern` (possible), never wrong. Excise numbers have no common check: words of excise must stand near.
 */
import { wDigit } from "../checks/w-function.ts";
import { numberOf } from "../checks/weighted.ts";
import { Compact } from "../compact.ts";
import type { Recogniser } from "../entity.ts";
import { isCapital, isOfOneCase, isOpen } from "../surroundings.ts";
import { alphanumeric, classes, ContextWords, digit } from "../text-view.ts";
import { isExciseTerritory } from "./customs-territories.ts";

const exciseWords = (
  "excise, excise duty, emcs, seed, tax warehouse, warehouse keeper, warehousekeeper, accise, accises, " +
  "verbrauchsteuer, verbrauchsteuernummer, steuerlager, entrepositaire agree, accijns, accisa, deposito " +
  "fiscale, impuestos especiales, cae, akcyza, sklad podatkowy, akcizy, akcize, jovedek, e ad, ead, daa, " +
  "impostos especiais, punktskatt, punktafgift, valmistevero, spotrebni dan"
).split(", ");
const arcWords = new ContextWords([
  ...exciseWords,
  "arc",
  "administrative reference code",
  "code de reference administratif",
]);
const seedWords = new ContextWords([...exciseWords, "excise number", "excise no", "numero d accise"]);

const compact = new Compact(21);

export const arcRecogniser: Recogniser = {
  id: "arc",
  family: "entity",
  name: "Administrative reference codes",
  spec: "Delegated Regulation (EU) 2022/1636, annex II",
  level: "partial",
  kinds: [{ id: "arc", name: "Administrative reference code", spec: "Delegated Regulation (EU) 2022/1636, annex II" }],
  triggers: [{ on: "token", length: [21, 21], digits: [2, 2], has: "both" }],
  recognise(text, place) {
    if (compact.gather(text, place, alphanumeric, 0) < 21 || !isOpen(text, place + 21)) return null;
    const { bytes } = compact;
    const year = numberOf(bytes, 0, 2);
    // The movement and control system began in 2010.
    if (year < 10 || year > 49 || classes[bytes[20]!] !== digit || !isExciseTerritory(bytes[2]!, bytes[3]!))
      return null;
    const hasContext = arcWords.isNear(text, place, place + 21);
    if (!isOfOneCase(text, place, place + 21) || (!hasContext && !isCapital(text, place, place + 21))) return null;
    const holds = wDigit(bytes, 0, 20) === bytes[20]! - 0x30;
    const quality = !holds ? "pattern" : hasContext ? "valid" : "valid-check";
    return { kind: "arc", from: place, to: place + 21, value: compact.text(), quality };
  },
};

export const exciseNumberRecogniser: Recogniser = {
  id: "excise-number",
  family: "entity",
  name: "Excise numbers",
  spec: "Regulation (EU) 389/2012, article 19 (SEED)",
  level: "partial",
  kinds: [{ id: "seed", name: "Excise number (SEED)", spec: "Regulation (EU) 389/2012, article 19" }],
  triggers: [{ on: "token", length: [13, 13], letters: [2, 12], has: "both" }],
  recognise(text, place) {
    if (compact.gather(text, place, alphanumeric, 0) < 13 || !isOpen(text, place + 13)) return null;
    const { bytes } = compact;
    if (!isExciseTerritory(bytes[0]!, bytes[1]!) || !isOfOneCase(text, place, place + 13)) return null;
    let digits = 0;
    for (let i = 2; i < 13; i++) if (classes[bytes[i]!] === digit) digits++;
    if (digits < 3 || !seedWords.isNear(text, place, place + 13)) return null;
    return { kind: "seed", from: place, to: place + 13, value: compact.text(0, 13), quality: "pattern" };
  },
};
