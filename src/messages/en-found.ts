/** Words of the report's section on carved files, identifiers and watch-lists. */
import { grouped } from "./en-parts.ts";

export const heading = "Found by form: carved files, identifiers, watch-lists";
export const lead =
  "Counts of what was recognised by its form, not of what it proves. Values are not printed here: search the case, for example entity:iban or entity:watchlist-cites.";
export const nothing = "Nothing of the kind was found.";
export const carvedTitle = "Carved files";
export const identifiersTitle = "Identifiers";
export const watchTitle = "Watch-lists";
export const noLists = "No watch-list was looked for.";
export const carvedNote =
  "Complete: the structure holds from the first byte to the last, and so do the checksums that the format has. Cut: begins soundly, its end is missing or damaged. Part: belongs to a larger whole.";
export const identifiersNote =
  "Valid: the check holds and the words around speak for it. Check only: the check holds. Form only: has the form. Wrong check: called so by the words around, and the check fails, which can be the fraud.";
export const watchNote =
  "Finds of the list's entries, whatever they mean there. The SHA-256 is that of the list's text.";

export const carvedColumns = {
  type: "Type",
  complete: "Complete",
  truncated: "Cut",
  fragment: "Part",
  pieces: "Of these in pieces",
  bytes: "Bytes",
};
export const identifierColumns = {
  kind: "Kind",
  valid: "Valid",
  "valid-check": "Check only",
  pattern: "Form only",
  "invalid-check": "Wrong check",
  values: "Values",
  items: "Items",
};
export const watchColumns = { list: "List", finds: "Finds", terms: "Terms", items: "Items", first: "Most frequent" };
export const term = (word: string, finds: number) => `${word} (${grouped(finds)})`;
export const version = (text: string) => `version ${text}`;
