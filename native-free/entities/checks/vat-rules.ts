/** The check rules of VAT numbers by the letters in front of them. */
import type { VatRule } from "./vat-rule.ts";
import { hasForm } from "./vat-rule.ts";
import { vatRulesAToF } from "./vat-rules-a-to-f.ts";
import { vatRulesGToZ } from "./vat-rules-g-to-z.ts";

/** Member states of the European Union, Northern Ireland, United Kingdom, Norway, Switzerland. */
export const vatRules: readonly VatRule[] = [...vatRulesAToF, ...vatRulesGToZ];

/** By the first two letters, at (first - 65) * 26 + second - 65. */
const byLetters: (VatRule | null)[] = Array.from({ length: 26 * 26 }, () => null);
for (const rule of vatRules) byLetters[(rule.prefix.charCodeAt(0) - 65) * 26 + rule.prefix.charCodeAt(1) - 65] = rule;

/** The rule whose prefix begins with two letters, of either case; null for other bytes too. */
export function vatRuleOf(first: number, second: number): VatRule | null {
  const [a, b] = [(first & 0xdf) - 65, (second & 0xdf) - 65];
  return a >= 0 && a < 26 && b >= 0 && b < 26 ? byLetters[a * 26 + b]! : null;
}

/** Whether characters are a whole number of a country: its form, and its check holds. */
export function isVatNumber(rule: VatRule, bytes: Uint8Array, from: number, length: number): boolean {
  for (const form of rule.forms)
    if (form.length === length && hasForm(bytes, from, form)) return rule.holds(bytes, from, length);
  return false;
}
