/**
 * VAT numbers with their country in front: member states of the European Union (Greece as EL), Northern Ireland (XI), United Kingdom,
 * Norway (`NO974760673MVA`), Switzerland (`CHE-116.281.710 MWST`). Written with or without spaces, dots, hyphens, slashes. Each
 * country's own check (../checks/vat-rules.ts).
 *
 * `valid` needs words of VAT near. Without them only whole tokens in capitals count (`DE136695976`), as `valid-check`.
 */
import { hasForm, type VatRule } from "../checks/vat-rule.ts";
import { vatRuleOf, vatRules } from "../checks/vat-rules.ts";
import { Compact, dots, hyphens, slashes, spaces } from "../compact.ts";
import type { EntityMatch, Recogniser, TextView } from "../entity.ts";
import { isCapital, isNumberApart, isOfOneCase } from "../surroundings.ts";
import {
  alphanumeric,
  at,
  capitalCharacters,
  classAt,
  ContextWords,
  digit,
  digitCharacters,
  letter,
  upper,
} from "../text-view.ts";

const context = new ContextWords(
  (
    "vat, vat no, vat id, vat number, vat reg no, vatin, vies, tax id, tax no, tax number, trn, tin, ust, ust id, " +
    "ust idnr, ust id nr, ustid, ustidnr, uid, uid nr, umsatzsteuer, umsatzsteuer id, mwst, mwst nr, " +
    "steuernummer, tva, n tva, no tva, numero tva, tva intracommunautaire, tva intracom, num tva, btw, btw nr, " +
    "btw nummer, iva, p iva, partita iva, piva, nif, nif iva, nipc, cif, contribuinte, nip, vat ue, nip ue, dic, " +
    "dic dph, ic dph, afa, asz, adoszam, kozossegi adoszam, moms, momsnr, moms nr, momsregnr, cvr, se nr, alv, " +
    "alv nro, alv nr, oib, pdv, pdv id, ddv, id za ddv, id ddv, pvm, pvm kodas, pvn, pvn nr, kmkr, kmkr nr, afm, " +
    "fpa, dds, zdds, cui, cod fiscal, mva, org nr, taxe, intra community, reverse charge, invoice, rechnung, " +
    "facture, fattura, factura"
  ).split(", "),
);

const compact = new Compact(17);
const pairs = vatRules.map(({ prefix }) => prefix.slice(0, 2));
const separators = spaces | dots | hyphens | slashes;

/**
 * The form of the number that stands there: the one of the whole first token, else the longest that ends where a token ends and whose check
 * holds, else the longest; null for none.
 */
function formOf(text: TextView, place: number, rule: VatRule): string | null {
  const from = rule.prefix.length;
  let token = 1;
  while (token < compact.length && compact.places[token] === place + token) token++;
  let longest: string | null = null;
  let holding: string | null = null;
  for (const form of rule.forms) {
    const length = from + form.length;
    if (compact.length < length || !hasForm(compact.bytes, from, form)) continue;
    if (!isNumberApart(text, place, compact.end(length))) continue;
    if (length === token) return form;
    longest ??= form;
    if (holding === null && rule.holds(compact.bytes, from, form.length)) holding = form;
  }
  return holding ?? longest;
}

/** Behind the country a letter or digit, or a separator and one, and then all are capitals: "de la" is no number. */
function canFollow(text: TextView, place: number): boolean {
  const kind = classAt(text, place + 2);
  if ((kind & alphanumeric) !== 0) return true;
  return classAt(text, place) === upper && (classAt(text, place + 3) & (digit | upper)) !== 0;
}

/** Few digits prove little: what is shorter than this needs context. */
const leastAlone = 8;

export const vatNumberRecogniser: Recogniser = {
  id: "vat-number",
  family: "entity",
  name: "VAT numbers",
  spec: "Directive 2006/112/EC, article 215; VIES",
  level: "complete",
  kinds: [{ id: "vat", name: "VAT number", spec: "Directive 2006/112/EC, articles 214 and 215" }],
  triggers: [
    {
      on: "token",
      length: [2, 3],
      pairs,
      letters: [2, 3],
      case: "upper",
      next: [" .-/", digitCharacters + capitalCharacters],
    },
    { on: "token", length: [4, 16], pairs, letters: [2, 4], has: "both" },
  ],
  recognise(text, place): EntityMatch | null {
    if ((classAt(text, place) & letter) === 0 || (classAt(text, place + 1) & letter) === 0) return null;
    const rule = vatRuleOf(at(text, place), at(text, place + 1));
    if (rule === null || !canFollow(text, place)) return null;
    if (compact.gather(text, place, alphanumeric, separators) < 4) return null;
    if (rule.prefix.length === 3 && compact.bytes[2] !== rule.prefix.charCodeAt(2)) return null;
    const form = formOf(text, place, rule);
    if (form === null) return null;
    const from = rule.prefix.length;
    const to = compact.end(from + form.length);
    if (!isOfOneCase(text, place, to)) return null;
    const isWhole = to - place === from + form.length;
    const isPlain = isWhole && isCapital(text, place, to);
    if (!isWhole && !isCapital(text, place, to)) return null;
    const holds = rule.holds(compact.bytes, from, form.length);
    const hasContext = context.isNear(text, place, to, holds ? 80 : 40);
    if (!hasContext && (!holds || !isPlain || form.length < leastAlone)) return null;
    // Words such as "invoice" stand near all kinds of numbers: a short one that fails is none.
    if (!holds && (!isPlain || form.length < leastAlone))
      return isGrouped(text, place) ? wrong(place, to, from + form.length) : null;
    return { kind: "vat", from: place, to, value: valueOf(from + form.length), quality: qualityOf(holds, hasContext) };
  },
};

const qualityOf = (holds: boolean, hasContext: boolean): "valid" | "valid-check" | "invalid-check" =>
  !holds ? "invalid-check" : hasContext ? "valid" : "valid-check";

/** The name of the tax right in front of a number written in groups. */
const isGrouped = (text: TextView, place: number): boolean => context.isBefore(text, place, 16);

const wrong = (place: number, to: number, length: number): EntityMatch => ({
  kind: "vat",
  from: place,
  to,
  value: valueOf(length),
  quality: "invalid-check",
});

const valueOf = (length: number): string => compact.text(0, length);
