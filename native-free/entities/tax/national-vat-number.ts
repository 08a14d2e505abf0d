/**
 * VAT and company numbers without their country, as invoices of a country write them: `P. IVA 00743110157`, `NIP 856-734-62-15`,
 * `CVR 13585628`. The country's own name of the number must stand right in front; the value is written with the country.
 * Not supported: names in Greek and Cyrillic letters; countries whose numbers have letters other than Spain's.
 */
import { hasForm, type VatRule } from "../checks/vat-rule.ts";
import { vatRules } from "../checks/vat-rules.ts";
import { Compact, dots, hyphens, slashes, spaces } from "../compact.ts";
import type { EntityMatch, Recogniser, TextView } from "../entity.ts";
import { isCapital, isNumberApart } from "../surroundings.ts";
import { alphanumeric, capitalCharacters, ContextWords, digitCharacters } from "../text-view.ts";

interface Named {
  readonly rule: VatRule;
  readonly words: ContextWords;
}

const names: Readonly<Record<string, readonly string[]>> = {
  AT: ["uid", "uid nr", "ust idnr"],
  BE: "btw, btw nr, btw be, tva, ondernemingsnummer, kbo, bce, numero d entreprise".split(", "),
  BG: ["eik", "bulstat"],
  CZ: ["dic"],
  DE: ["ust id", "ust idnr", "ust id nr", "ustid", "ustidnr", "umsatzsteuer id"],
  DK: ["cvr", "cvr nr", "se nr"],
  EE: ["kmkr", "kmkr nr"],
  EL: ["afm"],
  ES: ["nif", "cif", "nie", "dni"],
  FI: ["alv nro", "y tunnus"],
  GB: ["vat no", "vat reg no", "vat registration no", "vat registration number", "vat number", "vat reg"],
  HR: ["oib"],
  HU: ["adoszam"],
  IT: ["p iva", "partita iva", "piva", "part iva"],
  LT: ["pvm kodas", "pvm moketojo kodas"],
  NL: ["btw", "btw nr", "btw nummer", "btw id"],
  NO: ["org nr", "orgnr", "organisasjonsnummer"],
  PL: ["nip"],
  PT: ["nif", "nipc", "contribuinte"],
  RO: ["cui", "cif", "cod fiscal"],
  SE: ["momsregnr", "moms reg nr", "vat no"],
  SI: ["id za ddv", "davcna stevilka"],
  SK: ["ic dph"],
};

const named: readonly Named[] = vatRules
  .filter(({ prefix }) => names[prefix] !== undefined)
  .map((rule) => ({ rule, words: new ContextWords(names[rule.prefix]!) }));

/** All of them: what is asked first. */
const allNames = Object.values(names).flat();
const anyName = new ContextWords(allNames);
const nameReach = 28;
/** Romania issues numbers from two digits on; so few are anything. */
const leastDigits = 6;
/** A number that fails must be long, and its name close, to be called wrong. */
const [leastWrong, wrongReach] = [8, 20];

const compact = new Compact(13);
const separators = spaces | dots | hyphens | slashes;

function matchOf(text: TextView, place: number, form: string, rule: VatRule): EntityMatch | null {
  const { length } = form;
  if (length < leastDigits || compact.length < length || !hasForm(compact.bytes, 0, form)) return null;
  const to = compact.end(length);
  if (!isNumberApart(text, place, to)) return null;
  const quality = rule.holds(compact.bytes, 0, length) ? "valid" : "invalid-check";
  return { kind: "vat", from: place, to, value: rule.prefix + compact.text(0, length), quality };
}

export const nationalVatNumberRecogniser: Recogniser = {
  id: "national-vat-number",
  family: "entity",
  name: "VAT numbers without country",
  spec: "National tax law of the member states",
  level: "partial",
  kinds: [{ id: "vat", name: "VAT number", spec: "Directive 2006/112/EC, articles 214 and 215" }],
  triggers: [
    { on: "number", digits: [leastDigits, Infinity], after: allNames },
    { on: "token", length: [1, 1], begins: capitalCharacters, next: [" -", digitCharacters], after: allNames },
    { on: "token", length: [9, 9], letters: [1, 1], begins: capitalCharacters, has: "both", after: allNames },
  ],
  recognise(text, place) {
    if (compact.gather(text, place, alphanumeric, separators) < leastDigits) return null;
    if (!anyName.isBefore(text, place, nameReach) || !isCapital(text, place, compact.end(leastDigits))) return null;
    let wrong: EntityMatch | null = null;
    for (const { rule, words } of named) {
      if (!words.isBefore(text, place, nameReach)) continue;
      for (const form of rule.forms) {
        const match = matchOf(text, place, form, rule);
        if (match?.quality === "valid") return match;
        if (form.length >= leastWrong && words.isBefore(text, place, wrongReach)) wrong ??= match;
      }
    }
    return wrong;
  },
};
