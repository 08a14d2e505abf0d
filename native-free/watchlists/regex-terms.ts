/**
 * Regular expressions of watch-lists over text as it stands. RE2 syntax, in time linear to the text: one automaton says which of them
 * occur at all, only those are then run for their places. No back references and no look-around: the parser refuses them.
 * `\b` and `\w` know ASCII only.
 */
import { RE2JS, RE2Set } from "re2js";

export interface RegexTerm {
  /** With its flags in front. */
  readonly source: string;
  readonly entry: number;
}

export class RegexTerms {
  readonly #terms: readonly RegexTerm[];
  readonly #compiled: readonly RE2JS[];
  readonly #set: RE2Set;

  constructor(terms: readonly RegexTerm[]) {
    this.#terms = terms;
    this.#compiled = terms.map(({ source }) => RE2JS.compile(source));
    this.#set = new RE2Set();
    for (const { source } of terms) this.#set.add(source);
    if (terms.length > 0) this.#set.compile();
  }

  find(text: string, found: (entry: number, from: number, to: number) => void): void {
    if (this.#terms.length === 0) return;
    for (const index of this.#set.match(text)) {
      const matcher = this.#compiled[index]!.matcher(text);
      while (matcher.find()) {
        if (matcher.end() > matcher.start()) found(this.#terms[index]!.entry, matcher.start(), matcher.end());
      }
    }
  }
}
