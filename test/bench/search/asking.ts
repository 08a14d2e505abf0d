/** The product's search as a library, in this process. */
import type { Case } from "../../../src/case/case-folder.ts";
import { SearchSession } from "../../../src/search/session.ts";
import { byPath, type Sort } from "../../../src/search/sets/sorting.ts";
import type { FacetName } from "../../../src/search/sets/facets.ts";

export const facetNames = ["type", "category", "state", "language", "extension", "size", "month"] as const;
export const pageLimit = 50;
/** More values than any facet of the made-up case has. */
const allValues = 10_000;

interface PageWanted {
  readonly limit?: number;
  readonly after?: string | null;
  readonly sort?: Sort;
}

export class Asker {
  readonly #session: SearchSession;

  constructor(theCase: Case) {
    this.#session = SearchSession.open(theCase);
  }

  page(
    text: string,
    { limit = pageLimit, after = null, sort = byPath }: PageWanted = {},
  ): {
    hits: number;
    next: string | null;
  } {
    return this.#session.ask(text, (answer) => {
      const { hits, next } = answer.page({ limit, after, sort });
      return { hits: hits.length, next };
    });
  }

  count(text: string): { items: number; contents: number } {
    return this.#session.ask(text, (answer) => {
      const { items, contents } = answer.counts();
      return { items, contents };
    });
  }

  /** Items by value of each. */
  facets(text: string, names: readonly FacetName[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
    const found = this.#session.ask(text, (answer) => answer.facets(names, allValues));
    const tally = (values: (typeof found)[number]["values"]) =>
      new Map(values.map(({ value, items }) => [value ?? "", items]));
    return new Map(found.map(({ name, values }) => [name, tally(values)]));
  }

  close(): void {
    this.#session.close();
  }
}
