/**
 * Scope rules given in the operation form: what of the evidence may be searched. They act in the query layer, before
 * anything is counted, and what they exclude is stated with every answer.
 */
import { z } from "zod";
import { fold, tokens } from "../../native-free/model/fold.ts";

export const scopeRulesShape = z.object({
  /** Exhibit custodians or file owners, compared folded; empty: all. */
  custodians: z.array(z.string()),
  /** Inclusive days `YYYY-MM-DD` over the modification time; null: all. */
  dates: z.object({ from: z.string().nullable(), to: z.string().nullable() }).nullable(),
  /** Folders, as path prefixes inside the exhibit; empty: all. */
  folders: z.array(z.string()),
  /** Type ids or categories; empty: all. */
  types: z.array(z.string()),
  /** At least one of these terms must occur in the item's text or name; empty: all. */
  terms: z.array(z.string()),
});

export type ScopeRules = z.infer<typeof scopeRulesShape>;

/** False for a term without letters and digits: nothing of it is indexed, so that no item could be told to hold it. */
export function hasWords(term: string): boolean {
  return tokens(fold(term))[Symbol.iterator]().next().done !== true;
}

export const noScopeRules: ScopeRules = { custodians: [], dates: null, folders: [], types: [], terms: [] };
