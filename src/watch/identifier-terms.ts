/** Codes of watch-lists, compared with identifiers as they are normalised: letters and digits, nothing between. */
import { codeCharacters } from "../../native-free/watchlists/parse-entry.ts";
import type { WatchList } from "../../native-free/watchlists/watch-list.ts";

interface Term {
  readonly list: string;
  /** The entry as the list writes it. */
  readonly value: string;
}

export class IdentifierTerms {
  readonly #whole = new Map<string, Term[]>();
  readonly #beginnings = new Map<string, Term[]>();
  /** Lengths of codes that may go on. */
  readonly #lengths: readonly number[];

  /** Of the entries only codes: tariff codes count beside a word for them alone. */
  constructor(lists: readonly WatchList[]) {
    for (const { id, entries } of lists) {
      for (const { mode, text, prefix } of entries) {
        if (mode !== "code") continue;
        const characters = codeCharacters(text);
        const terms = prefix ? this.#beginnings : this.#whole;
        terms.set(characters, [...(terms.get(characters) ?? []), { list: id, value: text }]);
      }
    }
    this.#lengths = [...new Set([...this.#beginnings.keys()].map(({ length }) => length))].sort((a, b) => a - b);
  }

  get isEmpty(): boolean {
    return this.#whole.size + this.#beginnings.size === 0;
  }

  /** Terms that an identifier is, or begins with where the list says so. */
  termsFor(identifier: string): readonly Term[] {
    const characters = codeCharacters(identifier);
    const found = [...(this.#whole.get(characters) ?? [])];
    for (const length of this.#lengths) {
      if (length > characters.length) break;
      found.push(...(this.#beginnings.get(characters.slice(0, length)) ?? []));
    }
    return found;
  }
}
