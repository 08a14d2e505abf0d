/** What a scan of texts looks for, for any term. */
import { RE2JS } from "re2js";
import { firstRun, withoutFirstRun } from "../../../native-free/model/text-seam.ts";
import type { SpecialTerm } from "../query.ts";
import { placeFinder } from "../words/places.ts";
import type { Wanted } from "./text-scanner.ts";
import { wantedRegex } from "./wanted-regex.ts";

export function wantedFor(term: SpecialTerm): Wanted {
  if (term.kind === "regex") return wantedRegex(term.source);
  const find = placeFinder(term, null);
  const holds = (text: string, isFirst: boolean): boolean => {
    const since = isFirst ? 0 : firstRun(text);
    for (const { start } of find(since === 0 ? text : withoutFirstRun(text))) if (start >= since) return true;
    return false;
  };
  return { pattern: term.kind === "exact" ? eitherForm(term.value) : null, isExact: false, holds };
}

/** The longest part without white space, composed or decomposed: what stands between the parts may be any white space. */
function eitherForm(value: string): RE2JS | null {
  const forms = new Set([value.normalize("NFC"), value.normalize("NFD")]);
  const parts = [...forms].map((form) =>
    form.split(/\s+/u).reduce((longest, part) => (part.length > longest.length ? part : longest)),
  );
  return parts.includes("") ? null : RE2JS.compile(parts.map((part) => RE2JS.quote(part)).join("|"));
}
