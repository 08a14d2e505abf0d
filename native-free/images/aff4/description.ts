/** What the descriptions of all volumes say, put together. */
import type { Properties, Term } from "./turtle.ts";
import { AFF4, linearHashes, localName, properties, RDF_TYPE, VESTIGE } from "./vocabulary.ts";
import type { Volume } from "./volume.ts";

export class Description {
  readonly #subjects = new Map<string, Map<string, Term[]>>();

  constructor(volumes: readonly Volume[]) {
    for (const { turtle } of volumes) {
      for (const [subject, said] of turtle?.subjects ?? []) this.#add(subject, said);
    }
  }

  #add(subject: string, said: Properties): void {
    const all = this.#subjects.get(subject) ?? new Map<string, Term[]>();
    this.#subjects.set(subject, all);
    for (const [predicate, terms] of said) {
      const known = all.get(predicate) ?? [];
      const seen = new Set(known.map(keyOf));
      // Volumes of one set repeat what they share.
      all.set(predicate, [...known, ...terms.filter((term) => !seen.has(keyOf(term)))]);
    }
  }

  /** In order of the descriptions. */
  get subjects(): Iterable<string> {
    return this.#subjects.keys();
  }

  has(subject: string): boolean {
    return this.#subjects.has(subject);
  }

  /** What is said of a subject, by predicates. */
  statements(subject: string): Iterable<readonly [predicate: string, terms: readonly Term[]]> {
    return this.#subjects.get(subject) ?? [];
  }

  isA(subject: string, types: readonly string[]): boolean {
    const said = this.#subjects.get(subject)?.get(RDF_TYPE) ?? [];
    return said.some(({ value }) => types.includes(value));
  }

  /** Objects of the first of these predicates that is used. */
  terms(subject: string, predicates: readonly string[]): readonly Term[] {
    const said = this.#subjects.get(subject);
    for (const predicate of predicates) {
      const found = said?.get(predicate);
      if (found) return found;
    }
    return [];
  }

  iris(subject: string, predicates: readonly string[]): string[] {
    return this.terms(subject, predicates).flatMap(({ kind, value }) => (kind === "iri" ? [value] : []));
  }

  /** A whole number from 0; null where there is none that is one. */
  number(subject: string, predicates: readonly string[]): number | null {
    for (const { value } of this.terms(subject, predicates)) {
      if (/^\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value);
    }
    return null;
  }

  /** Linear hashes of an object by algorithm, lower-case. `zeroFilled` are those of our own namespace. */
  hashes(subject: string, zeroFilled = false): Record<string, string> {
    const found: Record<string, string> = {};
    for (const term of this.terms(subject, zeroFilled ? [`${VESTIGE}zeroFilledHash`] : properties.hash)) {
      const known = term.kind === "literal" ? linearHashes.get(localName(term.datatype) ?? "") : undefined;
      const value = term.value.toLowerCase();
      if (known && value.length === known[1] && /^[0-9a-f]+$/.test(value)) found[known[0]] = value;
    }
    return found;
  }

  /** Literals of an object and of those that point to it (case notes, times), by their names in the AFF4 namespace. */
  facts(subject: string): Record<string, string> {
    const facts = new Map<string, string>();
    const target = [`${AFF4}target`];
    for (const [other, said] of this.#subjects) {
      if (other !== subject && !this.iris(other, target).includes(subject)) continue;
      for (const [predicate, terms] of said) {
        const name = localName(predicate);
        const literal = terms.find(({ kind }) => kind === "literal");
        if (name !== null && name !== "hash" && literal && !facts.has(name)) facts.set(name, literal.value);
      }
    }
    return Object.fromEntries(facts);
  }
}

const keyOf = (term: Term): string => `${term.kind} ${term.value} ${term.kind === "literal" ? term.datatype : ""}`;
