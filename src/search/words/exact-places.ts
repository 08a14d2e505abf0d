/** Places of characters as they stand: accents and case count, composed and decomposed characters are the same. */
import { classOf, foldCluster, splitClass } from "../../../native-free/model/fold-cluster.ts";
import type { ExactTerm } from "../query.ts";

/** White space in a phrase is any white space of the text: lines are broken anywhere. A word does not go on at either end. */
export function exactPlaces({
  value,
  prefix,
}: Pick<ExactTerm, "value" | "prefix">): (text: string) => { start: number; end: number }[] {
  const forms = [...new Set([value.normalize("NFC"), value.normalize("NFD")])];
  const patterns = forms.map((form) => new RegExp(form.trim().split(/\s+/u).map(escaped).join("\\s+"), "g"));
  return (text) => {
    const found: { start: number; end: number }[] = [];
    for (const pattern of patterns) {
      pattern.lastIndex = 0;
      for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
        const start = match.index;
        let end = start + match[0].length;
        // What overlaps a place that is none may be one.
        pattern.lastIndex = start + 1;
        if (goesOn(text, start)) continue;
        if (goesOn(text, end)) {
          if (!prefix) continue;
          while (goesOn(text, end)) end += characterAt(text, end).length;
        }
        found.push({ start, end });
        pattern.lastIndex = end;
      }
    }
    return found.sort((a, b) => a.start - b.start);
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

const wordCharacter = /^[\p{L}\p{N}\p{M}]$/u;

/** True where the characters at both sides of an offset are of one word. Those of scripts without spaces are words by themselves. */
function goesOn(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return false;
  const [before, after] = [characterBefore(text, at), characterAt(text, at)];
  if (!wordCharacter.test(before) || !wordCharacter.test(after)) return false;
  return /^\p{M}$/u.test(after) || (!isSplit(before) && !isSplit(after));
}

function isSplit(character: string): boolean {
  return character > "\u02ff" && classOf(foldCluster(character)) === splitClass;
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) as number);
}

function characterBefore(text: string, at: number): string {
  const unit = text.charCodeAt(at - 1);
  const isLow = unit >= 0xdc00 && unit <= 0xdfff && at > 1;
  return isLow ? text.slice(at - 2, at) : text.charAt(at - 1);
}
